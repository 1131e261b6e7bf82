package send

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/fault"
)

// Pace keeps a warm function from being faster than a provider takes messages: so many a second from one number, and to one person
// some at once and then one every few seconds. Other processes have a pace of their own: what they exceed together, the provider
// refuses, and that is waited for as well.
type Pace struct {
	now   func() time.Time
	sleep func(ctx context.Context, d time.Duration) error

	mu      sync.Mutex
	numbers map[string]*rate.Limiter
	pairs   map[pair]*rate.Limiter
}

type pair struct{ number, person string }

// NewPace makes a pace by the wall clock; sleep waits that long, or ends with the context's error.
func NewPace(now func() time.Time, sleep func(context.Context, time.Duration) error) *Pace {
	return &Pace{now: now, sleep: sleep, numbers: map[string]*rate.Limiter{}, pairs: map[pair]*rate.Limiter{}}
}

// Sleep waits in real time.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

const (
	paceMost  = 10_000 // numbers, and pairs, that are remembered; then all are forgotten
	shortWait = time.Second
)

// keep waits until a message may leave. Where that is long, it answers RateLimited with the wait, and nothing is reserved.
func (p *Pace) keep(ctx context.Context, r channel.Rate, number, person string) error {
	now := p.now()
	p.mu.Lock()
	var reserved []*rate.Reservation
	if r.PerSecond > 0 {
		reserved = append(reserved, limiter(p.numbers, number, rate.Limit(r.PerSecond), r.PerSecond).ReserveN(now, 1))
	}
	if r.PairEvery > 0 {
		reserved = append(reserved, limiter(p.pairs, pair{number, person}, rate.Every(r.PairEvery), r.PairBurst).ReserveN(now, 1))
	}
	p.mu.Unlock()
	var wait time.Duration
	for _, one := range reserved {
		wait = max(wait, one.DelayFrom(now))
	}
	if wait == 0 {
		return nil
	}
	if wait > shortWait {
		for _, one := range reserved {
			one.CancelAt(now)
		}
		return fault.New(fault.RateLimited, "the provider would not take it yet").WithReason("own_limit").WithCause(&channel.ProviderError{
			Code: "own_limit", Message: "too many messages at once", Meaning: channel.MeansWait, RetryAfter: wait,
		})
	}
	if err := p.sleep(ctx, wait); err != nil {
		return fault.New(fault.Unavailable, "the time was over").WithCause(err)
	}
	return nil
}

func limiter[K comparable](all map[K]*rate.Limiter, key K, limit rate.Limit, burst int) *rate.Limiter {
	if l := all[key]; l != nil {
		return l
	}
	if len(all) >= paceMost {
		clear(all)
	}
	l := rate.NewLimiter(limit, max(burst, 1))
	all[key] = l
	return l
}
