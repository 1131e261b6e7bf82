package desk

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Ref is what travels with an outbound message and comes back with its statuses: it finds the message and the attempt even
// before the provider's id of it is stored.
func Ref(m chat.Message) string {
	return string(m.ConversationID) + "." + string(m.ID) + "." + strconv.Itoa(m.Attempt)
}

func parseRef(ref string) (conversation chat.ConversationID, id chat.MessageID, attempt int, ok bool) {
	parts := strings.Split(ref, ".")
	if len(parts) != 3 {
		return "", "", 0, false
	}
	attempt, err := strconv.Atoi(parts[2])
	if err != nil || attempt < 1 || parts[0] == "" || parts[1] == "" {
		return "", "", 0, false
	}
	return chat.ConversationID(parts[0]), chat.MessageID(parts[1]), attempt, true
}

// Acknowledge takes a provider's status of a message we sent. Statuses only move forward, in any order of arrival; one that
// comes before its message is known waits in the message's receipt.
func (d *Desk) Acknowledge(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	if conversation, id, attempt, ok := parseRef(in.Status.Ref); ok {
		err := d.resolve(ctx, ch, conversation, id, attempt, in)
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	receipt, parked, err := d.store.ParkStatus(ctx, account.ID, Scope(ch), in.ProviderID, in.Status)
	if err != nil {
		return fmt.Errorf("park a status: %w", err)
	}
	if parked {
		return nil
	}
	_, err = d.advance(ctx, account.ID, receipt.ConversationID, receipt.MessageID, 0, in)
	return err
}

// resolve takes a status that names our attempt. When the process that made the attempt died, or is not yet done, the status is
// the first to tell the provider's id of it.
func (d *Desk) resolve(ctx context.Context, ch chat.Channel, conversation chat.ConversationID, id chat.MessageID, attempt int, in chat.Inbound) error {
	m, err := d.advance(ctx, ch.AccountID, conversation, id, attempt, in)
	if err != nil || m.ProviderID != "" || m.Attempt != attempt || in.ProviderID == "" {
		return err
	}
	return d.setProviderID(ctx, ch, m, in.ProviderID, in.Status, nil)
}

// advance moves a message's status and answers the message. A failure is told in the timeline in the same write; every other
// status is one update. For an attempt that has no provider's id yet it changes nothing.
func (d *Desk) advance(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, id chat.MessageID, attempt int, in chat.Inbound) (m chat.Message, err error) {
	if in.Status.Status != chat.StatusFailed {
		m, _, err = d.store.AdvanceStatus(ctx, account, conversation, id, attempt, in.Status.Status, in.Status.Error, in.ProviderID)
		if err != nil {
			return m, fmt.Errorf("advance message %s: %w", id, err)
		}
		return m, nil
	}
	err = d.updateMessage(ctx, account, conversation, id, func(now *chat.Message) (*chat.MessageEffects, error) {
		m = *now
		if attempt != 0 && (now.Attempt != attempt || now.ProviderID == "" && in.ProviderID != "") {
			return nil, nil
		}
		if attempt == 0 && now.ProviderID != "" && now.ProviderID != in.ProviderID {
			return nil, nil
		}
		now.ProviderID = cmp.Or(now.ProviderID, in.ProviderID)
		if !now.Advance(chat.StatusFailed, in.Status.Error) {
			return nil, nil
		}
		return &chat.MessageEffects{Event: d.failure(*now)}, nil
	})
	return m, err
}

// failure is the timeline's line about a message that could not be delivered; one for each attempt.
func (d *Desk) failure(m chat.Message) *chat.Event {
	now := d.now()
	event := chat.Event{
		ID:             chat.EventID(chat.DeterministicID(now, int64(m.Attempt), string(m.ID), "failed")),
		AccountID:      m.AccountID,
		ConversationID: m.ConversationID,
		Type:           chat.EventMessageFailed,
		At:             now,
		Actor:          system,
		Data:           chat.EventData{MessageID: m.ID},
	}
	if m.Error != nil {
		event.Data.Code = m.Error.Code
	}
	return &event
}

// updateMessage reads a message, lets change alter it, and writes it back; when it moved meanwhile it begins again. A change
// that answers nil leaves the message as it is.
func (d *Desk) updateMessage(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, id chat.MessageID, change func(*chat.Message) (*chat.MessageEffects, error)) error {
	var last error
	for range tries {
		before, err := d.store.Message(ctx, account, conversation, id)
		if err != nil {
			return fmt.Errorf("read message %s: %w", id, err)
		}
		after := before
		effects, err := change(&after)
		if err != nil || effects == nil {
			return err
		}
		err = d.store.UpdateMessage(ctx, before, after, *effects)
		if !conflict(err, versionChanged) {
			if err != nil {
				return fmt.Errorf("write message %s: %w", id, err)
			}
			return nil
		}
		last = err
	}
	return fmt.Errorf("message %s moved %d times: %w", id, tries, last)
}
