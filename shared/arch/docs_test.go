package arch

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestPackages_EachHasOneComment(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		var comments []string
		for _, file := range p.GoFiles {
			parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatalf("parse %s: %v", file, err)
			}
			if parsed.Doc != nil {
				comments = append(comments, file)
			}
		}
		if len(p.GoFiles) > 0 && len(comments) != 1 {
			t.Errorf("%s has %d package comments %v: each package has exactly one", p.ImportPath, len(comments), comments)
		}
	}
}

// adrHeader are the lines that a decision begins with.
var adrHeader = regexp.MustCompile(`(?s)^# \d{4}[^\n]+\n\n\|[^\n]+\|\n\|[-| ]+\|\n(\|[^\n]+\|\n)+`)

func TestDecisions_HeaderAndIndexEntry(t *testing.T) {
	t.Parallel()
	index, err := os.ReadFile("../../infra/adr/README.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../infra/adr/[0-9]*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no decisions found: %v", err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !adrHeader.Match(body) {
			t.Errorf("%s does not begin with its title and a table of date and status", file)
		}
		if !strings.Contains(string(index), filepath.Base(file)) {
			t.Errorf("%s is not in the index infra/adr/README.md", file)
		}
	}
}
