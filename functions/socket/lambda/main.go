// Command lambda runs the socket function on Lambda; API Gateway's WebSocket API calls it for $connect, $disconnect and
// $default.
package main

import (
	"github.com/recado-chat/recado/functions/socket"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(socket.Build) }
