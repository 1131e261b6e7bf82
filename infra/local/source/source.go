// Package source is the local stack's stand-in for Lambda's event source mappings: QueueSource feeds a function from a
// queue of infra/local/sqs, StreamSource from a table's stream.
//
// Invariants:
//   - Payloads and batch responses have Lambda's format.
//   - One environment runs one invocation at a time. A queue has as many environments as its mapping says, a stream one for
//     each shard.
//   - Delivery is at least once: a message stays in its queue, and the position in a stream before a record, until the function has
//     answered.
//   - Stop returns after the running invocations have ended.
//
// It may import infra/local/sqs, the AWS SDK's client of streams and Lambda's event types.
package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// maxPayload is Lambda's limit of 6 MB for what it hands to a function, with room for the envelope.
const maxPayload = 6_000_000 - 1_000

// ErrTimeout is the error of an invocation that did not answer in time.
var ErrTimeout = errors.New("the function did not answer in time")

// Invoke runs a function once.
type Invoke func(ctx context.Context, payload []byte) ([]byte, error)

// Around wraps the invocations of a mapping's function. Tests use it to repeat or fail invocations.
type Around func(ctx context.Context, payload []byte, next Invoke) ([]byte, error)

// Counters say what a source has done since it was made.
type Counters struct {
	// Invocations, and how many of them failed as a whole, time-outs included.
	Invocations, Errors, Timeouts int
	// Records handed to the function, repetitions included, and how many of them failed.
	Records, Failed int
	// Discarded records went to OnFailure.
	Discarded int
}

// counters is what Counters and Idle are read from.
type counters struct {
	mu      sync.Mutex
	c       Counters
	running int
}

func (c *counters) add(f func(*Counters)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(&c.c)
}

func (c *counters) run(by int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running += by
}

func (c *counters) get() (Counters, int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.c, c.running
}

// function is what both kinds of source invoke.
type function struct {
	invoke  Invoke
	around  Around
	timeout time.Duration
	log     *slog.Logger
	counters
}

func newFunction(invoke Invoke, around Around, timeout time.Duration, log *slog.Logger, source string) function {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return function{invoke: invoke, around: around, timeout: timeout, log: log.With("source", source)}
}

// call runs one invocation over that many records. It is not stopped by the end of ctx, only by the function's time-out.
func (f *function) call(ctx context.Context, payload []byte, records int) ([]byte, error) {
	f.add(func(c *Counters) { c.Invocations++; c.Records += records })
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), f.timeout, ErrTimeout)
	defer cancel()
	answer, err := f.protected(ctx, payload)
	if late := context.Cause(ctx); late != nil {
		f.add(func(c *Counters) { c.Timeouts++ })
		err = late
	}
	return answer, err
}

// protected turns a panic into a failure of this invocation, as on Lambda.
func (f *function) protected(ctx context.Context, payload []byte) (answer []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the function panicked: %v", r)
		}
	}()
	if f.around != nil {
		return f.around(ctx, payload, f.invoke)
	}
	return f.invoke(ctx, payload)
}

// failed notes a failed invocation.
func (f *function) failed(ctx context.Context, records int, err error) {
	f.add(func(c *Counters) { c.Errors++; c.Failed += records })
	f.log.ErrorContext(ctx, "invocation failed", "records", records, "error", err)
}

// itemFailures reads a partial batch response as Lambda does: nothing at all means success, anything that cannot be
// understood is an error, which fails the whole batch.
func itemFailures(answer []byte) ([]string, error) {
	if len(answer) == 0 {
		return nil, nil
	}
	// Lambda's keys are exact, and encoding/json's are not when it decodes into a struct.
	var response map[string]json.RawMessage
	if err := json.Unmarshal(answer, &response); err != nil {
		return nil, fmt.Errorf("decode the batch response: %w", err)
	}
	var failures []map[string]any
	if raw, ok := response["batchItemFailures"]; ok {
		if err := json.Unmarshal(raw, &failures); err != nil {
			return nil, fmt.Errorf("decode batchItemFailures: %w", err)
		}
	}
	var ids []string
	for _, f := range failures {
		id, _ := f["itemIdentifier"].(string)
		if id == "" {
			return nil, errors.New("an itemIdentifier in the batch response is missing or empty")
		}
		ids = append(ids, id)
	}
	return ids, nil
}
