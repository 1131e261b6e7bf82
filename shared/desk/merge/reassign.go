package merge

import (
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/desk"
)

// Reassign takes an address from an identity that has another one, and gives it to the identity to, or to nobody when to is nil: the newest
// word of the provider counts. Both contacts stay, and the timeline of the one who had the address tells of it. When the address was the
// primary one, the address that follows, which the caller knows to be theirs for good, takes its place.
func (m *Merger) Reassign(ctx context.Context, from chat.Identity, to *chat.Identity, address, follows string) error {
	had, err := m.side(ctx, from)
	if err != nil {
		return err
	}
	now, after := m.now(), from
	after.Aliases = slices.DeleteFunc(slices.Clone(from.Aliases), func(a string) bool { return a == address })
	if after.Address == address {
		after.Address = ""
	}
	taken := relink.Address{Address: address, WasAlias: true}
	d := relink.Decision{AccountID: from.AccountID, ChannelID: from.ChannelID}
	if address == from.ExternalID {
		taken = relink.Address{Address: address, Version: from.Version}
		d = m.rekey(had, &after, follows)
	} else {
		d.Addresses = []relink.Address{{Address: after.ExternalID, Identity: &after, Version: from.Version}}
	}
	if to != nil {
		given := *to
		given.Aliases = joined(given.Aliases, []string{address})
		taken.AliasOf = given.ExternalID
		d.Addresses = append(d.Addresses, relink.Address{Address: given.ExternalID, Identity: &given, Version: given.Version})
	}
	d.Addresses = append(d.Addresses, taken)
	if had.conversation != nil {
		d.Events = []chat.Event{desk.NewEvent(*had.conversation, chat.EventReassigned, desk.System, now, nil)}
	}
	if err := m.store.Relink(ctx, d, now); err != nil {
		return fmt.Errorf("take an address from contact %s: %w", from.ContactID, err)
	}
	return nil
}

// rekey makes an alias of an identity its primary address.
func (m *Merger) rekey(had side, after *chat.Identity, primary string) relink.Decision {
	was, now := after.ExternalID, m.now()
	after.ExternalID = primary
	after.Aliases = slices.DeleteFunc(slices.Clone(after.Aliases), func(a string) bool { return a == primary })
	contact := had.contact
	contact.Identities = slices.Clone(contact.Identities)
	for i, ref := range contact.Identities {
		if ref.ChannelID == after.ChannelID && ref.ExternalID == was {
			contact.Identities[i].ExternalID = primary
		}
	}
	d := relink.Decision{
		AccountID: after.AccountID, ChannelID: after.ChannelID,
		Contacts:  []relink.Contact{{Before: had.contact, After: contact}},
		Addresses: []relink.Address{{Address: primary, Identity: after, WasAlias: true}},
		Jobs:      []chat.Job{relink.NewJob(after.AccountID, contact.ID, "", now)},
	}
	for _, alias := range after.Aliases {
		d.Addresses = append(d.Addresses, relink.Address{Address: alias, AliasOf: primary, WasAlias: true})
	}
	if had.conversation != nil {
		moved := *had.conversation
		moved.ExternalID = primary
		moved.Moves = append(slices.Clone(moved.Moves), chat.ConversationMove{ExternalID: was})
		d.Conversations = []relink.Conversation{{Before: had.conversation, After: moved}}
	}
	return d
}
