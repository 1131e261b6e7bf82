package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/contracttest"
	"github.com/recado-chat/recado/shared/wire"
)

const root = "../.."

func contractOf(t *testing.T) *contract {
	t.Helper()
	c, err := reflectContract(root)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestGenerate_CommittedFiles_AreCurrent(t *testing.T) {
	t.Parallel()
	files, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range files {
		got, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what package wire says: run make generate. First difference:\n%s", path, firstDifference(got, want))
		}
	}
}

func firstDifference(got, want []byte) string {
	old, now := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(old), len(now)) {
		if old[i] != now[i] {
			return fmt.Sprintf("line %d:\n- %s\n+ %s", i+1, old[i], now[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(old), len(now))
}

// TestWire_EveryStruct_IsPublished: a type that no route, frame or action names is not part of the contract.
func TestWire_EveryStruct_IsPublished(t *testing.T) {
	t.Parallel()
	c := contractOf(t)
	internal := []string{"List", "Nullable", "Page", "Action"} // generic, embedded, or the union of what is published
	files, err := filepath.Glob(filepath.Join(root, "shared/wire/*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if _, isStruct := spec.Type.(*ast.StructType); isStruct && c.types[spec.Name.Name] == nil && !slices.Contains(internal, spec.Name.Name) {
				t.Errorf("nothing publishes wire.%s", spec.Name.Name)
			}
			return true
		})
	}
}

func TestWire_EveryTypeAndField_HasComment(t *testing.T) {
	t.Parallel()
	c := contractOf(t)
	for name, typ := range c.types {
		if strings.HasSuffix(name, "List") || typ == timeType {
			continue // generic, and not an object in JSON
		}
		if c.comments(typ, "") == "" {
			t.Errorf("wire.%s has no comment", name)
		}
		for _, field := range reflect.VisibleFields(typ) {
			if !field.Anonymous && field.Tag.Get("const") == "" && len(field.Index) == 1 && c.comments(typ, field.Name) == "" {
				t.Errorf("wire.%s.%s has no comment", name, field.Name)
			}
		}
	}
	for name, schema := range c.schemas {
		if schema.Enum != nil && schema.Description == "" {
			t.Errorf("enumeration %s has no comment", name)
		}
	}
}

func TestWire_Action_ReadsEveryAction(t *testing.T) {
	t.Parallel()
	read := reflect.TypeFor[wire.Action]()
	for _, action := range append(wire.Actions(), wire.VisitorActions()...) {
		for field := range reflect.TypeOf(action).Fields() {
			known, ok := read.FieldByName(field.Name)
			name, _, _ := strings.Cut(known.Tag.Get("json"), ",")
			if said, _, _ := strings.Cut(field.Tag.Get("json"), ","); !ok || name != said {
				t.Errorf("wire.Action does not read %s of %T", field.Name, action)
			}
		}
	}
}

// TestFunctions_DecodeOnlyBodiesOfRoutes: what a handler reads of a request is a type that a route publishes, and every one is read.
func TestFunctions_DecodeOnlyBodiesOfRoutes(t *testing.T) {
	t.Parallel()
	read := map[string]bool{}
	err := filepath.WalkDir(filepath.Join(root, "functions"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		parsed, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		for _, declaration := range parsed.Decls {
			types := variables(declaration)
			ast.Inspect(declaration, func(n ast.Node) bool {
				if name := decoded(n); name != "" {
					if types[name] == "" {
						t.Errorf("%s decodes a body that is not of package wire", files.Position(n.Pos()))
					}
					read[types[name]] = true
				}
				return true
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	published := map[string]bool{}
	for _, o := range contractOf(t).operations {
		if o.Body != nil {
			published[reflect.TypeOf(o.Body).Name()] = true
		}
	}
	if !maps.Equal(read, published) {
		t.Errorf("handlers read %v\nroutes publish %v", slices.Sorted(maps.Keys(read)), slices.Sorted(maps.Keys(published)))
	}
}

// variables are the types of package wire of a function's `var name wire.Type`, by name.
func variables(declaration ast.Decl) map[string]string {
	types := map[string]string{}
	ast.Inspect(declaration, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			if typ, ok := spec.Type.(*ast.SelectorExpr); ok && fmt.Sprint(typ.X) == "wire" {
				types[spec.Names[0].Name] = typ.Sel.Name
			}
		}
		return true
	})
	return types
}

// decoded is the variable of a call `x.JSON(&variable)`; empty for any other node.
func decoded(n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return ""
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	address, isAddress := call.Args[0].(*ast.UnaryExpr)
	if !ok || method.Sel.Name != "JSON" || !isAddress {
		return ""
	}
	variable, _ := address.X.(*ast.Ident)
	if variable == nil {
		return ""
	}
	return variable.Name
}

// goldens says which schema a golden file has, by its name up to the first underscore or by its whole name.
var goldens = map[string]string{
	"capabilities": "CapabilitiesList", "channel": "Channel", "channels": "ChannelList", "contact": "Contact", "contacts": "ContactList",
	"conversation": "Conversation", "conversations": "ConversationList", "counts": "Counts", "distribution": "Distribution", "error": "ErrorAnswer",
	"event": "Event", "events": "EventList", "me": "Me", "message": "Message", "messages": "MessageList", "operator": "Operator",
	"operators": "OperatorList", "sessions": "SessionList", "settings": "Settings", "signed": "SignedIn", "socket": "SocketTicket",
	"store": "Store", "stores": "StoreList", "templates": "TemplateList", "upload": "Upload", "frame": "Frame", "actions": "Action",
	"visitor/session": "VisitorSession", "visitor/messages": "VisitorMessageList", "visitor/file_link": "FileLink", "visitor/frame": "VisitorFrame",
}

func TestGoldenFiles_FitTheirSchemas(t *testing.T) {
	t.Parallel()
	document := contracttest.Load(t)
	folder := filepath.Join(root, "shared/web/lib/protocol/testdata")
	var files []string
	for _, pattern := range []string{"*.json", "visitor/*.json"} {
		found, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Fatalf("no golden files in %s", folder)
	}
	for _, file := range files {
		name, _ := strings.CutPrefix(strings.TrimSuffix(filepath.ToSlash(file), ".json"), folder+"/")
		kind := name
		if !strings.Contains(name, "/") {
			kind, _, _ = strings.Cut(name, "_")
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		values := []json.RawMessage{text}
		if kind == "actions" {
			if err := json.Unmarshal(text, &values); err != nil {
				t.Fatal(err)
			}
		}
		for _, value := range values {
			if err := document.Fits(goldens[kind], string(value)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestFits_WrongValue_IsRefused(t *testing.T) {
	t.Parallel()
	document := contracttest.Load(t)
	for name, test := range map[string]struct{ schema, json string }{
		"a missing field":                   {"Store", `{"id":"s","name":"n"}`},
		"an unknown field":                  {"Store", `{"id":"s","name":"n","version":1,"colour":"red"}`},
		"a wrong type":                      {"Store", `{"id":"s","name":"n","version":"1"}`},
		"null where there is none":          {"Store", `{"id":null,"name":"n","version":1}`},
		"an unknown value":                  {"AvailabilityChange", `{"status":"asleep"}`},
		"a frame of another type":           {"Pong", `{"type":"ping"}`},
		"a fraction in place of an integer": {"Store", `{"id":"s","name":"n","version":1.5}`},
		"a time without milliseconds":       {"Session", `{"id":"s","createdAt":"2026-11-22T00:14:22Z","lastSeenAt":"2026-11-22T00:14:22.000Z","userAgent":"","ip":"","current":true}`},
		"a wrong item of a list":            {"StoreList", `{"items":[{"id":"s"}],"nextCursor":null}`},
		"no schema":                         {"Nothing", `{}`},
	} {
		if document.Fits(test.schema, test.json) == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
