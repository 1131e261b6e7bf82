package assignment_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/assignment"
	"github.com/recado-chat/recado/infra/local/sqs"
	"github.com/recado-chat/recado/infra/testkit/boottest"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/infra/testkit/queuetest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

const feeds = "to-assignment.fifo"

// fixture is the function as deployed, with an account.
type fixture struct {
	*desktest.Fixture
	handler lambda.Handler
	queues  *queuetest.Queues
}

func open(t *testing.T, change ...func(*chat.Account)) *fixture {
	t.Helper()
	w := &fixture{Fixture: desktest.New(t, change...)}
	w.handler, w.queues = boottest.Function(t, "assignment", assignment.Build, w.DB, w.Now, io.Discard)
	return w
}

func (w *fixture) waits(id chat.ConversationID) string {
	return queuetest.Body(w, string(desktest.Account), w.Time, events.ConversationWaiting{ConversationID: string(id), StoreID: string(desktest.Shop)})
}

func (w *fixture) freed(o chat.OperatorID) string {
	return queuetest.Body(w, string(desktest.Account), w.Time, events.CapacityFreed{OperatorID: string(o), StoreID: string(desktest.Shop)})
}

// deliver sends the function signals; none may be returned as failed.
func (w *fixture) deliver(bodies ...string) {
	w.Helper()
	if again := queuetest.Deliver(w, w.handler, feeds, bodies...); len(again) > 0 {
		w.Errorf("records %v failed", again)
	}
}

func (w *fixture) wantAssignee(id chat.ConversationID, want chat.OperatorID) {
	w.Helper()
	if got := w.Conversation(id).AssigneeID; got != want {
		w.Errorf("conversation %s belongs to %q, want %q", id, got, want)
	}
}

func (w *fixture) wantLoad(id chat.OperatorID, want int) {
	w.Helper()
	loads, err := w.Store.Loads(w.Context(), desktest.Account)
	w.Must(err)
	carries := 0
	if i := slices.IndexFunc(loads, func(l chat.Load) bool { return l.OperatorID == id }); i >= 0 {
		carries = loads[i].Open
	}
	if carries != want {
		w.Errorf("%s carries %d, want %d", id, carries, want)
	}
}

// told returns the reasons of a conversation's events of one type.
func (w *fixture) told(id chat.ConversationID, kind chat.EventType) (reasons []chat.Reason) {
	w.Helper()
	for _, e := range w.Timeline(id) {
		if e.Type == kind && e.Reason != nil {
			reasons = append(reasons, *e.Reason)
		}
	}
	return reasons
}

// S1-17, S3-10
func TestAssignment_ChoosesOperator(t *testing.T) {
	t.Parallel()
	away := func(o *chat.Operator) { o.Availability = chat.Away }
	elsewhere := func(o *chat.Operator) { o.StoreIDs = []chat.StoreID{"OTHER"} }
	mode := func(m chat.DistributionMode, manager chat.OperatorID) func(*chat.Account) {
		return func(a *chat.Account) { a.Distribution = chat.Distribution{Mode: m, ManagerID: manager} }
	}
	for name, c := range map[string]struct {
		account func(*chat.Account)
		hire    func(*fixture)
		want    chat.OperatorID
		reason  chat.ReasonCode
		ana     chat.Outcome // her outcome in the reason; "" = not mentioned
	}{
		"the one who is available": {
			hire: func(w *fixture) { w.Employ("ANA"); w.Employ("EVA", away) }, want: "ANA", reason: chat.ReasonFewestOpen, ana: chat.OutcomeChosen,
		},
		"the one with the fewest": {
			hire: func(w *fixture) { w.Give(w.Employ("ANA"), w.Write("1")); w.Employ("EVA") }, want: "EVA", reason: chat.ReasonFewestOpen, ana: chat.OutcomeBusier,
		},
		"the next one, when the first is at capacity": {
			hire: func(w *fixture) {
				w.Give(w.Employ("ANA", desktest.Carries(1)), w.Write("1"))
				eva := w.Employ("EVA")
				for _, from := range []string{"2", "3"} {
					w.Give(eva, w.Write(from))
				}
			},
			want: "EVA", reason: chat.ReasonFewestOpen, ana: chat.OutcomeAtCapacity,
		},
		"nobody, when all are away":           {hire: func(w *fixture) { w.Employ("ANA", away) }, reason: chat.ReasonNobodyEligible, ana: chat.OutcomeAway},
		"nobody, when all serve other stores": {hire: func(w *fixture) { w.Employ("ANA", elsewhere) }, reason: chat.ReasonNobodyEligible, ana: chat.OutcomeNotGranted},
		"nobody, when all are at capacity": {
			hire: func(w *fixture) { w.Give(w.Employ("ANA", desktest.Carries(1)), w.Write("1")) }, reason: chat.ReasonNobodyEligible, ana: chat.OutcomeAtCapacity,
		},
		"the fixed manager, though away and full": {
			account: mode(chat.DistributeToManager, "ANA"),
			hire:    func(w *fixture) { w.Give(w.Employ("ANA", away, desktest.Carries(1)), w.Write("1")); w.Employ("EVA") },
			want:    "ANA", reason: chat.ReasonFixedManager, ana: chat.OutcomeChosen,
		},
		"nobody, where nothing distributes": {
			account: mode(chat.DistributeToGroups, ""), hire: func(w *fixture) { w.Employ("ANA") }, reason: chat.ReasonNobodyEligible,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t, slices.DeleteFunc([]func(*chat.Account){c.account}, func(f func(*chat.Account)) bool { return f == nil })...)
			c.hire(w)
			id := w.Write("new")
			for range 3 { // the queue may deliver a signal more than once
				w.deliver(w.waits(id))
			}
			w.wantAssignee(id, c.want)
			kind := chat.EventAssigned
			if c.want == "" {
				kind = chat.EventWaiting
			}
			reasons := w.told(id, kind)
			if len(reasons) != 1 || reasons[0].Code != c.reason {
				t.Fatalf("the timeline is %+v, want %s once", reasons, c.reason)
			}
			var ana chat.Outcome
			for _, considered := range reasons[0].Considered {
				if considered.OperatorID == "ANA" {
					ana = considered.Outcome
				}
			}
			if ana != c.ana {
				t.Errorf("Ana's outcome is %q, want %q", ana, c.ana)
			}
		})
	}
}

func TestAssignment_OldestFirst(t *testing.T) {
	t.Parallel()
	w := open(t)
	oldest, middle, newest := w.Write("1"), w.Write("2"), w.Write("3")
	w.deliver(w.waits(newest)) // there is no operator yet
	ana := w.Employ("ANA", desktest.Carries(1))
	w.deliver(w.freed(ana.ID))
	w.wantAssignee(oldest, "ANA")
	w.wantAssignee(middle, "")
	w.wantAssignee(newest, "")
	w.deliver(w.waits(newest)) // she is at her limit
	w.wantAssignee(newest, "")

	_, err := w.Desk.Resolve(t.Context(), chat.Actor{Operator: w.Owner, RequestID: "request"}, oldest)
	w.Must(err)
	w.deliver(w.freed(ana.ID), w.freed(ana.ID))
	w.wantAssignee(middle, "ANA")
	w.wantAssignee(newest, "")
	w.wantLoad("ANA", 1)
}

// late is a store in which operators get more conversations between the reading of their loads and the assignment.
type late struct {
	*dynamo.Store
	once  sync.Once
	after func()
}

func (l *late) Loads(ctx context.Context, account chat.AccountID) ([]chat.Load, error) {
	loads, err := l.Store.Loads(ctx, account)
	l.once.Do(l.after)
	return loads, err
}

func TestAssignment_OperatorFull_NextOne(t *testing.T) {
	t.Parallel()
	w := open(t)
	ana := w.Employ("ANA", desktest.Carries(1))
	eva := w.Employ("EVA", desktest.Carries(5))
	w.Give(eva, w.Write("1"))
	other, id := w.Write("2"), w.Write("3")
	handler, err := assignment.New(w.Store, w.DeskOn(&late{Store: w.Store, after: func() { w.Give(ana, other) }}))
	w.Must(err)
	envelope, err := events.Wrap("1", string(desktest.Account), w.Time, events.ConversationWaiting{ConversationID: string(id), StoreID: string(desktest.Shop)})
	w.Must(err)
	w.Must(handler.Routes().Handle(t.Context(), envelope))
	w.wantAssignee(other, "ANA")
	w.wantAssignee(id, "EVA")
	w.wantLoad("ANA", 1)
}

// lagging is a store whose pool index is still empty.
type lagging struct{ *dynamo.Store }

func (lagging) Waiting(context.Context, chat.AccountID, chat.StoreID, string, int) ([]chat.Conversation, string, error) {
	return nil, "", nil
}

func TestAssignment_IndexLag_Assigned(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Employ("ANA")
	id := w.Write("1")
	handler, err := assignment.New(w.Store, w.DeskOn(lagging{w.Store}))
	w.Must(err)
	envelope, err := events.Wrap("1", string(desktest.Account), w.Time, events.ConversationWaiting{ConversationID: string(id), StoreID: string(desktest.Shop)})
	w.Must(err)
	w.Must(handler.Routes().Handle(t.Context(), envelope))
	w.wantAssignee(id, "ANA")
}

func TestAssignment_Concurrent_RespectsCapacity(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Employ("ANA", desktest.Carries(2))
	w.Employ("EVA", desktest.Carries(1))
	var all []chat.ConversationID
	for i := range 6 {
		all = append(all, w.Write(fmt.Sprint(i)))
	}
	var group sync.WaitGroup
	for _, id := range all[:4] {
		group.Go(func() { queuetest.Deliver(t, w.handler, feeds, w.waits(id)) })
	}
	group.Wait()
	w.deliver(w.freed("ANA")) // a free place triggers another distribution after conflicts
	has := map[chat.OperatorID]int{}
	for i, id := range all {
		who := w.Conversation(id).AssigneeID
		has[who]++
		if (who != "") != (i < 3) {
			t.Errorf("conversation %d in the pool is assigned to %q", i+1, who)
		}
	}
	if has["ANA"] != 2 || has["EVA"] != 1 {
		t.Errorf("the operators have %v", has)
	}
	w.wantLoad("ANA", 2)
	w.wantLoad("EVA", 1)
}

func TestBatch_PermanentFailure_DeadLetteredAlone(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Employ("ANA")
	id := w.Write("1")
	poison := map[string]string{
		"not an envelope":      `not json`,
		"another signal":       queuetest.Body(t, string(desktest.Account), w.Time, events.MailQueued{MailID: "MAIL"}),
		"data of another form": `{"id":"x","type":"conversation.waiting.v1","accountId":"ACCOUNT","data":{"storeId":7}}`,
		"an unknown account":   queuetest.Body(t, "NOBODY", w.Time, events.ConversationWaiting{ConversationID: "C", StoreID: "S"}),
	}
	w.deliver(poison["not an envelope"], poison["another signal"], w.waits(id), poison["data of another form"], poison["an unknown account"])
	w.wantAssignee(id, "ANA")
	var got []queuetest.Letter
	for _, letter := range w.queues.Buried() {
		if letter.Source != sqs.ARN(feeds) {
			t.Errorf("a dead letter from %s", letter.Source)
		}
		got = append(got, queuetest.Letter{Reason: letter.Reason, Body: letter.Body})
	}
	if want := []queuetest.Letter{
		{Reason: "undecodable", Body: poison["not an envelope"]}, {Reason: "unknown_type", Body: poison["another signal"]},
		{Reason: "undecodable", Body: poison["data of another form"]}, {Reason: "not_found", Body: poison["an unknown account"]},
	}; !slices.Equal(got, want) {
		t.Errorf("dead-lettered:\n%+v\nwant:\n%+v", got, want)
	}
}

// silent is an account directory that fails.
type silent struct{}

func (silent) Account(context.Context, chat.AccountID) (chat.Account, error) {
	return chat.Account{}, fault.New(fault.Unavailable, "no DynamoDB")
}

func TestAssignment_TableUnavailable_Retried(t *testing.T) {
	t.Parallel()
	w := open(t)
	handler, err := assignment.New(silent{}, w.Desk)
	w.Must(err)
	envelope, err := events.Wrap("1", string(desktest.Account), w.Time, events.CapacityFreed{OperatorID: "ANA", StoreID: string(desktest.Shop)})
	w.Must(err)
	if err := handler.Routes().Handle(t.Context(), envelope); err == nil || fault.Permanent(err) {
		t.Errorf("got %v, want a retryable error", err)
	}
}

func TestAssignment_LeftPool_Ignored(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Employ("ANA")
	id := w.Write("1")
	_, err := w.Desk.Resolve(t.Context(), chat.Actor{Operator: w.Owner, RequestID: "request"}, id)
	w.Must(err)
	before := w.Conversation(id)
	w.Advance(time.Minute)
	w.deliver(w.waits(id), w.waits("01K9S3TJ8W0000000000000404"))
	if after := w.Conversation(id); after.AssigneeID != "" || after.Version != before.Version {
		t.Errorf("a resolved conversation became %+v", after)
	}
}
