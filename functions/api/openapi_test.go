package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/httpapi/rest"
)

// description is what the test reads of the published document.
type description struct {
	OpenAPI string                               `json:"openapi"`
	Servers []struct{ URL string }               `json:"servers"`
	Paths   map[string]map[string]map[string]any `json:"paths"`
}

func TestOpenAPI_Served_DescribesEveryRoute(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	doc := apitest.Into[description](b.Client().Do("GET", "/api/v1/openapi.json", nil), http.StatusOK)
	if doc.OpenAPI != "3.1.0" || len(doc.Servers) != 1 || doc.Servers[0].URL != apitest.Origin {
		t.Errorf("version %s, servers %v", doc.OpenAPI, doc.Servers)
	}
	for _, r := range b.Routes() {
		operation := doc.Paths[r.Pattern][strings.ToLower(r.Method)]
		if operation == nil {
			t.Errorf("%s %s is not described", r.Method, r.Pattern)
			continue
		}
		if operation["summary"] == "" || r.Access != rest.Public && r.Access != rest.SignedIn && operation["x-permission"] != string(r.Access) {
			t.Errorf("%s %s is described as %v", r.Method, r.Pattern, operation)
		}
	}
}
