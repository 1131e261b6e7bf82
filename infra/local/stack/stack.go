package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/recado-chat/recado/infra/local/cognito"
	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/local/gateway"
	"github.com/recado-chat/recado/infra/local/kms"
	"github.com/recado-chat/recado/infra/local/mailbox"
	"github.com/recado-chat/recado/infra/local/meter"
	"github.com/recado-chat/recado/infra/local/s3"
	"github.com/recado-chat/recado/infra/local/sim"
	"github.com/recado-chat/recado/infra/local/sim/telegram"
	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/local/source"
	"github.com/recado-chat/recado/infra/local/sqs"
	"github.com/recado-chat/recado/shared/boot"
)

// Options say where and how the stack runs. The zero value of each but Dir is a default.
type Options struct {
	Dir     string      // what it keeps
	Address string      // host:port of the public side; port 0 picks a free one
	Engine  engine.Kind // the database
	Start   time.Time   // what the clock of a new stack shows; zero = now
	Log     io.Writer   // takes the functions' log lines and metrics
	Console string      // directory of the built console; "" serves none
	Widget  string      // directory of the built widget and its loader; "" serves none
	// Binaries is the directory of built functions, to run each as a process of its own; "" runs them in this one. Their clock
	// is the machine's, so this stack's cannot be moved then.
	Binaries string

	// Secrets and Providers replace secrets and settings of the providers, by the names that `make secrets` and a deployment know:
	// META_APP_SECRET, a comma-separated list; GRAPH_URL.
	Secrets, Providers map[string]string

	Statuses whatsapp.Timing
	// Runtime may change what a function is built from: tests inject faults there.
	Runtime func(function string, rt *boot.Runtime)
	// Builder may wrap how a function is built: the injector of infra/local/fault stands there.
	Builder func(function string, build boot.Builder) boot.Builder
	// Around wraps every invocation that an event source makes.
	Around func(function string) source.Around
	// Backoff is after how long a failed record is tried again, by the stack's clock; 0 = as deployed: after what the function asked for,
	// or the queue's visibility time-out.
	Backoff time.Duration
	// NoWindow gives functions their batches as soon as there is something, without the queues' gathering time.
	NoWindow bool
	// Single gives functions one message at a time from queues that do not gather: what Lambda does while a function is faster than its
	// messages come, which a busy machine is not.
	Single bool
	// StreamWindow is how long the tables' streams gather a batch; 0 = 20 ms, in which the writes of one message come together, as they do on
	// Lambda, which asks four times a second.
	StreamWindow time.Duration
	// NoTick leaves the minute's tick to Advance and Tick.
	NoTick bool
	// WeakPasswords hashes them cheaply.
	WeakPasswords bool
	// Concurrency is the account's limit of concurrent executions, which all functions share; 0 = none. A new AWS account has ten.
	Concurrency int
	// NoSources starts no event sources: messages stay in their queues.
	NoSources bool
}

// Stack is a running system.
type Stack struct {
	options Options
	Clock   *Clock
	URL     string // of the public side
	Mail    *mailbox.Box
	Phone   *whatsapp.Simulator
	shops   []Shop // with their codes
	Queues  *sqs.Server
	Socket  *gateway.Socket
	Engine  *engine.Engine

	database    database
	concurrency *concurrency
	aws         net.Listener
	storage     net.Listener
	public      net.Listener
	objects     *s3.Store
	users       *cognito.Server
	keys        *kms.Server
	meter       *meter.Meter
	services    http.Handler // of AWS, on the one loopback endpoint
	handlers    map[string]lambda.Handler
	queued      []*source.QueueSource
	streams     []*source.StreamSource
	awake       sync.Map // the []*source.StreamSource of a table's name
	closers     []func()
	log         *slog.Logger

	Telegram   *telegram.Simulator
	simulators []sim.Simulator // Phone, Telegram
}

// defaults fills in what was left out.
func (o *Options) defaults() {
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	if o.Engine == "" {
		o.Engine = engine.Default()
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	if o.StreamWindow == 0 {
		o.StreamWindow = 20 * time.Millisecond
	}
}

// Start brings everything up. On an error nothing is left running.
func Start(ctx context.Context, options Options) (_ *Stack, err error) {
	options.defaults()
	s := &Stack{options: options, concurrency: newConcurrency(options.Concurrency), log: slog.New(slog.NewJSONHandler(options.Log, nil))}
	defer func() {
		if err != nil {
			s.Stop()
		}
	}()
	if s.options.Dir, err = filepath.Abs(options.Dir); err != nil {
		return nil, fmt.Errorf("find %s: %w", options.Dir, err)
	}
	if err := os.MkdirAll(s.options.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make %s: %w", s.options.Dir, err)
	}
	if s.Clock, err = openClock(s.options.Dir, options.Start); err != nil {
		return nil, err
	}
	s.meter = meter.New(s.Clock.Now)
	for _, step := range []func(context.Context) error{s.listen, s.openServices, s.openDatabase, s.openSimulators, s.serveAWS, s.build, s.servePublic, s.startSources} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// listen opens the three listeners first: functions get the addresses when they are built. The storage keeps its address over restarts,
// as a bucket does: links and the policies of open pages name it.
func (s *Stack) listen(ctx context.Context) error {
	var config net.ListenConfig
	note := filepath.Join(s.options.Dir, "storage.address")
	if last, err := os.ReadFile(note); err == nil {
		// Another process may have the port by now.
		s.storage, _ = config.Listen(ctx, "tcp", string(last))
	}
	for _, l := range []struct {
		listener *net.Listener
		address  string
	}{{&s.public, s.options.Address}, {&s.aws, "127.0.0.1:0"}, {&s.storage, "127.0.0.1:0"}} {
		if *l.listener == nil {
			listener, err := config.Listen(ctx, "tcp", l.address)
			if err != nil {
				return fmt.Errorf("listen on %s: %w", l.address, err)
			}
			*l.listener = listener
		}
		s.onStop(func() { _ = (*l.listener).Close() })
	}
	if err := os.WriteFile(note, []byte(s.storage.Addr().String()), 0o600); err != nil {
		return fmt.Errorf("note the storage's address: %w", err)
	}
	s.URL = "http://" + s.public.Addr().String()
	return nil
}

// Pages are the simulated providers' pages, as a person opens them.
func (s *Stack) Pages() []sim.Link {
	var pages []sim.Link
	for _, simulator := range s.simulators {
		pages = append(pages, simulator.Page())
	}
	return pages
}

func (s *Stack) onStop(f func()) { s.closers = append(s.closers, f) }

func (s *Stack) path(name string) string { return filepath.Join(s.options.Dir, name) }

// Stop ends the stack's parts in reverse order of their start, so that no source starts an invocation whose services are gone.
func (s *Stack) Stop() {
	for _, source := range s.streams {
		source.Stop()
	}
	for _, source := range s.queued {
		source.Stop()
	}
	for _, stop := range slices.Backward(s.closers) {
		stop()
	}
	s.closers = nil
}

func (s *Stack) serveOn(listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			s.log.Error("serve", slog.String("error", err.Error()))
		}
	}()
	s.onStop(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if err := server.Shutdown(ctx); err != nil {
			_ = server.Close()
		}
	})
}
