package me

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// listSessions lists the caller's sessions, newest first.
func (h *Handler) listSessions(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	sessions, err := h.mySessions(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	name := "sessions " + string(c.Operator.ID)
	return rest.Whole(ctx, h.Server, c, name, sessions, func(s chat.Session) string { return s.Hash }, func(s chat.Session) wire.Session {
		return present.Session(s, c.Session.Hash)
	})
}

func (h *Handler) mySessions(ctx context.Context, c *rest.Call) ([]chat.Session, error) {
	sessions, err := h.Store.Sessions(ctx, c.Account.ID, c.Operator.ID)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	now := h.Wall()
	sessions = slices.DeleteFunc(sessions, func(s chat.Session) bool { return !now.Before(s.ExpiresAt) })
	return sessions, nil
}

func (h *Handler) deleteSession(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	sessions, err := h.mySessions(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	i := slices.IndexFunc(sessions, func(s chat.Session) bool { return s.Hash == c.Param("id") })
	if i < 0 {
		return httpapi.Response{}, fault.New(fault.NotFound, "session not found")
	}
	if err := h.endSession(ctx, sessions[i]); err != nil {
		return httpapi.Response{}, err
	}
	response := httpapi.Empty(http.StatusNoContent)
	if sessions[i].Hash == c.Session.Hash {
		response.Cookies = []string{auth.EndedCookie(h.Secure())}
	}
	return response, nil
}

// createSocketTicket makes a single-use ticket for one socket. A browser cannot send headers with a WebSocket, and the cookie belongs to
// another origin.
func (h *Handler) createSocketTicket(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	token := auth.NewToken()
	ticket := chat.Ticket{
		Hash: auth.Hash(token), AccountID: c.Account.ID, OperatorID: c.Operator.ID, Session: c.Session.Hash,
		ExpiresAt: h.Wall().Add(httpapi.TicketLasts),
	}
	if err := h.Store.PutTicket(ctx, ticket); err != nil {
		return httpapi.Response{}, fmt.Errorf("keep a ticket: %w", err)
	}
	return rest.Created(httpapi.SocketTicket(h.PublicURL, token))
}

// signOut ends the session. It succeeds also without a session.
func (h *Handler) signOut(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	token := auth.TokenFromHeader(c.Header.Get("Authorization"))
	if token == "" {
		token = auth.TokenFromCookies(c.Cookies)
	}
	response := httpapi.Empty(http.StatusNoContent)
	response.Cookies = []string{auth.EndedCookie(h.Secure())}
	if token == "" {
		return response, nil
	}
	session, err := h.Store.Session(ctx, auth.Hash(token))
	if fault.Is(err, fault.NotFound) || err == nil && session.OperatorID == "" { // a visitor's is not ended here
		return response, nil
	}
	if err != nil {
		return response, fmt.Errorf("read the session: %w", err)
	}
	if err := h.endSession(ctx, session); err != nil {
		return response, err
	}
	return response, nil
}

func (h *Handler) endSession(ctx context.Context, s chat.Session) error {
	err := h.Store.DeleteSession(ctx, s.AccountID, s.OperatorID, s.Hash)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("end a session: %w", err)
	}
	h.Forget()
	return nil
}
