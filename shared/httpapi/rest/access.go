package rest

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

type callerStore interface {
	Account(ctx context.Context, id chat.AccountID) (chat.Account, error)
	Operator(ctx context.Context, account chat.AccountID, id chat.OperatorID) (chat.Operator, error)
	Session(ctx context.Context, hash string) (chat.Session, error)
	TouchSession(ctx context.Context, hash string, lastSeen, expires time.Time) error
}

// Caller is who makes a request.
type Caller struct {
	Session  chat.Session
	Operator chat.Operator
	Account  chat.Account
}

// May reports whether the caller's role includes a permission.
func (c Caller) May(p permission.Permission) bool { return permission.Has(c.Operator.Role, p) }

// Scope is what the caller sees of the account.
func (c Caller) Scope() permission.Scope { return permission.ScopeOf(c.Operator) }

// authorize authenticates the caller and checks the route's permission.
func (s *Server) authorize(ctx context.Context, c *Call, r Route) error {
	token, byCookie := auth.TokenFromHeader(c.Header.Get("Authorization")), false
	if token == "" {
		token = auth.TokenFromCookies(c.Cookies)
		byCookie = token != ""
	}
	if c.Mutates() && (byCookie || token == "") {
		if err := s.checkOrigin(c.Request, byCookie && r.Access != Public); err != nil {
			return err
		}
	}
	if r.Access == Public {
		return nil
	}
	if token == "" {
		return fault.New(fault.Unauthenticated, "sign in first")
	}
	var err error
	if c.Caller, err = s.authenticate(ctx, auth.Hash(token)); err != nil {
		return err
	}
	if r.Access != SignedIn && !c.May(permission.Permission(r.Access)) {
		return fault.New(fault.Forbidden, "your role does not allow this")
	}
	return nil
}

// checkOrigin answers Forbidden for a request that a page of another origin makes a browser send. Browsers send the Origin of every
// request that changes something; it must be the console's or the host that the request was sent to.
func (s *Server) checkOrigin(r *httpapi.Request, needed bool) error {
	origin := r.Header.Get("Origin")
	switch {
	case origin == "" && !needed, origin == s.origin:
		return nil
	case r.Host != "" && (origin == "https://"+r.Host || !s.secure && origin == "http://"+r.Host):
		return nil
	}
	return fault.New(fault.Forbidden, "request from another origin").WithReason("origin")
}

// touchEvery is the precision of a session's time of last use.
const touchEvery = 5 * time.Minute

// authenticate finds the session of a token's hash, its operator and account.
func (s *Server) authenticate(ctx context.Context, hash string) (Caller, error) {
	if cached, ok := s.callers.get(hash); ok {
		return cached, nil
	}
	ended := fault.New(fault.Unauthenticated, "session expired, sign in again")
	session, err := s.Store.Session(ctx, hash)
	if fault.Is(err, fault.NotFound) {
		return Caller{}, ended
	}
	if err != nil {
		return Caller{}, fmt.Errorf("read the session: %w", err)
	}
	now := s.Wall()
	if session.OperatorID == "" || !now.Before(session.ExpiresAt) { // a session without an operator is a visitor's
		return Caller{}, ended
	}
	found := Caller{Session: session}
	found.Operator, err = s.Store.Operator(ctx, session.AccountID, session.OperatorID)
	if fault.Is(err, fault.NotFound) || err == nil && !found.Operator.Active {
		return Caller{}, ended
	}
	if err != nil {
		return Caller{}, fmt.Errorf("read operator %s: %w", session.OperatorID, err)
	}
	if found.Account, err = s.Store.Account(ctx, session.AccountID); err != nil {
		return Caller{}, fmt.Errorf("read account %s: %w", session.AccountID, err)
	}
	if now.Sub(session.LastSeenAt) >= touchEvery {
		if err := s.Store.TouchSession(ctx, hash, now, session.ExpiresAt); err != nil && !fault.Is(err, fault.NotFound) {
			return Caller{}, fmt.Errorf("record the session's use: %w", err)
		}
	}
	s.callers.put(hash, found)
	return found, nil
}

const (
	// CallerMaxAge is how long a process may still take a caller for what they were before another process changed them.
	CallerMaxAge = 5 * time.Second
	callersMax   = 1000
)

// callerCache saves a warm process three reads per request. A change of a caller in this process empties it; other processes see the
// change after CallerMaxAge at the latest.
type callerCache struct {
	wall   func() time.Time
	mu     sync.Mutex
	cached map[string]cachedCaller
}

type cachedCaller struct {
	Caller
	until time.Time
}

func (c *callerCache) get(hash string) (Caller, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cached, ok := c.cached[hash]
	return cached.Caller, ok && c.wall().Before(cached.until)
}

func (c *callerCache) put(hash string, found Caller) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cached == nil || len(c.cached) >= callersMax {
		c.cached = map[string]cachedCaller{}
	}
	c.cached[hash] = cachedCaller{Caller: found, until: c.wall().Add(CallerMaxAge)}
}

func (c *callerCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.cached)
}

// Forget empties the cache of callers. Whatever changes sessions, operators or the account calls it.
func (s *Server) Forget() { s.callers.forget() }
