package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/push/audience"
	"github.com/recado-chat/recado/shared/push/dispatch"
	"github.com/recado-chat/recado/shared/queue"
)

const (
	// gathered is how long the pushes of a batch's records wait for each other.
	gathered = 50 * time.Millisecond
	// postWithin bounds the posts to browsers. A slower socket must not hold up its customer's messages: the function push, which has the
	// time, tells its browser.
	postWithin = time.Second
)

// push is what browsers are told of an item. A change is stored before it is told of.
type push struct {
	id     string
	at     time.Time
	cause  events.Envelope
	pushed events.Pushed
}

// Pusher tells browsers of messages, those of a batch's records together. What it cannot tell, it leaves to the function push.
type Pusher struct {
	rooms   *audience.Broadcaster
	later   sender
	metrics *obs.Metrics
	log     *slog.Logger
	now     func() time.Time // the wall clock
}

// NewPusher makes a pusher; every argument is required. metrics knows dispatch.ConnectionsGone.
func NewPusher(rooms *audience.Broadcaster, later sender, metrics *obs.Metrics, log *slog.Logger, now func() time.Time) (*Pusher, error) {
	if rooms == nil || later == nil || metrics == nil || log == nil || now == nil {
		return nil, errors.New("ingest: broadcaster, push queue, metrics, logger and clock are required")
	}
	return &Pusher{rooms: rooms, later: later, metrics: metrics, log: log, now: now}, nil
}

// pending are the pushes of one invocation that nobody was told of yet.
type pending struct {
	list  []push
	since time.Time
	alone bool // the invocation has one record
}

type pendingKey struct{}

// Around lets the pushes of an invocation's records wait for each other. If they cannot be told in the end, the records are tried again.
func (p *Pusher) Around(consume func(context.Context, lambdaevents.SQSEvent) (lambdaevents.SQSEventResponse, error)) func(context.Context, lambdaevents.SQSEvent) (lambdaevents.SQSEventResponse, error) {
	return func(ctx context.Context, event lambdaevents.SQSEvent) (lambdaevents.SQSEventResponse, error) {
		waiting := &pending{alone: len(event.Records) == 1}
		answer, err := consume(context.WithValue(ctx, pendingKey{}, waiting), event)
		if err != nil || len(waiting.list) == 0 {
			return answer, err
		}
		if err := p.flush(ctx, waiting); err != nil {
			p.log.WarnContext(ctx, "messages were not pushed", slog.Any("error", err))
			p.metrics.Count(queue.RecordsFailed, len(event.Records)-len(answer.BatchItemFailures))
			answer.BatchItemFailures = answer.BatchItemFailures[:0]
			for _, record := range event.Records {
				answer.BatchItemFailures = append(answer.BatchItemFailures, lambdaevents.SQSBatchItemFailure{ItemIdentifier: record.MessageId})
			}
		}
		return answer, nil
	}
}

// tell tells browsers now, or with the invocation's other records. After an error the record is to be tried again.
func (p *Pusher) tell(ctx context.Context, pushes ...push) error {
	waiting, ok := ctx.Value(pendingKey{}).(*pending)
	if !ok {
		waiting = &pending{alone: true}
	}
	if len(waiting.list) == 0 {
		waiting.since = p.now()
	}
	waiting.list = append(waiting.list, pushes...)
	if waiting.alone || p.now().Sub(waiting.since) >= gathered {
		return p.flush(ctx, waiting)
	}
	return nil
}

// flush tells browsers of what waits. After an error it still waits.
func (p *Pusher) flush(ctx context.Context, waiting *pending) error {
	if err := p.post(ctx, waiting.list); err != nil {
		p.log.WarnContext(ctx, "messages are left to the function push", slog.Any("error", err))
		if err := p.leave(ctx, waiting.list); err != nil {
			return err
		}
	}
	waiting.list = nil
	return nil
}

// post tells browsers directly. It returns an error when some may not have been told.
func (p *Pusher) post(ctx context.Context, list []push) error {
	batch := dispatch.New(p.rooms, false)
	for _, one := range list {
		if err := batch.Add(ctx, chat.AccountID(one.cause.AccountID), one.pushed); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, postWithin)
	defer cancel()
	outcome := batch.Deliver(ctx)
	p.metrics.Count(dispatch.ConnectionsGone, outcome.Gone)
	if outcome.Failed > 0 && ctx.Err() != nil {
		return fmt.Errorf("post to %d sockets: %w", outcome.Failed, ctx.Err())
	}
	return nil // a socket that failed was closed, and its browser reconnects
}

// leave hands the pushes to the function push. Repeating those that were told is harmless.
func (p *Pusher) leave(ctx context.Context, list []push) error {
	out := make([]queue.Message, len(list))
	for i, one := range list {
		envelope, err := events.Wrap(one.id, one.cause.AccountID, one.at, one.pushed)
		if err != nil {
			return err
		}
		out[i] = queue.Message{Envelope: envelope.Caused(one.cause)}
	}
	if err := p.later.Send(ctx, out...); err != nil {
		return fmt.Errorf("hand the messages to the function push: %w", err)
	}
	return nil
}
