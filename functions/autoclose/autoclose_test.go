package autoclose_test

import (
	"context"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/autoclose"
	"github.com/recado-chat/recado/infra/testkit/boottest"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/infra/testkit/queuetest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

// fixture is the function as deployed, with an account that closes conversations after an hour of inactivity.
type fixture struct {
	*desktest.Fixture
	handler lambda.Handler
	queues  *queuetest.Queues
	ana     chat.Operator
}

func open(t *testing.T, change ...func(*chat.Account)) *fixture {
	t.Helper()
	w := &fixture{Fixture: desktest.New(t, change...)}
	w.handler, w.queues = boottest.Function(t, "autoclose", autoclose.Build, w.DB, w.Now, io.Discard)
	w.ana = w.Employ("ANA")
	return w
}

// given creates a conversation assigned to Ana.
func (w *fixture) given(from string) chat.ConversationID {
	w.Helper()
	id := w.Write(from)
	w.Give(w.ana, id)
	return id
}

func (w *fixture) due(id chat.ConversationID) string {
	return queuetest.Body(w, string(desktest.Account), w.Time, events.ConversationDue{ConversationID: string(id), DueAt: w.Time})
}

// deliver sends the function signals; none may be returned as failed.
func (w *fixture) deliver(bodies ...string) {
	w.Helper()
	if again := queuetest.Deliver(w, w.handler, "to-autoclose", bodies...); len(again) > 0 {
		w.Errorf("records %v failed", again)
	}
}

// endings returns the events of a conversation's closings.
func (w *fixture) endings(id chat.ConversationID) (found []chat.Event) {
	w.Helper()
	for _, e := range w.Timeline(id) {
		if e.Type == chat.EventResolved {
			found = append(found, e)
		}
	}
	return found
}

// S3-09, S3-11, S3-12
func TestAutoClose_TimerDue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		begin  func(*fixture) chat.ConversationID
		after  time.Duration // from the last message
		reason chat.ReasonCode
		again  time.Duration // from the last message to the next check when it stays open; 0 = never
	}{
		"an assigned one that was quiet for an hour is closed": {func(w *fixture) chat.ConversationID { return w.given("1") }, time.Hour, chat.ReasonIdle, 0},
		"a moment earlier it is not":                           {func(w *fixture) chat.ConversationID { return w.given("1") }, time.Hour - time.Millisecond, "", time.Hour},
		"one in which the contact wrote meanwhile is looked at later": {func(w *fixture) chat.ConversationID {
			id := w.given("1")
			w.Advance(50 * time.Minute)
			w.Write("1")
			return id
		}, 20 * time.Minute, "", time.Hour},
		"one in which we answered meanwhile is looked at later": {func(w *fixture) chat.ConversationID {
			id := w.given("1")
			w.Advance(50 * time.Minute)
			w.Reply(id, "ya miro")
			return id
		}, 20 * time.Minute, "", time.Hour},
		"an unassigned one is closed after a calendar month": {func(w *fixture) chat.ConversationID { return w.Write("1") }, 30 * 24 * time.Hour, chat.ReasonOneMonth, 0},
		"and not a day before":                               {func(w *fixture) chat.ConversationID { return w.Write("1") }, 29 * 24 * time.Hour, "", 30 * 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			id := c.begin(w)
			last := w.Time
			w.Advance(c.after)
			for range 3 { // the queue may deliver a signal more than once, and the clock repeats it until it is done
				w.deliver(w.due(id))
			}
			now := w.Conversation(id)
			ends := w.endings(id)
			if c.reason == "" {
				if now.Status != chat.Open || len(ends) != 0 || !now.CloseAt.Equal(last.Add(c.again)) {
					t.Errorf("it is %s, timer at %s, want %s; %d closings", now.Status, now.CloseAt, last.Add(c.again), len(ends))
				}
				return
			}
			if now.Status != chat.Resolved || !now.CloseAt.IsZero() || len(ends) != 1 {
				t.Fatalf("it is %s, timer at %s, %d closings", now.Status, now.CloseAt, len(ends))
			}
			if e := ends[0]; e.Reason == nil || e.Reason.Code != c.reason || e.Actor.Kind != chat.BySystem || !e.At.Equal(w.Time) {
				t.Errorf("the timeline is %+v", e)
			}
		})
	}
}

func TestAutoClose_Disabled_LeavesOpen(t *testing.T) {
	t.Parallel()
	w := open(t, func(a *chat.Account) { a.Closing.Idle = 0 })
	id := w.given("1")
	w.Advance(1000 * time.Hour)
	w.deliver(w.due(id))
	if now := w.Conversation(id); now.Status != chat.Open || !now.CloseAt.IsZero() {
		t.Errorf("it is %s, timer at %s", now.Status, now.CloseAt)
	}
}

func TestAutoClose_FreesOperator(t *testing.T) {
	t.Parallel()
	w := open(t)
	id := w.given("1")
	w.given("2")
	w.Advance(time.Hour - time.Second)
	w.deliver(w.due(id))
	loads, err := w.Store.Loads(t.Context(), desktest.Account)
	w.Must(err)
	if len(loads) != 1 || loads[0].Open != 1 {
		t.Errorf("she carries %+v", loads)
	}
}

// overtaken is a store with a hook between the reading of a conversation and the write of the decision.
type overtaken struct {
	*dynamo.Store
	once   sync.Once
	before func()
}

func (o *overtaken) Commit(ctx context.Context, d chat.Decision, now time.Time) error {
	o.once.Do(o.before)
	return o.Store.Commit(ctx, d, now)
}

func TestAutoClose_ConcurrentMessage_StaysOpen(t *testing.T) {
	t.Parallel()
	w := open(t)
	id := w.given("1")
	w.Advance(time.Hour)
	handler, err := autoclose.New(w.Store, w.DeskOn(&overtaken{Store: w.Store, before: func() { w.Reply(id, "perdón, sigo acá") }}))
	w.Must(err)
	envelope, err := events.Wrap("1", string(desktest.Account), w.Time, events.ConversationDue{ConversationID: string(id), DueAt: w.Time})
	w.Must(err)
	w.Must(handler.Routes().Handle(t.Context(), envelope))
	now := w.Conversation(id)
	if now.Status != chat.Open || len(w.endings(id)) != 0 || !now.CloseAt.Equal(now.LastActivityAt.Add(time.Hour)) {
		t.Errorf("it is %s, timer at %s, last active at %s", now.Status, now.CloseAt, now.LastActivityAt)
	}
}

func TestAutoClose_AlreadyClosed_Ignored(t *testing.T) {
	t.Parallel()
	w := open(t)
	id := w.given("1")
	_, err := w.Desk.Resolve(t.Context(), chat.Actor{Operator: w.Owner, RequestID: "request"}, id)
	w.Must(err)
	before := w.Conversation(id)
	w.Advance(time.Hour)
	w.deliver(w.due(id))
	if after := w.Conversation(id); after.Version != before.Version || !after.ResolvedAt.Equal(before.ResolvedAt) || len(w.endings(id)) != 1 {
		t.Errorf("it became %+v", after)
	}
}

func TestAutoClose_BadRecord_OthersDone(t *testing.T) {
	t.Parallel()
	w := open(t)
	first, second := w.given("1"), w.given("2")
	w.Advance(2 * time.Hour)
	bad := []string{
		`not json`,
		queuetest.Body(t, string(desktest.Account), w.Time, events.MailQueued{MailID: "MAIL"}),
		queuetest.Body(t, "NOBODY", w.Time, events.ConversationDue{ConversationID: string(first)}),
		w.due("01K9S3TJ8W0000000000000404"),
	}
	w.deliver(bad[0], w.due(first), bad[1], bad[2], bad[3], w.due(second))
	for _, id := range []chat.ConversationID{first, second} {
		if now := w.Conversation(id); now.Status != chat.Resolved {
			t.Errorf("%s is %s", id, now.Status)
		}
	}
	var reasons, bodies []string
	for _, letter := range w.queues.Buried() {
		reasons, bodies = append(reasons, letter.Reason), append(bodies, letter.Body)
	}
	if want := []string{"undecodable", "unknown_type", "not_found", "not_found"}; !slices.Equal(reasons, want) || !slices.Equal(bodies, bad) {
		t.Errorf("dead-lettered for %v with %q", reasons, bodies)
	}
}

// silent is an account directory that fails.
type silent struct{}

func (silent) Account(context.Context, chat.AccountID) (chat.Account, error) {
	return chat.Account{}, fault.New(fault.Unavailable, "no DynamoDB")
}

func TestAutoClose_TableUnavailable_Retried(t *testing.T) {
	t.Parallel()
	w := open(t)
	handler, err := autoclose.New(silent{}, w.Desk)
	w.Must(err)
	envelope, err := events.Wrap("1", string(desktest.Account), w.Time, events.ConversationDue{ConversationID: "C"})
	w.Must(err)
	if err := handler.Routes().Handle(t.Context(), envelope); err == nil || fault.Permanent(err) {
		t.Errorf("got %v, want a retryable error", err)
	}
}
