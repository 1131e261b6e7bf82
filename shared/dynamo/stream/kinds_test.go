package stream

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKinds_ThoseOfTablesWithStream(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile("../testdata/keys.golden")
	if err != nil {
		t.Fatal(err)
	}
	want, streamed := map[string]bool{}, false
	for line := range strings.Lines(string(golden)) {
		line = strings.TrimRight(line, "\n")
		if table, ok := strings.CutPrefix(line, "## "); ok {
			streamed = table == "desk" || table == "directory"
		} else if streamed && line != "" && !strings.HasPrefix(line, " ") {
			want[line] = true
		}
	}
	got := maps.Clone(quiet)
	for kind := range decoders {
		got[kind] = true
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
		t.Errorf("kinds of the golden file and kinds that are known (-golden +known):\n%s", diff)
	}
}
