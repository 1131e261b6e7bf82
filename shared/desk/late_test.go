package desk_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/dynamo"
)

func TestReceiveFindsItsPlace(t *testing.T) {
	t.Parallel()
	t.Run("of a person with two identities, by the one that comes first", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		phone := b.receive(b.text("5491155550101", "por teléfono")).Conversation
		id := b.receive(b.text("AR.1", "por id")).Conversation
		b.must(second(b.Resolve(b.ctx, b.owner, id.ID)))
		for range 2 {
			both := b.text("AR.1", "con los dos")
			both.Sender.Addresses = []string{"AR.1", "5491155550101"}
			if got := b.receive(both).Conversation; got.ID != id.ID {
				t.Errorf("went to %s, want %s", got.ID, id.ID)
			}
		}
		if got := b.receive(b.text("5491155550101", "otra vez")).Conversation; got.ID != phone.ID {
			t.Errorf("the phone's identity was taken: %s, want %s", got.ID, phone.ID)
		}
	})
	t.Run("of a person whose first messages come at once, each by other addresses, as one contact", func(t *testing.T) { // PROVIDERS §11-26
		t.Parallel()
		b := newBed(t)
		for n := range 20 {
			phone, id := fmt.Sprintf("549115555%04d", n), fmt.Sprintf("AR.%d", n)
			messages := []chat.Inbound{b.text(phone, "por teléfono"), b.text(id, "con los dos")}
			messages[1].Sender.Addresses = []string{id, phone}
			conversations := make([]chat.ConversationID, len(messages))
			var wait sync.WaitGroup
			for i, in := range messages {
				wait.Go(func() {
					received, err := b.Receive(b.ctx, b.account, b.channel, in)
					if err != nil {
						t.Error(err)
					}
					conversations[i] = received.Conversation.ID
				})
			}
			wait.Wait()
			if conversations[0] != conversations[1] {
				t.Errorf("%s is two people, in %s", phone, conversations)
			}
		}
	})
	t.Run("a message that comes back to life after its conversation was followed by another stays in it", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		old := b.receive(b.text("1", "uno")).Conversation
		lost := b.text("1", "perdido")
		receipt := chat.ProviderRef{
			AccountID: "account", Scope: "whatsapp:71", ID: lost.ProviderID, ConversationID: old.ID,
			MessageID: chat.NewMessageID(b.now, b.now, lost.ProviderID), ExpiresAt: b.now.Add(chat.ProviderRefRetention),
		}
		_, _, err := b.store.PutProviderRef(b.ctx, receipt) // and there the process died
		b.must(err)
		b.must(second(b.Resolve(b.ctx, b.owner, old.ID)))
		b.now = b.now.Add(2 * chat.ReopenWithin)
		next := b.receive(b.text("1", "dos")).Conversation
		b.receive(lost)
		if got := b.messages(old.ID); len(got) != 2 || len(b.messages(next.ID)) != 1 {
			t.Errorf("%d messages in the old one, %d in the new one", len(got), len(b.messages(next.ID)))
		}
		if b.conversation(old.ID).Status != chat.Resolved || b.conversation(next.ID).Status != chat.Open {
			t.Error("two conversations of one identity are open, or none")
		}
	})
	t.Run("a repeated message does not take up what was put aside after it", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		in := b.text("1", "hola")
		c := b.receive(in).Conversation
		b.must(second(b.Assign(b.ctx, b.owner, c.ID, "owner", 0)))
		b.must(second(b.SetPending(b.ctx, b.owner, c.ID)))
		b.receive(in)
		if got := b.conversation(c.ID).Status; got != chat.Pending {
			t.Errorf("it is %s", got)
		}
	})
}

func TestBackToThePoolIsForSomebodyElse(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.operator("bruno", 5)
	c := b.receive(b.text("1", "hola")).Conversation
	b.must(b.Distribute(b.ctx, b.account, "shop", ""))
	b.must(second(b.Assign(b.ctx, b.owner, c.ID, "", 0)))
	b.must(b.Distribute(b.ctx, b.account, "shop", ""))
	if got := b.conversation(c.ID); got.AssigneeID != "" {
		t.Errorf("%s has it again", got.AssigneeID)
	}
	b.operator("carla", 5)
	b.must(b.Distribute(b.ctx, b.account, "shop", ""))
	if got := b.conversation(c.ID); got.AssigneeID != "carla" {
		t.Errorf("%q has it", got.AssigneeID)
	}
}

// lagging is a store whose pool still shows, on a page before all others, what has left it.
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

func TestWhoWaitsBehindAPageThatHasLeftThePoolIsTaken(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	left := b.receive(b.text("1", "antes")).Conversation
	b.must(second(b.Assign(b.ctx, b.owner, left.ID, "owner", 0)))
	waiting := b.receive(b.text("2", "hola")).Conversation
	b.operator("bruno", 5)
	behind, err := desk.New(lagging{b.store, []chat.Conversation{left}}, capabilities, func() time.Time { return b.now })
	b.must(err)
	b.must(behind.Distribute(b.ctx, b.account, "shop", ""))
	if got := b.conversation(waiting.ID); got.AssigneeID != "bruno" {
		t.Errorf("%q has it, want bruno", got.AssigneeID)
	}
}

func TestReopenedByHandAfterAMonthItStaysOpen(t *testing.T) { // S3-12
	t.Parallel()
	b := newBed(t)
	c := b.receive(b.text("1", "hola")).Conversation
	b.must(second(b.Resolve(b.ctx, b.owner, c.ID)))
	b.now = b.now.Add(60 * 24 * time.Hour)
	b.must(second(b.Reopen(b.ctx, b.owner, c.ID)))
	b.now = b.now.Add(time.Minute)
	if closed, err := b.Close(b.ctx, b.account, c.ID); err != nil || closed {
		t.Errorf("closed %v, %v", closed, err)
	}
}

func TestAHeldMessageIsTriedAgainWhenItsChannelHasRested(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.receive(b.text("1", "hola")).Conversation.ID
	b.reply(c, "a", "uno")
	b.channel.Health = chat.Health{State: chat.HealthReauthorise, At: b.now}
	p := &provider{}
	b.deliver(c, p)
	if got := b.statuses(c); len(p.took) != 0 || got[0] != chat.StatusHeld {
		t.Fatalf("took %v, %v", p.took, got)
	}
	b.now = b.now.Add(5 * time.Minute)
	b.deliver(c, p)
	if got := b.statuses(c); len(p.took) != 1 || got[0] != chat.StatusSent {
		t.Errorf("took %v, %v", p.took, got)
	}
}

func TestWhatWaitsForAChannelThatIsGoneFails(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.receive(b.text("1", "hola")).Conversation.ID
	b.reply(c, "a", "uno")
	b.must(b.Abandon(b.ctx, "account", c))
	if m := b.outbound(c); m.Status != chat.StatusFailed || m.Error.Code != "channel_gone" {
		t.Errorf("%+v", m)
	}
	timers, err := b.store.PendingTimers(b.ctx, "account", c, chat.TimerSend)
	b.must(err)
	if len(timers) != 0 {
		t.Errorf("%+v still waits", timers)
	}
}
