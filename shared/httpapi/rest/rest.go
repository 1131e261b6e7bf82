// Package rest is what the console's REST functions have in common: one table of routes with the permission that each requires, the
// caller's session, idempotency keys, and one log line for each request.
//
// A function makes a Server, lets its packages make their routes with it, and mounts them. Every request passes authentication, the
// route's permission and one handler. The log line names the route's pattern, never the path. Ids of another account answer
// not_found. The package may import chat, fault, auth, secret, cursor, httpapi, wire and rules/permission.
package rest

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/cursor"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/secret"
)

// Store is what a Server reads and writes itself.
type Store interface {
	answerStore
	callerStore
}

// Keys reads secrets by the names of their parameters. A list of keys that sign: the first signs, all verify.
type Keys interface {
	List(ctx context.Context, name string) ([]string, error)
}

// Deps are what a Server is made of; all are needed.
type Deps struct {
	Store          Store
	Keys           Keys
	SigningKeyName string
	// OriginSecretName names the parameter with the secret that CloudFront adds to requests. Without a value no request is taken to
	// come through CloudFront.
	OriginSecretName string
	PublicURL        string           // origin of the console, and of the socket below /socket
	Now              func() time.Time // the clock of rules and stored times
	Wall             func() time.Time // the clock of sessions, tickets, links and limits
	Log              *slog.Logger
}

// Server answers requests by a table of routes.
type Server struct {
	Deps
	Cursors cursor.Signer
	origin  string
	secure  bool
	callers callerCache
	router  *httpapi.Router[Route]
}

// New makes a Server without routes, or names what is missing.
func New(deps Deps) (*Server, error) {
	for name, missing := range map[string]bool{
		"store": deps.Store == nil, "keys": deps.Keys == nil, "signing key name": deps.SigningKeyName == "",
		"origin secret name": deps.OriginSecretName == "", "clock": deps.Now == nil, "wall clock": deps.Wall == nil, "log": deps.Log == nil,
	} {
		if missing {
			return nil, fmt.Errorf("rest: no %s", name)
		}
	}
	console, err := url.Parse(deps.PublicURL)
	if err != nil || console.Scheme == "" || console.Host == "" {
		return nil, fmt.Errorf("rest: the public URL %q is no origin", deps.PublicURL)
	}
	deps.PublicURL = strings.TrimSuffix(deps.PublicURL, "/")
	s := &Server{Deps: deps, origin: console.Scheme + "://" + console.Host, secure: console.Scheme == "https"}
	s.Cursors = cursor.New(s.SigningKeys)
	s.callers.wall = deps.Wall
	return s, nil
}

// Mount sets the routes. Two for the same method and pattern are an error.
func (s *Server) Mount(routes ...Route) (err error) {
	s.router, err = httpapi.NewRouter(routes, func(r Route) (string, string) { return r.Method, r.Pattern })
	if err != nil {
		return fmt.Errorf("rest: %w", err)
	}
	return nil
}

// Secure reports whether browsers come over https.
func (s *Server) Secure() bool { return s.secure }

// SigningKeys reads the signing keys: the first signs, all verify.
func (s *Server) SigningKeys(ctx context.Context) ([]string, error) {
	return secret.Required(ctx, s.Keys, s.SigningKeyName)
}

// Handle answers one request. It never returns an error: a failure is an answer too.
func (s *Server) Handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	return httpapi.Edge{Log: s.Log, Wall: s.Wall, Secure: s.secure}.Serve(ctx, event, s.answer), nil
}

// Call is one request with its caller.
type Call struct {
	*httpapi.Request
	Caller
	digest string // of the body, when the request carries an Idempotency-Key
}

// Actor is the caller as the use cases know them.
func (c *Call) Actor() chat.Actor {
	return chat.Actor{Operator: c.Operator, RequestID: c.ID, IP: c.IP, UserAgent: c.UserAgent}
}

// Activity is the activity log's line for a change that the caller makes.
func (s *Server) Activity(c *Call, action, target string) *chat.Activity {
	return &chat.Activity{
		AccountID: c.Account.ID, RequestID: c.ID, At: s.Now(), Actor: c.Actor().Author(),
		Action: action, Target: target, IP: c.IP, UserAgent: c.UserAgent,
	}
}

// viewer is the address that a request comes from.
func (s *Server) viewer(ctx context.Context, r *httpapi.Request) string {
	ip, err := httpapi.Viewer(ctx, r, func(ctx context.Context) ([]string, error) { return s.Keys.List(ctx, s.OriginSecretName) })
	if err != nil {
		s.Log.LogAttrs(ctx, slog.LevelWarn, "the origin's secret cannot be read", slog.String("reason", fault.Reason(err)))
	}
	return ip
}

func (s *Server) answer(ctx context.Context, r *httpapi.Request, line *httpapi.Line) (httpapi.Response, error) {
	r.IP = s.viewer(ctx, r)
	route, params, found := s.router.Match(r.Method, r.Path)
	if !found {
		return httpapi.Response{}, fault.New(fault.NotFound, "route not found")
	}
	r.SetParams(params)
	line.Route = route.Pattern
	c := &Call{Request: r}
	defer func() {
		if c.Operator.ID != "" {
			line.Caller = []slog.Attr{slog.String("account_id", string(c.Account.ID)), slog.String("operator_id", string(c.Operator.ID))}
		}
	}()
	if err := s.authorize(ctx, c, route); err != nil {
		return httpapi.Response{}, err
	}
	if route.Creates {
		return s.once(ctx, c, route)
	}
	return route.Handle(ctx, c)
}
