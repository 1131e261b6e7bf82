// Package webhook receives providers' webhooks: the channel's adapter verifies the sender and splits the body into items, which go to the
// inbound queue. It reads no table and calls no provider. It imports the port and the list of channels.
//
// A verified body is always accepted. One that cannot be split is queued as a single item, which ingest moves to the dead letters with
// its reason.
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
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
)

// maxBody is the maximum size of a body: the largest that a provider documents is 3 MB, read as mebibytes.
const maxBody = 3 << 20

// inlineBody is how much of a body travels in a queue message, in bytes; larger ones go to the inbound bucket.
const inlineBody = 200 << 10

type channels interface {
	Of(t chat.ChannelType) (channel.Adapter, bool)
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

// Deps are the handler's dependencies; all are required.
type Deps struct {
	Channels    channels
	Ingest      sender
	Bodies      bodies
	Secrets     secrets
	SecretNames all.Secrets
	Metrics     *obs.Metrics // knows SignaturesRejected
	Now         func() time.Time
	Log         *slog.Logger
}

// SignaturesRejected counts the requests that are not proved to come from the provider. The log names the provider.
var SignaturesRejected = obs.Counter{Name: "SignaturesRejected", Rare: true}

// Handler handles providers' requests.
type Handler struct{ Deps }

// New checks the dependencies.
func New(d Deps) (*Handler, error) {
	if d.Channels == nil || d.Ingest == nil || d.Bodies == nil || d.Secrets == nil || d.SecretNames == nil || d.Metrics == nil || d.Now == nil || d.Log == nil {
		return nil, errors.New("webhook: channels, queue, bucket, secrets with their names, metrics, clock and logger are required")
	}
	return &Handler{d}, nil
}

// Handle handles one request. It never returns an error; every failure is a status code that the provider understands.
func (h *Handler) Handle(ctx context.Context, r lambdaevents.APIGatewayV2HTTPRequest) (lambdaevents.APIGatewayV2HTTPResponse, error) {
	provider := r.PathParameters["provider"]
	body, mime, err := h.answer(ctx, provider, r)
	status := http.StatusOK
	if err != nil {
		status, body, mime = statusOf(err), "", plainText
		// No log line for an accepted request: the gateway's access log has the request, and ingest logs each item.
		h.Log.LogAttrs(ctx, level(status), "webhook", slog.String("provider", loggedProvider(h.Channels, provider)),
			slog.String("method", r.RequestContext.HTTP.Method), slog.Int("status", status), slog.String("reason", fault.Reason(err)))
	}
	return lambdaevents.APIGatewayV2HTTPResponse{
		StatusCode: status,
		Headers:    map[string]string{"Content-Type": mime, "X-Content-Type-Options": "nosniff"},
		Body:       body,
	}, nil
}

const plainText = "text/plain; charset=utf-8"

// loggedProvider returns the provider's name for the log. Unknown path segments are not logged.
func loggedProvider(channels channels, provider string) string {
	if _, ok := channels.Of(chat.ChannelType(provider)); ok {
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

// statusOf maps a fault to a status that providers act on. Only an unavailable queue or parameter store gives 503, after which the
// provider retries.
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

func (h *Handler) answer(ctx context.Context, provider string, r lambdaevents.APIGatewayV2HTTPRequest) (body, mime string, err error) {
	adapter, _ := h.Channels.Of(chat.ChannelType(provider))
	receiver, receives := adapter.(channel.Receiver)
	if !receives {
		return "", "", fault.New(fault.NotFound, "unknown provider")
	}
	secrets := all.SecretsOf(adapter.Type(), h.SecretNames, func(parameter string) ([]string, error) { return h.Secrets.List(ctx, parameter) })
	if r.RequestContext.HTTP.Method == http.MethodGet {
		body, err = handshake(receiver, secrets, r)
		return body, plainText, err
	}
	raw, err := rawBody(r)
	if err != nil {
		return "", "", err
	}
	request := channel.Request{Asset: r.PathParameters["asset"], Header: httpHeader(r.Headers), Body: raw}
	if err := receiver.Verify(request, secrets); err != nil {
		if fault.Is(err, fault.Unauthenticated) {
			h.Metrics.Count(SignaturesRejected, 1)
		}
		return "", "", err
	}
	if err := h.accept(ctx, provider, receiver, request); err != nil {
		return "", "", err
	}
	if responder, responds := adapter.(channel.Responder); responds {
		if call := responder.Respond(request); call != nil {
			return string(call), "application/json", nil
		}
	}
	return "", plainText, nil
}

func handshake(receiver channel.Receiver, secrets channel.Secrets, r lambdaevents.APIGatewayV2HTTPRequest) (string, error) {
	handshaker, has := receiver.(channel.Handshaker)
	if !has {
		return "", fault.New(fault.NotFound, "this provider has no handshake")
	}
	query, err := url.ParseQuery(r.RawQueryString)
	if err != nil {
		return "", fault.New(fault.Forbidden, "invalid query string").WithCause(err)
	}
	return handshaker.Handshake(query, secrets)
}

// accept puts a verified body on the queue, item by item.
func (h *Handler) accept(ctx context.Context, provider string, splitter channel.Splitter, request channel.Request) error {
	now := h.Now()
	clean := request
	clean.Body = channel.Clean(request.Body)
	items, err := splitter.Split(clean)
	if err != nil {
		sum := sha256.Sum256(request.Body)
		items = []channel.Item{{ID: hex.EncodeToString(sum[:]), Kind: undecodable, State: fault.Reason(err), Body: request.Body}}
	}
	out := make([]queue.Message, 0, len(items))
	for i, item := range items {
		// Receive times are one microsecond apart, so that a person's messages in one body keep their order even if the provider's
		// times are coarser.
		o, err := h.wrap(ctx, provider, item, now.Add(time.Duration(i)*time.Microsecond))
		if err != nil {
			return err
		}
		out = append(out, o)
	}
	return h.Ingest.Send(ctx, out...)
}

// undecodable is the kind of a body that could not be split; the reason is in the item's state.
const undecodable chat.InboundKind = "undecodable"

func (h *Handler) wrap(ctx context.Context, provider string, item channel.Item, now time.Time) (queue.Message, error) {
	signal := events.InboundReceived{
		Provider: provider, Asset: short(item.Asset), ItemID: short(item.ID), Kind: string(item.Kind), State: short(item.State), ReceivedAt: now,
	}
	switch {
	case len(item.Body) > inlineBody:
		signal.BodyKey = "inbound/" + queue.InboundID(signal)
		if err := h.Bodies.Put(ctx, signal.BodyKey, "application/octet-stream", bytes.NewReader(item.Body), int64(len(item.Body))); err != nil {
			return queue.Message{}, fmt.Errorf("store a large body: %w", err)
		}
	case item.Kind == undecodable:
		signal.Raw = item.Body
	default:
		signal.Body = item.Body
	}
	return queue.Inbound(signal, item.Group)
}

// maxRouted bounds the parts of an item that travel beside its body, in bytes: no id of a provider comes near it.
const maxRouted = 512

// short replaces a part above maxRouted by its hash, so that the message fits the queue whatever the body holds.
func short(part string) string {
	if len(part) <= maxRouted {
		return part
	}
	sum := sha256.Sum256([]byte(part))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// rawBody returns the bytes that the provider signed.
func rawBody(r lambdaevents.APIGatewayV2HTTPRequest) ([]byte, error) {
	body := []byte(r.Body)
	if r.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(r.Body)
		if err != nil {
			return nil, fault.New(fault.Invalid, "invalid base64 body").WithCause(err)
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
