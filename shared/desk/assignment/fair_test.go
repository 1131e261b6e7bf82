package assignment_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/rules/assignment"
)

// judged is a store that compares the reason of every assignment with what the rule says of the state just before it is written.
type judged struct {
	*dynamo.Store
	b       *desktest.Fixture
	decided int
	skipped int // how often a look left out what an earlier one had looked at
}

func (j *judged) WaitingFrom(turn time.Time) string {
	j.skipped++
	return j.Store.WaitingFrom(turn)
}

func (j *judged) Commit(ctx context.Context, d chat.Decision, now time.Time) error {
	for _, e := range d.Events {
		if e.Type == chat.EventAssigned && e.Actor.Kind == chat.BySystem {
			want := assignment.Choose(*d.Before, j.b.Account.Distribution, candidates(j.b))
			if want.Operator == nil || want.Operator.ID != e.Data.AssigneeID || !reflect.DeepEqual(*e.Reason, want.Reason) {
				j.b.Fatalf("%s goes to %s because of %+v, the state says %+v", d.After.ID, e.Data.AssigneeID, *e.Reason, want.Reason)
			}
			j.decided++
		}
	}
	return j.Store.Commit(ctx, d, now)
}

// PutEvent judges why a conversation waits.
func (j *judged) PutEvent(ctx context.Context, e chat.Event) error {
	c := j.b.Conversation(e.ConversationID)
	if want := assignment.Choose(c, j.b.Account.Distribution, candidates(j.b)); want.Operator != nil || !reflect.DeepEqual(*e.Reason, want.Reason) {
		j.b.Fatalf("%s waits because of %+v, the state says %+v", c.ID, *e.Reason, want.Reason)
	}
	return j.Store.PutEvent(ctx, e)
}

func candidates(b *desktest.Fixture) (list []assignment.Candidate) {
	b.Helper()
	operators, err := b.Store.Operators(b.Context(), desktest.Account)
	b.Must(err)
	loads, err := b.Store.Loads(b.Context(), desktest.Account)
	b.Must(err)
	for _, o := range operators {
		c := assignment.Candidate{Operator: o}
		if i := slices.IndexFunc(loads, func(l chat.Load) bool { return l.OperatorID == o.ID }); i >= 0 {
			c.Load = loads[i]
		}
		list = append(list, c)
	}
	return list
}

// company is one under random events. Its signals are those that fanout derives from the changes.
type company struct {
	*desktest.Fixture
	random *rand.Rand
	store  *judged
	use    *desktest.UseCases
	all    []chat.ConversationID
	lost   bool // no signal of the present event arrives
}

func (w *company) places(id chat.ConversationID) {
	w.Helper()
	if !w.lost {
		w.Must(w.use.Place(w.Context(), w.Account, id))
	}
}

func (w *company) frees() {
	w.Helper()
	if !w.lost {
		w.Must(w.use.Distribute(w.Context(), w.Account, desktest.Shop))
	}
}

// fires lets the pool's timer come due.
func (w *company) fires() {
	w.Helper()
	fire(w.Fixture, w.use)
}

// piles fills the pool with conversations that nobody takes, up to more than a look begins with.
func (w *company) piles() {
	w.Helper()
	rows, _, err := w.Store.Waiting(w.Context(), desktest.Account, desktest.Shop, "", 25)
	w.Must(err)
	pile(w.Fixture, 25-len(rows), "ana", "bruno", "carla")
}

// pile lets contacts write whose conversations wait, as the operators have let them pass.
func pile(b *desktest.Fixture, n int, operators ...chat.OperatorID) (ids []chat.ConversationID) {
	b.Helper()
	for range n {
		before := b.Conversation(b.Write(fmt.Sprint("piled", b.Time.UnixMilli())))
		after := before
		after.Passed = operators
		b.Must(b.Store.Commit(b.Context(), chat.Decision{Before: &before, After: after}, b.Time))
		ids = append(ids, before.ID)
	}
	return ids
}

// writes lets a contact write.
func (w *company) writes(from string) {
	w.Helper()
	id := w.Write(from)
	if !slices.Contains(w.all, id) {
		w.all = append(w.all, id)
	}
	w.places(id)
}

func (w *company) conversations() []chat.Conversation {
	w.Helper()
	list, err := w.Store.Conversations(w.Context(), desktest.Account, w.all)
	w.Must(err)
	return list
}

// some is one of the conversations that fit.
func (w *company) some(fits func(chat.Conversation) bool) (chat.Conversation, bool) {
	w.Helper()
	list := slices.DeleteFunc(w.conversations(), func(c chat.Conversation) bool { return !fits(c) })
	if len(list) == 0 {
		return chat.Conversation{}, false
	}
	return list[w.random.IntN(len(list))], true
}

// changes lets an operator's change be written and signalled.
func (w *company) changes(change func(*chat.Operator)) {
	w.Helper()
	operators, err := w.Store.Operators(w.Context(), desktest.Account)
	w.Must(err)
	before := operators[w.random.IntN(len(operators))]
	after := before
	change(&after)
	w.Must(w.Store.UpdateOperator(w.Context(), before, after, nil, nil))
	w.frees()
}

// fair checks that nobody is free beside a conversation that they may take.
func (w *company) fair() {
	w.Helper()
	team := candidates(w.Fixture)
	for _, c := range w.conversations() {
		if choice := assignment.Choose(c, w.Account.Distribution, team); c.InPool() && choice.Operator != nil {
			w.Fatalf("%s waits, and %s may take it: %+v", c.ID, choice.Operator.ID, choice.Reason)
		}
	}
}

// TestDistribution_NobodyFreeBesideWhatTheyMayTake plays openings, rejections, people who come and go and changes of mode against a real
// engine, in an order that the seed gives, beside a pile that nobody takes. The signals of some are lost; the pool's timer fires instead.
// After each of them nobody who is free may wait beside a conversation that they may take, and every stored reason is what the rule says
// of the state before it.
func TestDistribution_NobodyFreeBesideWhatTheyMayTake(t *testing.T) { // B-04, C-05
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			w := &company{Fixture: desktest.New(t), random: rand.New(rand.NewPCG(seed, 0))}
			w.store = &judged{Store: w.Store, b: w.Fixture}
			w.use = w.DeskOn(w.store)
			for _, id := range []string{"ana", "bruno", "carla"} {
				w.Employ(id, desktest.Carries(1+w.random.IntN(4)))
			}
			w.piles()
			for range 150 {
				w.Advance(time.Second)
				w.lost = w.random.IntN(3) == 0
				w.event()
				if w.lost {
					w.fires()
				}
				w.fair()
			}
			if w.store.decided < 20 || w.store.skipped < 10 {
				t.Errorf("only %d conversations were assigned, and %d looks left something out", w.store.decided, w.store.skipped)
			}
		})
	}
}

// event is one thing that happens, with its signals.
func (w *company) event() {
	w.Helper()
	switch w.random.IntN(18) {
	case 0, 1, 2, 3, 4:
		w.writes(fmt.Sprint(len(w.all)))
	case 5, 6, 7: // rejected
		if c, ok := w.some(func(c chat.Conversation) bool { return c.Status == chat.Open && c.AssigneeID != "" }); ok {
			w.Must(desktest.Err(w.use.Assign(w.Context(), w.Actor(), c.ID, "", 0)))
			w.frees()
			w.places(c.ID)
		}
	case 8, 9:
		if c, ok := w.some(chat.Conversation.IsOpen); ok {
			w.Must(desktest.Err(w.use.Resolve(w.Context(), w.Actor(), c.ID)))
			w.frees()
		}
	case 10: // it is reopened, and its former operator comes first
		if c, ok := w.some(func(c chat.Conversation) bool { return c.Status == chat.Resolved }); ok {
			w.writes(c.ExternalID)
		}
	case 11:
		w.changes(func(o *chat.Operator) {
			o.Availability = []chat.Availability{chat.Available, chat.Available, chat.Away}[w.random.IntN(3)]
		})
	case 12:
		w.changes(func(o *chat.Operator) { o.Capacity = 1 + w.random.IntN(12) })
	case 13:
		w.Account.Distribution = []chat.Distribution{
			{Mode: chat.DistributeToAccount}, {Mode: chat.DistributeToGroups}, {Mode: chat.DistributeToManager, ManagerID: "ana"}, {Mode: chat.DistributeToManager, ManagerID: "nobody"},
		}[w.random.IntN(4)]
		if w.frees(); w.Account.ManagerID != "ana" { // who takes all of the pile
			w.piles()
		}
	case 14, 15, 16, 17:
		w.fires()
	}
}
