package fanout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/directory"
	"github.com/recado-chat/recado/shared/dynamo/live"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
)

// Config is what the environment tells the function, beside the URLs of the queues it sends to.
type Config struct {
	DirectoryTable string `env:"DIRECTORY_TABLE"`
	LiveTable      string `env:"LIVE_TABLE"`
	DeadQueueURL   string `env:"DEAD_QUEUE_URL"`
}

// remembered is how long a warm function caches the stores of an account.
const remembered = 5 * time.Second

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, faults := boot.Load[Config](rt)
	senders, missing := queue.Senders(rt, events.FromStream)
	if err := errors.Join(faults, missing); err != nil {
		return nil, fmt.Errorf("build fanout: %w", err)
	}
	tables := dynamo.Connect(dynamodb.NewFromConfig(rt.Client("dynamodb")), dynamo.Tables{Directory: config.DirectoryTable, Live: config.LiveTable}, dynamo.WithClock(rt.Now))
	client := sqs.NewFromConfig(rt.Client("sqs"))
	dead, err := queue.NewRetrier(client, config.DeadQueueURL)
	if err != nil {
		return nil, fmt.Errorf("build fanout: %w", err)
	}
	metrics, err := obs.NewMetrics(rt.Out, rt.Now, "fanout", queue.RecordsFailed, queue.RecordsBuried)
	if err != nil {
		return nil, fmt.Errorf("build fanout: %w", err)
	}
	h, err := New(Deps{
		Stores:      cache.New(remembered, 1000, rt.Now, directory.New(tables).Stores),
		Connections: live.New(tables),
		Senders:     senders,
		Dead:        dead,
		Window:      all.Offline().Window,
		Metrics:     metrics,
		Log:         rt.Log,
	})
	if err != nil {
		return nil, err
	}
	return boot.Handler(h.Handle), nil
}
