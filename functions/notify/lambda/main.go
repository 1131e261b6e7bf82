// Command lambda runs the notify function on Lambda; a queue feeds it.
package main

import (
	"github.com/recado-chat/recado/functions/notify"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(notify.Build) }
