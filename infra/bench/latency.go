package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/recado-chat/recado/infra/bench/measure"
	"github.com/recado-chat/recado/infra/local/stack"
)

const latencySockets = 50

// pushBars are the bars of the way to the browser by rate, in milliseconds; rates without one are printed only.
var pushBars = map[int]bars{25: {p99: 100, largest: 300}, 100: {p95: 150}}

// bars are upper bounds in milliseconds; 0 is none.
type bars struct{ p95, p99, largest float64 }

// verdict of the timings of n messages, all of which must have arrived.
func (b bars) verdict(times *timings, n int) string {
	if b == (bars{}) {
		return "printed only"
	}
	within := func(p, bar float64) bool { return bar == 0 || measure.Percentile(times.ms, p) <= bar }
	return measure.Verdict(len(times.ms) == n && within(95, b.p95) && within(99, b.p99) && within(100, b.largest))
}

// latency measures from a provider's post to the frame at the browser that looks at the conversation.
func latency(ctx context.Context) error {
	seconds, err := measure.Number("SECONDS", 20)
	if err != nil {
		return err
	}
	runs, err := measure.Number("RUNS", 1)
	if err != nil {
		return err
	}
	fmt.Printf(`A signed WhatsApp text from its due time (HTTP post, open loop) to its frame at the one of %d sockets that looks at the conversation; %d open
conversations, each looked at by one socket; windows as deployed, all functions, queues and the sockets' readers in this process, the database in its own.
%d s a rate (10 s at 200/s), %d runs, each with a stack of its own. Bars: at 25/s p99 ≤ 100 ms and none above 300 ms, at 100/s p95 ≤ 150 ms.

| rate | p50 | p95 | p99 | largest, ms | arrived | frames a message, all sockets | bar |
|---|---|---|---|---|---|---|---|
`, latencySockets, latencySockets, seconds, runs)
	for range runs {
		if err := pushRun(ctx, seconds); err != nil {
			return err
		}
	}
	return nil
}

func pushRun(ctx context.Context, seconds int) error {
	s, stop, err := open(ctx, stack.Options{})
	if err != nil {
		return err
	}
	defer stop()
	awaited := &awaited{due: map[string]time.Time{}}
	crowd, err := s.crowd(ctx, latencySockets, awaited.heard)
	if err != nil {
		return err
	}
	defer crowd.close()
	for _, rate := range []int{25, 50, 100, 200} {
		n := rate * seconds
		if rate == 200 {
			n = rate * min(seconds, 10)
		}
		awaited.begin(rate)
		frames := crowd.frames()
		measure.Pace(ctx, float64(rate), n, func(i int, due time.Time) {
			text := awaited.expect(i, due)
			if err := s.say(ctx, customer(i%latencySockets), "wamid."+text, text); err != nil {
				awaited.times.failed(err)
			}
		})
		awaited.wait(ctx, n, time.Minute)
		if err := s.Settle(ctx); err != nil {
			return err
		}
		times := awaited.times
		if times.err != nil {
			return times.err
		}
		fmt.Printf("| %d/s | %s | %d of %d | %.2f | %s |\n", rate, times.row(), len(times.ms), n,
			float64(crowd.frames()-frames)/float64(n), pushBars[rate].verdict(times, n))
	}
	return nil
}

// awaited are the messages that were posted and not yet seen.
type awaited struct {
	mu    sync.Mutex
	run   string
	due   map[string]time.Time
	times *timings
}

func (a *awaited) begin(rate int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.run, a.due, a.times = strconv.Itoa(rate)+"-a-second-", map[string]time.Time{}, &timings{}
}

// expect names the i-th message.
func (a *awaited) expect(i int, due time.Time) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	text := a.run + strconv.Itoa(i)
	a.due[text] = due
	return text
}

func (a *awaited) heard(text string, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if due, ok := a.due[text]; ok {
		delete(a.due, text) // a push may come twice
		a.times.add(at.Sub(due))
	}
}

// wait returns when n messages were seen, or after a time-out.
func (a *awaited) wait(ctx context.Context, n int, atMost time.Duration) {
	for began := time.Now(); time.Since(began) < atMost && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		a.mu.Lock()
		left := len(a.due)
		a.mu.Unlock()
		if left == 0 {
			return
		}
	}
}

// crowd are browsers, each of which looks at its own conversation: the i-th at the i-th customer's.
type crowd []*browser

// crowd opens n conversations, with a browser before each. The operators take turns.
func (s *shop) crowd(ctx context.Context, n int, heard func(string, time.Time)) (all crowd, err error) {
	ids, err := s.conversations(ctx, n)
	if err != nil {
		return nil, err
	}
	operators, err := s.operators(ctx, 5)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			all.close()
		}
	}()
	for i := range n {
		b, err := operators[i%len(operators)].browse(ctx, heard)
		if err != nil {
			return all, err
		}
		all = append(all, b)
		if err := b.view(ctx, ids[i]); err != nil {
			return all, err
		}
	}
	return all, s.Settle(ctx)
}

// conversations opens one for each of the first n customers, and answers their ids in the customers' order.
func (s *shop) conversations(ctx context.Context, n int) ([]string, error) {
	at := map[string]int{}
	for i := range n {
		text := "soy el cliente " + strconv.Itoa(i)
		at[text] = i
		if err := s.say(ctx, customer(i), "wamid.first."+strconv.Itoa(i), text); err != nil {
			return nil, err
		}
	}
	if err := s.Settle(ctx); err != nil {
		return nil, err
	}
	var list struct {
		Items []struct {
			ID      string
			Preview struct{ Text string }
		}
	}
	if err := s.owner.call(ctx, http.MethodGet, "/api/v1/conversations?status=all&limit="+strconv.Itoa(n), nil, &list); err != nil {
		return nil, err
	}
	ids := make([]string, n)
	for _, item := range list.Items {
		ids[at[item.Preview.Text]] = item.ID
	}
	if len(list.Items) != n {
		return nil, fmt.Errorf("%d conversations were opened, not %d", len(list.Items), n)
	}
	return ids, nil
}

func (c crowd) frames() (n int64) {
	for _, b := range c {
		n += b.frames.Load()
	}
	return n
}

func (c crowd) close() {
	for _, b := range c {
		b.close()
	}
}
