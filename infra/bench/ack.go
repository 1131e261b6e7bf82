package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/local/stack"
)

const (
	ackRate = 200
	ackBar  = 10 * time.Millisecond
)

// ack measures how long a provider waits for the webhook's answer, with nothing behind the queue.
func ack(ctx context.Context) error {
	seconds, err := measure.Number("SECONDS", 20)
	if err != nil {
		return err
	}
	s, stop, err := open(ctx, stack.Options{NoSources: true})
	if err != nil {
		return err
	}
	defer stop()
	times := &timings{}
	measure.Pace(ctx, ackRate, 2*ackRate, func(i int, _ time.Time) { // warms up
		times.failed(s.say(ctx, customer(i), "wamid.warm."+strconv.Itoa(i), "hola"))
	})
	measure.Pace(ctx, ackRate, seconds*ackRate, func(i int, due time.Time) {
		if err := s.say(ctx, customer(i%500), "wamid.ack."+strconv.Itoa(i), "hola, ¿tienen stock?"); err != nil {
			times.failed(err)
			return
		}
		times.add(time.Since(due))
	})
	if times.err != nil {
		return times.err
	}
	fmt.Printf(`A signed WhatsApp text from its due time to the webhook's 200, gateway, function and durable queue in this process, nothing consuming;
%d/s for %d s, open loop: a call that begins late counts from when it was due.

| of the bar | p50 | p95 | p99 | largest, ms | p99 ≤ 10 ms |
|---|---|---|---|---|---|
| %.2f | %s | %s |
`, ackRate, seconds, measure.Percentile(times.ms, 99)/measure.Millis(ackBar), times.row(), measure.Verdict(measure.Percentile(times.ms, 99) <= measure.Millis(ackBar)))
	return nil
}

// timings collects the durations of calls, in milliseconds.
type timings struct {
	mu  sync.Mutex
	ms  []float64
	err error
}

func (t *timings) add(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ms = append(t.ms, measure.Millis(d))
}

// failed keeps the first error.
func (t *timings) failed(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
	}
}

// row is p50, p95, p99 and the largest, as cells.
func (t *timings) row() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.ms) == 0 {
		return "– | – | – | –"
	}
	return fmt.Sprintf("%.1f | %.1f | %.1f | %.1f", measure.Percentile(t.ms, 50), measure.Percentile(t.ms, 95), measure.Percentile(t.ms, 99), measure.Percentile(t.ms, 100))
}
