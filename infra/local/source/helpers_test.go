package source

import (
	"encoding/json"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sqs"
)

// clock is a clock that only tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func openQueues(t *testing.T) (*sqs.Server, *clock) {
	t.Helper()
	c := &clock{at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	s, err := sqs.Open(filepath.Join(t.TempDir(), "queues.db"), c.now, []sqs.Queue{
		{Name: "plain", Visibility: time.Minute, MaxReceive: 3, DeadLetter: "dead"},
		{Name: "dead"},
		{Name: "ordered.fifo", FIFO: true, Visibility: time.Minute, MaxReceive: 3, DeadLetter: "dead.fifo"},
		{Name: "dead.fifo", FIFO: true},
	})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s, c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// eventually waits until the condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("never: %s", what)
		}
	}
}

// failures is a partial batch response that names these items.
func failures(ids ...string) []byte {
	response := map[string][]map[string]string{"batchItemFailures": {}}
	for _, id := range ids {
		response["batchItemFailures"] = append(response["batchItemFailures"], map[string]string{"itemIdentifier": id})
	}
	raw, err := json.Marshal(response)
	if err != nil {
		panic(err)
	}
	return raw
}

// seen collects what a function was given, by batch.
type seen[T any] struct {
	mu      sync.Mutex
	batches [][]T
}

func (s *seen[T]) add(batch []T) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches = append(s.batches, batch)
	return len(s.batches)
}

func (s *seen[T]) all() [][]T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([][]T(nil), s.batches...)
}

func (s *seen[T]) flat() []T {
	var out []T
	for _, b := range s.all() {
		out = append(out, b...)
	}
	return out
}
