package api

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk/assignment"
	"github.com/recado-chat/recado/shared/desk/lifecycle"
	"github.com/recado-chat/recado/shared/desk/merge"
	"github.com/recado-chat/recado/shared/desk/outbound"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/secret"
)

// Config is what the environment tells the function.
type Config struct {
	rest.Config
	DirectoryTable string `env:"DIRECTORY_TABLE"`
	DeskTable      string `env:"DESK_TABLE"`
	LiveTable      string `env:"LIVE_TABLE"`
	MediaBucket    string `env:"MEDIA_BUCKET"`
}

// Build makes the handler. It calls no provider: it uses only the capabilities of channels.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, err
	}
	return rest.Function(rt.Log, func(ctx context.Context) (*rest.Server, error) { return connect(ctx, rt, config) }), nil
}

func connect(ctx context.Context, rt *boot.Runtime, config Config) (*rest.Server, error) {
	deps, err := config.Connect(ctx, rt)
	if err != nil {
		return nil, err
	}
	signing := func(ctx context.Context) ([]string, error) {
		return secret.Required(ctx, deps.Keys, config.SigningKeyName)
	}
	store := dynamo.New(dynamodb.NewFromConfig(rt.Client("dynamodb")),
		dynamo.Tables{Directory: config.DirectoryTable, Desk: config.DeskTable, Live: config.LiveTable},
		dynamo.WithClock(rt.Now), dynamo.WithCursorKeys(signing))
	files, err := blob.New(blob.NewClient(rt.Client("s3")), config.MediaBucket)
	if err != nil {
		return nil, err
	}
	channels := all.Offline()
	useCases, err := newUseCases(store, channels.Capabilities, rt.Now)
	if err != nil {
		return nil, err
	}
	deps.Store = store
	return New(deps, Parts{Store: store, Desk: useCases, Files: files, Channels: channels})
}

// useCases are what operators do with conversations.
type useCases struct {
	*outbound.Sender
	*assignment.Assigner
	*lifecycle.Operations
	*merge.Merger
}

func newUseCases(store *dynamo.Store, capabilities func(chat.ChannelType) (chat.Capabilities, bool), now func() time.Time) (u useCases, err error) {
	if u.Sender, err = outbound.New(store, capabilities, now); err != nil {
		return u, err
	}
	if u.Assigner, err = assignment.New(store, now); err != nil {
		return u, err
	}
	if u.Merger, err = merge.New(store, now); err != nil {
		return u, err
	}
	u.Operations, err = lifecycle.New(store, capabilities, now)
	return u, err
}
