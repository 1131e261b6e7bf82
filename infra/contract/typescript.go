package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/invopop/jsonschema"

	"github.com/recado-chat/recado/shared/wire"
)

// banner begins every generated file.
const banner = "/** Made by infra/contract from package shared/wire: change it there and run `make generate`. */\n"

// lower is the name of a value for the name of a type.
func lower(name string) string {
	runes := []rune(name)
	runes[0] = unicode.ToLower(runes[0])
	return string(runes)
}

// plural is the name of the list of an enumeration's values.
func plural(name string) string {
	name = lower(name)
	switch {
	case strings.HasSuffix(name, "y"):
		return strings.TrimSuffix(name, "y") + "ies"
	case strings.HasSuffix(name, "s"):
		return name + "es"
	}
	return name + "s"
}

// comment is a description as a JSDoc comment.
func comment(indent, text string) string {
	if text == "" {
		return ""
	}
	return indent + "/** " + strings.ReplaceAll(text, "*/", "* /") + " */\n"
}

// script is a TypeScript file that is being written.
type script struct {
	bytes.Buffer
}

func (s *script) line(format string, args ...any) { s.WriteString(fmt.Sprintf(format, args...) + "\n") }

// literal is a value as TypeScript source.
func literal(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value) != nil {
		return "undefined"
	}
	return strings.TrimSpace(text.String())
}

func (c *contract) isEnum(name string) bool {
	return c.schemas[name] != nil && c.schemas[name].Enum != nil
}

// enumsTS writes the values and the type of every enumeration.
func (c *contract) enumsTS() ([]byte, error) {
	s := &script{}
	s.WriteString(banner)
	for _, name := range slices.Sorted(maps.Keys(c.schemas)) {
		if c.isEnum(name) {
			s.line("\n%sexport const %s = %s as const;", comment("", c.schemas[name].Description), plural(name), literal(c.schemas[name].Enum))
			s.line("export type %s = (typeof %s)[number];", name, plural(name))
		}
	}
	return s.Bytes(), nil
}

// target is the name of the schema that a reference names, or empty.
func target(s *jsonschema.Schema) string { return strings.TrimPrefix(s.Ref, reference) }

// parts takes a field's schema apart: what it is without null, whether it may be null, and whether any text may stand for it.
func parts(s *jsonschema.Schema) (inner *jsonschema.Schema, null, open bool) {
	if types, ok := s.Extras["type"].([]string); ok {
		plain := *s
		plain.Type, plain.Extras = types[0], nil
		return &plain, true, false
	}
	if len(s.AnyOf) == 2 {
		other := s.AnyOf[1].Type
		return s.AnyOf[0], other == "null", other == "string"
	}
	return s, false, false
}

// reachable lists the structs and enumerations below some types, each after those that it needs.
func (c *contract) reachable(roots []any) []string {
	var list []string
	var visit func(s *jsonschema.Schema)
	visit = func(s *jsonschema.Schema) {
		if s == nil {
			return
		}
		s, _, open := parts(s)
		if open {
			return
		}
		name := target(s)
		if name != "" {
			if slices.Contains(list, name) {
				return
			}
			s = c.schemas[name]
		}

		if s.Properties != nil {
			for _, property := range s.Properties.FromOldest() {
				visit(property)
			}
		}
		visit(s.Items)
		visit(s.AdditionalProperties)
		if name != "" {
			list = append(list, name)
		}
	}
	for _, root := range roots {
		visit(refTo(c.schemaName(reflect.TypeOf(root))))
	}
	return list
}

// answers are what operations of a session's kind answer.
func (c *contract) answers(visitor bool) []any {
	var list []any
	for _, o := range c.operations {
		if o.Answer != nil && visitor == strings.HasPrefix(o.Pattern, "/widget/") {
			list = append(list, o.Answer)
		}
	}
	return list
}

// guard is the valibot schema of a value.
func (c *contract) guard(s *jsonschema.Schema) string {
	inner, null, open := parts(s)
	switch {
	case open:
		return "v.string()"
	case null:
		return "v.nullable(" + c.guard(inner) + ")"
	case s.Ref != "":
		return lower(target(s))
	case s.Const != nil:
		return "v.literal(" + literal(s.Const) + ")"
	}
	switch s.Type {
	case "string":
		if s.Format == "date-time" {
			return "time"
		}
		return "v.string()"
	case "integer", "number":
		return "v.number()"
	case "boolean":
		return "v.boolean()"
	case "array":
		return "v.array(" + c.guard(s.Items) + ")"
	}
	value := "v.unknown()"
	if s.AdditionalProperties != nil {
		value = c.guard(s.AdditionalProperties)
	}
	return "v.record(v.string(), " + value + ")"
}

// enumGuard is the valibot schema of an enumeration.
func (c *contract) enumGuard(name string) string {
	s, values := c.schemas[name], "e."+plural(name)
	unknown, grows := s.Extras["x-unknown-as"].(string)
	if !grows {
		return "v.picklist(" + values + ")"
	}
	if !slices.Contains(s.Enum, any(unknown)) {
		values = "[..." + values + ", " + literal(unknown) + "]"
	}
	return "v.fallback(v.picklist(" + values + "), " + literal(unknown) + ")"
}

// restTS writes the guards of what the console reads: answers of the API and items of frames.
func (c *contract) restTS() ([]byte, error) {
	s := &script{}
	s.WriteString(banner)
	s.line(`import * as v from "valibot";`)
	s.line(`import * as e from "./enums.ts";`)
	s.line("\n/** A day that does not exist has the form of one, and some browsers cannot read it. */")
	s.line("const time = v.pipe(v.string(), v.isoTimestamp(), v.check((text) => !Number.isNaN(Date.parse(text)), \"no such time\"));")
	for _, name := range c.reachable(slices.Concat(c.answers(false), []any{wire.ErrorAnswer{}}, wire.Frames())) {
		schema := c.schemas[name]
		if c.isEnum(name) {
			s.line("\nconst %s = %s;", lower(name), c.enumGuard(name))
			continue
		}
		s.line("\n%sexport const %s = v.object({", comment("", schema.Description), lower(name))
		if schema.Properties != nil {
			for field, property := range schema.Properties.FromOldest() {
				guard := c.guard(property)
				switch {
				case property.Default != nil:
					guard = "v.optional(" + guard + ", " + literal(property.Default) + ")"
				case !slices.Contains(schema.Required, field):
					guard = "v.optional(" + guard + ")"
				}
				s.WriteString(comment("  ", property.Description))
				s.line("  %s: %s,", field, guard)
			}
		}
		s.line("});")
		s.line("export type %s = v.InferOutput<typeof %s>;", name, lower(name))
	}
	s.line("\n/** What the socket of an operator carries. */")
	s.line("export const frameItem = v.variant(\"type\", [%s]);", c.names(wire.Frames()))
	return s.Bytes(), nil
}

// names lists the guards of some types.
func (c *contract) names(values []any) string {
	var list []string
	for _, value := range values {
		list = append(list, lower(c.schemaName(reflect.TypeOf(value))))
	}
	return strings.Join(list, ", ")
}

// requestsTS writes the types of what browsers send: bodies, queries and actions.
func (c *contract) requestsTS() ([]byte, error) {
	var roots []any
	for _, o := range c.operations {
		for _, value := range []any{o.Body, o.Query} {
			if value != nil {
				roots = append(roots, value)
			}
		}
	}
	s := &script{}
	s.WriteString(banner)
	s.line(`import type * as e from "./enums.ts";`)
	for _, name := range c.reachable(slices.Concat(roots, wire.Actions(), wire.VisitorActions())) {
		if c.isEnum(name) {
			continue
		}
		schema := c.schemas[name]
		s.line("\n%sexport type %s = {", comment("", schema.Description), name)
		for field, property := range schema.Properties.FromOldest() {
			optional := ""
			if !slices.Contains(schema.Required, field) {
				optional = "?"
			}
			s.WriteString(comment("  ", property.Description))
			s.line("  %s%s: %s;", field, optional, c.typeOf(property))
		}
		s.line("};")
	}
	s.line("\n/** What the browser of an operator sends over its socket. */\nexport type Action = %s;", c.union(wire.Actions()))
	s.line("\n/** What the browser of a visitor sends over its socket. */\nexport type VisitorAction = %s;", c.union(wire.VisitorActions()))
	return s.Bytes(), nil
}

func (c *contract) union(values []any) string {
	var list []string
	for _, value := range values {
		list = append(list, c.schemaName(reflect.TypeOf(value)))
	}
	return strings.Join(list, " | ")
}

// typeOf is the TypeScript type of a value.
func (c *contract) typeOf(s *jsonschema.Schema) string {
	inner, null, open := parts(s)
	switch {
	case open:
		return "string"
	case null:
		return c.typeOf(inner) + " | null"
	case s.Ref != "" && c.isEnum(target(s)):
		return "e." + target(s)
	case s.Ref != "":
		return target(s)
	case s.Const != nil:
		return literal(s.Const)
	}
	switch s.Type {
	case "integer", "number":
		return "number"
	case "string", "boolean":
		return s.Type
	case "array":
		return c.typeOf(s.Items) + "[]"
	}
	value := "unknown"
	if s.AdditionalProperties != nil {
		value = c.typeOf(s.AdditionalProperties)
	}
	return "Record<string, " + value + ">"
}
