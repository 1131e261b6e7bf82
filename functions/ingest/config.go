package ingest

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk/contacts"
	"github.com/recado-chat/recado/shared/desk/inbound"
	"github.com/recado-chat/recado/shared/desk/templates"
	"github.com/recado-chat/recado/shared/desk/tracking"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/queue"
)

// Config is what the environment tells the function.
type Config struct {
	DirectoryTable string `env:"DIRECTORY_TABLE"`
	DeskTable      string `env:"DESK_TABLE"`
	InboundBucket  string `env:"INBOUND_BUCKET"`
	PushQueueURL   string `env:"TO_PUSH_QUEUE_URL"`
	DeadQueueURL   string `env:"DEAD_QUEUE_URL"`
}

// remembered is how long a warm function caches channels and accounts.
const remembered = 5 * time.Second

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, fmt.Errorf("build ingest: %w", err)
	}
	store := dynamo.NewDesk(dynamo.Connect(dynamodb.NewFromConfig(rt.Client("dynamodb")), dynamo.Tables{Directory: config.DirectoryTable, Desk: config.DeskTable}, dynamo.WithClock(rt.Now)))
	channels := all.Offline()
	useCases, err := newUseCases(store, channels.Capabilities, rt.Now)
	if err != nil {
		return nil, fmt.Errorf("build ingest: %w", err)
	}
	push, err := queue.NewSender(sqs.NewFromConfig(rt.Client("sqs")), config.PushQueueURL)
	if err != nil {
		return nil, fmt.Errorf("build ingest: %w", err)
	}
	bucket, err := blob.New(blob.NewClient(rt.Client("s3")), config.InboundBucket)
	if err != nil {
		return nil, fmt.Errorf("build ingest: %w", err)
	}
	metrics, err := queue.Metrics(rt, "ingest", ItemsIgnored)
	if err != nil {
		return nil, err
	}
	h, err := New(Deps{
		Channels: channels,
		Desk:     useCases,
		Assets: cache.New(remembered, 1000, rt.Now, func(ctx context.Context, a Asset) (chat.Channel, error) {
			return store.ChannelByAsset(ctx, a.Type, a.ID)
		}),
		Accounts: cache.New(remembered, 1000, rt.Now, store.Account), Businesses: store.ChannelsOfBusiness,
		Bodies:  bucket,
		Push:    push,
		Metrics: metrics,
		Log:     rt.Log,
	})
	if err != nil {
		return nil, err
	}
	return queue.Counted(rt, "ingest", config.DeadQueueURL, h.Routes(), metrics)
}

// useCases are what inbound items do.
type useCases struct {
	*inbound.Receiver
	*tracking.Tracker
	*contacts.Updater
	*templates.Syncer
}

func newUseCases(store *dynamo.Desk, capabilities func(chat.ChannelType) (chat.Capabilities, bool), now func() time.Time) (u useCases, err error) {
	if u.Receiver, err = inbound.New(store, capabilities, now); err != nil {
		return u, err
	}
	if u.Tracker, err = tracking.New(store, capabilities, now); err != nil {
		return u, err
	}
	if u.Updater, err = contacts.New(store, now); err != nil {
		return u, err
	}
	u.Syncer, err = templates.New(store, capabilities, now)
	return u, err
}
