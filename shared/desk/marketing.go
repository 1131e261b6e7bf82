package desk

import (
	"cmp"
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// SetMarketingConsent takes a contact's word on being sent advertising: the latest one stands, in whatever order they come. Of somebody who never
// wrote and was never written to there is nothing to keep; the provider itself refuses advertising to who wants none.
func (d *Desk) SetMarketingConsent(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	var last error
	for range tries {
		identity, _, err := d.store.Identity(ctx, account.ID, ch.ID, in.Sender.Known())
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look up whose word it is: %w", err)
		}
		last = d.prefer(ctx, account.ID, identity, in.MarketingConsent)
		if !conflict(last, versionChanged) {
			return last
		}
	}
	return fmt.Errorf("the contact moved %d times: %w", tries, last)
}

func (d *Desk) prefer(ctx context.Context, account chat.AccountID, identity chat.Identity, word chat.MarketingConsent) error {
	before, err := d.store.Contact(ctx, account, identity.ContactID)
	if err != nil {
		return fmt.Errorf("read contact %s: %w", identity.ContactID, err)
	}
	if !word.Supersedes(before.MarketingConsent) {
		return nil
	}
	// The timeline first: the word that the contact has is not looked at again.
	if id := cmp.Or(identity.OpenConversationID, identity.LastConversationID); id != "" {
		if err := d.tellMarketing(ctx, account, id, word); err != nil {
			return err
		}
	}
	after := before
	after.MarketingConsent = word
	if err := d.store.UpdateContact(ctx, before, after, nil, nil); err != nil {
		return fmt.Errorf("note what contact %s wants: %w", before.ID, err)
	}
	return nil
}

// tellMarketing puts a word on advertising into the timeline, once however often it is told.
func (d *Desk) tellMarketing(ctx context.Context, account chat.AccountID, id chat.ConversationID, word chat.MarketingConsent) error {
	kind := chat.EventOptedIn
	if word.OptedOut {
		kind = chat.EventOptedOut
	}
	_, err := d.decide(ctx, account, id, func(c chat.Conversation) (*chat.Decision, error) {
		event := d.event(c, kind, contactOf(c), word.At, nil)
		event.ID = chat.EventID(chat.DeterministicID(word.At, 0, string(c.ID), string(kind)))
		return &chat.Decision{Before: &c, After: c, Events: []chat.Event{event}}, nil
	})
	return err
}
