// Package assignment gives waiting conversations to operators, store by store: when one enters the pool, and when somebody can
// take more. It decides by the current state, whatever the signal was, so that a late or repeated one does no harm.
package assignment

import (
	"context"
	"errors"
	"fmt"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/queue"
)

type accounts interface {
	Account(ctx context.Context, id chat.AccountID) (chat.Account, error)
}

type distributor interface {
	Distribute(ctx context.Context, account chat.Account, store chat.StoreID, hint chat.ConversationID) error
}

// Handler does the work of one record.
type Handler struct {
	accounts accounts
	desk     distributor
}

// New makes a handler; both are needed.
func New(accounts accounts, desk distributor) (*Handler, error) {
	if accounts == nil || desk == nil {
		return nil, errors.New("assignment: accounts and a desk are needed")
	}
	return &Handler{accounts: accounts, desk: desk}, nil
}

// Handle distributes the pool that the signal speaks of.
func (h *Handler) Handle(ctx context.Context, envelope events.Envelope) error {
	store, hint, err := pool(envelope)
	if err != nil {
		return err
	}
	account, err := h.accounts.Account(ctx, chat.AccountID(envelope.AccountID))
	if err != nil {
		return fmt.Errorf("read account %s: %w", envelope.AccountID, err)
	}
	return h.desk.Distribute(ctx, account, store, hint)
}

func pool(envelope events.Envelope) (chat.StoreID, chat.ConversationID, error) {
	waiting, ok, err := events.Decode[events.ConversationWaiting](envelope)
	if ok && err == nil {
		return chat.StoreID(waiting.StoreID), chat.ConversationID(waiting.ConversationID), nil
	}
	if !ok {
		var freed events.CapacityFreed
		if freed, ok, err = events.Decode[events.CapacityFreed](envelope); ok && err == nil {
			return chat.StoreID(freed.StoreID), "", nil
		}
	}
	if err != nil {
		return "", "", fault.New(fault.Invalid, "the signal cannot be read").WithReason("undecodable").WithCause(err)
	}
	return "", "", queue.Unknown(envelope)
}
