// Command lambda runs the webhook function on Lambda; API Gateway's HTTP API calls it for /webhooks/{provider}.
package main

import (
	"github.com/recado-chat/recado/functions/webhook"
	"github.com/recado-chat/recado/shared/boot"
)

func main() { boot.Start(webhook.Build) }
