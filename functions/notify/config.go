package notify

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
	"github.com/recado-chat/recado/shared/mail"
	"github.com/recado-chat/recado/shared/queue"
)

// Config is what the environment tells the function.
type Config struct {
	DeskTable    string `env:"DESK_TABLE"`
	MailFrom     string `env:"MAIL_FROM"`
	DeadQueueURL string `env:"DEAD_QUEUE_URL"`
}

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, fmt.Errorf("build notify: %w", err)
	}
	store := schedule.New(dynamo.Connect(dynamodb.NewFromConfig(rt.Client("dynamodb")), dynamo.Tables{Desk: config.DeskTable}, dynamo.WithClock(rt.Now)))
	sender, err := mail.New(sesv2.NewFromConfig(rt.Client("sesv2")), config.MailFrom)
	if err != nil {
		return nil, fmt.Errorf("build notify: %w", err)
	}
	h, err := New(store, sender, rt.Now, rt.Log)
	if err != nil {
		return nil, err
	}
	return queue.Function(rt, "notify", config.DeadQueueURL, h.Routes())
}
