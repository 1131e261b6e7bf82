// Package contracttest checks JSON against the published OpenAPI document: in tests of functions, every request and answer against the
// schemas of its route.
//
// It is stricter than JSON Schema: a field that the schema does not name is wrong, and so is a time without exactly three decimals.
// It imports the standard library.
package contracttest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Document is an OpenAPI document as the package reads it.
type Document struct {
	Paths      map[string]map[string]operation `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
}

type operation struct {
	RequestBody content            `json:"requestBody"`
	Responses   map[string]content `json:"responses"`
}

type content struct {
	Content map[string]struct {
		Schema schema `json:"schema"`
	} `json:"content"`
}

// schema is nil where the document has none.
type schema map[string]any

// read reads the document once for all requests of a process.
var read = sync.OnceValues(func() (d Document, err error) {
	const file = "functions/admin/openapi.json"
	for folder := "."; ; folder = filepath.Join("..", folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			text, err := os.ReadFile(filepath.Join(folder, file))
			if err != nil {
				return d, err
			}
			return d, json.Unmarshal(text, &d)
		}
		if abs, err := filepath.Abs(folder); err != nil || abs == filepath.Dir(abs) {
			return d, fmt.Errorf("no %s above the test's folder", file)
		}
	}
})

// Load reads the published document, wherever in the repository the test runs.
func Load(t testing.TB) Document {
	t.Helper()
	d, err := read()
	if err != nil {
		t.Fatalf("read the OpenAPI document: %v", err)
	}
	return d
}

// Exchange is a request and its answer.
type Exchange struct {
	Method, Path string
	Request      string
	Status       int
	ContentType  string
	Answer       string
}

// Check fails the test unless the answer has the schema of its route and status, and so the request that was accepted.
func (d Document) Check(t testing.TB, e Exchange) {
	t.Helper()
	o, pattern := d.operation(e.Method, e.Path)
	name := e.Method + " " + pattern
	answer := o.Responses["default"]
	if e.Status < 400 {
		if pattern == "" {
			t.Errorf("%s %s is answered with %d and not in the OpenAPI document", e.Method, e.Path, e.Status)
			return
		}
		for status, described := range o.Responses {
			if status != "default" {
				answer = described
			}
		}
		if wanted := o.RequestBody.json(); wanted != nil {
			if err := d.fits(wanted, orObject(e.Request)); err != nil {
				t.Errorf("%s: a body that was accepted is not of its schema: %v: %s", name, err, e.Request)
			}
		}
	}
	wanted := answer.json()
	switch {
	case pattern == "":
		return
	case wanted == nil && e.ContentType == "application/json" && pattern != "/api/v1/openapi.json":
		t.Errorf("%s: an answer without a schema: %s", name, e.Answer)
	case wanted != nil:
		if err := d.fits(wanted, e.Answer); err != nil {
			t.Errorf("%s: the answer %d is not of its schema: %v: %s", name, e.Status, err, e.Answer)
		}
	}
}

// orObject is the body of a request; none is an empty object.
func orObject(body string) string {
	if strings.TrimSpace(body) == "" || body == "null" {
		return "{}"
	}
	return body
}

func (c content) json() schema { return c.Content["application/json"].Schema }

// operation finds the route of a path: of several the one with the fewest wildcards.
func (d Document) operation(method, path string) (found operation, pattern string) {
	for candidate, operations := range d.Paths {
		o, ok := operations[strings.ToLower(method)]
		if ok && matches(candidate, path) && (pattern == "" || strings.Count(candidate, "{") < strings.Count(pattern, "{")) {
			found, pattern = o, candidate
		}
	}
	return found, pattern
}

func matches(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, got, func(w, g string) bool { return w == g || strings.HasPrefix(w, "{") && g != "" })
}

// Fits says what of a JSON text does not fit a schema of the document.
func (d Document) Fits(name, text string) error {
	s, ok := d.Components.Schemas[name]
	if !ok {
		return fmt.Errorf("there is no schema %s", name)
	}
	return d.fits(s, text)
}

func (d Document) fits(s schema, text string) error {
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	return d.check(s, value)
}

func (d Document) check(s schema, value any) error {
	if ref, ok := s["$ref"].(string); ok {
		return d.check(d.Components.Schemas[strings.TrimPrefix(ref, "#/components/schemas/")], value)
	}
	if choices, ok := s["anyOf"].([]any); ok {
		var err error
		for _, choice := range choices {
			if err = d.check(choice.(map[string]any), value); err == nil {
				return nil
			}
		}
		return fmt.Errorf("none of %d choices fits, the last because: %w", len(choices), err)
	}
	if only, ok := s["const"]; ok && value != only {
		return fmt.Errorf("%v in place of %v", value, only)
	}
	if values, ok := s["enum"].([]any); ok && !slices.Contains(values, value) {
		return fmt.Errorf("%v is not one of %v", value, values)
	}
	if !s.allows(typeOf(value)) {
		return fmt.Errorf("a %s in place of %v", typeOf(value), s["type"])
	}
	switch value := value.(type) {
	case string:
		if s["format"] == "date-time" {
			_, err := time.Parse("2006-01-02T15:04:05.000Z", value)
			return err
		}
	case []any:
		items, _ := s["items"].(map[string]any)
		for i, item := range value {
			if err := d.check(items, item); err != nil {
				return fmt.Errorf("[%d]: %w", i, err)
			}
		}
	case map[string]any:
		return d.checkObject(s, value)
	}
	return nil
}

// allows says whether a schema names the type, or an integer's wider one; one without types allows all.
func (s schema) allows(kind string) bool {
	var types []any
	switch named := s["type"].(type) {
	case string:
		types = []any{named}
	case []any:
		types = named
	default:
		return true
	}
	return slices.Contains(types, any(kind)) || kind == "integer" && slices.Contains(types, any("number"))
}

func typeOf(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if value == float64(int64(value)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

func (d Document) checkObject(s schema, value map[string]any) error {
	required, _ := s["required"].([]any)
	for _, name := range required {
		if _, ok := value[name.(string)]; !ok {
			return fmt.Errorf("%s is missing", name)
		}
	}
	properties, closed := s["properties"].(map[string]any)
	others, typed := s["additionalProperties"].(map[string]any)
	for name, member := range value {
		property, known := properties[name].(map[string]any)
		if !known && closed {
			return fmt.Errorf("%s is unknown", name)
		}
		if !known && typed {
			property = others
		}
		if err := d.check(property, member); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
