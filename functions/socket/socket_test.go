package socket_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/functions/socket"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/infra/testkit/pushtest"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/limit"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
)

const (
	account      = chat.AccountID("01K9S3TJ8W00000000000000AC")
	shop         = chat.StoreID("01K9S3TJ8W00000000000000ST")
	otherShop    = chat.StoreID("01K9S3TJ8W00000000000000S2")
	ana          = chat.OperatorID("01K9S3TJ8W00000000000000AN")
	beto         = chat.OperatorID("01K9S3TJ8W00000000000000BE")
	conversation = chat.ConversationID("01K9S3TJ8W0000000000000001")
	hidden       = chat.ConversationID("01K9S3TJ8W0000000000000002")
)

// lockedBuffer is a buffer for the log lines of several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// fixture is an account with an owner (Ana), an operator of one store (Beto), a conversation that both may see and one in a
// store that Beto was not granted.
type fixture struct {
	*testing.T
	store   *dynamo.Store
	gateway *pushtest.Gateway
	handler *socket.Handler
	logs    *lockedBuffer
	sent    *outbox
	lookups atomic.Int64 // of connections
	now     time.Time
}

// watchedStore counts the connections that are looked up.
type watchedStore struct {
	*dynamo.Store
	lookups *atomic.Int64
}

func (s watchedStore) Connection(ctx context.Context, id string) (chat.Connection, error) {
	s.lookups.Add(1)
	return s.Store.Connection(ctx, id)
}

// outbox is a queue that keeps its messages, or fails.
type outbox struct {
	out []queue.Message
	err error
}

func (o *outbox) Send(_ context.Context, out ...queue.Message) error {
	o.out = append(o.out, out...)
	return o.err
}

func open(t *testing.T) *fixture {
	t.Helper()
	w := &fixture{T: t, gateway: pushtest.New(t), logs: &lockedBuffer{}, sent: &outbox{}, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	w.store = dynamotest.New(t)
	now := func() time.Time { return w.now }
	handler, err := socket.New(watchedStore{w.store, &w.lookups}, w.gateway, w.sent, all.Offline().Capabilities, limits(t, w.store, now), now, obs.NewLogger(w.logs, "socket"))
	w.must(err)
	w.handler = handler
	w.must(w.store.CreateAccount(t.Context(),
		chat.Account{ID: account, Name: "Tienda", StoreID: shop, CreatedAt: w.now},
		chat.Store{ID: shop, AccountID: account, Name: "Tienda", CreatedAt: w.now},
		chat.Operator{ID: ana, AccountID: account, Name: "Ana", Email: "ana@example.com", Role: chat.Owner, Availability: chat.Available, Active: true}, nil))
	w.must(w.store.CreateOperator(t.Context(),
		chat.Operator{ID: beto, AccountID: account, Name: "Beto", Email: "beto@example.com", Role: chat.OperatorRole, StoreIDs: []chat.StoreID{shop}, Availability: chat.Away, Active: true}, nil))
	for id, store := range map[chat.ConversationID]chat.StoreID{conversation: shop, hidden: otherShop} {
		external := "ext-" + string(id)
		w.must(w.store.Commit(t.Context(), chat.Decision{
			After: chat.Conversation{
				ID: id, AccountID: account, StoreID: store, ChannelID: "CH", ChannelType: "whatsapp", ContactID: "CO", ExternalID: external,
				Status: chat.Open, CreatedAt: w.now, LastActivityAt: w.now, PoolSince: w.now,
			},
			Identity: &chat.Identity{AccountID: account, ChannelID: "CH", ExternalID: external, ContactID: "CO", OpenConversationID: id},
		}, w.now))
	}
	return w
}

// limits are those of one process.
func limits(t *testing.T, counter limit.Counter, now func() time.Time) *limit.Limiter {
	t.Helper()
	metrics, err := obs.NewMetrics(t.Output(), now, "socket", limit.RequestsLimited)
	if err != nil {
		t.Fatal(err)
	}
	made, err := limit.New(counter, now, metrics, obs.NewLogger(t.Output(), "socket"))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func (w *fixture) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// send sends the handler an event and returns its status.
func (w *fixture) send(route, connection, body string, query map[string]string) int {
	w.Helper()
	return w.answer(route, connection, body, query).StatusCode
}

func (w *fixture) answer(route, connection, body string, query map[string]string) events.APIGatewayProxyResponse {
	w.Helper()
	answer, err := w.handler.Handle(w.Context(), events.APIGatewayWebsocketProxyRequest{
		QueryStringParameters: query,
		Body:                  body,
		RequestContext:        events.APIGatewayWebsocketProxyRequestContext{RouteKey: route, ConnectionID: connection},
	})
	w.must(err)
	return answer
}

// join opens a browser that somebody looks at.
func (w *fixture) join(connection string, operator chat.OperatorID) {
	w.Helper()
	w.connect(connection, operator)
	if status := w.say(connection, watch); status != 200 {
		w.Fatalf("view answered %d", status)
	}
}

// connect opens a connection with a fresh ticket.
func (w *fixture) connect(connection string, operator chat.OperatorID) {
	w.Helper()
	token := auth.NewToken()
	w.must(w.store.PutTicket(w.Context(), chat.Ticket{
		Hash: auth.Hash(token), AccountID: account, OperatorID: operator, ExpiresAt: w.now.Add(30 * time.Second),
	}))
	if status := w.send("$connect", connection, "", map[string]string{"ticket": token}); status != 200 {
		w.Fatalf("connect answered %d", status)
	}
}

func (w *fixture) say(connection, body string) int {
	w.Helper()
	return w.send("$default", connection, body, nil)
}

// heard returns a connection's received items of one type, without the type.
func (w *fixture) heard(connection, kind string) []string {
	w.Helper()
	var heard []string
	for _, item := range w.gateway.Items(w, connection) {
		if item["type"] == kind {
			delete(item, "type")
			text, err := json.Marshal(item)
			w.must(err)
			heard = append(heard, string(text))
		}
	}
	return heard
}

func (w *fixture) wantHeard(connection, kind string, want ...string) {
	w.Helper()
	if got := w.heard(connection, kind); !slices.Equal(got, want) {
		w.Errorf("%s received %s %v, want %v", connection, kind, got, want)
	}
}

const watch = `{"action":"view","conversationId":null}`

const viewIt = `{"action":"view","conversationId":"01K9S3TJ8W0000000000000001"}`

// S1-25
func TestPresence(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.join("a1", ana)
	w.join("b1", beto)
	w.wantHeard("a1", "presence", `{"availability":"away","online":true,"operatorId":"`+string(beto)+`"}`)
	w.wantHeard("b1", "presence")
	w.gateway.Forget()

	w.join("b2", beto) // a second browser changes nothing
	w.wantHeard("a1", "presence")
	if status := w.send("$disconnect", "b1", "", nil); status != 200 {
		t.Errorf("disconnect answered %d", status)
	}
	w.wantHeard("a1", "presence")
	for range 2 { // API Gateway may repeat it
		if status := w.send("$disconnect", "b2", "", nil); status != 200 {
			t.Errorf("disconnect answered %d", status)
		}
	}
	w.wantHeard("a1", "presence", `{"availability":"away","online":false,"operatorId":"`+string(beto)+`"}`)
}

func TestConnect_Ticket_OnceBeforeExpiry(t *testing.T) {
	t.Parallel()
	w := open(t)
	ticket := chat.Ticket{Hash: auth.Hash("used"), AccountID: account, OperatorID: ana, ExpiresAt: w.now.Add(30 * time.Second)}
	w.must(w.store.PutTicket(t.Context(), ticket))
	ticket.Hash, ticket.ExpiresAt = auth.Hash("late"), w.now
	w.must(w.store.PutTicket(t.Context(), ticket))
	for _, c := range []struct {
		query map[string]string
		want  int
	}{
		{map[string]string{"ticket": "used"}, 200},
		{map[string]string{"ticket": "used"}, 401},
		{map[string]string{"ticket": "late"}, 401},
		{map[string]string{"ticket": "never"}, 401},
		{map[string]string{"ticket": strings.Repeat("x", 10_000)}, 401},
		{nil, 401},
	} {
		if got := w.send("$connect", "c", "", c.query); got != c.want {
			t.Errorf("a ticket of %d characters: %d, want %d", len(c.query["ticket"]), got, c.want)
		}
	}
}

// S1-25
func TestSocket_SessionEnded_Closed(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.join("a", ana)
	w.must(w.store.PutSession(t.Context(), chat.Session{Hash: "S", AccountID: account, OperatorID: beto, ExpiresAt: w.now.Add(time.Hour)}))
	ticket := func(hash string) {
		w.must(w.store.PutTicket(t.Context(), chat.Ticket{
			Hash: auth.Hash(hash), AccountID: account, OperatorID: beto, Session: "S", ExpiresAt: w.now.Add(30 * time.Second),
		}))
	}
	ticket("now")
	ticket("late")
	if status := w.send("$connect", "b", "", map[string]string{"ticket": "now"}); status != 200 {
		t.Fatalf("connect answered %d", status)
	}
	w.must(w.store.DeleteSession(t.Context(), account, beto, "S"))

	if status := w.say("b", `{"action":"view","conversationId":"`+string(conversation)+`"}`); status != 404 {
		t.Errorf("a socket whose session has ended was answered with %d", status)
	}
	if w.gateway.Calls("DELETE", "b") != 1 {
		t.Error("its connection was left open")
	}
	w.say("a", `{"action":"view","conversationId":"`+string(conversation)+`"}`)
	if got := w.heard("b", "viewing"); got != nil {
		t.Errorf("it still received %v", got)
	}
	if status := w.send("$connect", "c", "", map[string]string{"ticket": "late"}); status != 401 {
		t.Errorf("a ticket of an ended session was answered with %d", status)
	}
	before := len(w.heard("a", "presence"))
	w.send("$disconnect", "b", "", nil)
	if got := w.heard("a", "presence"); len(got) != before+1 || !strings.Contains(got[before], `"online":false`) {
		t.Errorf("the others received %v", got)
	}
}

// S1-25
func TestTyping(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.join("a1", ana)
	w.join("b1", beto)
	w.join("b2", beto)
	const typing = `{"action":"typing","conversationId":"01K9S3TJ8W0000000000000001","on":true}`
	if status := w.say("b1", typing); status != 404 {
		t.Errorf("typing without viewing: %d", status)
	}
	w.say("a1", viewIt)
	w.say("b1", viewIt)
	if status := w.say("b1", typing); status != 200 {
		t.Errorf("typing: %d", status)
	}
	w.wantHeard("a1", "typing", `{"by":{"id":"`+string(beto)+`","kind":"operator","name":"Beto"},"conversationId":"`+string(conversation)+`","on":true}`)
	w.wantHeard("b1", "typing")
	w.wantHeard("b2", "typing") // does not view the conversation
}

func TestPing(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.connect("a1", ana)
	if status := w.say("a1", `{"action":"ping"}`); status != 200 {
		t.Errorf("ping: %d", status)
	}
	if frames := w.gateway.Frames("a1"); len(frames) != 1 || frames[0] != `[{"type":"pong"}]` {
		t.Errorf("received %v", frames)
	}
}

func TestAct_UnknownConnection_Closed(t *testing.T) {
	t.Parallel()
	w := open(t)
	if status := w.say("lost", `{"action":"ping"}`); status != 404 || w.gateway.Calls("DELETE", "lost") != 1 {
		t.Errorf("answered %d after %d closings", status, w.gateway.Calls("DELETE", "lost"))
	}
	w.join("a1", ana)
	w.now = w.now.Add(3 * time.Hour)
	if status := w.say("a1", `{"action":"ping"}`); status != 404 || w.gateway.Calls("DELETE", "a1") != 1 {
		t.Errorf("an expired one: answered %d after %d closings", status, w.gateway.Calls("DELETE", "a1"))
	}
}

func TestGoneConnection_DeletedAndOthersNotified(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.join("a1", ana)
	w.join("b1", beto)
	w.say("a1", viewIt)
	w.say("b1", viewIt)
	w.gateway.Forget()

	// API Gateway answers 410 for a connection that is still being established; it must not be deleted.
	w.gateway.Answer("b1", 410)
	w.say("a1", `{"action":"typing","conversationId":"01K9S3TJ8W0000000000000001","on":true}`)
	if _, err := w.store.Connection(t.Context(), "b1"); err != nil {
		t.Errorf("a new connection was deleted: %v", err)
	}
	w.now = w.now.Add(time.Minute)
	w.gateway.Answer("b1", 410)
	w.say("a1", `{"action":"typing","conversationId":"01K9S3TJ8W0000000000000001","on":false}`)
	if _, err := w.store.Connection(t.Context(), "b1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the gone connection is still there: %v", err)
	}
	w.wantHeard("a1", "presence", `{"availability":"away","online":false,"operatorId":"`+string(beto)+`"}`)
	w.wantHeard("a1", "viewing", `{"conversationId":"`+string(conversation)+`","operatorIds":["`+string(ana)+`"]}`)
}

func TestSamples(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.store.PutTicket(t.Context(), chat.Ticket{
		Hash: auth.Hash("sample-ticket"), AccountID: account, OperatorID: ana, ExpiresAt: w.now.Add(30 * time.Second),
	}))
	for _, name := range []string{"connect", "ping", "view", "typing", "disconnect"} {
		raw, err := os.ReadFile(filepath.Join("../../events/samples/socket", name+".json"))
		w.must(err)
		var event events.APIGatewayWebsocketProxyRequest
		w.must(json.Unmarshal(raw, &event))
		if answer, err := w.handler.Handle(t.Context(), event); err != nil || answer.StatusCode != 200 {
			t.Errorf("%s: %d, %v", name, answer.StatusCode, err)
		}
	}
}
