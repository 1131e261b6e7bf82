package admin

import (
	"context"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/desk/claims"
	"github.com/recado-chat/recado/shared/desk/templates"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/identity"
	"github.com/recado-chat/recado/shared/seal"
)

// Config is what the environment tells the function.
type Config struct {
	rest.Config
	DirectoryTable   string       `env:"DIRECTORY_TABLE"`
	DeskTable        string       `env:"DESK_TABLE"`
	LiveTable        string       `env:"LIVE_TABLE"`
	SecretKeyID      string       `env:"SECRET_KEY_ID"`
	UserPoolID       string       `env:"USER_POOL_ID"`
	UserPoolClientID string       `env:"USER_POOL_CLIENT_ID"`
	Providers        all.Settings `env:"-"`
}

// forgotTakes is longer than a slow write, so that the response time does not reveal whether the address exists.
const forgotTakes = 400 * time.Millisecond

// Build makes the handler. It calls providers only to check credentials when a channel is connected.
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
	store := dynamo.New(dynamodb.NewFromConfig(rt.Client("dynamodb")),
		dynamo.Tables{Directory: config.DirectoryTable, Desk: config.DeskTable, Live: config.LiveTable}, dynamo.WithClock(rt.Now))
	vault, err := identity.NewCognito(cognitoidentityprovider.NewFromConfig(rt.Client("cognito-idp")), config.UserPoolID, config.UserPoolClientID)
	if err != nil {
		return nil, err
	}
	sealer, err := seal.New(kms.NewFromConfig(rt.Client("kms")), config.SecretKeyID)
	if err != nil {
		return nil, err
	}
	channels := all.New(channel.Environment{Settings: config.Providers, HTTP: rt.HTTP})
	syncer, err := templates.New(store, channels.Capabilities, rt.Now)
	if err != nil {
		return nil, err
	}
	claimer, err := claims.New(store, rt.Now, boot.Sleep)
	if err != nil {
		return nil, err
	}
	deps.Store = store
	return New(deps, Parts{Store: store, Desk: syncer, Claims: claimer, Vault: vault, Sealer: sealer, Channels: channels, ForgotTakes: forgotTakes})
}
