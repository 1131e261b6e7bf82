package inbound

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

// Echo takes in a message that the business wrote in the provider's own app:
//   - It goes into the recipient's open conversation, or else into their last one, which stays resolved.
//   - A recipient who is new, or known from history alone, gets a conversation that is pending.
//   - It does not open the channel's window.
//   - Echoes of our own sends are ignored; one that comes before the provider's answer to the send is merged into our message once its
//     provider id is known (tracking).
func (r *Receiver) Echo(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound) error {
	in.Direction = chat.Out
	return r.ingestOnce(ctx, account, ch, in, r.echo)
}

// taking writes an inbound item's message with the receipt given, which does not lead to it yet.
type taking func(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound, receipt chat.ProviderRef) error

// ingestOnce lets take write a message once, with its receipt in the same decision, and then applies what was parked on the receipt.
func (r *Receiver) ingestOnce(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound, take taking) error {
	if len(in.Sender.Addresses) == 0 {
		return fault.New(fault.Invalid, "the message names no contact").WithReason("no_sender")
	}
	var last error
	for range desk.Tries {
		receipt, known, err := r.reserve(ctx, account.ID, ch, in)
		if err != nil {
			return err
		}
		if known.ConversationID != "" {
			return r.joined(ctx, ch, in, known)
		}
		last = take(ctx, account, ch, in, receipt) // after success, loop once more to apply updates parked on the receipt
		if last != nil && !desk.Conflict(last, chat.ConflictIdentityChanged, chat.ConflictVersionChanged, chat.ConflictReceiptExists, chat.ConflictExists) {
			return last
		}
	}
	if last == nil {
		last = fault.New(fault.Conflict, "its receipt is not there yet")
	}
	return fmt.Errorf("the conversation of message %s moved %d times: %w", in.ProviderID, desk.Tries, last)
}

// joined joins a message that is stored with what it quotes and with what came before it.
func (r *Receiver) joined(ctx context.Context, ch chat.Channel, in chat.Inbound, receipt chat.ProviderRef) error {
	if in.ReplyTo != "" {
		m, err := r.store.Message(ctx, receipt.AccountID, receipt.ConversationID, receipt.MessageID)
		if err != nil && !fault.Is(err, fault.NotFound) { // our own message, of which the receipt is written first
			return fmt.Errorf("read message %s: %w", receipt.MessageID, err)
		}
		if err := r.joinQuote(ctx, ch, m); err != nil {
			return err
		}
	}
	return r.tracking.ApplyParked(ctx, receipt)
}

// reserve finds the receipt of an item's message; known.ConversationID is empty when it did not come before.
func (r *Receiver) reserve(ctx context.Context, account chat.AccountID, ch chat.Channel, in chat.Inbound) (receipt, known chat.ProviderRef, err error) {
	return r.tracking.Reserve(ctx, ch, chat.Message{AccountID: account, Direction: in.Direction, ProviderID: in.ProviderID, SentAt: in.At})
}

func (r *Receiver) echo(ctx context.Context, account chat.Account, ch chat.Channel, in chat.Inbound, receipt chat.ProviderRef) error {
	known, err := r.sender(ctx, account, ch, &in.Sender)
	if err != nil {
		return err
	}
	now := r.now()
	decision, err := r.conversationOf(ctx, account, known)
	if err != nil {
		return err
	}
	if decision.Before == nil {
		decision.After = newConversation(account, ch, in, known, now)
		decision.After.AdmitPending()
		attachContact(&decision, account, ch, in, known, now)
		decision.Events = []chat.Event{desk.NewEvent(decision.After, chat.EventOpened, chat.Author{Kind: chat.ByExternal}, now, nil)}
	}
	if known != nil && decision.Identity == nil {
		if answering, changed := known.Answering(in.Sender); changed && !in.At.Before(decision.After.LastActivityAt) {
			answering.Aliases = append(slices.Clone(known.Aliases), known.Missing(in.Sender.Addresses)...)
			decision.Identity, decision.Aliases = &answering, known.Missing(in.Sender.Addresses)
		}
	}
	m := chat.NewEchoed(message(account.ID, decision.After.ID, in), chat.StatusUpdate{})
	if err := r.setReplyTo(ctx, ch, in, &m); err != nil {
		return err
	}
	decision.After.ApplyMessage(m)
	receipt.ConversationID, receipt.MessageID = m.ConversationID, m.ID
	decision.Messages, decision.ProviderRef, decision.Timers = []chat.Message{m}, &receipt, mediaTimers(m)
	if err := r.store.Commit(ctx, decision, now); err != nil {
		return fmt.Errorf("write the echo: %w", err)
	}
	return nil
}

// conversationOf begins a decision on the conversation that an echo goes into: the identity's open one, or its last one unless that
// is imported history. Before is nil when there is none.
func (r *Receiver) conversationOf(ctx context.Context, account chat.Account, known *chat.Identity) (chat.Decision, error) {
	if known == nil {
		return chat.Decision{}, nil
	}
	id := cmp.Or(known.OpenConversationID, known.LastConversationID)
	if id == "" {
		return chat.Decision{}, nil
	}
	before, err := r.store.Conversation(ctx, account.ID, id)
	if err != nil {
		return chat.Decision{}, fmt.Errorf("read conversation %s: %w", id, err)
	}
	if !before.IsOpen() && before.IsPast() {
		return chat.Decision{}, nil
	}
	return chat.Decision{Before: &before, After: before}, nil
}
