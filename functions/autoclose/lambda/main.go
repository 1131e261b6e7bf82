// Command lambda runs the autoclose function on Lambda; a queue feeds it.
package main

import (
	"github.com/recado-chat/recado/functions/autoclose"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(autoclose.Build) }
