package lifecycle

import (
	"context"
	"errors"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/rules/autoclose"
)

// Closer closes conversations that were quiet for as long as the account says.
type Closer struct {
	store desk.ConversationStore
	now   func() time.Time
}

// NewCloser makes a Closer; both are needed.
func NewCloser(store desk.ConversationStore, now func() time.Time) (*Closer, error) {
	if store == nil || now == nil {
		return nil, errors.New("lifecycle: a store and a clock are needed")
	}
	return &Closer{store: store, now: now}, nil
}

// Close handles a conversation whose CloseAt has come: it resolves a quiet one, and sets CloseAt anew for any other. closed says which.
func (cl *Closer) Close(ctx context.Context, account chat.Account, id chat.ConversationID) (closed bool, err error) {
	_, err = desk.Decide(ctx, cl.store, cl.now, account.ID, id, func(c chat.Conversation) (*chat.Decision, error) {
		closed = false
		now, after := cl.now(), c
		decision := autoclose.Decide(c, account.Closing, desk.Zone(account), now)
		if !decision.Close {
			if decision.At.Equal(c.CloseAt) {
				return nil, nil
			}
			after.CloseAt = decision.At
			return &chat.Decision{Before: &c, After: after}, nil
		}
		if err := after.Resolve(now, desk.System); err != nil {
			return nil, err
		}
		event := desk.NewEvent(after, chat.EventResolved, desk.System, now, desk.Because(decision.Reason))
		event.Data.PreviousStatus = c.Status
		closed = true
		return &chat.Decision{Before: &c, After: after, Events: []chat.Event{event}}, nil
	})
	return closed && err == nil, err
}

// Rearm brings a conversation's CloseAt forward after the account's closing time became shorter. A later time needs nothing: Close sets
// CloseAt anew when it comes.
func (cl *Closer) Rearm(ctx context.Context, account chat.Account, id chat.ConversationID) error {
	_, err := desk.Decide(ctx, cl.store, cl.now, account.ID, id, func(c chat.Conversation) (*chat.Decision, error) {
		at := desk.CloseAt(account, c)
		if at.IsZero() || (!c.CloseAt.IsZero() && !at.Before(c.CloseAt)) {
			return nil, nil
		}
		after := c
		after.CloseAt = at
		return &chat.Decision{Before: &c, After: after}, nil
	})
	return err
}
