package source

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/infra/local/sqs"
)

const (
	poll = 20 * time.Second
	// gathered bounds what a batch collects within its window, so that one more receive cannot break Lambda's limit.
	gathered = 1 << 20
)

// SQS describes the mapping of a queue to a function.
type SQS struct {
	// Queue's name, and its ARN as the function sees it.
	Queue, ARN string
	BatchSize  int
	// Window is how long a batch may wait for more messages, in real time.
	Window time.Duration
	// Concurrency is the number of environments; 0 means one.
	Concurrency int
	// Timeout of one invocation, in real time.
	Timeout time.Duration
	// PartialFailures is ReportBatchItemFailures.
	PartialFailures bool
	// Backoff, if set, is after how long a failed message is tried again, instead of at the end of its visibility time-out;
	// both by the injected clock.
	Backoff time.Duration
	Around  Around
	// Asked, if set, is called with the requests that Lambda's pollers would have made of the queue, ten messages and 64 KB each: "receive",
	// "empty receive" and "delete".
	Asked func(request string, n int)
	Log   *slog.Logger
}

// QueueSource polls a queue and invokes a function. Start it once.
type QueueSource struct {
	SQS
	server   *sqs.Server
	function function
	stop     context.CancelFunc
	wg       sync.WaitGroup
}

// NewQueue makes a source; it refuses a queue that does not exist and a mapping that Lambda would not take.
func NewQueue(server *sqs.Server, mapping SQS, invoke Invoke) (*QueueSource, error) {
	if _, err := server.Stats(mapping.Queue); err != nil {
		return nil, fmt.Errorf("map queue %q: %w", mapping.Queue, err)
	}
	if err := mapping.check(); err != nil {
		return nil, fmt.Errorf("map queue %q: %w", mapping.Queue, err)
	}
	mapping.Concurrency = max(mapping.Concurrency, 1)
	return &QueueSource{
		SQS: mapping, server: server, stop: func() {},
		function: newFunction(invoke, mapping.Around, mapping.Timeout, mapping.Log, mapping.Queue),
	}, nil
}

// check applies Lambda's own rules to a mapping, so that every mapping that runs here can be deployed.
func (m SQS) check() error {
	fifo := strings.HasSuffix(m.Queue, ".fifo")
	switch {
	case m.BatchSize < 1 || m.BatchSize > maxBatchItems || m.Timeout <= 0 || m.Window < 0:
		return fmt.Errorf("batch size %d, time-out %v and window %v do not make a mapping", m.BatchSize, m.Timeout, m.Window)
	case fifo && (m.BatchSize > sqs.MaxBatch || m.Window > 0):
		return fmt.Errorf("a FIFO queue has no window and batches of at most %d", sqs.MaxBatch)
	case m.BatchSize > sqs.MaxBatch && m.Window < time.Second:
		return fmt.Errorf("batches of more than %d need a window of at least a second", sqs.MaxBatch)
	}
	return nil
}

// Start polls until Stop, the end of ctx or the server's Close.
func (q *QueueSource) Start(ctx context.Context) {
	ctx, q.stop = context.WithCancel(ctx)
	for range q.Concurrency {
		q.wg.Go(func() {
			for {
				batch, err := q.gather(ctx)
				if err != nil {
					return
				}
				if len(batch) > 0 {
					q.handle(ctx, batch)
					q.function.run(-1)
				}
			}
		})
	}
}

// Stop ends polling and returns when the running invocations have ended.
func (q *QueueSource) Stop() {
	q.stop()
	q.wg.Wait()
}

// Idle reports whether no invocation is running or about to. It does not count messages that wait in the queue.
func (q *QueueSource) Idle() bool {
	_, running := q.function.get()
	return running == 0
}

// Counters so far.
func (q *QueueSource) Counters() Counters {
	c, _ := q.function.get()
	return c
}

// gather collects a batch: the messages that are visible, or with a window those that arrive until it ends. A batch counts as running.
func (q *QueueSource) gather(ctx context.Context) ([]sqs.Message, error) {
	batch, err := q.receive(ctx, q.BatchSize, poll)
	if err != nil || len(batch) == 0 {
		return nil, err
	}
	q.function.run(+1)
	window, cancel := context.WithTimeout(ctx, q.Window)
	defer cancel()
	bytes := weigh(batch)
	for len(batch) < q.BatchSize && bytes < gathered && window.Err() == nil {
		more, err := q.receive(window, q.BatchSize-len(batch), q.Window)
		if err != nil {
			break
		}
		batch = append(batch, more...)
		bytes += weigh(more)
	}
	return batch, nil
}

// receive polls the queue and reports the requests that AWS would make for it.
func (q *QueueSource) receive(ctx context.Context, limit int, wait time.Duration) ([]sqs.Message, error) {
	batch, err := q.server.Receive(ctx, q.Queue, limit, wait)
	switch {
	case err != nil || q.Asked == nil:
	case len(batch) == 0:
		q.Asked("empty receive", 1)
	default:
		q.Asked("receive", max(units(len(batch), sqs.MaxBatch), units(weigh(batch), 64<<10)))
	}
	return batch, err
}

// units is the number of units of a size that are needed.
func units(n, size int) int { return (n + size - 1) / size }

func weigh(batch []sqs.Message) int {
	var n int
	for _, m := range batch {
		n += len(m.Body)
	}
	return n
}

// handle invokes the function with a batch and settles every message of it.
func (q *QueueSource) handle(ctx context.Context, batch []sqs.Message) {
	failed := q.invoke(ctx, batch)
	if q.Asked != nil {
		q.Asked("delete", units(len(batch)-len(failed), sqs.MaxBatch))
	}
	for _, m := range batch {
		var err error
		switch {
		case !failed[m.ID]:
			err = q.server.Delete(q.Queue, m.Receipt)
		case q.Backoff > 0:
			err = q.server.Release(q.Queue, m.Receipt, q.Backoff)
		default:
			err = q.server.Lapse(q.Queue, m.Receipt)
		}
		if err != nil {
			q.function.log.ErrorContext(ctx, "message not settled", "message_id", m.ID, "error", err)
		}
	}
}

// invoke returns the ids of the messages that the function failed to process.
func (q *QueueSource) invoke(ctx context.Context, batch []sqs.Message) map[string]bool {
	payload, err := json.Marshal(q.event(batch))
	var answer []byte
	if err == nil {
		answer, err = q.function.call(ctx, payload, len(batch))
	}
	if err == nil && q.PartialFailures {
		var failed map[string]bool
		if failed, err = partial(answer, batch); err == nil {
			q.function.add(func(c *Counters) { c.Failed += len(failed) })
			return failed
		}
	}
	if err == nil {
		return nil
	}
	q.function.failed(ctx, len(batch), err)
	all := make(map[string]bool, len(batch))
	for _, m := range batch {
		all[m.ID] = true
	}
	return all
}

func partial(answer []byte, batch []sqs.Message) (map[string]bool, error) {
	ids, err := itemFailures(answer)
	if err != nil {
		return nil, err
	}
	known, failed := make(map[string]bool), make(map[string]bool)
	for _, m := range batch {
		known[m.ID] = true
	}
	for _, id := range ids {
		if !known[id] {
			return nil, fmt.Errorf("the batch response names %q, which is not in the batch", id)
		}
		failed[id] = true
	}
	return failed, nil
}

// event is the batch as Lambda shows it.
func (q *QueueSource) event(batch []sqs.Message) events.SQSEvent {
	var out events.SQSEvent
	for _, m := range batch {
		attributes := make(map[string]events.SQSMessageAttribute, len(m.Attributes))
		for name, a := range m.Attributes {
			attributes[name] = events.SQSMessageAttribute{
				StringValue: a.StringValue, BinaryValue: a.BinaryValue, DataType: a.DataType,
				StringListValues: []string{}, BinaryListValues: [][]byte{},
			}
		}
		out.Records = append(out.Records, events.SQSMessage{
			MessageId: m.ID, ReceiptHandle: m.Receipt, Body: m.Body,
			Md5OfBody: m.BodyMD5(), Md5OfMessageAttributes: m.AttributesMD5(),
			Attributes: m.System, MessageAttributes: attributes,
			EventSourceARN: q.ARN, EventSource: "aws:sqs", AWSRegion: sqs.Region,
		})
	}
	return out
}
