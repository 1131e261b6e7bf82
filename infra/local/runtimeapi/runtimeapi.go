// Package runtimeapi runs built functions as Lambda does: each environment is a process of its own that polls the runtime API for its
// next invocation.
//
// A process is started when all others are busy, up to a limit, and reused for later invocations. It is killed when an invocation
// times out. It imports the standard library only.
package runtimeapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// Options configure a Function. All but Output are required.
type Options struct {
	Name         string
	Binary       string
	Environment  map[string]string
	Timeout      time.Duration
	Environments int // maximum number of processes
	Output       io.Writer
}

// Function is a built function with its environments.
type Function struct {
	Options
	idle  chan *environment
	slots chan struct{}

	mu      sync.Mutex
	all     map[*environment]bool
	stopped bool
}

// New returns a function. The first process starts with the first invocation.
func New(o Options) (*Function, error) {
	if o.Name == "" || o.Binary == "" || o.Timeout <= 0 || o.Environments < 1 {
		return nil, fmt.Errorf("runtime API: %q needs a name, a binary, a time-out and room for an environment", o.Name)
	}
	if o.Output == nil {
		o.Output = io.Discard
	}
	return &Function{
		Options: o,
		idle:    make(chan *environment, o.Environments),
		slots:   make(chan struct{}, o.Environments),
		all:     make(map[*environment]bool),
	}, nil
}

// Invoke passes a payload to an environment and returns its answer.
func (f *Function) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	for {
		e, warm, err := f.environment(ctx)
		if err != nil {
			return nil, err
		}
		answer, err := e.invoke(ctx, payload)
		var failed *functionError
		if err == nil || errors.As(err, &failed) {
			f.idle <- e
			return answer, err
		}
		f.discard(e) // it timed out or exited: Lambda does not use it again
		if !warm || !errors.Is(err, errNotTaken) {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		// The process ended after its previous answer, for example because of a panic. Use another one.
	}
}

// environment returns an idle environment or starts one.
func (f *Function) environment(ctx context.Context) (e *environment, warm bool, err error) {
	select {
	case e := <-f.idle:
		return e, true, nil
	default:
	}
	select {
	case e := <-f.idle:
		return e, true, nil
	case f.slots <- struct{}{}:
		e, err := f.start()
		if err != nil {
			<-f.slots
		}
		return e, false, err
	case <-ctx.Done():
		return nil, false, fmt.Errorf("%s: no environment is free: %w", f.Name, ctx.Err())
	}
}

func (f *Function) start() (*environment, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopped {
		return nil, fmt.Errorf("%s is stopped", f.Name)
	}
	e, err := start(f.Options)
	if err != nil {
		return nil, err
	}
	f.all[e] = true
	return e, nil
}

func (f *Function) discard(e *environment) {
	f.mu.Lock()
	delete(f.all, e)
	f.mu.Unlock()
	e.stop()
	<-f.slots
}

// Stop ends all environments.
func (f *Function) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped = true
	for e := range f.all {
		e.stop()
	}
	clear(f.all)
}

// functionError is an error that the handler returned. Its environment is kept.
type functionError struct{ body string }

func (e *functionError) Error() string { return "function error: " + e.body }

// environment is one process with its runtime API.
type environment struct {
	process *exec.Cmd
	server  *http.Server
	work    chan invocation
	exited  chan struct{}

	mu      sync.Mutex
	count   int
	current *invocation
}

type invocation struct {
	id       string
	payload  []byte
	deadline time.Time
	answer   chan result
}

type result struct {
	body []byte
	err  error
}

func start(o Options) (*environment, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", o.Name, err)
	}
	e := &environment{work: make(chan invocation), exited: make(chan struct{})}
	e.server = &http.Server{Handler: e.handler(), ReadHeaderTimeout: 10 * time.Second}
	e.process = exec.Command(o.Binary)
	e.process.Stdout, e.process.Stderr = o.Output, o.Output
	for key, value := range o.Environment {
		e.process.Env = append(e.process.Env, key+"="+value)
	}
	e.process.Env = append(e.process.Env, "AWS_LAMBDA_RUNTIME_API="+listener.Addr().String(), "AWS_LAMBDA_FUNCTION_NAME="+o.Name)
	if err := e.process.Start(); err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("start %s: %w", o.Name, err)
	}
	go func() { _ = e.server.Serve(listener) }()
	go func() {
		_ = e.process.Wait()
		close(e.exited)
	}()
	return e, nil
}

var errNotTaken = errors.New("the process ended before it took the invocation")

func (e *environment) invoke(ctx context.Context, payload []byte) ([]byte, error) {
	e.mu.Lock()
	e.count++
	i := invocation{id: strconv.Itoa(e.count), payload: payload, answer: make(chan result, 1)}
	e.mu.Unlock()
	i.deadline, _ = ctx.Deadline()
	select {
	case e.work <- i:
	case <-e.exited:
		return nil, errNotTaken
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	select {
	case r := <-i.answer:
		return r.body, r.err
	case <-e.exited:
		return nil, errors.New("the process ended during the invocation")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (e *environment) stop() {
	_ = e.process.Process.Kill()
	<-e.exited
	_ = e.server.Close()
}

// handler is the runtime API as the function's process sees it:
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
func (e *environment) handler() http.Handler {
	const base = "/2018-06-01/runtime/"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"invocation/next", e.next)
	mux.HandleFunc("POST "+base+"invocation/{id}/response", e.answered(func(body []byte) result { return result{body: body} }))
	mux.HandleFunc("POST "+base+"invocation/{id}/error", e.answered(func(body []byte) result {
		return result{err: &functionError{body: string(body)}}
	}))
	mux.HandleFunc("POST "+base+"init/error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	return mux
}

func (e *environment) next(w http.ResponseWriter, r *http.Request) {
	select {
	case i := <-e.work:
		e.mu.Lock()
		e.current = &i
		e.mu.Unlock()
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.deadline.UnixMilli(), 10))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:local")
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.Copy(w, bytes.NewReader(i.payload))
	case <-r.Context().Done():
	}
}

func (e *environment) answered(read func([]byte) result) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		e.mu.Lock()
		current := e.current
		e.mu.Unlock()
		if current == nil || current.id != r.PathValue("id") {
			http.Error(w, "no such invocation", http.StatusBadRequest)
			return
		}
		current.answer <- read(body)
		w.WriteHeader(http.StatusAccepted)
	}
}
