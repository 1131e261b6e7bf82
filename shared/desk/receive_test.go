package desk_test

import (
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func TestReceive(t *testing.T) {
	t.Parallel()
	t.Run("the first message opens one conversation, with its contact and its line in the timeline", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("5491155550101", "Hola 👩‍👩‍👧")).Conversation
		if c = b.conversation(c.ID); c.Status != chat.Open || c.Preview.Text != "Hola 👩‍👩‍👧" || !c.InPool() || c.StoreID != "shop" {
			t.Errorf("%+v", c)
		}
		if events := b.events(c.ID); len(events) != 1 || events[0].Type != chat.EventOpened {
			t.Errorf("%+v", events)
		}
		contact, err := b.store.Contact(b.ctx, "account", c.ContactID)
		b.must(err)
		if contact.Name != "5491155550101" {
			t.Errorf("%+v", contact)
		}
	})
	t.Run("the next one goes into it", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		first := b.receive(b.text("1", "uno")).Conversation
		b.now = b.now.Add(time.Minute)
		second := b.receive(b.text("1", "dos")).Conversation
		if first.ID != second.ID || len(b.messages(first.ID)) != 2 || b.conversation(first.ID).Preview.Text != "dos" {
			t.Errorf("%s %s %+v", first.ID, second.ID, b.conversation(first.ID).Preview)
		}
	})
	t.Run("the same message again changes nothing, at any number of times at once", func(t *testing.T) { // C-02
		t.Parallel()
		b := newBed(t)
		messages := []chat.Inbound{b.text("1", "uno"), b.text("1", "dos"), b.text("1", "tres")}
		var wait sync.WaitGroup
		for range 8 {
			for _, in := range messages {
				wait.Go(func() {
					if _, err := b.Receive(b.ctx, b.account, b.channel, in); err != nil && fault.Permanent(err) {
						t.Error(err)
					}
				})
			}
		}
		wait.Wait()
		c := b.receive(messages[0]).Conversation
		for _, in := range messages {
			b.receive(in)
		}
		if got := b.messages(c.ID); len(got) != 3 {
			t.Errorf("%d messages: %+v", len(got), got)
		}
		page, err := b.store.Pool(b.ctx, "account", "shop", chat.PageRequest{})
		b.must(err)
		if len(page.Items) != 1 {
			t.Errorf("%d conversations", len(page.Items))
		}
	})
	t.Run("a number in another form is the one that is known, and found at once from then on", func(t *testing.T) { // PROVIDERS §11-12, §11-13, §11-14
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("541155550101", "hola")).Conversation
		in := b.text("5491155550101", "soy yo")
		in.Sender.Variants = []string{"541155550101"}
		if got := b.receive(in).Conversation; got.ID != c.ID {
			t.Errorf("it opened %s", got.ID)
		}
		identity, _, err := b.store.Identity(b.ctx, "account", "channel", []string{"5491155550101"})
		b.must(err)
		if identity.ExternalID != "541155550101" {
			t.Errorf("%+v", identity)
		}
	})
	t.Run("a late one lowers neither preview nor activity", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		late := b.text("1", "antes")
		late.At = b.now.Add(-time.Hour)
		c := b.receive(b.text("1", "ahora")).Conversation
		before := b.conversation(c.ID)
		b.receive(late)
		after := b.conversation(c.ID)
		if after.Preview.Text != "ahora" || !after.LastActivityAt.Equal(before.LastActivityAt) || !after.LastInboundAt.Equal(before.LastInboundAt) {
			t.Errorf("%+v", after)
		}
		if messages := b.messages(c.ID); len(messages) != 2 || messages[0].Text != "antes" {
			t.Errorf("%+v", messages)
		}
	})
	t.Run("less than a day after its closing it is taken up again, for the pool and its former operator", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		b.operator("bruno", 5)
		c := b.receive(b.text("1", "hola")).Conversation
		b.must(second(b.Assign(b.ctx, b.owner, c.ID, "bruno", 0)))
		b.must(second(b.Resolve(b.ctx, b.owner, c.ID)))
		b.now = b.now.Add(chat.ReopenWithin - time.Second)
		again := b.receive(b.text("1", "otra cosa")).Conversation
		if again.ID != c.ID || again.Status != chat.Open || again.AssigneeID != "" || again.FormerID != "bruno" || b.loadOf("bruno") != 0 {
			t.Errorf("%+v, load %d", again, b.loadOf("bruno"))
		}
	})
	t.Run("a day after its closing a new one begins, for the same contact", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("1", "hola")).Conversation
		b.must(second(b.Resolve(b.ctx, b.owner, c.ID)))
		b.now = b.now.Add(chat.ReopenWithin)
		again := b.receive(b.text("1", "otra cosa")).Conversation
		if again.ID == c.ID || again.ContactID != c.ContactID {
			t.Errorf("%s again, contacts %s and %s", again.ID, c.ContactID, again.ContactID)
		}
	})
	t.Run("a pending one becomes open, and says so", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		b.operator("bruno", 5)
		c := b.receive(b.text("1", "hola")).Conversation
		b.must(second(b.Assign(b.ctx, b.owner, c.ID, "bruno", 0)))
		b.must(second(b.SetPending(b.ctx, b.owner, c.ID)))
		b.now = b.now.Add(time.Minute)
		b.receive(b.text("1", "ya está"))
		events := b.events(c.ID)
		if got := b.conversation(c.ID); got.Status != chat.Open || got.AssigneeID != "bruno" || b.loadOf("bruno") != 1 {
			t.Errorf("%+v, load %d", got, b.loadOf("bruno"))
		}
		if events[len(events)-1].Type != chat.EventTakenUp {
			t.Errorf("%+v", events)
		}
	})
	t.Run("a person known by two addresses is one contact, whichever comes", func(t *testing.T) { // PROVIDERS §11-16
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("5491155550101", "con teléfono")).Conversation
		both := b.text("5491155550101", "con los dos")
		both.Sender.Addresses = []string{"AR.88", "5491155550101"}
		b.receive(both)
		alone := b.text("x", "solo el id")
		alone.Sender.Addresses = []string{"AR.88"}
		if got := b.receive(alone).Conversation; got.ID != c.ID || len(b.messages(c.ID)) != 3 {
			t.Errorf("%s, %d messages in %s", got.ID, len(b.messages(c.ID)), c.ID)
		}
	})
	t.Run("a message without a sender is never understood", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		in := b.text("1", "hola")
		in.Sender.Addresses = nil
		_, err := b.Receive(b.ctx, b.account, b.channel, in)
		b.wantFault(err, fault.Invalid, "no_sender")
	})
}

// second keeps the error of a verb whose result the test does not look at.
func second[T any](_ T, err error) error { return err }

func TestAnAnswerOfTheContactNamesOurMessage(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	asked := b.text("5491", "una")
	first := b.receive(asked)
	answer := b.text("5491", "sobre la primera")
	answer.ReplyTo = asked.ProviderID
	if m := b.receive(answer).Message; m.ReplyTo != first.Message.ID {
		t.Errorf("it answers %q, want %q", m.ReplyTo, first.Message.ID)
	}
	strange := b.text("5491", "sobre nada")
	strange.ReplyTo = "wamid.of.nobody"
	if m := b.receive(strange).Message; m.ReplyTo != "" {
		t.Errorf("it answers %q", m.ReplyTo)
	}
}
