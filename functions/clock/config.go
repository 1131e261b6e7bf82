package clock

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
	"github.com/recado-chat/recado/shared/queue"
)

// Config is what the environment tells the function, beside the URLs of the queues it sends to.
type Config struct {
	DeskTable string `env:"DESK_TABLE"`
}

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, faults := boot.Load[Config](rt)
	senders, missing := queue.Senders(rt, events.FromClock)
	if err := errors.Join(faults, missing); err != nil {
		return nil, fmt.Errorf("build clock: %w", err)
	}
	store := schedule.New(dynamo.Connect(dynamodb.NewFromConfig(rt.Client("dynamodb")), dynamo.Tables{Desk: config.DeskTable}, dynamo.WithClock(rt.Now)))
	h, err := New(Deps{Store: store, Senders: senders, Now: rt.Now, Log: rt.Log})
	if err != nil {
		return nil, err
	}
	return lambda.NewHandler(h.Handle), nil
}
