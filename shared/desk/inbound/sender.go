package inbound

import (
	"context"
	"fmt"
	"strings"

	"github.com/recado-chat/recado/shared/chat"
)

// sender finds the identity that writes; nil for somebody unknown. A contact of whom only the phone is known, from an echo or from
// history, gets the profile name of the first message.
func (r *Receiver) sender(ctx context.Context, account chat.AccountID, ch chat.ChannelID, from chat.Sender) (*chat.Identity, error) {
	identity, err := r.identity(ctx, account, ch, from.Known())
	if err != nil || identity == nil || from.Name == "" || !strings.HasPrefix(identity.ContactName, "+") {
		return identity, err
	}
	before, err := r.store.Contact(ctx, account, identity.ContactID)
	if err != nil {
		return nil, fmt.Errorf("read contact %s: %w", identity.ContactID, err)
	}
	if before.Name != phoneName(before.Phone) || before.Name == from.Name {
		return identity, nil // an operator chose the name, or the profile's name is the number
	}
	after, now := before, r.now()
	after.Name = from.Name
	job := chat.Job{ID: chat.NewID(now), AccountID: account, Kind: chat.JobRename, Subject: string(before.ID), CreatedAt: now, Version: 1}
	if err := r.store.UpdateContact(ctx, before, after, nil, &job); err != nil {
		return nil, fmt.Errorf("name contact %s: %w", before.ID, err)
	}
	return r.identity(ctx, account, ch, from.Known())
}

// phoneName is the name of a contact of whom only the phone is known.
func phoneName(phone string) string { return "+" + phone }
