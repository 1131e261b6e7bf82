package obs

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"
)

// Namespace is where CloudWatch keeps our metrics.
const Namespace = "Recado"

// Counter is one metric, declared as a package value beside the function that counts. It is for what should not happen and AWS does
// not count: invocations, errors, deleted messages and posted frames are metrics of Lambda, SQS and API Gateway that cost nothing,
// while each of ours costs 30 cents for a month in which it is published. So a counter has no dimension, a stage has ten at most,
// and how much was done is a field of the closing line, beside the function's name.
type Counter struct {
	Name string
	// Rare counters are not written with zero when a process starts. One that every function has would otherwise be paid for in every
	// hour in which any process starts, clock's among them, which runs while nobody writes.
	Rare bool
}

// Metrics writes counters in CloudWatch's embedded metric format.
type Metrics struct {
	mu       sync.Mutex
	w        io.Writer
	now      func() time.Time
	function string
	declared map[string]bool
}

// NewMetrics checks the counters' names and writes all but the rare ones with zero, so that graphs exist before the first event. That is
// once for a process: nothing is published while nothing runs.
func NewMetrics(w io.Writer, now func() time.Time, function string, counters ...Counter) (*Metrics, error) {
	m := &Metrics{w: w, now: now, function: function, declared: map[string]bool{}}
	zeros := make(map[string]int, len(counters))
	for _, counter := range counters {
		if !named(counter.Name) {
			return nil, fmt.Errorf("metric %q: a name is a noun in PascalCase", counter.Name)
		}
		m.declared[counter.Name] = true
		if !counter.Rare {
			zeros[counter.Name] = 0
		}
	}
	m.write(zeros)
	return m, nil
}

// named says whether a name is in PascalCase. It is not asked of a regular expression, whose tables every cold start would make.
func named(name string) bool {
	for i, c := range []byte(name) {
		upper, lower := 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z'
		if !upper && (i == 0 || !lower) {
			return false
		}
	}
	return 3 <= len(name) && len(name) <= 41
}

// Count adds n to a counter that NewMetrics was given; any other is a programming error and is refused loudly.
func (m *Metrics) Count(counter Counter, n int) {
	if !m.declared[counter.Name] {
		panic("obs: counter " + counter.Name + " was not declared")
	}
	if n > 0 {
		m.write(map[string]int{counter.Name: n})
	}
}

func (m *Metrics) write(values map[string]int) {
	if len(values) == 0 {
		return
	}
	var metrics []any
	entry := map[string]any{"function": m.function}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		metrics = append(metrics, map[string]string{"Name": name, "Unit": "Count"})
		entry[name] = values[name]
	}
	entry["_aws"] = map[string]any{
		"Timestamp":         m.now().UnixMilli(),
		"CloudWatchMetrics": []any{map[string]any{"Namespace": Namespace, "Dimensions": [][]string{{}}, "Metrics": metrics}},
	}
	line, err := json.Marshal(entry)
	if err != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _ = m.w.Write(append(line, '\n'))
}
