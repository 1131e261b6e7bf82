package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

const module = "github.com/recado-chat/recado/"

// enumeration is a string type with constants.
type enumeration struct {
	name    string // of its schema
	comment string
	values  []string
}

// enumerations are found in these packages, each of which may name constants of those before it.
var enumPackages = []string{"shared/fault", "shared/chat", "shared/rules/permission", "shared/wire"}

// renamed are the types whose name says too little outside their package.
var renamed = map[string]string{"shared/fault.Code": "ErrorCode"}

// enumerations reads the string types and their constants, by "path.Type".
func enumerations(root string) (map[string]*enumeration, error) {
	found, constants := map[string]*enumeration{}, map[string]string{}
	for _, path := range enumPackages {
		names, err := filepath.Glob(filepath.Join(root, path, "*.go"))
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", path, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			if err != nil {
				return nil, fmt.Errorf("parse %s: %w", name, err)
			}
			for _, declaration := range file.Decls {
				if general, ok := declaration.(*ast.GenDecl); ok {
					readDeclaration(path, general, found, constants)
				}
			}
		}
	}
	return found, nil
}

func readDeclaration(path string, d *ast.GenDecl, found map[string]*enumeration, constants map[string]string) {
	enum := func(name string) *enumeration {
		key := path + "." + name
		if found[key] == nil {
			found[key] = &enumeration{name: name}
			if other := renamed[key]; other != "" {
				found[key].name = other
			}
		}
		return found[key]
	}
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if ident, ok := spec.Type.(*ast.Ident); ok && ident.Name == "string" {
				enum(spec.Name.Name).comment = strings.TrimSpace(d.Doc.Text())
			}
		case *ast.ValueSpec:
			if d.Tok != token.CONST || len(spec.Values) != 1 {
				continue
			}
			typ, value := constant(spec, constants)
			if typ == "" {
				continue
			}
			constants[path[strings.LastIndex(path, "/")+1:]+"."+spec.Names[0].Name] = value
			if e := enum(typ); !slices.Contains(e.values, value) {
				e.values = append(e.values, value)
			}
		}
	}
}

// constant reads `Name Type = "value"` and `Name = Type(pkg.Other)`; typ is empty for any other constant.
func constant(spec *ast.ValueSpec, constants map[string]string) (typ, value string) {
	if ident, ok := spec.Type.(*ast.Ident); ok {
		if literal, ok := spec.Values[0].(*ast.BasicLit); ok && literal.Kind == token.STRING {
			value, _ = strconv.Unquote(literal.Value)
			return ident.Name, value
		}
	}
	call, ok := spec.Values[0].(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return "", ""
	}
	to, named := call.Fun.(*ast.Ident)
	from, selected := call.Args[0].(*ast.SelectorExpr)
	if !named || !selected {
		return "", ""
	}
	pkg, ok := from.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return to.Name, constants[pkg.Name+"."+from.Sel.Name]
}

// enumOf is the enumeration of a type, or nil. A string type without constants, such as the type of a channel, is open: any string.
func (c *contract) enumOf(t reflect.Type) *enumeration {
	if t.Kind() != reflect.String || !strings.HasPrefix(t.PkgPath(), module) {
		return nil
	}
	enum := c.enums[strings.TrimPrefix(t.PkgPath(), module)+"."+t.Name()]
	if enum == nil || len(enum.values) == 0 {
		return nil
	}
	return enum
}
