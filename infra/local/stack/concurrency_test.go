package stack

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestConcurrency_OverLimit_RequestsRefusedAndPollersWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newConcurrency(2)
		var leave []func()
		for range 2 {
			left, err := c.enter("api")
			if err != nil {
				t.Fatal(err)
			}
			leave = append(leave, left)
		}
		if _, err := c.enter("webhook"); !errors.Is(err, errThrottled) {
			t.Errorf("the third of two: %v", err)
		}
		time.AfterFunc(time.Second, leave[0])
		began := time.Now()
		left, err := c.await(t.Context(), "ingest")
		if err != nil || time.Since(began) != time.Second {
			t.Errorf("waited %v, %v", time.Since(began), err)
		}
		given, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := c.await(given, "push"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a poller that gave up: %v", err)
		}
		left()
		leave[1]()
		if c.inFlight != 0 || c.highest != 2 || c.refused["webhook"] != 1 || c.waited["ingest"] != time.Second {
			t.Errorf("%+v", c)
		}
	})
}
