package obs

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"sync"
	"time"
)

// namespace is where CloudWatch keeps our metrics.
const namespace = "Recado"

var metricName = regexp.MustCompile(`^[A-Z][A-Za-z]{2,40}$`)

// Counter is one metric, declared as a package value beside the function that counts. Its only dimensions are the function and
// an outcome, so that the number of metrics stays small: each is billed by the month.
type Counter struct {
	Name string
}

// Metrics writes counters in CloudWatch's embedded metric format.
type Metrics struct {
	mu       sync.Mutex
	w        io.Writer
	now      func() time.Time
	function string
	known    map[string]bool
}

// NewMetrics checks the counters' names and writes each with zero, so that graphs and alarms exist before the first event.
func NewMetrics(w io.Writer, now func() time.Time, function string, counters ...Counter) (*Metrics, error) {
	m := &Metrics{w: w, now: now, function: function, known: map[string]bool{}}
	for _, counter := range counters {
		if !metricName.MatchString(counter.Name) {
			return nil, fmt.Errorf("metric %q: a name is a noun in PascalCase", counter.Name)
		}
		m.known[counter.Name] = true
		m.Count(counter, 0)
	}
	return m, nil
}

// Count adds n to a counter that NewMetrics was given; any other is a programming error and is refused loudly.
func (m *Metrics) Count(counter Counter, n int) {
	if !m.known[counter.Name] {
		panic("obs: counter " + counter.Name + " was not declared")
	}
	line, err := json.Marshal(map[string]any{
		"_aws": map[string]any{
			"Timestamp": m.now().UnixMilli(),
			"CloudWatchMetrics": []any{map[string]any{
				"Namespace":  namespace,
				"Dimensions": [][]string{{"function"}},
				"Metrics":    []any{map[string]string{"Name": counter.Name, "Unit": "Count"}},
			}},
		},
		"function":   m.function,
		counter.Name: n,
	})
	if err != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _ = m.w.Write(append(line, '\n'))
}
