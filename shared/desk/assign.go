package desk

import (
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Assign gives a conversation to an operator by hand, or back to the pool when to is empty. It ignores capacity, availability
// and hours, never the store's grant. Giving it to whom it belongs already changes nothing. version is the one that the actor
// saw: another one by now is a Conflict; 0 takes it as it is.
func (d *Desk) Assign(ctx context.Context, actor chat.Actor, id chat.ConversationID, to chat.OperatorID, version int64) (chat.Conversation, error) {
	var target chat.Operator
	if to != "" {
		var err error
		if target, err = d.store.Operator(ctx, actor.Operator.AccountID, to); err != nil {
			return chat.Conversation{}, fmt.Errorf("read operator %s: %w", to, err)
		}
	}
	return d.decide(ctx, actor.Operator.AccountID, id, func(c chat.Conversation) (*chat.Decision, error) {
		if err := visible(actor, c); err != nil {
			return nil, err
		}
		if c.AssigneeID == to {
			return nil, nil
		}
		if version != 0 && version != c.Version {
			return nil, fault.New(fault.Conflict, "the conversation has changed meanwhile").WithField("version").WithReason("stale")
		}
		now, after, kind := d.now(), c, chat.EventAssigned
		var err error
		if to == "" {
			kind, err = chat.EventUnassigned, after.Unassign(now)
		} else if !target.Active || !target.ServesStore(c.StoreID) {
			err = fault.New(fault.Conflict, "the operator does not serve this store").WithField("operatorId").WithReason("not_granted")
		} else {
			err = after.Assign(to, now)
		}
		if err != nil {
			return nil, err
		}
		return d.byHand(ctx, actor, c, after, kind)
	})
}

// Resolve closes a conversation. Doing it again changes nothing.
func (d *Desk) Resolve(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error) {
	return d.transition(ctx, actor, id, chat.EventResolved, chat.Resolved, func(c *chat.Conversation) error {
		return c.Resolve(d.now(), actor.Author())
	})
}

// SetPending puts an open conversation aside until the contact writes. Doing it again changes nothing.
func (d *Desk) SetPending(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error) {
	return d.transition(ctx, actor, id, chat.EventPending, chat.Pending, (*chat.Conversation).SetPending)
}

// Reopen takes a resolved conversation up again for the operator who had it, if they still serve the store; a pending one
// becomes open. Conflict when the contact has opened another one meanwhile.
func (d *Desk) Reopen(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error) {
	c, err := d.Conversation(ctx, actor, id)
	if err != nil {
		return chat.Conversation{}, err
	}
	operator := c.AssigneeID
	if operator != "" {
		had, err := d.store.Operator(ctx, c.AccountID, operator)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return chat.Conversation{}, fmt.Errorf("read operator %s: %w", operator, err)
		}
		if err != nil || !had.Active || !had.ServesStore(c.StoreID) {
			operator = ""
		}
	}
	return d.transition(ctx, actor, id, chat.EventReopened, chat.Open, func(c *chat.Conversation) error {
		if c.Status == chat.Pending {
			return c.SetOpen(d.now())
		}
		return c.Reopen(d.now(), operator)
	})
}

func (d *Desk) transition(ctx context.Context, actor chat.Actor, id chat.ConversationID, kind chat.EventType, to chat.Status, change func(*chat.Conversation) error) (chat.Conversation, error) {
	c, err := d.decide(ctx, actor.Operator.AccountID, id, func(c chat.Conversation) (*chat.Decision, error) {
		if err := visible(actor, c); err != nil {
			return nil, err
		}
		if c.Status == to {
			return nil, nil
		}
		after := c
		if err := change(&after); err != nil {
			return nil, err
		}
		return d.byHand(ctx, actor, c, after, kind)
	})
	if conflict(err, identityChanged) {
		return c, fault.New(fault.Conflict, "the contact has another open conversation").WithReason("other_open").WithCause(err)
	}
	return c, err
}

// byHand is the decision of an operator's click.
func (d *Desk) byHand(ctx context.Context, actor chat.Actor, before, after chat.Conversation, kind chat.EventType) (*chat.Decision, error) {
	if err := d.arm(ctx, &after); err != nil {
		return nil, err
	}
	event := d.event(after, kind, actor.Author(), d.now(), because(chat.ReasonByHand))
	event.Data.PreviousAssigneeID, event.Data.PreviousStatus = before.AssigneeID, before.Status
	return &chat.Decision{
		Before: &before, After: after, Events: []chat.Event{event},
		Activity: d.activity(actor, "conversation."+string(kind), after),
	}, nil
}

// Read moves the operator's cursor to a message; Unread moves it before the contact's last one. Neither touches the
// conversation.
func (d *Desk) Read(ctx context.Context, actor chat.Actor, id chat.ConversationID, upTo chat.MessageID) (chat.ReadCursor, error) {
	c, err := d.Conversation(ctx, actor, id)
	if err != nil {
		return chat.ReadCursor{}, err
	}
	if upTo == "" {
		upTo = c.LastMessageID
	}
	return d.setRead(ctx, actor, c, upTo)
}

// Unread marks a conversation as not read, for this operator on every device.
func (d *Desk) Unread(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.ReadCursor, error) {
	c, err := d.Conversation(ctx, actor, id)
	if err != nil {
		return chat.ReadCursor{}, err
	}
	return d.setRead(ctx, actor, c, "")
}

func (d *Desk) setRead(ctx context.Context, actor chat.Actor, c chat.Conversation, upTo chat.MessageID) (chat.ReadCursor, error) {
	cursor := chat.ReadCursor{
		AccountID: c.AccountID, OperatorID: actor.Operator.ID, ConversationID: c.ID, ReadUpTo: upTo, At: d.now(),
	}
	if able, _ := d.capabilities(c.ChannelType); able.ReadReceipts && upTo >= c.LastInboundID {
		cursor.Tells = c.LastInboundID
	}
	if err := d.store.SetRead(ctx, cursor); err != nil {
		return chat.ReadCursor{}, fmt.Errorf("move the read cursor: %w", err)
	}
	return cursor, nil
}
