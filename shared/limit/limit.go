// Package limit bounds how often somebody may do something, over all warm processes together.
//
// A limit counts in windows of the wall clock. A process spends from a batch in its memory, and asks the shared counter for the next one
// when it has spent it, so a request costs a write per batch at most, and one that is refused costs none: a process that was told that a
// window is full asks no more. With n processes a window lets through at most n batches more than its limit, those that were not counted.
// It imports fault, obs and the standard library.
package limit

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
)

// Limit is how many times a key may do something in a window.
type Limit struct {
	// Name is the kind of the key's counter. No two limits share one.
	Name string
	// Most is how many times in a window, over all processes.
	Most int
	// Window is the length of a window; windows begin at its multiples.
	Window time.Duration
	// Batch is how many a process takes from the counter at once. Its first batch in a window is free, and is counted with the second: who
	// stays below it costs no write. A batch of one has none free, so every request is counted and the limit is exact. With a batch as
	// large as the limit nothing is counted, and each process has the whole limit.
	Batch int
}

// free is how many a process lets through in a window before it asks the counter.
func (l Limit) free() int {
	if l.Batch == 1 {
		return 0
	}
	return l.Batch
}

// Check is one use of a limit by somebody.
type Check struct {
	Limit Limit
	Who   string
}

// Counter counts over all processes.
type Counter interface {
	// HitTimes adds to the counter of a key in the window that holds now, and returns the sum.
	HitTimes(ctx context.Context, key string, times int, window time.Duration, now time.Time) (count int, err error)
}

// RequestsLimited counts what a limit refused. The log has the limit's name as the reason, and the account where it is known.
var RequestsLimited = obs.Counter{Name: "RequestsLimited", Rare: true}

// Limiter is the limits of one process. It is safe for concurrent use.
type Limiter struct {
	counter Counter
	wall    func() time.Time
	metrics *obs.Metrics
	log     *slog.Logger

	mu     sync.Mutex
	leases map[string]*lease
	older  map[string]*lease // of the generation before: those that are used move on, the others are forgotten with it
}

// leasesMax bounds a generation of leases, of about 200 bytes each. A key that is forgotten begins with a new free batch.
const leasesMax = 20_000

// New needs every argument; metrics knows RequestsLimited.
func New(counter Counter, wall func() time.Time, metrics *obs.Metrics, log *slog.Logger) (*Limiter, error) {
	if counter == nil || wall == nil || metrics == nil || log == nil {
		return nil, errors.New("limit: counter, wall clock, metrics and logger are required")
	}
	return &Limiter{counter: counter, wall: wall, metrics: metrics, log: log, leases: map[string]*lease{}}, nil
}

// lease is what a process may still let through for a key in a window.
type lease struct {
	mu        sync.Mutex
	begins    time.Time // of the window
	left      int
	uncounted int  // let through, or left, and not counted yet
	full      bool // the counter has no more in this window
}

// Take uses each limit once, in order, and stops at the first that is used up: the limits behind it are not touched. It then returns
// RateLimited with the limit's name as the reason and the time until the window ends. When the counter does not answer, the request is
// let through: nobody is silenced by a failure of ours.
func (l *Limiter) Take(ctx context.Context, checks ...Check) error {
	for _, c := range checks {
		if err := l.take(ctx, c); err != nil {
			l.metrics.Count(RequestsLimited, 1)
			return err
		}
	}
	return nil
}

func (l *Limiter) take(ctx context.Context, c Check) error {
	key := c.Limit.Name + " " + c.Who
	now := l.wall()
	begins := now.Truncate(c.Limit.Window)
	e := l.lease(key)
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.begins.Equal(begins) {
		free := c.Limit.free()
		e.begins, e.left, e.uncounted, e.full = begins, free, free, free >= c.Limit.Most
	}
	if e.left == 0 && !e.full {
		l.renew(ctx, e, key, c.Limit, now)
	}
	if e.left == 0 {
		return fault.TooOften(begins.Add(c.Limit.Window).Sub(now)).WithReason(c.Limit.Name)
	}
	e.left--
	return nil
}

// renew takes a batch from the counter, or what is left of the window.
func (l *Limiter) renew(ctx context.Context, e *lease, key string, of Limit, now time.Time) {
	e.uncounted += of.Batch
	count, err := l.counter.HitTimes(ctx, key, e.uncounted, of.Window, now)
	if err != nil {
		l.log.WarnContext(ctx, "a limit was not counted", slog.String("limit", of.Name), slog.String("reason", fault.Reason(err)))
		e.left = of.Batch
		return
	}
	e.uncounted = 0
	e.left = max(0, of.Batch-max(0, count-of.Most))
	e.full = count >= of.Most
}

func (l *Limiter) lease(key string) *lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.leases[key]; e != nil {
		return e
	}
	if len(l.leases) >= leasesMax {
		l.leases, l.older = map[string]*lease{}, l.leases
	}
	e := l.older[key]
	if e == nil {
		e = &lease{}
	}
	l.leases[key] = e
	return e
}
