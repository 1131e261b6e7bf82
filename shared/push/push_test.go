package push_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/pushtest"
	"github.com/recado-chat/recado/shared/push"
	"github.com/recado-chat/recado/shared/sdk"
)

func TestPost(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		statuses []int
		calls    int
		gone     bool
		fails    bool
	}{
		"a frame arrives":                                    {nil, 1, false, false},
		"a gone connection is asked once":                    {[]int{410}, 1, true, true},
		"a throttled post is tried again":                    {[]int{429}, 2, false, false},
		"a post that stays throttled is given up":            {slices.Repeat([]int{429}, sdk.Attempts), sdk.Attempts, false, true},
		"a failing gateway is given up and is not gone":      {slices.Repeat([]int{500}, sdk.Attempts), sdk.Attempts, false, true},
		"a refused frame fails without an end to the others": {[]int{413}, 1, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := pushtest.New(t)
			g.Answer("c1", c.statuses...)
			err := g.Post(t.Context(), "c1", []byte(`[{"type":"pong"}]`))
			if (err != nil) != c.fails || errors.Is(err, push.ErrGone) != c.gone {
				t.Errorf("got %v", err)
			}
			if calls := g.Calls("POST", "c1"); calls != c.calls {
				t.Errorf("asked %d times, want %d", calls, c.calls)
			}
			if got := g.Frames("c1"); !c.fails && (len(got) != 1 || got[0] != `[{"type":"pong"}]`) {
				t.Errorf("took %v", got)
			}
		})
	}
}

func TestHangup(t *testing.T) {
	t.Parallel()
	g := pushtest.New(t)
	g.Answer("gone", 410)
	if err := g.Hangup(t.Context(), "c1"); err != nil || g.Calls("DELETE", "c1") != 1 {
		t.Errorf("hang up: %v after %d calls", err, g.Calls("DELETE", "c1"))
	}
	if err := g.Hangup(t.Context(), "gone"); !errors.Is(err, push.ErrGone) {
		t.Errorf("hang up on a gone one: %v", err)
	}
}

func TestDeliver_OrderPerConnection_FailuresIsolated(t *testing.T) {
	t.Parallel()
	g := pushtest.New(t)
	g.Answer("gone", 410)
	g.Answer("broken", 413)
	var deliveries []push.Delivery
	for i := range 50 {
		deliveries = append(deliveries, push.Delivery{Connection: fmt.Sprint("c", i), Frames: [][]byte{[]byte("[1]"), []byte("[2]")}})
	}
	deliveries = append(deliveries,
		push.Delivery{Connection: "gone", Frames: [][]byte{[]byte("[1]"), []byte("[2]")}},
		push.Delivery{Connection: "broken", Frames: [][]byte{[]byte("[1]"), []byte("[2]")}})
	outcome := g.Deliver(t.Context(), deliveries)
	if outcome.Posted != 100 || outcome.Failed != 1 || len(outcome.Gone) != 1 || outcome.Gone[0] != "gone" || outcome.Err == nil {
		t.Errorf("outcome is %+v", outcome)
	}
	for i := range 50 {
		if got := strings.Join(g.Frames(fmt.Sprint("c", i)), ""); got != "[1][2]" {
			t.Errorf("connection %d got %s", i, got)
		}
	}
	// C-04: a browser that misses a frame has to come back; one that is gone does anyway.
	for id, hangups := range map[string]int{"gone": 0, "broken": 1, "c0": 0} {
		if calls := g.Calls("DELETE", id); calls != hangups {
			t.Errorf("%s was hung up on %d times, want %d", id, calls, hangups)
		}
	}
	for _, id := range []string{"gone", "broken"} {
		if calls := g.Calls("POST", id); calls != 1 {
			t.Errorf("after its failure %s was asked again: %d calls", id, calls)
		}
	}
}
