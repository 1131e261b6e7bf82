package arch

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/infra/testkit/boottest"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/boot"
)

// TestFunctions_MissingKey_IsNamedInError: a function starts only with its whole environment, and otherwise its error names all
// missing keys at once.
func TestFunctions_MissingKey_IsNamedInError(t *testing.T) {
	t.Parallel()
	for _, f := range topology.Functions {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			build := stack.Builders[f.Name]
			if build == nil {
				t.Fatalf("the local stack does not build %s", f.Name)
			}
			keys := slices.Sorted(maps.Keys(boottest.New().Environment(f)))
			if len(keys) == 0 {
				t.Fatal("the topology sets no key, so the test would check nothing")
			}
			handler, err := build(t.Context(), boottest.New().Runtime(f))
			if err != nil {
				t.Fatalf("the whole environment is not enough: %v", err)
			}
			if isFedInBatches(f.Name) {
				if answer, err := handler.Invoke(t.Context(), []byte(`{"Records":[]}`)); err != nil || !strings.Contains(string(answer), `"batchItemFailures":`) {
					t.Errorf("an empty batch is answered %s, %v", answer, err)
				}
			}
			for _, key := range keys {
				wantMissing(t, build, f, keys, key)
			}
			wantMissing(t, build, f, keys, keys...)
		})
	}
}

// wantMissing builds a function without some of its keys, and with the same keys empty: the error names these and no others.
func wantMissing(t *testing.T, build boot.Builder, f topology.Function, keys []string, missing ...string) {
	t.Helper()
	for how, leaveOut := range map[string]func(map[string]string, string){
		"left out": func(environment map[string]string, key string) { delete(environment, key) },
		"empty":    func(environment map[string]string, key string) { environment[key] = "" },
	} {
		rt := boottest.New().Runtime(f)
		for _, key := range missing {
			leaveOut(rt.Environment, key)
		}
		_, err := build(t.Context(), rt)
		if err == nil {
			t.Errorf("%v is %s, and it starts", missing, how)
			continue
		}
		var named []string
		for _, key := range keys {
			if strings.Contains(err.Error(), `"`+key+`"`) {
				named = append(named, key)
			}
		}
		if !slices.Equal(named, missing) {
			t.Errorf("%v is %s, and the error names %v: %v", missing, how, named, err)
		}
	}
}

func isFedInBatches(function string) bool {
	return slices.ContainsFunc(topology.Queues, func(q topology.Queue) bool { return q.Function == function }) ||
		slices.ContainsFunc(topology.Streams, func(s topology.Stream) bool { return s.Function == function })
}
