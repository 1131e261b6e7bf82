package merge_test

import (
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func TestSplit_AfterAMerge_EachHasTheirOwnAgain(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	first, second := meetApart(b)
	gone := b.Contact(second.ContactID)
	changed := gone
	changed.Email = "ana@example.com"
	b.Must(b.Store.UpdateContact(b.Context(), gone, changed, nil, nil))
	b.Receive(from(b, phone, user))
	kept := b.Contact(first.ContactID)
	if kept.Email != "ana@example.com" || kept.Phone != phone || len(kept.Merges) != 1 || b.Contact(second.ContactID).MergedInto != kept.ID {
		t.Fatalf("%+v", kept)
	}
	move(b, second.ContactID, "")
	parted, err := b.Desk.Split(b.Context(), b.Account, kept, kept.Merges[0].ID, nil)
	b.Must(err)
	move(b, kept.ID, kept.Merges[0].ID)
	if stored := b.Contact(kept.ID); parted.Version != stored.Version || stored.Email != "" || stored.Phone != phone || len(stored.Merges) != 0 {
		t.Errorf("%+v", stored)
	}
	if again := b.Contact(second.ContactID); again.MergedInto != "" || again.Email != "ana@example.com" {
		t.Errorf("%+v", again)
	}
	if people := found(b, "ana"); len(people) != 2 {
		t.Errorf("a search finds %d", len(people))
	}
	for address, c := range map[string]chat.Conversation{phone: first, user: second} {
		if identity := identityOf(b, address); identity.ExternalID != address || identity.ContactID != c.ContactID || identity.OpenConversationID != c.ID {
			t.Errorf("%s leads to %+v", address, identity)
		}
		back := b.Conversation(c.ID)
		if back.ContactID != c.ContactID || back.ExternalID != address || back.Status != chat.Open || len(back.Moves) != 0 || back.WaitingSince.IsZero() {
			t.Errorf("%+v", back)
		}
		if all := theirs(b, c.ContactID); len(all) != 1 || all[0].ID != c.ID {
			t.Errorf("%s has %+v", address, all)
		}
	}

	// What names both goes to the user id's, and merges nothing that a person has parted.
	if got := b.Receive(from(b, phone, user)); got.Conversation.ContactID != second.ContactID {
		t.Errorf("%+v", got.Conversation)
	}
	if got := b.Receive(from(b, phone, "")); got.Conversation.ContactID != first.ContactID {
		t.Errorf("%+v", got.Conversation)
	}
	_, err = b.Desk.Split(b.Context(), b.Account, b.Contact(kept.ID), kept.Merges[0].ID, nil)
	b.WantFault(err, fault.Invalid, "")
}

func TestSplit_ManyConversations_GoBackInSteps(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	first := b.Receive(from(b, phone, "")).Conversation
	var theirOwn []chat.ConversationID
	for range 3 {
		c := b.Receive(from(b, "", user)).Conversation
		theirOwn = append(theirOwn, c.ID)
		_, err := b.Desk.Resolve(b.Context(), b.Actor(), c.ID)
		b.Must(err)
		b.Advance(48 * time.Hour)
	}
	second := b.Conversation(theirOwn[0]).ContactID
	b.Receive(from(b, phone, user))
	move(b, second, "")
	kept := b.Contact(first.ContactID)
	since := b.Receive(from(b, "", user)).Conversation
	_, err := b.Desk.Split(b.Context(), b.Account, kept, kept.Merges[0].ID, nil)
	b.Must(err)
	for range 2 {
		move(b, kept.ID, kept.Merges[0].ID)
		if all := theirs(b, second); len(all) != 3 || !slices.ContainsFunc(all, func(c chat.Conversation) bool { return c.ID == theirOwn[0] && c.ExternalID == user }) {
			t.Errorf("%+v", all)
		}
	}
	if all := theirs(b, kept.ID); len(all) != 1 || all[0].ID != since.ID {
		t.Errorf("%+v", all)
	}
}

// A user id is never somebody else's, a number may be: what comes with another id is another person, and the newest word counts.
func TestReceive_KnownNumberWithAnotherUserID_GoesToTheNewOneAndIsReported(t *testing.T) {
	t.Parallel()
	const newUser = "CL.7700002"
	for name, meet := range map[string]func(b *desktest.Fixture){
		"id first":                func(b *desktest.Fixture) { b.Receive(from(b, phone, user)) },
		"number first":            func(b *desktest.Fixture) { b.Receive(from(b, phone, "")); b.Receive(from(b, phone, user)) },
		"the new id is known too": func(b *desktest.Fixture) { b.Receive(from(b, phone, user)); b.Receive(from(b, "", newUser)) },
		"number first, new id known": func(b *desktest.Fixture) {
			b.Receive(from(b, phone, ""))
			b.Receive(from(b, phone, user))
			b.Receive(from(b, "", newUser))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := desktest.New(t)
			meet(b)
			had := identityOf(b, user)
			before := theirs(b, had.ContactID)
			got := b.Receive(from(b, phone, newUser)).Conversation
			move(b, had.ContactID, "")
			if got.ContactID == had.ContactID || !slices.Equal(b.Desk.Reassigned(), []chat.ContactID{had.ContactID}) {
				t.Errorf("%+v, reported %v", got, b.Desk.Reassigned())
			}
			for range 2 { // the old and the new owner by each of their addresses
				if c := b.Receive(from(b, phone, "")).Conversation; c.ID != got.ID {
					t.Errorf("the number leads to %+v", c)
				}
				if c := b.Receive(from(b, "", newUser)).Conversation; c.ID != got.ID {
					t.Errorf("the new id leads to %+v", c)
				}
				if c := b.Receive(from(b, "", user)).Conversation; c.ID != before[0].ID || c.ExternalID != user {
					t.Errorf("the old id leads to %+v", c)
				}
				if c := b.Receive(from(b, phone, newUser)).Conversation; c.ID != got.ID {
					t.Errorf("both lead to %+v", c)
				}
			}
			if len(b.Desk.Reassigned()) != 1 {
				t.Errorf("reported %v", b.Desk.Reassigned())
			}
			timeline := b.Timeline(before[0].ID)
			if !slices.ContainsFunc(timeline, func(e chat.Event) bool { return e.Type == chat.EventReassigned }) {
				t.Errorf("%+v", timeline)
			}
		})
	}
}
