package desk_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

func TestReply(t *testing.T) {
	t.Parallel()
	t.Run("whoever answers has it, and the contact no longer waits", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("1", "hola")).Conversation
		b.now = b.now.Add(time.Minute)
		m := b.reply(c.ID, "a", "buenas")
		got := b.conversation(c.ID)
		if got.AssigneeID != "owner" || !got.WaitingSince.IsZero() || got.Preview.Text != "buenas" || b.loadOf("owner") != 1 {
			t.Errorf("%+v, load %d", got, b.loadOf("owner"))
		}
		timers, err := b.store.PendingTimers(b.ctx, "account", c.ID, chat.TimerSend)
		b.must(err)
		if len(timers) != 1 || timers[0].MessageID != m.ID || m.Status != chat.StatusQueued {
			t.Errorf("%+v %+v", timers, m)
		}
	})
	t.Run("the same client id is the same message, with another body a conflict", func(t *testing.T) { // PROVIDERS §11-33
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("1", "hola")).Conversation
		first := b.reply(c.ID, "a", "buenas")
		b.now = b.now.Add(time.Second)
		again, created, err := b.Reply(b.ctx, b.owner, c.ID, desk.Draft{ClientID: "a", Type: chat.TypeText, Text: "buenas"})
		b.must(err)
		if created || again.ID != first.ID || len(b.messages(c.ID)) != 2 {
			t.Errorf("created %v, %s, want %s", created, again.ID, first.ID)
		}
		_, _, err = b.Reply(b.ctx, b.owner, c.ID, desk.Draft{ClientID: "a", Type: chat.TypeText, Text: "otra"})
		b.wantFault(err, fault.Conflict, "")
	})
	t.Run("after a day it is refused before it is queued", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("1", "hola")).Conversation
		b.now = b.now.Add(24 * time.Hour)
		_, _, err := b.Reply(b.ctx, b.owner, c.ID, desk.Draft{ClientID: "a", Type: chat.TypeText, Text: "tarde"})
		b.wantFault(err, fault.Conflict, "window_closed")
		if len(b.messages(c.ID)) != 1 {
			t.Error("it was queued")
		}
	})
	t.Run("an operator without the grant finds nothing", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("1", "hola")).Conversation
		stranger := chat.Actor{Operator: b.operator("ines", 5)}
		stranger.Operator.StoreIDs = []chat.StoreID{"other"}
		_, _, err := b.Reply(b.ctx, stranger, c.ID, desk.Draft{ClientID: "a", Type: chat.TypeText, Text: "hola"})
		b.wantFault(err, fault.NotFound, "")
	})
}

func TestAssign(t *testing.T) { // S1-17, S1-18
	t.Parallel()
	b := newBed(t)
	b.operator("bruno", 1)
	b.operator("carla", 1)
	c := b.receive(b.text("1", "hola")).Conversation
	b.must(second(b.Assign(b.ctx, b.owner, c.ID, "bruno", 0)))
	b.must(second(b.Assign(b.ctx, b.owner, c.ID, "bruno", 0))) // a second click
	b.must(second(b.Assign(b.ctx, b.owner, c.ID, "carla", 0)))
	if b.loadOf("bruno") != 0 || b.loadOf("carla") != 1 {
		t.Errorf("loads %d and %d", b.loadOf("bruno"), b.loadOf("carla"))
	}
	events := b.events(c.ID)
	if len(events) != 3 || events[2].Data.AssigneeID != "carla" || events[2].Data.PreviousAssigneeID != "bruno" || events[2].Reason.Code != chat.ReasonByHand {
		t.Errorf("%+v", events)
	}
	mine, err := b.store.Mine(b.ctx, "account", "bruno", []chat.Status{chat.Open}, chat.PageRequest{})
	b.must(err)
	if len(mine.Items) != 0 {
		t.Errorf("bruno still has %d", len(mine.Items))
	}
	b.must(second(b.Assign(b.ctx, b.owner, c.ID, "", 0)))
	if got := b.conversation(c.ID); !got.InPool() || !slices.Contains(got.Passed, "carla") {
		t.Errorf("%+v", got)
	}
	_, err = b.Assign(b.ctx, b.owner, c.ID, "nobody", 0)
	b.wantFault(err, fault.NotFound, "")
}

func TestResolveAndReopen(t *testing.T) { // S1-16
	t.Parallel()
	b := newBed(t)
	b.operator("bruno", 5)
	c := b.receive(b.text("1", "hola")).Conversation
	b.must(second(b.Assign(b.ctx, b.owner, c.ID, "bruno", 0)))
	b.must(second(b.Resolve(b.ctx, b.owner, c.ID)))
	b.must(second(b.Resolve(b.ctx, b.owner, c.ID)))
	if got := b.conversation(c.ID); got.Status != chat.Resolved || b.loadOf("bruno") != 0 || !got.DueAt().IsZero() {
		t.Errorf("%+v, load %d", got, b.loadOf("bruno"))
	}
	b.must(second(b.Reopen(b.ctx, b.owner, c.ID)))
	if got := b.conversation(c.ID); got.Status != chat.Open || got.AssigneeID != "bruno" || b.loadOf("bruno") != 1 {
		t.Errorf("%+v, load %d", got, b.loadOf("bruno"))
	}
	b.must(second(b.Resolve(b.ctx, b.owner, c.ID)))
	b.now = b.now.Add(chat.ReopenWithin)
	other := b.receive(b.text("1", "de nuevo")).Conversation
	_, err := b.Reopen(b.ctx, b.owner, c.ID)
	b.wantFault(err, fault.Conflict, "other_open")
	if b.conversation(c.ID).Status != chat.Resolved || b.conversation(other.ID).Status != chat.Open {
		t.Error("two conversations of one identity are open, or none")
	}
}

func TestDistribute(t *testing.T) { // B-04, C-05
	t.Parallel()
	b := newBed(t)
	b.operator("bruno", 2)
	b.operator("carla", 1)
	var ids []chat.ConversationID
	for i := range 5 {
		b.now = b.now.Add(time.Second)
		ids = append(ids, b.receive(b.text(fmt.Sprint(i), "hola")).Conversation.ID)
	}
	b.must(b.Distribute(b.ctx, b.account, "shop", ""))
	b.must(b.Distribute(b.ctx, b.account, "shop", ids[4]))
	if b.loadOf("bruno") != 2 || b.loadOf("carla") != 1 {
		t.Fatalf("loads %d and %d", b.loadOf("bruno"), b.loadOf("carla"))
	}
	for i, id := range ids {
		c, events := b.conversation(id), b.events(id)
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
	b.must(second(b.Resolve(b.ctx, b.owner, ids[0])))
	b.must(b.Distribute(b.ctx, b.account, "shop", ""))
	if b.conversation(ids[3]).AssigneeID == "" || b.conversation(ids[4]).AssigneeID != "" {
		t.Error("the oldest waiting one was not the one taken")
	}
}

func TestClose(t *testing.T) { // S3-11
	t.Parallel()
	b := newBed(t)
	b.operator("bruno", 5)
	c := b.receive(b.text("1", "hola")).Conversation
	b.must(b.Distribute(b.ctx, b.account, "shop", ""))
	b.now = b.now.Add(30 * time.Minute)
	b.receive(b.text("1", "¿hola?"))
	b.now = b.now.Add(30 * time.Minute)
	closed, err := b.Close(b.ctx, b.account, c.ID)
	b.must(err)
	if got := b.conversation(c.ID); closed || !got.CloseAt.Equal(b.now.Add(30*time.Minute)) {
		t.Errorf("closed %v, next look at %s", closed, got.CloseAt)
	}
	b.now = b.now.Add(30 * time.Minute)
	closed, err = b.Close(b.ctx, b.account, c.ID)
	b.must(err)
	events := b.events(c.ID)
	if last := events[len(events)-1]; !closed || last.Type != chat.EventResolved || last.Reason.Code != chat.ReasonIdle || b.loadOf("bruno") != 0 {
		t.Errorf("closed %v, %+v, load %d", closed, last, b.loadOf("bruno"))
	}
	if closed, err = b.Close(b.ctx, b.account, c.ID); err != nil || closed {
		t.Errorf("again: closed %v, %v", closed, err)
	}
}
