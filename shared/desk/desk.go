// Package desk is what the use cases on conversations have in common: a decision that is taken again when something moved between
// reading and writing, the Events and activity lines it writes, and what an operator may see.
//
// The use cases are the folders below, each with the narrow store that it needs:
//   - inbound: a message, an echo or imported history comes in
//   - tracking: statuses and updates of messages, the provider's ids, echoes of our own sends
//   - outbound: reply, retry, deliver
//   - assignment: who gets a conversation, by hand and automatically
//   - lifecycle: resolve, reopen, pending, close, read and unread
//   - merge: two contacts who are one person, and one who is two
//   - contacts: a contact's addresses, marketing consent and name
//   - templates: what the provider approved beforehand
//
// Every use case may be repeated: a repetition changes nothing. Each decision is one transaction together with its Event. The
// packages import chat, fault, rules and the channel port, and never a store or a function.
package desk

import (
	"context"
	"fmt"
	"time"
	_ "time/tzdata" // Lambda's image has no time zones

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/autoclose"
	"github.com/recado-chat/recado/shared/rules/permission"
)

// ConversationStore reads conversations and writes decisions.
type ConversationStore interface {
	// Conversation answers NotFound for one that is not of the account.
	Conversation(ctx context.Context, account chat.AccountID, id chat.ConversationID) (chat.Conversation, error)
	// Commit writes a decision, or nothing. A Conflict has one of chat's reasons: ConflictReceiptExists, ConflictIdentityChanged,
	// ConflictLoadChanged or ConflictVersionChanged.
	Commit(ctx context.Context, d chat.Decision, now time.Time) error
}

// MessageStore reads and changes messages.
type MessageStore interface {
	// Message answers NotFound for one that is not of the conversation.
	Message(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, id chat.MessageID) (chat.Message, error)
	// UpdateMessage answers Conflict with ConflictVersionChanged when the message changed since it was read.
	UpdateMessage(ctx context.Context, before, after chat.Message, effects chat.MessageEffects) error
}

// Tries is how often a decision is taken again when something moved between reading and writing.
const Tries = 8

// System is the author of what happens automatically.
var System = chat.Author{Kind: chat.BySystem}

// Conflict reports whether err is a Conflict with one of the reasons.
func Conflict(err error, reasons ...string) bool {
	if !fault.Is(err, fault.Conflict) {
		return false
	}
	for _, reason := range reasons {
		if fault.As(err).Reason == reason {
			return true
		}
	}
	return false
}

// Change makes a decision of a conversation; nil leaves everything as it is.
type Change func(chat.Conversation) (*chat.Decision, error)

// Decide reads a conversation, lets change make a decision of it and writes that; when the conversation moved meanwhile it begins
// again. It returns the conversation as it is then.
func Decide(ctx context.Context, store ConversationStore, now func() time.Time, account chat.AccountID, id chat.ConversationID, change Change) (chat.Conversation, error) {
	c, err := read(ctx, store, account, id)
	if err != nil {
		return chat.Conversation{}, err
	}
	return DecideFrom(ctx, store, now, c, change)
}

// DecideFrom is Decide for a conversation that was read just now, in the same request. The write's condition is on the version that
// was read: when the conversation moved since, it is read again.
func DecideFrom(ctx context.Context, store ConversationStore, now func() time.Time, c chat.Conversation, change Change) (chat.Conversation, error) {
	account, id := c.AccountID, c.ID
	for try := 1; ; try++ {
		decision, err := change(c)
		if err != nil || decision == nil {
			return c, err
		}
		err = store.Commit(ctx, *decision, now())
		if err == nil {
			decision.After.Version = c.Version + 1
			return decision.After, nil
		}
		if !Conflict(err, chat.ConflictVersionChanged) {
			return c, fmt.Errorf("write the decision on conversation %s: %w", id, err)
		}
		if try == Tries {
			return chat.Conversation{}, fmt.Errorf("conversation %s moved %d times: %w", id, Tries, err)
		}
		if c, err = read(ctx, store, account, id); err != nil {
			return chat.Conversation{}, err
		}
	}
}

func read(ctx context.Context, store ConversationStore, account chat.AccountID, id chat.ConversationID) (chat.Conversation, error) {
	c, err := store.Conversation(ctx, account, id)
	if err != nil {
		return chat.Conversation{}, fmt.Errorf("read conversation %s: %w", id, err)
	}
	return c, nil
}

// UpdateMessage reads a message, lets change alter it and writes it back; when it moved meanwhile it begins again. A change that
// returns nil leaves the message as it is.
func UpdateMessage(ctx context.Context, store MessageStore, account chat.AccountID, conversation chat.ConversationID, id chat.MessageID, change func(*chat.Message) (*chat.MessageEffects, error)) error {
	m, err := store.Message(ctx, account, conversation, id)
	if err != nil {
		return fmt.Errorf("read message %s: %w", id, err)
	}
	return UpdateMessageFrom(ctx, store, m, change)
}

// UpdateMessageFrom is UpdateMessage for a message that was read or written just now. The write's condition is on its version: when the
// message moved since, it is read again.
func UpdateMessageFrom(ctx context.Context, store MessageStore, before chat.Message, change func(*chat.Message) (*chat.MessageEffects, error)) error {
	for try := 1; ; try++ {
		after := before
		effects, err := change(&after)
		if err != nil || effects == nil {
			return err
		}
		err = store.UpdateMessage(ctx, before, after, *effects)
		if err == nil {
			return nil
		}
		if !Conflict(err, chat.ConflictVersionChanged) {
			return fmt.Errorf("write message %s: %w", before.ID, err)
		}
		if try == Tries {
			return fmt.Errorf("message %s moved %d times: %w", before.ID, Tries, err)
		}
		if before, err = store.Message(ctx, before.AccountID, before.ConversationID, before.ID); err != nil {
			return fmt.Errorf("read message %s again: %w", before.ID, err)
		}
	}
}

// VisibleConversation reads one conversation for an operator. NotFound when it is not of the account or not visible to them.
func VisibleConversation(ctx context.Context, store ConversationStore, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error) {
	c, err := read(ctx, store, actor.Operator.AccountID, id)
	if err != nil {
		return chat.Conversation{}, err
	}
	if err := Visible(actor, c); err != nil {
		return chat.Conversation{}, err
	}
	return c, nil
}

// Visible answers NotFound for a conversation that the operator may not see.
func Visible(actor chat.Actor, c chat.Conversation) error {
	if !permission.ScopeOf(actor.Operator).Conversation(c) {
		return fault.New(fault.NotFound, "there is no such conversation")
	}
	return nil
}

// AccountStore reads accounts.
type AccountStore interface {
	Account(ctx context.Context, id chat.AccountID) (chat.Account, error)
}

// SetCloseAt sets when a conversation closes if nothing happens, after its status or assignee changed. It reads the account.
func SetCloseAt(ctx context.Context, store AccountStore, c *chat.Conversation) error {
	account, err := store.Account(ctx, c.AccountID)
	if err != nil {
		return fmt.Errorf("read account %s: %w", c.AccountID, err)
	}
	c.CloseAt = CloseAt(account, *c)
	return nil
}

// CloseAt is when the conversation closes if nothing happens; zero = never.
func CloseAt(account chat.Account, c chat.Conversation) time.Time {
	at, _ := autoclose.Deadline(c, account.Closing, Zone(account))
	return at
}

// Zone is the account's time zone, UTC if it names none that exists.
func Zone(account chat.Account) *time.Location {
	zone, err := time.LoadLocation(account.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}
