package crash

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// chaotic is how many runs of a scenario run under chaos, and spread how long the clock is let run after them: what a lagging
// index hid is found by the conversation's own watch within an hour.
const (
	chaotic = 5
	spread  = 62 * time.Minute
)

// moved are fields that count changes or tries: a write that was repeated because its answer was lost, or that another one
// overtook, is one more.
var moved = []field{
	{"conversation", "version", "a watch that came while an index lagged is a change"},
	{"operator", "version", "a change whose answer was lost is made again"},
	{"job", "version", "a step that was repeated"}, {"job", "count", "a step that was repeated counts what it looked at twice"},
	{"account", "version", "a change whose answer was lost is made again"},
	{"mail", "attempt", "a mail that the service refused for the moment is tried again"},
}

// chaosSeed is fixed, so that a change is judged by the same mixture as the one before it; -chaos.seed=0 draws another.
var chaosSeed = flag.Uint64("chaos.seed", 20261122, "what the chaos is drawn from; 0 draws anew")

// Conflicts, throttles, lost answers, lagging indexes, failing services, deaths and repeated records, mixed at random: the
// state is that of an undisturbed run.
func TestState_RandomFaults_Unchanged(t *testing.T) {
	t.Parallel()
	seed := *chaosSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	for i, s := range scenarios() {
		if s.setUp != nil || s.alone || s.staged {
			continue // a provider that refuses, and the clock's own runs, say nothing new here
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.blind = slices.Concat(moved, sends, twice, s.blind)
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			b := newHarness(t, false)
			quiet := newRun(50_000 + i*100)
			runs := []*scenarioRun{quiet}
			for n := range chaotic {
				one := newRun(50_001 + i*100 + n)
				one.chaos = newChaos(seed, one.num)
				runs = append(runs, one)
			}
			// What was put off comes first: people look when it has arrived, or has not.
			s.rest = slices.Concat([]step{later(3 * time.Minute)}, s.rest, []step{later(spread)})
			states := b.wave(ctx, t, s, runs)
			for _, one := range runs[1:] {
				missing, extra := difference(states[quiet], states[one])
				if err := resembles(unnamed(missing, extra), unnamed(extra, missing)); err != nil {
					t.Errorf("seed %d, %s: %v\nwhat happened:\n  %s\n- %s\n+ %s", seed, one.tag, err,
						strings.Join(one.chaos.did, "\n  "), strings.Join(missing, "\n- "), strings.Join(extra, "\n+ "))
				}
			}
			b.dead(ctx, t)
		})
	}
}

// resembles forgives what nobody can know, as the other test does: a mail that may have left, and the second line that tells of
// a second request.
func resembles(missing, extra []string) error {
	for _, line := range missing {
		switch {
		case strings.HasPrefix(line, "mail "):
		default:
			return fmt.Errorf("%s is missing", line)
		}
	}
	for _, line := range extra {
		switch {
		case strings.HasPrefix(line, "mail in") && strings.Contains(line, `"state":"unknown"`):
		case strings.HasPrefix(line, "activity in"):
		default:
			return errors.New("there is " + line)
		}
	}
	return nil
}
