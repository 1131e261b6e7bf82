// Command lambda runs the clock function on Lambda; EventBridge starts it every minute.
package main

import (
	"github.com/recado-chat/recado/functions/clock"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(clock.Build) }
