package sqs

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

func TestGroups(t *testing.T) {
	t.Parallel()
	const q = "ordered.fifo"
	tests := map[string]func(t *testing.T, s *Server, c *clock){
		"a batch holds several messages of one group in order": func(t *testing.T, s *Server, _ *clock) {
			send(t, s, q, "a/1", "a/2", "a/3")
			wantBodies(t, receive(t, s, q, 10), "a/1", "a/2", "a/3")
		},
		"a group with a message in flight gives nothing more, others do": func(t *testing.T, s *Server, _ *clock) {
			send(t, s, q, "a/1", "a/2", "b/1")
			wantBodies(t, receive(t, s, q, 1), "a/1")
			wantBodies(t, receive(t, s, q, 10), "b/1")
			send(t, s, q, "a/3")
			wantBodies(t, receive(t, s, q, 10))
		},
		"a group goes on after its message was deleted": func(t *testing.T, s *Server, _ *clock) {
			send(t, s, q, "a/1", "a/2")
			must(t, s.Delete(q, receive(t, s, q, 1)[0].Receipt))
			wantBodies(t, receive(t, s, q, 10), "a/2")
		},
		"a failed message comes back before those sent after it": func(t *testing.T, s *Server, _ *clock) {
			send(t, s, q, "a/1", "a/2", "a/3")
			batch := receive(t, s, q, 2)
			must(t, s.Release(q, batch[1].Receipt, 0))
			wantBodies(t, receive(t, s, q, 10))
			must(t, s.Release(q, batch[0].Receipt, 0))
			wantBodies(t, receive(t, s, q, 10), "a/1", "a/2", "a/3")
		},
		"a group waits while its message is put off": func(t *testing.T, s *Server, c *clock) {
			send(t, s, q, "a/1", "a/2")
			must(t, s.Release(q, receive(t, s, q, 1)[0].Receipt, 10*time.Second))
			wantBodies(t, receive(t, s, q, 10))
			c.advance(10 * time.Second)
			wantBodies(t, receive(t, s, q, 10), "a/1", "a/2")
		},
		"a group goes on when its message was dead-lettered": func(t *testing.T, s *Server, _ *clock) {
			send(t, s, q, "a/1", "a/2")
			for range 3 {
				must(t, s.Release(q, receive(t, s, q, 1)[0].Receipt, 0))
			}
			wantBodies(t, receive(t, s, q, 10), "a/2")
			wantBodies(t, receive(t, s, "dead.fifo", 10), "a/1")
		},
		"a flood in one group starves no other": func(t *testing.T, s *Server, _ *clock) { // C-11
			for i := range 100 {
				send(t, s, q, fmt.Sprintf("flood/%d", i))
			}
			send(t, s, q, "b/1", "c/1", "b/2")
			wantBodies(t, receive(t, s, q, 6), "flood/0", "b/1", "c/1", "flood/1", "b/2", "flood/2")
		},
		"groups take turns on a standard queue too": func(t *testing.T, s *Server, _ *clock) { // C-11
			for i := range 100 {
				send(t, s, "plain", fmt.Sprintf("flood/%d", i))
			}
			send(t, s, "plain", "b/1", "c/1")
			wantBodies(t, receive(t, s, "plain", 3), "flood/0", "b/1", "c/1")
			wantBodies(t, receive(t, s, "plain", 2), "flood/1", "flood/2")
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := open(t)
			test(t, s, c)
		})
	}
}

func TestGroups_ConcurrentConsumers_InOrder(t *testing.T) {
	t.Parallel()
	const q, groups, each = "ordered.fifo", 7, 40
	s, _ := open(t)
	var producers sync.WaitGroup
	for g := range groups {
		producers.Go(func() {
			for i := range each {
				send(t, s, q, fmt.Sprintf("g%d/%03d", g, i))
			}
		})
	}
	ctx, done := context.WithTimeout(t.Context(), 30*time.Second)
	defer done()
	var (
		mu    sync.Mutex
		owner = make(map[string]int)
		seen  = make(map[string][]string)
		total int
	)
	var consumers sync.WaitGroup
	for me := range 6 {
		consumers.Go(func() {
			for turn := 1; ; turn++ {
				batch, err := s.Receive(ctx, q, 10, time.Minute)
				if err != nil {
					return
				}
				mu.Lock()
				for _, m := range batch {
					g := m.System["MessageGroupId"]
					if other, taken := owner[g]; taken && other != me {
						t.Errorf("group %s is with two consumers", g)
					}
					owner[g] = me
				}
				for _, m := range batch {
					delete(owner, m.System["MessageGroupId"])
				}
				fail := turn%5 == 0
				if !fail {
					for _, m := range batch {
						g := m.System["MessageGroupId"]
						seen[g] = append(seen[g], m.Body)
						total++
					}
				}
				finished := total == groups*each
				mu.Unlock()
				// Answered backwards: the order of the answers must not matter.
				for _, m := range slices.Backward(batch) {
					if fail {
						err = s.Release(q, m.Receipt, 0)
					} else {
						err = s.Delete(q, m.Receipt)
					}
					if err != nil && ctx.Err() == nil {
						t.Error(err)
					}
				}
				if finished {
					done()
				}
			}
		})
	}
	producers.Wait()
	consumers.Wait()
	// A message may die after three failures; whoever comes must come in order.
	for g, got := range seen {
		if !slices.IsSorted(got) || len(slices.Compact(got)) != len(got) {
			t.Errorf("group %s came as %q", g, got)
		}
	}
	dead, err := s.Stats("dead.fifo")
	must(t, err)
	if total+dead.Visible != groups*each {
		t.Errorf("%d done and %d dead of %d", total, dead.Visible, groups*each)
	}
}
