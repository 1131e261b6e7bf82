// Package push sends frames to browsers. It consumes two queues: the fast lane, for viewers and the assignee of a conversation, and the
// summary lane, which batches for two seconds the updates of everybody else's lists and read marks. Of conversations that only have one
// more inbound message, which is most of what happens, it reads the stream itself, batched as the summary lane.
//
// A whole batch is merged: the connections of each account are read once, and each browser gets one frame with the newest state of each
// conversation. A push is a hint: a failed socket never causes a retry; only a failure to read the connections does.
package push

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/push/audience"
	"github.com/recado-chat/recado/shared/push/dispatch"
	"github.com/recado-chat/recado/shared/queue"
)

// summaryLane is the suffix of the name of the summary lane's queue.
const summaryLane = "push-summary"

// Deps are the handler's dependencies; all are required.
type Deps struct {
	Rooms   *audience.Broadcaster
	Dead    *queue.Retrier
	Log     *slog.Logger
	Metrics *obs.Metrics // registers the queue's counters and dispatch.ConnectionsGone
	Now     func() time.Time
	Window  func(chat.ChannelType) time.Duration // of a channel type, for free replies
}

// Handler serves both lanes and the stream.
type Handler struct{ Deps }

// New checks the dependencies.
func New(d Deps) (*Handler, error) {
	if d.Rooms == nil || d.Dead == nil || d.Log == nil || d.Metrics == nil || d.Now == nil || d.Window == nil {
		return nil, errors.New("push: broadcaster, dead letters, logger, metrics, clock and windows are required")
	}
	return &Handler{d}, nil
}

// Routes are the signals that the function handles.
func (h *Handler) Routes() queue.Router { return new(batch).routes() }

func (b *batch) routes() queue.Router { return queue.NewRouter(queue.On(b.add)) }

// Handle merges the records of a batch and sends one frame to each browser.
func (h *Handler) Handle(ctx context.Context, event lambdaevents.SQSEvent) (lambdaevents.SQSEventResponse, error) {
	batch := &batch{Batch: dispatch.New(h.Rooms, false)}
	summary := len(event.Records) > 0 && strings.HasSuffix(event.Records[0].EventSourceARN, summaryLane)
	if summary {
		batch.Batch = dispatch.New(h.Rooms, true)
	}
	begun := h.Now()
	consumer, err := queue.NewBatchConsumer(batch.routes().Handle, h.Dead, h.Log, h.Metrics, h.Now)
	if err != nil {
		return lambdaevents.SQSEventResponse{}, err
	}
	answer, err := consumer.Consume(ctx, event)
	outcome := batch.Deliver(ctx)
	h.Metrics.Count(dispatch.ConnectionsGone, outcome.Gone)
	// The fast lane has a batch for nearly every message. A log line for each successful batch would cost half as much as sending
	// the frames.
	if !summary && len(answer.BatchItemFailures) == 0 && outcome.Gone == 0 {
		return answer, err
	}
	// Batches of the fast lane usually have one record. Its correlation id links the log line to the request that caused it.
	if accounts := batch.Accounts(); len(accounts) == 1 {
		ctx = obs.With(ctx, slog.String("account_id", string(accounts[0])))
	}
	if len(event.Records) == 1 {
		ctx = obs.With(ctx, slog.String("correlation_id", batch.cause))
	}
	h.Log.LogAttrs(ctx, slog.LevelInfo, "frames", slog.Bool("summary", summary), slog.Int("records", len(event.Records)),
		slog.Int("failed", len(answer.BatchItemFailures)), slog.Int("posted", outcome.Posted), slog.Duration("duration", h.Now().Sub(begun)))
	return answer, err
}

// batch collects the records of one invocation.
type batch struct {
	*dispatch.Batch
	cause string // the correlation id of the newest record
}

// add adds a signal's frames for the connections that may see them.
func (b *batch) add(ctx context.Context, envelope events.Envelope, pushed events.Pushed) error {
	if err := b.Add(ctx, chat.AccountID(envelope.AccountID), pushed); err != nil {
		return err
	}
	b.cause = envelope.CorrelationID
	return nil
}
