package main

import (
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/recado-chat/recado/shared/wire"
)

// visitorTS writes the guards of what the widget reads. A shop's page may run an old widget for long, so these forgive more than the
// console's: only a field with the tag widget:"strict" has to be right; any other falls back to its default, or to the zero value of
// its type, and a wrong item of a list is left out. A field with widget:"-" is not read.
//
// Why no generator of the ecosystem writes them: infra/adr/0009.
func (c *contract) visitorTS() ([]byte, error) {
	s := &script{}
	s.WriteString(banner)
	s.line(`import * as v from "valibot";`)
	s.line(`import { listOf, maybeTime, strings, time, words } from "../lenient.ts";`)
	s.line(`import * as e from "./enums.ts";`)
	roots := slices.DeleteFunc(slices.Concat(c.answers(true), []any{wire.ErrorAnswer{}}, wire.VisitorFrames()), func(root any) bool {
		return root == any(wire.Empty{}) || root == any(wire.VisitorMessageAccepted{})
	})
	for _, name := range c.reachable(roots) {
		if c.isEnum(name) {
			continue
		}
		if strings.HasSuffix(name, "List") {
			item := strings.TrimSuffix(name, "List")
			s.line("\nexport const %s = v.object({ items: listOf(%s), nextCursor: v.nullable(v.string()) });", lower(name), lower(item))
			continue
		}
		schema, t := c.schemas[name], c.types[name]
		s.line("\n%sexport const %s = v.object({", comment("", schema.Description), lower(name))
		for field, property := range schema.Properties.FromOldest() {
			tag := tagOf(t, field, "widget")
			if tag == "-" {
				continue
			}
			s.WriteString(comment("  ", property.Description))
			s.line("  %s: %s,", field, c.lenientField(property, tag == "strict", slices.Contains(schema.Required, field)))
		}
		s.line("});")
		s.line("export type %s = v.InferOutput<typeof %s>;", name, lower(name))
	}
	s.line("\n/** What the socket of a visitor carries, by type. */")
	s.line("export const visitorItems = {")
	for _, value := range wire.VisitorFrames() {
		name := c.schemaName(reflect.TypeOf(value))
		kind, _ := c.schemas[name].Properties.Get("type")
		s.line("  %s: %s,", literal(kind.Const), lower(name))
	}
	s.line("};")
	return s.Bytes(), nil
}

// tagOf is a tag of the field with a JSON name.
func tagOf(t reflect.Type, field, tag string) string {
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == field {
			return f.Tag.Get(tag)
		}
	}
	return ""
}

// lenientField is the guard of a field that falls back unless it is strict.
func (c *contract) lenientField(s *jsonschema.Schema, strict, required bool) string {
	inner, null, _ := parts(s)
	switch {
	case s.Const != nil:
		return c.guard(s)
	case strict && !required:
		return "v.optional(" + c.lenient(inner, true) + ")"
	case strict:
		return c.lenient(s, true)
	case null && inner.Format == "date-time":
		return "maybeTime"
	case null, !required && s.Ref != "":
		return "v.fallback(v.nullable(" + c.lenient(inner, true) + "), null)"
	case s.Default == nil && c.isText(s):
		return "words"
	case s.Default != nil && c.isText(s) && s.Default == "":
		return "words"
	case s.Type == "array":
		return c.lenient(s, false)
	case s.Type == "object":
		return "strings"
	}
	value := s.Default
	if value == nil {
		return "v.fallback(" + c.lenient(s, true) + ", " + c.zero(s) + ")"
	}
	return "v.fallback(" + c.lenient(s, true) + ", " + literal(value) + ")"
}

// isText says whether the widget takes the value as any text: strings, and enumerations without a default.
func (c *contract) isText(s *jsonschema.Schema) bool {
	return s.Type == "string" || c.isEnum(target(s)) && s.Default == nil
}

// lenient is the guard of a value whose parts may be lenient; a strict list refuses wrong items instead of leaving them out.
func (c *contract) lenient(s *jsonschema.Schema, strict bool) string {
	if name := target(s); name != "" {
		if c.isEnum(name) {
			return c.enumGuard(name)
		}
		return lower(name)
	}
	if s.Type == "array" && !strict {
		return "listOf(" + c.lenient(s.Items, true) + ")"
	}
	return c.guard(s)
}

// zero is the value that stands for a missing one.
func (c *contract) zero(s *jsonschema.Schema) string {
	inner, null, _ := parts(s)
	if null {
		return "null"
	}
	switch {
	case inner.Type == "integer", inner.Type == "number":
		return "0"
	case inner.Type == "boolean":
		return "false"
	case inner.Type == "array":
		return "[]"
	case inner.Ref != "" && !c.isEnum(target(inner)):
		var fields []string
		for field, property := range c.schemas[target(inner)].Properties.FromOldest() {
			fields = append(fields, field+": "+c.zero(property))
		}
		return "{ " + strings.Join(fields, ", ") + " }"
	}
	return `""`
}
