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
	"github.com/recado-chat/recado/shared/dynamo/directory"
	"github.com/recado-chat/recado/shared/dynamo/live"
	"github.com/recado-chat/recado/shared/obs"
	sockets "github.com/recado-chat/recado/shared/push"
	"github.com/recado-chat/recado/shared/push/audience"
	"github.com/recado-chat/recado/shared/push/dispatch"
	"github.com/recado-chat/recado/shared/queue"
)

// Config is what the environment tells the function.
type Config struct {
	DirectoryTable string `env:"DIRECTORY_TABLE"`
	DeskTable      string `env:"DESK_TABLE"`
	LiveTable      string `env:"LIVE_TABLE"`
	InboundBucket  string `env:"INBOUND_BUCKET"`
	PushQueueURL   string `env:"TO_PUSH_QUEUE_URL"`
	DeadQueueURL   string `env:"DEAD_QUEUE_URL"`
	SocketEndpoint string `env:"SOCKET_ENDPOINT"`
}

// accountKept is how long a warm function caches accounts.
const accountKept = 5 * time.Second

const cached = 1000 // channels and accounts

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, fmt.Errorf("build ingest: %w", err)
	}
	tables := dynamo.Tables{Directory: config.DirectoryTable, Desk: config.DeskTable, Live: config.LiveTable}
	db := dynamo.Connect(dynamodb.NewFromConfig(rt.Client("dynamodb")), tables, dynamo.WithClock(rt.Now))
	store := dynamo.NewDesk(db)
	channels := all.Offline()
	bucket, err := blob.New(blob.NewClient(rt.Client("s3")), config.InboundBucket)
	if err != nil {
		return nil, fmt.Errorf("build ingest: %w", err)
	}
	metrics, err := queue.Metrics(rt, "ingest", ItemsIgnored, NumbersReassigned, dispatch.ConnectionsGone)
	if err != nil {
		return nil, err
	}
	useCases, err := newUseCases(store, channels.Capabilities, reassigned(metrics, rt.Log), rt.Now)
	if err != nil {
		return nil, fmt.Errorf("build ingest: %w", err)
	}
	pusher, err := newPusher(rt, config, db, metrics)
	if err != nil {
		return nil, fmt.Errorf("build ingest: %w", err)
	}
	h, err := New(Deps{
		Channels: channels,
		Desk:     useCases,
		Assets:   Assets(store, rt.Now),
		Accounts: cache.New(accountKept, cached, rt.Now, store.Account), Businesses: store.ChannelsOfBusiness,
		Works:   store.MarkChannelWorking,
		Heard:   store.NoteHeard,
		Bodies:  bucket,
		Push:    pusher,
		Metrics: metrics,
		Log:     rt.Log,
	})
	if err != nil {
		return nil, err
	}
	dead, err := queue.NewRetrier(sqs.NewFromConfig(rt.Client("sqs")), config.DeadQueueURL)
	if err != nil {
		return nil, fmt.Errorf("build ingest: %w", err)
	}
	consumer, err := queue.NewConsumer(h.Routes().Handle, dead, rt.Log, metrics, rt.Now)
	if err != nil {
		return nil, fmt.Errorf("build ingest: %w", err)
	}
	return boot.Handler(pusher.Around(consumer.Consume)), nil
}

// connections finds the connections of browsers and the operators behind them.
type connections struct {
	*live.Store
	*directories
}

type directories = directory.Store

func newPusher(rt *boot.Runtime, config Config, db *dynamo.DB, metrics *obs.Metrics) (*Pusher, error) {
	later, err := queue.NewSender(sqs.NewFromConfig(rt.Client("sqs")), config.PushQueueURL)
	if err != nil {
		return nil, err
	}
	poster, err := sockets.New(sockets.NewClient(rt.Client("apigatewaymanagementapi"), config.SocketEndpoint))
	if err != nil {
		return nil, err
	}
	rooms, err := audience.New(connections{live.New(db), directory.New(db)}, poster, boot.Now, rt.Log)
	if err != nil {
		return nil, err
	}
	return NewPusher(rooms, later, metrics, rt.Log, boot.Now)
}

// Assets caches the channels of assets for as long as their claims allow.
func Assets(store interface {
	ChannelByAsset(ctx context.Context, t chat.ChannelType, externalID string) (chat.Channel, error)
}, now func() time.Time) *cache.Cache[Asset, chat.Channel] {
	return cache.New(chat.AssetKept, cached, now, func(ctx context.Context, a Asset) (chat.Channel, error) {
		return store.ChannelByAsset(ctx, a.Type, a.ID)
	})
}

// useCases are what inbound items do.
type useCases struct {
	*inbound.Receiver
	*tracking.Tracker
	*contacts.Updater
	*templates.Syncer
}

func newUseCases(store *dynamo.Desk, capabilities func(chat.ChannelType) (chat.Capabilities, bool), reassigned inbound.Reassigned, now func() time.Time) (u useCases, err error) {
	if u.Receiver, err = inbound.New(store, capabilities, reassigned, now); err != nil {
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
