// Package webhook takes what providers post: it proves the sender by the signature over the raw bytes, splits the body into
// items, and puts each on the inbound queue. It touches no table and calls no provider.
//
// What is signed right is never refused and never lost: a body that nobody understands goes on as one item, which ingest
// buries with its reason.
package webhook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/queue"
)

// maxBody is the largest body that WhatsApp announces, 3 MB, read as mebibytes so that nothing announced is refused.
const maxBody = 3 << 20

// inlineBody is how much of a body travels in a queue message; larger ones lie in the inbound bucket.
const inlineBody = 200 << 10

type channels interface {
	Webhook(segment string) (channel.Adapter, bool)
}

type sender interface {
	Send(ctx context.Context, out ...queue.Message) error
}

type bodies interface {
	Put(ctx context.Context, key, mimeType string, body io.Reader, size int64) error
}

type secrets interface {
	List(ctx context.Context, name string) ([]string, error)
}

// Deps are what the handler works with; all are needed.
type Deps struct {
	Channels     channels
	Ingest       sender
	Bodies       bodies
	Secrets      secrets
	AppSecret    string // the parameter that lists the accepted app secrets
	VerifyTokens string // the parameter that lists the accepted verify tokens
	Now          func() time.Time
	Log          *slog.Logger
}

// Handler answers the providers.
type Handler struct{ Deps }

// New checks the dependencies.
func New(d Deps) (*Handler, error) {
	if d.Channels == nil || d.Ingest == nil || d.Bodies == nil || d.Secrets == nil || d.AppSecret == "" || d.VerifyTokens == "" || d.Now == nil || d.Log == nil {
		return nil, errors.New("webhook: channels, a queue, a bucket, secrets with their names, a clock and a logger are needed")
	}
	return &Handler{d}, nil
}

// Handle answers one request. Every answer is a status the provider understands; it never returns an error.
func (h *Handler) Handle(ctx context.Context, r lambdaevents.APIGatewayV2HTTPRequest) (lambdaevents.APIGatewayV2HTTPResponse, error) {
	provider := r.PathParameters["provider"]
	body, err := h.answer(ctx, provider, r)
	status := http.StatusOK
	if err != nil {
		status, body = statusOf(err), ""
		// What was taken has its line in the gateway's access log, and each of its items one in ingest's.
		h.Log.LogAttrs(ctx, level(status), "webhook", slog.String("provider", known(h.Channels, provider)),
			slog.String("method", r.RequestContext.HTTP.Method), slog.Int("status", status), slog.String("reason", fault.Reason(err)))
	}
	return lambdaevents.APIGatewayV2HTTPResponse{
		StatusCode: status,
		Headers:    map[string]string{"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"},
		Body:       body,
	}, nil
}

// known keeps made-up paths out of the log.
func known(channels channels, provider string) string {
	if _, ok := channels.Webhook(provider); ok {
		return provider
	}
	return "unknown"
}

func level(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelError
	}
	return slog.LevelInfo
}

// statusOf keeps to what providers act on. Only a queue or a parameter store that does not answer gives a 503: the provider
// tries again then.
func statusOf(err error) int {
	switch fault.As(err).Code {
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Conflict, fault.RateLimited, fault.Unavailable, fault.Internal:
		return http.StatusServiceUnavailable
	}
	return http.StatusServiceUnavailable
}

func (h *Handler) answer(ctx context.Context, provider string, r lambdaevents.APIGatewayV2HTTPRequest) (string, error) {
	adapter, ok := h.Channels.Webhook(provider)
	if !ok {
		return "", fault.New(fault.NotFound, "no such provider")
	}
	if r.RequestContext.HTTP.Method == http.MethodGet {
		return h.handshake(ctx, adapter, r)
	}
	body, err := rawBody(r)
	if err != nil {
		return "", err
	}
	accepted, err := h.Secrets.List(ctx, h.AppSecret)
	if err != nil {
		return "", fmt.Errorf("read the app secrets: %w", err)
	}
	if err := adapter.Verify(httpHeader(r.Headers), body, accepted); err != nil {
		return "", err
	}
	return "", h.accept(ctx, provider, adapter, body)
}

func (h *Handler) handshake(ctx context.Context, adapter channel.Adapter, r lambdaevents.APIGatewayV2HTTPRequest) (string, error) {
	query, err := url.ParseQuery(r.RawQueryString)
	if err != nil {
		return "", fault.New(fault.Forbidden, "the query cannot be read").WithCause(err)
	}
	tokens, err := h.Secrets.List(ctx, h.VerifyTokens)
	if err != nil {
		return "", fmt.Errorf("read the verify tokens: %w", err)
	}
	return adapter.Handshake(query, tokens)
}

// accept puts a proven body on the queue, item by item.
func (h *Handler) accept(ctx context.Context, provider string, adapter channel.Adapter, body []byte) error {
	now := h.Now()
	items, err := adapter.Split(body)
	if err != nil {
		sum := sha256.Sum256(body)
		items = []channel.Item{{ID: hex.EncodeToString(sum[:]), Kind: undecodable, State: fault.Reason(err), Body: body}}
	}
	out := make([]queue.Message, 0, len(items))
	for i, item := range items {
		// A microsecond apart: a person's messages of one body keep their order, though the provider's time has no finer grain.
		o, err := h.wrap(ctx, provider, item, now.Add(time.Duration(i)*time.Microsecond))
		if err != nil {
			return err
		}
		out = append(out, o)
	}
	return h.Ingest.Send(ctx, out...)
}

// undecodable is the kind of a body that could not be split; its state is the reason.
const undecodable chat.InboundKind = "undecodable"

func (h *Handler) wrap(ctx context.Context, provider string, item channel.Item, now time.Time) (queue.Message, error) {
	signal := events.InboundReceived{
		Provider: provider, Asset: item.Asset, ItemID: item.ID, Kind: string(item.Kind), State: item.State, ReceivedAt: now,
	}
	switch {
	case len(item.Body) > inlineBody:
		signal.BodyKey = "inbound/" + queue.InboundID(signal)
		if err := h.Bodies.Put(ctx, signal.BodyKey, "application/octet-stream", bytes.NewReader(item.Body), int64(len(item.Body))); err != nil {
			return queue.Message{}, fmt.Errorf("keep a large body: %w", err)
		}
	case item.Kind == undecodable:
		signal.Raw = item.Body
	default:
		signal.Body = item.Body
	}
	return queue.Inbound(signal, item.Group)
}

// rawBody gives the bytes as the provider signed them.
func rawBody(r lambdaevents.APIGatewayV2HTTPRequest) ([]byte, error) {
	body := []byte(r.Body)
	if r.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(r.Body)
		if err != nil {
			return nil, fault.New(fault.Invalid, "the body is not base64").WithCause(err)
		}
		body = decoded
	}
	if len(body) > maxBody {
		return nil, fault.New(fault.TooLarge, "the body is larger than %d bytes", maxBody)
	}
	return body, nil
}

func httpHeader(headers map[string]string) http.Header {
	h := make(http.Header, len(headers))
	for name, value := range headers {
		h.Set(name, value)
	}
	return h
}
