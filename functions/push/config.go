package push

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/directory"
	"github.com/recado-chat/recado/shared/dynamo/live"
	"github.com/recado-chat/recado/shared/push"
	"github.com/recado-chat/recado/shared/push/audience"
	"github.com/recado-chat/recado/shared/push/dispatch"
	"github.com/recado-chat/recado/shared/queue"
)

// Config is what the environment tells the function.
type Config struct {
	DirectoryTable string `env:"DIRECTORY_TABLE"`
	LiveTable      string `env:"LIVE_TABLE"`
	SocketEndpoint string `env:"SOCKET_ENDPOINT"`
	DeadQueueURL   string `env:"DEAD_QUEUE_URL"`
}

type directories = directory.Store

// store finds connections and the operators behind them.
type store struct {
	*directories
	*live.Store
}

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, fmt.Errorf("build push: %w", err)
	}
	tables := dynamo.Tables{Directory: config.DirectoryTable, Live: config.LiveTable}
	db := dynamo.Connect(dynamodb.NewFromConfig(rt.Client("dynamodb")), tables, dynamo.WithClock(rt.Now))
	poster, err := push.New(push.NewClient(rt.Client("apigatewaymanagementapi"), config.SocketEndpoint))
	if err != nil {
		return nil, fmt.Errorf("build push: %w", err)
	}
	rooms, err := audience.New(store{directory.New(db), live.New(db)}, poster, auth.Now, rt.Log)
	if err != nil {
		return nil, fmt.Errorf("build push: %w", err)
	}
	dead, err := queue.NewRetrier(sqs.NewFromConfig(rt.Client("sqs")), config.DeadQueueURL)
	if err != nil {
		return nil, fmt.Errorf("build push: %w", err)
	}
	metrics, err := queue.Metrics(rt, "push", dispatch.ConnectionsGone)
	if err != nil {
		return nil, err
	}
	h, err := New(Deps{Rooms: rooms, Dead: dead, Log: rt.Log, Metrics: metrics, Now: rt.Now, Window: all.Offline().Window})
	if err != nil {
		return nil, err
	}
	return bySource{queue: boot.Handler(h.Handle), stream: boot.Handler(h.Lists)}, nil
}

// bySource handles batches of queues and of a stream.
type bySource struct{ queue, stream lambda.Handler }

// Invoke implements lambda.Handler.
func (h bySource) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var event struct {
		Records []struct {
			EventSource string `json:"eventSource"`
		}
	}
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, fmt.Errorf("read the event: %w", err)
	}
	if len(event.Records) > 0 && event.Records[0].EventSource == "aws:dynamodb" {
		return h.stream.Invoke(ctx, payload)
	}
	return h.queue.Invoke(ctx, payload)
}
