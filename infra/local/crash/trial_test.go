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

// harness is one run of a scenario in an account of its own, undisturbed or with something going wrong.
type harness struct {
	bed *bed
	tag string
	num int

	account  chat.Account
	operator chat.Operator
	token    string
	browser  *browser
	later    time.Duration     // by which its conversations close later than others'
	seen     map[string]string // what steps tell later ones

	mu     sync.Mutex
	armed  bool
	target *target
	chaos  *chaos
	fired  bool
	before func(faultinject.Call) // looks at every call first
	runs   []*run
	byID   map[int64]*run
	counts map[string]int
}

// run is an invocation as it went: the calls it made.
type run struct {
	function, trigger string
	occurrence        int
	calls             []string
}

// target is the call at which a trial goes wrong.
type target struct {
	function, trigger string
	occurrence        int
	number            int
	call              string
	action            faultinject.Action
}

func (t target) String() string {
	return fmt.Sprintf("%s (%s, %d) %s call %d, %s", t.function, t.trigger, t.occurrence+1, t.action, t.number, t.call)
}

func newTrial(num int) *harness {
	return &harness{
		num: num, tag: fmt.Sprintf("trial%05dx", num), seen: map[string]string{}, byID: map[int64]*run{}, counts: map[string]int{},
	}
}

func (t *harness) asset() string { return fmt.Sprintf("7100%05d00001", t.num) }

func (t *harness) email() string { return "ana." + t.tag + "@example.com" }

func (t *harness) arm(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.armed = on
}

// decide notes a call and says what happens to it.
func (t *harness) decide(call faultinject.Call) faultinject.Action {
	t.mu.Lock()
	if !t.armed {
		t.mu.Unlock()
		return faultinject.Pass
	}
	r := t.byID[call.ID]
	if r == nil {
		name := call.Function + " " + call.Trigger
		r = &run{function: call.Function, trigger: call.Trigger, occurrence: t.counts[name]}
		t.counts[name]++
		t.byID[call.ID] = r
		t.runs = append(t.runs, r)
	}
	r.calls = append(r.calls, nameOf(call))
	action := faultinject.Pass
	switch {
	case t.chaos != nil:
		action = t.chaos.decide(call)
	case t.target != nil && !t.fired && t.target.hits(r, call.Number):
		t.fired, action = true, t.target.action
	}
	before := t.before
	t.mu.Unlock()
	if before != nil {
		before(call)
	}
	return action
}

func (t *target) hits(r *run, number int) bool {
	return t.function == r.function && t.trigger == r.trigger && t.occurrence == r.occurrence && t.number == number
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

func (t *harness) repeats(*faultinject.Invocation) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.armed && t.chaos != nil && t.chaos.repeats()
}

// targets are the calls of an undisturbed trial, each once for each mode. Of invocations of one kind that made the same calls
// one is enough.
func (t *harness) targets() []target {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []target
	known := map[string]bool{}
	for _, r := range t.runs {
		calls := slices.Clone(r.calls)
		slices.Sort(calls)
		name := fmt.Sprint(r.function, r.trigger, calls)
		if known[name] {
			continue
		}
		known[name] = true
		for i, call := range r.calls {
			for _, action := range []faultinject.Action{faultinject.StopBefore, faultinject.StopAfter} {
				list = append(list, target{r.function, r.trigger, r.occurrence, i + 1, call, action})
			}
		}
	}
	return list
}

// chaos answers calls with what goes wrong in a busy cloud, with a probability and up to a number of times.
type chaos struct {
	random *rand.Rand
	left   int
	did    []string
}

func newChaos(seed uint64, num int) *chaos {
	return &chaos{random: rand.New(rand.NewPCG(seed, uint64(num))), left: 4}
}

// decide is called under the trial's lock.
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
