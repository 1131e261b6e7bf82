package cache

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestGet(t *testing.T) {
	t.Parallel()
	now, reads := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), 0
	var fail error
	c := New(5*time.Second, 2, func() time.Time { return now }, func(_ context.Context, key string) (int, error) {
		reads++
		return reads, fail
	})
	get := func(key string, want int) {
		t.Helper()
		if got, err := c.Get(t.Context(), key); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", key, got, err, want)
		}
	}
	get("a", 1)
	get("a", 1)
	now = now.Add(5 * time.Second)
	get("a", 2)
	now = now.Add(-time.Hour) // a clock that was set back keeps nothing for ever
	get("a", 3)
	c.Forget("a")
	get("a", 4)
	get("b", 5)
	get("c", 6) // a third key empties the cache of two
	get("a", 7)
	fail = errors.New("no answer")
	if _, err := c.Get(t.Context(), "d"); !errors.Is(err, fail) {
		t.Errorf("got %v", err)
	}
	fail = nil
	get("d", 9)
}

// A value is as old as its reading's begin: whoever relies on the time to live need not know how long a reading takes.
func TestGet_SlowReading_AgesFromItsBegin(t *testing.T) {
	t.Parallel()
	now, reads := time.Unix(0, 0), 0
	c := New(5*time.Second, 10, func() time.Time { return now }, func(context.Context, string) (int, error) {
		reads++
		now = now.Add(3 * time.Second)
		return reads, nil
	})
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {time.Second, 1}, {time.Second, 2}} {
		now = now.Add(step.after)
		if got, err := c.Get(t.Context(), "a"); err != nil || got != step.want {
			t.Errorf("%s later it is %d, %v, want %d", step.after, got, err, step.want)
		}
	}
}
