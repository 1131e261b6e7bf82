package sqs

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a clock that only tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)} }

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

// both is one queue of each kind with its dead-letter queue.
var both = []Queue{
	{Name: "plain", Visibility: time.Minute, MaxReceive: 3, DeadLetter: "dead"},
	{Name: "dead"},
	{Name: "ordered.fifo", FIFO: true, Visibility: time.Minute, MaxReceive: 3, DeadLetter: "dead.fifo"},
	{Name: "dead.fifo", FIFO: true},
}

func open(t *testing.T) (*Server, *clock) {
	t.Helper()
	c := newClock()
	return openAt(t, filepath.Join(t.TempDir(), "queues.db"), c), c
}

func openAt(t *testing.T, path string, c *clock) *Server {
	t.Helper()
	s, err := Open(path, c.now, both)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// send sends bodies "group/anything" to their group; without a slash to none.
func send(t *testing.T, s *Server, queue string, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		out := Outgoing{Body: body}
		if group, _, ok := strings.Cut(body, "/"); ok {
			out.Group = group
		}
		if strings.HasSuffix(queue, ".fifo") {
			out.Dedup = body
		}
		if _, err := s.Send(t.Context(), queue, out); err != nil {
			t.Fatal(err)
		}
	}
}

func receive(t *testing.T, s *Server, queue string, limit int) []Message {
	t.Helper()
	messages, err := s.Receive(t.Context(), queue, limit, 0)
	if err != nil {
		t.Fatal(err)
	}
	return messages
}

func bodies(messages []Message) []string {
	out := []string{}
	for _, m := range messages {
		out = append(out, m.Body)
	}
	return out
}

func wantBodies(t *testing.T, got []Message, want ...string) {
	t.Helper()
	if !slices.Equal(bodies(got), want) {
		t.Fatalf("got %q, want %q", bodies(got), want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, code string) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("got error %v, want %s", err, code)
	}
}

func TestDeduplication(t *testing.T) {
	t.Parallel()
	const q = "ordered.fifo"
	first := Outgoing{Body: "first", Group: "a", Dedup: "same"}
	tests := map[string]struct {
		between func(t *testing.T, s *Server, c *clock)
		again   Outgoing
		want    []string
	}{
		"the same id within five minutes is the same message": {
			between: func(_ *testing.T, _ *Server, c *clock) { c.advance(5*time.Minute - time.Second) },
			again:   Outgoing{Body: "second", Group: "b", Dedup: "same"},
			want:    []string{"first"},
		},
		"the same id after the message was deleted is still the same": {
			between: func(t *testing.T, s *Server, _ *clock) { must(t, s.Delete(q, receive(t, s, q, 1)[0].Receipt)) },
			again:   first,
			want:    []string{},
		},
		"the same id after five minutes is a new message": {
			between: func(_ *testing.T, _ *Server, c *clock) { c.advance(5 * time.Minute) },
			again:   Outgoing{Body: "second", Group: "b", Dedup: "same"},
			want:    []string{"first", "second"},
		},
		"another id is another message": {
			between: func(*testing.T, *Server, *clock) {},
			again:   Outgoing{Body: "first", Group: "a", Dedup: "other"},
			want:    []string{"first", "first"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := open(t)
			one, err := s.Send(t.Context(), q, first)
			must(t, err)
			test.between(t, s, c)
			two, err := s.Send(t.Context(), q, test.again)
			must(t, err)
			if same := one == two; same != (len(test.want) < 2) {
				t.Errorf("answers %v and %v", one, two)
			}
			wantBodies(t, receive(t, s, q, 10), test.want...)
		})
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, s *Server, c *clock){
		"a delayed message comes when its delay is over": func(t *testing.T, s *Server, c *clock) {
			_, err := s.Send(t.Context(), "plain", Outgoing{Body: "later", Delay: 15 * time.Minute})
			must(t, err)
			c.advance(15*time.Minute - time.Millisecond)
			wantBodies(t, receive(t, s, "plain", 1))
			c.advance(time.Millisecond)
			wantBodies(t, receive(t, s, "plain", 1), "later")
		},
		"a received message comes back when its visibility time-out is over": func(t *testing.T, s *Server, c *clock) {
			send(t, s, "plain", "one")
			_, err := s.receiveFor(t.Context(), "plain", 1, 0, nil)
			must(t, err)
			c.advance(time.Minute - time.Millisecond)
			wantBodies(t, receive(t, s, "plain", 1))
			c.advance(time.Millisecond)
			again := receive(t, s, "plain", 1)
			wantBodies(t, again, "one")
			if n := again[0].System["ApproximateReceiveCount"]; n != "2" {
				t.Errorf("receive count %s, want 2", n)
			}
		},
		"a held message does not come back however the clock moves": func(t *testing.T, s *Server, c *clock) {
			send(t, s, "plain", "one")
			held := receive(t, s, "plain", 1)
			c.advance(24 * time.Hour)
			wantBodies(t, receive(t, s, "plain", 1))
			must(t, s.Delete("plain", held[0].Receipt))
		},
		"a lapsed message comes back when the time-out since its receipt is over": func(t *testing.T, s *Server, c *clock) {
			send(t, s, "plain", "one")
			held := receive(t, s, "plain", 1)
			c.advance(20 * time.Second)
			must(t, s.Lapse("plain", held[0].Receipt))
			c.advance(40*time.Second - time.Millisecond)
			wantBodies(t, receive(t, s, "plain", 1))
			c.advance(time.Millisecond)
			wantBodies(t, receive(t, s, "plain", 1), "one")
		},
		"a message is dropped after fourteen days": func(t *testing.T, s *Server, c *clock) {
			send(t, s, "plain", "old")
			c.advance(13 * 24 * time.Hour)
			send(t, s, "plain", "young")
			c.advance(24*time.Hour + time.Minute)
			wantBodies(t, receive(t, s, "plain", 10), "young")
		},
		"the oldest age follows the clock": func(t *testing.T, s *Server, c *clock) {
			send(t, s, "plain", "one")
			c.advance(time.Hour)
			send(t, s, "plain", "two")
			st, err := s.Stats("plain")
			must(t, err)
			if want := (Stats{Visible: 2, Oldest: time.Hour}); st != want {
				t.Errorf("got %+v, want %+v", st, want)
			}
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

func TestReceipts(t *testing.T) {
	t.Parallel()
	tests := map[string]func(t *testing.T, s *Server, c *clock){
		"deleting twice is no error": func(t *testing.T, s *Server, _ *clock) {
			send(t, s, "ordered.fifo", "a/1")
			m := receive(t, s, "ordered.fifo", 1)[0]
			must(t, s.Delete("ordered.fifo", m.Receipt))
			must(t, s.Delete("ordered.fifo", m.Receipt))
		},
		"an old receipt deletes nothing once the message was received again": func(t *testing.T, s *Server, _ *clock) {
			send(t, s, "plain", "one")
			old := receive(t, s, "plain", 1)[0]
			must(t, s.Release("plain", old.Receipt, 0))
			young := receive(t, s, "plain", 1)[0]
			must(t, s.Delete("plain", old.Receipt))
			must(t, s.Release("plain", young.Receipt, 0))
			wantBodies(t, receive(t, s, "plain", 1), "one")
		},
		"a standard queue takes the receipt of what became visible again": func(t *testing.T, s *Server, _ *clock) {
			send(t, s, "plain", "one")
			m := receive(t, s, "plain", 1)[0]
			must(t, s.Release("plain", m.Receipt, 0))
			must(t, s.Delete("plain", m.Receipt))
			wantBodies(t, receive(t, s, "plain", 1))
		},
		"a FIFO queue does not": func(t *testing.T, s *Server, _ *clock) {
			send(t, s, "ordered.fifo", "a/1")
			m := receive(t, s, "ordered.fifo", 1)[0]
			must(t, s.Release("ordered.fifo", m.Receipt, 0))
			wantCode(t, s.Delete("ordered.fifo", m.Receipt), "InvalidParameterValue")
			wantBodies(t, receive(t, s, "ordered.fifo", 1), "a/1")
		},
		"what is not a receipt is refused": func(t *testing.T, s *Server, _ *clock) {
			wantCode(t, s.Delete("plain", "nonsense"), "ReceiptHandleIsInvalid")
			wantCode(t, s.Lapse("nowhere", "nonsense"), "QueueDoesNotExist")
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

func TestIdle(t *testing.T) {
	t.Parallel()
	s, c := open(t)
	idle := func(want bool, when string) {
		t.Helper()
		if s.Idle() != want {
			t.Fatalf("idle is %v %s", !want, when)
		}
	}
	idle(true, "when nothing was sent")
	_, err := s.Send(t.Context(), "plain", Outgoing{Body: "later", Delay: time.Minute})
	must(t, err)
	idle(true, "while a message waits for its delay")
	c.advance(time.Minute)
	idle(false, "when it is due")
	m := receive(t, s, "plain", 1)
	idle(false, "while it is in flight")
	must(t, s.Lapse("plain", m[0].Receipt))
	idle(false, "while it waits to be tried again")
	c.advance(time.Minute)
	must(t, s.Delete("plain", receive(t, s, "plain", 1)[0].Receipt))
	idle(true, "after it was deleted")
	send(t, s, "dead", "hopeless")
	idle(true, "with a dead letter")
}

func TestLongPoll(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before, during func(t *testing.T, s *Server, c *clock, cancel func())
		want           []string
		err            error
	}{
		"ends when a message arrives": {
			during: func(t *testing.T, s *Server, _ *clock, _ func()) { send(t, s, "plain", "one") },
			want:   []string{"one"},
		},
		"ends when the clock was moved past a delay": {
			before: func(t *testing.T, s *Server, _ *clock, _ func()) {
				_, err := s.Send(t.Context(), "plain", Outgoing{Body: "one", Delay: time.Minute})
				must(t, err)
			},
			during: func(_ *testing.T, s *Server, c *clock, _ func()) { c.advance(time.Minute); s.Wake() },
			want:   []string{"one"},
		},
		"ends with its context": {
			during: func(_ *testing.T, _ *Server, _ *clock, cancel func()) { cancel() },
			err:    context.Canceled,
		},
		"ends with the server": {
			during: func(t *testing.T, s *Server, _ *clock, _ func()) { must(t, s.Close()) },
			err:    ErrClosed,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := open(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.before != nil {
				test.before(t, s, c, cancel)
			}
			var got []Message
			var err error
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				got, err = s.Receive(ctx, "plain", 1, time.Minute)
			}()
			test.during(t, s, c, cancel)
			<-ended
			if !errors.Is(err, test.err) {
				t.Fatalf("got error %v, want %v", err, test.err)
			}
			if test.err == nil {
				wantBodies(t, got, test.want...)
			}
		})
	}
}

func TestOpen_InvalidQueues_Refused(t *testing.T) {
	t.Parallel()
	tests := map[string][]Queue{
		"a FIFO name without FIFO":              {{Name: "a.fifo"}},
		"FIFO without a FIFO name":              {{Name: "a", FIFO: true}},
		"the same name twice":                   {{Name: "a"}, {Name: "a"}},
		"a dead-letter queue that is not there": {{Name: "a", MaxReceive: 3, DeadLetter: "b"}},
		"a dead-letter queue of another kind":   {{Name: "a.fifo", FIFO: true, MaxReceive: 3, DeadLetter: "b"}, {Name: "b"}},
		"a maximum without a dead-letter queue": {{Name: "a", MaxReceive: 3}},
	}
	for name, queues := range tests {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			if s, err := Open(filepath.Join(t.TempDir(), "q.db"), newClock().now, queues); err == nil {
				t.Error("opened", s.Close())
			}
		})
	}
}
