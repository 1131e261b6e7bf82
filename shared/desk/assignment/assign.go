// Package assignment gives conversations to operators: by hand, automatically from the pool, and back to the pool when an operator no
// longer serves the store. Who is eligible, and who of them gets it, is decided by rules/assignment; what an operator may carry is a
// condition in the write.
//
// It imports the core, chat, fault and the rules.
package assignment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/pool"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/permission"
)

// Store is what assignment needs of the data layer.
type Store interface {
	desk.ConversationStore
	desk.AccountStore
	// Waiting are up to limit of a store's waiting conversations behind a position, longest waiting first, and the position to go on from,
	// "" at the end. They may lag behind writes, and have only what choosing an operator asks of them.
	Waiting(ctx context.Context, account chat.AccountID, store chat.StoreID, after string, limit int) ([]chat.Conversation, string, error)
	// WaitingFrom is the position in front of the conversations whose turn is at or after a time. Positions are ordered as strings.
	WaitingFrom(turn time.Time) string
	PoolTimer(ctx context.Context, account chat.AccountID, store chat.StoreID) (pool.Timer, error)
	// SetPoolTimer and DropPoolTimer answer Conflict with ConflictVersionChanged when the timer changed since it was seen.
	SetPoolTimer(ctx context.Context, seen, next pool.Timer) error
	DropPoolTimer(ctx context.Context, seen pool.Timer) error
	// PutEvent keeps an Event with the same id that is there already.
	PutEvent(ctx context.Context, e chat.Event) error
	Operators(ctx context.Context, account chat.AccountID) ([]chat.Operator, error)
	Operator(ctx context.Context, account chat.AccountID, id chat.OperatorID) (chat.Operator, error)
	Loads(ctx context.Context, account chat.AccountID) ([]chat.Load, error)
}

// Assigner assigns conversations.
type Assigner struct {
	store Store
	now   func() time.Time
}

// New makes an Assigner; every argument is needed.
func New(store Store, now func() time.Time) (*Assigner, error) {
	if store == nil || now == nil {
		return nil, errors.New("assignment: a store and a clock are needed")
	}
	return &Assigner{store: store, now: now}, nil
}

// Assign gives a conversation to an operator by hand, or back to the pool when to is empty.
//   - It ignores capacity, availability and hours, but not whether the operator is active, can answer and has the store's grant. Conflict
//     with the outcome as its reason otherwise.
//   - Assigning it to its present assignee changes nothing.
//   - version is the one that the actor saw: when it is another by now, the answer is Conflict with reason stale; 0 is any version.
func (a *Assigner) Assign(ctx context.Context, actor chat.Actor, id chat.ConversationID, to chat.OperatorID, version int64) (chat.Conversation, error) {
	var target chat.Operator
	if to != "" {
		var err error
		if target, err = a.store.Operator(ctx, actor.Operator.AccountID, to); err != nil {
			return chat.Conversation{}, fmt.Errorf("read operator %s: %w", to, err)
		}
	}
	return desk.Decide(ctx, a.store, a.now, actor.Operator.AccountID, id, func(c chat.Conversation) (*chat.Decision, error) {
		if err := desk.Visible(actor, c); err != nil {
			return nil, err
		}
		if c.AssigneeID == to {
			return nil, nil
		}
		if version != 0 && version != c.Version {
			return nil, fault.New(fault.Conflict, "the conversation has changed").WithField("version").WithReason("stale")
		}
		now, after, kind := a.now(), c, chat.EventAssigned
		var err error
		if to == "" {
			kind, err = chat.EventUnassigned, after.Unassign(now)
		} else if refused := permission.Refuses(target, c.StoreID); refused != "" {
			err = fault.New(fault.Conflict, "the operator cannot be given this conversation").WithField("operatorId").WithReason(string(refused))
		} else {
			err = after.Assign(to, now)
		}
		if err != nil {
			return nil, err
		}
		if err := desk.SetCloseAt(ctx, a.store, &after); err != nil {
			return nil, err
		}
		return desk.ByOperator(actor, c, after, kind, now), nil
	})
}

// Release puts a conversation back into the pool when the operator given has it and may not have it any more: they are not active, cannot
// answer, or lost the store's grant. Everything else stays as it is.
func (a *Assigner) Release(ctx context.Context, account chat.AccountID, id chat.ConversationID, operator chat.OperatorID) error {
	_, err := desk.Decide(ctx, a.store, a.now, account, id, func(c chat.Conversation) (*chat.Decision, error) {
		if c.AssigneeID != operator || !c.IsOpen() {
			return nil, nil
		}
		assignee, err := a.store.Operator(ctx, account, operator)
		if err != nil {
			return nil, fmt.Errorf("read operator %s: %w", operator, err)
		}
		if permission.Refuses(assignee, c.StoreID) == "" {
			return nil, nil
		}
		now, after := a.now(), c
		if err := after.Release(now); err != nil {
			return nil, err
		}
		if err := desk.SetCloseAt(ctx, a.store, &after); err != nil {
			return nil, err
		}
		event := desk.NewEvent(after, chat.EventUnassigned, desk.System, now, desk.Because(chat.ReasonNoLongerServes))
		event.Data.PreviousAssigneeID, event.Data.PreviousStatus = c.AssigneeID, c.Status
		return &chat.Decision{Before: &c, After: after, Events: []chat.Event{event}}, nil
	})
	return err
}
