package api

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/identity"
	"github.com/recado-chat/recado/shared/seal"
	"github.com/recado-chat/recado/shared/secret"
)

// Config is what the function reads from its environment.
type Config struct {
	DirectoryTable   string       `env:"DIRECTORY_TABLE"`
	DeskTable        string       `env:"DESK_TABLE"`
	LiveTable        string       `env:"LIVE_TABLE"`
	MediaBucket      string       `env:"MEDIA_BUCKET"`
	SecretKeyID      string       `env:"SECRET_KEY_ID"`
	UserPoolID       string       `env:"USER_POOL_ID"`
	UserPoolClientID string       `env:"USER_POOL_CLIENT_ID"`
	SigningKeyName   string       `env:"SIGNING_KEY_NAME"`
	PublicURLName    string       `env:"PUBLIC_URL_NAME"`
	OriginSecretName string       `env:"ORIGIN_SECRET_NAME"`
	Providers        all.Settings `env:"-"`
}

// forgotTakes is above what a slow write takes, so that the time of the answer tells nothing.
const forgotTakes = 400 * time.Millisecond

// Build wires the API. Of the providers it calls only those that check credentials when a channel is connected. A cold start calls nothing:
// the signing key is read when the first request needs it.
func Build(_ context.Context, rt *boot.Runtime) (lambda.Handler, error) {
	config, err := boot.Load[Config](rt)
	if err != nil {
		return nil, err
	}
	f := &function{log: rt.Log, handler: cache.NewLazy(func(ctx context.Context) (*Handler, error) { return connect(ctx, rt, config) })}
	return boot.Handler(f.Handle), nil
}

// function is the Handler from the moment on at which a request needs it.
type function struct {
	log     *slog.Logger
	handler *cache.Lazy[*Handler]
}

// Handle answers one request; whether the service lives is answered without anybody's help.
func (f *function) Handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	if event.RawPath == healthPath {
		response, err := health(ctx, nil)
		return response.Encode(event.RequestContext.RequestID, false), err
	}
	h, err := f.handler.Get(ctx)
	if err != nil {
		return httpapi.Unready(ctx, f.log, event, err), nil
	}
	return h.Handle(ctx, event)
}

func connect(ctx context.Context, rt *boot.Runtime, config Config) (*Handler, error) {
	keys := secret.New(ssm.NewFromConfig(rt.Client("ssm")), auth.Now)
	signing := func(ctx context.Context) ([]string, error) { return secret.Required(ctx, keys, config.SigningKeyName) }
	if _, err := signing(ctx); err != nil {
		return nil, err
	}
	// What is deployed last knows where the console is found, so a service that is only half deployed does not.
	publicURL, err := secret.Required(ctx, keys, config.PublicURLName)
	if err != nil {
		return nil, err
	}
	store := dynamo.New(dynamodb.NewFromConfig(rt.Client("dynamodb")),
		dynamo.Tables{Directory: config.DirectoryTable, Desk: config.DeskTable, Live: config.LiveTable},
		dynamo.WithClock(rt.Now), dynamo.WithCursorKeys(signing))
	vault, err := identity.NewCognito(cognitoidentityprovider.NewFromConfig(rt.Client("cognito-idp")), config.UserPoolID, config.UserPoolClientID)
	if err != nil {
		return nil, err
	}
	files, err := blob.New(blob.NewClient(rt.Client("s3")), config.MediaBucket)
	if err != nil {
		return nil, err
	}
	sealer, err := seal.New(kms.NewFromConfig(rt.Client("kms")), config.SecretKeyID)
	if err != nil {
		return nil, err
	}
	channels := all.New(channel.Environment{Settings: config.Providers, HTTP: rt.HTTP})
	verbs, err := desk.New(store, channels.Capabilities, rt.Now)
	if err != nil {
		return nil, err
	}
	return New(Deps{
		Store: store, Desk: verbs, Vault: vault, Files: files, Sealer: sealer, Keys: keys, SigningKeyName: config.SigningKeyName,
		OriginSecretName: config.OriginSecretName,
		Channels:         channels, Now: rt.Now, Wall: auth.Now, Log: rt.Log,
		PublicURL: publicURL[0], ForgotTakes: forgotTakes,
	})
}
