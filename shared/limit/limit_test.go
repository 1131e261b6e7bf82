package limit

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// counter counts in memory, and how often it was asked: each is a write.
type counter struct {
	mu     sync.Mutex
	counts map[string]int
	writes int
	down   bool
}

func (c *counter) HitTimes(_ context.Context, key string, times int, window time.Duration, now time.Time) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down {
		return 0, fault.New(fault.Unavailable, "no table")
	}
	if c.counts == nil {
		c.counts = map[string]int{}
	}
	c.writes++
	key += now.Truncate(window).String() + window.String()
	c.counts[key] += times
	return c.counts[key], nil
}

// process is a warm process with limits of its own.
type process struct {
	*Limiter
	t   testing.TB
	now *time.Time
	out bytes.Buffer
}

func start(t testing.TB, c Counter, now *time.Time) *process {
	t.Helper()
	p := &process{t: t, now: now}
	wall := func() time.Time { return *now }
	metrics, err := obs.NewMetrics(&p.out, wall, "widget", RequestsLimited)
	if err == nil {
		p.Limiter, err = New(c, wall, metrics, slog.New(slog.NewTextHandler(&p.out, nil)))
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// passes returns how many of n uses are let through.
func (p *process) passes(n int, checks ...Check) (passed int) {
	p.t.Helper()
	for range n {
		err := p.Take(p.t.Context(), checks...)
		if err == nil {
			passed++
		} else if !fault.Is(err, fault.RateLimited) {
			p.t.Fatal(err)
		}
	}
	return passed
}

// All processes together let through the limit, and no more than a batch each on top: those that were not counted.
func TestTake_ManyProcessesAtOnce_OneLimit(t *testing.T) {
	t.Parallel()
	const processes = 8
	for _, c := range []struct{ batch, most int }{{1, 100}, {5, 100 + processes*5}, {20, 100 + processes*20}} {
		now, counts := noon, &counter{}
		check := Check{Limit{Name: "message", Most: 100, Window: time.Minute, Batch: c.batch}, "V"}
		var passed atomic.Int64
		var wg sync.WaitGroup
		for range processes {
			p := start(t, counts, &now)
			for range 3 {
				wg.Go(func() { passed.Add(int64(p.passes(100, check))) })
			}
		}
		wg.Wait()
		if n := int(passed.Load()); n < 100 || n > c.most {
			t.Errorf("in batches of %d, %d of 2,400 are let through, want 100 to %d", c.batch, n, c.most)
		}
		if most := 100/c.batch + 2*processes; counts.writes > most {
			t.Errorf("in batches of %d, %d writes, want at most %d", c.batch, counts.writes, most)
		}
	}
}

func TestTake_Refused_WritesNothing(t *testing.T) {
	t.Parallel()
	now, counts := noon.Add(20*time.Second), &counter{}
	p := start(t, counts, &now)
	check := Check{Limit{Name: "message", Most: 10, Window: time.Minute, Batch: 1}, "V"}
	if n := p.passes(10, check); n != 10 || counts.writes != 10 {
		t.Errorf("%d let through with %d writes", n, counts.writes)
	}
	if n := p.passes(1000, check); n != 0 || counts.writes != 10 {
		t.Errorf("%d of the refused let through, %d writes", n, counts.writes)
	}
	refusal := fault.As(p.Take(t.Context(), check))
	if refusal.RetryAfter != 40*time.Second || refusal.Reason != "message" {
		t.Errorf("the refusal is %+v", refusal)
	}
	if n := strings.Count(p.out.String(), `"RequestsLimited":1`); n != 1001 {
		t.Errorf("the metric counts %d", n)
	}
	if n := p.passes(10, Check{check.Limit, "another"}); n != 10 {
		t.Errorf("another visitor is let through %d times", n)
	}
	now = noon.Add(time.Minute)
	if n := p.passes(11, check); n != 10 {
		t.Errorf("in the next window %d are let through", n)
	}
}

// Who stays below a batch costs nothing; with a batch as large as the limit nobody does.
func TestTake_FirstBatch_WritesNothing(t *testing.T) {
	t.Parallel()
	now, counts := noon, &counter{}
	p := start(t, counts, &now)
	check := Check{Limit{Name: "read", Most: 100, Window: time.Minute, Batch: 10}, "V"}
	if n := p.passes(10, check); n != 10 || counts.writes != 0 {
		t.Errorf("%d let through with %d writes", n, counts.writes)
	}
	if n := p.passes(1, check); n != 1 || counts.writes != 1 {
		t.Errorf("%d let through with %d writes", n, counts.writes)
	}
	if n := start(t, counts, &now).passes(200, check); n != 80 {
		t.Errorf("another process lets through %d of the 80 that the first has not taken", n)
	}
	own := Check{Limit{Name: "frame", Most: 30, Window: time.Minute, Batch: 30}, "C"}
	counts.writes = 0
	if n := p.passes(100, own); n != 30 || counts.writes != 0 {
		t.Errorf("%d let through with %d writes", n, counts.writes)
	}
}

func TestTake_NarrowLimitFull_WideUntouched(t *testing.T) {
	t.Parallel()
	now := noon
	p := start(t, &counter{}, &now)
	wide := Check{Limit{Name: "account", Most: 20, Window: time.Minute, Batch: 1}, "A"}
	narrow := func(who string) Check {
		return Check{Limit{Name: "visitor", Most: 5, Window: time.Minute, Batch: 1}, who}
	}
	if n := p.passes(1000, narrow("script"), wide); n != 5 {
		t.Errorf("%d let through", n)
	}
	if n := p.passes(5, narrow("person"), wide); n != 5 {
		t.Errorf("another visitor is let through %d times", n)
	}
}

func TestTake_CounterDown_LetsThrough(t *testing.T) {
	t.Parallel()
	now, counts := noon, &counter{down: true}
	p := start(t, counts, &now)
	check := Check{Limit{Name: "message", Most: 10, Window: time.Minute, Batch: 5}, "V"}
	if n := p.passes(50, check); n != 50 {
		t.Errorf("%d of 50 let through", n)
	}
	if n := strings.Count(p.out.String(), "a limit was not counted"); n != 9 {
		t.Errorf("%d lines for 45 that were to be counted in batches of five", n)
	}
	counts.down = false
	if n := p.passes(50, check); n != 0 {
		t.Errorf("%d let through once the counter is back: what passed meanwhile counts", n)
	}
}

// A process forgets the keys that are not used, and no other.
func TestTake_ManyKeys_MemoryBounded(t *testing.T) {
	t.Parallel()
	now := noon
	p := start(t, &counter{}, &now)
	l := Limit{Name: "message", Most: 10, Window: time.Hour, Batch: 5}
	script := 0
	for i := range 5 * leasesMax {
		p.passes(1, Check{l, fmt.Sprint(i)})
		if i%1000 == 0 {
			script += p.passes(1, Check{l, "script"})
		}
	}
	if n := len(p.leases) + len(p.older); n > 2*leasesMax || script != 10 {
		t.Errorf("%d keys are remembered, and one that is always used was let through %d times", n, script)
	}
}
