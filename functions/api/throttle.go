package api

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/recado-chat/recado/shared/httpapi"
)

type hitStore interface {
	// Hit counts one more of key within the window and answers how many there are.
	Hit(ctx context.Context, key string, window time.Duration, now time.Time) (count int, err error)
}

// throttle slows down those who try passwords. Only failures count, so that whoever knows theirs is never locked out by using
// it; a key over its limit is then refused without a look, by every process that saw it fail.
type throttle struct {
	store hitStore
	wall  func() time.Time

	mu      sync.Mutex
	blocked map[string]time.Time
}

// blockedMax bounds the memory of a process that lives for hours.
const blockedMax = 10_000

func newThrottle(store hitStore, wall func() time.Time) *throttle {
	return &throttle{store: store, wall: wall, blocked: map[string]time.Time{}}
}

// limit is how many failures of one key a window takes.
type limit struct {
	key    string
	most   int
	window time.Duration
}

// check refuses a key that is known to be over its limit.
func (t *throttle) check(limits ...limit) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, l := range limits {
		if wait := t.blocked[l.key].Sub(t.wall()); wait > 0 {
			return httpapi.Limited(wait)
		}
	}
	return nil
}

// count adds one to each key; RateLimited when one of them is over its limit now.
func (t *throttle) count(ctx context.Context, limits ...limit) error {
	var over error
	for _, l := range limits {
		n, err := t.store.Hit(ctx, l.key, l.window, t.wall())
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
