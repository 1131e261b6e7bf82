package deploytest

import (
	"bytes"
	"crypto/sha256"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/topology"
)

// A change of one function changes one binary, wherever it is built: nothing else is uploaded or restarted.
func TestAssets_OneFunctionChanged_OneAssetChanges(t *testing.T) {
	t.Parallel()
	const changed = "clock"
	checkout := filepath.Join(t.TempDir(), "elsewhere")
	copyModule(t, checkout)
	source := filepath.Join(checkout, "functions", changed, changed+".go")
	body, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	edited := bytes.Replace(body, []byte(`"clock: `), []byte(`"the clock: `), 1)
	if bytes.Equal(body, edited) {
		t.Fatalf("%s has no text to change", source)
	}
	if err := os.WriteFile(source, edited, 0o600); err != nil {
		t.Fatal(err)
	}
	before, after := binaries(t, root(t)), binaries(t, checkout)
	var differ []string
	for _, f := range topology.Functions {
		if before[f.Name] != after[f.Name] {
			differ = append(differ, f.Name)
		}
	}
	if !slices.Equal(differ, []string{changed}) {
		t.Errorf("only %s was changed, and these binaries differ: %v", changed, differ)
	}
}

// copyModule copies what the functions are built from.
func copyModule(t *testing.T, to string) {
	t.Helper()
	files := []string{"go.mod", "go.sum", "Makefile", ".golangci-lint-version"}
	for _, dir := range []string{"events", "functions", "shared"} {
		err := filepath.WalkDir(filepath.Join(root(t), dir), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.Name() == "web" && entry.IsDir() {
				return fs.SkipDir
			}
			if relative, err := filepath.Rel(root(t), path); err != nil || entry.IsDir() {
				return err
			} else if !strings.HasSuffix(relative, "_test.go") {
				files = append(files, relative)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range files {
		body, err := os.ReadFile(filepath.Join(root(t), file))
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(to, file)), 0o700)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(to, file), body, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// binaries are the sums of a checkout's functions, by name.
func binaries(t *testing.T, checkout string) map[string][sha256.Size]byte {
	t.Helper()
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "make", "-s", "build", "ARCH="+runtime.GOARCH, "BIN="+dir)
	build.Dir = checkout
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", checkout, err, out)
	}
	sums := map[string][sha256.Size]byte{}
	for _, f := range topology.Functions {
		body, err := os.ReadFile(filepath.Join(dir, f.Name, "bootstrap"))
		if err != nil {
			t.Fatal(err)
		}
		sums[f.Name] = sha256.Sum256(body)
	}
	return sums
}
