package send

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/fault"
)

// paced returns a rate limiter whose clock advances only while it waits.
func paced() (*RateLimiter, *time.Time, *time.Duration) {
	now, slept := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), time.Duration(0)
	return NewRateLimiter(func() time.Time { return now }, func(_ context.Context, d time.Duration) error {
		now, slept = now.Add(d), slept+d
		return nil
	}), &now, &slept
}

// PROVIDERS §2.2: 80 messages per second from one number.
func TestRateLimiter_PerNumber(t *testing.T) {
	t.Parallel()
	p, _, slept := paced()
	r := channel.Rate{PerSecond: 80}
	for i := range 240 {
		if err := p.keep(t.Context(), r, "number", fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if want := 2 * time.Second; *slept < want-10*time.Millisecond || *slept > want+10*time.Millisecond {
		t.Errorf("240 messages took %v, want %v", *slept, want)
	}
	if err := p.keep(t.Context(), r, "another", "1"); err != nil || *slept > 3*time.Second {
		t.Errorf("a second number was delayed: %v", err)
	}
}

// PROVIDERS §2.2: 45 messages at once to one person, then one every six seconds, which exceeds the wait limit.
func TestRateLimiter_PerPerson(t *testing.T) {
	t.Parallel()
	p, now, slept := paced()
	r := channel.Rate{PerSecond: 80, PairBurst: 45, PairEvery: 6 * time.Second}
	for i := range 45 {
		if err := p.keep(t.Context(), r, "number", "ana"); err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
	}
	for range 3 { // a refused message reserves nothing
		err := p.keep(t.Context(), r, "number", "ana")
		refused := channel.Provider(err)
		if !fault.Is(err, fault.RateLimited) || refused == nil || refused.Class != channel.ClassWait || refused.RetryAfter.Round(time.Second) != 6*time.Second {
			t.Fatalf("got %v, %+v", err, refused)
		}
	}
	if err := p.keep(t.Context(), r, "number", "beto"); err != nil {
		t.Errorf("a second person was delayed: %v", err)
	}
	*now = now.Add(5500 * time.Millisecond)
	if err := p.keep(t.Context(), r, "number", "ana"); err != nil || slept.Round(100*time.Millisecond) != 500*time.Millisecond {
		t.Errorf("want a wait of half a second: %v, slept %v", err, *slept)
	}
	if err := p.keep(t.Context(), channel.Rate{}, "number", "ana"); err != nil {
		t.Errorf("a channel without a rate: %v", err)
	}
}

func TestRateLimiter_ContextEnds(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	p := NewRateLimiter(func() time.Time { return noon }, func(context.Context, time.Duration) error { return context.Canceled })
	r := channel.Rate{PerSecond: 2}
	var err error
	for err == nil {
		err = p.keep(t.Context(), r, "number", "ana")
	}
	if !fault.Is(err, fault.Unavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := boot.Sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("it slept: %v", err)
	}
}
