package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Options configure a Store.
type Options struct {
	Dir     string // holds the journal and the media files
	Now     func() time.Time
	Log     *slog.Logger // nil discards
	Retries []time.Duration
	// Post makes one attempt to deliver a webhook. A nil error means that the business accepted it; ErrNoWebhook keeps it until
	// Resume.
	Post func(ctx context.Context, w *Webhook) error
	// InOrder holds back the later webhooks of a lane while one is retried. Otherwise only first attempts are in order.
	InOrder bool
	// Restore reads back a Record.Other, and Snapshot lists those that are current. Both may be nil.
	Restore  func(json.RawMessage) error
	Snapshot func() []any
}

// defaultRetries give up after about five minutes; real providers go on for hours or days.
var defaultRetries = []time.Duration{
	time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, time.Minute, 2 * time.Minute,
}

// Store holds what a simulated provider knows, and delivers its webhooks. It is safe for concurrent use; methods whose comment
// says so need the lock, so that a provider can read and write in one step.
type Store struct {
	options Options
	journal *journal
	context context.Context // ends at Close
	stop    context.CancelFunc
	running sync.WaitGroup
	outbox  *outbox

	mu        sync.Mutex
	accounts  []*Account
	customers []*Customer
	files     map[string]*File
	messages  []*Message
	byID      map[string]*Message
	pending   map[int64]*Webhook
	lastID    int64 // of a webhook
	givenUp   int
	stopped   bool // no webhook is delivered
	watchers  map[chan Event]struct{}
}

// Open reads the journal. Nothing is delivered before Start.
func Open(options Options) (*Store, error) {
	if options.Dir == "" || options.Now == nil || options.Post == nil {
		return nil, errors.New("a simulator's store needs Dir, Now and Post")
	}
	if options.Retries == nil {
		options.Retries = defaultRetries
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(filepath.Join(options.Dir, "media"), 0o700); err != nil {
		return nil, fmt.Errorf("make the simulator's directory: %w", err)
	}
	s := &Store{
		options: options,
		files:   map[string]*File{}, byID: map[string]*Message{}, pending: map[int64]*Webhook{}, watchers: map[chan Event]struct{}{},
	}
	if err := replay(options.Dir, s.restore); err != nil {
		return nil, err
	}
	var err error
	if s.journal, err = rewrite(options.Dir, s.snapshot()); err != nil {
		return nil, err
	}
	s.context, s.stop = context.WithCancel(context.Background())
	s.outbox = newOutbox(s)
	return s, nil
}

// Start resumes the delivery of the webhooks that the last run left.
func (s *Store) Start() {
	s.Lock()
	defer s.Unlock()
	for _, w := range s.pendingInOrder() {
		s.outbox.enqueue(w)
	}
}

// Close stops background work and closes the journal.
func (s *Store) Close() error {
	s.stop()
	s.running.Wait()
	s.Lock()
	defer s.Unlock()
	if err := s.journal.file.Close(); err != nil {
		return fmt.Errorf("close the journal: %w", err)
	}
	return nil
}

// Lock takes the lock that the methods below need.
func (s *Store) Lock() { s.mu.Lock() }

// Unlock releases it.
func (s *Store) Unlock() { s.mu.Unlock() }

// Go runs work in the background until Close waits for it.
func (s *Store) Go(work func()) { s.running.Go(work) }

// Done is closed when the simulator closes.
func (s *Store) Done() <-chan struct{} { return s.context.Done() }

// Sleep waits in real time. It returns false if the simulator closed meanwhile.
func (s *Store) Sleep(wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.context.Done():
		return false
	}
}

// LogFailure logs an error that nobody waits for.
func (s *Store) LogFailure(err error) {
	if err != nil {
		s.options.Log.ErrorContext(s.context, "write the simulator's journal", "error", err)
	}
}

// Save appends records to the journal, applies them, tells watchers, and starts to deliver the webhooks among them. It needs the
// lock.
func (s *Store) Save(records ...Record) error {
	for _, r := range records {
		if err := s.journal.append(r); err != nil {
			return err
		}
		s.apply(r)
		s.tell(r)
		if r.Webhook != nil {
			s.outbox.enqueue(r.Webhook)
		}
	}
	return nil
}

func (s *Store) restore(l line) error {
	if l.Other == nil {
		s.apply(l.Record)
		return nil
	}
	if s.options.Restore == nil {
		return errors.New("the journal is another simulator's")
	}
	return s.options.Restore(l.Other)
}

func (s *Store) apply(r Record) {
	switch {
	case r.Account != nil:
		s.accounts = Upsert(s.accounts, r.Account, func(a *Account) string { return a.ID })
	case r.Customer != nil:
		s.customers = Upsert(s.customers, r.Customer, func(c *Customer) string { return c.ID })
	case r.File != nil:
		s.files[r.File.ID] = r.File
	case r.Message != nil:
		if known := s.byID[r.Message.ID]; known != nil {
			*known = *r.Message
		} else {
			s.byID[r.Message.ID] = r.Message
			s.messages = append(s.messages, r.Message)
		}
	case r.Webhook != nil:
		s.pending[r.Webhook.ID] = r.Webhook
		s.lastID = max(s.lastID, r.Webhook.ID)
	case r.Done != 0:
		delete(s.pending, r.Done)
		s.lastID = max(s.lastID, r.Done)
	}
}

// Upsert replaces the element with the same key, or appends one.
func Upsert[T any](all []*T, one *T, key func(*T) string) []*T {
	if i := slices.IndexFunc(all, func(t *T) bool { return key(t) == key(one) }); i >= 0 {
		all[i] = one
		return all
	}
	return append(all, one)
}

// snapshot lists the current objects as records.
func (s *Store) snapshot() []Record {
	var records []Record
	for _, a := range s.accounts {
		records = append(records, Record{Account: a})
	}
	for _, c := range s.customers {
		records = append(records, Record{Customer: c})
	}
	for _, f := range s.files {
		records = append(records, Record{File: f})
	}
	for _, m := range s.messages {
		records = append(records, Record{Message: m})
	}
	if s.options.Snapshot != nil {
		for _, o := range s.options.Snapshot() {
			records = append(records, Record{Other: o})
		}
	}
	for _, w := range s.pendingInOrder() {
		records = append(records, Record{Webhook: w})
	}
	return records
}

func (s *Store) pendingInOrder() []*Webhook {
	open := make([]*Webhook, 0, len(s.pending))
	for _, w := range s.pending {
		open = append(open, w)
	}
	slices.SortFunc(open, func(a, b *Webhook) int { return int(a.ID - b.ID) })
	return open
}
