package assignment_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
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
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop, ""))
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop, ids[4]))
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
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop, ""))
	if b.Conversation(ids[3]).AssigneeID == "" || b.Conversation(ids[4]).AssigneeID != "" {
		t.Error("the oldest waiting one was not the one taken")
	}
}

func TestUnassign_ExcludesPreviousOperator(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	b.Employ("bruno", desktest.Carries(5))
	c := b.Receive(b.Text("1", "hola")).Conversation
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop, ""))
	b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), c.ID, "", 0)))
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop, ""))
	if got := b.Conversation(c.ID); got.AssigneeID != "" {
		t.Errorf("%s has it again", got.AssigneeID)
	}
	b.Employ("carla", desktest.Carries(5))
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop, ""))
	if got := b.Conversation(c.ID); got.AssigneeID != "carla" {
		t.Errorf("%q has it", got.AssigneeID)
	}
}

// lagging is a store whose pool has a first page of conversations that have left it.
type lagging struct {
	*dynamo.Store
	gone []chat.Conversation
}

func (l lagging) Pool(ctx context.Context, account chat.AccountID, store chat.StoreID, p chat.PageRequest) (chat.Page[chat.Conversation], error) {
	if p.Cursor == "" {
		return chat.Page[chat.Conversation]{Items: l.gone, Next: "the rest"}, nil
	}
	return l.Store.Pool(ctx, account, store, chat.PageRequest{Limit: p.Limit})
}

func TestDistribute_LaggingPage(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	left := b.Receive(b.Text("1", "antes")).Conversation
	b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), left.ID, b.Owner.ID, 0)))
	waiting := b.Receive(b.Text("2", "hola")).Conversation
	b.Employ("bruno", desktest.Carries(5))
	b.Must(b.DeskOn(lagging{b.Store, []chat.Conversation{left}}).Distribute(b.Context(), b.Account, desktest.Shop, ""))
	if got := b.Conversation(waiting.ID); got.AssigneeID != "bruno" {
		t.Errorf("%q has it, want bruno", got.AssigneeID)
	}
}

// unindexed is a store whose pool does not show anything yet. It counts the reads of single conversations.
type unindexed struct {
	*dynamo.Store
	reads *int
}

func (unindexed) Pool(context.Context, chat.AccountID, chat.StoreID, chat.PageRequest) (chat.Page[chat.Conversation], error) {
	return chat.Page[chat.Conversation]{}, nil
}

func (u unindexed) Conversation(ctx context.Context, account chat.AccountID, id chat.ConversationID) (chat.Conversation, error) {
	*u.reads++
	return u.Store.Conversation(ctx, account, id)
}

func TestDistribute_HintIsReadOnce(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	b.Employ("bruno", desktest.Carries(5))
	hint := b.Receive(b.Text("1", "hola")).Conversation.ID
	reads := 0
	b.Must(b.DeskOn(unindexed{b.Store, &reads}).Distribute(b.Context(), b.Account, desktest.Shop, hint))
	if got := b.Conversation(hint); got.AssigneeID != "bruno" || reads != 1 {
		t.Errorf("assigned to %q after %d reads", got.AssigneeID, reads)
	}
}
