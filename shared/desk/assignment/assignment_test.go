package assignment_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/pool"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

func TestAssign(t *testing.T) { // S1-17, S1-18
	t.Parallel()
	b := desktest.New(t)
	b.Employ("bruno", desktest.Carries(1))
	b.Employ("carla", desktest.Carries(1))
	c := b.Receive(b.Text("1", "hola")).Conversation
	b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), c.ID, "bruno", 0)))
	b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), c.ID, "bruno", 0))) // a second click
	b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), c.ID, "carla", 0)))
	if b.LoadOf("bruno") != 0 || b.LoadOf("carla") != 1 {
		t.Errorf("loads %d and %d", b.LoadOf("bruno"), b.LoadOf("carla"))
	}
	events := b.Timeline(c.ID)
	if len(events) != 3 || events[2].Data.AssigneeID != "carla" || events[2].Data.PreviousAssigneeID != "bruno" || events[2].Reason.Code != chat.ReasonByHand {
		t.Errorf("%+v", events)
	}
	mine, err := b.Store.ListConversations(b.Context(), desktest.Account, dynamo.ConversationQuery{Assignee: "bruno", Statuses: []chat.Status{chat.Open}}, chat.PageRequest{})
	b.Must(err)
	if len(mine.Items) != 0 {
		t.Errorf("bruno still has %d", len(mine.Items))
	}
	b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), c.ID, "", 0)))
	if got := b.Conversation(c.ID); !got.InPool() || !slices.Contains(got.Passed, "carla") {
		t.Errorf("%+v", got)
	}
	_, err = b.Desk.Assign(b.Context(), b.Actor(), c.ID, "nobody", 0)
	b.WantFault(err, fault.NotFound, "")
}

func TestDistribute(t *testing.T) { // B-04, C-05
	t.Parallel()
	b := desktest.New(t)
	b.Employ("bruno", desktest.Carries(2))
	b.Employ("carla", desktest.Carries(1))
	var ids []chat.ConversationID
	for i := range 5 {
		b.Advance(time.Second)
		ids = append(ids, b.Receive(b.Text(fmt.Sprint(i), "hola")).Conversation.ID)
	}
	for range 2 { // a queue delivers more than once
		for _, id := range ids {
			b.Must(b.Desk.Place(b.Context(), b.Account, id))
		}
	}
	if b.LoadOf("bruno") != 2 || b.LoadOf("carla") != 1 {
		t.Fatalf("loads %d and %d", b.LoadOf("bruno"), b.LoadOf("carla"))
	}
	for i, id := range ids {
		c, events := b.Conversation(id), b.Timeline(id)
		last := events[len(events)-1]
		if (c.AssigneeID != "") != (i < 3) {
			t.Errorf("conversation %d of 5 has %q: the oldest come first", i, c.AssigneeID)
		}
		want := chat.EventAssigned
		if i >= 3 {
			want = chat.EventWaiting
		}
		if last.Type != want || len(events) != 2 || len(last.Reason.Considered) != 3 {
			t.Errorf("conversation %d: %+v", i, last)
		}
	}
	b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), ids[0])))
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop))
	if b.Conversation(ids[3]).AssigneeID == "" || b.Conversation(ids[4]).AssigneeID != "" {
		t.Error("the oldest waiting one was not the one taken")
	}
}

func TestUnassign_ExcludesPreviousOperator(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	b.Employ("bruno", desktest.Carries(5))
	c := b.Receive(b.Text("1", "hola")).Conversation
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop))
	b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), c.ID, "", 0)))
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop))
	if got := b.Conversation(c.ID); got.AssigneeID != "" {
		t.Errorf("%s has it again", got.AssigneeID)
	}
	b.Employ("carla", desktest.Carries(5))
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop))
	if got := b.Conversation(c.ID); got.AssigneeID != "carla" {
		t.Errorf("%q has it", got.AssigneeID)
	}
}

// lagging is a store whose pool begins with conversations that have left it.
type lagging struct {
	*dynamo.Store
	gone []chat.Conversation
}

func (l lagging) Waiting(ctx context.Context, account chat.AccountID, store chat.StoreID, after string, limit int) ([]chat.Conversation, string, error) {
	if after == "" {
		return l.gone, "0", nil
	}
	return l.Store.Waiting(ctx, account, store, after, limit)
}

func TestDistribute_LaggingPage(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	left := b.Receive(b.Text("1", "antes")).Conversation
	b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), left.ID, b.Owner.ID, 0)))
	waiting := b.Receive(b.Text("2", "hola")).Conversation
	b.Employ("bruno", desktest.Carries(5))
	b.Must(b.DeskOn(lagging{b.Store, []chat.Conversation{left}}).Distribute(b.Context(), b.Account, desktest.Shop))
	if got := b.Conversation(waiting.ID); got.AssigneeID != "bruno" {
		t.Errorf("%q has it, want bruno", got.AssigneeID)
	}
}

// passes lets an operator give back so many conversations.
func passes(b *desktest.Fixture, o chat.Operator, n int) {
	b.Helper()
	for i := range n {
		id := b.Write(fmt.Sprint("passed", i))
		b.Give(o, id)
		b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), id, "", 0)))
	}
}

func TestDistribute_BehindThosePassed(t *testing.T) { // B-04
	t.Parallel()
	b := desktest.New(t)
	bruno := b.Employ("bruno", desktest.Carries(2))
	passes(b, bruno, 45)
	behind := []chat.ConversationID{b.Write("1"), b.Write("2"), b.Write("3")}
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop))
	for i, want := range []chat.OperatorID{"bruno", "bruno", ""} {
		if got := b.Conversation(behind[i]).AssigneeID; got != want {
			t.Errorf("conversation %d behind 45 that he let pass has %q, want %q", i+1, got, want)
		}
	}
	if got := b.LoadOf("bruno"); got != 2 {
		t.Errorf("he carries %d", got)
	}
}

// TestPlace_OlderOneFirst: an operator became free, and the signal of that is still on its way.
func TestPlace_OlderOneFirst(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	older, newer := b.Write("1"), b.Write("2")
	b.Must(b.Desk.Place(b.Context(), b.Account, older))
	b.Employ("bruno", desktest.Carries(1))
	b.Must(b.Desk.Place(b.Context(), b.Account, newer))
	if b.Conversation(older).AssigneeID != "bruno" || b.Conversation(newer).AssigneeID != "" {
		t.Error("the newer one was taken first")
	}
}

func TestDistribute_LoadsOfTheMoment(t *testing.T) { // C-05
	t.Parallel()
	b := desktest.New(t)
	var ids []chat.ConversationID
	for i := range 8 {
		ids = append(ids, b.Write(fmt.Sprint(i)))
	}
	b.Employ("bruno", desktest.Carries(7))
	b.Employ("carla", desktest.Carries(7))
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop))
	if b.LoadOf("bruno") != 4 || b.LoadOf("carla") != 4 {
		t.Errorf("they have %d and %d", b.LoadOf("bruno"), b.LoadOf("carla"))
	}
	for i, id := range ids {
		for _, line := range b.Timeline(id)[1].Reason.Considered {
			if line.Outcome == chat.OutcomeChosen && line.Open != i/2 {
				t.Errorf("conversation %d: %s had %d, the reason says %d", i, line.Name, i/2, line.Open)
			}
		}
	}
}

func timer(b *desktest.Fixture) pool.Timer {
	b.Helper()
	t, err := b.Store.PoolTimer(b.Context(), desktest.Account, desktest.Shop)
	b.Must(err)
	return t
}

// fire lets the pool's timer come due, and the clock send it.
func fire(b *desktest.Fixture, use *desktest.UseCases) (due time.Time) {
	b.Helper()
	if due = timer(b).DueAt; due.After(b.Time) {
		b.Time = due
	}
	b.Must(use.Watch(b.Context(), b.Account, desktest.Shop, due))
	return due
}

func TestWatch_LostSignal_Assigned(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	id := b.Write("1")
	b.Employ("bruno")
	if began := b.Time; fire(b, b.Desk).After(began.Add(2 * time.Minute)) {
		t.Errorf("it waited until %s", b.Time)
	}
	if got := b.Conversation(id); got.AssigneeID != "bruno" {
		t.Errorf("%+v", got)
	}
	fire(b, b.Desk)
	if left := timer(b); !left.DueAt.IsZero() {
		t.Errorf("an empty pool has a timer: %+v", left)
	}
	b.Write("2")
	if timer(b).DueAt.IsZero() {
		t.Error("a pool that fills again has none")
	}
}

func TestWatch_SentAgain_Recognised(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	b.Write("1")
	due := fire(b, b.Desk)
	for range 3 { // hours later, too
		set := timer(b)
		if !set.DueAt.After(due) {
			t.Fatalf("the timer is still due at %s", set.DueAt)
		}
		b.Advance(time.Hour)
		b.Must(b.Desk.Watch(b.Context(), b.Account, desktest.Shop, due))
		if now := timer(b); !reflect.DeepEqual(now, set) {
			t.Errorf("a repetition made %+v of %+v", now, set)
		}
	}
}

// TestWatch_EntersMeanwhile: the index does not show a conversation yet when the timer fires. It keeps its timer.
func TestWatch_EntersMeanwhile_TimerStays(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	left := b.Write("1")
	b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), left)))
	due := timer(b).DueAt
	b.Time = due.Add(-time.Second)
	b.Write("2")
	b.Time = due
	b.Must(b.DeskOn(blind{b.Store}).Watch(b.Context(), b.Account, desktest.Shop, due))
	if timer(b).DueAt.IsZero() {
		t.Error("a conversation waits, and its pool has no timer")
	}
}

// blind is a store whose pool index shows nothing yet.
type blind struct{ *dynamo.Store }

func (blind) Waiting(context.Context, chat.AccountID, chat.StoreID, string, int) ([]chat.Conversation, string, error) {
	return nil, "", nil
}

// TestPlace_TimerOfItsOwn: a conversation that waited when pools had no timer yet comes due once more, and leaves its timer to the pool's.
func TestPlace_TimerOfItsOwn_BecomesThePools(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	id := b.Write("1")
	b.Must(b.Store.DropPoolTimer(b.Context(), timer(b)))
	before := b.Conversation(id)
	old := before
	old.AssignAt = b.Time.Add(time.Hour)
	b.Must(b.Store.Commit(b.Context(), chat.Decision{Before: &before, After: old}, b.Time))
	if !timer(b).DueAt.IsZero() {
		t.Fatal("the pool has a timer already")
	}
	b.Advance(time.Hour)
	b.Must(b.Desk.Place(b.Context(), b.Account, id))
	if got := b.Conversation(id); !got.AssignAt.IsZero() || timer(b).DueAt.IsZero() {
		t.Errorf("%+v, the pool's timer %+v", got, timer(b))
	}
}

// TestWatch_OperatorFullMeanwhile: what comes behind the conversation that filled an operator was looked at for the others alone.
func TestWatch_OperatorFullMeanwhile_LookedAtAgain(t *testing.T) { // B-04
	t.Parallel()
	b := desktest.New(t)
	b.Employ("ana")
	b.Employ("bruno", desktest.Carries(1))
	pile(b, 25, "ana", "bruno")
	his := pile(b, 2, "ana")
	b.Advance(time.Hour)
	fire(b, b.Desk)
	if got := b.Conversation(his[0]).AssigneeID; got != "bruno" {
		t.Fatalf("%q has the first", got)
	}
	b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), his[0])))
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop))
	if got := b.Conversation(his[1]).AssigneeID; got != "bruno" {
		t.Errorf("%q has the second", got)
	}
}

// TestReceive_LateMessage: its conversation moves to a place in the pool that looks may have left behind.
func TestReceive_LateMessage_EarlierTurnNoted(t *testing.T) { // B-04
	t.Parallel()
	b := desktest.New(t)
	id := b.Write("1")
	b.Advance(time.Minute)
	b.Echo(b.EchoOf("1", "wamid.echo", "desde el teléfono"))
	if c := b.Conversation(id); !c.InPool() || !c.WaitingSince.IsZero() {
		t.Fatalf("%+v", c)
	}
	b.Advance(time.Hour)
	late := b.Text("1", "antes")
	late.At = b.Time.Add(-3 * time.Hour)
	b.Receive(late)
	if got := timer(b); !got.ReturnedAt.Equal(b.Time) {
		t.Errorf("at %s the timer is %+v", b.Time, got)
	}
}
