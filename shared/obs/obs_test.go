package obs

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"testing"
	"time"
)

func TestEveryLineCarriesTheContextsAttributes(t *testing.T) {
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
	done := Counter{Name: "RecordsDone"}
	metrics, err := NewMetrics(&out, time.Now, "ingest", done)
	if err != nil {
		t.Fatal(err)
	}
	metrics.Count(done, 3)
	decoder := json.NewDecoder(&out)
	for _, want := range []float64{0, 3} { // zero comes first, so that graphs exist before the first event
		var line struct {
			RecordsDone float64
			AWS         struct {
				CloudWatchMetrics []struct{ Namespace string }
			} `json:"_aws"`
		}
		if err := decoder.Decode(&line); err != nil || line.RecordsDone != want || line.AWS.CloudWatchMetrics[0].Namespace != "Recado" {
			t.Errorf("%+v, %v, want %v", line, err, want)
		}
	}
	if _, err := NewMetrics(&out, time.Now, "ingest", Counter{Name: "records-done"}); err == nil {
		t.Error("a name that is not PascalCase was taken")
	}
	defer func() {
		if recover() == nil {
			t.Error("a counter that was not declared was counted")
		}
	}()
	metrics.Count(Counter{Name: "Undeclared"}, 1)
}
