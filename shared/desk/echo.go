package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Echo takes what the business wrote elsewhere, in the provider's own app. It goes into the open conversation with whom it was
// written to, or else into their last one, which stays as it is; whoever is new, or known from the past alone, gets a conversation
// that is set aside. It opens no window. An echo of a message that we sent tells nothing; one that comes before the provider's answer to our sending is taken in
// by that message as soon as its id is known.
func (d *Desk) Echo(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	return d.ingestOnce(ctx, account, ch, in, d.echo)
}

// ingestOnce lets take write a message that nobody waits for, once, with its receipt in the same decision. What came before the message
// is applied when its receipt is there.
func (d *Desk) ingestOnce(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound, take func(context.Context, chat.Account, chat.Channel, chat.Inbound) error) error {
	if len(in.Sender.Addresses) == 0 {
		return fault.New(fault.Invalid, "the message is with nobody").WithReason("no_sender")
	}
	var last error
	for range tries {
		receipt, err := d.store.ProviderRef(ctx, account.ID, Scope(ch), in.ProviderID)
		switch {
		case err != nil && !fault.Is(err, fault.NotFound):
			return fmt.Errorf("look up message %s: %w", in.ProviderID, err)
		case err == nil && receipt.ConversationID != "":
			return d.applyParked(ctx, receipt)
		}
		last = take(ctx, account, ch, in) // nil, too, goes round: then the receipt is there, with what came before the message
		if last != nil && !conflict(last, identityChanged) && !conflict(last, versionChanged) && !conflict(last, refExists) && !conflict(last, exists) {
			return last
		}
	}
	if last == nil {
		last = fault.New(fault.Conflict, "its receipt is not there yet")
	}
	return fmt.Errorf("the conversation of message %s moved %d times: %w", in.ProviderID, tries, last)
}

func (d *Desk) echo(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	identity, _, err := d.store.Identity(ctx, account.ID, ch.ID, in.Sender.Known())
	known := &identity
	if fault.Is(err, fault.NotFound) {
		known = nil
	} else if err != nil {
		return fmt.Errorf("look up whom the echo is to: %w", err)
	}
	now := d.now()
	var decision chat.Decision
	if id := cmp.Or(identity.OpenConversationID, identity.LastConversationID); id != "" {
		before, err := d.store.Conversation(ctx, account.ID, id)
		if err != nil {
			return fmt.Errorf("read conversation %s: %w", id, err)
		}
		if before.IsOpen() || !before.IsPast() {
			decision.Before, decision.After = &before, before
		}
	}
	if decision.Before == nil {
		decision.After = newConversation(account, ch, in, known, now)
		decision.After.SetAside()
		d.attachContact(&decision, account, ch, in, known, now)
		decision.Events = []chat.Event{d.event(decision.After, chat.EventOpened, outside, now, nil)}
	}
	m := message(account.ID, decision.After.ID, in)
	m.Direction, m.Author, m.Status = chat.Out, outside, chat.StatusSent
	if err := d.quote(ctx, ch, in, &m); err != nil {
		return err
	}
	decision.After.ApplyMessage(m)
	receipt := d.receipt(ch, m)
	decision.Messages, decision.ProviderRef, decision.Timers = []chat.Message{m}, &receipt, mediaTimers(m)
	if err := d.store.Commit(ctx, decision, now); err != nil {
		return fmt.Errorf("take the echo in: %w", err)
	}
	return nil
}

// outside is the author of what the business wrote elsewhere.
var outside = chat.Author{Kind: chat.ByExternal}

// attachContact adds to a decision that opens a conversation who it is with.
func (d *Desk) attachContact(decision *chat.Decision, account chat.Account, ch chat.Channel, in chat.Inbound, known *chat.Identity, now time.Time) {
	c := &decision.After
	if known == nil {
		contact, identity := newContact(account.ID, ch, in, now)
		c.ContactID, c.ContactName = contact.ID, contact.Name
		identity.OpenConversationID = c.ID
		decision.NewContact, decision.Identity, decision.Aliases = &contact, &identity, identity.Aliases
		return
	}
	identity := *known
	identity.OpenConversationID = c.ID
	decision.Aliases = missing(identity, in.Sender.Addresses)
	identity.Aliases = append(slices.Clone(identity.Aliases), decision.Aliases...)
	decision.Identity = &identity
}

// mergeEcho makes one of two: our message, and the echo that came before we knew the provider's id of it. What was heard of the echo
// waits in the receipt for our message, and the echo goes.
func (d *Desk) mergeEcho(ctx context.Context, ch chat.Channel, m chat.Message) error {
	receipt, err := d.store.ProviderRef(ctx, m.AccountID, Scope(ch), m.ProviderID)
	if err != nil {
		return fmt.Errorf("find what %s leads to: %w", m.ProviderID, err)
	}
	echo, err := d.store.Message(ctx, m.AccountID, receipt.ConversationID, receipt.MessageID)
	if err != nil {
		return fmt.Errorf("read message %s: %w", receipt.MessageID, err)
	}
	if echo.Author.Kind != chat.ByExternal {
		return fault.New(fault.Conflict, "the provider's id leads to another message").WithReason(refExists)
	}
	c, err := d.store.Conversation(ctx, m.AccountID, echo.ConversationID)
	if err != nil {
		return fmt.Errorf("read conversation %s: %w", echo.ConversationID, err)
	}
	effects := chat.MessageEffects{DropTimer: &chat.Timer{
		AccountID: m.AccountID, Kind: chat.TimerMedia, ConversationID: echo.ConversationID, MessageID: echo.ID,
	}}
	if c.LastMessageID == echo.ID {
		page, err := d.store.Messages(ctx, m.AccountID, c.ID, chat.PageRequest{Limit: 2})
		if err != nil {
			return fmt.Errorf("read the end of conversation %s: %w", c.ID, err)
		}
		c.LastMessageID, c.Preview = "", nil
		for _, other := range page.Items { // oldest first
			if other.ID != echo.ID {
				preview := chat.NewPreview(other)
				c.LastMessageID, c.Preview = other.ID, &preview
			}
		}
		effects.Conversation = &c
	}
	if err := d.requote(ctx, echo, m); err != nil {
		return err
	}
	receipt.ConversationID, receipt.MessageID = m.ConversationID, m.ID
	receipt.ParkedStatuses = append(receipt.ParkedStatuses, chat.StatusUpdate{Status: echo.Status, At: echo.SentAt, Error: echo.Error})
	receipt.ParkedUpdates = append(receipt.ParkedUpdates, echo.Alterations()...)
	if err := d.store.MergeEcho(ctx, receipt, echo, effects); err != nil {
		return fmt.Errorf("take the echo of %s in: %w", m.ID, err)
	}
	return nil
}

// requote lets what answers an echo answer the message that takes its place. It comes before the echo goes, since nothing leads back
// to it afterwards.
func (d *Desk) requote(ctx context.Context, echo, m chat.Message) error {
	for request := (chat.PageRequest{}); ; {
		page, err := d.store.Messages(ctx, echo.AccountID, echo.ConversationID, request)
		if err != nil {
			return fmt.Errorf("read what came after the echo of %s: %w", m.ID, err)
		}
		for _, answer := range page.Items {
			if answer.ReplyTo != echo.ID {
				continue
			}
			err := d.updateMessage(ctx, answer.AccountID, answer.ConversationID, answer.ID, func(now *chat.Message) (*chat.MessageEffects, error) {
				now.ReplyTo = m.ID
				return &chat.MessageEffects{}, nil
			})
			if err != nil {
				return err
			}
		}
		if page.Next == "" || len(page.Items) > 0 && page.Items[0].ID <= echo.ID { // nobody answers what is yet to come
			return nil
		}
		request.Cursor = page.Next
	}
}
