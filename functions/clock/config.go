package clock

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
	"github.com/recado-chat/recado/shared/queue"
)

// Config is what the environment tells the function.
type Config struct {
	DeskTable          string `env:"DESK_TABLE"`
	AssignmentQueueURL string `env:"TO_ASSIGNMENT_QUEUE_URL"`
	AutocloseQueueURL  string `env:"TO_AUTOCLOSE_QUEUE_URL"`
	SendQueueURL       string `env:"TO_SEND_QUEUE_URL"`
	MediaQueueURL      string `env:"TO_MEDIA_QUEUE_URL"`
	NotifyQueueURL     string `env:"TO_NOTIFY_QUEUE_URL"`
	JobsQueueURL       string `env:"TO_JOBS_QUEUE_URL"`
}

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, fmt.Errorf("build clock: %w", err)
	}
	client := sqs.NewFromConfig(rt.Client("sqs"))
	senders := make(map[Target]sender)
	for target, url := range map[Target]string{
		ToAssignment: config.AssignmentQueueURL, ToAutoclose: config.AutocloseQueueURL, ToSend: config.SendQueueURL,
		ToMedia: config.MediaQueueURL, ToNotify: config.NotifyQueueURL, ToJobs: config.JobsQueueURL,
	} {
		if senders[target], err = queue.NewSender(client, url); err != nil {
			return nil, fmt.Errorf("build clock: %s: %w", target, err)
		}
	}
	store := schedule.New(dynamo.Connect(dynamodb.NewFromConfig(rt.Client("dynamodb")), dynamo.Tables{Desk: config.DeskTable}, dynamo.WithClock(rt.Now)))
	h, err := New(Deps{Store: store, Senders: senders, Now: rt.Now, Log: rt.Log})
	if err != nil {
		return nil, err
	}
	return lambda.NewHandler(h.Handle), nil
}
