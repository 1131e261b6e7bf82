// Command lambda runs the media function on Lambda; a queue feeds it.
package main

import (
	"github.com/recado-chat/recado/functions/media"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(media.Build) }
