// Package lifecycle changes the status of conversations, by an operator (Operations) and when they were quiet for long enough (Closer),
// and keeps what operators have read.
//
// Which change of status is legal is decided by chat.Conversation's methods. It imports the core, chat, fault and the rules.
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/permission"
)

// Store is what an operator's changes need of the data layer.
type Store interface {
	desk.ConversationStore
	desk.AccountStore
	Operator(ctx context.Context, account chat.AccountID, id chat.OperatorID) (chat.Operator, error)
	SetRead(ctx context.Context, r chat.ReadCursor) (chat.ReadCursor, error)
}

// Operations are an operator's changes of a conversation's status and of what they have read.
type Operations struct {
	store        Store
	capabilities func(chat.ChannelType) (chat.Capabilities, bool)
	now          func() time.Time
}

// New makes Operations; every argument is needed.
func New(store Store, capabilities func(chat.ChannelType) (chat.Capabilities, bool), now func() time.Time) (*Operations, error) {
	if store == nil || capabilities == nil || now == nil {
		return nil, errors.New("lifecycle: a store, the channels' capabilities and a clock are needed")
	}
	return &Operations{store: store, capabilities: capabilities, now: now}, nil
}

// Conversation reads one conversation for an operator. NotFound when it is not of the account or not visible to them.
func (o *Operations) Conversation(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error) {
	return desk.VisibleConversation(ctx, o.store, actor, id)
}

// Resolve closes a conversation. Repeated, it changes nothing.
func (o *Operations) Resolve(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error) {
	c, err := o.Conversation(ctx, actor, id)
	if err != nil {
		return chat.Conversation{}, err
	}
	return o.transition(ctx, actor, c, chat.EventResolved, chat.Resolved, func(c *chat.Conversation) error {
		return c.Resolve(o.now(), actor.Author())
	})
}

// SetPending puts an open conversation aside until the contact writes. Repeated, it changes nothing.
func (o *Operations) SetPending(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error) {
	c, err := o.Conversation(ctx, actor, id)
	if err != nil {
		return chat.Conversation{}, err
	}
	return o.transition(ctx, actor, c, chat.EventPending, chat.Pending, (*chat.Conversation).SetPending)
}

// Reopen opens a pending conversation, or a resolved one for the operator who had it if they may still have it. Conflict with reason
// other_open when the contact has another open conversation.
func (o *Operations) Reopen(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error) {
	c, err := o.Conversation(ctx, actor, id)
	if err != nil {
		return chat.Conversation{}, err
	}
	operator := c.AssigneeID
	if operator != "" {
		former, err := o.store.Operator(ctx, c.AccountID, operator)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return chat.Conversation{}, fmt.Errorf("read operator %s: %w", operator, err)
		}
		if err != nil || permission.Refuses(former, c.StoreID) != "" {
			operator = ""
		}
	}
	return o.transition(ctx, actor, c, chat.EventReopened, chat.Open, func(c *chat.Conversation) error {
		if c.Status == chat.Pending {
			return c.SetOpen(o.now())
		}
		return c.Reopen(o.now(), operator)
	})
}

// transition changes the status of a conversation that was just read.
func (o *Operations) transition(ctx context.Context, actor chat.Actor, c chat.Conversation, kind chat.EventType, to chat.Status, change func(*chat.Conversation) error) (chat.Conversation, error) {
	c, err := desk.DecideFrom(ctx, o.store, o.now, c, func(c chat.Conversation) (*chat.Decision, error) {
		if err := desk.Visible(actor, c); err != nil {
			return nil, err
		}
		if c.Status == to {
			return nil, nil
		}
		after := c
		if err := change(&after); err != nil {
			return nil, err
		}
		if err := desk.SetCloseAt(ctx, o.store, &after); err != nil {
			return nil, err
		}
		return desk.ByOperator(actor, c, after, kind, o.now()), nil
	})
	if desk.Conflict(err, chat.ConflictIdentityChanged) {
		return c, fault.New(fault.Conflict, "the contact has another open conversation").WithReason("other_open").WithCause(err)
	}
	return c, err
}

// Read moves the operator's cursor in a conversation that was read in the same request, up to a message; empty is the last one. It
// does not touch the conversation.
func (o *Operations) Read(ctx context.Context, actor chat.Actor, c chat.Conversation, upTo chat.MessageID) (chat.ReadCursor, error) {
	if upTo == "" {
		upTo = c.LastMessageID
	}
	return o.setRead(ctx, actor, c, upTo)
}

// Unread marks a conversation as unread, for this operator on every device. It does not touch the conversation.
func (o *Operations) Unread(ctx context.Context, actor chat.Actor, c chat.Conversation) (chat.ReadCursor, error) {
	return o.setRead(ctx, actor, c, "")
}

func (o *Operations) setRead(ctx context.Context, actor chat.Actor, c chat.Conversation, upTo chat.MessageID) (chat.ReadCursor, error) {
	if err := desk.Visible(actor, c); err != nil {
		return chat.ReadCursor{}, err
	}
	cursor := chat.ReadCursor{
		AccountID: c.AccountID, OperatorID: actor.Operator.ID, ConversationID: c.ID, ReadUpTo: upTo, At: o.now(),
	}
	cursor.CountRead(c)
	if able, _ := o.capabilities(c.ChannelType); able.ReadReceipts && upTo >= c.LastInboundID {
		cursor.Tells = c.LastInboundID
	}
	cursor, err := o.store.SetRead(ctx, cursor)
	if err != nil {
		return chat.ReadCursor{}, fmt.Errorf("move the read cursor: %w", err)
	}
	return cursor, nil
}
