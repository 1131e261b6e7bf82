// Command lambda runs the fanout function on Lambda; the streams of Desk and Directory feed it.
package main

import (
	"github.com/recado-chat/recado/functions/fanout"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(fanout.Build) }
