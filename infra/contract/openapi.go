package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/wire"
)

// openAPI is the OpenAPI 3.1 document, without servers: the API adds its own address.
func (c *contract) openAPI() ([]byte, error) {
	paths := map[string]map[string]object{}
	for _, o := range c.operations {
		if paths[o.Pattern] == nil {
			paths[o.Pattern] = map[string]object{}
		}
		paths[o.Pattern][strings.ToLower(o.Method)] = c.operation(o)
	}
	described := object{}
	for _, m := range sorted(paths) {
		described = append(described, member{m.name, sorted(paths[m.name])})
	}
	schemas := map[string]*jsonschema.Schema{}
	for name, schema := range c.schemas {
		if t, ok := c.types[name]; ok && c.isQuery(t) {
			continue
		}
		schemas[name] = schema
	}
	schemas["Frame"] = &jsonschema.Schema{Type: "array", Items: c.anyOf(wire.Frames()), Description: "What the socket of an operator carries: at most 32 KB."}
	schemas["VisitorFrame"] = &jsonschema.Schema{Type: "array", Items: c.anyOf(wire.VisitorFrames()), Description: "What the socket of a visitor carries: at most 32 KB."}
	schemas["Action"] = c.anyOf(wire.Actions())
	schemas["Action"].Description = "What the browser of an operator sends over its socket."
	schemas["VisitorAction"] = c.anyOf(wire.VisitorActions())
	schemas["VisitorAction"].Description = "What the browser of a visitor sends over its socket."
	document := object{
		{"openapi", "3.1.0"},
		{"info", object{{"title", "Recado"}, {"version", "1"}, {"description", "One inbox for everything that customers write."}}},
		{"paths", described},
		{"components", object{
			{"schemas", sorted(schemas)},
			{"securitySchemes", object{
				{"cookie", object{{"type", "apiKey"}, {"in", "cookie"}, {"name", "recado_session"}}},
				{"bearer", object{{"type", "http"}, {"scheme", "bearer"}}},
				{"visitor", object{{"type", "http"}, {"scheme", "bearer"}, {"description", "The token of a visitor's session."}}},
			}},
		}},
	}
	var text bytes.Buffer
	if err := writeLines(&text, document, ""); err != nil {
		return nil, fmt.Errorf("encode the OpenAPI document: %w", err)
	}
	text.WriteByte('\n')
	return text.Bytes(), nil
}

// writeLines writes an object with a line for each operation and each schema: changes show in a diff, and the file, which is part of
// the API's binary, has a third less bytes than one that is indented throughout.
func writeLines(text *bytes.Buffer, o object, indent string) error {
	const operationsAndSchemas = "  "
	text.WriteString("{")
	for i, m := range o {
		if i > 0 {
			text.WriteString(",")
		}
		fmt.Fprintf(text, "\n%s %s: ", indent, literal(m.name))
		if members, ok := m.value.(object); ok && len(indent) < len(operationsAndSchemas) {
			if err := writeLines(text, members, indent+" "); err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
			continue
		}
		encoder := json.NewEncoder(text)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(m.value); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		text.Truncate(text.Len() - len("\n"))
	}
	text.WriteString("\n" + indent + "}")
	return nil
}

func (c *contract) isQuery(t reflect.Type) bool {
	return slices.ContainsFunc(c.operations, func(o httpapi.Operation) bool { return o.Query != nil && reflect.TypeOf(o.Query) == t })
}

func (c *contract) anyOf(values []any) *jsonschema.Schema {
	s := &jsonschema.Schema{}
	for _, value := range values {
		s.AnyOf = append(s.AnyOf, refTo(c.schemaName(reflect.TypeOf(value))))
	}
	return s
}

func (c *contract) operation(o httpapi.Operation) object {
	answer := object{{"description", o.Summary}}
	if o.Answer != nil {
		answer = append(answer, c.content(o.Answer))
	}
	described := object{
		{"summary", o.Summary},
		{"parameters", c.parameters(o)},
	}
	if o.Body != nil {
		described = append(described, member{"requestBody", object{{"required", true}, c.content(o.Body)}})
	}
	described = append(described, member{"responses", object{
		{strconv.Itoa(o.Status), answer},
		{"default", object{{"description", "An error"}, c.content(wire.ErrorAnswer{})}},
	}})
	security := []object{}
	switch o.Session {
	case httpapi.NoSession:
	case httpapi.OperatorSession:
		security = []object{{{"cookie", []string{}}}, {{"bearer", []string{}}}}
	case httpapi.VisitorSession:
		security = []object{{{"visitor", []string{}}}}
	}
	described = append(described, member{"security", security})
	if o.Permission != "" {
		described = append(described, member{"x-permission", o.Permission})
	}
	return described
}

func (c *contract) content(value any) member {
	return member{"content", object{{"application/json", object{{"schema", refTo(c.schemaName(reflect.TypeOf(value)))}}}}}
}

var wildcards = regexp.MustCompile(`\{(\w+)\}`)

func (c *contract) parameters(o httpapi.Operation) []object {
	text := object{{"type", "string"}}
	list := []object{}
	for _, match := range wildcards.FindAllStringSubmatch(o.Pattern, -1) {
		list = append(list, object{{"name", match[1]}, {"in", "path"}, {"required", true}, {"schema", text}})
	}
	if o.Query != nil {
		query := c.schemas[c.schemaName(reflect.TypeOf(o.Query))]
		for name, schema := range query.Properties.FromOldest() {
			list = append(list, object{{"name", name}, {"in", "query"}, {"required", slices.Contains(query.Required, name)}, {"schema", schema}})
		}
	}
	if o.Idempotent {
		list = append(list, object{{"name", httpapi.IdempotencyHeader}, {"in", "header"}, {"schema", text}})
	}
	return list
}
