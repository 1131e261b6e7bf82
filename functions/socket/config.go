package socket

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/live"
	"github.com/recado-chat/recado/shared/limit"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/push"
	"github.com/recado-chat/recado/shared/queue"
)

// Config is what the environment tells the function.
type Config struct {
	DirectoryTable string `env:"DIRECTORY_TABLE"`
	DeskTable      string `env:"DESK_TABLE"`
	LiveTable      string `env:"LIVE_TABLE"`
	SocketEndpoint string `env:"SOCKET_ENDPOINT"`
	SendQueueURL   string `env:"TO_SEND_QUEUE_URL"`
}

// stores are the tables that the function uses.
type stores struct {
	*dynamo.Desk
	*live.Store
}

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, fmt.Errorf("build socket: %w", err)
	}
	tables := dynamo.Tables{Directory: config.DirectoryTable, Desk: config.DeskTable, Live: config.LiveTable}
	db := dynamo.Connect(dynamodb.NewFromConfig(rt.Client("dynamodb")), tables, dynamo.WithClock(rt.Now))
	poster, err := push.New(push.NewClient(rt.Client("apigatewaymanagementapi"), config.SocketEndpoint))
	if err != nil {
		return nil, fmt.Errorf("build socket: %w", err)
	}
	sender, err := queue.NewSender(sqs.NewFromConfig(rt.Client("sqs")), config.SendQueueURL)
	if err != nil {
		return nil, fmt.Errorf("build socket: %w", err)
	}
	metrics, err := obs.NewMetrics(rt.Out, rt.Now, "socket", limit.RequestsLimited)
	if err != nil {
		return nil, fmt.Errorf("build socket: %w", err)
	}
	store := stores{dynamo.NewDesk(db), live.New(db)}
	limits, err := limit.New(store, auth.Now, metrics, rt.Log)
	if err != nil {
		return nil, fmt.Errorf("build socket: %w", err)
	}
	h, err := New(store, poster, sender, all.Offline().Capabilities, limits, auth.Now, rt.Log)
	if err != nil {
		return nil, err
	}
	return boot.Handler(h.Handle), nil
}
