// Command lambda runs the push function on Lambda; the two push queues feed it, the fast and the merging one.
package main

import (
	"github.com/recado-chat/recado/functions/push"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(push.Build) }
