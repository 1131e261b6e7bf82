// Package apitest runs the two REST functions, api and admin, on a real store and the real use cases, behind the routes of API Gateway.
// What lies outside AWS's tables (passwords, files, encryption) is faked.
package apitest

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/functions/admin"
	"github.com/recado-chat/recado/functions/api"
	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/local/gateway"
	"github.com/recado-chat/recado/infra/testkit/contracttest"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
	"github.com/recado-chat/recado/shared/fault"
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
	store := dynamo.New(dynamodb.New(db.Client.Options(), options...), db.Tables, dynamo.WithClock(c.Now), dynamo.WithCursorKey([]byte("cursors")))
	channels := all.Offline()
	f := &Fixture{T: t, Store: store, Desk: desktest.NewUseCases(t, store, channels.Capabilities, c.Now), Vault: &Vault{}, Files: &Files{}, Keys: &Keys{Static{"new", "old"}}, Log: &Buffer{}, Clock: c}
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
	channels := all.Offline()
	var err error
	if f.API, err = api.New(f.Deps, api.Parts{Store: store, Desk: f.Desk, Files: f.Files, Channels: channels}); err != nil {
		f.T.Fatal(err)
	}
	f.Admin, err = admin.New(f.Deps, admin.Parts{
		Store: f.Store, Desk: f.Desk, Vault: f.Vault, Sealer: sealer{}, Channels: channels, ForgotTakes: time.Millisecond,
	})
	if err != nil {
		f.T.Fatal(err)
	}
}

// Another is another pair of processes over the same store, clock and vault.
func (f *Fixture) Another() *Fixture {
	other := &Fixture{T: f.T, Store: f.Store, Desk: f.Desk, Vault: f.Vault, Files: f.Files, Keys: f.Keys, Log: f.Log, Clock: f.Clock, Deps: f.Deps}
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

type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now moves on by a millisecond each time it is asked, as clocks do.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Buffer is a log that several goroutines write.
type Buffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// Text is what was logged so far.
func (b *Buffer) Text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// Vault is a working vault in memory.
type Vault struct {
	mu        sync.Mutex
	passwords map[string]string
	checks    int
}

func (v *Vault) Create(_ context.Context, email, password string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.passwords == nil {
		v.passwords = map[string]string{}
	}
	if _, known := v.passwords[email]; known {
		return "", fault.New(fault.Conflict, "the address is taken").WithReason("exists")
	}
	v.passwords[email] = password
	return "subject-of-" + email, nil
}

func (v *Vault) Check(_ context.Context, email, password string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.checks++
	if known, ok := v.passwords[email]; !ok || known != password {
		return "", fault.New(fault.Unauthenticated, "wrong").WithReason("wrong_credentials")
	}
	return "subject-of-" + email, nil
}

// Checks is how many passwords were checked.
func (v *Vault) Checks() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.checks
}

func (v *Vault) SetPassword(_ context.Context, email, password string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.passwords[email] = password
	return nil
}

// Files knows the objects that were put through its links.
type Files struct {
	mu   sync.Mutex
	objs map[string]blob.Info
}

func (f *Files) Put(key string, info blob.Info) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.objs == nil {
		f.objs = map[string]blob.Info{}
	}
	f.objs[key] = info
}

func (f *Files) Head(_ context.Context, key string) (blob.Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, ok := f.objs[key]
	if !ok {
		return info, fault.New(fault.NotFound, "the file is not there")
	}
	return info, nil
}

func (f *Files) PresignPut(_ context.Context, key, mime string, size int64, _ time.Duration) (string, map[string]string, error) {
	return fmt.Sprintf("https://files.example/%s?size=%d", key, size), map[string]string{"Content-Type": mime}, nil
}

func (f *Files) PresignGet(_ context.Context, key, name, _ string, inline bool, _ time.Duration) (string, error) {
	return fmt.Sprintf("https://files.example/%s?name=%s&inline=%t", key, url.QueryEscape(name), inline), nil
}

type sealer struct{}

func (sealer) SealCredentials(_ context.Context, account chat.AccountID, c chat.Credentials) (chat.Secret, error) {
	return chat.Secret(fmt.Sprintf("sealed for %s: %d bytes", account, len(c))), nil
}

// Keys are the secrets of both functions; a test may replace them.
type Keys struct{ rest.Keys }

// List answers what the keys in use do.
func (k *Keys) List(ctx context.Context, name string) ([]string, error) {
	return k.Keys.List(ctx, name)
}

// Static are secrets that are the same whatever the parameter is called.
type Static []string

// List answers all of them.
func (s Static) List(context.Context, string) ([]string, error) { return s, nil }

// InProgress is how long a request that died holds its idempotency key.
const InProgress = 30 * time.Second

// Digest is what package rest stores of a request's body.
func Digest(key, body string) string { return hex.EncodeToString(auth.MAC(key, []byte(body))) }

// Answer is a response.
type Answer struct {
	T       *testing.T
	Status  int
	Header  map[string]string
	Cookies []string
	Body    string
}

// want fails the test unless the status is the one given, and reads the body.
func (a Answer) Want(status int) map[string]any {
	a.T.Helper()
	if a.Status != status {
		a.T.Fatalf("status %d, want %d: %s", a.Status, status, a.Body)
	}
	var value map[string]any
	if a.Body != "" {
		if err := json.Unmarshal([]byte(a.Body), &value); err != nil {
			a.T.Fatalf("the body is no JSON object: %v: %s", err, a.Body)
		}
	}
	return value
}

// WantError fails the test unless the answer is an error with this code and field.
func (a Answer) WantError(status int, code, field string) {
	a.T.Helper()
	failure, _ := a.Want(status)["error"].(map[string]any)
	got, _ := failure["field"].(string)
	if failure["code"] != code || got != field {
		a.T.Fatalf("error %v, want code %q and field %q", failure, code, field)
	}
}

// into reads the body as the type given.
func Into[T any](a Answer, status int) T {
	a.T.Helper()
	a.Want(status)
	var value T
	if err := json.Unmarshal([]byte(a.Body), &value); err != nil {
		a.T.Fatalf("read %T: %v: %s", value, err, a.Body)
	}
	return value
}

// Client is a browser with a session cookie, or without one.
type Client struct {
	*Fixture
	Cookie  string
	headers map[string]string
	IP      string
}

func (b *Fixture) Client() *Client { return &Client{Fixture: b, IP: "192.0.2.1"} }

// with is the same client with one more header.
func (c *Client) With(name, value string) *Client {
	more := *c
	more.headers = map[string]string{name: value}
	for n, v := range c.headers {
		if n != name {
			more.headers[n] = v
		}
	}
	return &more
}

func (c *Client) Do(method, target string, body any) Answer {
	c.T.Helper()
	path, query, _ := strings.Cut(target, "?")
	event := events.APIGatewayV2HTTPRequest{RawPath: path, RawQueryString: query, Headers: map[string]string{}}
	event.RequestContext.HTTP.Method = method
	event.RequestContext.HTTP.SourceIP = c.IP
	event.RequestContext.HTTP.UserAgent = "test"
	event.RequestContext.RequestID = fmt.Sprintf("request-%d", c.requests.Add(1))
	if c.Cookie != "" {
		event.Cookies = []string{auth.Cookie + "=" + c.Cookie}
		event.Headers["origin"] = Origin
	}
	for name, value := range c.headers {
		event.Headers[strings.ToLower(name)] = value
	}
	switch body := body.(type) {
	case nil:
	case string:
		event.Body = body
	default:
		encoded, err := json.Marshal(body)
		if err != nil {
			c.T.Fatal(err)
		}
		event.Body = string(encoded)
	}
	response, err := c.Handle(c.T.Context(), event)
	if err != nil {
		c.T.Fatalf("the handler failed: %v", err)
	}
	contracttest.Load(c.T).Check(c.T, contracttest.Exchange{
		Method: method, Path: path, Request: event.Body, Status: response.StatusCode, ContentType: response.Headers["Content-Type"], Answer: response.Body,
	})
	return Answer{c.T, response.StatusCode, response.Headers, response.Cookies, response.Body}
}

// Fields is a JSON object.
type Fields map[string]any

// Password is everybody's.
const Password = "correct horse battery"

// person signs an owner up and hands back their browser.
func (b *Fixture) Owner(email string) *Client {
	b.T.Helper()
	c := b.Client()
	a := c.Do("POST", "/api/v1/auth/sign-up", Fields{"accountName": "Café " + email, "name": "Ana", "email": email, "password": Password})
	a.Want(http.StatusCreated)
	c.Cookie = SessionOf(a)
	return c
}

// signIn hands back the browser of somebody whom the account's owner made.
func (b *Fixture) SignedIn(email string) *Client {
	b.T.Helper()
	c := b.Client()
	a := c.Do("POST", "/api/v1/auth/sign-in", Fields{"email": email, "password": Password})
	a.Want(http.StatusOK)
	c.Cookie = SessionOf(a)
	return c
}

// employ makes an operator in the owner's account and hands back their browser and id.
func (c *Client) Employ(role chat.Role, email string) (*Client, string) {
	c.T.Helper()
	made := c.Do("POST", "/api/v1/operators", Fields{"name": string(role), "email": email, "role": role, "password": Password}).Want(http.StatusCreated)
	return c.SignedIn(email), made["id"].(string)
}

func SessionOf(a Answer) string {
	a.T.Helper()
	token := auth.TokenFromCookies([]string{strings.SplitN(a.Cookies[0], ";", 2)[0]})
	if token == "" {
		a.T.Fatalf("no session in the cookies %q", a.Cookies)
	}
	return token
}

// account reads whose browser it is.
func (c *Client) Me() (account chat.Account, operator chat.Operator) {
	c.T.Helper()
	session, err := c.Store.Session(c.T.Context(), auth.Hash(c.Cookie))
	if err != nil {
		c.T.Fatal(err)
	}
	if account, err = c.Store.Account(c.T.Context(), session.AccountID); err != nil {
		c.T.Fatal(err)
	}
	if operator, err = c.Store.Operator(c.T.Context(), session.AccountID, session.OperatorID); err != nil {
		c.T.Fatal(err)
	}
	return account, operator
}

// connect makes a channel of the account.
func (c *Client) Connect(asset string) chat.Channel {
	c.T.Helper()
	made := c.Do("POST", "/api/v1/channels", Fields{
		"type": "whatsapp", "name": "Ventas", "externalId": asset, "credentials": Fields{"accessToken": "EAAG-secret"},
	}).Want(http.StatusCreated)
	account, _ := c.Me()
	ch, err := c.Store.Channel(c.T.Context(), account.ID, chat.ChannelID(made["id"].(string)))
	if err != nil {
		c.T.Fatal(err)
	}
	return ch
}

// receive lets somebody write to a channel, as ingest does.
func (c *Client) Receive(ch chat.Channel, from, called, text string) chat.ConversationID {
	c.T.Helper()
	account, _ := c.Me()
	now := c.Clock.Now()
	received, err := c.Desk.Receive(c.T.Context(), account, ch, chat.Inbound{
		Kind: chat.InboundMessage, Asset: ch.ExternalID, ProviderID: fmt.Sprintf("wamid.%s.%d", from, now.UnixMilli()), At: now, ReceivedAt: now,
		Sender: chat.Sender{Addresses: []string{from}, Name: called, Phone: from}, Type: chat.TypeText, Text: text,
	})
	if err != nil {
		c.T.Fatal(err)
	}
	return received.Conversation.ID
}

// jobs are those of a kind that wait for their first step.
func (b *Fixture) Jobs(kind chat.JobKind) []chat.Job {
	b.T.Helper()
	var jobs []chat.Job
	for shard := range schedule.DueShards {
		due, err := b.Store.Due(b.T.Context(), shard, b.Clock.Now().Add(time.Hour), chat.PageRequest{Limit: 100})
		if err != nil {
			b.T.Fatal(err)
		}
		for _, item := range due.Items {
			if item.Kind != string(chat.TimerJob) {
				continue
			}
			job, err := b.Store.Job(b.T.Context(), item.AccountID, item.Subject)
			if err != nil {
				b.T.Fatal(err)
			}
			if job.Kind == kind {
				jobs = append(jobs, job)
			}
		}
	}
	return jobs
}
