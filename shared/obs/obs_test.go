package obs

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestLogger_ContextAttributes(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := NewLogger(&out, "ingest")
	ctx := With(With(t.Context(), slog.String("account_id", "a")), slog.String("conversation_id", "c"))
	log.InfoContext(ctx, "record", slog.String("outcome", "done"))
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"function": "ingest", "account_id": "a", "conversation_id": "c", "outcome": "done"} {
		if line[key] != want {
			t.Errorf("%s is %v, want %s", key, line[key], want)
		}
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	failed, buried := Counter{Name: "RecordsFailed"}, Counter{Name: "RecordsBuried"}
	metrics, err := NewMetrics(&out, time.Now, "ingest", failed, buried)
	if err != nil {
		t.Fatal(err)
	}
	metrics.Count(buried, 0)
	metrics.Count(failed, 3)
	type line struct {
		Function                     string
		RecordsFailed, RecordsBuried *int
		AWS                          struct {
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name string }
			}
		} `json:"_aws"`
	}
	var lines []line
	for decoder := json.NewDecoder(&out); decoder.More(); {
		var l line
		if err := decoder.Decode(&l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	if len(lines) != 2 { // a zero at the start, so that graphs exist before the first event, and none later
		t.Fatalf("%d lines: %+v", len(lines), lines)
	}
	if l := lines[0]; l.RecordsFailed == nil || l.RecordsBuried == nil || *l.RecordsFailed+*l.RecordsBuried != 0 || len(l.AWS.CloudWatchMetrics[0].Metrics) != 2 {
		t.Errorf("at the start: %+v", l)
	}
	if l := lines[1]; l.RecordsFailed == nil || *l.RecordsFailed != 3 || l.RecordsBuried != nil || l.Function != "ingest" {
		t.Errorf("counted: %+v", l)
	}
	for _, l := range lines { // each set of dimensions is paid for
		if d := l.AWS.CloudWatchMetrics[0]; d.Namespace != "Recado" || len(d.Dimensions) != 1 || len(d.Dimensions[0]) != 0 {
			t.Errorf("%+v", d)
		}
	}
	for _, name := range []string{"", "Ab", "recordsDone", "Records-Done", "Records2", "Récords", strings.Repeat("A", 42)} {
		if _, err := NewMetrics(&out, time.Now, "ingest", Counter{Name: name}); err == nil {
			t.Errorf("the name %q was taken", name)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a counter that was not declared was counted")
		}
	}()
	metrics.Count(Counter{Name: "Undeclared"}, 1)
}

// A rare counter is published when it counts, and not when the process starts.
func TestMetrics_Rare_NoZeroAtStart(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	rare := Counter{Name: "CallsRetried", Rare: true}
	metrics, err := NewMetrics(&out, time.Now, "clock", rare)
	if err != nil || out.Len() > 0 {
		t.Fatalf("at the start: %q, %v", &out, err)
	}
	metrics.Count(rare, 2)
	if !strings.Contains(out.String(), `"CallsRetried":2`) {
		t.Errorf("counted: %q", &out)
	}
}
