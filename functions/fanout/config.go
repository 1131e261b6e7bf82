package fanout

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
)

// Config is what the environment tells the function.
type Config struct {
	DirectoryTable      string `env:"DIRECTORY_TABLE"`
	LiveTable           string `env:"LIVE_TABLE"`
	AssignmentQueueURL  string `env:"TO_ASSIGNMENT_QUEUE_URL"`
	SendQueueURL        string `env:"TO_SEND_QUEUE_URL"`
	PushQueueURL        string `env:"TO_PUSH_QUEUE_URL"`
	PushSummaryQueueURL string `env:"TO_PUSH_SUMMARY_QUEUE_URL"`
	MediaQueueURL       string `env:"TO_MEDIA_QUEUE_URL"`
	NotifyQueueURL      string `env:"TO_NOTIFY_QUEUE_URL"`
	JobsQueueURL        string `env:"TO_JOBS_QUEUE_URL"`
	DeadQueueURL        string `env:"DEAD_QUEUE_URL"`
}

// remembered is how long a warm function believes which stores an account has.
const remembered = 5 * time.Second

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, fmt.Errorf("build fanout: %w", err)
	}
	store := dynamo.New(dynamodb.NewFromConfig(rt.Client("dynamodb")), dynamo.Tables{Directory: config.DirectoryTable, Live: config.LiveTable}, dynamo.WithClock(rt.Now))
	client := sqs.NewFromConfig(rt.Client("sqs"))
	senders := make(map[Target]sender)
	for target, url := range map[Target]string{
		ToAssignment: config.AssignmentQueueURL, ToSend: config.SendQueueURL, ToPush: config.PushQueueURL,
		ToPushSummary: config.PushSummaryQueueURL, ToMedia: config.MediaQueueURL, ToNotify: config.NotifyQueueURL, ToJobs: config.JobsQueueURL,
	} {
		if senders[target], err = queue.NewSender(client, url); err != nil {
			return nil, fmt.Errorf("build fanout: %s: %w", target, err)
		}
	}
	dead, err := queue.NewRetrier(client, config.DeadQueueURL)
	if err != nil {
		return nil, fmt.Errorf("build fanout: %w", err)
	}
	metrics, err := obs.NewMetrics(rt.Out, rt.Now, "fanout", queue.RecordsFailed, queue.RecordsBuried)
	if err != nil {
		return nil, fmt.Errorf("build fanout: %w", err)
	}
	h, err := New(Deps{
		Stores:      cache.New(remembered, 1000, rt.Now, store.Stores),
		Connections: store,
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
