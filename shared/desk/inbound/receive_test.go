package inbound_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func TestReceive(t *testing.T) {
	t.Parallel()
	t.Run("first message opens a conversation with contact and Event", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("5491155550101", "Hola 👩‍👩‍👧")).Conversation
		if c = b.Conversation(c.ID); c.Status != chat.Open || c.Preview.Text != "Hola 👩‍👩‍👧" || !c.InPool() || c.StoreID != desktest.Shop {
			t.Errorf("%+v", c)
		}
		if events := b.Timeline(c.ID); len(events) != 1 || events[0].Type != chat.EventOpened {
			t.Errorf("%+v", events)
		}
		contact, err := b.Store.Contact(b.Context(), desktest.Account, c.ContactID)
		b.Must(err)
		if contact.Name != "5491155550101" {
			t.Errorf("%+v", contact)
		}
	})
	t.Run("second message goes into the open conversation", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		first := b.Receive(b.Text("1", "uno")).Conversation
		b.Advance(time.Minute)
		second := b.Receive(b.Text("1", "dos")).Conversation
		if first.ID != second.ID || len(b.Messages(first.ID)) != 2 || b.Conversation(first.ID).Preview.Text != "dos" {
			t.Errorf("%s %s %+v", first.ID, second.ID, b.Conversation(first.ID).Preview)
		}
	})
	t.Run("same message many times at once is stored once", func(t *testing.T) { // C-02
		t.Parallel()
		b := desktest.New(t)
		messages := []chat.Inbound{b.Text("1", "uno"), b.Text("1", "dos"), b.Text("1", "tres")}
		var wait sync.WaitGroup
		for range 8 {
			for _, in := range messages {
				wait.Go(func() {
					if _, err := b.Desk.Receive(b.Context(), b.Account, b.Channel, in); err != nil && fault.Permanent(err) {
						t.Error(err)
					}
				})
			}
		}
		wait.Wait()
		c := b.Receive(messages[0]).Conversation
		for _, in := range messages {
			b.Receive(in)
		}
		if got := b.Messages(c.ID); len(got) != 3 {
			t.Errorf("%d messages: %+v", len(got), got)
		}
		page, err := b.Store.Pool(b.Context(), desktest.Account, desktest.Shop, chat.PageRequest{})
		b.Must(err)
		if len(page.Items) != 1 {
			t.Errorf("%d conversations", len(page.Items))
		}
	})
	t.Run("number in another form is the known identity", func(t *testing.T) { // PROVIDERS §11-12, §11-13, §11-14
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("541155550101", "hola")).Conversation
		in := b.Text("5491155550101", "soy yo")
		in.Sender.Variants = []string{"541155550101"}
		if got := b.Receive(in).Conversation; got.ID != c.ID {
			t.Errorf("it opened %s", got.ID)
		}
		identity, _, err := b.Store.Identity(b.Context(), desktest.Account, b.Channel.ID, []string{"5491155550101"})
		b.Must(err)
		if identity.ExternalID != "541155550101" {
			t.Errorf("%+v", identity)
		}
	})
	t.Run("late message lowers neither preview nor activity", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		late := b.Text("1", "antes")
		late.At = b.Time.Add(-time.Hour)
		c := b.Receive(b.Text("1", "ahora")).Conversation
		before := b.Conversation(c.ID)
		b.Receive(late)
		after := b.Conversation(c.ID)
		if after.Preview.Text != "ahora" || !after.LastActivityAt.Equal(before.LastActivityAt) || !after.LastInboundAt.Equal(before.LastInboundAt) {
			t.Errorf("%+v", after)
		}
		if messages := b.Messages(c.ID); len(messages) != 2 || messages[0].Text != "antes" {
			t.Errorf("%+v", messages)
		}
	})
	t.Run("within ReopenWithin it is reopened for the pool with its former operator", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		b.Employ("bruno", desktest.Carries(5))
		c := b.Receive(b.Text("1", "hola")).Conversation
		b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), c.ID, "bruno", 0)))
		b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), c.ID)))
		b.Advance(chat.ReopenWithin - time.Second)
		again := b.Receive(b.Text("1", "otra cosa")).Conversation
		if again.ID != c.ID || again.Status != chat.Open || again.AssigneeID != "" || again.FormerID != "bruno" || b.LoadOf("bruno") != 0 {
			t.Errorf("%+v, load %d", again, b.LoadOf("bruno"))
		}
	})
	t.Run("after ReopenWithin a new conversation opens for the same contact", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("1", "hola")).Conversation
		b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), c.ID)))
		b.Advance(chat.ReopenWithin)
		again := b.Receive(b.Text("1", "otra cosa")).Conversation
		if again.ID == c.ID || again.ContactID != c.ContactID {
			t.Errorf("%s again, contacts %s and %s", again.ID, c.ContactID, again.ContactID)
		}
	})
	t.Run("pending conversation becomes open with an Event", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		b.Employ("bruno", desktest.Carries(5))
		c := b.Receive(b.Text("1", "hola")).Conversation
		b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), c.ID, "bruno", 0)))
		b.Must(desktest.Err(b.Desk.SetPending(b.Context(), b.Actor(), c.ID)))
		b.Advance(time.Minute)
		b.Receive(b.Text("1", "ya está"))
		events := b.Timeline(c.ID)
		if got := b.Conversation(c.ID); got.Status != chat.Open || got.AssigneeID != "bruno" || b.LoadOf("bruno") != 1 {
			t.Errorf("%+v, load %d", got, b.LoadOf("bruno"))
		}
		if events[len(events)-1].Type != chat.EventTakenUp {
			t.Errorf("%+v", events)
		}
	})
	t.Run("contact with two addresses is one contact", func(t *testing.T) { // PROVIDERS §11-16
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("5491155550101", "con teléfono")).Conversation
		both := b.Text("5491155550101", "con los dos")
		both.Sender.Addresses = []string{"AR.88", "5491155550101"}
		b.Receive(both)
		alone := b.Text("x", "solo el id")
		alone.Sender.Addresses = []string{"AR.88"}
		if got := b.Receive(alone).Conversation; got.ID != c.ID || len(b.Messages(c.ID)) != 3 {
			t.Errorf("%s, %d messages in %s", got.ID, len(b.Messages(c.ID)), c.ID)
		}
	})
	t.Run("message without a sender is Invalid", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		in := b.Text("1", "hola")
		in.Sender.Addresses = nil
		_, err := b.Desk.Receive(b.Context(), b.Account, b.Channel, in)
		b.WantFault(err, fault.Invalid, "no_sender")
	})
}

func TestReceive_ReplyTo(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	asked := b.Text("5491", "una")
	first := b.Receive(asked)
	answer := b.Text("5491", "sobre la primera")
	answer.ReplyTo = asked.ProviderID
	if m := b.Receive(answer).Message; m.ReplyTo != first.Message.ID {
		t.Errorf("it answers %q, want %q", m.ReplyTo, first.Message.ID)
	}
	strange := b.Text("5491", "sobre nada")
	strange.ReplyTo = "wamid.of.nobody"
	if m := b.Receive(strange).Message; m.ReplyTo != "" {
		t.Errorf("it answers %q", m.ReplyTo)
	}
}

func TestReceive_FindsConversation(t *testing.T) {
	t.Parallel()
	t.Run("of two identities that come together: they are one person", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		phone := b.Receive(b.Text("5491155550101", "por teléfono")).Conversation
		b.Advance(time.Second)
		id := b.Receive(b.Text("AR.1", "por id")).Conversation
		b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), id.ID)))
		for range 2 {
			both := b.Text("AR.1", "con los dos")
			both.Sender.Addresses = []string{"AR.1", "5491155550101"}
			if got := b.Receive(both).Conversation; got.ID != phone.ID {
				t.Errorf("went to %s, want %s", got.ID, phone.ID)
			}
		}
		for _, address := range []string{"5491155550101", "AR.1"} {
			if got := b.Receive(b.Text(address, "otra vez")).Conversation; got.ID != phone.ID {
				t.Errorf("%s went to %s, want %s", address, got.ID, phone.ID)
			}
		}
	})
	t.Run("first messages at once by different addresses are one contact", func(t *testing.T) { // PROVIDERS §11-26
		t.Parallel()
		b := desktest.New(t)
		for n := range 20 {
			phone, id := fmt.Sprintf("549115555%04d", n), fmt.Sprintf("AR.%d", n)
			messages := []chat.Inbound{b.Text(phone, "por teléfono"), b.Text(id, "con los dos")}
			messages[1].Sender.Addresses = []string{id, phone}
			conversations := make([]chat.ConversationID, len(messages))
			var wait sync.WaitGroup
			for i, in := range messages {
				wait.Go(func() {
					received, err := b.Desk.Receive(b.Context(), b.Account, b.Channel, in)
					if err != nil {
						t.Error(err)
					}
					conversations[i] = received.Conversation.ID
				})
			}
			wait.Wait()
			if conversations[0] != conversations[1] {
				t.Errorf("%s is two contacts, in %s", phone, conversations)
			}
		}
	})
	t.Run("resumed message stays in its resolved conversation", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		old := b.Receive(b.Text("1", "uno")).Conversation
		lost := b.Text("1", "perdido")
		receipt := chat.ProviderRef{
			AccountID: desktest.Account, Scope: "whatsapp:71", ID: lost.ProviderID, ConversationID: old.ID,
			MessageID: chat.NewMessageID(b.Time, b.Time, lost.ProviderID), ExpiresAt: b.Time.Add(chat.ProviderRefRetention),
		}
		_, _, err := b.Store.PutProviderRef(b.Context(), receipt) // the process dies here
		b.Must(err)
		b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), old.ID)))
		b.Advance(2 * chat.ReopenWithin)
		next := b.Receive(b.Text("1", "dos")).Conversation
		b.Receive(lost)
		if got := b.Messages(old.ID); len(got) != 2 || len(b.Messages(next.ID)) != 1 {
			t.Errorf("%d messages in the old one, %d in the new one", len(got), len(b.Messages(next.ID)))
		}
		if b.Conversation(old.ID).Status != chat.Resolved || b.Conversation(next.ID).Status != chat.Open {
			t.Error("two conversations of one identity are open, or none")
		}
	})
	t.Run("repeated message does not reopen a pending conversation", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		in := b.Text("1", "hola")
		c := b.Receive(in).Conversation
		b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), c.ID, b.Owner.ID, 0)))
		b.Must(desktest.Err(b.Desk.SetPending(b.Context(), b.Actor(), c.ID)))
		b.Receive(in)
		if got := b.Conversation(c.ID).Status; got != chat.Pending {
			t.Errorf("it is %s", got)
		}
	})
}
