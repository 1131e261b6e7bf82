package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk/assignment"
	"github.com/recado-chat/recado/shared/desk/claims"
	"github.com/recado-chat/recado/shared/desk/contacts"
	"github.com/recado-chat/recado/shared/desk/lifecycle"
	"github.com/recado-chat/recado/shared/desk/merge"
	"github.com/recado-chat/recado/shared/desk/outbound"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/live"
	"github.com/recado-chat/recado/shared/push"
	"github.com/recado-chat/recado/shared/queue"
	"github.com/recado-chat/recado/shared/seal"
	"github.com/recado-chat/recado/shared/secret"
)

// Config is what the environment tells the function.
type Config struct {
	DirectoryTable string          `env:"DIRECTORY_TABLE"`
	DeskTable      string          `env:"DESK_TABLE"`
	LiveTable      string          `env:"LIVE_TABLE"`
	SocketEndpoint string          `env:"SOCKET_ENDPOINT"`
	SecretKeyID    string          `env:"SECRET_KEY_ID"`
	WebhookURL     string          `env:"WEBHOOK_URL"`
	PublicURLName  string          `env:"PUBLIC_URL_NAME"`
	Providers      all.Settings    `env:"-"`
	SecretNames    all.HookSecrets `env:"-"`
	DeadQueueURL   string          `env:"DEAD_QUEUE_URL"`
}

// checkpointKey signs checkpoints. Checkpoints never leave the system, so the key only has to be the same in every process.
var checkpointKey = []byte("jobs")

// Build makes the handler.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, fmt.Errorf("build jobs: %w", err)
	}
	tables := dynamo.Tables{Directory: config.DirectoryTable, Desk: config.DeskTable, Live: config.LiveTable}
	db := dynamo.Connect(dynamodb.NewFromConfig(rt.Client("dynamodb")), tables, dynamo.WithClock(rt.Now), dynamo.WithCursorKey(checkpointKey))
	store := dynamo.NewDesk(db)
	channels := all.New(channel.Environment{Settings: config.Providers, HTTP: rt.HTTP})
	useCases, err := newUseCases(store, channels.Capabilities, rt.Now)
	if err != nil {
		return nil, fmt.Errorf("build jobs: %w", err)
	}
	sealer, err := seal.New(kms.NewFromConfig(rt.Client("kms")), config.SecretKeyID)
	if err != nil {
		return nil, fmt.Errorf("build jobs: %w", err)
	}
	claimer, err := claims.New(store, rt.Now, boot.Sleep)
	if err != nil {
		return nil, fmt.Errorf("build jobs: %w", err)
	}
	sockets, err := push.New(push.NewClient(rt.Client("apigatewaymanagementapi"), config.SocketEndpoint))
	if err != nil {
		return nil, fmt.Errorf("build jobs: %w", err)
	}
	metrics, err := queue.Metrics(rt, "jobs", LoadsRepaired)
	if err != nil {
		return nil, err
	}
	h, err := New(Deps{
		Store: store, Desk: useCases, Claims: claimer, Live: live.New(db), Sockets: sockets, Channels: channels, Sealer: sealer,
		WebhookURL: config.WebhookURL, SecretNames: config.SecretNames, PublicURLName: config.PublicURLName, Secrets: secret.New(ssm.NewFromConfig(rt.Client("ssm")), rt.Now),
		Now: rt.Now, Metrics: metrics, Log: rt.Log,
	})
	if err != nil {
		return nil, err
	}
	return queue.Counted(rt, "jobs", config.DeadQueueURL, h.Routes(), metrics)
}

// useCases are the use cases that jobs apply to conversations.
type useCases struct {
	*lifecycle.Closer
	*assignment.Assigner
	*contacts.Updater
	*merge.Merger
	*outbound.Sender
}

func newUseCases(store *dynamo.Desk, capabilities func(chat.ChannelType) (chat.Capabilities, bool), now func() time.Time) (u useCases, err error) {
	if u.Closer, err = lifecycle.NewCloser(store, now); err != nil {
		return u, err
	}
	if u.Assigner, err = assignment.New(store, now); err != nil {
		return u, err
	}
	if u.Updater, err = contacts.New(store, now); err != nil {
		return u, err
	}
	if u.Merger, err = merge.New(store, now); err != nil {
		return u, err
	}
	u.Sender, err = outbound.New(store, capabilities, now)
	return u, err
}
