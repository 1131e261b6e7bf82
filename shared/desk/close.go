package desk

import (
	"context"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/rules/autoclose"
)

// Close looks at a conversation whose closing timer has come: it closes what is quiet, and arms the timer anew for what is not.
// It says which of the two it did.
func (d *Desk) Close(ctx context.Context, account chat.Account, id chat.ConversationID) (closed bool, err error) {
	_, err = d.decide(ctx, account.ID, id, func(c chat.Conversation) (*chat.Decision, error) {
		closed = false
		now, after := d.now(), c
		verdict := autoclose.Judge(c, account.Closing, Zone(account), now)
		if !verdict.Close {
			if verdict.At.Equal(c.CloseAt) {
				return nil, nil
			}
			after.CloseAt = verdict.At
			return &chat.Decision{Before: &c, After: after}, nil
		}
		if err := after.Resolve(now, system); err != nil {
			return nil, err
		}
		event := d.event(after, chat.EventResolved, system, now, because(verdict.Reason))
		event.Data.PreviousStatus = c.Status
		closed = true
		return &chat.Decision{Before: &c, After: after, Events: []chat.Event{event}}, nil
	})
	return closed && err == nil, err
}

// Rearm moves a conversation's closing timer forward after the account's closing time became shorter. A later time needs
// nothing: timers are looked at again when they fire.
func (d *Desk) Rearm(ctx context.Context, account chat.Account, id chat.ConversationID) error {
	_, err := d.decide(ctx, account.ID, id, func(c chat.Conversation) (*chat.Decision, error) {
		at, _ := autoclose.Deadline(c, account.Closing, Zone(account))
		if at.IsZero() || (!c.CloseAt.IsZero() && !at.Before(c.CloseAt)) {
			return nil, nil
		}
		after := c
		after.CloseAt = at
		return &chat.Decision{Before: &c, After: after}, nil
	})
	return err
}
