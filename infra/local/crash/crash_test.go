package crash

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/faultinject"
	"github.com/recado-chat/recado/infra/local/grants"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/boot"
)

// TestMain sets the batching windows to 0 to save time, and compares the functions' AWS calls with their grants.
func TestMain(m *testing.M) {
	for i := range topology.Queues {
		if topology.Queues[i].Window > 0 {
			topology.Queues[i].Window, topology.Queues[i].BatchSize = 0, 10
		}
	}
	// A run mostly waits: more scenarios at once than there are processors.
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err)
	}
	debug.SetGCPercent(400) // a sixth of the time went there
	code := m.Run()
	if beyond := watch.Beyond(); len(beyond) > 0 {
		fmt.Fprintln(os.Stderr, "FAIL: grants (infra/topology) are too narrow for what goes wrong:\n"+strings.Join(beyond, "\n"))
		code = 1
	}
	os.Exit(code)
}

// watch records the AWS calls of the functions in all tests.
var watch grants.Watch

// C-03: every handler is stopped before and after each of its calls, and its event is delivered again. The final state is the same.
func TestState_HandlerStoppedAtAnyCall_Unchanged(t *testing.T) {
	t.Parallel()
	covered := &coverage{cells: map[string]map[faultinject.Action]map[string]bool{}}
	t.Run("scenarios", func(t *testing.T) {
		for i, s := range scenarios() {
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				exhaust(t, s, i*1000+1, covered)
			})
		}
	})
	if filtered() {
		return
	}
	t.Log("\n" + covered.table())
	for _, f := range topology.Functions {
		for _, action := range []faultinject.Action{faultinject.StopBefore, faultinject.StopAfter} {
			if covered.count(f.Name, action) == 0 {
				t.Errorf("no scenario stops %s: %s", f.Name, action)
			}
		}
	}
}

// filtered reports whether -run selects some of the scenarios only.
func filtered() bool {
	return slices.ContainsFunc(os.Args, func(a string) bool { return strings.HasPrefix(a, "-test.run=") && strings.Contains(a, "/") })
}

// sampled is one in how many calls of a scenario `go test -short` stops. It is odd, so that both modes are among them.
const sampled = 5

// moreTries is how often a run is repeated that did not reach its target.
const moreTries = 4

// exhaust runs a scenario twice undisturbed, and then once for each of its calls and both modes.
func exhaust(t *testing.T, s scenario, first int, covered *coverage) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b := newHarness(t, true)
	if s.setUp != nil {
		if err := s.setUp(b); err != nil {
			t.Fatal(err)
		}
	}
	began := boot.Now()
	quiet, twin := newRun(first), newRun(first+1)
	states := b.wave(ctx, t, s, []*scenarioRun{quiet, twin})
	want := states[quiet]
	if missing, extra := difference(want, states[twin]); len(missing)+len(extra) > 0 {
		t.Fatalf("two undisturbed runs differ:\n- %s\n+ %s", strings.Join(missing, "\n- "), strings.Join(extra, "\n+ "))
	}
	for _, function := range s.only {
		if !quiet.functions()[function] {
			t.Errorf("the scenario never invokes %s, which it is to stop", function)
		}
	}
	next := first + 2
	aimed := func(at *target) *scenarioRun {
		disturbed := newRun(next)
		disturbed.target, next = at, next+1
		return disturbed
	}
	aims := slices.DeleteFunc(quiet.targets(), func(aim target) bool {
		return (len(s.only) > 0 && !slices.Contains(s.only, aim.function)) || !covered.wants(s, aim)
	})
	var runs []*scenarioRun
	for i := range aims {
		if testing.Short() && i%sampled != 0 {
			continue
		}
		runs = append(runs, aimed(&aims[i]))
	}
	states = b.wave(ctx, t, s, runs)
	// Concurrent calls may change their order, and so their numbers. A run whose target was not reached is repeated.
	for i := range runs {
		for again := 1; !runs[i].fired && again <= moreTries; again++ {
			runs[i] = aimed(runs[i].target)
			maps.Copy(states, b.wave(ctx, t, s, runs[i:i+1]))
		}
	}
	for _, disturbed := range runs {
		if !disturbed.fired {
			// An invocation that only one of the two undisturbed runs has, such as one with a retry after a conflict, depends on timing.
			if twin.makes(disturbed.target.calls) {
				t.Errorf("%s was not reached", disturbed.target)
			}
			continue
		}
		covered.add(*disturbed.target)
		compare(t, s, disturbed, want, states[disturbed])
	}
	b.dead(ctx, t)
	t.Logf("%d calls of %d functions stopped in %v", len(runs), len(quiet.functions()), boot.Now().Sub(began))
}

func (run *scenarioRun) functions() map[string]bool {
	list := map[string]bool{}
	for _, r := range run.invocations {
		list[r.function] = true
	}
	return list
}

func compare(t *testing.T, s scenario, disturbed *scenarioRun, want, got []string) {
	t.Helper()
	missing, extra := difference(want, got)
	if len(missing)+len(extra) == 0 {
		return
	}
	if s.allows != nil {
		err := s.allows(disturbed, unnamed(missing, extra), unnamed(extra, missing))
		if err == nil {
			return
		}
		t.Errorf("%s: %v", disturbed.target, err)
	}
	t.Errorf("%s leaves another state:\n- %s\n+ %s", disturbed.target, strings.Join(missing, "\n- "), strings.Join(extra, "\n+ "))
}

// unnamed returns the lines that are not in others when replaced names such as <3> are ignored: one additional line shifts the numbers
// of all later names.
func unnamed(lines, others []string) []string {
	bare := func(list []string) []string {
		out := make([]string, len(list))
		for i, line := range list {
			out[i] = given.ReplaceAllString(line, "<>")
		}
		return out
	}
	alone, _ := difference(bare(lines), bare(others))
	return alone
}

var given = regexp.MustCompile(`<\d+>`)

// parallel is how many runs execute a step at once.
const parallel = 24

// wave executes the steps of a scenario in all runs together and returns the final state of each.
func (h *harness) wave(ctx context.Context, t *testing.T, s scenario, runs []*scenarioRun) map[*scenarioRun][]string {
	t.Helper()
	must := func(doing string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", doing, err)
		}
	}
	for i, one := range runs {
		if s.alone {
			one.later = time.Duration(i) * turn
		}
	}
	must("open the accounts", h.all(runs, func(one *scenarioRun) error { return h.open(ctx, one, s.settings) }))
	must("settle", h.settle(ctx))
	for i, next := range s.prepare {
		must(fmt.Sprintf("preparation %d", i+1), h.take(ctx, next, runs))
	}
	for _, together := range s.turns(runs) {
		h.tick(s, together[0])
		for _, one := range together {
			one.arm(true)
		}
		for i, next := range s.steps {
			must(fmt.Sprintf("step %d", i+1), h.take(ctx, next, together))
		}
		for _, one := range together {
			one.arm(false)
		}
	}
	h.tick(s, nil)
	for i, next := range s.rest {
		must(fmt.Sprintf("rest %d", i+1), h.take(ctx, next, runs))
	}
	// Timers that were lost or set twice show now.
	for range 2 {
		must("let timers come", h.take(ctx, later(3*time.Minute), nil))
	}
	stored, err := h.scan(ctx)
	must("read what is stored", err)
	var mu sync.Mutex
	states := make(map[*scenarioRun][]string, len(runs))
	must("read the state", h.all(runs, func(one *scenarioRun) error {
		state, err := one.state(ctx, stored, s.blind)
		mu.Lock()
		defer mu.Unlock()
		states[one] = state
		return err
	}))
	return states
}

// turns groups the runs that execute their steps together.
func (s scenario) turns(runs []*scenarioRun) [][]*scenarioRun {
	if !s.alone {
		return [][]*scenarioRun{runs}
	}
	return slices.Collect(slices.Chunk(runs, 1))
}

// tick assigns the clock's next invocations to a run.
func (h *harness) tick(s scenario, one *scenarioRun) {
	if !s.alone {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ticking = one
}

// take executes a step in every run and waits until the stack is idle.
func (h *harness) take(ctx context.Context, next step, runs []*scenarioRun) error {
	if next.move > 0 {
		if err := h.move(ctx, next.move); err != nil {
			return err
		}
	}
	if next.each != nil {
		if err := h.all(runs, func(one *scenarioRun) error { return next.each(ctx, one) }); err != nil {
			return err
		}
	}
	return h.settle(ctx)
}

func (h *harness) all(runs []*scenarioRun, do func(*scenarioRun) error) error {
	var (
		group  sync.WaitGroup
		slots  = make(chan struct{}, parallel)
		mu     sync.Mutex
		failed error
	)
	for _, one := range runs {
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			if err := do(one); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, fmt.Errorf("%s %v: %w", one.tag, one.target, err))
			}
		})
	}
	group.Wait()
	return failed
}

// oneMail allows a mail to be missing if its attempt was stopped: its state is unknown, and it is not sent again.
func oneMail(run *scenarioRun, missing, extra []string) error {
	for _, line := range missing {
		if run.target.function != "notify" || !strings.HasPrefix(line, "mail ") {
			return errors.New("not only the mail is missing")
		}
	}
	for _, line := range extra {
		if !strings.HasPrefix(line, "mail in") || !strings.Contains(line, `"state":"unknown"`) {
			return errors.New("more was added than a mail in state unknown")
		}
	}
	return nil
}

// secondLine allows a second entry of the activity log for a request that was repeated.
func secondLine(_ *scenarioRun, missing, extra []string) error {
	if len(missing) == 0 && len(extra) == 1 && strings.Contains(extra[0], `"action":"operator.password_reset"`) {
		return nil
	}
	return errors.New("more differs than a second entry of the activity log")
}
