// Command admin answers the routes of the HTTP API under /api/v1 that change the account, and its sign-in.
package main

import (
	_ "time/tzdata" // the runtime's image has no time zones

	"github.com/recado-chat/recado/functions/admin"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(admin.Build) }
