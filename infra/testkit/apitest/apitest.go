// Package apitest runs the two REST functions, api and admin, on a real store and the real use cases, behind the routes of API Gateway.
// What lies outside AWS's tables (passwords, files, encryption) is faked.
package apitest

import (
	"context"
	"encoding/hex"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/functions/admin"
	"github.com/recado-chat/recado/functions/api"
	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/local/gateway"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/desk/claims"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/httpapi/rest"
)

// Origin is the console's.
const Origin = "https://console.example"

// Fixture is both functions over one store.
type Fixture struct {
	T        *testing.T
	Store    *dynamo.Store
	Desk     *desktest.UseCases
	Vault    *Vault
	Files    *Files
	Graph    *Graph
	Keys     *Keys
	Log      *Buffer
	Clock    *Clock
	API      *rest.Server
	Admin    *rest.Server
	Deps     rest.Deps // of both servers
	requests atomic.Int64
}

// New makes a Fixture; options change how its store calls the database.
func New(t *testing.T, options ...func(*dynamodb.Options)) *Fixture {
	t.Helper()
	c := &Clock{now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	db := dynamotest.Open(t, engine.Default())
	keys := &Keys{Static{"new", "old"}}
	store := dynamo.New(dynamodb.New(db.Client.Options(), options...), db.Tables, dynamo.WithClock(c.Now), dynamo.WithCursorKeys(func(ctx context.Context) ([]string, error) {
		return keys.List(ctx, "signing")
	}))
	channels := all.Offline()
	f := &Fixture{T: t, Store: store, Desk: desktest.NewUseCases(t, store, channels.Capabilities, c.Now), Vault: &Vault{}, Files: &Files{}, Graph: newGraph(t), Keys: keys, Log: &Buffer{}, Clock: c}
	f.Deps = rest.Deps{
		Store: store, Keys: f.Keys, SigningKeyName: "signing", OriginSecretName: "origin",
		Now: c.Now, Wall: c.Now, Log: slog.New(slog.NewJSONHandler(f.Log, nil)), PublicURL: Origin,
	}
	f.Serve(store)
	return f
}

// Serve makes both functions anew, with another store behind the routes of api.
func (f *Fixture) Serve(store api.Store) {
	f.T.Helper()
	channels := all.New(channel.Environment{Settings: map[string]string{"GRAPH_URL": f.Graph.URL}})
	claimer, err := claims.New(f.Store, f.Clock.Now, func(_ context.Context, d time.Duration) error { f.Clock.Advance(d); return nil })
	if err != nil {
		f.T.Fatal(err)
	}
	if f.API, err = api.New(f.Deps, api.Parts{Store: store, Desk: f.Desk, Files: f.Files, Channels: channels}); err != nil {
		f.T.Fatal(err)
	}
	f.Admin, err = admin.New(f.Deps, admin.Parts{
		Store: f.Store, Desk: f.Desk, Claims: claimer, Vault: f.Vault, Sealer: sealer{}, Channels: channels, ForgotTakes: time.Millisecond,
	})
	if err != nil {
		f.T.Fatal(err)
	}
}

// Another is another pair of processes over the same store, clock and vault.
func (f *Fixture) Another() *Fixture {
	other := &Fixture{T: f.T, Store: f.Store, Desk: f.Desk, Vault: f.Vault, Files: f.Files, Graph: f.Graph, Keys: f.Keys, Log: f.Log, Clock: f.Clock, Deps: f.Deps}
	other.Serve(f.Store)
	return other
}

// Requests is how many requests were made.
func (f *Fixture) Requests() int64 { return f.requests.Load() }

// Routes are the routes of both functions.
func (f *Fixture) Routes() []rest.Route { return append(api.Routes(), admin.Routes()...) }

// Handle answers a request by the function that API Gateway leads it to.
func (f *Fixture) Handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	routes := make([]gateway.Route, len(topology.Routes))
	for i, route := range topology.Routes {
		routes[i] = gateway.Route(route)
	}
	function, err := gateway.FunctionOf(routes, event.RequestContext.HTTP.Method, event.RawPath)
	if err != nil {
		f.T.Fatal(err)
	}
	if function == "admin" {
		return f.Admin.Handle(ctx, event)
	}
	return f.API.Handle(ctx, event)
}

// Forget empties the caches of both functions, as if the next request met other processes.
func (f *Fixture) Forget() {
	f.API.Forget()
	f.Admin.Forget()
}

// InProgress is how long a request that died holds its idempotency key.
const InProgress = 30 * time.Second

// Digest is what package rest stores of a request's body.
func Digest(key, body string) string { return hex.EncodeToString(auth.MAC(key, []byte(body))) }
