package inbound

import (
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
)

// identity finds who is at the addresses of an item; nil for somebody unknown. Addresses that come together are one person's: identities
// under which that person was met apart are made one. Only two user ids are never one person's; what both are known under, the number, then
// goes to the one who is named with it now. From is left with the addresses that are the person's.
func (r *Receiver) identity(ctx context.Context, account chat.Account, ch chat.Channel, from *chat.Sender) (*chat.Identity, error) {
	found, err := r.store.Identities(ctx, account.ID, ch.ID, from.Addresses)
	if err != nil {
		return nil, fmt.Errorf("look up the identity: %w", err)
	}
	if len(found) == 0 || found[0].OpenConversationID == "" { // the forms of a number are looked up when a conversation may open
		others, err := r.store.Identities(ctx, account.ID, ch.ID, from.Variants)
		if err != nil {
			return nil, fmt.Errorf("look up the identity: %w", err)
		}
		for _, other := range others {
			if !slices.ContainsFunc(found, func(i chat.Identity) bool { return i.ExternalID == other.ExternalID }) {
				found = append(found, other)
			}
		}
	}
	if len(found) == 0 {
		return nil, nil
	}
	userID := r.userID(ch)
	first := found[0]
	if stranger := newUser(userID, first, *from); stranger != "" {
		return r.reassign(ctx, account, ch, from, first, nil)
	}
	for _, other := range found[1:] {
		switch {
		case relink.KeptApart(first, other):
			from.Addresses = slices.DeleteFunc(slices.Clone(from.Addresses), func(a string) bool { return other.Has(a) && !first.Has(a) })
		case slices.ContainsFunc(relink.Addresses(first), userID) && slices.ContainsFunc(relink.Addresses(other), userID):
			return r.reassign(ctx, account, ch, from, other, &first)
		default:
			if err := r.merger.Join(ctx, account, first, other); err != nil {
				return nil, err
			}
			return r.identity(ctx, account, ch, from)
		}
	}
	if len(first.Missing(from.Addresses)) == 0 && len(first.Aliases) < len(from.Addresses) {
		first.Linked = true // all were looked up
	}
	return &first, nil
}

// userID tells a channel's user ids from addresses that may become somebody else's.
func (r *Receiver) userID(ch chat.Channel) func(string) bool {
	if able, _ := r.capabilities(ch.Type); able.UserID != nil {
		return able.UserID
	}
	return func(string) bool { return false }
}

// newUser is the user id with which a message names the number of an identity that has another user id; "" if it names none.
func newUser(userID func(string) bool, known chat.Identity, from chat.Sender) string {
	for _, address := range from.Addresses {
		if userID(address) && !known.Has(address) && slices.ContainsFunc(relink.Addresses(known), userID) {
			return address
		}
	}
	return ""
}

// reassign takes the number of a message from who had it, and looks the sender up again.
func (r *Receiver) reassign(ctx context.Context, account chat.Account, ch chat.Channel, from *chat.Sender, had chat.Identity, has *chat.Identity) (*chat.Identity, error) {
	userID := r.userID(ch)
	for _, address := range slices.Concat(from.Addresses, from.Variants) {
		if userID(address) || !had.Has(address) {
			continue
		}
		follows := relink.Addresses(had)[slices.IndexFunc(relink.Addresses(had), userID)]
		if err := r.merger.Reassign(ctx, had, has, address, follows); err != nil {
			return nil, err
		}
		r.reassigned(ctx, had.ContactID)
		break
	}
	return r.identity(ctx, account, ch, from)
}
