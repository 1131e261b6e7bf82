// Package autoclose closes conversations that are inactive when their timer is due. For the others it sets the timer again: messages do
// not move the timer, so most timers are due too early.
package autoclose

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

type closer interface {
	Close(ctx context.Context, account chat.Account, id chat.ConversationID) (closed bool, err error)
}

// Handler does the work of one record.
type Handler struct {
	accounts accounts
	desk     closer
}

// New returns a handler; both dependencies are required.
func New(accounts accounts, desk closer) (*Handler, error) {
	if accounts == nil || desk == nil {
		return nil, errors.New("autoclose: accounts and desk are required")
	}
	return &Handler{accounts: accounts, desk: desk}, nil
}

// Routes are the signals that the function handles.
func (h *Handler) Routes() queue.Router { return queue.NewRouter(queue.On(h.due)) }

func (h *Handler) due(ctx context.Context, envelope events.Envelope, due events.ConversationDue) error {
	account, err := h.accounts.Account(ctx, chat.AccountID(envelope.AccountID))
	if err != nil {
		return fmt.Errorf("read account %s: %w", envelope.AccountID, err)
	}
	_, err = h.desk.Close(ctx, account, chat.ConversationID(due.ConversationID))
	return err
}
