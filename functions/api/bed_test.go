package api

import (
	"bytes"
	"context"
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

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

const origin = "https://console.example"

// bed is the API on a real store and a real desk; what lies outside AWS's tables is faked.
type bed struct {
	*Handler
	t        *testing.T
	store    *dynamo.Store
	desk     *desk.Desk
	vault    *vault
	files    *files
	log      *syncBuffer
	clock    *clock
	requests atomic.Int64
}

// newBed makes a bed; options change how its store talks to the database.
func newBed(t *testing.T, options ...func(*dynamodb.Options)) *bed {
	t.Helper()
	c := &clock{now: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	db := dynamotest.Open(t, engine.Default())
	store := dynamo.New(dynamodb.New(db.Client.Options(), options...), db.Tables, dynamo.WithClock(c.Now), dynamo.WithCursorKey([]byte("cursors")))
	channels := all.Offline()
	verbs, err := desk.New(store, channels.Capabilities, c.Now)
	if err != nil {
		t.Fatal(err)
	}
	b := &bed{t: t, store: store, desk: verbs, vault: &vault{}, files: &files{}, log: &syncBuffer{}, clock: c}
	b.Handler, err = New(Deps{
		Store: store, Desk: verbs, Vault: b.vault, Files: b.files, Sealer: sealer{}, Keys: keys{"new", "old"}, SigningKeyName: "signing", OriginSecretName: "origin",
		Channels: channels, Now: c.Now, Wall: c.Now, Log: slog.New(slog.NewJSONHandler(b.log, nil)),
		PublicURL: origin, ForgotTakes: time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now moves on by a millisecond each time it is asked, as clocks do.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Millisecond)
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type syncBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// vault is a working vault in memory.
type vault struct {
	mu        sync.Mutex
	passwords map[string]string
	checks    int
}

func (v *vault) Create(_ context.Context, email, password string) (string, error) {
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

func (v *vault) Check(_ context.Context, email, password string) (string, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.checks++
	if known, ok := v.passwords[email]; !ok || known != password {
		return "", fault.New(fault.Unauthenticated, "wrong").WithReason("wrong_credentials")
	}
	return "subject-of-" + email, nil
}

func (v *vault) SetPassword(_ context.Context, email, password string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.passwords[email] = password
	return nil
}

// files knows the objects that were put through its links.
type files struct {
	mu   sync.Mutex
	objs map[string]blob.Info
}

func (f *files) put(key string, info blob.Info) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.objs == nil {
		f.objs = map[string]blob.Info{}
	}
	f.objs[key] = info
}

func (f *files) Head(_ context.Context, key string) (blob.Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	info, ok := f.objs[key]
	if !ok {
		return info, fault.New(fault.NotFound, "the file is not there")
	}
	return info, nil
}

func (f *files) PresignPut(_ context.Context, key, mime string, size int64, _ time.Duration) (string, map[string]string, error) {
	return fmt.Sprintf("https://files.example/%s?size=%d", key, size), map[string]string{"Content-Type": mime}, nil
}

func (f *files) PresignGet(_ context.Context, key, name, _ string, inline bool, _ time.Duration) (string, error) {
	return fmt.Sprintf("https://files.example/%s?name=%s&inline=%t", key, url.QueryEscape(name), inline), nil
}

type sealer struct{}

func (sealer) SealCredentials(_ context.Context, account chat.AccountID, c chat.Credentials) (chat.Secret, error) {
	return chat.Secret(fmt.Sprintf("sealed for %s: %d bytes", account, len(c))), nil
}

type keys []string

func (k keys) List(context.Context, string) ([]string, error) { return k, nil }

// answer is what came back.
type answer struct {
	t       *testing.T
	status  int
	header  map[string]string
	cookies []string
	body    string
}

// want fails the test unless the status is the one given, and reads the body.
func (a answer) want(status int) map[string]any {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	var value map[string]any
	if a.body != "" {
		if err := json.Unmarshal([]byte(a.body), &value); err != nil {
			a.t.Fatalf("the body is no JSON object: %v: %s", err, a.body)
		}
	}
	return value
}

// wantError fails the test unless the answer is an error with this code and field.
func (a answer) wantError(status int, code, field string) {
	a.t.Helper()
	failure, _ := a.want(status)["error"].(map[string]any)
	got, _ := failure["field"].(string)
	if failure["code"] != code || got != field {
		a.t.Fatalf("error %v, want code %q and field %q", failure, code, field)
	}
}

// into reads the body as the type given.
func into[T any](a answer, status int) T {
	a.t.Helper()
	a.want(status)
	var value T
	if err := json.Unmarshal([]byte(a.body), &value); err != nil {
		a.t.Fatalf("read %T: %v: %s", value, err, a.body)
	}
	return value
}

// client is one who calls: a browser with a cookie, or nobody yet.
type client struct {
	*bed
	cookie  string
	headers map[string]string
	ip      string
}

func (b *bed) client() *client { return &client{bed: b, ip: "192.0.2.1"} }

// with is the same client with one more header.
func (c *client) with(name, value string) *client {
	more := *c
	more.headers = map[string]string{name: value}
	for n, v := range c.headers {
		if n != name {
			more.headers[n] = v
		}
	}
	return &more
}

func (c *client) do(method, target string, body any) answer {
	c.t.Helper()
	path, query, _ := strings.Cut(target, "?")
	event := events.APIGatewayV2HTTPRequest{RawPath: path, RawQueryString: query, Headers: map[string]string{}}
	event.RequestContext.HTTP.Method = method
	event.RequestContext.HTTP.SourceIP = c.ip
	event.RequestContext.HTTP.UserAgent = "test"
	event.RequestContext.RequestID = fmt.Sprintf("request-%d", c.requests.Add(1))
	if c.cookie != "" {
		event.Cookies = []string{auth.Cookie + "=" + c.cookie}
		event.Headers["origin"] = origin
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
			c.t.Fatal(err)
		}
		event.Body = string(encoded)
	}
	response, err := c.Handle(c.t.Context(), event)
	if err != nil {
		c.t.Fatalf("the handler failed: %v", err)
	}
	return answer{c.t, response.StatusCode, response.Headers, response.Cookies, response.Body}
}

type fields map[string]any

const secretWord = "correct horse battery"

// person signs an owner up and hands back their browser.
func (b *bed) owner(email string) *client {
	b.t.Helper()
	c := b.client()
	a := c.do("POST", "/api/v1/auth/sign-up", fields{"accountName": "Café " + email, "name": "Ana", "email": email, "password": secretWord})
	a.want(http.StatusCreated)
	c.cookie = sessionOf(a)
	return c
}

// signIn hands back the browser of somebody whom the account's owner made.
func (b *bed) signedIn(email string) *client {
	b.t.Helper()
	c := b.client()
	a := c.do("POST", "/api/v1/auth/sign-in", fields{"email": email, "password": secretWord})
	a.want(http.StatusOK)
	c.cookie = sessionOf(a)
	return c
}

// employ makes an operator in the owner's account and hands back their browser and id.
func (c *client) employ(role chat.Role, email string) (*client, string) {
	c.t.Helper()
	made := c.do("POST", "/api/v1/operators", fields{"name": string(role), "email": email, "role": role, "password": secretWord}).want(http.StatusCreated)
	return c.signedIn(email), made["id"].(string)
}

func sessionOf(a answer) string {
	a.t.Helper()
	token := auth.TokenFromCookies([]string{strings.SplitN(a.cookies[0], ";", 2)[0]})
	if token == "" {
		a.t.Fatalf("no session in the cookies %q", a.cookies)
	}
	return token
}

// account reads whose browser it is.
func (c *client) me() (account chat.Account, operator chat.Operator) {
	c.t.Helper()
	session, err := c.store.Session(c.t.Context(), auth.Hash(c.cookie))
	if err != nil {
		c.t.Fatal(err)
	}
	if account, err = c.store.Account(c.t.Context(), session.AccountID); err != nil {
		c.t.Fatal(err)
	}
	if operator, err = c.store.Operator(c.t.Context(), session.AccountID, session.OperatorID); err != nil {
		c.t.Fatal(err)
	}
	return account, operator
}

// connect makes a channel of the account.
func (c *client) connect(asset string) chat.Channel {
	c.t.Helper()
	made := c.do("POST", "/api/v1/channels", fields{
		"type": "whatsapp", "name": "Ventas", "externalId": asset, "credentials": fields{"accessToken": "EAAG-secret"},
	}).want(http.StatusCreated)
	account, _ := c.me()
	ch, err := c.store.Channel(c.t.Context(), account.ID, chat.ChannelID(made["id"].(string)))
	if err != nil {
		c.t.Fatal(err)
	}
	return ch
}

// receive lets somebody write to a channel, as ingest does.
func (c *client) receive(ch chat.Channel, from, called, text string) chat.ConversationID {
	c.t.Helper()
	account, _ := c.me()
	now := c.clock.Now()
	received, err := c.desk.Receive(c.t.Context(), account, ch, chat.Inbound{
		Kind: chat.InboundMessage, Asset: ch.ExternalID, ProviderID: fmt.Sprintf("wamid.%s.%d", from, now.UnixMilli()), At: now, ReceivedAt: now,
		Sender: chat.Sender{Addresses: []string{from}, Name: called, Phone: from}, Type: chat.TypeText, Text: text,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return received.Conversation.ID
}

// jobs are those of a kind that wait for their first step.
func (b *bed) jobs(kind chat.JobKind) []chat.Job {
	b.t.Helper()
	var jobs []chat.Job
	for shard := range dynamo.DueShards {
		due, err := b.store.Due(b.t.Context(), shard, b.clock.Now().Add(time.Hour), chat.PageRequest{Limit: 100})
		if err != nil {
			b.t.Fatal(err)
		}
		for _, item := range due.Items {
			if item.Kind != string(chat.TimerJob) {
				continue
			}
			job, err := b.store.Job(b.t.Context(), item.AccountID, item.Subject)
			if err != nil {
				b.t.Fatal(err)
			}
			if job.Kind == kind {
				jobs = append(jobs, job)
			}
		}
	}
	return jobs
}
