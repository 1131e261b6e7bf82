package inbound

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

// ImportHistory takes in a message that either side wrote before the channel was connected. All of one external user's history goes
// into one conversation that is resolved from the beginning: it opens no window, waits for nobody and is unread for nobody (ADR 0004).
// A message that came live stays where it is.
func (r *Receiver) ImportHistory(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	if err := r.ingestOnce(ctx, account, ch, in, r.importMessage); err != nil || len(in.Attachments) == 0 {
		return err
	}
	return r.addFile(ctx, account, ch, in)
}

func (r *Receiver) importMessage(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound, receipt chat.ProviderRef) error {
	known, err := r.identity(ctx, account, ch, &in.Sender)
	if err != nil {
		return err
	}
	now := r.now()
	c := newConversation(account, ch, in, known, now)
	c.AdmitPast(now)
	before, err := r.store.Conversation(ctx, account.ID, c.ID)
	decision := chat.Decision{Before: &before, After: before}
	if fault.Is(err, fault.NotFound) {
		decision = chat.Decision{After: c}
		attachPastContact(&decision, account, ch, in, known, now)
	} else if err != nil {
		return fmt.Errorf("read conversation %s: %w", c.ID, err)
	}
	m := pastMessage(decision.After, in)
	if err := r.setReplyTo(ctx, ch, in, &m); err != nil {
		return err
	}
	decision.After.ApplyHistory(m)
	receipt.ConversationID, receipt.MessageID = m.ConversationID, m.ID
	decision.Messages, decision.ProviderRef, decision.Timers = []chat.Message{m}, &receipt, mediaTimers(m)
	if err := r.store.Commit(ctx, decision, now); err != nil {
		return fmt.Errorf("write a message of the history: %w", err)
	}
	return nil
}

// attachPastContact adds to a decision that begins a history its contact and its Event. It becomes nobody's open conversation: the
// contact's next message begins its own.
func attachPastContact(decision *chat.Decision, account chat.Account, ch chat.Channel, in chat.Inbound, known *chat.Identity, now time.Time) {
	c := &decision.After
	if known == nil {
		contact, identity := newContact(account.ID, ch, in, now)
		c.ContactID, c.ContactName = contact.ID, contact.Name
		identity.LastConversationID = c.ID
		decision.NewContact, decision.Identity, decision.Aliases = &contact, &identity, identity.Aliases
	} else {
		addContactStore(decision, *known)
	}
	decision.Events = []chat.Event{desk.NewEvent(*c, chat.EventPastKept, desk.System, now, nil)}
}

func pastMessage(c chat.Conversation, in chat.Inbound) chat.Message {
	var m chat.Message
	if in.Direction == chat.In {
		m = inboundMessage(c.AccountID, c.ID, c.ContactID, in)
	} else {
		m = chat.NewEchoed(message(c.AccountID, c.ID, in), in.Status)
	}
	m.Past = true
	return m
}

// addFile replaces the placeholder of a file: providers import the texts of a history first and its files afterwards, each under the
// id of its message.
func (r *Receiver) addFile(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	_, receipt, err := r.reserve(ctx, account.ID, ch, in)
	if err != nil {
		return err
	}
	return desk.UpdateMessage(ctx, r.store, account.ID, receipt.ConversationID, receipt.MessageID, func(m *chat.Message) (*chat.MessageEffects, error) {
		if !m.Past || m.Type != chat.TypeUnsupported || !m.Revoked.IsZero() {
			return nil, nil
		}
		file := message(m.AccountID, m.ConversationID, in)
		m.Type, m.Text, m.Attachments, m.Unsupported = file.Type, cmp.Or(m.Text, file.Text), file.Attachments, file.Unsupported
		var effects chat.MessageEffects
		for _, timer := range mediaTimers(*m) {
			effects.PutTimer = &timer
		}
		return r.tracking.WithPreview(ctx, *m, effects)
	})
}
