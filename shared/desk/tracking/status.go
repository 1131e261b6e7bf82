package tracking

import (
	"cmp"
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

// UpdateStatus takes a provider's status of a message that we sent. Statuses only move forward, in any order of arrival; one that
// comes before its message is known is parked on the receipt.
func (t *Tracker) UpdateStatus(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	if conversation, id, attempt, ok := desk.ParseRef(in.Status.Ref); ok {
		err := t.updateAttempt(ctx, ch, conversation, id, attempt, in)
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if in.ProviderID == "" {
		return fault.New(fault.NotFound, "the status names no message")
	}
	receipt, parked, err := t.park(ctx, ch, in.ProviderID, chat.Sender{}, func(id string) (chat.ProviderRef, bool, error) {
		return t.store.ParkStatus(ctx, account.ID, desk.Scope(ch), id, in.Status)
	})
	if err != nil {
		return fmt.Errorf("park a status: %w", err)
	}
	if parked {
		return nil
	}
	in.ProviderID = receipt.ProviderID() // the form that the message has
	_, err = t.advance(ctx, account.ID, receipt.ConversationID, receipt.MessageID, 0, in)
	return err
}

// updateAttempt takes a status that names our attempt. When the outcome of the attempt is not recorded, because the process died or is
// still sending, the status brings the provider's id.
func (t *Tracker) updateAttempt(ctx context.Context, ch chat.Channel, conversation chat.ConversationID, id chat.MessageID, attempt int, in chat.Inbound) error {
	m, err := t.advance(ctx, ch.AccountID, conversation, id, attempt, in)
	if err != nil || m.ProviderID != "" || m.Attempt != attempt || in.ProviderID == "" {
		return err
	}
	return t.SetProviderID(ctx, ch, m, in.ProviderID, in.Status)
}

// advance moves a message's status and returns the message. A failure is written together with its Event; every other status is one
// update. An attempt without a provider's id is not changed.
func (t *Tracker) advance(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, id chat.MessageID, attempt int, in chat.Inbound) (m chat.Message, err error) {
	if in.Status.Status != chat.StatusFailed {
		m, _, err = t.store.AdvanceStatus(ctx, account, conversation, id, attempt, in.Status, in.ProviderID)
		if err != nil {
			return m, fmt.Errorf("advance message %s: %w", id, err)
		}
		return m, nil
	}
	err = desk.UpdateMessage(ctx, t.store, account, conversation, id, func(stored *chat.Message) (*chat.MessageEffects, error) {
		m = *stored
		if attempt != 0 && (stored.Attempt != attempt || stored.ProviderID == "" && in.ProviderID != "") {
			return nil, nil
		}
		if attempt == 0 && stored.ProviderID != "" && stored.ProviderID != in.ProviderID {
			return nil, nil
		}
		stored.ProviderID = cmp.Or(stored.ProviderID, in.ProviderID)
		stored.NoteStatus(in.Status)
		if !stored.Advance(chat.StatusFailed, in.Status.Error) {
			return nil, nil
		}
		effects := &chat.MessageEffects{}
		return effects, t.Failed(ctx, *stored, in.Status.At, effects)
	})
	return m, err
}
