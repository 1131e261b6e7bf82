package widget

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/infra/testkit/contracttest"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/webchat"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/limit"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
	"github.com/recado-chat/recado/shared/wire"
)

const (
	siteA = "SITEAAAAAAAAAAAAAAAA"
	siteB = "SITEBBBBBBBBBBBBBBBB"
	pageA = "https://a.example"
	pageB = "https://b.example"
)

// fixture is the function with a real desk. Items on its inbound queue are ingested at once, unless they are held.
type fixture struct {
	*desktest.Fixture
	*Handler
	store   *dynamo.Store
	files   *files
	log     bytes.Buffer
	hold    bool
	waiting []queue.Message
	down    bool
	sites   map[string]chat.Channel
	ip      string
	headers map[string]string
	hits    *hits
}

// hits counts the writes that limits cost.
type hits struct {
	limit.Counter
	writes int
}

func (h *hits) HitTimes(ctx context.Context, key string, times int, window time.Duration, now time.Time) (int, error) {
	h.writes++
	return h.Counter.HitTimes(ctx, key, times, window, now)
}

func open(t *testing.T) *fixture {
	t.Helper()
	company := desktest.New(t)
	b := &fixture{
		Fixture: company, store: company.Store, files: &files{known: map[string]string{}}, sites: map[string]chat.Channel{},
		ip: "203.0.113.7", hits: &hits{Counter: company.Store},
	}
	b.site(siteA, "A", pageA, desktest.Shop)
	log := slog.New(slog.NewJSONHandler(&b.log, nil))
	metrics, err := obs.NewMetrics(&b.log, b.Now, "widget", limit.RequestsLimited)
	b.Must(err)
	limits, err := limit.New(b.hits, b.Now, metrics, log)
	b.Must(err)
	b.Handler, err = New(Deps{
		Store: b.store, Files: b.files, Inbound: b, Chat: webchat.New(), Secrets: secrets{"signing": {"key"}, "origin": {"edge"}}, SigningKeyName: "signing",
		OriginSecretName: "origin", PublicURL: "https://recado.example", Limits: limits, Now: b.Now, Wall: b.Now, Log: log,
	})
	b.Must(err)
	return b
}

// site connects another site.
func (b *fixture) site(code, name, page string, store chat.StoreID) {
	b.Helper()
	ch := chat.Channel{
		ID: chat.ChannelID("CH" + code), AccountID: desktest.Account, StoreID: store, Type: "webchat", Name: name, ExternalID: code,
		Settings: fmt.Appendf(nil, `{"origins":[%q],"title":"","greeting":"Hola","color":"#112233"}`, page),
		Health:   chat.Health{State: chat.HealthOK}, CreatedAt: b.Time, Version: 1,
	}
	b.Must(b.store.CreateChannel(b.Context(), ch, nil))
	b.sites[code] = ch
}

// Send implements the inbound queue and ingests its items.
func (b *fixture) Send(_ context.Context, out ...queue.Message) error {
	if b.down {
		return fault.New(fault.Unavailable, "no queue")
	}
	b.waiting = append(b.waiting, out...)
	if !b.hold {
		b.ingest()
	}
	return nil
}

func (b *fixture) ingest() {
	b.Helper()
	for _, out := range b.waiting {
		item, ok, err := events.Decode[events.InboundReceived](out.Envelope)
		if !ok || err != nil || out.Group == "" || out.Dedup == "" {
			b.Fatalf("on the queue is %+v: %v", out, err)
		}
		in, err := webchat.New().Parse(item.Body, item.ReceivedAt)
		b.Must(err)
		ch := b.sites[item.Asset]
		if in.Kind == chat.InboundStatus {
			b.Must(b.Desk.UpdateStatus(b.Context(), b.Account, ch, in))
			continue
		}
		_, err = b.Desk.Receive(b.Context(), b.Account, ch, in)
		b.Must(err)
	}
	b.waiting = nil
}

type secrets map[string][]string

func (s secrets) List(_ context.Context, name string) ([]string, error) { return s[name], nil }

// heads are the first bytes of files of some types.
var heads = map[string]string{"image/png": "\x89PNG\r\n\x1a\n", "image/jpeg": "\xff\xd8\xff\xe0", "application/pdf": "%PDF-1.7\n", "audio/mpeg": "ID3\x04", "video/mp4": "\x00\x00\x00\x18ftypmp42"}

// files is a bucket in which each link has put what it is for.
type files struct {
	mu    sync.Mutex
	known map[string]string
}

func (f *files) Start(_ context.Context, key string, _ int) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	head, ok := f.known[key]
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no such object")
	}
	return []byte(head), nil
}

func (f *files) PresignPut(_ context.Context, key, mime string, _ int64, _ time.Duration) (string, map[string]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.known[key] = heads[mime]
	return "https://files.example/" + key, map[string]string{"Content-Type": mime}, nil
}

func (f *files) PresignGet(_ context.Context, key, name, _ string, inline bool, _ time.Duration) (string, error) {
	return fmt.Sprintf("https://files.example/%s?name=%s&inline=%t", key, name, inline), nil
}

// answer is a decoded response.
type answer struct {
	lambdaevents.APIGatewayV2HTTPResponse
}

func (b *fixture) do(method, path, token string, body any) answer {
	b.Helper()
	encoded, err := json.Marshal(body)
	b.Must(err)
	path, query, _ := strings.Cut(path, "?")
	request := lambdaevents.APIGatewayV2HTTPRequest{RawPath: path, RawQueryString: query, Body: string(encoded), Headers: map[string]string{}}
	request.RequestContext.HTTP.Method, request.RequestContext.HTTP.SourceIP = method, b.ip
	maps.Copy(request.Headers, b.headers)
	if token != "" {
		request.Headers["authorization"] = "Bearer " + token
	}
	response, err := b.Handle(b.Context(), request)
	b.Must(err)
	contracttest.Load(b.TB).Check(b.TB, contracttest.Exchange{
		Method: method, Path: path, Request: request.Body, Status: response.StatusCode, ContentType: response.Headers["Content-Type"], Answer: response.Body,
	})
	return answer{response}
}

func into[T any](b *fixture, a answer, status int) (value T) {
	b.Helper()
	if a.StatusCode != status {
		b.Fatalf("answered %d %s, want %d", a.StatusCode, a.Body, status)
	}
	b.Must(json.Unmarshal([]byte(a.Body), &value))
	return value
}

func (b *fixture) refused(what string, a answer, status int, field string) {
	b.Helper()
	var e wire.ErrorAnswer
	b.Must(json.Unmarshal([]byte(a.Body), &e))
	if a.StatusCode != status || e.Error.Field != field {
		b.Errorf("%s: %d %s, want %d of field %q", what, a.StatusCode, a.Body, status, field)
	}
}

type fields = map[string]any

func (b *fixture) visit(site, page, token string) wire.VisitorSession {
	b.Helper()
	a := b.do("POST", "/widget/v1/sessions", "", fields{"site": site, "origin": page, "token": token})
	if a.StatusCode != http.StatusOK && a.StatusCode != http.StatusCreated {
		b.Fatalf("the visitor is refused: %d %s", a.StatusCode, a.Body)
	}
	return into[wire.VisitorSession](b, a, a.StatusCode)
}

func (b *fixture) say(token, id, text string) {
	b.Helper()
	b.Advance(time.Second)
	into[fields](b, b.do("POST", "/widget/v1/messages", token, fields{"clientId": id, "type": "text", "text": text}), http.StatusAccepted)
}

func (b *fixture) history(token, cursor string) wire.List[wire.VisitorMessage] {
	b.Helper()
	return into[wire.List[wire.VisitorMessage]](b, b.do("GET", "/widget/v1/messages?limit=2&cursor="+cursor, token, nil), http.StatusOK)
}

// texts returns the texts that a visitor sees, all pages, oldest first.
func (b *fixture) texts(token string) (texts []string) {
	b.Helper()
	for cursor := ""; ; {
		page := b.history(token, cursor)
		var these []string
		for _, m := range page.Items {
			these = append(these, string(m.Direction)+" "+*m.Text)
		}
		texts = append(these, texts...)
		if page.NextCursor == nil {
			return texts
		}
		cursor = *page.NextCursor
	}
}

// open returns the visitor's open conversation.
func (b *fixture) open(site, visitor string) chat.Conversation {
	b.Helper()
	identity, _, err := b.store.Identity(b.Context(), desktest.Account, b.sites[site].ID, []string{visitor})
	b.Must(err)
	return b.Conversation(identity.OpenConversationID)
}

// deliver simulates the send function.
func (b *fixture) deliver(site string, id chat.ConversationID) {
	b.Helper()
	_, err := b.Desk.Deliver(b.Context(), b.Conversation(id), b.sites[site], nil, func(ctx context.Context, _ chat.Conversation, m chat.Message) (channel.Delivered, error) {
		return webchat.New().Send(ctx, chat.Credentials{}, channel.Outbound{Ref: desk.Ref(m)})
	})
	b.Must(err)
}
