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

// chaotic is how many runs of a scenario get random faults. spread is how far the clock is moved after them: the hourly check of a
// conversation finds what a lagging index hid.
const (
	chaotic = 5
	spread  = 62 * time.Minute
)

// moved are fields that count changes or attempts. A write that was repeated adds one.
var moved = []field{
	{"conversation", "version", "a check while an index lagged adds a version"},
	{"operator", "version", "a change whose answer was lost is repeated"},
	{"job", "version", "a repeated step adds a version"}, {"job", "count", "a repeated step counts its items again"},
	{"account", "version", "a change whose answer was lost is repeated"},
	{"mail", "attempt", "a mail that SES refused is tried again"},
}

// chaosSeed is fixed, so that test runs can be compared. -chaos.seed=0 draws a new one.
var chaosSeed = flag.Uint64("chaos.seed", 20261122, "seed of the random faults; 0 draws one")

// With random conflicts, throttles, lost answers, lagging indexes, failing services, stops and repeated records, the final state is
// that of an undisturbed run.
func TestState_RandomFaults_Unchanged(t *testing.T) {
	t.Parallel()
	seed := *chaosSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	for i, s := range scenarios() {
		if s.setUp != nil || s.alone || s.staged {
			continue // refusing providers and the clock are tested without random faults
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
			// Delayed work is done before users repair what they see.
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

// resembles allows the same differences as oneMail and secondLine: a mail in state unknown, and a second entry of the activity log.
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
