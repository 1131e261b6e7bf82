// Package sqs is the local stack's SQS: a durable queue in one SQLite file, with the semantics of Amazon's service, its
// wire protocol (see Handler) and a Go API for the event sources of the same process.
//
// Invariants:
//   - A message that was acknowledged to its sender survives kill -9, and no consumer sees it before it is stored. Many
//     sends share one transaction.
//   - A FIFO group has at most one receive in flight, and its messages are delivered in the order they were sent.
//   - Groups are served round robin, on standard queues too (as in SQS's fair queues), so that a busy one does not starve another.
//   - Time is the injected clock's. Only waiting (long polls) is real time; call Wake after moving the clock.
//   - Messages in flight when the process ended are visible again at once after a restart.
//
// Deliberate deviations: a message moves to its dead-letter queue when it becomes visible for the last time instead of at
// the next receive, and queues are the ones given to Open (messages of a queue that is no longer given stay in the file).
//
// It may import the standard library and the SQLite driver, nothing of this repository.
package sqs

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Region and Account appear in ARNs and queue URLs.
const (
	Region  = "us-east-1"
	Account = "000000000000"
)

const (
	// MaxBatch is the most entries that a batch request carries.
	MaxBatch = 10
	// MaxBytes is the most that a message, or all messages of a batch, may weigh with their attributes.
	MaxBytes = 1 << 20

	dedupWindow     = 5 * time.Minute
	retention       = 14 * 24 * time.Hour
	maxDelay        = 15 * time.Minute
	sweepEvery      = time.Minute
	defaultVisible  = 30 * time.Second
	maxReceiveBytes = 4 << 20
)

// Queue describes one queue. The name of a FIFO queue ends in ".fifo".
type Queue struct {
	Name string
	FIFO bool
	// Visibility is how long a received message stays hidden; 0 means SQS's default of 30 s.
	Visibility time.Duration
	// MaxReceive is after how many receives a message moves to DeadLetter; both or none are set.
	MaxReceive int
	// DeadLetter names another queue of the same kind.
	DeadLetter string
	// Rests says that the queue has no consumer: Idle does not count its messages.
	Rests bool
}

// Server holds all queues. Its methods are safe for concurrent use.
type Server struct {
	now   func() time.Time
	store *store
	boot  string

	mu      sync.Mutex
	queues  map[string]*queue
	dead    map[string]bool
	lastSeq int64
	sending int
	swept   time.Time
	closed  chan struct{}
}

// ARN of the queue with this name.
func ARN(queue string) string {
	return "arn:aws:sqs:" + Region + ":" + Account + ":" + queue
}

// Open reads the store at path, creating it if it does not exist, and serves the queues given.
func Open(path string, now func() time.Time, queues []Queue) (*Server, error) {
	if err := validate(queues); err != nil {
		return nil, fmt.Errorf("open queues: %w", err)
	}
	st, err := openStore(path)
	if err != nil {
		return nil, fmt.Errorf("open queues at %s: %w", path, err)
	}
	s := &Server{
		now: now, store: st, boot: randomHex(4),
		queues: make(map[string]*queue, len(queues)),
		dead:   make(map[string]bool),
		swept:  now(),
		closed: make(chan struct{}),
	}
	for _, q := range queues {
		if q.Visibility == 0 {
			q.Visibility = defaultVisible
		}
		s.queues[q.Name] = newQueue(q, now())
		if q.DeadLetter != "" {
			s.dead[q.DeadLetter] = true
		}
	}
	if err := s.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("load queues from %s: %w", path, err), st.close())
	}
	return s, nil
}

func validate(queues []Queue) error {
	byName := make(map[string]Queue, len(queues))
	for _, q := range queues {
		if _, twice := byName[q.Name]; twice || q.Name == "" {
			return fmt.Errorf("queue name %q is empty or given twice", q.Name)
		}
		if q.FIFO != strings.HasSuffix(q.Name, ".fifo") {
			return fmt.Errorf("queue %s: the name of a FIFO queue, and of no other, ends in .fifo", q.Name)
		}
		byName[q.Name] = q
	}
	for _, q := range queues {
		if (q.DeadLetter == "") != (q.MaxReceive == 0) {
			return fmt.Errorf("queue %s: a dead-letter queue and a maximum of receives belong together", q.Name)
		}
		if q.DeadLetter == "" {
			continue
		}
		d, ok := byName[q.DeadLetter]
		if !ok || d.FIFO != q.FIFO || d.Name == q.Name {
			return fmt.Errorf("queue %s: its dead-letter queue %q must be another queue of the same kind", q.Name, q.DeadLetter)
		}
	}
	return nil
}

// load builds the queues in memory from the store. Everything is visible, except what was sent with a delay.
func (s *Server) load() error {
	now := s.now()
	last, err := s.store.each(func(seq int64, received int, r record) {
		q, ok := s.queues[r.Queue]
		if !ok {
			return
		}
		m := &message{record: r, seq: seq, received: received, heapIndex: -1}
		q.add(m)
		q.schedule(m, m.visibleFrom(now), now)
	}, func(queue, id string, d duplicate) {
		if q, ok := s.queues[queue]; ok {
			q.dedup[id] = d
		}
	})
	if err != nil {
		return err
	}
	s.lastSeq = last
	for _, q := range s.queues {
		s.advance(q, now)
	}
	return nil
}

// Close ends all waiting receives, writes what is pending and closes the store.
func (s *Server) Close() error {
	s.mu.Lock()
	select {
	case <-s.closed:
		s.mu.Unlock()
		return nil
	default:
		close(s.closed)
	}
	s.mu.Unlock()
	if err := s.store.close(); err != nil {
		return fmt.Errorf("close queues: %w", err)
	}
	return nil
}

// Wake makes every waiting receive check its queue again. Call it after moving the clock.
func (s *Server) Wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for _, q := range s.queues {
		s.advance(q, now)
		q.notify()
	}
}

// Stats of a queue at one moment.
type Stats struct {
	Visible, InFlight, Delayed int
	// Oldest is the age of the oldest message that is still in the queue.
	Oldest time.Duration
	// LongestWait is the longest time from when a message could be received to its first receive, since the server was opened.
	LongestWait time.Duration
}

// Stats counts what is in the queue. The error is an *Error when there is no such queue.
func (s *Server) Stats(name string) (Stats, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(name)
	if err != nil {
		return Stats{}, err
	}
	now := s.now()
	s.advance(q, now)
	return q.stats(now), nil
}

// Waiting is how many messages of a queue are visible or in flight; 0 when there is no such queue.
func (s *Server) Waiting(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, err := s.queue(name)
	if err != nil {
		return 0
	}
	return q.visible + q.inFlight
}

// Idle reports whether no queue has anything to do at this time of the clock. Dead-letter queues are not counted, nor is
// what waits for its delay; what waits for its visibility time-out is, since it will be tried again.
func (s *Server) Idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sending > 0 {
		return false
	}
	now := s.now()
	for name, q := range s.queues {
		s.advance(q, now)
		if !s.dead[name] && !q.Rests && q.visible+q.inFlight > 0 {
			return false
		}
	}
	return true
}

// queue finds a queue by name. s.mu is held.
func (s *Server) queue(name string) (*queue, error) {
	q, ok := s.queues[name]
	if !ok {
		return nil, &Error{Code: "QueueDoesNotExist", Message: "The specified queue does not exist."}
	}
	return q, nil
}

// advance brings a queue to the time of the clock: what is due becomes visible, what had its chances is moved away, what
// is too old is dropped. s.mu is held.
func (s *Server) advance(q *queue, now time.Time) {
	for _, m := range q.due(now) {
		if q.DeadLetter != "" && m.received >= q.MaxReceive {
			s.bury(q, m)
			continue
		}
		q.offer(m)
	}
	if now.Sub(s.swept) >= sweepEvery {
		s.sweep(now)
	}
}

func (s *Server) sweep(now time.Time) {
	s.swept = now
	for _, q := range s.queues {
		for _, m := range q.messages {
			if m.state != held && now.Sub(m.sentAt()) > retention {
				q.remove(m)
				s.store.later(func(t *tx) error { return t.remove(m.seq) })
			}
		}
		for id, d := range q.dedup {
			if !now.Before(d.expires) {
				delete(q.dedup, id)
			}
		}
	}
	s.store.later(func(t *tx) error { return t.forgetBefore(now) })
}
