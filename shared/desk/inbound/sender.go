package inbound

import (
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/fault"
)

// sender finds the identity that writes; nil for somebody unknown. The contact's card gets what the message is the first to tell: the
// profile's name where there is none but an address, the phone, the user name.
func (r *Receiver) sender(ctx context.Context, account chat.Account, ch chat.Channel, from *chat.Sender) (*chat.Identity, error) {
	identity, err := r.identity(ctx, account, ch, from)
	if err != nil || identity == nil || !tellsMore(*identity, *from) {
		return identity, err
	}
	before, err := r.store.Contact(ctx, account.ID, identity.ContactID)
	if fault.Is(err, fault.NotFound) {
		return identity, nil // without a card the message is taken all the same
	}
	if err != nil {
		return nil, fmt.Errorf("read contact %s: %w", identity.ContactID, err)
	}
	after, changed := withProfile(before, *identity, *from)
	if !changed {
		return identity, r.noteShown(ctx, identity, after)
	}
	var job *chat.Job
	if after.Name != before.Name {
		now := r.now()
		job = &chat.Job{ID: chat.NewID(now), AccountID: account.ID, Kind: chat.JobRename, Subject: string(before.ID), CreatedAt: now, Version: 1}
	}
	if err := r.store.UpdateContact(ctx, before, after, nil, job); err != nil {
		return nil, fmt.Errorf("complete the card of contact %s: %w", before.ID, err)
	}
	return r.identity(ctx, account, ch, from)
}

// tellsMore reports whether a message may tell of its sender what the card does not show.
func tellsMore(identity chat.Identity, from chat.Sender) bool {
	named := from.Name != "" && from.Name != identity.ContactName &&
		(identity.ContactName == relink.AddressName(identity.ExternalID) || identity.Has(identity.ContactName) || identity.Has(trimPlus(identity.ContactName)))
	return named || newPhone(identity.Phone, from) || from.Username != "" && from.Username != identity.Username
}

func trimPlus(name string) string {
	if len(name) > 1 && name[0] == '+' {
		return name[1:]
	}
	return name
}

// newPhone reports whether a message comes from another number than the one shown, and not from another form of it.
func newPhone(shown string, from chat.Sender) bool {
	return from.Phone != "" && from.Phone != shown && !slices.Contains(from.Variants, shown)
}

// withProfile is a contact with what a sender's profile tells. What an operator has entered stays.
func withProfile(before chat.Contact, identity chat.Identity, from chat.Sender) (after chat.Contact, changed bool) {
	after = before
	after.Identities = slices.Clone(before.Identities)
	if from.Name != "" && relink.Unnamed(before) {
		after.Name = from.Name
	}
	for i := range after.Identities {
		ref := &after.Identities[i]
		if ref.ChannelID != identity.ChannelID || ref.ExternalID != identity.ExternalID {
			continue
		}
		if newPhone(ref.Phone, from) {
			if after.Phone == "" || after.Phone == ref.Phone {
				after.Phone = from.Phone
			}
			ref.Phone = from.Phone
		}
		if from.Username != "" {
			ref.Username = from.Username
		}
	}
	return after, after.Name != before.Name || after.Phone != before.Phone || !slices.Equal(after.Identities, before.Identities)
}

// noteShown lets an identity that was stored before identities knew their card know what it shows.
func (r *Receiver) noteShown(ctx context.Context, identity *chat.Identity, contact chat.Contact) error {
	for _, ref := range contact.Identities {
		if ref.ChannelID != identity.ChannelID || ref.ExternalID != identity.ExternalID || ref.Phone == identity.Phone && ref.Username == identity.Username {
			continue
		}
		identity.Phone, identity.Username = ref.Phone, ref.Username
		if err := r.store.NoteShown(ctx, *identity); err != nil {
			return fmt.Errorf("note the card of contact %s: %w", contact.ID, err)
		}
		identity.Version++
	}
	return nil
}
