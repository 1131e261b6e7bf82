package signin

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
	// Forgive takes back one that Hit counted at the time given.
	Forgive(ctx context.Context, key string, window time.Duration, at time.Time) error
}

// throttle slows down those who try passwords. A try is counted before it is made, so that no number of processes grants more
// of them than one would; one that succeeds is forgiven, so that whoever knows theirs is never locked out by using it. A process
// that saw a key over its limit refuses it without asking again.
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

// try counts a try, or refuses it: RateLimited when one of the keys is over its limit. A try that succeeds is to be forgiven.
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

// blockedNow refuses a key that is known to be over its limit.
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

// count adds one to each key; RateLimited when one of them is over its limit now.
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
