package desk_test

import (
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/chattest"
	"github.com/recado-chat/recado/shared/chat"
)

// wants is a person's word on advertising, so many seconds after noon.
func (b *bed) wants(from string, stop bool, second int) {
	b.t.Helper()
	at := b.now.Add(time.Duration(second) * time.Second)
	b.must(b.SetMarketingConsent(b.ctx, b.account, b.channel, chat.Inbound{
		Kind: chat.InboundMarketing, At: at, ReceivedAt: b.now, Sender: chat.Sender{Addresses: []string{from}, Phone: from},
		MarketingConsent: chat.MarketingConsent{OptedOut: stop, At: at},
	}))
}

// PROVIDERS §2.1.4, user_preferences: the latest word stands in whatever order they come, and each that stood is told once.
func TestTheLatestWordOnAdvertisingStands(t *testing.T) {
	t.Parallel()
	steps := []struct {
		stop   bool
		second int
	}{{true, 1}, {false, 2}, {false, 3}, {true, 3}}
	for order := range chattest.Permutations(len(steps)) {
		b := newBed(t)
		c := b.receive(b.text("1", "hola")).Conversation
		for range 2 {
			for _, i := range order {
				b.wants("1", steps[i].stop, steps[i].second)
			}
		}
		contact, err := b.store.Contact(b.ctx, "account", c.ContactID)
		b.must(err)
		if !contact.MarketingOptOut().Equal(b.now.Add(3 * time.Second)) {
			t.Errorf("order %v: %+v", order, contact.MarketingConsent)
		}
		told := map[chat.EventID]bool{}
		for _, e := range b.events(c.ID) {
			if e.Type == chat.EventOptedOut || e.Type == chat.EventOptedIn {
				told[e.ID] = true
			}
		}
		if len(told) == 0 || len(told) > len(steps) {
			t.Errorf("order %v: told %d times", order, len(told))
		}
		if after := b.conversation(c.ID); after.Status != chat.Open || !after.WindowUntil(24*time.Hour).Equal(c.WindowUntil(24*time.Hour)) {
			t.Errorf("order %v: %+v", order, after)
		}
	}
}

func TestAWordOnAdvertising(t *testing.T) {
	t.Parallel()
	t.Run("that dies before the contact has it is told once", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("1", "hola")).Conversation
		before, err := b.store.Contact(b.ctx, "account", c.ContactID)
		b.must(err)
		b.wants("1", true, 1)
		after, err := b.store.Contact(b.ctx, "account", c.ContactID)
		b.must(err)
		before.Version = after.Version
		b.must(b.store.UpdateContact(b.ctx, after, before, nil, nil)) // as it was when the process died
		b.wants("1", true, 1)
		if events := b.events(c.ID); len(events) != 2 || events[1].Type != chat.EventOptedOut || events[1].Actor.Kind != chat.ByContact {
			t.Errorf("%+v", events)
		}
	})
	t.Run("taken back lets them be written to", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("1", "hola")).Conversation
		b.wants("1", true, 1)
		b.wants("1", false, 2)
		contact, err := b.store.Contact(b.ctx, "account", c.ContactID)
		if b.must(err); !contact.MarketingOptOut().IsZero() {
			t.Errorf("%+v", contact.MarketingConsent)
		}
	})
	t.Run("of nobody we know is nothing", func(t *testing.T) {
		t.Parallel()
		newBed(t).wants("7", true, 1)
	})
}
