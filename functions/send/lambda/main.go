// Command lambda runs the send function on Lambda; a queue feeds it, in order for each conversation.
package main

import (
	"github.com/recado-chat/recado/functions/send"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(send.Build) }
