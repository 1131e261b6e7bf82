// Command lambda runs the ingest function on Lambda; the inbound queue feeds it.
package main

import (
	"github.com/recado-chat/recado/functions/ingest"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(ingest.Build) }
