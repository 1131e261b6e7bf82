package send

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/desk/outbound"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/queue"
	"github.com/recado-chat/recado/shared/seal"
)

// Config is what the environment tells the function.
type Config struct {
	DirectoryTable string       `env:"DIRECTORY_TABLE"`
	DeskTable      string       `env:"DESK_TABLE"`
	MediaBucket    string       `env:"MEDIA_BUCKET"`
	SecretKeyID    string       `env:"SECRET_KEY_ID"`
	Providers      all.Settings `env:"-"`
	DeadQueueURL   string       `env:"DEAD_QUEUE_URL"`
}

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, fmt.Errorf("build send: %w", err)
	}
	store := dynamo.NewDesk(dynamo.Connect(dynamodb.NewFromConfig(rt.Client("dynamodb")), dynamo.Tables{Directory: config.DirectoryTable, Desk: config.DeskTable}, dynamo.WithClock(rt.Now)))
	channels := all.New(channel.Environment{Settings: config.Providers, HTTP: rt.HTTP})
	sender, err := outbound.New(store, channels.Capabilities, rt.Now)
	if err != nil {
		return nil, fmt.Errorf("build send: %w", err)
	}
	bucket, err := blob.New(blob.NewClient(rt.Client("s3")), config.MediaBucket)
	if err != nil {
		return nil, fmt.Errorf("build send: %w", err)
	}
	sealer, err := seal.New(kms.NewFromConfig(rt.Client("kms")), config.SecretKeyID)
	if err != nil {
		return nil, fmt.Errorf("build send: %w", err)
	}
	h, err := New(Deps{Channels: channels, Desk: sender, Store: store, Sealer: sealer, Media: bucket, Limiter: NewRateLimiter(auth.Now, boot.Sleep), Now: rt.Now, Log: rt.Log})
	if err != nil {
		return nil, err
	}
	return queue.Function(rt, "send", config.DeadQueueURL, h.Routes())
}
