package autoclose

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/desk/lifecycle"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/queue"
)

// Config is what the environment tells the function.
type Config struct {
	DirectoryTable string `env:"DIRECTORY_TABLE"`
	DeskTable      string `env:"DESK_TABLE"`
	DeadQueueURL   string `env:"DEAD_QUEUE_URL"`
}

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, fmt.Errorf("build autoclose: %w", err)
	}
	store := dynamo.NewDesk(dynamo.Connect(dynamodb.NewFromConfig(rt.Client("dynamodb")), dynamo.Tables{Directory: config.DirectoryTable, Desk: config.DeskTable}, dynamo.WithClock(rt.Now)))
	closer, err := lifecycle.NewCloser(store, rt.Now)
	if err != nil {
		return nil, fmt.Errorf("build autoclose: %w", err)
	}
	h, err := New(store, closer)
	if err != nil {
		return nil, err
	}
	return queue.Function(rt, "autoclose", config.DeadQueueURL, h.Routes())
}
