package meter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/recado-chat/recado/infra/cost"
)

// lineOverhead is what CloudWatch adds to each line.
const lineOverhead = 26

// metric is a name with the values of one set of its dimensions: what CloudWatch bills as one.
type metric struct{ name, dimensions string }

func (m metric) String() string { return strings.TrimSpace(m.name + " " + m.dimensions) }

// Output counts the lines that a function writes, and passes them on.
func (m *Meter) Output(function string, w io.Writer) io.Writer {
	return output{meter: m, function: function, w: w}
}

type output struct {
	meter    *Meter
	function string
	w        io.Writer
}

var embedded = []byte(`"_aws"`)

func (o output) Write(text []byte) (int, error) {
	for line := range bytes.Lines(text) {
		n := float64(len(bytes.TrimRight(line, "\n")) + lineOverhead)
		if !bytes.Contains(line, embedded) {
			o.meter.add(o.function, cost.LogBytes, "lines", n)
			continue
		}
		o.meter.add(o.function, cost.LogBytes, "lines with metrics", n)
		for _, published := range metricsOf(line) {
			o.meter.published(published)
		}
	}
	return o.w.Write(text)
}

func (m *Meter) published(metric metric) {
	hour := m.now().Unix() / 3600
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.metrics[metric] == nil {
		m.metrics[metric] = map[int64]bool{}
	}
	m.metrics[metric][hour] = true
}

// metricsOf reads a line in CloudWatch's embedded metric format.
func metricsOf(line []byte) []metric {
	var head struct {
		AWS struct {
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name string }
			}
		} `json:"_aws"`
	}
	var values map[string]any
	if json.Unmarshal(line, &head) != nil || json.Unmarshal(line, &values) != nil {
		return nil
	}
	var found []metric
	for _, directive := range head.AWS.CloudWatchMetrics {
		for _, set := range directive.Dimensions {
			var dimensions []string
			for _, name := range slices.Sorted(slices.Values(set)) {
				dimensions = append(dimensions, fmt.Sprintf("%s=%v", name, values[name]))
			}
			for _, m := range directive.Metrics {
				found = append(found, metric{m.Name, strings.Join(dimensions, " ")})
			}
		}
	}
	return found
}
