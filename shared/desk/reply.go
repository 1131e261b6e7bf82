package desk

import (
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Reply queues an operator's message. created is false when the same client id was queued before; another body under it is a
// Conflict. Outside the channel's window all but templates is a Conflict with reason window_closed. An unassigned conversation becomes the
// operator's, and a resolved one is reopened for them: whoever answers has it.
func (d *Desk) Reply(ctx context.Context, actor chat.Actor, id chat.ConversationID, draft Draft) (m chat.Message, created bool, err error) {
	now := d.now()
	m = chat.Message{
		ID:             chat.NewMessageID(now, now, string(actor.Operator.ID)+draft.ClientID),
		AccountID:      actor.Operator.AccountID,
		ConversationID: id,
		Direction:      chat.Out,
		Type:           draft.Type,
		Text:           draft.text(),
		Attachments:    draft.Attachments,
		Location:       draft.Location,
		Cards:          draft.Cards,
		Interactive:    draft.Interactive,
		Author:         actor.Author(),
		ReplyTo:        draft.ReplyTo,
		Status:         chat.StatusQueued,
		ClientID:       draft.ClientID,
		Attempt:        1,
		SentAt:         now,
		ReceivedAt:     now,
		Version:        1,
	}
	receipt := chat.ProviderRef{
		AccountID: m.AccountID, Scope: "client:" + string(actor.Operator.ID), ID: draft.ClientID,
		ConversationID: id, MessageID: m.ID, Digest: draft.digest(), ExpiresAt: now.Add(chat.ProviderRefRetention),
	}
	_, err = d.decide(ctx, m.AccountID, id, func(c chat.Conversation) (*chat.Decision, error) {
		if err := visible(actor, c); err != nil {
			return nil, err
		}
		if err := d.sendable(c, draft); err != nil {
			return nil, err
		}
		if m.Visitor = d.visitor(c); m.Visitor != "" {
			m.Author.Picture = actor.Operator.Picture
		}
		if draft.Template != nil {
			if m.Template, m.Text, err = d.fill(ctx, c, draft); err != nil {
				return nil, err
			}
		}
		return d.replyDecision(ctx, actor, c, m, &receipt)
	})
	if fault.Is(err, fault.Conflict) || draft.Template != nil && fault.Is(err, fault.Invalid) { // the template may be another by now
		return d.repeated(ctx, receipt, err)
	}
	if err != nil {
		return chat.Message{}, false, err
	}
	return m, true, nil
}

func (d *Desk) replyDecision(ctx context.Context, actor chat.Actor, c chat.Conversation, m chat.Message, receipt *chat.ProviderRef) (*chat.Decision, error) {
	now, after := d.now(), c
	decision := &chat.Decision{Before: &c, Messages: []chat.Message{m}, ProviderRef: receipt}
	var kind chat.EventType
	switch {
	case c.Status == chat.Resolved:
		kind = chat.EventReopened
		if err := after.Reopen(now, actor.Operator.ID); err != nil {
			return nil, err
		}
	case c.AssigneeID == "" && c.Status == chat.Open:
		kind = chat.EventAssigned
		if err := after.Assign(actor.Operator.ID, now); err != nil {
			return nil, err
		}
	}
	after.ApplyMessage(m)
	if kind != "" {
		if err := d.arm(ctx, &after); err != nil {
			return nil, err
		}
		decision.Events = []chat.Event{d.event(after, kind, actor.Author(), now, because(chat.ReasonByHand))}
	}
	decision.After = after
	decision.Timers = []chat.Timer{{
		AccountID: c.AccountID, Kind: chat.TimerSend, ConversationID: c.ID, MessageID: m.ID, DueAt: now.Add(chat.TimerGrace),
	}}
	return decision, nil
}

// visitor is who is pushed a conversation's messages on a channel of our own.
func (d *Desk) visitor(c chat.Conversation) chat.VisitorID {
	if able, _ := d.capabilities(c.ChannelType); able.FirstParty {
		return chat.VisitorID(c.ExternalID)
	}
	return ""
}

// repeated answers a reply whose client id may have been used before: with the message, if it was the same one.
func (d *Desk) repeated(ctx context.Context, receipt chat.ProviderRef, refusal error) (chat.Message, bool, error) {
	existing, err := d.store.ProviderRef(ctx, receipt.AccountID, receipt.Scope, receipt.ID)
	if fault.Is(err, fault.NotFound) {
		return chat.Message{}, false, refusal
	}
	if err != nil {
		return chat.Message{}, false, fmt.Errorf("read the receipt: %w", err)
	}
	if existing.Digest != receipt.Digest || existing.ConversationID != receipt.ConversationID {
		return chat.Message{}, false, fault.New(fault.Conflict, "this client id belongs to another message").WithField("clientId")
	}
	m, err := d.store.Message(ctx, existing.AccountID, existing.ConversationID, existing.MessageID)
	if err != nil {
		return chat.Message{}, false, fmt.Errorf("read message %s: %w", existing.MessageID, err)
	}
	return m, false, nil
}

// Retry queues a message again that failed or whose fate is unknown: a new attempt, asked for by a person.
func (d *Desk) Retry(ctx context.Context, actor chat.Actor, id chat.ConversationID, message chat.MessageID) (chat.Message, error) {
	c, err := d.Conversation(ctx, actor, id)
	if err != nil {
		return chat.Message{}, err
	}
	var retried chat.Message
	err = d.updateMessage(ctx, c.AccountID, id, message, func(m *chat.Message) (*chat.MessageEffects, error) {
		retried = *m
		if m.Direction != chat.Out {
			return nil, fault.New(fault.Conflict, "only our own messages can be sent again").WithReason("inbound")
		}
		if m.Status == chat.StatusQueued || m.Status == chat.StatusSending {
			return nil, nil // a second click
		}
		if m.Status != chat.StatusFailed && m.Status != chat.StatusUnknown && m.Status != chat.StatusHeld {
			return nil, fault.New(fault.Conflict, "the message was delivered").WithReason("delivered")
		}
		if err := d.sendable(c, draftOf(*m)); err != nil {
			return nil, err
		}
		if m.Template != nil {
			if _, err := d.approved(ctx, c, m.Template.Name, m.Template.Language); err != nil {
				return nil, err
			}
		}
		m.Status, m.Error, m.ProviderID = chat.StatusQueued, nil, ""
		m.Attempt++
		retried = *m
		retried.Version++
		return &chat.MessageEffects{PutTimer: &chat.Timer{
			AccountID: m.AccountID, Kind: chat.TimerSend, ConversationID: id, MessageID: message, DueAt: d.now().Add(chat.TimerGrace),
		}}, nil
	})
	return retried, err
}
