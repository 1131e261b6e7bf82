package push_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/push"
	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/local/sqs"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/infra/testkit/pushtest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/push/audience"
	"github.com/recado-chat/recado/shared/push/dispatch"
	"github.com/recado-chat/recado/shared/queue"
	"github.com/recado-chat/recado/shared/sdk"
	"github.com/recado-chat/recado/shared/wire"
)

const (
	account      = chat.AccountID("01K9S3TJ8W00000000000000AC")
	shop         = chat.StoreID("01K9S3TJ8W00000000000000ST")
	otherShop    = chat.StoreID("01K9S3TJ8W00000000000000S2")
	ana          = chat.OperatorID("01K9S3TJ8W00000000000000AN") // owner
	beto         = chat.OperatorID("01K9S3TJ8W00000000000000BE") // operator of shop
	carla        = chat.OperatorID("01K9S3TJ8W00000000000000CA") // operator of the other shop
	dora         = chat.OperatorID("01K9S3TJ8W00000000000000DO") // operator of shop, in one test
	conversation = chat.ConversationID("01K9S3TJ8W0000000000000001")

	fast    = "arn:aws:sqs:us-east-1:000000000000:test-to-push"
	summary = "arn:aws:sqs:us-east-1:000000000000:test-to-push-summary"
)

// fixture is an account with three operators, each with a browser. Beto views the conversation.
type fixture struct {
	*testing.T
	store   *dynamo.Store
	db      dynamotest.DB
	gateway *pushtest.Gateway
	dead    *sqs.Server
	handler *push.Handler
	logs    *strings.Builder
	now     time.Time
}

func open(t *testing.T) *fixture {
	t.Helper()
	w := &fixture{T: t, gateway: pushtest.New(t), logs: &strings.Builder{}, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	log := obs.NewLogger(w.logs, "push")
	w.db = dynamotest.Open(t, engine.Default())
	w.store = w.db.Store
	rooms, err := audience.New(w.store, w.gateway, clock, log)
	w.must(err)
	w.dead, err = sqs.Open(filepath.Join(t.TempDir(), "queues"), time.Now, []sqs.Queue{{Name: "dead"}})
	w.must(err)
	server := httptest.NewServer(w.dead.Handler())
	t.Cleanup(func() { server.Close(); _ = w.dead.Close() })
	dead, err := queue.NewRetrier(awssqs.NewFromConfig(aws.Config{
		Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), BaseEndpoint: aws.String(server.URL),
	}), server.URL+"/000000000000/dead")
	w.must(err)
	metrics, err := obs.NewMetrics(io.Discard, clock, "push",
		queue.RecordsFailed, queue.RecordsBuried, dispatch.ConnectionsGone)
	w.must(err)
	w.handler, err = push.New(push.Deps{Rooms: rooms, Dead: dead, Log: log, Metrics: metrics, Now: clock, Window: func(chat.ChannelType) time.Duration { return 24 * time.Hour }})
	w.must(err)

	w.must(w.store.CreateAccount(t.Context(),
		chat.Account{ID: account, Name: "Tienda", StoreID: shop, CreatedAt: w.now},
		chat.Store{ID: shop, AccountID: account, Name: "Tienda", CreatedAt: w.now},
		chat.Operator{ID: ana, AccountID: account, Name: "Ana", Email: "ana@example.com", Role: chat.Owner, Active: true}, nil))
	for id, store := range map[chat.OperatorID]chat.StoreID{beto: shop, carla: otherShop} {
		w.must(w.store.CreateOperator(t.Context(), chat.Operator{
			ID: id, AccountID: account, Name: string(id), Email: string(id) + "@example.com", Role: chat.OperatorRole, StoreIDs: []chat.StoreID{store}, Active: true,
		}, nil))
	}
	for id, operator := range map[string]chat.OperatorID{"ana": ana, "beto": beto, "carla": carla} {
		w.connect(id, operator)
		c := chat.Connection{ID: id, AccountID: account, OperatorID: operator, Watching: true, ExpiresAt: w.now.Add(audience.Lifetime)}
		if id == "beto" {
			c.Viewing = chat.Viewed{ConversationID: conversation, StoreID: shop}
		}
		w.must(w.store.SetViewing(t.Context(), c))
	}
	w.now = w.now.Add(time.Minute) // all connections are established
	return w
}

// connect opens a browser that nobody looks at.
func (w *fixture) connect(id string, operator chat.OperatorID) {
	w.Helper()
	w.must(w.store.PutConnection(w.Context(), chat.Connection{ID: id, AccountID: account, OperatorID: operator, ExpiresAt: w.now.Add(audience.Lifetime)}))
}

func (w *fixture) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// record wraps a signal in an SQS record.
func (w *fixture) record(arn string, p events.Pushed) lambdaevents.SQSMessage {
	w.Helper()
	envelope, err := events.Wrap(chat.NewID(w.now), string(account), w.now, p)
	w.must(err)
	body, err := json.Marshal(envelope)
	w.must(err)
	return lambdaevents.SQSMessage{MessageId: envelope.ID, Body: string(body), EventSourceARN: arn}
}

// push sends the handler a batch and returns the ids of the failed records.
func (w *fixture) push(records ...lambdaevents.SQSMessage) []string {
	w.Helper()
	answer, err := w.handler.Handle(w.Context(), lambdaevents.SQSEvent{Records: records})
	w.must(err)
	var again []string
	for _, failure := range answer.BatchItemFailures {
		again = append(again, failure.ItemIdentifier)
	}
	return again
}

// listeners returns the connections that received a frame.
func (w *fixture) listeners() []string {
	var who []string
	for _, id := range []string{"ana", "beto", "carla"} {
		if len(w.gateway.Frames(id)) > 0 {
			who = append(who, id)
		}
	}
	return who
}

func frames(texts ...string) []json.RawMessage {
	out := make([]json.RawMessage, len(texts))
	for i, text := range texts {
		out[i] = json.RawMessage(text)
	}
	return out
}

func upserted(id string, version int) string {
	return fmt.Sprintf(`{"type":"conversation.upserted","conversation":{"id":%q,"version":%d}}`, id, version)
}

func TestPush_Recipients(t *testing.T) {
	t.Parallel()
	notice := frames(`{"type":"notice","code":"assigned"}`)
	for name, c := range map[string]struct {
		lane string
		sent events.Pushed
		want []string
	}{
		"the fast lane reaches who looks": {fast, events.Pushed{ConversationID: string(conversation)}, []string{"beto"}},
		"the fast lane reaches the assignee too": {
			fast, events.Pushed{ConversationID: string(conversation), StoreID: string(shop), AssigneeID: string(ana)}, []string{"ana", "beto"},
		},
		"who may not see the store gets nothing of it, though they look": {
			fast, events.Pushed{ConversationID: string(conversation), StoreID: string(otherShop)}, nil,
		},
		"the fast lane without anyone who looks reaches nobody": {fast, events.Pushed{ConversationID: "01K9S3TJ8W0000000000000009", StoreID: string(shop)}, nil},
		"the summary lane reaches all who may see the store":    {summary, events.Pushed{ConversationID: string(conversation), StoreID: string(shop)}, []string{"ana", "beto"}},
		"the summary of another store reaches others":           {summary, events.Pushed{StoreID: string(otherShop)}, []string{"ana", "carla"}},
		"an operator's own frames reach their browsers alone":   {fast, events.Pushed{OperatorID: string(carla)}, []string{"carla"}},
		"a visitor's own frames reach no operator":              {fast, events.Pushed{VisitorID: "V1"}, nil},
		"what is for everyone reaches everyone":                 {fast, events.Pushed{Everyone: true}, []string{"ana", "beto", "carla"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			c.sent.Frames = notice
			if again := w.push(w.record(c.lane, c.sent)); again != nil {
				t.Errorf("records %v failed", again)
			}
			if got := w.listeners(); !slices.Equal(got, c.want) {
				t.Errorf("frames sent to %v, want %v", got, c.want)
			}
		})
	}
}

func TestBatch_OneFrame_NewestPerSubject(t *testing.T) {
	t.Parallel()
	w := open(t)
	var records []lambdaevents.SQSMessage
	for i, version := range []int{3, 5, 4} {
		records = append(records, w.record(summary, events.Pushed{
			StoreID: string(shop), Frames: frames(upserted("A", version), upserted("B", i), `{"type":"notice","code":"x"}`),
		}))
	}
	w.push(records...)
	want := "[" + strings.Join([]string{
		`{"type":"notice","code":"x"}`, upserted("A", 5), `{"type":"notice","code":"x"}`, upserted("B", 2), `{"type":"notice","code":"x"}`,
	}, ",") + "]"
	for _, id := range []string{"ana", "beto"} {
		if got := w.gateway.Frames(id); len(got) != 1 || got[0] != want {
			t.Errorf("%s got %v\nwant %s", id, got, want)
		}
	}
}

func TestFrames_WithinGatewayLimit(t *testing.T) {
	t.Parallel()
	w := open(t)
	var all []json.RawMessage
	for i := range 20 {
		all = append(all, json.RawMessage(fmt.Sprintf(`{"type":"event.appended","n":%d,"text":%q}`, i, strings.Repeat("x", 10_000))))
	}
	all = append(all, json.RawMessage(fmt.Sprintf(`{"type":"event.appended","n":-1,"text":%q}`, strings.Repeat("x", 40_000))))
	if again := w.push(w.record(fast, events.Pushed{OperatorID: string(ana), Frames: all})); again != nil {
		t.Errorf("records %v failed", again)
	}
	for _, frame := range w.gateway.Frames("ana") {
		if len(frame) > wire.MaxFrame {
			t.Errorf("a frame has %d bytes", len(frame))
		}
	}
	items := w.gateway.Items(t, "ana")
	if len(items) != 20 {
		t.Fatalf("%d items arrived, want the 20 that fit in a frame", len(items))
	}
	for i, item := range items {
		if item["n"] != float64(i) {
			t.Errorf("item %d is %v", i, item["n"])
		}
	}
}

func TestPush_GoneConnection_DeletedOthersServed(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.gateway.Answer("beto", 410)
	w.gateway.Answer("carla", slices.Repeat([]int{500}, sdk.Attempts)...)
	again := w.push(w.record(fast, events.Pushed{Everyone: true, Frames: frames(upserted("A", 1))}))
	if again != nil {
		t.Errorf("records %v failed", again)
	}
	if _, err := w.store.Connection(t.Context(), "beto"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the gone connection is still there: %v", err)
	}
	if _, err := w.store.Connection(t.Context(), "carla"); err != nil {
		t.Errorf("a failing connection was deleted: %v", err)
	}
	items := w.gateway.Items(t, "ana")
	if len(items) != 2 || items[0]["type"] != "conversation.upserted" || items[1]["type"] != "presence" ||
		items[1]["operatorId"] != string(beto) || items[1]["online"] != false {
		t.Errorf("Ana received %v", items)
	}
}

func TestPush_EndedSession_GetsNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.must(w.store.PutSession(t.Context(), chat.Session{Hash: "S", AccountID: account, OperatorID: beto, ExpiresAt: w.now.Add(time.Hour)}))
	w.must(w.store.PutConnection(t.Context(), chat.Connection{
		ID: "beto", AccountID: account, OperatorID: beto, Session: "S", Viewing: chat.Viewed{ConversationID: conversation}, ExpiresAt: w.now.Add(audience.Lifetime),
	}))
	w.must(w.store.DeleteSessions(t.Context(), account, beto, ""))
	w.push(w.record(fast, events.Pushed{Everyone: true, Frames: frames(upserted("A", 1))}))
	if got := w.listeners(); !slices.Equal(got, []string{"ana", "carla"}) {
		t.Errorf("frames sent to %v", got)
	}
}

func TestPush_GrantRevoked_ViewerGetsNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	before, err := w.store.Operator(t.Context(), account, beto)
	w.must(err)
	after := before
	after.StoreIDs = []chat.StoreID{otherShop}
	w.must(w.store.UpdateOperator(t.Context(), before, after, nil, nil))
	w.push(w.record(fast, events.Pushed{ConversationID: string(conversation), Frames: frames(upserted("A", 1))}))
	w.push(w.record(fast, events.Pushed{OperatorID: string(beto), StoreID: string(shop), Frames: frames(upserted("A", 2))}))
	if got := w.listeners(); got != nil {
		t.Errorf("frames sent to %v", got)
	}
}

func TestPush_InactiveOperator_GetsNothing(t *testing.T) {
	t.Parallel()
	w := open(t)
	before, err := w.store.Operator(t.Context(), account, beto)
	w.must(err)
	after := before
	after.Active = false
	w.must(w.store.UpdateOperator(t.Context(), before, after, nil, nil))
	w.push(w.record(fast, events.Pushed{Everyone: true, Frames: frames(upserted("A", 1))}))
	if got := w.listeners(); !slices.Equal(got, []string{"ana", "carla"}) {
		t.Errorf("frames sent to %v", got)
	}
}

func TestPush_BadRecord_OthersDelivered(t *testing.T) {
	t.Parallel()
	w := open(t)
	const text = "SECRET-TEXT"
	good := w.record(fast, events.Pushed{OperatorID: string(ana), Frames: frames(upserted("A", 1))})
	noFrame := w.record(fast, events.Pushed{OperatorID: string(ana), Frames: frames(`"` + text + `"`)})
	unknown := good
	unknown.MessageId, unknown.Body = "unknown", strings.Replace(good.Body, "frames.pushed.v1", "frames.pulled.v1", 1)
	broken := lambdaevents.SQSMessage{MessageId: "broken", Body: `{"` + text, EventSourceARN: fast}
	if again := w.push(broken, unknown, noFrame, good); again != nil {
		t.Errorf("records %v failed", again)
	}
	if got := w.listeners(); !slices.Equal(got, []string{"ana"}) {
		t.Errorf("frames sent to %v", got)
	}
	buried, err := w.dead.Receive(t.Context(), "dead", 10, 0)
	w.must(err)
	if len(buried) != 3 {
		t.Errorf("%d dead letters, want 3", len(buried))
	}
	if strings.Contains(w.logs.String(), text) {
		t.Errorf("the logs repeat a frame:\n%s", w.logs)
	}
}

func TestSamples(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"fast", "summary"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			raw, err := os.ReadFile(filepath.Join("../../events/samples/push", name+".json"))
			w.must(err)
			var event lambdaevents.SQSEvent
			w.must(json.Unmarshal(raw, &event))
			if again := w.push(event.Records...); again != nil {
				t.Errorf("records %v failed", again)
			}
			if got := w.listeners(); !slices.Equal(got, []string{"ana", "beto"}) {
				t.Errorf("frames sent to %v", got)
			}
		})
	}
}

func TestPush_Visitor_AllBrowsersNoPresence(t *testing.T) {
	t.Parallel()
	w := open(t)
	for id, visitor := range map[string]chat.VisitorID{"tab1": "V1", "tab2": "V1", "other": "V2"} {
		w.must(w.store.PutConnection(t.Context(), chat.Connection{
			ID: id, AccountID: account, Visitor: chat.Visitor{ID: visitor, ChannelID: "CH"}, ExpiresAt: w.now.Add(audience.Lifetime),
		}))
	}
	w.now = w.now.Add(time.Minute)
	w.gateway.Answer("tab2", 410)
	message := `{"type":"message.upserted","message":{"id":"M","version":1}}`
	if again := w.push(w.record(fast, events.Pushed{VisitorID: "V1", Frames: frames(message)})); again != nil {
		t.Errorf("records %v failed", again)
	}
	if got := w.gateway.Frames("tab1"); !slices.Equal(got, []string{"[" + message + "]"}) {
		t.Errorf("the visitor got %v", got)
	}
	if got := w.gateway.Frames("other"); len(got) != 0 || len(w.listeners()) != 0 {
		t.Errorf("another visitor got %v, operators %v", got, w.listeners())
	}
	left, err := w.store.VisitorConnections(t.Context(), account, "V1")
	if err != nil || len(left) != 1 || left[0].ID != "tab1" {
		t.Errorf("known are %+v, %v", left, err)
	}
}
