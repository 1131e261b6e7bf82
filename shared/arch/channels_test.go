package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/config"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/channel/all"
)

// channelNames are the folders of the channels, which are also their types.
func channelNames(t *testing.T) (names []string) {
	t.Helper()
	for _, definition := range all.Definitions() {
		names = append(names, string(definition.Type))
	}
	return names
}

// productFolders hold what is deployed. Simulators, the local stack, benchmarks and test kits speak of providers by name.
var productFolders = []string{"events", "functions", "shared", "infra/config", "infra/constructs", "infra/secrets", "infra/stacks", "infra/topology"}

// edges are the packages outside a channel's folder that are that channel's own: they may import its package, and name it in no other
// way. The function widget serves the browsers of the web chat's visitors.
var edges = map[string]string{"functions/widget": "webchat"}

// TestChannels_NamedInTheirFoldersOnly: an identifier, a string or an import path in product code that contains a channel's name, or a
// prefix of its provider's settings and secrets, would have to be repeated for the next channel.
func TestChannels_NamedInTheirFoldersOnly(t *testing.T) {
	t.Parallel()
	names := channelNames(t)
	checked := 0
	for _, folder := range productFolders {
		err := filepath.WalkDir(filepath.Join("../..", folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			where, err := filepath.Rel("../..", path)
			if err != nil {
				return err
			}
			if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "testdata") {
				return filepath.SkipDir
			}
			if entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			checked++
			for _, word := range wordsOf(t, path) {
				for _, name := range names {
					if strings.Contains(strings.ToLower(word.text), name) && !mayName(where, name, word.text) {
						t.Errorf("%s:%d names the channel %s in %s: code for one provider belongs into shared/channel/%s", where, word.line, name, word.text, name)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if checked < 100 {
		t.Errorf("only %d files were checked", checked)
	}
}

// mayName allows a channel's own folder, its line and import in all.go, and its edge.
func mayName(file, name, word string) bool {
	folder := filepath.ToSlash(filepath.Dir(file))
	path := module + "/shared/channel/" + name
	switch {
	case folder == "shared/channel/"+name:
		return true
	case file == "shared/channel/all/all.go" || edges[folder] == name:
		return word == name || word == path
	}
	return false
}

type word struct {
	text string
	line int
}

// wordsOf are the identifiers and literals of a Go file. Comments may give examples.
func wordsOf(t *testing.T, path string) (words []word) {
	t.Helper()
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.Ident:
			words = append(words, word{n.Name, files.Position(n.Pos()).Line})
		case *ast.BasicLit:
			text := n.Value
			if unquoted, err := strconv.Unquote(n.Value); err == nil {
				text = unquoted
			}
			words = append(words, word{text, files.Position(n.Pos()).Line})
		}
		return true
	})
	return words
}

func TestChannels_FolderAndLine_Agree(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("../channel")
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, entry := range entries {
		if entry.IsDir() && entry.Name() != "all" {
			folders = append(folders, entry.Name())
		}
	}
	names := channelNames(t)
	slices.Sort(names)
	if !slices.Equal(names, folders) {
		t.Errorf("the folders of shared/channel are %v, and the lines in all.go %v", folders, names)
	}
}

// TestProviders_SettingsAndSecrets_AreDeployed: what the channels' folders name is what functions get and a stage sets.
func TestProviders_SettingsAndSecrets_AreDeployed(t *testing.T) {
	t.Parallel()
	stage, err := config.Load(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	webhook := topology.MustFunction("webhook").AllSecrets()
	for _, definition := range all.Definitions() {
		for _, s := range definition.Settings {
			if stage.Providers[s.Env] != s.Default {
				t.Errorf("a stage sets %s to %q, the channel %s wants %q", s.Env, stage.Providers[s.Env], definition.Type, s.Default)
			}
		}
		for _, s := range definition.Secrets {
			want := topology.Secret{Env: s.Env, Name: s.Name, Generated: s.Generated}
			if !slices.Contains(webhook, want) || !slices.Contains(topology.Secrets, want) {
				t.Errorf("the topology does not deploy the secret %+v of the channel %s, or webhook does not read it", want, definition.Type)
			}
			if s.Generated != slices.Contains(topology.MustFunction("jobs").AllSecrets(), want) {
				t.Errorf("jobs registers webhooks: it reads generated secrets and no others, not %+v", want)
			}
		}
	}
}
