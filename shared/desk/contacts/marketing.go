package contacts

import (
	"cmp"
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
)

// SetMarketingConsent takes a contact's choice about marketing messages: the latest one stands, in whatever order they come. For somebody
// who never wrote and was never written to nothing is kept; the provider itself refuses marketing to who opted out.
func (u *Updater) SetMarketingConsent(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	return u.withIdentity(ctx, account.ID, ch.ID, in.Sender, func(identity chat.Identity) error {
		return u.setConsent(ctx, account.ID, identity, in.MarketingConsent)
	})
}

func (u *Updater) setConsent(ctx context.Context, account chat.AccountID, identity chat.Identity, consent chat.MarketingConsent) error {
	before, err := u.store.Contact(ctx, account, identity.ContactID)
	if err != nil {
		return fmt.Errorf("read contact %s: %w", identity.ContactID, err)
	}
	if !consent.Supersedes(before.MarketingConsent) {
		return nil
	}
	// The timeline is written first: once the contact has the consent, a repeated delivery stops above.
	if id := cmp.Or(identity.OpenConversationID, identity.LastConversationID); id != "" {
		if err := u.addConsentEvent(ctx, account, id, consent); err != nil {
			return err
		}
	}
	after := before
	after.MarketingConsent = consent
	if err := u.store.UpdateContact(ctx, before, after, nil, nil); err != nil {
		return fmt.Errorf("update the consent of contact %s: %w", before.ID, err)
	}
	return nil
}

// addConsentEvent writes a choice into the timeline, once however often it is delivered.
func (u *Updater) addConsentEvent(ctx context.Context, account chat.AccountID, id chat.ConversationID, consent chat.MarketingConsent) error {
	kind := chat.EventOptedIn
	if consent.OptedOut {
		kind = chat.EventOptedOut
	}
	_, err := desk.Decide(ctx, u.store, u.now, account, id, func(c chat.Conversation) (*chat.Decision, error) {
		event := desk.NewEvent(c, kind, desk.ByContact(c), consent.At, nil)
		event.ID = chat.EventID(chat.DeterministicID(consent.At, 0, string(c.ID), string(kind)))
		return &chat.Decision{Before: &c, After: c, Events: []chat.Event{event}}, nil
	})
	return err
}
