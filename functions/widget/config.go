package widget

import (
	"context"
	"fmt"
	"log/slog"

	lambdaevents "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/channel/webchat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/limit"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
	"github.com/recado-chat/recado/shared/secret"
)

// Config is what the environment tells the function.
type Config struct {
	DirectoryTable   string `env:"DIRECTORY_TABLE"`
	DeskTable        string `env:"DESK_TABLE"`
	LiveTable        string `env:"LIVE_TABLE"`
	MediaBucket      string `env:"MEDIA_BUCKET"`
	IngestQueueURL   string `env:"TO_INGEST_QUEUE_URL"`
	SigningKeyName   string `env:"SIGNING_KEY_NAME"`
	PublicURLName    string `env:"PUBLIC_URL_NAME"`
	OriginSecretName string `env:"ORIGIN_SECRET_NAME"`
}

// Build makes the handler. A cold start makes no remote call: the console's address is read when the first request needs it.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, err
	}
	f := &function{log: rt.Log, handler: cache.NewLazy(func(ctx context.Context) (*Handler, error) { return connect(ctx, rt, config) })}
	return boot.Handler(f.Handle), nil
}

// function builds its Handler when the first request needs it.
type function struct {
	log     *slog.Logger
	handler *cache.Lazy[*Handler]
}

// Handle handles one request.
func (f *function) Handle(ctx context.Context, event lambdaevents.APIGatewayV2HTTPRequest) (lambdaevents.APIGatewayV2HTTPResponse, error) {
	h, err := f.handler.Get(ctx)
	if err != nil {
		return httpapi.Unready(ctx, f.log, event, err), nil
	}
	return h.Handle(ctx, event)
}

func connect(ctx context.Context, rt *boot.Runtime, config Config) (*Handler, error) {
	keys := secret.New(ssm.NewFromConfig(rt.Client("ssm")), auth.Now)
	publicURL, err := secret.Required(ctx, keys, config.PublicURLName)
	if err != nil {
		return nil, err
	}
	signing := func(ctx context.Context) ([]string, error) { return secret.Required(ctx, keys, config.SigningKeyName) }
	store := dynamo.New(dynamodb.NewFromConfig(rt.Client("dynamodb")),
		dynamo.Tables{Directory: config.DirectoryTable, Desk: config.DeskTable, Live: config.LiveTable},
		dynamo.WithClock(rt.Now), dynamo.WithCursorKeys(signing))
	files, err := blob.New(blob.NewClient(rt.Client("s3")), config.MediaBucket)
	if err != nil {
		return nil, err
	}
	inbound, err := queue.NewSender(sqs.NewFromConfig(rt.Client("sqs")), config.IngestQueueURL)
	if err != nil {
		return nil, err
	}
	metrics, err := obs.NewMetrics(rt.Out, rt.Now, "widget", limit.RequestsLimited)
	if err != nil {
		return nil, fmt.Errorf("build widget: %w", err)
	}
	limits, err := limit.New(store, auth.Now, metrics, rt.Log)
	if err != nil {
		return nil, fmt.Errorf("build widget: %w", err)
	}
	return New(Deps{
		Store: store, Files: files, Inbound: inbound, Chat: webchat.New(), Secrets: keys, SigningKeyName: config.SigningKeyName,
		OriginSecretName: config.OriginSecretName, PublicURL: publicURL[0], Limits: limits, Now: rt.Now, Wall: auth.Now, Log: rt.Log,
	})
}
