package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

type sessionStore interface {
	PutSession(ctx context.Context, s chat.Session) error
	Session(ctx context.Context, hash string) (chat.Session, error)
	TouchSession(ctx context.Context, hash string, lastSeen, expires time.Time) error
	Sessions(ctx context.Context, account chat.AccountID, operator chat.OperatorID) ([]chat.Session, error)
	DeleteSession(ctx context.Context, account chat.AccountID, operator chat.OperatorID, hash string) error
	DeleteSessions(ctx context.Context, account chat.AccountID, operator chat.OperatorID, exceptHash string) error
	PutTicket(ctx context.Context, t chat.Ticket) error
	Connections(ctx context.Context, account chat.AccountID) ([]chat.Connection, error)
}

// listSessions shows where the caller is signed in, newest first.
func (h *Handler) listSessions(ctx context.Context, c *call) (httpapi.Response, error) {
	sessions, err := h.mySessions(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	return ok(present.List(sessions, "", func(s chat.Session) wire.Session { return present.Session(s, c.session.Hash) }))
}

func (h *Handler) mySessions(ctx context.Context, c *call) ([]chat.Session, error) {
	sessions, err := h.Store.Sessions(ctx, c.account.ID, c.operator.ID)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	now := h.Wall()
	sessions = slices.DeleteFunc(sessions, func(s chat.Session) bool { return !now.Before(s.ExpiresAt) })
	slices.SortFunc(sessions, func(a, b chat.Session) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return sessions, nil
}

func (h *Handler) deleteSession(ctx context.Context, c *call) (httpapi.Response, error) {
	sessions, err := h.mySessions(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	i := slices.IndexFunc(sessions, func(s chat.Session) bool { return s.Hash == c.Param("id") })
	if i < 0 {
		return httpapi.Response{}, fault.New(fault.NotFound, "there is no such session")
	}
	if err := h.endSession(ctx, sessions[i]); err != nil {
		return httpapi.Response{}, err
	}
	response := httpapi.Empty(http.StatusNoContent)
	if sessions[i].Hash == c.session.Hash {
		response.Cookies = []string{auth.EndedCookie(h.secure)}
	}
	return response, nil
}

// endSessions ends all sessions of an operator but one.
func (h *Handler) endSessions(ctx context.Context, o chat.Operator, except string) error {
	if err := h.Store.DeleteSessions(ctx, o.AccountID, o.ID, except); err != nil {
		return fmt.Errorf("end the sessions of operator %s: %w", o.ID, err)
	}
	h.callers.forget()
	return nil
}

// createSocketTicket lets the caller open one socket: a browser cannot send headers with one, and a cookie goes to one origin.
func (h *Handler) createSocketTicket(ctx context.Context, c *call) (httpapi.Response, error) {
	token := auth.NewToken()
	ticket := chat.Ticket{
		Hash: auth.Hash(token), AccountID: c.account.ID, OperatorID: c.operator.ID, Session: c.session.Hash,
		ExpiresAt: h.Wall().Add(httpapi.TicketLasts),
	}
	if err := h.Store.PutTicket(ctx, ticket); err != nil {
		return httpapi.Response{}, fmt.Errorf("keep a ticket: %w", err)
	}
	return created(httpapi.SocketTicket(h.PublicURL, token))
}
