package contacts_test

import (
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
)

// changed is the provider's word that an external user has another number.
func changed(b *desktest.Fixture, from string, to ...string) chat.Inbound {
	return chat.Inbound{
		Kind: chat.InboundIdentityChange, Asset: "71", ProviderID: "wamid.S", At: b.Time, ReceivedAt: b.Time,
		Sender: chat.Sender{Addresses: []string{from}, Phone: from}, NewIdentity: chat.Sender{Addresses: to, Phone: to[len(to)-1]},
	}
}

// PROVIDERS §2.1.1, system.
func TestChangeIdentity(t *testing.T) {
	t.Parallel()
	t.Run("new number continues in the conversation", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("1", "hola")).Conversation
		for range 2 {
			b.Must(b.Desk.ChangeIdentity(b.Context(), b.Account, b.Channel, changed(b, "1", "AR.2", "2")))
		}
		for _, address := range []string{"1", "AR.2", "2"} {
			identity, _, err := b.Store.Identity(b.Context(), desktest.Account, b.Channel.ID, []string{address})
			b.Must(err)
			if identity.Address != "AR.2" || identity.ExternalID != "1" || identity.OpenConversationID != c.ID {
				t.Errorf("%s leads to %+v", address, identity)
			}
		}
		if got := b.Receive(b.Text("2", "soy yo")).Conversation; got.ID != c.ID {
			t.Errorf("the new number opened %s", got.ID)
		}
		contact, err := b.Store.Contact(b.Context(), desktest.Account, c.ContactID)
		b.Must(err)
		if contact.Phone != "2" || contact.Identities[0].Phone != "2" {
			t.Errorf("the contact has %+v", contact)
		}
		moves := slices.DeleteFunc(b.Timeline(c.ID), func(e chat.Event) bool { return e.Type != chat.EventMoved })
		if len(moves) != 1 {
			t.Errorf("the timeline tells it %d times", len(moves))
		}
	})
	t.Run("phone entered by an operator stays", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("1", "hola")).Conversation
		before, err := b.Store.Contact(b.Context(), desktest.Account, c.ContactID)
		b.Must(err)
		after := before
		after.Phone = "99"
		b.Must(b.Store.UpdateContact(b.Context(), before, after, nil, nil))
		b.Must(b.Desk.ChangeIdentity(b.Context(), b.Account, b.Channel, changed(b, "1", "2")))
		contact, err := b.Store.Contact(b.Context(), desktest.Account, c.ContactID)
		b.Must(err)
		if contact.Phone != "99" || contact.Identities[0].Phone != "2" {
			t.Errorf("the contact has %+v", contact)
		}
	})
	t.Run("who wrote from the new address already is the same person", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		first := b.Receive(b.Text("1", "hola")).Conversation
		b.Advance(time.Second)
		other := b.Receive(b.Text("2", "buenas")).Conversation
		b.Must(b.Desk.ChangeIdentity(b.Context(), b.Account, b.Channel, changed(b, "1", "2")))
		for _, address := range []string{"1", "2"} {
			if got := b.Receive(b.Text(address, "sigo acá")).Conversation; got.ID != first.ID {
				t.Errorf("%s went on in %s", address, got.ID)
			}
		}
		if b.Contact(other.ContactID).MergedInto != first.ContactID {
			t.Error("they are still two contacts")
		}
	})
	t.Run("unknown contact is ignored", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		b.Must(b.Desk.ChangeIdentity(b.Context(), b.Account, b.Channel, changed(b, "7", "8")))
	})
}
