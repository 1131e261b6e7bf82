package stack

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/recado-chat/recado/infra/topology"
)

// TestSamples_AllAnswered fires the samples that `make invoke` fires. None may end in a function error, and no record of a
// queue or a stream may be asked for again: what a sample speaks of is there, or is buried for not being there.
func TestSamples_AllAnswered(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), Options{Dir: t.TempDir(), NoTick: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	if err := s.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, f := range topology.Functions {
		samples, err := filepath.Glob(filepath.Join("../../../events/samples", f.Name, "*.json"))
		if err != nil || len(samples) == 0 {
			t.Fatalf("no samples of %s: %v", f.Name, err)
		}
		for _, sample := range samples {
			t.Run(f.Name+"/"+filepath.Base(sample), func(t *testing.T) {
				payload, err := os.ReadFile(sample)
				if err != nil {
					t.Fatal(err)
				}
				answer, err := s.Invoke(t.Context(), f.Name, payload)
				if err != nil {
					t.Fatal(err)
				}
				var seen struct {
					StatusCode        int               `json:"statusCode"`
					BatchItemFailures []json.RawMessage `json:"batchItemFailures"`
				}
				if err := json.Unmarshal(answer, &seen); err != nil && string(answer) != "" {
					t.Fatalf("answer %s: %v", answer, err)
				}
				if seen.StatusCode >= 500 || len(seen.BatchItemFailures) > 0 {
					t.Errorf("answer %s", answer)
				}
			})
		}
	}
}
