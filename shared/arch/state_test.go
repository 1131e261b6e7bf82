package arch

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// stateFields are the fields of chat that only chat's methods may change, since those refuse illegal transitions.
var stateFields = map[string][]string{
	"Conversation": {"Status", "AssigneeID"},
	"Message":      {"Status", "Attempt"},
}

// stateBuilders may also make a value with these fields set: they read it from storage.
const stateBuilders = "shared/dynamo"

func TestState_ChangedByMethodsOnly(t *testing.T) {
	t.Parallel()
	scan := newStateScan(t)
	for _, p := range scan.list {
		if inFolder(p.ImportPath, "shared") && !inFolder(p.ImportPath, "shared/chat") || inFolder(p.ImportPath, "functions") {
			for _, found := range scan.files(t, p) {
				t.Errorf("%s: only a method of chat may do that, which refuses an illegal transition", found)
			}
		}
	}
	scan.findsWrites(t)
}

// findsWrites checks that the scan finds each way to write a state field, and no other write.
func (s *stateScan) findsWrites(t *testing.T) {
	t.Helper()
	const source = `package probe

import "github.com/recado-chat/recado/shared/chat"

type holder struct{ Status chat.Status }

func writes(c *chat.Conversation, m chat.Message, h holder) any {
	c.Status = chat.Open
	c.AssigneeID, h.Status = "ana", chat.Open
	m.Attempt++
	for m.Status = range map[chat.MessageStatus]bool{} {
	}
	return []any{&c.Status, chat.Message{Status: chat.StatusSent}, []chat.Conversation{{AssigneeID: "ana"}}, chat.Message{Text: "hola"}}
}
`
	file, err := parser.ParseFile(s.fset, "probe.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	var lines []int
	for _, found := range s.check(t, "probe", []*ast.File{file}) {
		lines = append(lines, found.position.Line)
	}
	if want := []int{8, 9, 10, 11, 13, 13, 13}; !slices.Equal(lines, want) {
		t.Errorf("found writes in lines %v, want %v", lines, want)
	}
}

// stateScan type-checks packages against the export data of what they import.
type stateScan struct {
	list     []pkg
	fset     *token.FileSet
	importer types.Importer
}

func newStateScan(t *testing.T) *stateScan {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-json=ImportPath,Dir,GoFiles,Export", "./shared/...", "./functions/...")
	command.Dir = "../.."
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	scan := &stateScan{fset: token.NewFileSet()}
	exports := map[string]string{}
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			pkg
			Export string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		scan.list, exports[p.ImportPath] = append(scan.list, p.pkg), p.Export
	}
	scan.importer = importer.ForCompiler(scan.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	return scan
}

// files checks a package's files as they are compiled.
func (s *stateScan) files(t *testing.T, p pkg) []stateWrite {
	t.Helper()
	var files []*ast.File
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(s.fset, filepath.Join(p.Dir, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return s.check(t, p.ImportPath, files)
}

// stateWrite is a place where a state field is written.
type stateWrite struct {
	position token.Position
	field    string
}

func (w stateWrite) String() string { return fmt.Sprintf("%s writes %s", w.position, w.field) }

func (s *stateScan) check(t *testing.T, path string, files []*ast.File) (writes []stateWrite) {
	t.Helper()
	info := &types.Info{Selections: map[*ast.SelectorExpr]*types.Selection{}, Types: map[ast.Expr]types.TypeAndValue{}}
	if _, err := (&types.Config{Importer: s.importer}).Check(path, s.fset, files, info); err != nil {
		t.Fatalf("check %s: %v", path, err)
	}
	written := func(e ast.Expr) {
		selector, ok := ast.Unparen(e).(*ast.SelectorExpr)
		if !ok || info.Selections[selector] == nil {
			return
		}
		if isState(info.Selections[selector].Recv(), selector.Sel.Name) {
			writes = append(writes, stateWrite{s.fset.Position(e.Pos()), selector.Sel.Name})
		}
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					written(left)
				}
			case *ast.IncDecStmt:
				written(n.X)
			case *ast.RangeStmt:
				written(n.Key)
				written(n.Value)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					written(n.X)
				}
			case *ast.CompositeLit:
				if inFolder(path, stateBuilders) {
					break
				}
				for _, element := range n.Elts {
					pair, keyed := element.(*ast.KeyValueExpr)
					if !keyed {
						continue
					}
					if key, ok := pair.Key.(*ast.Ident); ok && isState(info.TypeOf(n), key.Name) {
						writes = append(writes, stateWrite{s.fset.Position(pair.Pos()), key.Name})
					}
				}
			}
			return true
		})
	}
	return writes
}

// isState says whether a field of a type, or of what it points to, is one of stateFields.
func isState(t types.Type, field string) bool {
	if pointer, ok := t.Underlying().(*types.Pointer); ok {
		t = pointer.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != module+"/shared/chat" {
		return false
	}
	return slices.Contains(stateFields[named.Obj().Name()], field)
}
