package acceptance_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Bar 8: no unusual method, path, query or body gives a 5xx.
func TestAPI_OddRequests_No5xx(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	a.say("5491150006010", "hola")
	v := a.only()
	ids := []string{
		v.ID, "x", "%00", "%23", "..", "%2e%2e%2f", strings.Repeat("9", 3_000), "01J" + strings.Repeat("Z", 23), "ñ", "%F0%9F%92%A9", "a%23b", "null", "%20",
	}
	var requests [][2]string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodHead, http.MethodOptions, "PURGE"} {
		for _, path := range []string{"/webhooks/whatsapp", "/webhooks/nobody", "/webhooks/", "/webhooks/whatsapp/more", "/healthz", "/api/v1/", "/api/v1/nothing", "/api/v2/me"} {
			requests = append(requests, [2]string{method, path})
		}
	}
	for _, id := range ids {
		for _, path := range []string{"", "/messages", "/events", "/messages/" + id, "/messages/" + id + "/attachments/" + id} {
			requests = append(requests, [2]string{http.MethodGet, "/api/v1/conversations/" + id + path})
		}
		for _, verb := range []string{"assign", "resolve", "read", "messages", "messages/" + id + "/retry"} {
			requests = append(requests, [2]string{http.MethodPost, "/api/v1/conversations/" + id + "/" + verb})
		}
		requests = append(requests,
			[2]string{http.MethodGet, "/api/v1/contacts/" + id}, [2]string{http.MethodPatch, "/api/v1/contacts/" + id},
			[2]string{http.MethodGet, "/api/v1/contacts?q=" + id}, [2]string{http.MethodGet, "/api/v1/conversations?q=" + id},
			[2]string{http.MethodGet, "/api/v1/conversations?cursor=" + id}, [2]string{http.MethodGet, "/api/v1/conversations?status=" + id},
			[2]string{http.MethodGet, "/api/v1/conversations?assignee=" + id}, [2]string{http.MethodGet, "/api/v1/conversations?storeId=" + id},
			[2]string{http.MethodGet, "/api/v1/conversations?limit=" + id}, [2]string{http.MethodGet, "/api/v1/conversations?channelId=" + id + "&sort=" + id},
			[2]string{http.MethodGet, "/api/v1/channels/" + id}, [2]string{http.MethodDelete, "/api/v1/sessions/" + id},
			[2]string{http.MethodPatch, "/api/v1/operators/" + id},
		)
	}
	bodies := []string{"", "null", "[]", "{", `{"version":"x"}`, `{"operatorId":7}`, `{"operatorId":"#"}`, `{"readUpTo":"` + strings.Repeat("z", 4_000) + `"}`, "\x00\xff"}
	for i, r := range requests {
		got, err := a.owner.try(r[0], r[1], bodies[i%len(bodies)])
		if err != nil {
			t.Fatalf("%s %.80s: %v", r[0], r[1], err)
		}
		if got.status >= http.StatusInternalServerError {
			t.Errorf("%s %.80s with %.40q was answered %d %s", r[0], r[1], bodies[i%len(bodies)], got.status, got.body)
		}
	}
	// Every route with a body gets every odd body.
	for _, route := range a.routes() {
		if route.method == http.MethodGet || route.method == http.MethodDelete || strings.HasSuffix(route.path, "/sign-out") {
			continue
		}
		for _, body := range append(bodies, `{"name":{}}`, `{"text":"`+strings.Repeat("x", 100_000)+`"}`, strings.Repeat("[", 50_000)) {
			path := strings.NewReplacer("{id}", v.ID, "{messageId}", *v.LastInboundID, "{attachmentId}", "1").Replace(route.path)
			got, err := a.owner.try(route.method, path, body)
			if err != nil {
				t.Fatalf("%s %s: %v", route.method, path, err)
			}
			if got.status >= http.StatusInternalServerError {
				t.Errorf("%s %s with %.40q was answered %d %s", route.method, path, body, got.status, got.body)
			}
		}
	}
}

// route is a route of the API's description. A public one needs no session.
type route struct {
	method, path string
	public       bool
}

// routes reads the routes from the API's OpenAPI document.
func (a *account) routes() []route {
	a.t.Helper()
	var description struct {
		Paths map[string]map[string]json.RawMessage
	}
	a.owner.get("/api/v1/openapi.json", &description)
	var routes []route
	for path, methods := range description.Paths {
		for method, content := range methods {
			if method != strings.ToLower(method) || method == "parameters" {
				continue
			}
			var operation struct{ Security []json.RawMessage }
			if err := json.Unmarshal(content, &operation); err != nil {
				a.t.Fatalf("read the description of %s %s: %v", method, path, err)
			}
			routes = append(routes, route{method: strings.ToUpper(method), path: path, public: len(operation.Security) == 0})
		}
	}
	if len(routes) < 40 {
		a.t.Fatalf("the description names %d routes", len(routes))
	}
	return routes
}
