// Package contacts applies what changes about a contact: another address, their choice about marketing, another name.
//
// It imports the core, desk/merge, chat and fault.
package contacts

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/desk/merge"
	"github.com/recado-chat/recado/shared/fault"
)

// Store is what contacts needs of the data layer.
type Store interface {
	desk.ConversationStore
	Identity(ctx context.Context, account chat.AccountID, channel chat.ChannelID, addresses []string) (chat.Identity, []string, error)
	Identities(ctx context.Context, account chat.AccountID, channel chat.ChannelID, addresses []string) ([]chat.Identity, error)
	Relink(ctx context.Context, d relink.Decision, now time.Time) error
	ReadCursor(ctx context.Context, account chat.AccountID, operator chat.OperatorID, id chat.ConversationID) (chat.ReadCursor, error)
	Contact(ctx context.Context, account chat.AccountID, id chat.ContactID) (chat.Contact, error)
	// UpdateContact answers Conflict with ConflictVersionChanged when the contact changed since it was read.
	UpdateContact(ctx context.Context, before, after chat.Contact, activity *chat.Activity, job *chat.Job) error
}

// Updater changes contacts.
type Updater struct {
	store  Store
	merger *merge.Merger
	now    func() time.Time
}

// New makes an Updater; every argument is needed.
func New(store Store, now func() time.Time) (*Updater, error) {
	if store == nil || now == nil {
		return nil, errors.New("contacts: a store and a clock are needed")
	}
	merger, err := merge.New(store, now)
	if err != nil {
		return nil, err
	}
	return &Updater{store: store, merger: merger, now: now}, nil
}

// withIdentity looks up who an inbound item is about, and runs change until nothing moved between reading and writing. An unknown
// address is nothing to change.
func (u *Updater) withIdentity(ctx context.Context, account chat.AccountID, ch chat.ChannelID, of chat.Sender, change func(chat.Identity) error) error {
	var last error
	for range desk.Tries {
		identity, _, err := u.store.Identity(ctx, account, ch, of.Known())
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look up the identity: %w", err)
		}
		last = change(identity)
		if !desk.Conflict(last, chat.ConflictIdentityChanged, chat.ConflictVersionChanged) {
			return last
		}
	}
	return fmt.Errorf("the contact moved %d times: %w", desk.Tries, last)
}

// Rename copies the contact's name to a conversation. The contact is read after the conversation, so that of two names the newer one
// stays.
func (u *Updater) Rename(ctx context.Context, account chat.AccountID, id chat.ConversationID) error {
	_, err := desk.Decide(ctx, u.store, u.now, account, id, func(c chat.Conversation) (*chat.Decision, error) {
		contact, err := u.store.Contact(ctx, account, c.ContactID)
		if err != nil {
			return nil, fmt.Errorf("read contact %s: %w", c.ContactID, err)
		}
		if c.ContactName == contact.Name {
			return nil, nil
		}
		after := c
		after.ContactName = contact.Name
		return &chat.Decision{Before: &c, After: after}, nil
	})
	return err
}
