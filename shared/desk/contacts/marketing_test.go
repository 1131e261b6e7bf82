package contacts_test

import (
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/chattest"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
)

// consent is a contact's choice, so many seconds after noon.
func consent(b *desktest.Fixture, from string, out bool, second int) {
	b.Helper()
	at := b.Time.Add(time.Duration(second) * time.Second)
	b.Must(b.Desk.SetMarketingConsent(b.Context(), b.Account, b.Channel, chat.Inbound{
		Kind: chat.InboundMarketing, At: at, ReceivedAt: b.Time, Sender: chat.Sender{Addresses: []string{from}, Phone: from},
		MarketingConsent: chat.MarketingConsent{OptedOut: out, At: at},
	}))
}

// PROVIDERS §2.1.4, user_preferences: the latest choice stands in any order, and each that stood has one Event.
func TestSetMarketingConsent_AnyOrder(t *testing.T) {
	t.Parallel()
	steps := []struct {
		out    bool
		second int
	}{{true, 1}, {false, 2}, {false, 3}, {true, 3}}
	for order := range chattest.Permutations(len(steps)) {
		b := desktest.New(t)
		c := b.Receive(b.Text("1", "hola")).Conversation
		for range 2 {
			for _, i := range order {
				consent(b, "1", steps[i].out, steps[i].second)
			}
		}
		contact, err := b.Store.Contact(b.Context(), desktest.Account, c.ContactID)
		b.Must(err)
		if !contact.MarketingOptOut().Equal(b.Time.Add(3 * time.Second)) {
			t.Errorf("order %v: %+v", order, contact.MarketingConsent)
		}
		told := map[chat.EventID]bool{}
		for _, e := range b.Timeline(c.ID) {
			if e.Type == chat.EventOptedOut || e.Type == chat.EventOptedIn {
				told[e.ID] = true
			}
		}
		if len(told) == 0 || len(told) > len(steps) {
			t.Errorf("order %v: told %d times", order, len(told))
		}
		if after := b.Conversation(c.ID); after.Status != chat.Open || !after.WindowUntil(24*time.Hour).Equal(c.WindowUntil(24*time.Hour)) {
			t.Errorf("order %v: %+v", order, after)
		}
	}
}

func TestSetMarketingConsent(t *testing.T) {
	t.Parallel()
	t.Run("process dies before the contact is written: one Event", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("1", "hola")).Conversation
		before, err := b.Store.Contact(b.Context(), desktest.Account, c.ContactID)
		b.Must(err)
		consent(b, "1", true, 1)
		after, err := b.Store.Contact(b.Context(), desktest.Account, c.ContactID)
		b.Must(err)
		before.Version = after.Version
		b.Must(b.Store.UpdateContact(b.Context(), after, before, nil, nil)) // as when the process dies before
		consent(b, "1", true, 1)
		if events := b.Timeline(c.ID); len(events) != 2 || events[1].Type != chat.EventOptedOut || events[1].Actor.Kind != chat.ByContact {
			t.Errorf("%+v", events)
		}
	})
	t.Run("opting in again clears the opt-out", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("1", "hola")).Conversation
		consent(b, "1", true, 1)
		consent(b, "1", false, 2)
		contact, err := b.Store.Contact(b.Context(), desktest.Account, c.ContactID)
		if b.Must(err); !contact.MarketingOptOut().IsZero() {
			t.Errorf("%+v", contact.MarketingConsent)
		}
	})
	t.Run("unknown contact is ignored", func(t *testing.T) {
		t.Parallel()
		consent(desktest.New(t), "7", true, 1)
	})
}
