package contacts

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

// ChangeIdentity applies a provider's report that an external user has another number or id: messages from there are of the same contact,
// and answers go there. Who wrote from the new address before the report came is the same person: the two contacts become one, unless a
// person has separated them.
func (u *Updater) ChangeIdentity(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	return u.withIdentity(ctx, account.ID, ch.ID, in.Sender, func(identity chat.Identity) error {
		to := in.NewIdentity.Addresses
		known, err := u.store.Identities(ctx, account.ID, ch.ID, to)
		if err != nil {
			return fmt.Errorf("look up the new identity: %w", err)
		}
		for _, other := range known {
			switch {
			case other.ExternalID == identity.ExternalID:
			case relink.KeptApart(identity, other):
				to = slices.DeleteFunc(slices.Clone(to), other.Has)
			default:
				if err := u.merger.Join(ctx, account, identity, other); err != nil {
					return err
				}
				return fault.New(fault.Conflict, "two contacts became one").WithReason(chat.ConflictIdentityChanged)
			}
		}
		if err := u.changeAddress(ctx, account.ID, identity, to); err != nil {
			return err
		}
		return u.updatePhone(ctx, account.ID, identity.ContactID, ch.ID, in.Sender.Phone, in.NewIdentity.Phone)
	})
}

// changeAddress adds the new addresses to the identity, and sends answers to the first of them.
func (u *Updater) changeAddress(ctx context.Context, account chat.AccountID, identity chat.Identity, to []string) error {
	id := cmp.Or(identity.OpenConversationID, identity.LastConversationID)
	if len(to) == 0 || identity.Address == to[0] || id == "" {
		return nil
	}
	_, err := desk.Decide(ctx, u.store, u.now, account, id, func(c chat.Conversation) (*chat.Decision, error) {
		changed, aliases := identity, identity.Missing(to)
		changed.Aliases, changed.Address = append(slices.Clone(identity.Aliases), aliases...), to[0]
		return &chat.Decision{
			Before: &c, After: c, Identity: &changed, Aliases: aliases,
			Events: []chat.Event{desk.NewEvent(c, chat.EventMoved, desk.ByContact(c), u.now(), nil)},
		}, nil
	})
	return err
}

// updatePhone replaces the old phone by the new one, unless an operator has entered another.
func (u *Updater) updatePhone(ctx context.Context, account chat.AccountID, id chat.ContactID, ch chat.ChannelID, old, phone string) error {
	if old == "" || phone == "" || old == phone {
		return nil
	}
	before, err := u.store.Contact(ctx, account, id)
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
	if err := u.store.UpdateContact(ctx, before, after, nil, nil); err != nil {
		return fmt.Errorf("update the phone of contact %s: %w", id, err)
	}
	return nil
}
