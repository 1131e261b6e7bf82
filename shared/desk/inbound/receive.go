package inbound

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/desk/merge"
	"github.com/recado-chat/recado/shared/fault"
)

// Received is where an inbound message was put.
type Received struct {
	Conversation chat.Conversation
	Message      chat.Message
}

// Receive puts an inbound message into its conversation, and opens or reopens one when none is open. It may be called any number of
// times with the same message.
func (r *Receiver) Receive(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) (Received, error) {
	if len(in.Sender.Addresses) == 0 {
		return Received{}, fault.New(fault.Invalid, "the message names no sender").WithReason("no_sender")
	}
	var last error
	for range desk.Tries {
		received, err := r.receive(ctx, account, ch, in)
		if !desk.Conflict(err, chat.ConflictIdentityChanged, chat.ConflictVersionChanged) {
			return received, err
		}
		last = err
	}
	return Received{}, fmt.Errorf("the identity moved %d times: %w", desk.Tries, last)
}

func (r *Receiver) receive(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) (Received, error) {
	identity, err := r.sender(ctx, account, ch, &in.Sender)
	if err != nil {
		return Received{}, err
	}
	if identity == nil || identity.OpenConversationID == "" {
		return r.open(ctx, account, ch, in, identity)
	}
	m := inboundMessage(account.ID, identity.OpenConversationID, identity.ContactID, in)
	existing, created, err := r.putReceipt(ctx, ch, m)
	if err != nil {
		return Received{}, err
	}
	if !created {
		m = again(m, existing)
	}
	received, err := r.addQuoting(ctx, account, ch, in, m, existing)
	if err != nil {
		return received, err
	}
	return received, r.updateAddresses(ctx, account.ID, *identity, in, received.Conversation)
}

// again is a message that was delivered before: in its place, with its first arrival and without what it quotes.
func again(m chat.Message, receipt chat.ProviderRef) chat.Message {
	m.ID, m.ConversationID, m.ReplyTo, m.Quoted = receipt.MessageID, receipt.ConversationID, "", ""
	if at := m.ID.ArrivedAt(); !at.IsZero() {
		m.ReceivedAt = at
	}
	return m
}

// putReceipt puts a message's receipt. created is false when the message came before, and existing is its receipt.
func (r *Receiver) putReceipt(ctx context.Context, ch chat.Channel, m chat.Message) (existing chat.ProviderRef, created bool, err error) {
	receipt := r.receipts.Receipt(ch, m, r.now())
	for {
		existing, created, err = r.store.PutProviderRef(ctx, receipt)
		if err != nil {
			return existing, created, fmt.Errorf("put the receipt: %w", err)
		}
		if created {
			return existing, true, nil
		}
		if receipt, err = r.tracking.Distinct(ctx, ch, m, existing); err != nil || receipt.ID == existing.ID {
			return existing, false, err
		}
	}
}

// addQuoting adds a message that has its receipt, with the message that it quotes, and applies what was parked on the receipt.
func (r *Receiver) addQuoting(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound, m chat.Message, receipt chat.ProviderRef) (Received, error) {
	if err := r.setReplyTo(ctx, ch, in, &m); err != nil {
		return Received{}, err
	}
	received, err := r.add(ctx, account, m)
	if err != nil {
		return received, err
	}
	if err := r.joinQuote(ctx, ch, m); err != nil {
		return received, err
	}
	return received, r.tracking.ApplyParked(ctx, receipt)
}

// add puts a message that has its receipt into its conversation, and records it in the conversation's summary.
func (r *Receiver) add(ctx context.Context, account chat.Account, m chat.Message) (Received, error) {
	created, err := r.store.PutMessage(ctx, m)
	if err != nil {
		return Received{}, fmt.Errorf("put message %s: %w", m.ID, err)
	}
	for _, timer := range mediaTimers(m) {
		if err := r.store.PutTimer(ctx, timer); err != nil {
			return Received{}, fmt.Errorf("put the media timer of %s: %w", m.ID, err)
		}
	}
	c, applied, err := r.store.ApplyInbound(ctx, m.AccountID, m.ConversationID, m)
	if err != nil {
		return Received{}, fmt.Errorf("record message %s: %w", m.ID, err)
	}
	if !applied {
		if c, err = r.reopen(ctx, account, m, created); err != nil {
			return Received{}, err
		}
	}
	return Received{Conversation: c, Message: m}, nil
}

// reopen records a message in a conversation that was not open when its contact wrote, and opens it. created says that the message is
// new: a repeated one does not open a conversation that was set pending or resolved after it.
func (r *Receiver) reopen(ctx context.Context, account chat.Account, m chat.Message, created bool) (chat.Conversation, error) {
	c, err := desk.Decide(ctx, r.store, r.now, m.AccountID, m.ConversationID, func(c chat.Conversation) (*chat.Decision, error) {
		if m.ID <= c.LastInboundID && (c.Status == chat.Open || !created) {
			return nil, nil
		}
		now, after := r.now(), c
		after.ApplyMessage(m)
		decision := &chat.Decision{Before: &c, After: after}
		if c.MergedInto != "" {
			return decision, nil
		}
		var kind chat.EventType
		var err error
		switch c.Status {
		case chat.Pending, chat.Snoozed:
			kind, err = chat.EventTakenUp, decision.After.SetOpen(now)
		case chat.Resolved:
			kind, err = chat.EventReopened, decision.After.Reopen(now, "")
		case chat.Open, chat.Held, chat.AwaitingConsent:
			return decision, nil
		}
		if err != nil {
			return nil, err
		}
		decision.After.CloseAt = desk.CloseAt(account, decision.After)
		decision.Events = []chat.Event{desk.NewEvent(decision.After, kind, desk.ByContact(c), now, desk.Because(chat.ReasonContactWrote))}
		return decision, nil
	})
	if desk.Conflict(err, chat.ConflictIdentityChanged) {
		c, err = desk.Decide(ctx, r.store, r.now, m.AccountID, m.ConversationID, func(c chat.Conversation) (*chat.Decision, error) {
			after := c
			after.ApplyMessage(m)
			return &chat.Decision{Before: &c, After: after}, nil
		})
	} else if c.MergedInto == "" {
		return c, err
	}
	if err != nil {
		return c, err
	}
	return c, r.carry(ctx, account, c, m)
}

// carry lets a message that stays in a conversation which its contact no longer has wait for an answer in the one that they have, and makes
// that unread for its operator.
func (r *Receiver) carry(ctx context.Context, account chat.Account, from chat.Conversation, m chat.Message) error {
	identity, _, err := r.store.Identity(ctx, account.ID, from.ChannelID, []string{from.ExternalID})
	if err != nil {
		return fmt.Errorf("look up the identity: %w", err)
	}
	id := cmp.Or(identity.OpenConversationID, from.MergedInto)
	if id == "" || id == from.ID {
		return nil
	}
	c, err := desk.Decide(ctx, r.store, r.now, account.ID, id, func(c chat.Conversation) (*chat.Decision, error) {
		if !chat.ActivityAt(m).After(c.LastActivityAt) {
			return nil, nil
		}
		now, after := r.now(), c
		decision := &chat.Decision{Before: &c}
		if c.Status == chat.Resolved {
			if err := after.Reopen(now, ""); err != nil {
				return nil, err
			}
			decision.Events = []chat.Event{desk.NewEvent(after, chat.EventReopened, desk.ByContact(c), now, desk.Because(chat.ReasonContactWrote))}
		}
		merge.Carry(account, now, &after, chat.Conversation{
			LastInboundAt: m.SentAt, LastActivityAt: chat.ActivityAt(m), WaitingSince: chat.SortTime(m.SentAt, m.ReceivedAt),
		})
		decision.After = after
		return decision, nil
	})
	if err != nil || c.AssigneeID == "" {
		return err
	}
	// A message that is delivered again came at its first time: what was read since stays read.
	unread := chat.ReadCursor{AccountID: account.ID, OperatorID: c.AssigneeID, ConversationID: id, At: m.ReceivedAt}
	unread.CountRead(c)
	if _, err := r.store.SetRead(ctx, unread); err != nil {
		return fmt.Errorf("make conversation %s unread: %w", id, err)
	}
	return nil
}

// open makes the decision for a message whose sender has no open conversation: one that was resolved less than ReopenWithin ago is
// reopened, otherwise a new one begins.
func (r *Receiver) open(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound, known *chat.Identity) (Received, error) {
	now := r.now()
	var decision chat.Decision
	if known != nil && known.LastConversationID != "" && now.Sub(known.LastResolvedAt) < chat.ReopenWithin {
		before, err := r.store.Conversation(ctx, account.ID, known.LastConversationID)
		if err != nil {
			return Received{}, fmt.Errorf("read conversation %s: %w", known.LastConversationID, err)
		}
		if before.Status != chat.Resolved {
			return Received{}, fault.New(fault.Conflict, "the conversation was reopened").WithReason(chat.ConflictIdentityChanged)
		}
		decision.Before, decision.After = &before, before
		if err := decision.After.Reopen(now, ""); err != nil {
			return Received{}, err
		}
	} else {
		decision.After = newConversation(account, ch, in, known, now)
		decision.After.Admit(now, account.Metered)
	}
	attachContact(&decision, account, ch, in, known, now)
	c := &decision.After
	m := inboundMessage(account.ID, c.ID, c.ContactID, in)
	if err := r.setReplyTo(ctx, ch, in, &m); err != nil {
		return Received{}, err
	}
	c.ApplyMessage(m)
	c.CloseAt = desk.CloseAt(account, *c)
	kind, reason := chat.EventOpened, (*chat.Reason)(nil)
	if decision.Before != nil {
		kind, reason = chat.EventReopened, desk.Because(chat.ReasonContactWrote)
	}
	receipt := r.receipts.Receipt(ch, m, now)
	decision.Events = []chat.Event{desk.NewEvent(*c, kind, desk.ByContact(*c), now, reason)}
	decision.Messages, decision.ProviderRef, decision.Timers = []chat.Message{m}, &receipt, mediaTimers(m)

	err := r.store.Commit(ctx, decision, now)
	for desk.Conflict(err, chat.ConflictReceiptExists) {
		existing, readErr := r.store.ProviderRef(ctx, account.ID, receipt.Scope, receipt.ID)
		if readErr != nil {
			return Received{}, fmt.Errorf("read the receipt of message %s: %w", m.ID, readErr)
		}
		if receipt, readErr = r.tracking.Distinct(ctx, ch, m, existing); readErr != nil {
			return Received{}, readErr
		}
		if receipt.ID == existing.ID { // an earlier delivery of the same message stopped
			return r.addQuoting(ctx, account, ch, in, again(m, existing), existing)
		}
		err = r.store.Commit(ctx, decision, now)
	}
	if err != nil {
		return Received{}, fmt.Errorf("open a conversation: %w", err)
	}
	c.Version++
	if err := r.joinQuote(ctx, ch, m); err != nil {
		return Received{}, err
	}
	if receipt, err = r.store.ProviderRef(ctx, account.ID, receipt.Scope, receipt.ID); err != nil {
		return Received{}, fmt.Errorf("read what was parked for message %s: %w", m.ID, err)
	}
	return Received{Conversation: *c, Message: m}, r.tracking.ApplyParked(ctx, receipt)
}

// updateAddresses makes further addresses of a known sender lead to the same identity, and lets answers go to the form of the number
// that their latest message came from. Receive repeats it when another delivery changed the identity.
func (r *Receiver) updateAddresses(ctx context.Context, account chat.AccountID, identity chat.Identity, in chat.Inbound, c chat.Conversation) error {
	linked, changed := identity, false
	if !in.At.Before(c.LastInboundAt) {
		linked, changed = identity.Answering(in.Sender)
	}
	aliases := identity.Missing(in.Sender.Addresses)
	if len(aliases) == 0 && !changed {
		return nil
	}
	linked.Aliases = append(slices.Clone(identity.Aliases), aliases...)
	_, err := desk.Decide(ctx, r.store, r.now, account, c.ID, func(c chat.Conversation) (*chat.Decision, error) {
		return &chat.Decision{Before: &c, After: c, Identity: &linked, Aliases: aliases}, nil
	})
	return err
}
