package desk_test

import (
	"slices"
	"testing"

	"github.com/recado-chat/recado/shared/chat"
)

// moved is the provider's word that somebody has another number.
func (b *bed) moved(from string, to ...string) chat.Inbound {
	return chat.Inbound{
		Kind: chat.InboundIdentityChange, Asset: "71", ProviderID: "wamid.S", At: b.now, ReceivedAt: b.now,
		Sender: chat.Sender{Addresses: []string{from}, Phone: from}, NewIdentity: chat.Sender{Addresses: to, Phone: to[len(to)-1]},
	}
}

// PROVIDERS §2.1.1, system: whoever changes the number stays the same person.
func TestMove(t *testing.T) {
	t.Parallel()
	t.Run("who writes from the new number goes on in the conversation", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("1", "hola")).Conversation
		for range 2 {
			b.must(b.ChangeIdentity(b.ctx, b.account, b.channel, b.moved("1", "AR.2", "2")))
		}
		for _, address := range []string{"1", "AR.2", "2"} {
			identity, _, err := b.store.Identity(b.ctx, "account", "channel", []string{address})
			b.must(err)
			if identity.Address != "AR.2" || identity.ExternalID != "1" || identity.OpenConversationID != c.ID {
				t.Errorf("%s leads to %+v", address, identity)
			}
		}
		if got := b.receive(b.text("2", "soy yo")).Conversation; got.ID != c.ID {
			t.Errorf("the new number opened %s", got.ID)
		}
		contact, err := b.store.Contact(b.ctx, "account", c.ContactID)
		b.must(err)
		if contact.Phone != "2" || contact.Identities[0].Phone != "2" {
			t.Errorf("the contact has %+v", contact)
		}
		moves := slices.DeleteFunc(b.events(c.ID), func(e chat.Event) bool { return e.Type != chat.EventMoved })
		if len(moves) != 1 {
			t.Errorf("the timeline tells it %d times", len(moves))
		}
	})
	t.Run("a phone that an operator wrote down stays", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("1", "hola")).Conversation
		before, err := b.store.Contact(b.ctx, "account", c.ContactID)
		b.must(err)
		after := before
		after.Phone = "99"
		b.must(b.store.UpdateContact(b.ctx, before, after, nil, nil))
		b.must(b.ChangeIdentity(b.ctx, b.account, b.channel, b.moved("1", "2")))
		contact, err := b.store.Contact(b.ctx, "account", c.ContactID)
		b.must(err)
		if contact.Phone != "99" || contact.Identities[0].Phone != "2" {
			t.Errorf("the contact has %+v", contact)
		}
	})
	t.Run("two who are known already stay two", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		first, other := b.receive(b.text("1", "hola")).Conversation, b.receive(b.text("2", "buenas")).Conversation
		b.must(b.ChangeIdentity(b.ctx, b.account, b.channel, b.moved("1", "2")))
		if got := b.receive(b.text("2", "sigo acá")).Conversation; got.ID != other.ID || got.ID == first.ID {
			t.Errorf("the second one went on in %s", got.ID)
		}
	})
	t.Run("of nobody we know is nothing", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		b.must(b.ChangeIdentity(b.ctx, b.account, b.channel, b.moved("7", "8")))
	})
}
