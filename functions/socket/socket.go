// Package socket handles the browsers' WebSocket: $connect, $disconnect, and ephemeral messages.
//
// A browser connects with a single-use ticket. Its messages are ephemeral (ping, viewing, typing), so the function notifies the others
// directly; everything that must not be lost goes through the REST API. Invalid input is never reported as a server error, and no log
// line repeats it.
package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/limit"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/push"
	"github.com/recado-chat/recado/shared/push/audience"
	"github.com/recado-chat/recado/shared/queue"
	"github.com/recado-chat/recado/shared/wire"
)

type store interface {
	audience.Store
	// TakeTicket returns NotFound for a ticket that is used, expired or unknown.
	TakeTicket(ctx context.Context, hash string, now time.Time) (chat.Ticket, error)
	// PutConnection returns NotFound when the connection's session has ended.
	PutConnection(ctx context.Context, c chat.Connection) error
	// Connection and SetViewing return NotFound for an unknown connection.
	Connection(ctx context.Context, id string) (chat.Connection, error)
	SetViewing(ctx context.Context, c chat.Connection) error
	// Identity returns NotFound for a visitor who has not written yet.
	Identity(ctx context.Context, account chat.AccountID, channel chat.ChannelID, addresses []string) (chat.Identity, []string, error)
	Conversation(ctx context.Context, account chat.AccountID, id chat.ConversationID) (chat.Conversation, error)
}

type poster interface {
	audience.Poster
	Post(ctx context.Context, connection string, frame []byte) error
	Hangup(ctx context.Context, connection string) error
}

type sender interface {
	Send(ctx context.Context, out ...queue.Message) error
}

// Handler serves all routes of the socket API.
type Handler struct {
	store  store
	poster poster
	sender sender // the queue of send, which reports typing to providers
	// capabilities returns the capabilities of a channel type.
	capabilities func(chat.ChannelType) (channel.Capabilities, bool)
	rooms        *audience.Broadcaster
	limits       *limit.Limiter
	now          func() time.Time // the wall clock, for tickets and connections
	log          *slog.Logger
	typed        typed
	refused      refused
}

// New returns an error when a dependency is missing.
func New(store store, poster poster, sender sender, capabilities func(chat.ChannelType) (channel.Capabilities, bool), limits *limit.Limiter, now func() time.Time, log *slog.Logger) (*Handler, error) {
	if store == nil || poster == nil || sender == nil || capabilities == nil || limits == nil || now == nil || log == nil {
		return nil, errors.New("socket: store, poster, sender, capabilities, limits, clock and logger are required")
	}
	rooms, err := audience.New(store, poster, now, log)
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	return &Handler{store: store, poster: poster, sender: sender, capabilities: capabilities, rooms: rooms, limits: limits, now: now, log: log}, nil
}

// Handle handles one event of a connection.
func (h *Handler) Handle(ctx context.Context, event events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
	started := h.now()
	ctx = obs.With(ctx, slog.String("connection_id", event.RequestContext.ConnectionID))
	operation, err := h.route(ctx, event)
	status := statusOf(err)
	attrs := []slog.Attr{
		slog.String("operation", operation), slog.Int("status", status), slog.Duration("duration", h.now().Sub(started)),
	}
	level := slog.LevelInfo
	if err != nil {
		attrs = append(attrs, slog.String("reason", fault.Reason(err)))
	}
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	h.log.LogAttrs(ctx, level, "socket", attrs...)
	answer := events.APIGatewayProxyResponse{StatusCode: status}
	if status == http.StatusTooManyRequests {
		answer.Headers = map[string]string{"Retry-After": strconv.Itoa(fault.As(err).RetrySeconds())}
	}
	return answer, nil
}

func (h *Handler) route(ctx context.Context, event events.APIGatewayWebsocketProxyRequest) (operation string, err error) {
	id := event.RequestContext.ConnectionID
	switch event.RequestContext.RouteKey {
	case "$connect":
		return "connect", h.connect(ctx, id, event.QueryStringParameters["ticket"])
	case "$disconnect":
		return "disconnect", h.disconnect(ctx, id)
	}
	if err := h.mayTalk(ctx, id); err != nil {
		return "frame", err
	}
	action, err := decode(event)
	if err != nil {
		return "undecodable", err
	}
	return string(action.Action), h.act(ctx, id, action)
}

func statusOf(err error) int {
	if err == nil {
		return http.StatusOK
	}
	switch fault.As(err).Code {
	case fault.Invalid, fault.TooLarge, fault.Conflict:
		return http.StatusBadRequest
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden, fault.NotFound:
		return http.StatusNotFound
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Internal:
		return http.StatusInternalServerError
	}
	return http.StatusInternalServerError
}

// maxTicket is the maximum length of a ticket in bytes, above that of every ticket we create.
const maxTicket = 256

func (h *Handler) connect(ctx context.Context, id, token string) error {
	if token == "" || len(token) > maxTicket {
		return fault.New(fault.Unauthenticated, "ticket required").WithReason("no_ticket")
	}
	ticket, err := h.store.TakeTicket(ctx, auth.Hash(token), h.now())
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Unauthenticated, "ticket expired or already used").WithReason("no_ticket")
	}
	if err != nil {
		return fmt.Errorf("redeem the ticket: %w", err)
	}
	came := chat.Connection{
		ID: id, AccountID: ticket.AccountID, OperatorID: ticket.OperatorID, Visitor: ticket.Visitor, Address: ticket.Address,
		Session: ticket.Session, ExpiresAt: h.now().Add(audience.Lifetime),
	}
	if err := h.mayConnect(ctx, came); err != nil {
		return err
	}
	err = h.store.PutConnection(ctx, came)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Unauthenticated, "session expired").WithReason("no_session")
	}
	if err != nil {
		return fmt.Errorf("store the connection: %w", err)
	}
	if came.Visitor.ID != "" {
		return nil
	}
	h.arrive(ctx, came)
	return nil
}

// arrive notifies the others if this is the operator's only connection. A failure to find out is logged, and does not refuse the
// connection.
func (h *Handler) arrive(ctx context.Context, came chat.Connection) {
	own, err := h.rooms.OfOperator(ctx, came.AccountID, came.OperatorID)
	if err != nil {
		h.log.WarnContext(ctx, "presence was not sent", slog.Any("error", err))
		return
	}
	if len(own.Without(came.ID).Connections) > 0 {
		return
	}
	others, err := h.others(ctx, came)
	if err != nil {
		return
	}
	items := audience.Items{}
	h.rooms.AddPresence(ctx, items, others, came.OperatorID, true)
	h.rooms.Broadcast(ctx, others, items)
}

func (h *Handler) disconnect(ctx context.Context, id string) error {
	left, err := h.store.DeleteConnection(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return nil // the connection was deleted before
	}
	if err != nil {
		return fmt.Errorf("delete the connection: %w", err)
	}
	if left.Visitor.ID != "" {
		return nil
	}
	h.rooms.Depart(ctx, left.AccountID, left)
	return nil
}

// others returns the account's other connections that somebody looks at. A failure to read them is logged, and refuses nothing.
func (h *Handler) others(ctx context.Context, one chat.Connection) (audience.Audience, error) {
	all, err := h.rooms.Watching(ctx, one.AccountID)
	if err != nil {
		h.log.WarnContext(ctx, "presence was not sent", slog.Any("error", err))
		return audience.Audience{}, err
	}
	return all.Without(one.ID), nil
}

// conversationOf validates the conversation id from the browser before it is used in a key.
func conversationOf(a wire.Action) (chat.ConversationID, error) {
	if a.ConversationID == nil || *a.ConversationID == "" {
		return "", nil
	}
	for _, r := range *a.ConversationID {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') {
			return "", fault.New(fault.Invalid, "invalid conversation id").WithField("conversationId")
		}
	}
	if len(*a.ConversationID) > 26 {
		return "", fault.New(fault.Invalid, "invalid conversation id").WithField("conversationId")
	}
	return chat.ConversationID(*a.ConversationID), nil
}

// decode returns an action with a known name, so the name may be logged.
func decode(event events.APIGatewayWebsocketProxyRequest) (wire.Action, error) {
	var a wire.Action
	if event.IsBase64Encoded {
		return a, fault.New(fault.Invalid, "text frame required").WithReason("undecodable")
	}
	if err := json.Unmarshal([]byte(event.Body), &a); err != nil {
		return a, fault.New(fault.Invalid, "invalid action").WithReason("undecodable")
	}
	switch a.Action {
	case wire.ActionPing, wire.ActionView, wire.ActionTyping:
		return a, nil
	}
	return a, fault.New(fault.Invalid, "invalid action").WithReason("unknown_action")
}

// act performs a browser's action. An unknown connection would miss every push, so it is closed; the browser reconnects with a new
// ticket.
func (h *Handler) act(ctx context.Context, id string, a wire.Action) error {
	me, err := h.store.Connection(ctx, id)
	if err == nil && !h.now().Before(me.ExpiresAt) {
		err = fault.New(fault.NotFound, "connection expired")
	}
	if fault.Is(err, fault.NotFound) {
		if closeErr := h.poster.Hangup(ctx, id); closeErr != nil && !errors.Is(closeErr, push.ErrGone) {
			h.log.WarnContext(ctx, "closing an unknown connection failed", slog.Any("error", closeErr))
		}
		return fault.New(fault.NotFound, "unknown connection").WithReason("unknown_connection")
	}
	if err != nil {
		return fmt.Errorf("read the connection: %w", err)
	}
	if me.Visitor.ID != "" {
		return h.actVisitor(ctx, me, a)
	}
	conversation, err := conversationOf(a)
	if err != nil {
		return err
	}
	switch a.Action {
	case wire.ActionView:
		return h.view(ctx, me, conversation, a.Hidden, a.Own)
	case wire.ActionTyping:
		return h.typing(ctx, me, conversation, a.On)
	case wire.ActionPing:
	}
	return h.pong(ctx, me)
}
