package stack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/recado-chat/recado/infra/topology"
)

// errThrottled is the answer of Lambda to an invocation over the account's concurrency. API Gateway answers 503 then; what polls queues
// and streams tries again.
var errThrottled = errors.New("the account's concurrent executions are used up")

// concurrency is the account's limit of concurrent executions, which all functions share.
type concurrency struct {
	slots chan struct{} // nil = no limit

	mu       sync.Mutex
	highest  int
	refused  map[string]int
	waited   map[string]time.Duration // the longest wait for an execution, by function
	inFlight int
}

func newConcurrency(limit int) *concurrency {
	c := &concurrency{refused: map[string]int{}, waited: map[string]time.Duration{}}
	if limit > 0 {
		c.slots = make(chan struct{}, limit)
	}
	return c
}

// enter takes an execution for a function, at once or not at all.
func (c *concurrency) enter(function string) (leave func(), err error) {
	if c.slots == nil {
		return func() {}, nil
	}
	select {
	case c.slots <- struct{}{}:
		return c.entered(function, 0), nil
	default:
		c.mu.Lock()
		defer c.mu.Unlock()
		c.refused[function]++
		return nil, fmt.Errorf("invoke %s: %w", function, errThrottled)
	}
}

// await takes an execution for a function and waits for it.
func (c *concurrency) await(ctx context.Context, function string) (leave func(), err error) {
	if c.slots == nil {
		return func() {}, nil
	}
	began := time.Now()
	select {
	case c.slots <- struct{}{}:
		return c.entered(function, time.Since(began)), nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for an execution of %s: %w", function, ctx.Err())
	}
}

func (c *concurrency) entered(function string, waited time.Duration) (leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inFlight++
	c.highest = max(c.highest, c.inFlight)
	c.waited[function] = max(c.waited[function], waited)
	return func() {
		c.mu.Lock()
		c.inFlight--
		c.mu.Unlock()
		<-c.slots
	}
}

// Load is what the stack has had to do since it started.
type Load struct {
	Limit   int `json:"limit"`   // of concurrent executions; 0 = none
	Highest int `json:"highest"` // executions at once, with a limit
	// Refused counts by function the requests that API Gateway answered with 503.
	Refused map[string]int `json:"refused"`
	// LongestWait is by queue the longest time between a message's becoming visible and its first delivery, in milliseconds.
	LongestWait map[string]int64 `json:"longestWaitMs"`
	// LongestStart is by function the longest time for which a batch waited for an execution, with a limit, in milliseconds.
	LongestStart map[string]int64 `json:"longestStartMs"`
}

// Load returns the figures of now.
func (s *Stack) Load() Load {
	s.concurrency.mu.Lock()
	defer s.concurrency.mu.Unlock()
	load := Load{
		Limit: cap(s.concurrency.slots), Highest: s.concurrency.highest, Refused: maps.Clone(s.concurrency.refused),
		LongestWait: map[string]int64{}, LongestStart: map[string]int64{},
	}
	for function, wait := range s.concurrency.waited {
		load.LongestStart[function] = wait.Milliseconds()
	}
	for _, q := range topology.Queues {
		if stats, err := s.Queues.Stats(q.Name); err == nil {
			load.LongestWait[q.Name] = stats.LongestWait.Milliseconds()
		}
	}
	return load
}

func (s *Stack) showLoad(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, s.Load())
}
