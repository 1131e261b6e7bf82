package api

import (
	"net/http"
	"strings"
	"testing"
)

// description is what the test reads of the published document.
type description struct {
	OpenAPI string                               `json:"openapi"`
	Servers []struct{ URL string }               `json:"servers"`
	Paths   map[string]map[string]map[string]any `json:"paths"`
}

func TestOpenAPI_Served_DescribesEveryRoute(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	doc := into[description](b.client().do("GET", "/api/v1/openapi.json", nil), http.StatusOK)
	if doc.OpenAPI != "3.1.0" || len(doc.Servers) != 1 || doc.Servers[0].URL != b.PublicURL {
		t.Errorf("version %s, servers %v", doc.OpenAPI, doc.Servers)
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
}
