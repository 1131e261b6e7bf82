// Package faultinject injects faults into the calls that a function makes to AWS and to providers. It intercepts and numbers every
// call of an invocation.
//
// A function is built through Injector.Builder. Then:
//   - Every record is an invocation of its own, and may be a cold start, so its calls do not depend on the other records of the batch.
//   - After an invocation is stopped, each of its later calls fails without effect and its answer is dropped. The event source
//     delivers the event again.
//   - A failed record of a FIFO group holds back the later records of its group; a failed stream record all later ones.
//
// It may import shared/boot, the AWS SDK's core and Lambda's event types.
package faultinject

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/recado-chat/recado/shared/boot"
)

// ErrStopped is the error of a stopped invocation and of its later calls.
var ErrStopped = errors.New("the invocation was stopped")

// Action is what happens to a call.
type Action int

// The actions. Pass makes the call. StopBefore stops the invocation before the call, StopAfter after it. The others do not stop the
// invocation:
//   - LoseAnswer makes the call and returns a time-out.
//   - Conflict does not make it and returns a transaction conflict.
//   - Throttle does not make it and returns a throttling error.
//   - Refuse does not make it and returns an internal error of the service.
//   - Empty does not make it and returns no items, as an index does that lags.
const (
	Pass Action = iota
	StopBefore
	StopAfter
	LoseAnswer
	Conflict
	Throttle
	Refuse
	Empty
)

func (a Action) String() string {
	return [...]string{"pass", "stop before", "stop after", "lose answer", "conflict", "throttle", "refuse", "empty"}[a]
}

// Invocation is one run of a handler over one record or request.
type Invocation struct {
	ID       int64
	Function string
	Trigger  string // the kind of record or request
	Key      string // from Options.Key

	calls   atomic.Int64
	dead    chan struct{}
	stopped sync.Once
}

func (i *Invocation) stop() { i.stopped.Do(func() { close(i.dead) }) }

func (i *Invocation) isDead() bool {
	select {
	case <-i.dead:
		return true
	default:
		return false
	}
}

// Call is one outgoing request of an invocation.
type Call struct {
	*Invocation
	Number    int    // within the invocation, from 1
	Operation string // DynamoDB.PutItem, AmazonSQS.SendMessageBatch, "PUT /local-media" and the like
	Table     string // of a DynamoDB call on one table
	Index     string // of a query on an index
}

// Options configure an Injector. Their functions may be called concurrently.
type Options struct {
	// Key returns what an invocation belongs to, for Plan. It may be nil.
	Key func(function string, payload []byte) string
	// Plan decides what happens to a call. nil means Pass.
	Plan func(Call) Action
	// Repeat reports whether a finished record is delivered again. nil means never.
	Repeat func(*Invocation) bool
	// Cold builds the handler anew for every invocation.
	Cold bool
}

// Injector runs handlers and injects faults into their calls.
type Injector struct {
	options     Options
	invocations atomic.Int64
	running     sync.WaitGroup
}

// New returns an injector.
func New(options Options) *Injector { return &Injector{options: options} }

// Wait returns when all handlers have returned, including those of stopped invocations.
func (i *Injector) Wait() { i.running.Wait() }

// retryPause is the longest pause between the retries under the injector, which are fewer than shared/sdk's: to save time, and so that more
// faults reach the function.
const retryPause = 10 * time.Millisecond

// Builder wraps a builder so that its handlers run under the injector.
func (i *Injector) Builder(function string, build boot.Builder) boot.Builder {
	return func(ctx context.Context, rt *boot.Runtime) (lambda.Handler, error) {
		own := *rt
		own.AWS = rt.AWS.Copy()
		own.AWS.HTTPClient = client{inner: rt.AWS.HTTPClient, injector: i}
		own.AWS.Retryer = func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = retryPause })
		}
		base := rt.HTTP.Transport
		if base == nil {
			base = http.DefaultTransport
		}
		own.HTTP = &http.Client{Transport: transport{inner: base, injector: i}, Timeout: rt.HTTP.Timeout}
		warm, err := build(ctx, &own)
		if err != nil {
			return nil, err
		}
		return &handler{injector: i, function: function, warm: warm, build: build, rt: &own}, nil
	}
}

// handler splits batches and invokes the function for each record.
type handler struct {
	injector *Injector
	function string
	warm     lambda.Handler
	build    boot.Builder
	rt       *boot.Runtime
}

// Invoke runs the function with an event.
func (h *handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	batch, err := split(payload)
	if err != nil {
		return nil, err
	}
	if batch == nil {
		return h.run(ctx, payload, triggerOf(payload))
	}
	return batch.run(func(record []byte, trigger string) ([]byte, error) { return h.run(ctx, record, trigger) })
}

// run invokes the function once, and again if Options.Repeat says so.
func (h *handler) run(ctx context.Context, payload []byte, trigger string) ([]byte, error) {
	invocation := &Invocation{
		ID: h.injector.invocations.Add(1), Function: h.function, Trigger: trigger, dead: make(chan struct{}),
	}
	if key := h.injector.options.Key; key != nil {
		invocation.Key = key(h.function, payload)
	}
	answer, err := h.once(ctx, invocation, payload)
	if repeat := h.injector.options.Repeat; err == nil && repeat != nil && repeat(invocation) {
		return h.once(ctx, invocation, payload)
	}
	return answer, err
}

type outcome struct {
	answer []byte
	err    error
}

// once runs the handler until it returns or is stopped. The goroutine of a stopped handler runs on, but its calls fail and its result
// is dropped.
func (h *handler) once(ctx context.Context, invocation *Invocation, payload []byte) ([]byte, error) {
	ctx, cancel := context.WithCancel(context.WithValue(ctx, invocationKey{}, invocation))
	done := make(chan outcome, 1)
	h.injector.running.Go(func() {
		defer cancel()
		answer, err := h.protected(ctx, payload)
		done <- outcome{answer, err}
	})
	select {
	case <-invocation.dead:
	case o := <-done:
		if !invocation.isDead() {
			return o.answer, o.err
		}
	}
	cancel()
	return nil, ErrStopped
}

func (h *handler) protected(ctx context.Context, payload []byte) (answer []byte, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("%s panicked: %v", h.function, thrown)
		}
	}()
	target := h.warm
	if h.injector.options.Cold {
		if target, err = h.build(ctx, h.rt); err != nil {
			return nil, err
		}
	}
	return target.Invoke(ctx, payload)
}

type invocationKey struct{}

func invocationOf(ctx context.Context) *Invocation {
	invocation, _ := ctx.Value(invocationKey{}).(*Invocation)
	return invocation
}
