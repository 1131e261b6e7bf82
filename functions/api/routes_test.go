package api_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/rules/permission"
)

// S0-03, S0-06: what a role may not do, it may not do on any route. The table is the only list of routes there is, so a route
// without an entry does not exist.
func TestRoutes_EveryRole(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("owner@example.com")
	clients := map[chat.Role]*apitest.Client{chat.Owner: owner}
	for _, role := range []chat.Role{chat.Admin, chat.Editor, chat.Supervisor, chat.OperatorRole, chat.ReadOnly} {
		clients[role], _ = owner.Employ(role, string(role)+"@example.com")
	}
	for role, c := range clients {
		for _, r := range b.Routes() {
			if r.Pattern == "/api/v1/auth/sign-out" {
				continue // it ends the very session that the others need
			}
			a := c.Do(r.Method, fill(r.Pattern, "none"), "{}")
			allowed := r.Access == rest.Public || r.Access == rest.SignedIn || permission.Has(role, permission.Permission(r.Access))
			switch {
			case a.Status >= 500:
				t.Errorf("%s: %s %s: status %d: %s", role, r.Method, r.Pattern, a.Status, a.Body)
			case allowed && a.Status == http.StatusForbidden:
				t.Errorf("%s may %s %s but was refused: %s", role, r.Method, r.Pattern, a.Body)
			case !allowed && a.Status != http.StatusForbidden:
				t.Errorf("%s may not %s %s but got %d: %s", role, r.Method, r.Pattern, a.Status, a.Body)
			}
			if changes := r.Method != "GET" && r.Access != rest.Public && r.Access != rest.SignedIn; role == chat.ReadOnly && changes && a.Status != http.StatusForbidden {
				t.Errorf("a read-only visitor may %s %s", r.Method, r.Pattern)
			}
		}
	}
	for _, r := range b.Routes() {
		if r.Access == rest.Public {
			continue
		}
		b.Client().Do(r.Method, fill(r.Pattern, "none"), "{}").WantError(http.StatusUnauthorized, "unauthenticated", "")
		b.Client().With("Authorization", "Bearer "+auth.NewToken()).Do(r.Method, fill(r.Pattern, "none"), "{}").
			WantError(http.StatusUnauthorized, "unauthenticated", "")
	}
}

var braces = regexp.MustCompile(`\{\w+\}`)

func fill(pattern, id string) string { return braces.ReplaceAllString(pattern, id) }

// Bar 9: ids of another account are not there, on any route that takes one.
func TestRoutes_OtherAccount_NotFound(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	ana, eva := b.Owner("ana@example.com"), b.Owner("eva@example.com")
	_, employed := ana.Employ(chat.OperatorRole, "juan@example.com")
	ch := ana.Connect("phone-1")
	id := string(ana.Receive(ch, "573001112233", "Luisa", "hola"))
	conversation := ana.Do("GET", "/api/v1/conversations/"+id, nil).Want(http.StatusOK)
	contact := conversation["contact"].(map[string]any)["id"].(string)
	message := conversation["preview"].(map[string]any)["messageId"].(string)
	account, _ := ana.Me()

	ids := map[string]string{
		"/api/v1/sessions/{id}":               auth.Hash(ana.Cookie),
		"/api/v1/operators/{id}":              employed,
		"/api/v1/channels/{id}":               string(ch.ID),
		"/api/v1/contacts/{id}":               contact,
		"/api/v1/contacts/{id}/conversations": contact,
	}
	bodies := map[string]any{
		"PATCH /api/v1/operators/{id}":             apitest.Fields{"name": "x", "version": 1},
		"PATCH /api/v1/channels/{id}":              apitest.Fields{"name": "x", "version": 1},
		"PATCH /api/v1/contacts/{id}":              apitest.Fields{"name": "x", "version": 1},
		"POST /api/v1/conversations/{id}/messages": apitest.Fields{"clientId": "c-1", "type": "text", "text": "hi"},
		"POST /api/v1/conversations/{id}/assign":   apitest.Fields{"operatorId": nil},
	}
	tried := 0
	for _, r := range b.Routes() {
		if !strings.Contains(r.Pattern, "{") {
			continue
		}
		path := strings.NewReplacer("{messageId}", message, "{attachmentId}", "a").Replace(r.Pattern)
		known, ok := ids[r.Pattern]
		if !ok {
			known = id
		}
		body := bodies[r.Method+" "+r.Pattern]
		a := eva.Do(r.Method, fill(path, known), body)
		if a.Status != http.StatusNotFound {
			t.Errorf("%s %s: another account got %d: %s", r.Method, r.Pattern, a.Status, a.Body)
		}
		tried++
	}
	if tried < 20 {
		t.Errorf("only %d routes take an id", tried)
	}
	t.Run("nor in bodies", func(t *testing.T) {
		mine := string(eva.Receive(eva.Connect("phone-2"), "573009998877", "Iris", "oi"))
		store := string(account.StoreID)
		for name, a := range map[string]apitest.Answer{
			"assign":       eva.Do("POST", "/api/v1/conversations/"+mine+"/assign", apitest.Fields{"operatorId": employed}),
			"distribution": eva.Do("PUT", "/api/v1/distribution", apitest.Fields{"mode": "manager", "managerId": employed}),
			"upload":       eva.Do("POST", "/api/v1/uploads", apitest.Fields{"name": "a.png", "mime": "image/png", "size": 1, "conversationId": id}),
			"reply":        eva.Do("POST", "/api/v1/conversations/"+mine+"/messages", apitest.Fields{"clientId": "c", "type": "text", "text": "x", "replyTo": message}),
			"operator":     eva.Do("POST", "/api/v1/operators", apitest.Fields{"name": "x", "email": "x@example.com", "role": "operator", "password": apitest.Password, "storeIds": []string{store}}),
			"channel": eva.Do("POST", "/api/v1/channels", apitest.Fields{
				"type": "whatsapp", "name": "x", "externalId": "phone-3", "storeId": store, "credentials": apitest.Fields{"accessToken": "t"},
			}),
		} {
			if a.Status != http.StatusNotFound {
				t.Errorf("%s: got %d: %s", name, a.Status, a.Body)
			}
		}
	})
	t.Run("nor in lists", func(t *testing.T) {
		for _, path := range []string{"/api/v1/contacts?q=Luisa", "/api/v1/conversations?q=Luisa", "/api/v1/conversations?storeId=" + string(account.StoreID), "/api/v1/conversations?assignee=" + employed} {
			if items := eva.Do("GET", path, nil).Want(http.StatusOK)["items"].([]any); len(items) != 0 {
				t.Errorf("%s shows %v", path, items)
			}
		}
	})
}

func TestRequests_OtherOrigin_Refused(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	c := b.Owner("ana@example.com")
	body := apitest.Fields{"status": "available"}
	for name, test := range map[string]struct {
		client *apitest.Client
		status int
	}{
		"the console's origin":                   {c, http.StatusOK},
		"another origin":                         {c.With("Origin", "https://evil.example"), http.StatusForbidden},
		"an origin that is hidden":               {c.With("Origin", "null"), http.StatusForbidden},
		"no origin":                              {c.With("Origin", ""), http.StatusForbidden},
		"the origin that was called":             {c.With("Origin", "https://api.example").With("Host", "api.example"), http.StatusOK},
		"plain http to where https is served":    {c.With("Origin", "http://api.example").With("Host", "api.example"), http.StatusForbidden},
		"an origin that only begins like ours":   {c.With("Origin", apitest.Origin+".evil.example"), http.StatusForbidden},
		"another origin's token instead of ours": {c.With("Origin", "https://evil.example").With("Authorization", "Bearer "+c.Cookie), http.StatusOK},
	} {
		if a := test.client.Do("PUT", "/api/v1/me/availability", body); a.Status != test.status {
			t.Errorf("%s: status %d, want %d: %s", name, a.Status, test.status, a.Body)
		}
	}
	if a := c.With("Origin", "https://evil.example").Do("GET", "/api/v1/me", nil); a.Status != http.StatusOK {
		t.Errorf("reading: status %d", a.Status)
	}
	a := b.Client().With("Origin", "https://evil.example").Do("POST", "/api/v1/auth/sign-in", apitest.Fields{"email": "ana@example.com", "password": apitest.Password})
	a.WantError(http.StatusForbidden, "forbidden", "")
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	c := b.Owner("ana.secret@example.com")
	t.Run("carry the security headers and are not stored", func(t *testing.T) {
		a := c.Do("GET", "/healthz", nil)
		if body := a.Want(http.StatusOK); body["status"] != "ok" {
			t.Errorf("health: %v", body)
		}
		for name, value := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Type": "application/json"} {
			if a.Header[name] != value {
				t.Errorf("%s: %q", name, a.Header[name])
			}
		}
		if a.Header["X-Request-Id"] == "" || a.Header["Strict-Transport-Security"] == "" {
			t.Errorf("headers %v", a.Header)
		}
	})
	t.Run("say what is wrong with a body", func(t *testing.T) {
		for body, field := range map[string]string{
			`{"status":7}`: "status", `{"status":"busy"}`: "status", `{`: "", `[]`: "", `{"status":"away"} {}`: "", ``: "status",
		} {
			c.Do("PUT", "/api/v1/me/availability", body).WantError(http.StatusBadRequest, "invalid", field)
		}
		c.Do("PATCH", "/api/v1/settings", `{"closing":{"idleMinutes":"soon"}}`).WantError(http.StatusBadRequest, "invalid", "closing.idleMinutes")
		c.Do("PUT", "/api/v1/me/availability", `{"status":"away","`+strings.Repeat("x", 300_000)+`":1}`).WantError(http.StatusRequestEntityTooLarge, "too_large", "")
	})
	t.Run("know no other route, method or odd id", func(t *testing.T) {
		for _, target := range []string{"GET /api/v1/nothing", "DELETE /api/v1/me", "GET /", "GET /api/v1/conversations/%23", "GET /api/v1/conversations/%zz", "GET /api/v1/contacts/a%23b"} {
			method, path, _ := strings.Cut(target, " ")
			c.Do(method, path, nil).WantError(http.StatusNotFound, "not_found", "")
		}
	})
	t.Run("leave one line each in the log, without paths, words or addresses", func(t *testing.T) {
		c.Do("GET", "/api/v1/conversations?q=Luisa-Secreta", nil).Want(http.StatusOK)
		c.Do("GET", "/api/v1/contacts/573001112233", nil).Want(http.StatusNotFound)
		lines := strings.Split(strings.TrimSpace(b.Log.Text()), "\n")
		if int64(len(lines)) != b.Requests() {
			t.Errorf("%d lines for %d requests", len(lines), b.Requests())
		}
		for _, line := range lines {
			for _, secret := range []string{"Luisa", "573001112233", "ana.secret", apitest.Password, c.Cookie, auth.Hash(c.Cookie)} {
				if strings.Contains(line, secret) {
					t.Errorf("the log tells %q: %s", secret, line)
				}
			}
		}
		var last map[string]any
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
			t.Fatal(err)
		}
		if last["route"] != "/api/v1/contacts/{id}" || last["status"] != 404.0 || last["account_id"] == nil || last["operator_id"] == nil || last["code"] != "not_found" {
			t.Errorf("the line says %v", last)
		}
	})
}
