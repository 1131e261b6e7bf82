package send

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"github.com/recado-chat/recado/shared/cache"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/fault"
)

// RateLimiter limits the sending rate of one process to what the provider accepts: per second for a number, and a burst followed by one
// message every few seconds for a recipient. Other processes have their own limiters; if they exceed the limit together, the provider
// refuses and the message is retried.
type RateLimiter struct {
	now   func() time.Time
	sleep func(ctx context.Context, d time.Duration) error

	numbers *cache.Buckets[string]
	pairs   *cache.Buckets[pair]
}

type pair struct{ number, person string }

// NewRateLimiter uses the wall clock. sleep waits for a duration or returns the context's error.
func NewRateLimiter(now func() time.Time, sleep func(context.Context, time.Duration) error) *RateLimiter {
	return &RateLimiter{now: now, sleep: sleep, numbers: cache.NewBuckets[string](bucketsMax), pairs: cache.NewBuckets[pair](bucketsMax)}
}

const (
	bucketsMax = 10_000 // maximum number of buckets (numbers, and pairs of number and recipient); when it is reached, all are forgotten
	shortWait  = time.Second
)

// keep waits until a message may be sent. If the wait exceeds shortWait, it reserves nothing and returns RateLimited.
func (p *RateLimiter) keep(ctx context.Context, r channel.Rate, number, person string) error {
	now := p.now()
	var reserved []*rate.Reservation
	if r.PerSecond > 0 {
		reserved = append(reserved, p.numbers.Of(number, rate.Limit(r.PerSecond), r.PerSecond).ReserveN(now, 1))
	}
	if r.PairEvery > 0 {
		reserved = append(reserved, p.pairs.Of(pair{number, person}, rate.Every(r.PairEvery), max(r.PairBurst, 1)).ReserveN(now, 1))
	}
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
		return fault.New(fault.RateLimited, "provider rate limit reached").WithReason("own_limit").WithCause(&channel.ProviderError{
			Code: "own_limit", Message: "too many messages at once", Class: channel.ClassWait, RetryAfter: wait,
		})
	}
	if err := p.sleep(ctx, wait); err != nil {
		return fault.New(fault.Unavailable, "deadline exceeded while waiting for the rate limit").WithCause(err)
	}
	return nil
}
