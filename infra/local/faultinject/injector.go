// Package faultinject makes the world of a function fail at a chosen moment: it stands between the function's handler and everything
// that the handler calls, and numbers the calls.
//
// A function is built through Injector.Builder. What is asked for then happens to it as it does on Lambda:
//   - Every record is an invocation of its own, and every invocation may be a cold start, so that what happens depends on the
//     record alone and not on what came in the same batch.
//   - An invocation that is stopped is dead: every later call of it fails at once and without effect, and its answer is thrown
//     away. Whoever sent the event sends it again.
//   - A record of a FIFO group that failed holds back the records of its group behind it; a record of a stream all behind it.
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

// ErrStopped is how an invocation ends that was stopped, and what its calls answer afterwards.
var ErrStopped = errors.New("the invocation was stopped")

// Action is what happens to a call.
type Action int

// The actions. Pass lets the call through. StopBefore ends the invocation without making the call, StopAfter makes it and loses
// the answer with everything else. The others leave the invocation alive: LoseAnswer makes the call and answers with a time-out;
// Conflict, Throttle, Refuse and Empty do not make it and answer as AWS does when a transaction conflicts with another one,
// when a table or service is asked too much, when a service is out of order, and when an index has not heard yet.
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

// String names the action.
func (a Action) String() string {
	return [...]string{"pass", "stop before", "stop after", "lose answer", "conflict", "throttle", "refuse", "empty"}[a]
}

// Invocation is one run of a handler over one record or request.
type Invocation struct {
	ID       int64
	Function string
	Trigger  string // what kind of record or request started it
	Key      string // whatever Options.Key found

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

// Call is one request that leaves an invocation.
type Call struct {
	*Invocation
	Number    int    // within the invocation, from 1
	Operation string // DynamoDB.PutItem, AmazonSQS.SendMessageBatch, "PUT /local-media" and the like
	Table     string // of a DynamoDB call on one table
	Index     string // of a query on an index
}

// Options say what happens. All functions may be called at once by many goroutines.
type Options struct {
	// Key names what an invocation belongs to, so that plans can tell cases apart. It may be nil.
	Key func(function string, payload []byte) string
	// Plan decides what happens to a call; nil lets everything pass.
	Plan func(Call) Action
	// Repeat says whether a record that was done is delivered once more; nil means never.
	Repeat func(*Invocation) bool
	// Cold makes every invocation a cold start: the handler is built anew, and remembers nothing.
	Cold bool
}

// Injector numbers invocations and calls.
type Injector struct {
	options     Options
	invocations atomic.Int64
	running     sync.WaitGroup
}

// New makes an injector.
func New(options Options) *Injector { return &Injector{options: options} }

// Wait returns when the handlers of all invocations have ended, those of dead ones too.
func (i *Injector) Wait() { i.running.Wait() }

// retryPause replaces the SDK's pauses of seconds between tries; how often it tries stays as it is.
const retryPause = 10 * time.Millisecond

// Builder makes a builder whose handlers run under the injector.
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

// handler takes batches apart and runs each record.
type handler struct {
	injector *Injector
	function string
	warm     lambda.Handler
	build    boot.Builder
	rt       *boot.Runtime
}

// Invoke runs the function over an event.
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

// run is one invocation, and its repetition if one is asked for.
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

// once runs the handler until it answers or is stopped. A handler that was stopped goes on in the background as far as it gets
// without any call: that nothing of it is heard again is what death means.
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
