// Package fanout turns changes of the tables into signals on queues. It is the only place that does: a change and its signals come from
// the same stream record, so neither exists without the other.
//
// Records are read in order. A record that cannot be decoded is copied to the dead letters and skipped, so that it does not block the
// stream. When a queue is unavailable, the batch is retried from that record on; signals may then repeat, which every consumer handles.
// Expiry removals are ignored. Records from which no signal follows are left out by the filters of stream.ForSignals, most of them before the
// function is started.
package fanout

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/stream"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
)

type dead interface {
	DeadLetter(ctx context.Context, dead queue.DeadRecord) error
}

type connections interface {
	OperatorConnections(ctx context.Context, account chat.AccountID, operator chat.OperatorID) ([]chat.Connection, error)
}

// Deps are what the handler works with; all are needed.
type Deps struct {
	Stores      *cache.Cache[chat.AccountID, []chat.Store]
	Connections connections
	Senders     map[events.Queue]*queue.Sender // for every queue of events.Queues(events.FromStream)
	Dead        dead
	Window      func(chat.ChannelType) time.Duration // of a channel type, for free replies
	Metrics     *obs.Metrics
	Log         *slog.Logger
}

// Handler derives signals from changes.
type Handler struct{ Deps }

// New checks the dependencies.
func New(d Deps) (*Handler, error) {
	if d.Stores == nil || d.Connections == nil || d.Dead == nil || d.Window == nil || d.Metrics == nil || d.Log == nil {
		return nil, errors.New("fanout: stores, connections, dead letters, windows, metrics and logger are required")
	}
	for _, name := range events.Queues(events.FromStream) {
		if d.Senders[name] == nil {
			return nil, fmt.Errorf("fanout: sender for queue %s is required", name)
		}
	}
	return &Handler{d}, nil
}

// outbox collects the signals of a batch, in order for each queue.
type outbox map[events.Queue][]queue.Message

// Handle takes one batch of a table's stream.
func (h *Handler) Handle(ctx context.Context, batch lambdaevents.DynamoDBEvent) (lambdaevents.DynamoDBEventResponse, error) {
	out, freed, marked, buried := make(outbox), make(map[string]int), make(map[string]mark), 0
	for _, record := range batch.Records {
		err := h.derive(ctx, record, out, freed, marked)
		if fault.Permanent(err) {
			if err = h.bury(ctx, record, err); err == nil {
				buried++
				continue
			}
		}
		if err != nil {
			return h.retry(ctx, batch, err), nil
		}
	}
	sent := 0
	for name, signals := range out {
		if err := h.Senders[name].Send(ctx, signals...); err != nil {
			return h.retry(ctx, batch, fmt.Errorf("send to %s: %w", name, err)), nil
		}
		sent += len(signals)
	}
	h.Metrics.Count(queue.RecordsBuried, buried)
	h.Log.LogAttrs(ctx, slog.LevelInfo, "stream", slog.String("outcome", "done"), slog.Int("records", len(batch.Records)), slog.Int("signals", sent))
	return lambdaevents.DynamoDBEventResponse{BatchItemFailures: []lambdaevents.DynamoDBBatchItemFailure{}}, nil
}

// retry reports the whole batch as failed: some of its signals may not have been sent.
func (h *Handler) retry(ctx context.Context, batch lambdaevents.DynamoDBEvent, err error) lambdaevents.DynamoDBEventResponse {
	h.Metrics.Count(queue.RecordsFailed, len(batch.Records))
	h.Log.LogAttrs(ctx, slog.LevelWarn, "stream", slog.String("outcome", "failed"), slog.String("error", err.Error()))
	return lambdaevents.DynamoDBEventResponse{BatchItemFailures: []lambdaevents.DynamoDBBatchItemFailure{
		{ItemIdentifier: batch.Records[0].Change.SequenceNumber},
	}}
}

func (h *Handler) bury(ctx context.Context, record lambdaevents.DynamoDBEventRecord, cause error) error {
	body, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("encode the record: %w", err)
	}
	h.Log.LogAttrs(ctx, slog.LevelError, "stream", slog.String("outcome", "buried"), slog.String("reason", fault.Reason(cause)), slog.String("error", cause.Error()))
	return h.Dead.DeadLetter(ctx, queue.DeadRecord{Body: string(body), Source: record.EventSourceArn, Reason: fault.Reason(cause)})
}

// derive adds the signals of one change.
func (h *Handler) derive(ctx context.Context, record lambdaevents.DynamoDBEventRecord, out outbox, freed map[string]int, marked map[string]mark) error {
	change, err := stream.Decode(record)
	if err != nil {
		return err
	}
	if change.Expired {
		return nil
	}
	e := emitter{record: recordID(record), at: record.Change.ApproximateCreationDateTime.Time, out: out, freed: freed, marked: marked, emitted: make(map[events.Queue]int)}
	if gone := before[chat.Message](change); gone != nil && change.New == nil {
		return removed(e, *gone)
	}
	if gone := before[chat.Channel](change); gone != nil && change.New == nil {
		return channelRemoved(e, *gone)
	}
	switch now := change.New.(type) {
	case chat.Conversation:
		return h.conversation(ctx, e, before[chat.Conversation](change), now)
	case chat.Message:
		return message(e, before[chat.Message](change), now)
	case chat.Event:
		if change.Old == nil {
			return timeline(e, now)
		}
	case chat.Operator:
		return h.operator(ctx, e, before[chat.Operator](change), now)
	case chat.Load:
		return h.load(ctx, e, before[chat.Load](change), now)
	case chat.Account:
		return h.account(ctx, e, before[chat.Account](change), now)
	case chat.Channel:
		return channel(e, before[chat.Channel](change), now)
	case chat.Contact:
		if change.Old == nil {
			return e.emit(now.AccountID, events.ContactAdded{ContactID: string(now.ID)}, "")
		}
	case chat.Mail:
		if change.Old == nil {
			return e.emit(now.AccountID, events.MailQueued{MailID: now.ID}, "")
		}
	case chat.Job:
		if !now.Done {
			return e.emit(now.AccountID, events.JobReady{JobID: now.ID}, "")
		}
	case chat.ReadCursor:
		return readCursor(e, before[chat.ReadCursor](change), now)
	}
	return nil
}

func before[T any](change stream.Change) *T {
	if old, ok := change.Old.(T); ok {
		return &old
	}
	return nil
}

// recordID identifies a record across all streams: sequence numbers are unique within one stream only.
func recordID(record lambdaevents.DynamoDBEventRecord) string {
	sum := sha256.Sum256([]byte(record.EventSourceArn))
	return hex.EncodeToString(sum[:4]) + "-" + record.Change.SequenceNumber
}

// mark is the position in a batch of a conversation's read mark, and how far it reads.
type mark struct {
	at   int
	upTo chat.MessageID
}

// emitter wraps the signals of one stream record. Their ids follow from the record's, so that a repeated record repeats the
// same signals.
type emitter struct {
	record string
	at     time.Time
	out    outbox
	freed  map[string]int  // where the batch asks a pool already
	marked map[string]mark // how far it marks a conversation already
	// emitted counts the record's own signals: how many the batch has before it must not change their ids.
	emitted map[events.Queue]int
}

// emit adds one signal to the queue of its type; group is the message group of a FIFO queue.
func (e emitter) emit(account chat.AccountID, signal events.Signal, group string) error {
	out, err := e.wrap(account, signal, group)
	if err != nil {
		return err
	}
	name := events.QueueOf(signal)
	e.out[name] = append(e.out[name], out)
	return nil
}

// wrap puts a signal into an envelope whose id is derived from the record's.
func (e emitter) wrap(account chat.AccountID, signal events.Signal, group string) (queue.Message, error) {
	name := events.QueueOf(signal)
	e.emitted[name]++
	id := fmt.Sprintf("%s-%s-%d", e.record, name, e.emitted[name])
	envelope, err := events.Wrap(id, string(account), e.at, signal)
	return queue.Message{Envelope: envelope, Group: group, Dedup: id}, err
}
