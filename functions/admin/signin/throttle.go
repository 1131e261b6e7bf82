package signin

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/recado-chat/recado/shared/httpapi"
)

type hitStore interface {
	// Hit increments the counter of key within the window and returns the new count.
	Hit(ctx context.Context, key string, window time.Duration, now time.Time) (count int, err error)
	// Forgive undoes one Hit of the given time.
	Forgive(ctx context.Context, key string, window time.Duration, at time.Time) error
}

// throttle limits password attempts. An attempt is counted before it is made, so that concurrent processes share one limit. A successful
// attempt is not counted. A process that saw a key over its limit refuses it without asking the store again.
type throttle struct {
	store hitStore
	wall  func() time.Time

	mu      sync.Mutex
	blocked map[string]time.Time
}

// blockedMax limits the number of keys kept in memory.
const blockedMax = 10_000

func newThrottle(store hitStore, wall func() time.Time) *throttle {
	return &throttle{store: store, wall: wall, blocked: map[string]time.Time{}}
}

// limit is the number of failures of one key that a window allows.
type limit struct {
	key    string
	most   int
	window time.Duration
}

// try counts an attempt, or returns RateLimited when one of the keys is over its limit. The caller forgives a successful attempt.
func (t *throttle) try(ctx context.Context, limits ...limit) (forgive func(context.Context) error, err error) {
	if err := t.blockedNow(limits); err != nil {
		return nil, err
	}
	at := t.wall()
	if err := t.countAt(ctx, at, limits); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		for _, l := range limits {
			if err := t.store.Forgive(ctx, l.key, l.window, at); err != nil {
				return fmt.Errorf("forgive an attempt: %w", err)
			}
		}
		return nil
	}, nil
}

// blockedNow refuses a key that this process has seen over its limit.
func (t *throttle) blockedNow(limits []limit) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range limits {
		if wait := t.blocked[l.key].Sub(t.wall()); wait > 0 {
			return httpapi.Limited(wait)
		}
	}
	return nil
}

// count increments each key and returns RateLimited when one is over its limit.
func (t *throttle) count(ctx context.Context, limits ...limit) error {
	return t.countAt(ctx, t.wall(), limits)
}

func (t *throttle) countAt(ctx context.Context, at time.Time, limits []limit) error {
	var over error
	for _, l := range limits {
		n, err := t.store.Hit(ctx, l.key, l.window, at)
		if err != nil {
			return fmt.Errorf("count an attempt: %w", err)
		}
		if n > l.most {
			t.block(l)
			over = httpapi.Limited(l.window)
		}
	}
	return over
}

func (t *throttle) block(l limit) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.blocked) >= blockedMax {
		clear(t.blocked)
	}
	if now := t.wall(); !t.blocked[l.key].After(now) {
		t.blocked[l.key] = now.Add(l.window)
	}
}
