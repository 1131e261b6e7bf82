package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// ChangeIdentity takes the provider's word that somebody has another number, or another id: who writes from there is the same person, and
// answers go there. Whoever is known under the new address already stays a person of their own, since merging two is a person's
// decision.
func (d *Desk) ChangeIdentity(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	var last error
	for range tries {
		identity, _, err := d.store.Identity(ctx, account.ID, ch.ID, in.Sender.Known())
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look up who moved: %w", err)
		}
		err = d.move(ctx, account.ID, identity, in.NewIdentity.Addresses)
		if err == nil {
			err = d.updatePhone(ctx, account.ID, identity.ContactID, ch.ID, in.Sender.Phone, in.NewIdentity.Phone)
		}
		if !conflict(err, identityChanged) && !conflict(err, versionChanged) {
			return err
		}
		last = err
	}
	return fmt.Errorf("the identity moved %d times: %w", tries, last)
}

// move lets the new addresses lead to the identity, and the answers to the first of them.
func (d *Desk) move(ctx context.Context, account chat.AccountID, identity chat.Identity, to []string) error {
	id := cmp.Or(identity.OpenConversationID, identity.LastConversationID)
	if identity.Address == to[0] || id == "" {
		return nil
	}
	_, err := d.decide(ctx, account, id, func(c chat.Conversation) (*chat.Decision, error) {
		moved, aliases := identity, missing(identity, to)
		moved.Aliases, moved.Address = append(slices.Clone(identity.Aliases), aliases...), to[0]
		return &chat.Decision{
			Before: &c, After: c, Identity: &moved, Aliases: aliases,
			Events: []chat.Event{d.event(c, chat.EventMoved, contactOf(c), d.now(), nil)},
		}, nil
	})
	return err
}

// updatePhone puts the new phone in the place of the old one, unless somebody has written down another.
func (d *Desk) updatePhone(ctx context.Context, account chat.AccountID, id chat.ContactID, ch chat.ChannelID, old, phone string) error {
	if old == "" || phone == "" || old == phone {
		return nil
	}
	before, err := d.store.Contact(ctx, account, id)
	if err != nil {
		return fmt.Errorf("read contact %s: %w", id, err)
	}
	after := before
	if after.Phone == old {
		after.Phone = phone
	}
	after.Identities = slices.Clone(before.Identities)
	changed := after.Phone != before.Phone
	for i, ref := range after.Identities {
		if ref.ChannelID == ch && ref.Phone == old {
			after.Identities[i].Phone, changed = phone, true
		}
	}
	if !changed {
		return nil
	}
	if err := d.store.UpdateContact(ctx, before, after, nil, nil); err != nil {
		return fmt.Errorf("note the new phone of contact %s: %w", id, err)
	}
	return nil
}
