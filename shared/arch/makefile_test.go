package arch

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// makeVariable returns the words of a variable that the Makefile assigns with :=.
func makeVariable(t *testing.T, makefile, name string) []string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^` + name + `\s*:= (.+)$`).FindStringSubmatch(makefile)
	if found == nil {
		t.Fatalf("the Makefile has no variable %s", name)
	}
	return strings.Fields(found[1])
}

// TestMakefile_EveryPattern_MatchesTests: `make test` runs every package that no pattern names, and the named ones in phases of their
// own. A pattern whose packages were moved would match nothing, and its phase would pass without testing anything.
func TestMakefile_EveryPattern_MatchesTests(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	makefile := string(content)
	for _, name := range []string{"SUITES", "RACE", "RULES"} {
		for _, pattern := range makeVariable(t, makefile, name) {
			command := exec.CommandContext(t.Context(), "go", "list", "-f", "{{len .TestGoFiles}}{{len .XTestGoFiles}}", pattern)
			command.Dir = "../.."
			out, err := command.Output()
			if err != nil {
				t.Fatalf("go list %s: %v", pattern, err)
			}
			if !slices.ContainsFunc(strings.Fields(string(out)), func(counts string) bool { return counts != "00" }) {
				t.Errorf("%s names %s, which has no tests", name, pattern)
			}
		}
	}
	recipes := regexp.MustCompile(`(?m)^\t.*\bgo test .*$`).FindAllString(makefile, -1)
	for _, suite := range makeVariable(t, makefile, "SUITES") {
		if !slices.ContainsFunc(recipes, func(recipe string) bool { return slices.Contains(strings.Fields(recipe), suite) }) {
			t.Errorf("%s is left out of the packages' tests, and no recipe runs it", suite)
		}
	}
}

// through names, for packages that share memory and have no tests of their own for it, a package under the race detector whose tests run them.
var through = map[string]string{
	"functions/admin/enroll":       "functions/admin",
	"functions/api/conversations":  "functions/api",
	"shared/channel":               "functions/send",
	"shared/dynamo/internal/table": "functions/api",
	"shared/httpapi/rest":          "functions/api",
}

var sharesMemory = regexp.MustCompile(`(?m)^\s*(?:\w+ )?"(?:sync|sync/atomic|golang\.org/x/sync/errgroup)"$|\bgo func\(`)

// TestMakefile_PackagesThatShareMemory_RunUnderTheRaceDetector: code without goroutines and locks has no data race, and its tests take five
// times as long under the detector. Code with them is tested under it.
func TestMakefile_PackagesThatShareMemory_RunUnderTheRaceDetector(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	raced := map[string]bool{}
	for _, pattern := range makeVariable(t, string(content), "RACE") {
		raced[strings.TrimPrefix(pattern, "./")] = true
	}
	used := map[string]bool{}
	list := packages(t)
	for _, p := range list {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		if !strings.HasPrefix(name, "functions/") && !strings.HasPrefix(name, "shared/") {
			continue
		}
		shares := slices.ContainsFunc(p.GoFiles, func(file string) bool {
			source, err := os.ReadFile(filepath.Join(p.Dir, file))
			if err != nil {
				t.Fatal(err)
			}
			return sharesMemory.Match(source)
		})
		if !shares {
			continue
		}
		runner := name
		if through[name] != "" {
			used[name] = true
			runner = through[name]
			if !slices.ContainsFunc(list, func(q pkg) bool { return q.ImportPath == module+"/"+runner && slices.Contains(q.Deps, p.ImportPath) }) {
				t.Errorf("%s does not use %s", runner, name)
			}
		}
		if !raced[runner] {
			t.Errorf("%s shares memory between goroutines, and RACE does not name %s", name, runner)
		}
	}
	for name := range through {
		if !used[name] {
			t.Errorf("%s does not share memory between goroutines any more", name)
		}
	}
}
