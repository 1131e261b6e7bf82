// Package widget is the API of visitors' browsers under /widget/v1.
//
// A visitor's session is bound to one site and to the origin of the page that shows the chat, and gives access to that visitor's messages
// only. A visitor's message goes to the inbound queue like any provider's item; the function itself writes only sessions and tickets. The
// chat document lists the site's origins in its frame policy, so that browsers refuse it in any other page.
package widget

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/channel/webchat"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/cursor"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/upload"
	"github.com/recado-chat/recado/shared/limit"
	"github.com/recado-chat/recado/shared/queue"
	"github.com/recado-chat/recado/shared/wire"
)

// Store is the data layer that the visitors' API needs.
type Store interface {
	Account(ctx context.Context, id chat.AccountID) (chat.Account, error)
	Operators(ctx context.Context, account chat.AccountID) ([]chat.Operator, error)
	Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error)
	ChannelByAsset(ctx context.Context, t chat.ChannelType, externalID string) (chat.Channel, error)
	PutSession(ctx context.Context, s chat.Session) error
	Session(ctx context.Context, hash string) (chat.Session, error)
	TouchSession(ctx context.Context, hash string, lastSeen, expires time.Time) error
	PutTicket(ctx context.Context, t chat.Ticket) error
	Identity(ctx context.Context, account chat.AccountID, channel chat.ChannelID, addresses []string) (chat.Identity, []string, error)
	Conversation(ctx context.Context, account chat.AccountID, id chat.ConversationID) (chat.Conversation, error)
	ContactConversations(ctx context.Context, account chat.AccountID, contact chat.ContactID, p chat.PageRequest) (chat.Page[chat.Conversation], error)
	Message(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, id chat.MessageID) (chat.Message, error)
	Messages(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, p chat.PageRequest) (chat.Page[chat.Message], error)
}

// Files is the bucket of message files.
type Files interface {
	upload.Files
	PresignGet(ctx context.Context, key, name, mime string, inline bool, expires time.Duration) (string, error)
}

type sender interface {
	Send(ctx context.Context, out ...queue.Message) error
}

type lister interface {
	List(ctx context.Context, name string) ([]string, error)
}

// Deps are the handler's dependencies; all are required.
type Deps struct {
	Store            Store
	Files            Files
	Inbound          sender
	Chat             *webchat.Adapter
	Secrets          lister
	SigningKeyName   string
	OriginSecretName string
	PublicURL        string // origin of the console, the widget and the socket
	Limits           *limit.Limiter
	Now              func() time.Time // clock of stored times
	Wall             func() time.Time // clock of sessions, tickets, links and limits
	Log              *slog.Logger
}

// Handler handles requests of visitors' browsers.
type Handler struct {
	Deps
	router    *httpapi.Router[route]
	cursors   cursor.Signer
	callers   *cache.Cache[string, caller] // by the hash of their token
	operators *cache.Cache[chat.AccountID, []chat.Operator]
	talks     *cache.Cache[limit.Visitor, struct{}] // visitors who have an open conversation, or may open one
	console   string                                // the console's origin, as webchat.Origin writes it
	secure    bool
}

const (
	callerKept    = 5 * time.Second
	callersMax    = 5000
	operatorsKept = 15 * time.Second
	operatorsMax  = 500
	talkKept      = time.Minute
	talksMax      = 5000
)

// New checks the dependencies and names a missing one.
func New(deps Deps) (*Handler, error) {
	for name, missing := range map[string]bool{
		"store": deps.Store == nil, "files": deps.Files == nil, "inbound queue": deps.Inbound == nil, "channel": deps.Chat == nil,
		"secrets": deps.Secrets == nil, "signing key name": deps.SigningKeyName == "", "origin secret name": deps.OriginSecretName == "",
		"public URL": deps.PublicURL == "", "limits": deps.Limits == nil, "clock": deps.Now == nil, "wall clock": deps.Wall == nil, "log": deps.Log == nil,
	} {
		if missing {
			return nil, fmt.Errorf("widget: no %s", name)
		}
	}
	h := &Handler{Deps: deps, secure: secure(deps.PublicURL)}
	h.cursors = cursor.New(h.signingKeys)
	h.callers = cache.New(callerKept, callersMax, deps.Wall, h.readCaller)
	h.operators = cache.New(operatorsKept, operatorsMax, deps.Wall, deps.Store.Operators)
	h.talks = cache.New(talkKept, talksMax, deps.Wall, h.talk)
	var err error
	if h.console, err = webchat.Origin(deps.PublicURL); err != nil {
		return nil, fmt.Errorf("widget: the public URL: %w", err)
	}
	h.router, err = httpapi.NewRouter(h.routes(), func(r route) (string, string) { return r.method, r.pattern })
	if err != nil {
		return nil, fmt.Errorf("widget: %w", err)
	}
	return h, nil
}

// call is one request and the visitor who makes it, if the route requires one.
type call struct {
	*httpapi.Request
	caller
}

// caller is a visitor and their site.
type caller struct {
	session chat.Session
	channel chat.Channel
}

func (c caller) visitor() chat.VisitorID { return c.session.Visitor.ID }

// counted is whom the call is counted for, as far as it is known.
func (c *call) counted() limit.Visitor {
	return limit.Visitor{ID: string(c.visitor()), Address: httpapi.Place(c.IP), Site: string(c.channel.ID), Account: string(c.session.AccountID)}
}

// route is one entry of the table.
type route struct {
	method  string
	pattern string
	public  bool // needs no session
	action  limit.Action
	handle  func(context.Context, *call) (httpapi.Response, error)
	status  int    // of a successful response
	summary string // for the published document
	body    any    // zero value of the body's type in package wire; nil = none
	answer  any    // zero value of the response's type in package wire; nil = none
	query   any    // zero value of the type in package wire whose fields are the query parameters; nil = none
}

func (h *Handler) routes() []route {
	return []route{
		{
			method: http.MethodGet, pattern: "/widget/v1/frame", public: true, action: limit.Document, handle: h.frame,
			status: http.StatusOK, summary: "The document that shows the chat in a site's page", query: wire.VisitorFrameQuery{},
		},
		{
			method: http.MethodGet, pattern: "/widget/v1/pictures/{account}/{name}", public: true, action: limit.Document, handle: h.picture,
			status: http.StatusFound, summary: "Redirect to an operator's picture",
		},
		{
			method: http.MethodPost, pattern: "/widget/v1/sessions", public: true, action: limit.Session, handle: h.createSession,
			status: http.StatusCreated, summary: "Begin or resume a visitor's session", body: wire.NewVisitorSession{}, answer: wire.VisitorSession{},
		},
		{
			method: http.MethodGet, pattern: "/widget/v1/messages", action: limit.Read, handle: h.listMessages,
			status: http.StatusOK, summary: "The visitor's messages, the newest page first", answer: wire.List[wire.VisitorMessage]{}, query: wire.VisitorMessagesQuery{},
		},
		{
			method: http.MethodPost, pattern: "/widget/v1/messages", action: limit.Message, handle: h.postMessage,
			status: http.StatusAccepted, summary: "Write a message", body: wire.NewVisitorMessage{}, answer: wire.VisitorMessageAccepted{},
		},
		{
			method: http.MethodPost, pattern: "/widget/v1/receipts", action: limit.Read, handle: h.postReceipts,
			status: http.StatusAccepted, summary: "Report messages as delivered or read", body: wire.VisitorReceipts{}, answer: wire.Empty{},
		},
		{
			method: http.MethodPost, pattern: "/widget/v1/uploads", action: limit.Upload, handle: h.createUpload,
			status: http.StatusCreated, summary: "Announce a file", body: wire.NewVisitorUpload{}, answer: wire.Upload{},
		},
		{
			method: http.MethodGet, pattern: "/widget/v1/files", action: limit.Read, handle: h.getFile,
			status: http.StatusOK, summary: "A link to a file of a message", answer: wire.FileLink{}, query: wire.VisitorFileQuery{},
		},
		{
			method: http.MethodPost, pattern: "/widget/v1/socket-tickets", action: limit.Connect, handle: h.createSocketTicket,
			status: http.StatusCreated, summary: "Open one socket", answer: wire.SocketTicket{},
		},
	}
}

// Handle handles one request. It never returns an error: every failure is a response.
func (h *Handler) Handle(ctx context.Context, event lambdaevents.APIGatewayV2HTTPRequest) (lambdaevents.APIGatewayV2HTTPResponse, error) {
	return httpapi.Edge{Log: h.Log, Wall: h.Wall, Secure: h.secure}.Serve(ctx, event, h.answer), nil
}

// answer finds the route, authenticates the caller and runs the operation.
func (h *Handler) answer(ctx context.Context, r *httpapi.Request, line *httpapi.Line) (httpapi.Response, error) {
	route, params, ok := h.router.Match(r.Method, r.Path)
	if !ok {
		return httpapi.Response{}, fault.New(fault.NotFound, "route not found")
	}
	r.SetParams(params)
	line.Route = route.pattern
	c := &call{Request: r}
	defer func() {
		if c.session.AccountID != "" {
			line.Caller = append(line.Caller, slog.String("account_id", string(c.session.AccountID)))
		}
		if c.visitor() != "" {
			line.Caller = append(line.Caller, slog.String("visitor_id", string(c.visitor())))
		}
	}()
	if err := h.admit(ctx, c, route); err != nil {
		return httpapi.Response{}, err
	}
	return route.handle(ctx, c)
}

// admit authenticates the caller and applies the limits: by address before the token is looked up, so that guessing tokens is limited, and
// then by the visitor, the address, the site and the account.
func (h *Handler) admit(ctx context.Context, c *call, r route) error {
	ip, err := httpapi.Viewer(ctx, c.Request, func(ctx context.Context) ([]string, error) { return h.Secrets.List(ctx, h.OriginSecretName) })
	if err != nil {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "reading the origin secret failed", slog.String("reason", fault.Reason(err)))
	}
	c.IP = ip
	if err := h.Limits.Take(ctx, limit.Request.Of(c.counted())...); err != nil {
		return err
	}
	if !r.public {
		token := auth.TokenFromHeader(c.Header.Get("Authorization"))
		if token == "" {
			return over()
		}
		if c.caller, err = h.callers.Get(ctx, auth.Hash(token)); err != nil {
			return err
		}
	}
	return h.Limits.Take(ctx, r.action.Of(c.counted())...)
}

// over is the error for an expired session; the browser starts a new one.
func over() error { return fault.New(fault.Unauthenticated, "session expired") }

const (
	sessionLasts = 180 * 24 * time.Hour // since the last use
	touchEvery   = 24 * time.Hour
)

// readCaller returns the session of a token's hash and its site. The sessions of a deleted site are invalid.
func (h *Handler) readCaller(ctx context.Context, hash string) (caller, error) {
	session, err := h.Store.Session(ctx, hash)
	now := h.Wall()
	if fault.Is(err, fault.NotFound) || err == nil && (session.Visitor.ID == "" || !now.Before(session.ExpiresAt)) {
		return caller{}, over()
	}
	if err != nil {
		return caller{}, fmt.Errorf("read the session: %w", err)
	}
	ch, err := h.Store.Channel(ctx, session.AccountID, session.Visitor.ChannelID)
	if fault.Is(err, fault.NotFound) {
		return caller{}, over()
	}
	if err != nil {
		return caller{}, fmt.Errorf("read channel %s: %w", session.Visitor.ChannelID, err)
	}
	if allowed, err := h.allows(ch, session.Visitor.Origin); err != nil || !allowed {
		return caller{}, over()
	}
	if now.Sub(session.LastSeenAt) >= touchEvery {
		err := h.Store.TouchSession(ctx, hash, now, now.Add(sessionLasts))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return caller{}, fmt.Errorf("update the session's last use: %w", err)
		}
		session.LastSeenAt, session.ExpiresAt = now, now.Add(sessionLasts)
	}
	return caller{session: session, channel: ch}, nil
}

func invalid(field, message string, args ...any) error {
	return fault.New(fault.Invalid, message, args...).WithField(field)
}
