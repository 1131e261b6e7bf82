package inbound_test

import (
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
)

// A contact names the stores in which it has conversations. It is written when it comes to another store, and not before.
func TestReceive_ContactNamesItsStores(t *testing.T) { // S1-08
	t.Parallel()
	b := desktest.New(t)
	again := func(ch chat.Channel) chat.Contact { // a new conversation
		t.Helper()
		b.Advance(2 * chat.ReopenWithin)
		id := b.WriteTo(ch, "5491155550101")
		contact := b.Contact(b.Conversation(id).ContactID)
		b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), id)))
		slices.Sort(contact.StoreIDs)
		return contact
	}
	wantStores := func(contact chat.Contact, version int64, stores ...chat.StoreID) {
		t.Helper()
		if !slices.Equal(contact.StoreIDs, stores) || contact.Version != version {
			t.Errorf("version %d with %q, want version %d with %q", contact.Version, contact.StoreIDs, version, stores)
		}
	}
	wantStores(again(b.Channel), 1, desktest.Shop)
	wantStores(again(b.Channel), 1, desktest.Shop)

	b.OpenStore("NORTH", "72")
	moved := b.Channel
	moved.StoreID = "NORTH"
	b.Must(b.Store.UpdateChannel(b.Context(), b.Channel, moved, nil))
	wantStores(again(moved), 2, "NORTH", desktest.Shop)
	wantStores(again(moved), 2, "NORTH", desktest.Shop)
}

// TestReceive_ContactWithoutStores_NamesThem: contacts and identities were once stored without stores.
func TestReceive_ContactWithoutStores_NamesThem(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	id := b.Write("5491155550101")
	c := b.Conversation(id)
	before := b.Contact(c.ContactID)
	after := before
	after.StoreIDs = nil
	b.Must(b.Store.UpdateContact(b.Context(), before, after, nil, nil))
	identity, _, err := b.Store.Identity(b.Context(), desktest.Account, b.Channel.ID, []string{"5491155550101"})
	b.Must(err)
	identity.StoreIDs = nil
	b.Must(b.Store.Commit(b.Context(), chat.Decision{Before: &c, After: c, Identity: &identity}, b.Time))
	b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), id)))
	b.Advance(time.Hour)
	if b.Write("5491155550101") != id {
		t.Fatal("the conversation was not reopened")
	}
	if contact := b.Contact(before.ID); !slices.Equal(contact.StoreIDs, []chat.StoreID{desktest.Shop}) {
		t.Errorf("the contact has %q", contact.StoreIDs)
	}
}

func TestImportHistory_KnownContact_NamesItsStore(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	id := b.Write("5491155550101")
	b.OpenStore("NORTH", "72")
	moved := b.Channel
	moved.StoreID = "NORTH"
	in := b.Text("5491155550101", "hace un mes")
	in.Direction = chat.In
	b.Must(b.Desk.ImportHistory(b.Context(), b.Account, moved, in))
	contact := b.Contact(b.Conversation(id).ContactID)
	slices.Sort(contact.StoreIDs)
	if !slices.Equal(contact.StoreIDs, []chat.StoreID{"NORTH", desktest.Shop}) {
		t.Errorf("the contact has %q", contact.StoreIDs)
	}
}
