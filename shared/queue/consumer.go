package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
)

// Handle does the work of one record.
type Handle func(ctx context.Context, envelope events.Envelope) error

// Counters of every consumer. SQS's own NumberOfMessagesDeleted counts the records that are done.
var (
	RecordsFailed = obs.Counter{Name: "RecordsFailed"}
	RecordsBuried = obs.Counter{Name: "RecordsBuried"}
)

// Consumer handles the records of a batch one by one.
type Consumer struct {
	handle  Handle
	retrier *Retrier
	log     *slog.Logger
	metrics *obs.Metrics
	now     func() time.Time
	gathers bool
}

// NewConsumer makes a consumer; every argument is required.
func NewConsumer(handle Handle, retrier *Retrier, log *slog.Logger, metrics *obs.Metrics, now func() time.Time) (*Consumer, error) {
	if handle == nil || retrier == nil || log == nil || metrics == nil || now == nil {
		return nil, errors.New("queue consumer: handler, retrier, logger, metrics and clock are required")
	}
	return &Consumer{handle: handle, retrier: retrier, log: log, metrics: metrics, now: now}, nil
}

// NewBatchConsumer makes a consumer that only gathers the records; the caller of Consume handles them together. A gathered record has no
// log line of its own: the caller logs one for the batch.
func NewBatchConsumer(gather Handle, retrier *Retrier, log *slog.Logger, metrics *obs.Metrics, now func() time.Time) (*Consumer, error) {
	c, err := NewConsumer(gather, retrier, log, metrics, now)
	if err == nil {
		c.gathers = true
	}
	return c, err
}

// reserve is the part of the invocation's time that is kept for recording a record's outcome and for the response.
const reserve = 2 * time.Second

// startable reports whether enough time is left to start another record: a third of the invocation's. A record that starts too late may
// be cut off during a call to a provider, and its outcome is then unknown.
func startable(ctx context.Context, begun time.Time) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || time.Until(deadline) > deadline.Sub(begun)/3)
}

// Consume handles each record and returns those to redeliver. It returns no error, because that would redeliver the whole batch.
func (c *Consumer) Consume(ctx context.Context, batch lambdaevents.SQSEvent) (lambdaevents.SQSEventResponse, error) {
	var (
		answer              = lambdaevents.SQSEventResponse{BatchItemFailures: []lambdaevents.SQSBatchItemFailure{}}
		stopped             = map[string]bool{}
		failed, deadLetters int
	)
	begun := boot.Now()
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-reserve))
		defer cancel()
	}
	for _, record := range batch.Records {
		group := record.Attributes["MessageGroupId"]
		if !startable(ctx, begun) || (group != "" && stopped[group]) {
			answer.BatchItemFailures = append(answer.BatchItemFailures, lambdaevents.SQSBatchItemFailure{ItemIdentifier: record.MessageId})
			continue
		}
		deadLettered, err := c.one(ctx, record, group)
		switch {
		case err != nil:
			failed++
			stopped[group] = true
			answer.BatchItemFailures = append(answer.BatchItemFailures, lambdaevents.SQSBatchItemFailure{ItemIdentifier: record.MessageId})
		case deadLettered:
			deadLetters++
		}
	}
	c.postpone(ctx, batch, answer)
	c.metrics.Count(RecordsFailed, failed)
	c.metrics.Count(RecordsBuried, deadLetters)
	return answer, nil
}

// postpone shortens the wait of the failed records and of those blocked behind them in a message group.
func (c *Consumer) postpone(ctx context.Context, batch lambdaevents.SQSEvent, answer lambdaevents.SQSEventResponse) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reserve/2)
	defer cancel()
	for _, failure := range answer.BatchItemFailures {
		for _, record := range batch.Records {
			if record.MessageId == failure.ItemIdentifier {
				c.retrier.Postpone(ctx, record)
			}
		}
	}
}

// one handles one record. A permanent failure is dead-lettered; an error means that the record is redelivered.
func (c *Consumer) one(ctx context.Context, record lambdaevents.SQSMessage, group string) (deadLettered bool, err error) {
	started := c.now()
	envelope, err := decode(record.Body)
	ctx = obs.With(ctx, slog.String("type", envelope.Type), slog.String("correlation_id", envelope.CorrelationID))
	if envelope.AccountID != "" { // inbound records from a provider have no account yet
		ctx = obs.With(ctx, slog.String("account_id", envelope.AccountID))
	}
	if err == nil {
		err = c.recovered(ctx, envelope)
	}
	outcome := "done"
	if err != nil {
		outcome = "failed"
		if fault.Permanent(err) {
			outcome = "buried"
			dead := DeadRecord{
				Body: record.Body, Source: record.EventSourceARN, Reason: fault.Reason(err),
				Group: group, Sequence: record.Attributes["SequenceNumber"],
			}
			if copyErr := c.retrier.DeadLetter(ctx, dead); copyErr != nil {
				err, outcome = errors.Join(err, copyErr), "failed"
			} else {
				deadLettered = true
			}
		}
	}
	attrs := []slog.Attr{slog.String("outcome", outcome), slog.Duration("duration", c.now().Sub(started))}
	switch {
	case err != nil:
		attrs = append(attrs, slog.String("record_id", record.MessageId), slog.String("reason", fault.Reason(err)), slog.String("error", err.Error()))
		c.log.LogAttrs(ctx, slog.LevelWarn, "record", attrs...)
	case !c.gathers:
		c.log.LogAttrs(ctx, slog.LevelInfo, "record", attrs...)
	}
	if deadLettered {
		return true, nil
	}
	return false, err
}

func decode(body string) (events.Envelope, error) {
	var envelope events.Envelope
	if err := json.Unmarshal([]byte(body), &envelope); err != nil {
		return envelope, fault.New(fault.Invalid, "the record is not an envelope").WithReason("undecodable").WithCause(err)
	}
	if envelope.Type == "" || envelope.ID == "" {
		return envelope, fault.New(fault.Invalid, "the envelope has no type or id").WithReason("undecodable")
	}
	return envelope, nil
}

// recovered calls the handler and converts a panic to an error.
func (c *Consumer) recovered(ctx context.Context, envelope events.Envelope) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fault.New(fault.Internal, "panic").WithReason("panic").WithCause(fmt.Errorf("%v\n%s", cause, debug.Stack()))
		}
	}()
	return c.handle(ctx, envelope)
}
