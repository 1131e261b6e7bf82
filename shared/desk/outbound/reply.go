package outbound

import (
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/drafts"
)

// Reply queues an operator's message into a conversation that was read in the same request. created is false when the same client id
// was queued before; another body under it is a Conflict. Outside the channel's window only templates pass: Conflict with reason
// window_closed. An unassigned conversation becomes the operator's, and a resolved one is reopened for them. In a conversation whose
// channel was disconnected the message fails at once, and no visitor is shown it.
func (s *Sender) Reply(ctx context.Context, actor chat.Actor, c chat.Conversation, draft drafts.Draft) (m chat.Message, created bool, err error) {
	now := s.now()
	m = chat.NewQueued(chat.Message{
		ID:             chat.NewMessageID(now, now, string(actor.Operator.ID)+draft.ClientID),
		AccountID:      actor.Operator.AccountID,
		ConversationID: c.ID,
		Type:           draft.Type,
		Text:           draft.PlainText(),
		Attachments:    draft.Attachments,
		Location:       draft.Location,
		Cards:          draft.Cards,
		Interactive:    draft.Interactive,
		ReplyTo:        draft.ReplyTo,
		ClientID:       draft.ClientID,
		SentAt:         now,
		ReceivedAt:     now,
		Version:        1,
	}, actor.Author())
	receipt := chat.ProviderRef{
		AccountID: m.AccountID, Scope: "client:" + string(actor.Operator.ID), ID: draft.ClientID,
		ConversationID: c.ID, MessageID: m.ID, Digest: draft.Digest(), ExpiresAt: now.Add(chat.ProviderRefRetention),
	}
	gone, err := s.gone(ctx, c)
	if err != nil {
		return chat.Message{}, false, err
	}
	if gone {
		m.Advance(chat.StatusFailed, channelGone())
	}
	_, err = desk.DecideFrom(ctx, s.store, s.now, c, func(c chat.Conversation) (*chat.Decision, error) {
		if err := desk.Visible(actor, c); err != nil {
			return nil, err
		}
		if err := s.check(c, draft); err != nil {
			return nil, err
		}
		if s.firstParty(c) && !gone {
			m.Visitor, m.Author.Picture = chat.VisitorID(c.ExternalID), actor.Operator.Picture
		}
		if draft.Template != nil {
			if m.Template, m.Text, err = s.fill(ctx, c, draft); err != nil {
				return nil, err
			}
		}
		return s.replyDecision(ctx, actor, c, m, &receipt)
	})
	if fault.Is(err, fault.Conflict) || draft.Template != nil && fault.Is(err, fault.Invalid) { // the template may have changed since
		return s.repeated(ctx, receipt, err)
	}
	if err != nil {
		return chat.Message{}, false, err
	}
	return m, true, nil
}

// fill reads the draft's template and fills it.
func (s *Sender) fill(ctx context.Context, c chat.Conversation, draft drafts.Draft) (*chat.TemplateRef, string, error) {
	t, err := s.approved(ctx, c, draft.Template.Name, draft.Template.Language)
	if err != nil {
		return nil, "", err
	}
	able, _ := s.capabilities(c.ChannelType)
	return drafts.Fill(able, t, draft)
}

func (s *Sender) replyDecision(ctx context.Context, actor chat.Actor, c chat.Conversation, m chat.Message, receipt *chat.ProviderRef) (*chat.Decision, error) {
	now, after := s.now(), c
	decision := &chat.Decision{Before: &c, Messages: []chat.Message{m}, ProviderRef: receipt}
	if m.Status == chat.StatusQueued {
		decision.Timers = []chat.Timer{s.sendTimer(m)}
	} else {
		decision.Events = []chat.Event{*desk.MessageFailed(m, now)}
	}
	var kind chat.EventType
	switch {
	case c.Status == chat.Resolved:
		kind = chat.EventReopened
		if err := after.Reopen(now, actor.Operator.ID); err != nil {
			return nil, err
		}
	case c.InPool():
		kind = chat.EventAssigned
		if err := after.Assign(actor.Operator.ID, now); err != nil {
			return nil, err
		}
	}
	after.ApplyMessage(m)
	if kind != "" {
		if err := desk.SetCloseAt(ctx, s.store, &after); err != nil {
			return nil, err
		}
		decision.Events = append(decision.Events, desk.NewEvent(after, kind, actor.Author(), now, desk.Because(chat.ReasonByHand)))
	}
	decision.After = after
	return decision, nil
}

// repeated answers a reply whose client id may have been used before: with the message, if it was the same one.
func (s *Sender) repeated(ctx context.Context, receipt chat.ProviderRef, refusal error) (chat.Message, bool, error) {
	existing, err := s.store.ProviderRef(ctx, receipt.AccountID, receipt.Scope, receipt.ID)
	if fault.Is(err, fault.NotFound) {
		return chat.Message{}, false, refusal
	}
	if err != nil {
		return chat.Message{}, false, fmt.Errorf("read the receipt: %w", err)
	}
	if existing.Digest != receipt.Digest || existing.ConversationID != receipt.ConversationID {
		return chat.Message{}, false, fault.New(fault.Conflict, "this client id belongs to another message").WithField("clientId")
	}
	m, err := s.store.Message(ctx, existing.AccountID, existing.ConversationID, existing.MessageID)
	if err != nil {
		return chat.Message{}, false, fmt.Errorf("read message %s: %w", existing.MessageID, err)
	}
	return m, false, nil
}

// Retry queues a message again that failed, is held, or whose outcome is unknown: a new attempt. Repeated, it changes nothing. Conflict with
// reason channel_gone: the conversation's channel was disconnected.
func (s *Sender) Retry(ctx context.Context, actor chat.Actor, id chat.ConversationID, message chat.MessageID) (chat.Message, error) {
	c, err := desk.VisibleConversation(ctx, s.store, actor, id)
	if err != nil {
		return chat.Message{}, err
	}
	gone, err := s.gone(ctx, c)
	if err != nil {
		return chat.Message{}, err
	}
	if gone {
		reason := channelGone()
		return chat.Message{}, fault.New(fault.Conflict, "%s", reason.Message).WithReason(reason.Code)
	}
	var retried chat.Message
	err = desk.UpdateMessage(ctx, s.store, c.AccountID, id, message, func(m *chat.Message) (*chat.MessageEffects, error) {
		retried = *m
		if m.Status == chat.StatusQueued || m.Status == chat.StatusSending {
			return nil, nil
		}
		if err := m.Retry(); err != nil {
			return nil, err
		}
		if err := s.check(c, drafts.Of(*m)); err != nil {
			return nil, err
		}
		if m.Template != nil {
			if _, err := s.approved(ctx, c, m.Template.Name, m.Template.Language); err != nil {
				return nil, err
			}
		}
		retried = *m
		retried.Version++
		timer := s.sendTimer(*m)
		return &chat.MessageEffects{PutTimer: &timer}, nil
	})
	return retried, err
}
