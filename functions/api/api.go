// Package api is the REST API of the console and of integrators: everything under /api/v1, and /healthz.
//
// Routes are one table that names for each what it asks of the caller; a request goes through authentication, that permission
// and one verb, and leaves one line in the log, which names the route and never the path. Ids of another account are not there.
// It imports desk and dynamo for what it does, httpapi for how it is said, and declares what else it needs as interfaces.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
)

// Store is the data layer as the API uses it, noun by noun.
type Store interface {
	accountStore
	answerStore
	channelStore
	contactStore
	conversationStore
	hitStore
	messageStore
	operatorStore
	sessionStore
	storeStore
	templateStore
	tokenStore
}

// Desk are the verbs on conversations.
type Desk interface {
	// Conversation answers NotFound for what is not of the account or not for the actor to see; so do all other verbs.
	Conversation(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error)
	Reply(ctx context.Context, actor chat.Actor, id chat.ConversationID, draft desk.Draft) (m chat.Message, created bool, err error)
	Retry(ctx context.Context, actor chat.Actor, id chat.ConversationID, message chat.MessageID) (chat.Message, error)
	Assign(ctx context.Context, actor chat.Actor, id chat.ConversationID, to chat.OperatorID, version int64) (chat.Conversation, error)
	Resolve(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error)
	Reopen(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error)
	SetPending(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error)
	Read(ctx context.Context, actor chat.Actor, id chat.ConversationID, upTo chat.MessageID) (chat.ReadCursor, error)
	Unread(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.ReadCursor, error)
	// SyncTemplates answers Conflict with reason unsupported or no_business_account for a channel that has no templates to read.
	SyncTemplates(ctx context.Context, ch chat.Channel) error
}

// Vault keeps passwords.
type Vault interface {
	// Create answers Conflict with reason "exists" for an address that it knows.
	Create(ctx context.Context, email, password string) (subject string, err error)
	// Check answers Unauthenticated for a wrong password and for an unknown address alike.
	Check(ctx context.Context, email, password string) (subject string, err error)
	SetPassword(ctx context.Context, email, password string) error
}

// Files makes links that let a browser put or read one object.
type Files interface {
	// Head answers NotFound for an object that is not there.
	Head(ctx context.Context, key string) (blob.Info, error)
	PresignPut(ctx context.Context, key, mime string, size int64, expires time.Duration) (url string, headers map[string]string, err error)
	PresignGet(ctx context.Context, key, name, mime string, inline bool, expires time.Duration) (string, error)
}

// Sealer encrypts a channel's credentials.
type Sealer interface {
	SealCredentials(ctx context.Context, account chat.AccountID, credentials chat.Credentials) (chat.Secret, error)
}

// Keys are secrets by the names of their parameters: those that sign what we hand out and take back, of which the first signs and
// all are accepted, and those that CloudFront shows.
type Keys interface {
	List(ctx context.Context, name string) ([]string, error)
}

// Deps are what the API is made of; all are needed.
type Deps struct {
	Store          Store
	Desk           Desk
	Vault          Vault
	Files          Files
	Sealer         Sealer
	Keys           Keys
	SigningKeyName string
	// OriginSecretName names the parameter with what shows that a request came through our distribution. Where nobody has set it,
	// no request did.
	OriginSecretName string
	Channels         channels
	Now              func() time.Time // the clock of rules and stored times
	Wall             func() time.Time // the clock of sessions, tickets, links and limits
	Log              *slog.Logger
	PublicURL        string // origin of the console, and of the socket below /socket
	// ForgotTakes is how long asking for a reset link takes, whether or not the address is known.
	ForgotTakes time.Duration
}

// Handler answers requests.
type Handler struct {
	Deps
	router   *httpapi.Router[route]
	callers  callerCache
	throttle *throttle
	origin   string
	secure   bool
	openAPI  func() ([]byte, error)
}

// New checks the dependencies and names the one that is missing.
func New(deps Deps) (*Handler, error) {
	for name, missing := range map[string]bool{
		"store": deps.Store == nil, "desk": deps.Desk == nil, "vault": deps.Vault == nil, "files": deps.Files == nil,
		"sealer": deps.Sealer == nil, "keys": deps.Keys == nil, "signing key name": deps.SigningKeyName == "",
		"origin secret name": deps.OriginSecretName == "",
		"channels":           deps.Channels == nil, "clock": deps.Now == nil, "wall clock": deps.Wall == nil,
		"log": deps.Log == nil,
	} {
		if missing {
			return nil, fmt.Errorf("api: no %s", name)
		}
	}
	console, err := url.Parse(deps.PublicURL)
	if err != nil || console.Scheme == "" || console.Host == "" {
		return nil, fmt.Errorf("api: the public URL %q is no origin", deps.PublicURL)
	}
	h := &Handler{
		Deps:     deps,
		throttle: newThrottle(deps.Store, deps.Wall),
		origin:   console.Scheme + "://" + console.Host,
		secure:   console.Scheme == "https",
	}
	h.PublicURL = strings.TrimSuffix(deps.PublicURL, "/")
	h.callers.wall = deps.Wall
	h.openAPI = sync.OnceValues(func() ([]byte, error) { return document(h.routes(), h.PublicURL) })
	h.router, err = httpapi.NewRouter(h.routes(), func(r route) (string, string) { return r.method, r.pattern })
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	return h, nil
}

// call is one request with who makes it.
type call struct {
	*httpapi.Request
	caller
	digest string // of the body, when the call carries an Idempotency-Key
}

// actor is the caller as the verbs know them.
func (c *call) actor() chat.Actor {
	return chat.Actor{Operator: c.operator, RequestID: c.ID, IP: c.IP, UserAgent: c.UserAgent}
}

// activity is the line of the log for a change that the caller makes.
func (h *Handler) activity(c *call, action, target string) *chat.Activity {
	return &chat.Activity{
		AccountID: c.account.ID, RequestID: c.ID, At: h.Now(), Actor: c.actor().Author(),
		Action: action, Target: target, IP: c.IP, UserAgent: c.UserAgent,
	}
}

// Handle answers one request. It never fails: what goes wrong is an answer too.
func (h *Handler) Handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	return httpapi.Edge{Log: h.Log, Wall: h.Wall, Secure: h.secure}.Serve(ctx, event, h.answer), nil
}

// viewer is where a request comes from.
func (h *Handler) viewer(ctx context.Context, r *httpapi.Request) string {
	ip, err := httpapi.Viewer(ctx, r, func(ctx context.Context) ([]string, error) { return h.Keys.List(ctx, h.OriginSecretName) })
	if err != nil {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "the origin's secret cannot be read", slog.String("reason", fault.Reason(err)))
	}
	return ip
}

// answer finds the route, lets in who may, and does it.
func (h *Handler) answer(ctx context.Context, r *httpapi.Request, line *httpapi.Line) (httpapi.Response, error) {
	r.IP = h.viewer(ctx, r)
	route, params, ok := h.router.Match(r.Method, r.Path)
	if !ok {
		return httpapi.Response{}, fault.New(fault.NotFound, "there is no such route")
	}
	r.SetParams(params)
	line.Route = route.pattern
	c := &call{Request: r}
	defer func() {
		if c.operator.ID != "" {
			line.Caller = []slog.Attr{slog.String("account_id", string(c.account.ID)), slog.String("operator_id", string(c.operator.ID))}
		}
	}()
	if err := h.admit(ctx, c, route); err != nil {
		return httpapi.Response{}, err
	}
	if route.creates {
		return h.once(ctx, c, route)
	}
	return route.handle(ctx, c)
}

// attempts is how often a change is thought over again when something moved between reading and writing.
const attempts = 5

// versionChanged is the reason of a conflict that reading again resolves.
const versionChanged = "version_changed"

// again runs a change that reads what it writes, until nobody else was faster. It is for calls that carry no version.
func again(change func() error) error {
	var err error
	for range attempts {
		if err = change(); err == nil || fault.As(err).Reason != versionChanged {
			return err
		}
	}
	return err
}

// stale says that the caller changed what they had not seen.
func stale(read, now int64) error {
	if read == now {
		return nil
	}
	if read == 0 {
		return fault.New(fault.Invalid, "the version that was read is needed").WithField("version")
	}
	return fault.New(fault.Conflict, "somebody changed it meanwhile").WithField("version").WithReason(versionChanged)
}
