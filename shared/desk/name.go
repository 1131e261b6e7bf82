package desk

import (
	"context"
	"fmt"
	"strings"

	"github.com/recado-chat/recado/shared/chat"
)

// sender finds who writes. Whoever is known by nothing but a number, from an echo or from the past, gets the name of their profile with
// their first message.
func (d *Desk) sender(ctx context.Context, account chat.AccountID, ch chat.ChannelID, from chat.Sender) (chat.Identity, error) {
	identity, _, err := d.store.Identity(ctx, account, ch, from.Known())
	if err != nil || from.Name == "" || !strings.HasPrefix(identity.ContactName, "+") {
		return identity, err
	}
	before, err := d.store.Contact(ctx, account, identity.ContactID)
	if err != nil {
		return identity, fmt.Errorf("read contact %s: %w", identity.ContactID, err)
	}
	if before.Name != numbered(before.Phone) || before.Name == from.Name {
		return identity, nil // somebody wrote that down, or the profile says no more than the number
	}
	after, now := before, d.now()
	after.Name = from.Name
	job := chat.Job{ID: chat.NewID(now), AccountID: account, Kind: chat.JobRename, Subject: string(before.ID), CreatedAt: now, Version: 1}
	if err := d.store.UpdateContact(ctx, before, after, nil, &job); err != nil {
		return identity, fmt.Errorf("name contact %s: %w", before.ID, err)
	}
	identity, _, err = d.store.Identity(ctx, account, ch, from.Known())
	return identity, err
}

// numbered is the name of somebody of whom only the phone is known.
func numbered(phone string) string { return "+" + phone }
