package rest

import (
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

type channelReader interface {
	Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error)
}

// FindChannel reads the channel that the path's id names. NotFound if the caller does not see its store.
func FindChannel(ctx context.Context, store channelReader, c *Call) (chat.Channel, error) {
	ch, err := store.Channel(ctx, c.Account.ID, chat.ChannelID(c.Param("id")))
	if err != nil {
		return ch, fmt.Errorf("read the channel: %w", err)
	}
	if !c.Scope().Store(ch.StoreID) {
		return chat.Channel{}, fault.New(fault.NotFound, "channel not found")
	}
	return ch, nil
}

// ContactReader reads a contact, and the channels of an account.
type ContactReader interface {
	Contact(ctx context.Context, account chat.AccountID, id chat.ContactID) (chat.Contact, error)
	Channels(ctx context.Context, account chat.AccountID) ([]chat.Channel, error)
}

// maxMerges is how often a contact may have been merged into one that was merged itself.
const maxMerges = 16

// FindContact reads the contact that the path's id names, or the one of which it is a part by now. NotFound if the caller does not see it.
func FindContact(ctx context.Context, store ContactReader, c *Call) (chat.Contact, error) {
	contact, err := store.Contact(ctx, c.Account.ID, chat.ContactID(c.Param("id")))
	if err != nil {
		return contact, fmt.Errorf("read the contact: %w", err)
	}
	for hops := 0; contact.MergedInto != "" && hops < maxMerges; hops++ {
		if contact, err = store.Contact(ctx, c.Account.ID, contact.MergedInto); err != nil {
			return contact, fmt.Errorf("read the contact: %w", err)
		}
	}
	seen, err := SeesContact(store, c)(ctx, contact)
	if err == nil && !seen {
		err = fault.New(fault.NotFound, "contact not found")
	}
	return contact, err
}

// SeesContact decides which contacts the caller sees. One that was stored before contacts named their stores has those of its channels,
// which are read once.
func SeesContact(store ContactReader, c *Call) func(context.Context, chat.Contact) (bool, error) {
	scope := c.Scope()
	var stores map[chat.ChannelID]chat.StoreID
	return func(ctx context.Context, contact chat.Contact) (bool, error) {
		if len(contact.StoreIDs) > 0 || scope.Every() {
			return scope.Contact(contact), nil
		}
		if stores == nil {
			channels, err := store.Channels(ctx, c.Account.ID)
			if err != nil {
				return false, fmt.Errorf("read channels: %w", err)
			}
			stores = make(map[chat.ChannelID]chat.StoreID, len(channels))
			for _, ch := range channels {
				stores[ch.ID] = ch.StoreID
			}
		}
		for _, identity := range contact.Identities {
			if id, known := stores[identity.ChannelID]; known {
				contact.StoreIDs = append(contact.StoreIDs, id)
			}
		}
		return scope.Contact(contact), nil
	}
}

// NoStore is the fault of a store that does not exist or that the caller does not see.
func NoStore() error { return fault.New(fault.NotFound, "store not found") }
