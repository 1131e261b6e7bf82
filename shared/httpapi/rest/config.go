package rest

import (
	"context"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/secret"
)

// Config is what a Server needs of its function's environment.
type Config struct {
	SigningKeyName   string `env:"SIGNING_KEY_NAME"`
	PublicURLName    string `env:"PUBLIC_URL_NAME"`
	OriginSecretName string `env:"ORIGIN_SECRET_NAME"`
}

// Connect makes the dependencies of a Server, except its store, from the environment. It reads the signing keys, so that a function without
// them answers 503, and the console's address, which the deployment of Edge writes last.
func (c Config) Connect(ctx context.Context, rt *boot.Runtime) (Deps, error) {
	keys := secret.New(ssm.NewFromConfig(rt.Client("ssm")), auth.Now)
	if _, err := secret.Required(ctx, keys, c.SigningKeyName); err != nil {
		return Deps{}, err
	}
	publicURL, err := secret.Required(ctx, keys, c.PublicURLName)
	if err != nil {
		return Deps{}, err
	}
	return Deps{
		Keys: keys, SigningKeyName: c.SigningKeyName, OriginSecretName: c.OriginSecretName, PublicURL: publicURL[0],
		Now: rt.Now, Wall: auth.Now, Log: rt.Log,
	}, nil
}

// HealthPath is what monitors request.
const HealthPath = "/healthz"

// function is a Server that connects with the first request: a cold start calls no service.
type function struct {
	log    *slog.Logger
	server *cache.Lazy[*Server]
}

// Function makes the Lambda handler of a Server that connect makes when the first request needs it.
func Function(log *slog.Logger, connect func(context.Context) (*Server, error)) lambda.Handler {
	f := &function{log: log, server: cache.NewLazy(connect)}
	return boot.Handler(f.Handle)
}

// Handle answers one request. HealthPath is answered without connecting.
func (f *function) Handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	if event.RawPath == HealthPath {
		response, err := Health(ctx, nil)
		return response.Encode(event.RequestContext.RequestID, false), err
	}
	server, err := f.server.Get(ctx)
	if err != nil {
		return httpapi.Unready(ctx, f.log, event, err), nil
	}
	return server.Handle(ctx, event)
}

// Health answers 200 as long as the process runs.
func Health(context.Context, *Call) (httpapi.Response, error) {
	return OK(map[string]string{"status": "ok"})
}
