package arch

import (
	"os"
	"os/exec"
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
