package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/wire"
)

// description is what the test reads of the published document.
type description struct {
	OpenAPI    string                               `json:"openapi"`
	Paths      map[string]map[string]map[string]any `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
}

type schema struct {
	Required   []string                   `json:"required"`
	Properties map[string]json.RawMessage `json:"properties"`
}

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	a := b.client().do("GET", "/api/v1/openapi.json", nil)
	doc := into[description](a, http.StatusOK)
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("version %s", doc.OpenAPI)
	}
	t.Run("describes every route, and nothing else", func(t *testing.T) {
		described := 0
		for _, operations := range doc.Paths {
			described += len(operations)
		}
		for _, r := range b.routes() {
			operation := doc.Paths[r.pattern][strings.ToLower(r.method)]
			if operation == nil {
				t.Errorf("%s %s is not described", r.method, r.pattern)
				continue
			}
			if operation["summary"] == "" || r.access != public && r.access != signedIn && operation["x-permission"] != string(r.access) {
				t.Errorf("%s %s is described as %v", r.method, r.pattern, operation)
			}
			if _, _, ok := b.router.Match(r.method, fill(r.pattern, "x")); !ok {
				t.Errorf("%s %s is described and not answered", r.method, r.pattern)
			}
		}
		if described != len(b.routes()) {
			t.Errorf("%d operations are described, %d routes answered", described, len(b.routes()))
		}
	})
	t.Run("names the orders of the inbox", func(t *testing.T) { // S1-15
		parameters, _ := json.Marshal(doc.Paths["/api/v1/conversations"]["get"]["parameters"])
		if want := `"enum":["newest","oldest","waiting","due"]`; !strings.Contains(string(parameters), want) {
			t.Errorf("%s has no %s", parameters, want)
		}
	})
	t.Run("refers to every schema, and to none that is not there", func(t *testing.T) {
		var referred []string
		for _, match := range regexp.MustCompile(`"#/components/schemas/(\w+)"`).FindAllStringSubmatch(a.body, -1) {
			if _, known := doc.Components.Schemas[match[1]]; !known {
				t.Errorf("there is no schema %s", match[1])
			}
			referred = append(referred, match[1])
		}
		for name := range doc.Components.Schemas {
			if !slices.Contains(referred, name) {
				t.Errorf("nothing refers to schema %s", name)
			}
		}
	})
	t.Run("has the fields that answers have", func(t *testing.T) {
		for name, shape := range map[string]any{
			"Attachment": wire.Attachment{}, "Author": wire.Author{}, "Channel": wire.Channel{}, "Contact": wire.Contact{},
			"Conversation": wire.Conversation{}, "Count": wire.Count{}, "Counts": wire.Counts{}, "Distribution": wire.Distribution{},
			"Error": wire.Error{}, "Event": wire.Event{}, "Me": wire.Me{}, "Message": wire.Message{},
			"Operator": wire.Operator{}, "Session": wire.Session{}, "Settings": wire.Settings{}, "SignedIn": wire.SignedIn{},
			"SocketTicket": wire.SocketTicket{}, "Store": wire.Store{}, "Template": wire.Template{}, "Interactive": wire.Interactive{}, "Capabilities": wire.Capabilities{}, "Upload": wire.Upload{}, "ContactList": wire.List[wire.Contact]{},
		} {
			checkSchema(t, name, doc.Components.Schemas[name], reflect.TypeOf(shape))
		}
	})
	t.Run("names the fields that bodies have", func(t *testing.T) {
		for name, body := range map[string]any{"SignUp": wire.SignUp{}, "ContactChange": wire.ContactChange{}, "NewMessage": wire.NewMessage{}, "NewCard": wire.NewCard{}, "NewInteractive": wire.NewInteractive{}} {
			checkNames(t, name, doc.Components.Schemas[name], reflect.TypeOf(body))
		}
	})
}

// checkSchema compares a schema with a shape: the same fields, and those required that are always there.
func checkSchema(t *testing.T, name string, s schema, shape reflect.Type) {
	t.Helper()
	checkNames(t, name, s, shape)
	for field := range shape.Fields() {
		tag, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if always := options != "omitempty"; always != slices.Contains(s.Required, tag) {
			t.Errorf("%s.%s: always there is %t in the shape, and not in the schema", name, tag, always)
		}
	}
}

func checkNames(t *testing.T, name string, s schema, shape reflect.Type) {
	t.Helper()
	var names []string
	for field := range shape.Fields() {
		tag, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, tag)
		if _, known := s.Properties[tag]; !known {
			t.Errorf("schema %s lacks %s", name, tag)
		}
	}
	for property := range s.Properties {
		if !slices.Contains(names, property) {
			t.Errorf("schema %s has %s, and the shape does not", name, property)
		}
	}
}
