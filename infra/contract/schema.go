package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/recado-chat/recado/functions/admin"
	"github.com/recado-chat/recado/functions/api"
	"github.com/recado-chat/recado/functions/widget"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/wire"
)

// contract is what the derived files are made from.
type contract struct {
	operations []httpapi.Operation
	enums      map[string]*enumeration
	unknown    map[reflect.Type]string // what a reader takes an unknown value of the enumeration as
	comments   func(t reflect.Type, field string) string
	schemas    map[string]*jsonschema.Schema
	types      map[string]reflect.Type // the structs among the schemas
}

// reflectContract makes a schema of every type that a route, a frame or an action names.
func reflectContract(root string) (*contract, error) {
	enums, err := enumerations(root)
	if err != nil {
		return nil, err
	}
	comments := &jsonschema.Reflector{}
	if err := comments.AddGoComments(".", filepath.Join(root, "shared/wire"), jsonschema.WithFullComment()); err != nil {
		return nil, fmt.Errorf("read the comments of shared/wire: %w", err)
	}
	c := &contract{
		operations: slices.Concat(rest.Operations(api.Routes()), rest.Operations(admin.Routes()), widget.Operations()),
		enums:      enums, unknown: map[reflect.Type]string{},
		comments: func(t reflect.Type, field string) string {
			name, _, _ := strings.Cut(t.Name(), "[")
			key := filepath.ToSlash(filepath.Join(root, "shared/wire")) + "." + name
			if field != "" {
				key += "." + field
			}
			return strings.Join(strings.Fields(comments.CommentMap[key]), " ")
		},
		schemas: map[string]*jsonschema.Schema{}, types: map[string]reflect.Type{},
	}
	for _, value := range wire.UnknownAs() {
		c.unknown[reflect.TypeOf(value)] = reflect.ValueOf(value).String()
	}
	roots := slices.Concat(wire.Frames(), wire.VisitorFrames(), wire.Actions(), wire.VisitorActions(), []any{wire.ErrorAnswer{}})
	for _, o := range c.operations {
		for _, value := range []any{o.Body, o.Answer, o.Query} {
			if value != nil {
				roots = append(roots, value)
			}
		}
	}
	for _, value := range roots {
		c.reflect(reflect.TypeOf(value))
	}
	for name, t := range c.types {
		if err := c.refine(c.schemas[name], t); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return c, nil
}

// reference is where references to schemas begin.
const reference = "#/components/schemas/"

func refTo(name string) *jsonschema.Schema { return &jsonschema.Schema{Ref: reference + name} }

// reflect adds the schemas of a struct and of all that it holds.
func (c *contract) reflect(t reflect.Type) {
	if _, known := c.schemas[c.schemaName(t)]; known {
		return
	}
	r := &jsonschema.Reflector{
		AllowAdditionalProperties: true, Anonymous: true, Namer: c.schemaName, Mapper: c.mapped, LookupComment: c.comments,
	}
	for name, schema := range r.ReflectFromType(t).Definitions {
		c.schemas[name] = schema
	}
}

// schemaName is the name of a type's schema; wire.List[wire.Message] is MessageList.
func (c *contract) schemaName(t reflect.Type) string {
	name := t.Name()
	if item, list := strings.CutPrefix(strings.TrimSuffix(name, "]"), "List["); list {
		name = item[strings.LastIndex(item, ".")+1:] + "List"
	}
	if t.Kind() == reflect.Struct {
		c.types[name] = t
	}
	return name
}

var (
	timeType = reflect.TypeFor[wire.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
)

// mapped is the schema of a type whose JSON is not what its Go kind says; nil for any other.
func (c *contract) mapped(t reflect.Type) *jsonschema.Schema {
	if enum := c.enumOf(t); enum != nil {
		c.addEnum(t, enum)
		return refTo(enum.name)
	}
	switch {
	case t == timeType:
		return &jsonschema.Schema{Type: "string", Format: "date-time"}
	case t == rawType:
		return &jsonschema.Schema{Type: "object"}
	case t.Kind() == reflect.Map && t.Elem() == rawType:
		return &jsonschema.Schema{Type: "object"}
	case strings.HasPrefix(t.Name(), "Nullable["):
		value, _ := t.FieldByName("Value")
		inner := (&jsonschema.Reflector{DoNotReference: true, Anonymous: true}).ReflectFromType(value.Type.Elem())
		inner.Version = ""
		return inner
	}
	return nil
}

func (c *contract) addEnum(t reflect.Type, enum *enumeration) {
	s := &jsonschema.Schema{Type: "string", Description: strings.Join(strings.Fields(enum.comment), " ")}
	for _, value := range enum.values {
		s.Enum = append(s.Enum, value)
	}
	if unknown, grows := c.unknown[t]; grows {
		s.Extras = map[string]any{"x-unknown-as": unknown}
	}
	c.schemas[enum.name] = s
}

// refine applies what the tags and pointers of a struct's fields say beside their types.
func (c *contract) refine(s *jsonschema.Schema, t reflect.Type) error {
	for _, field := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous || name == "" {
			continue
		}
		property, ok := s.Properties.Get(name)
		if !ok {
			return fmt.Errorf("no property %s", name)
		}
		property.Ref = strings.Replace(property.Ref, "#/$defs/", reference, 1)
		if property.Items != nil {
			property.Items.Ref = strings.Replace(property.Items.Ref, "#/$defs/", reference, 1)
		}
		if value := field.Tag.Get("const"); value != "" {
			*property = jsonschema.Schema{Type: "string", Const: value, Description: property.Description}
		}
		if field.Tag.Get("open") == "true" {
			open(property)
		}
		if text := field.Tag.Get("default"); text != "" {
			if err := json.Unmarshal([]byte(text), &property.Default); err != nil {
				return fmt.Errorf("default of %s: %w", name, err)
			}
		}
		if nullable(field, options) {
			s.Properties.Set(name, orNull(property))
		}
	}
	return nil
}

// nullable says whether a field may be null: a pointer that is always there, a Nullable, or one that is tagged so.
func nullable(field reflect.StructField, options string) bool {
	if tag := field.Tag.Get("nullable"); tag != "" {
		return tag == "true"
	}
	pointer := field.Type.Kind() == reflect.Pointer && !strings.Contains(options, "omit")
	return pointer || strings.HasPrefix(field.Type.Name(), "Nullable[")
}

func orNull(s *jsonschema.Schema) *jsonschema.Schema {
	if s.Ref != "" {
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Ref: s.Ref}, {Type: "null"}}, Description: s.Description}
	}
	s.Extras = map[string]any{"type": []string{s.Type, "null"}}
	s.Type = ""
	return s
}

// open lets any text be where only the values of an enumeration would be.
func open(s *jsonschema.Schema) {
	if s.Type == "array" {
		open(s.Items)
		return
	}
	*s = jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Ref: s.Ref}, {Type: "string"}}, Description: s.Description}
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	text := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			text = append(text, ',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.name, err)
		}
		text = append(append(append(text, name...), ':'), value...)
	}
	return append(text, '}'), nil
}

// sorted is a map as an object in the order of its keys.
func sorted[K cmp.Ordered, V any](m map[K]V) object {
	var o object
	for _, key := range slices.Sorted(maps.Keys(m)) {
		o = append(o, member{fmt.Sprint(key), m[key]})
	}
	return o
}
