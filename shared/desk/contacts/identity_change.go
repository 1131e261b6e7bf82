package contacts

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
)

// ChangeIdentity applies a provider's report that an external user has another number or id: messages from there are of the same contact,
// and answers go there. A contact who is already known under the new address stays another contact: merging two is a person's decision.
func (u *Updater) ChangeIdentity(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	return u.withIdentity(ctx, account.ID, ch.ID, in.Sender, func(identity chat.Identity) error {
		if err := u.changeAddress(ctx, account.ID, identity, in.NewIdentity.Addresses); err != nil {
			return err
		}
		return u.updatePhone(ctx, account.ID, identity.ContactID, ch.ID, in.Sender.Phone, in.NewIdentity.Phone)
	})
}

// changeAddress adds the new addresses to the identity, and sends answers to the first of them.
func (u *Updater) changeAddress(ctx context.Context, account chat.AccountID, identity chat.Identity, to []string) error {
	id := cmp.Or(identity.OpenConversationID, identity.LastConversationID)
	if identity.Address == to[0] || id == "" {
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
