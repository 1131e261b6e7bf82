package enroll

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/recado-chat/recado/shared/httpapi"
)

// HitStore counts attempts.
type HitStore interface {
	// Hit increments the counter of key within the window and returns the new count.
	Hit(ctx context.Context, key string, window time.Duration, now time.Time) (count int, err error)
	// Forgive undoes one Hit of the given time.
	Forgive(ctx context.Context, key string, window time.Duration, at time.Time) error
}

// Throttle limits attempts. An attempt is counted before it is made, so that concurrent processes share one limit. A process that saw a
// key over its limit refuses it without asking the store again until the window ends.
type Throttle struct {
	store HitStore
	wall  func() time.Time

	mu      sync.Mutex
	blocked map[string]time.Time
}

// blockedMax limits the number of keys kept in memory.
const blockedMax = 10_000

// NewThrottle makes a Throttle. wall is the wall clock.
func NewThrottle(store HitStore, wall func() time.Time) *Throttle {
	return &Throttle{store: store, wall: wall, blocked: map[string]time.Time{}}
}

// Limit is the number of attempts of one key that a window allows. Windows begin at multiples of their length.
type Limit struct {
	Key    string
	Most   int
	Window time.Duration
}

// Try counts an attempt, or returns RateLimited when one of the keys is over its limit. The caller forgives a successful attempt.
func (t *Throttle) Try(ctx context.Context, limits ...Limit) (forgive func(context.Context) error, err error) {
	at := t.wall()
	if err := t.countAt(ctx, at, limits); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		for _, l := range limits {
			if err := t.store.Forgive(ctx, l.Key, l.Window, at); err != nil {
				return fmt.Errorf("forgive an attempt: %w", err)
			}
		}
		return nil
	}, nil
}

// Count counts an attempt for each key and returns RateLimited when one is over its limit.
func (t *Throttle) Count(ctx context.Context, limits ...Limit) error {
	return t.countAt(ctx, t.wall(), limits)
}

// countAt stops at the first limit that is used up: what one place is refused does not use up what is shared by all.
func (t *Throttle) countAt(ctx context.Context, at time.Time, limits []Limit) error {
	for _, l := range limits {
		ends := at.Truncate(l.Window).Add(l.Window)
		if t.isBlocked(l.Key, at) {
			return httpapi.Limited(ends.Sub(at))
		}
		n, err := t.store.Hit(ctx, l.Key, l.Window, at)
		if err != nil {
			return fmt.Errorf("count an attempt: %w", err)
		}
		if n > l.Most {
			t.block(l.Key, ends)
			return httpapi.Limited(ends.Sub(at))
		}
	}
	return nil
}

func (t *Throttle) isBlocked(key string, at time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return at.Before(t.blocked[key])
}

func (t *Throttle) block(key string, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.blocked) >= blockedMax {
		clear(t.blocked)
	}
	t.blocked[key] = until
}
