package desk

import (
	"cmp"
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// ImportHistory takes what either side wrote before the channel was connected. All that was written with one person goes into one
// conversation of its own, which is over from the beginning: it opens no window, waits for nobody and is nobody's to read (ADR
// 0004). What came live stays where it is.
func (d *Desk) ImportHistory(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	if err := d.ingestOnce(ctx, account, ch, in, d.recall); err != nil || len(in.Attachments) == 0 {
		return err
	}
	return d.complete(ctx, account, ch, in)
}

func (d *Desk) recall(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	identity, _, err := d.store.Identity(ctx, account.ID, ch.ID, in.Sender.Known())
	known := &identity
	if fault.Is(err, fault.NotFound) {
		known = nil
	} else if err != nil {
		return fmt.Errorf("look up whom it was written with: %w", err)
	}
	now := d.now()
	c := newConversation(account, ch, in, known, now)
	c.Keep(now)
	before, err := d.store.Conversation(ctx, account.ID, c.ID)
	decision := chat.Decision{Before: &before, After: before}
	if fault.Is(err, fault.NotFound) {
		decision = chat.Decision{After: c}
		d.remember(&decision, account, ch, in, known)
	} else if err != nil {
		return fmt.Errorf("read conversation %s: %w", c.ID, err)
	}
	m := pastMessage(decision.After, in)
	if err := d.quote(ctx, ch, in, &m); err != nil {
		return err
	}
	decision.After.ApplyHistory(m)
	receipt := d.receipt(ch, m)
	decision.Messages, decision.ProviderRef, decision.Timers = []chat.Message{m}, &receipt, mediaTimers(m)
	if err := d.store.Commit(ctx, decision, now); err != nil {
		return fmt.Errorf("keep a message of the past: %w", err)
	}
	return nil
}

// remember adds to a decision that begins a past who it is with, and the line that tells of it. It is no conversation that the
// contact's next message could take up again: that one begins its own.
func (d *Desk) remember(decision *chat.Decision, account chat.Account, ch chat.Channel, in chat.Inbound, known *chat.Identity) {
	c, now := &decision.After, d.now()
	if known == nil {
		contact, identity := newContact(account.ID, ch, in, now)
		c.ContactID, c.ContactName = contact.ID, contact.Name
		identity.LastConversationID = c.ID
		decision.NewContact, decision.Identity, decision.Aliases = &contact, &identity, identity.Aliases
	}
	decision.Events = []chat.Event{d.event(*c, chat.EventPastKept, system, now, nil)}
}

func pastMessage(c chat.Conversation, in chat.Inbound) chat.Message {
	if in.Direction == chat.In {
		m := inboundMessage(c.AccountID, c.ID, c.ContactID, in)
		m.Past = true
		return m
	}
	m := message(c.AccountID, c.ID, in)
	m.Direction, m.Author, m.Past = chat.Out, outside, true
	m.Status, m.Error = cmp.Or(in.Status.Status, chat.StatusSent), in.Status.Error
	return m
}

// complete puts a file in the place of the word that there was one: the provider tells the words of the past first, and its files
// afterwards, each under the id of its message.
func (d *Desk) complete(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	receipt, err := d.store.ProviderRef(ctx, account.ID, Scope(ch), in.ProviderID)
	if err != nil {
		return fmt.Errorf("find message %s again: %w", in.ProviderID, err)
	}
	return d.updateMessage(ctx, account.ID, receipt.ConversationID, receipt.MessageID, func(m *chat.Message) (*chat.MessageEffects, error) {
		if !m.Past || m.Type != chat.TypeUnsupported || !m.Revoked.IsZero() {
			return nil, nil
		}
		file := message(m.AccountID, m.ConversationID, in)
		m.Type, m.Text, m.Attachments = file.Type, cmp.Or(m.Text, file.Text), file.Attachments
		var effects chat.MessageEffects
		for _, timer := range mediaTimers(*m) {
			effects.PutTimer = &timer
		}
		return d.shown(ctx, *m, effects)
	})
}
