// Package assignment assigns waiting conversations to operators, store by store: when a conversation enters the pool, when an operator has
// free capacity, and when the pool's timer is due. It decides by the current state and not by the signal, so that a late or repeated signal does no harm.
package assignment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/queue"
)

type accounts interface {
	Account(ctx context.Context, id chat.AccountID) (chat.Account, error)
}

type distributor interface {
	Place(ctx context.Context, account chat.Account, id chat.ConversationID) error
	Distribute(ctx context.Context, account chat.Account, store chat.StoreID) error
	Watch(ctx context.Context, account chat.Account, store chat.StoreID, due time.Time) error
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
	return queue.NewRouter(queue.On(h.waiting), queue.On(h.freed), queue.On(h.due))
}

func (h *Handler) waiting(ctx context.Context, envelope events.Envelope, signal events.ConversationWaiting) error {
	account, err := h.account(ctx, envelope)
	if err != nil {
		return err
	}
	return h.desk.Place(ctx, account, chat.ConversationID(signal.ConversationID))
}

func (h *Handler) freed(ctx context.Context, envelope events.Envelope, signal events.CapacityFreed) error {
	account, err := h.account(ctx, envelope)
	if err != nil {
		return err
	}
	return h.desk.Distribute(ctx, account, chat.StoreID(signal.StoreID))
}

func (h *Handler) due(ctx context.Context, envelope events.Envelope, signal events.PoolDue) error {
	account, err := h.account(ctx, envelope)
	if err != nil {
		return err
	}
	return h.desk.Watch(ctx, account, chat.StoreID(signal.StoreID), signal.DueAt)
}

func (h *Handler) account(ctx context.Context, envelope events.Envelope) (chat.Account, error) {
	account, err := h.accounts.Account(ctx, chat.AccountID(envelope.AccountID))
	if err != nil {
		return chat.Account{}, fmt.Errorf("read account %s: %w", envelope.AccountID, err)
	}
	return account, nil
}
