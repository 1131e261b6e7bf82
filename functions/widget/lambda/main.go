// Command lambda runs the widget function on Lambda; the HTTP API feeds it.
package main

import (
	"github.com/recado-chat/recado/functions/widget"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(widget.Build) }
