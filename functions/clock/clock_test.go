package clock

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/infra/testkit/boottest"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/infra/testkit/queuetest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
)

// queues are all that the clock sends to.
var queues = []string{"to-assignment.fifo", "to-autoclose", "to-send.fifo", "to-media", "to-notify", "to-jobs"}

// fixture is the function as it is deployed, before real queues.
type fixture struct {
	*desktest.Fixture
	handler lambda.Handler
	queues  *queuetest.Queues
	logs    *bytes.Buffer
}

func open(t *testing.T) *fixture {
	t.Helper()
	w := &fixture{Fixture: desktest.New(t), logs: &bytes.Buffer{}}
	w.handler, w.queues = boottest.Function(t, "clock", Build, w.DB, w.Now, w.logs)
	return w
}

// tick is the minute's event.
func (w *fixture) tick() error {
	w.Helper()
	payload, err := os.ReadFile("../../events/samples/clock/tick.json")
	w.Must(err)
	_, err = w.handler.Invoke(w.Context(), payload)
	return err
}

// timer lets a message wait.
func (w *fixture) timer(kind chat.TimerKind, message string, due time.Time) {
	w.Helper()
	w.Must(w.Store.PutTimer(w.Context(), chat.Timer{
		AccountID: desktest.Account, Kind: kind, ConversationID: "CNV", MessageID: chat.MessageID(message), DueAt: due,
	}))
}

// arm gives a person's conversation a timer of its own.
func (w *fixture) arm(from string, change func(*chat.Conversation)) chat.ConversationID {
	w.Helper()
	before := w.Conversation(w.Write(from))
	after := before
	change(&after)
	w.Must(w.Store.Commit(w.Context(), chat.Decision{Before: &before, After: after}, w.Time))
	return before.ID
}

// received are the signals that are visible now, by queue.
func (w *fixture) received() map[string][]events.Envelope {
	w.Helper()
	w.queues.Server.Wake()
	found := map[string][]events.Envelope{}
	for _, name := range queues {
		for _, m := range w.queues.Received(name) {
			var envelope events.Envelope
			w.Must(json.Unmarshal([]byte(m.Body), &envelope))
			envelope.CausationID = m.System["MessageGroupId"] // to be looked at beside the rest
			found[name] = append(found[name], envelope)
		}
	}
	return found
}

func (w *fixture) wantQueues(when string, got map[string][]events.Envelope, want ...string) {
	w.Helper()
	slices.Sort(want)
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
		w.Errorf("%s: signals in %v, want them in %v", when, names, want)
	}
}

func TestTick_DueTimer_SentToItsQueue(t *testing.T) {
	t.Parallel()
	fifo := []string{"to-assignment.fifo", "to-send.fifo"}
	for name, c := range map[string]struct {
		in   time.Duration
		wait time.Duration // from the tick until it may be seen; -1 = it is not sent
	}{
		"long overdue":       {-time.Hour, 0},
		"due now":            {0, 0},
		"due in a moment":    {time.Millisecond, time.Second},
		"due in half a tick": {30*time.Second + 500*time.Millisecond, 31 * time.Second},
		"due at the next":    {time.Minute, time.Minute},
		"due after the next": {time.Minute + time.Second, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			due := w.Time.Add(10 * time.Second).Add(c.in) // the fixtures take some seconds
			closes := w.arm("549", func(x *chat.Conversation) { x.CloseAt = due })
			old := w.arm("550", func(x *chat.Conversation) { x.AssignAt = due }) // from before pools had a timer
			pool, err := w.Store.PoolTimer(t.Context(), desktest.Account, desktest.Shop)
			w.Must(err)
			moved := pool
			moved.DueAt = due
			w.Must(w.Store.SetPoolTimer(t.Context(), pool, moved))
			w.timer(chat.TimerSend, "M1", due)
			w.timer(chat.TimerMedia, "M2", due)
			made := due.Add(-chat.TimerGrace)
			w.Must(w.Store.PutMail(t.Context(), chat.Mail{ID: "MAIL", AccountID: desktest.Account, To: "a@b.c", Template: chat.MailVerify, State: chat.MailQueued, CreatedAt: made}))
			w.Must(w.Store.PutJob(t.Context(), chat.Job{ID: "JOB", AccountID: desktest.Account, Kind: chat.JobRearm, CreatedAt: made}))
			w.Time = due.Add(-c.in)
			w.Must(w.tick())

			if c.wait < 0 {
				w.Advance(time.Hour)
				w.wantQueues("an hour later", w.received())
				return
			}
			got := w.received()
			if c.wait > 0 {
				w.wantQueues("at the tick", got)
				w.Advance(c.wait - time.Millisecond)
				w.wantQueues("before its time", w.received())
				w.Advance(time.Millisecond)
				got = w.received()
				w.wantQueues("at its time", got, "to-autoclose", "to-media", "to-notify", "to-jobs")
				w.Must(w.tick())
				later := w.received()
				for _, name := range fifo { // which take no delay for one message: they get it when it is due
					got[name] = later[name]
				}
			}
			w.wantQueues("in the end", got, queues...)
			var assigns []string
			for _, e := range got["to-assignment.fifo"] {
				assigns = append(assigns, e.Type+" "+string(e.Data)+" "+e.CausationID)
			}
			slices.Sort(assigns)
			at, err := json.Marshal(due)
			w.Must(err)
			if want := []string{
				`conversation.waiting.v1 {"conversationId":"` + string(old) + `","storeId":"SHOP"} ACCOUNT.SHOP`,
				`pool.due.v1 {"storeId":"SHOP","dueAt":` + string(at) + `} ACCOUNT.SHOP`,
			}; !slices.Equal(assigns, want) {
				t.Errorf("got %q, want %q", assigns, want)
			}
			for name, want := range map[string]struct {
				signal events.Signal
				group  string
			}{
				"to-autoclose": {events.ConversationDue{ConversationID: string(closes), DueAt: due}, ""},
				"to-send.fifo": {events.MessageQueued{ConversationID: "CNV", MessageID: "M1"}, "CNV"},
				"to-media":     {events.MediaPending{ConversationID: "CNV", MessageID: "M2"}, ""},
				"to-notify":    {events.MailQueued{MailID: "MAIL"}, ""},
				"to-jobs":      {events.JobReady{JobID: "JOB"}, ""},
			} {
				data, err := json.Marshal(want.signal)
				w.Must(err)
				if len(got[name]) != 1 {
					t.Errorf("%s has %d signals", name, len(got[name]))
					continue
				}
				e := got[name][0]
				if e.Type != want.signal.EventType() || string(e.Data) != string(data) || e.AccountID != string(desktest.Account) || e.CausationID != want.group {
					t.Errorf("%s: %s %s of account %s in group %q, want %s %s in group %q", name, e.Type, e.Data, e.AccountID, e.CausationID, want.signal.EventType(), data, want.group)
				}
			}
		})
	}
}

// narrow is a store that gives little at a time, and fails in one of the shards.
type narrow struct {
	*dynamo.Store
	limit  int
	broken int // -1 = none
}

func (n narrow) Due(ctx context.Context, shard int, until time.Time, p chat.PageRequest) (chat.Page[schedule.DueItem], error) {
	if shard == n.broken {
		return chat.Page[schedule.DueItem]{}, errors.New("the table does not answer")
	}
	p.Limit = n.limit
	return n.Store.Due(ctx, shard, until, p)
}

// on makes the handler over another store.
func (w *fixture) on(store narrow) *Handler {
	w.Helper()
	senders := map[events.Queue]*queue.Sender{}
	for _, name := range events.Queues(events.FromClock) {
		senders[name] = w.queues.Sender(string(name))
	}
	h, err := New(Deps{Store: store, Now: w.Now, Log: obs.NewLogger(w.logs, "clock"), Senders: senders})
	w.Must(err)
	return h
}

func TestTick_ReadsAllPagesOfAllShards(t *testing.T) {
	t.Parallel()
	w := open(t)
	const many = 64
	shards := map[int]bool{}
	for i := range many {
		w.timer(chat.TimerMedia, fmt.Sprint("M", i), w.Time.Add(-time.Duration(i)*time.Second))
	}
	for shard := range schedule.DueShards {
		page, err := w.Store.Due(t.Context(), shard, w.Time, chat.PageRequest{Limit: many})
		w.Must(err)
		shards[len(page.Items)] = true
	}
	if most := slices.Max(slices.Collect(maps.Keys(shards))); most < 3 {
		t.Fatalf("no shard has a second page: at most %d lie in one", most)
	}
	w.Must(w.on(narrow{w.Store, 2, -1}).Handle(t.Context()))
	seen := map[string]int{}
	for _, e := range w.received()["to-media"] {
		seen[string(e.Data)]++
	}
	for data, n := range seen {
		if n != 1 {
			t.Errorf("%s was sent %d times", data, n)
		}
	}
	if len(seen) != many || !strings.Contains(w.logs.String(), fmt.Sprintf(`"sent":%d,"complete":true`, many)) {
		t.Errorf("%d of %d were sent; the log says %s", len(seen), many, w.logs)
	}
}

func TestTick_ShardFails_OthersSent(t *testing.T) {
	t.Parallel()
	w := open(t)
	const many = 64
	for i := range many {
		w.timer(chat.TimerMedia, fmt.Sprint("M", i), w.Time)
	}
	broken := 0
	page, err := w.Store.Due(t.Context(), broken, w.Time, chat.PageRequest{Limit: many})
	w.Must(err)
	if err := w.on(narrow{w.Store, many, broken}).Handle(t.Context()); err == nil {
		t.Error("nobody hears that a shard was not read")
	}
	if got := len(w.received()["to-media"]); got != many-len(page.Items) {
		t.Errorf("%d were sent, want all but the %d of the shard", got, len(page.Items))
	}
}

func TestTick_QueueRefuses_RetriedNextTick(t *testing.T) {
	t.Parallel()
	w := open(t)
	const many = 32
	for i := range many {
		w.timer(chat.TimerSend, fmt.Sprint("S", i), w.Time)
		w.timer(chat.TimerMedia, fmt.Sprint("M", i), w.Time)
	}
	w.queues.Refuse(func(body string) bool { return strings.Contains(body, events.MessageQueued{}.EventType()) })
	if err := w.tick(); err == nil {
		t.Error("the platform hears of no failure, and would not try again")
	}
	got := w.received()
	w.wantQueues("while one refuses", got, "to-media")
	if n := len(got["to-media"]); n != many {
		t.Errorf("%d of %d went to the queue that works", n, many)
	}
	w.queues.Refuse(func(body string) bool { return strings.Contains(body, `"S7"`) })
	if err := w.tick(); err == nil {
		t.Error("one of a batch was refused, and nobody hears of it")
	}
	w.queues.Refuse(nil)
	w.Must(w.tick())
	seen := map[string]int{}
	for _, e := range w.received()["to-send.fifo"] {
		seen[string(e.Data)]++
	}
	if len(seen) != many {
		t.Errorf("%d of %d messages were asked for in the end", len(seen), many)
	}
}

func TestTick_StillDue_SentAgain(t *testing.T) {
	t.Parallel()
	w := open(t)
	due := w.Time
	w.timer(chat.TimerSend, "S", due)
	w.timer(chat.TimerMedia, "M", due)
	w.Must(w.tick())
	w.Must(w.tick()) // the platform may start it twice
	got := w.received()
	if len(got["to-send.fifo"]) != 1 || len(got["to-media"]) != 2 {
		t.Errorf("%d in order and %d in the other queue: the FIFO queue knows the second one by its id", len(got["to-send.fifo"]), len(got["to-media"]))
	}
	w.Advance(6 * time.Minute) // SQS forgets ids after five
	w.Must(w.tick())
	if got := w.received(); len(got["to-send.fifo"]) != 1 || len(got["to-media"]) != 1 {
		t.Errorf("nobody acted, and it is not asked for again: %v", got)
	}
	w.timer(chat.TimerSend, "S", w.Time)
	w.Must(w.tick())
	if got := w.received(); len(got["to-send.fifo"]) != 1 {
		t.Error("another try at another time is taken for a repetition")
	}
}

func TestTick_PictureWaits_SentToMedia(t *testing.T) {
	t.Parallel()
	w := open(t)
	before, err := w.Store.Operator(t.Context(), desktest.Account, w.Owner.ID)
	w.Must(err)
	after := before
	after.PictureUpload = "UP1"
	w.Must(w.Store.UpdateOperator(t.Context(), before, after, nil, nil))
	w.Time = w.Time.Add(chat.TimerGrace)
	w.Must(w.tick())
	got := w.received()["to-media"]
	if want := `{"operatorId":"` + string(w.Owner.ID) + `"}`; len(got) != 1 || string(got[0].Data) != want || got[0].AccountID != string(desktest.Account) {
		t.Errorf("got %+v, want %s", got, want)
	}
}

func TestTick_UnknownTimerKind_Skipped(t *testing.T) {
	t.Parallel()
	w := open(t)
	for i := range 3 {
		_, err := w.DB.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &w.DB.Tables.Desk, Item: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: fmt.Sprint("NEW#", i)}, "sk": &types.AttributeValueMemberS{Value: "T"},
			"duePk": &types.AttributeValueMemberS{Value: "D#00"}, "dueKind": &types.AttributeValueMemberS{Value: "campaign"},
			"dueAt": &types.AttributeValueMemberN{Value: fmt.Sprint(w.Time.UnixMilli())},
		}})
		w.Must(err)
	}
	w.timer(chat.TimerMedia, "M", w.Time)
	w.Must(w.tick())
	w.wantQueues("beside the unknown ones", w.received(), "to-media")
	if !strings.Contains(w.logs.String(), `"entries":3`) {
		t.Errorf("nobody hears of them: %s", w.logs)
	}
}
