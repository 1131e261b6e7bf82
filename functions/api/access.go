package api

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/rules/permission"
)

// caller is who makes a request.
type caller struct {
	session  chat.Session
	operator chat.Operator
	account  chat.Account
}

// may says whether the caller's role includes a permission.
func (c caller) may(p permission.Permission) bool { return permission.Has(c.operator.Role, p) }

// seesAll says whether the caller sees every store of the account.
func (c caller) seesAll() bool {
	switch c.operator.Role {
	case chat.Owner, chat.Admin, chat.Supervisor:
		return true
	case chat.Editor, chat.OperatorRole, chat.ReadOnly:
		return false
	}
	return false
}

// admit finds out who calls and whether they may use the route.
func (h *Handler) admit(ctx context.Context, c *call, r route) error {
	token, byCookie := auth.TokenFromHeader(c.Header.Get("Authorization")), false
	if token == "" {
		token = auth.TokenFromCookies(c.Cookies)
		byCookie = token != ""
	}
	if c.Mutates() && (byCookie || token == "") {
		if err := h.checkOrigin(c.Request, byCookie && r.access != public); err != nil {
			return err
		}
	}
	if r.access == public {
		return nil
	}
	if token == "" {
		return fault.New(fault.Unauthenticated, "sign in first")
	}
	var err error
	if c.caller, err = h.authenticate(ctx, auth.Hash(token)); err != nil {
		return err
	}
	if r.access != signedIn && !c.may(permission.Permission(r.access)) {
		return fault.New(fault.Forbidden, "your role does not allow this")
	}
	return nil
}

// checkOrigin refuses what another page makes a browser send. Browsers name the origin of every request that changes something;
// it must be the console's, or the one that the request itself was sent to.
func (h *Handler) checkOrigin(r *httpapi.Request, needed bool) error {
	origin := r.Header.Get("Origin")
	switch {
	case origin == "" && !needed, origin == h.origin:
		return nil
	case r.Host != "" && (origin == "https://"+r.Host || !h.secure && origin == "http://"+r.Host):
		return nil
	}
	return fault.New(fault.Forbidden, "the request comes from another page").WithReason("origin")
}

// touchEvery is how exact a session's last use is.
const touchEvery = 5 * time.Minute

// authenticate finds the session of a token's hash, and whose it is.
func (h *Handler) authenticate(ctx context.Context, hash string) (caller, error) {
	if known, ok := h.callers.get(hash); ok {
		return known, nil
	}
	ended := fault.New(fault.Unauthenticated, "the session has ended: sign in again")
	session, err := h.Store.Session(ctx, hash)
	if fault.Is(err, fault.NotFound) {
		return caller{}, ended
	}
	if err != nil {
		return caller{}, fmt.Errorf("read the session: %w", err)
	}
	now := h.Wall()
	if session.OperatorID == "" || !now.Before(session.ExpiresAt) { // a visitor's opens nothing here
		return caller{}, ended
	}
	found := caller{session: session}
	found.operator, err = h.Store.Operator(ctx, session.AccountID, session.OperatorID)
	if fault.Is(err, fault.NotFound) || err == nil && !found.operator.Active {
		return caller{}, ended
	}
	if err != nil {
		return caller{}, fmt.Errorf("read operator %s: %w", session.OperatorID, err)
	}
	if found.account, err = h.Store.Account(ctx, session.AccountID); err != nil {
		return caller{}, fmt.Errorf("read account %s: %w", session.AccountID, err)
	}
	if now.Sub(session.LastSeenAt) >= touchEvery {
		if err := h.Store.TouchSession(ctx, hash, now, session.ExpiresAt); err != nil && !fault.Is(err, fault.NotFound) {
			return caller{}, fmt.Errorf("note the session's use: %w", err)
		}
	}
	h.callers.put(hash, found)
	return found, nil
}

const (
	callerKept = 5 * time.Second
	callersMax = 1000
)

// callerCache spares a warm process three reads for each request. What changes a caller in this process empties it; others
// learn of it within callerKept.
type callerCache struct {
	wall  func() time.Time
	mu    sync.Mutex
	known map[string]knownCaller
}

type knownCaller struct {
	caller
	until time.Time
}

func (c *callerCache) get(hash string) (caller, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.known[hash]
	return known.caller, ok && c.wall().Before(known.until)
}

func (c *callerCache) put(hash string, found caller) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= callersMax {
		c.known = map[string]knownCaller{}
	}
	c.known[hash] = knownCaller{caller: found, until: c.wall().Add(callerKept)}
}

// forget is called by whatever changes sessions, operators or the account.
func (c *callerCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.known)
}
