// Command api answers the HTTP API's routes under /api/v1, and /healthz.
package main

import (
	_ "time/tzdata" // the runtime's image has no time zones

	"github.com/recado-chat/recado/functions/api"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(api.Build) }
