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

// TestMain shortens the merging lane's window: it is waiting, and these tests wait a thousand times.
func TestMain(m *testing.M) {
	for i := range topology.Queues {
		if topology.Queues[i].Window > 0 {
			topology.Queues[i].Window, topology.Queues[i].BatchSize = 0, 10
		}
	}
	// A trial mostly waits: more scenarios at once than there are processors.
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

// watch sees what the functions do while things go wrong around them.
var watch grants.Watch

// C-03: every handler is stopped before and after each call, its event comes again, and the state is the same.
func TestStateIsTheSameWhereverAHandlerDies(t *testing.T) {
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

// filtered says that only some of the scenarios run.
func filtered() bool {
	return slices.ContainsFunc(os.Args, func(a string) bool { return strings.HasPrefix(a, "-test.run=") && strings.Contains(a, "/") })
}

// moreTries is how often a trial is run again whose call was not reached.
const moreTries = 4

// exhaust runs a scenario undisturbed, and then once for each of its calls and both modes.
func exhaust(t *testing.T, s scenario, first int, covered *coverage) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	b := newBed(t, true)
	if s.world != nil {
		if err := s.world(b); err != nil {
			t.Fatal(err)
		}
	}
	began := boot.Now()
	quiet, twin := newTrial(first), newTrial(first+1)
	states := b.wave(ctx, t, s, []*harness{quiet, twin})
	want := states[quiet]
	if missing, extra := difference(want, states[twin]); len(missing)+len(extra) > 0 {
		t.Fatalf("two undisturbed runs differ:\n- %s\n+ %s", strings.Join(missing, "\n- "), strings.Join(extra, "\n+ "))
	}
	next := first + 2
	aimed := func(at *target) *harness {
		disturbed := newTrial(next)
		disturbed.target, next = at, next+1
		return disturbed
	}
	var trials []*harness
	for _, aim := range quiet.targets() {
		if (len(s.only) > 0 && !slices.Contains(s.only, aim.function)) || !covered.wants(s, aim) {
			continue
		}
		trials = append(trials, aimed(&aim))
	}
	states = b.wave(ctx, t, s, trials)
	// Two things that happen at once may change places, and a call its number: such a trial is run again.
	for i := range trials {
		for again := 1; !trials[i].fired && again <= moreTries; again++ {
			trials[i] = aimed(trials[i].target)
			maps.Copy(states, b.wave(ctx, t, s, trials[i:i+1]))
		}
	}
	for _, disturbed := range trials {
		if !disturbed.fired {
			t.Errorf("%s was not reached", disturbed.target)
			continue
		}
		covered.add(*disturbed.target)
		compare(t, s, disturbed, want, states[disturbed])
	}
	b.dead(ctx, t)
	t.Logf("%d calls of %d functions stopped in %v", len(trials), len(quiet.functions()), boot.Now().Sub(began))
}

func (t *harness) functions() map[string]bool {
	list := map[string]bool{}
	for _, r := range t.runs {
		list[r.function] = true
	}
	return list
}

func compare(t *testing.T, s scenario, disturbed *harness, want, got []string) {
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

// unnamed are the lines that are not in the other list even when names are not looked at: one line more gives others to all
// behind it.
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

// parallel bounds how many trials take a step at once.
const parallel = 24

// wave takes trials through a scenario together, step by step, and answers what each left behind.
func (b *bed) wave(ctx context.Context, t *testing.T, s scenario, trials []*harness) map[*harness][]string {
	t.Helper()
	must := func(doing string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", doing, err)
		}
	}
	for i, one := range trials {
		if s.alone {
			one.later = time.Duration(i) * turn
		}
	}
	must("open the accounts", b.all(trials, func(one *harness) error { return b.open(ctx, one, s.settings) }))
	must("settle", b.settle(ctx))
	for i, next := range s.prepare {
		must(fmt.Sprintf("preparation %d", i+1), b.take(ctx, next, trials))
	}
	for _, together := range s.turns(trials) {
		b.tick(s, together[0])
		for _, one := range together {
			one.arm(true)
		}
		for i, next := range s.steps {
			must(fmt.Sprintf("step %d", i+1), b.take(ctx, next, together))
		}
		for _, one := range together {
			one.arm(false)
		}
	}
	b.tick(s, nil)
	for i, next := range s.rest {
		must(fmt.Sprintf("rest %d", i+1), b.take(ctx, next, trials))
	}
	// What was forgotten or armed twice is found by the clock.
	for range 2 {
		must("let timers come", b.take(ctx, later(3*time.Minute), nil))
	}
	stored, err := b.scan(ctx)
	must("read what is stored", err)
	var mu sync.Mutex
	states := make(map[*harness][]string, len(trials))
	must("read the state", b.all(trials, func(one *harness) error {
		state, err := one.state(ctx, stored, s.blind)
		mu.Lock()
		defer mu.Unlock()
		states[one] = state
		return err
	}))
	return states
}

// turns are the trials that take their steps together.
func (s scenario) turns(trials []*harness) [][]*harness {
	if !s.alone {
		return [][]*harness{trials}
	}
	return slices.Collect(slices.Chunk(trials, 1))
}

// tick says whose the clock's invocations are from now on.
func (b *bed) tick(s scenario, one *harness) {
	if !s.alone {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ticking = one
}

// take lets every trial take a step and waits until its consequences are there.
func (b *bed) take(ctx context.Context, next step, trials []*harness) error {
	if next.move > 0 {
		if err := b.move(ctx, next.move); err != nil {
			return err
		}
	}
	if next.each != nil {
		if err := b.all(trials, func(one *harness) error { return next.each(ctx, one) }); err != nil {
			return err
		}
	}
	return b.settle(ctx)
}

func (b *bed) all(trials []*harness, do func(*harness) error) error {
	var (
		group  sync.WaitGroup
		slots  = make(chan struct{}, parallel)
		mu     sync.Mutex
		failed error
	)
	for _, one := range trials {
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

// oneMail is a mail of which nobody can know whether it left: it is unknown then, and there are never two.
func oneMail(t *harness, missing, extra []string) error {
	for _, line := range missing {
		if t.target.function != "notify" || !strings.HasPrefix(line, "mail ") {
			return errors.New("more than the mail")
		}
	}
	for _, line := range extra {
		if !strings.HasPrefix(line, "mail in") || !strings.Contains(line, `"state":"unknown"`) {
			return errors.New("more than a mail that is unknown")
		}
	}
	return nil
}

// secondLine is a change that was made twice, by two requests, and is told twice in the activity log.
func secondLine(_ *harness, missing, extra []string) error {
	if len(missing) == 0 && len(extra) == 1 && strings.Contains(extra[0], `"action":"operator.password_reset"`) {
		return nil
	}
	return errors.New("more than a second line of the activity log")
}
