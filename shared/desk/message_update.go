package desk

import (
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// ApplyMessageUpdate takes a provider's word that a message was changed after it was written: a reaction, an edit, or that it was taken back.
// One that comes before its message waits in the message's receipt.
func (d *Desk) ApplyMessageUpdate(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	receipt, parked, err := d.store.ParkUpdate(ctx, account.ID, Scope(ch), in.Target, *in.Update)
	if err != nil {
		return fmt.Errorf("park an alteration: %w", err)
	}
	if parked {
		return nil
	}
	return d.alter(ctx, receipt, *in.Update)
}

// applyParked applies what came before the message of a receipt. A status speaks of the attempt that has the receipt's id.
func (d *Desk) applyParked(ctx context.Context, r chat.ProviderRef) error {
	if len(r.ParkedStatuses)+len(r.ParkedUpdates) == 0 {
		return nil
	}
	return d.alter(ctx, r, r.ParkedUpdates...)
}

// alter changes a message, and with it what the lists show of its conversation. It takes along the statuses that wait for it.
func (d *Desk) alter(ctx context.Context, r chat.ProviderRef, alterations ...chat.MessageUpdate) error {
	err := d.updateMessage(ctx, r.AccountID, r.ConversationID, r.MessageID, func(m *chat.Message) (*chat.MessageEffects, error) {
		changed := false
		for _, a := range alterations {
			changed = m.ApplyUpdate(a) || changed
		}
		var event *chat.Event
		for _, status := range r.ParkedStatuses {
			if m.Direction != chat.Out || m.ProviderID != r.ID || !m.Advance(status.Status, status.Error) {
				continue
			}
			if changed = true; status.Status == chat.StatusFailed {
				event = d.failure(*m)
			}
		}
		if !changed {
			return nil, nil
		}
		return d.shown(ctx, *m, chat.MessageEffects{Event: event})
	})
	if fault.Is(err, fault.NotFound) {
		// Its receipt comes before the message itself.
		return fault.New(fault.Unavailable, "the message is not there yet").WithCause(err)
	}
	return err
}

// shown adds to what changes with a message what the lists show of it, where it is the one they show.
func (d *Desk) shown(ctx context.Context, m chat.Message, effects chat.MessageEffects) (*chat.MessageEffects, error) {
	c, err := d.store.Conversation(ctx, m.AccountID, m.ConversationID)
	if err != nil {
		return nil, fmt.Errorf("read conversation %s: %w", m.ConversationID, err)
	}
	preview := chat.NewPreview(m)
	if c.Preview != nil && c.Preview.MessageID == m.ID && *c.Preview != preview {
		c.Preview = &preview
		effects.Conversation = &c
	}
	return &effects, nil
}
