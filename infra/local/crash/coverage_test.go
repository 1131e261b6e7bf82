package crash

import (
	"fmt"
	"strings"
	"sync"

	"github.com/recado-chat/recado/infra/local/faultinject"
	"github.com/recado-chat/recado/infra/topology"
)

// coverage is which calls of which functions were stopped, and how.
type coverage struct {
	mu     sync.Mutex
	cells  map[string]map[faultinject.Action]map[string]bool
	cases  int
	pushes map[string]string
}

func (c *coverage) add(aim target) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cases++
	if c.cells[aim.function] == nil {
		c.cells[aim.function] = map[faultinject.Action]map[string]bool{}
	}
	if c.cells[aim.function][aim.action] == nil {
		c.cells[aim.function][aim.action] = map[string]bool{}
	}
	c.cells[aim.function][aim.action][fmt.Sprint(aim.trigger, aim.number, aim.call)] = true
}

// wants says whether a call is to be stopped in a scenario. A push is a hint and leaves no state: each of its calls is stopped
// in the first scenario that has it.
func (c *coverage) wants(s scenario, aim target) bool {
	if aim.function != "push" {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pushes == nil {
		c.pushes = map[string]string{}
	}
	name := fmt.Sprint(aim.trigger, aim.number, aim.call)
	if c.pushes[name] == "" {
		c.pushes[name] = s.name
	}
	return c.pushes[name] == s.name
}

func (c *coverage) count(function string, action faultinject.Action) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.cells[function][action])
}

// table is function by mode, in numbers of different calls.
func (c *coverage) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s %20s %20s\n", "function", "calls stopped before", "calls stopped after")
	for _, f := range topology.Functions {
		fmt.Fprintf(&b, "%-12s %20d %20d\n", f.Name, c.count(f.Name, faultinject.StopBefore), c.count(f.Name, faultinject.StopAfter))
	}
	fmt.Fprintf(&b, "%d runs in all\n", c.cases)
	return b.String()
}
