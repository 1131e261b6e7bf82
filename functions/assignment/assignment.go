// Package assignment assigns waiting conversations to operators, store by store: when a conversation enters the pool, and when an
// operator has free capacity. It decides by the current state and not by the signal, so that a late or repeated signal does no harm.
package assignment

import (
	"context"
	"errors"
	"fmt"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
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

// New returns a handler; both dependencies are required.
func New(accounts accounts, desk distributor) (*Handler, error) {
	if accounts == nil || desk == nil {
		return nil, errors.New("assignment: accounts and desk are required")
	}
	return &Handler{accounts: accounts, desk: desk}, nil
}

// Routes are the signals that the function handles.
func (h *Handler) Routes() queue.Router {
	return queue.NewRouter(queue.On(h.waiting), queue.On(h.freed))
}

func (h *Handler) waiting(ctx context.Context, envelope events.Envelope, signal events.ConversationWaiting) error {
	return h.distribute(ctx, envelope, chat.StoreID(signal.StoreID), chat.ConversationID(signal.ConversationID))
}

func (h *Handler) freed(ctx context.Context, envelope events.Envelope, signal events.CapacityFreed) error {
	return h.distribute(ctx, envelope, chat.StoreID(signal.StoreID), "")
}

// distribute assigns the conversations in a store's pool. hint is a conversation that is known to wait, which the index may not
// contain yet.
func (h *Handler) distribute(ctx context.Context, envelope events.Envelope, store chat.StoreID, hint chat.ConversationID) error {
	account, err := h.accounts.Account(ctx, chat.AccountID(envelope.AccountID))
	if err != nil {
		return fmt.Errorf("read account %s: %w", envelope.AccountID, err)
	}
	return h.desk.Distribute(ctx, account, store, hint)
}
