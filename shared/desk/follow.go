package desk

import (
	"context"
	"fmt"

	"github.com/recado-chat/recado/shared/chat"
)

// Release gives a conversation back to the pool when the operator named has it and does not serve it any more: they are not
// active, or lost the store's grant. Everything else stays as it is.
func (d *Desk) Release(ctx context.Context, account chat.AccountID, id chat.ConversationID, operator chat.OperatorID) error {
	_, err := d.decide(ctx, account, id, func(c chat.Conversation) (*chat.Decision, error) {
		if c.AssigneeID != operator || !c.IsOpen() {
			return nil, nil
		}
		had, err := d.store.Operator(ctx, account, operator)
		if err != nil {
			return nil, fmt.Errorf("read operator %s: %w", operator, err)
		}
		if had.Active && had.ServesStore(c.StoreID) {
			return nil, nil
		}
		now, after := d.now(), c
		if err := after.Unassign(now); err != nil {
			return nil, err
		}
		if err := d.arm(ctx, &after); err != nil {
			return nil, err
		}
		event := d.event(after, chat.EventUnassigned, system, now, because(chat.ReasonNoLongerServes))
		event.Data.PreviousAssigneeID, event.Data.PreviousStatus = c.AssigneeID, c.Status
		return &chat.Decision{Before: &c, After: after, Events: []chat.Event{event}}, nil
	})
	return err
}

// Rename lets a conversation show the name that its contact has. The contact is read after the conversation, so that of two
// names the newer one stays.
func (d *Desk) Rename(ctx context.Context, account chat.AccountID, id chat.ConversationID) error {
	_, err := d.decide(ctx, account, id, func(c chat.Conversation) (*chat.Decision, error) {
		contact, err := d.store.Contact(ctx, account, c.ContactID)
		if err != nil {
			return nil, fmt.Errorf("read contact %s: %w", c.ContactID, err)
		}
		if c.ContactName == contact.Name {
			return nil, nil
		}
		after := c
		after.ContactName = contact.Name
		return &chat.Decision{Before: &c, After: after}, nil
	})
	return err
}
