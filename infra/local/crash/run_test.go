package crash

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/recado-chat/recado/infra/local/faultinject"
	"github.com/recado-chat/recado/shared/chat"
)

// scenarioRun is one execution of a scenario in an account of its own, undisturbed or with a fault.
type scenarioRun struct {
	harness *harness
	tag     string
	num     int

	account  chat.Account
	operator chat.Operator
	token    string
	browser  *browser
	later    time.Duration     // added to its account's closing time
	seen     map[string]string // values that a step leaves for later steps

	mu          sync.Mutex
	armed       bool
	target      *target
	chaos       *chaos
	fired       bool
	before      func(faultinject.Call) // is called before every call
	invocations []*invocation
	byID        map[int64]*invocation
	counts      map[string]int
}

// invocation is one invocation as it went: the calls it made.
type invocation struct {
	function, trigger string
	occurrence        int
	calls             []string
}

// target is the call at which a run is stopped.
type target struct {
	function, trigger string
	occurrence        int
	number            int
	call              string
	action            faultinject.Action
	calls             string // signature of the invocation
}

func (t target) String() string {
	return fmt.Sprintf("%s (%s, %d) %s call %d, %s", t.function, t.trigger, t.occurrence+1, t.action, t.number, t.call)
}

func newRun(num int) *scenarioRun {
	return &scenarioRun{
		num: num, tag: fmt.Sprintf("run%05dx", num), seen: map[string]string{}, byID: map[int64]*invocation{}, counts: map[string]int{},
	}
}

func (run *scenarioRun) asset() string { return fmt.Sprintf("7100%05d00001", run.num) }

func (run *scenarioRun) email() string { return "ana." + run.tag + "@example.com" }

func (run *scenarioRun) arm(on bool) {
	run.mu.Lock()
	defer run.mu.Unlock()
	run.armed = on
}

// decide records a call and returns what happens to it.
func (run *scenarioRun) decide(call faultinject.Call) faultinject.Action {
	run.mu.Lock()
	if !run.armed {
		run.mu.Unlock()
		return faultinject.Pass
	}
	r := run.byID[call.ID]
	if r == nil {
		name := call.Function + " " + call.Trigger
		r = &invocation{function: call.Function, trigger: call.Trigger, occurrence: run.counts[name]}
		run.counts[name]++
		run.byID[call.ID] = r
		run.invocations = append(run.invocations, r)
	}
	r.calls = append(r.calls, nameOf(call))
	action := faultinject.Pass
	switch {
	case run.chaos != nil:
		action = run.chaos.decide(call)
	case run.target != nil && !run.fired && run.target.hits(r, call.Number):
		run.fired, action = true, run.target.action
	}
	before := run.before
	run.mu.Unlock()
	if before != nil {
		before(call)
	}
	return action
}

// hits reports whether an invocation's newest call is the target. The order of the pushes, and of jobs that become ready together, depends on
// timing: of those, any invocation with the same call at the same place is stopped.
func (t *target) hits(r *invocation, number int) bool {
	if t.function != r.function || t.trigger != r.trigger || t.number != number {
		return false
	}
	return t.occurrence == r.occurrence || slices.Contains([]string{"push", "jobs"}, t.function) && t.call == r.calls[len(r.calls)-1]
}

func nameOf(call faultinject.Call) string {
	name := call.Operation
	if call.Table != "" {
		name += " " + strings.TrimPrefix(call.Table, "local-")
	}
	if call.Index != "" {
		name += "/" + call.Index
	}
	return name
}

func (run *scenarioRun) repeats(*faultinject.Invocation) bool {
	run.mu.Lock()
	defer run.mu.Unlock()
	return run.armed && run.chaos != nil && run.chaos.repeats()
}

// targets returns the calls of an undisturbed run, each once for each mode. Invocations with the same trigger and the same calls are
// counted once.
func (run *scenarioRun) targets() []target {
	run.mu.Lock()
	defer run.mu.Unlock()
	var list []target
	known := map[string]bool{}
	for _, r := range run.invocations {
		signature := r.signature()
		if known[signature] {
			continue
		}
		known[signature] = true
		for i, call := range r.calls {
			for _, action := range []faultinject.Action{faultinject.StopBefore, faultinject.StopAfter} {
				list = append(list, target{r.function, r.trigger, r.occurrence, i + 1, call, action, signature})
			}
		}
	}
	return list
}

// signature identifies invocations of the same function with the same trigger and the same calls in any order.
func (i *invocation) signature() string {
	return fmt.Sprint(i.function, i.trigger, slices.Sorted(slices.Values(i.calls)))
}

// makes reports whether an invocation of the run has the signature.
func (run *scenarioRun) makes(signature string) bool {
	run.mu.Lock()
	defer run.mu.Unlock()
	return slices.ContainsFunc(run.invocations, func(i *invocation) bool { return i.signature() == signature })
}

// chaos injects random faults into a run: one in five calls fails, at most four in all.
type chaos struct {
	random *rand.Rand
	left   int
	did    []string
}

func newChaos(seed uint64, num int) *chaos {
	return &chaos{random: rand.New(rand.NewPCG(seed, uint64(num))), left: 4}
}

// decide draws the fault of a call. The run's lock is held.
func (c *chaos) decide(call faultinject.Call) faultinject.Action {
	if c.left == 0 || c.random.IntN(5) != 0 {
		return faultinject.Pass
	}
	actions := []faultinject.Action{faultinject.LoseAnswer, faultinject.StopBefore, faultinject.StopAfter}
	switch {
	case call.Operation == "DynamoDB.TransactWriteItems":
		actions = append(actions, faultinject.Conflict, faultinject.Throttle)
	case call.Index != "":
		actions = append(actions, faultinject.Empty, faultinject.Throttle)
	case strings.HasPrefix(call.Operation, "DynamoDB."):
		actions = append(actions, faultinject.Throttle)
	default:
		actions = append(actions, faultinject.Refuse)
	}
	c.left--
	action := actions[c.random.IntN(len(actions))]
	c.did = append(c.did, fmt.Sprintf("%s (%s) call %d, %s: %s", call.Function, call.Trigger, call.Number, nameOf(call), action))
	return action
}

func (c *chaos) repeats() bool {
	return c.random.IntN(4) == 0
}
