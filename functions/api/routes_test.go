package api

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/rules/permission"
)

// S0-03, S0-06: what a role may not do, it may not do on any route. The table is the only list of routes there is, so a route
// without an entry does not exist.
func TestEveryRouteForEveryRole(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	owner := b.owner("owner@example.com")
	clients := map[chat.Role]*client{chat.Owner: owner}
	for _, role := range []chat.Role{chat.Admin, chat.Editor, chat.Supervisor, chat.OperatorRole, chat.ReadOnly} {
		clients[role], _ = owner.employ(role, string(role)+"@example.com")
	}
	for role, c := range clients {
		for _, r := range b.routes() {
			if r.pattern == "/api/v1/auth/sign-out" {
				continue // it ends the very session that the others need
			}
			a := c.do(r.method, fill(r.pattern, "none"), "{}")
			allowed := r.access == public || r.access == signedIn || permission.Has(role, permission.Permission(r.access))
			switch {
			case a.status >= 500:
				t.Errorf("%s: %s %s: status %d: %s", role, r.method, r.pattern, a.status, a.body)
			case allowed && a.status == http.StatusForbidden:
				t.Errorf("%s may %s %s but was refused: %s", role, r.method, r.pattern, a.body)
			case !allowed && a.status != http.StatusForbidden:
				t.Errorf("%s may not %s %s but got %d: %s", role, r.method, r.pattern, a.status, a.body)
			}
			if changes := r.method != "GET" && r.access != public && r.access != signedIn; role == chat.ReadOnly && changes && a.status != http.StatusForbidden {
				t.Errorf("a read-only visitor may %s %s", r.method, r.pattern)
			}
		}
	}
	for _, r := range b.routes() {
		if r.access == public {
			continue
		}
		b.client().do(r.method, fill(r.pattern, "none"), "{}").wantError(http.StatusUnauthorized, "unauthenticated", "")
		b.client().with("Authorization", "Bearer "+auth.NewToken()).do(r.method, fill(r.pattern, "none"), "{}").
			wantError(http.StatusUnauthorized, "unauthenticated", "")
	}
}

var braces = regexp.MustCompile(`\{\w+\}`)

func fill(pattern, id string) string { return braces.ReplaceAllString(pattern, id) }

// Bar 9: ids of another account are not there, on any route that takes one.
func TestAnotherAccountSeesNothing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana, eva := b.owner("ana@example.com"), b.owner("eva@example.com")
	_, employed := ana.employ(chat.OperatorRole, "juan@example.com")
	ch := ana.connect("phone-1")
	id := string(ana.receive(ch, "573001112233", "Luisa", "hola"))
	conversation := ana.do("GET", "/api/v1/conversations/"+id, nil).want(http.StatusOK)
	contact := conversation["contact"].(map[string]any)["id"].(string)
	message := conversation["preview"].(map[string]any)["messageId"].(string)
	account, _ := ana.me()

	ids := map[string]string{
		"/api/v1/sessions/{id}":               auth.Hash(ana.cookie),
		"/api/v1/operators/{id}":              employed,
		"/api/v1/channels/{id}":               string(ch.ID),
		"/api/v1/contacts/{id}":               contact,
		"/api/v1/contacts/{id}/conversations": contact,
	}
	bodies := map[string]any{
		"PATCH /api/v1/operators/{id}":             fields{"name": "x", "version": 1},
		"PATCH /api/v1/channels/{id}":              fields{"name": "x", "version": 1},
		"PATCH /api/v1/contacts/{id}":              fields{"name": "x", "version": 1},
		"POST /api/v1/conversations/{id}/messages": fields{"clientId": "c-1", "type": "text", "text": "hi"},
		"POST /api/v1/conversations/{id}/assign":   fields{"operatorId": nil},
	}
	tried := 0
	for _, r := range b.routes() {
		if !strings.Contains(r.pattern, "{") {
			continue
		}
		path := strings.NewReplacer("{messageId}", message, "{attachmentId}", "a").Replace(r.pattern)
		known, ok := ids[r.pattern]
		if !ok {
			known = id
		}
		body := bodies[r.method+" "+r.pattern]
		a := eva.do(r.method, fill(path, known), body)
		if a.status != http.StatusNotFound {
			t.Errorf("%s %s: another account got %d: %s", r.method, r.pattern, a.status, a.body)
		}
		tried++
	}
	if tried < 20 {
		t.Errorf("only %d routes take an id", tried)
	}
	t.Run("nor in bodies", func(t *testing.T) {
		mine := string(eva.receive(eva.connect("phone-2"), "573009998877", "Iris", "oi"))
		store := string(account.StoreID)
		for name, a := range map[string]answer{
			"assign":       eva.do("POST", "/api/v1/conversations/"+mine+"/assign", fields{"operatorId": employed}),
			"distribution": eva.do("PUT", "/api/v1/distribution", fields{"mode": "manager", "managerId": employed}),
			"upload":       eva.do("POST", "/api/v1/uploads", fields{"name": "a.png", "mime": "image/png", "size": 1, "conversationId": id}),
			"reply":        eva.do("POST", "/api/v1/conversations/"+mine+"/messages", fields{"clientId": "c", "type": "text", "text": "x", "replyTo": message}),
			"operator":     eva.do("POST", "/api/v1/operators", fields{"name": "x", "email": "x@example.com", "role": "operator", "password": secretWord, "storeIds": []string{store}}),
			"channel": eva.do("POST", "/api/v1/channels", fields{
				"type": "whatsapp", "name": "x", "externalId": "phone-3", "storeId": store, "credentials": fields{"accessToken": "t"},
			}),
		} {
			if a.status != http.StatusNotFound {
				t.Errorf("%s: got %d: %s", name, a.status, a.body)
			}
		}
	})
	t.Run("nor in lists", func(t *testing.T) {
		for _, path := range []string{"/api/v1/contacts?q=Luisa", "/api/v1/conversations?q=Luisa", "/api/v1/conversations?storeId=" + string(account.StoreID), "/api/v1/conversations?assignee=" + employed} {
			if items := eva.do("GET", path, nil).want(http.StatusOK)["items"].([]any); len(items) != 0 {
				t.Errorf("%s shows %v", path, items)
			}
		}
	})
}

func TestRequestsFromOtherPages(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.owner("ana@example.com")
	body := fields{"status": "available"}
	for name, test := range map[string]struct {
		client *client
		status int
	}{
		"the console's origin":                   {c, http.StatusOK},
		"another origin":                         {c.with("Origin", "https://evil.example"), http.StatusForbidden},
		"an origin that is hidden":               {c.with("Origin", "null"), http.StatusForbidden},
		"no origin":                              {c.with("Origin", ""), http.StatusForbidden},
		"the origin that was called":             {c.with("Origin", "https://api.example").with("Host", "api.example"), http.StatusOK},
		"plain http to where https is served":    {c.with("Origin", "http://api.example").with("Host", "api.example"), http.StatusForbidden},
		"an origin that only begins like ours":   {c.with("Origin", origin+".evil.example"), http.StatusForbidden},
		"another origin's token instead of ours": {c.with("Origin", "https://evil.example").with("Authorization", "Bearer "+c.cookie), http.StatusOK},
	} {
		if a := test.client.do("PUT", "/api/v1/me/availability", body); a.status != test.status {
			t.Errorf("%s: status %d, want %d: %s", name, a.status, test.status, a.body)
		}
	}
	if a := c.with("Origin", "https://evil.example").do("GET", "/api/v1/me", nil); a.status != http.StatusOK {
		t.Errorf("reading: status %d", a.status)
	}
	a := b.client().with("Origin", "https://evil.example").do("POST", "/api/v1/auth/sign-in", fields{"email": "ana@example.com", "password": secretWord})
	a.wantError(http.StatusForbidden, "forbidden", "")
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.owner("ana.secret@example.com")
	t.Run("carry the security headers and are not stored", func(t *testing.T) {
		a := c.do("GET", "/healthz", nil)
		if body := a.want(http.StatusOK); body["status"] != "ok" {
			t.Errorf("health: %v", body)
		}
		for name, value := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Type": "application/json"} {
			if a.header[name] != value {
				t.Errorf("%s: %q", name, a.header[name])
			}
		}
		if a.header["X-Request-Id"] == "" || a.header["Strict-Transport-Security"] == "" {
			t.Errorf("headers %v", a.header)
		}
	})
	t.Run("say what is wrong with a body", func(t *testing.T) {
		for body, field := range map[string]string{
			`{"status":7}`: "status", `{"status":"busy"}`: "status", `{`: "", `[]`: "", `{"status":"away"} {}`: "", ``: "status",
		} {
			c.do("PUT", "/api/v1/me/availability", body).wantError(http.StatusBadRequest, "invalid", field)
		}
		c.do("PATCH", "/api/v1/settings", `{"closing":{"idleMinutes":"soon"}}`).wantError(http.StatusBadRequest, "invalid", "closing.idleMinutes")
		c.do("PUT", "/api/v1/me/availability", `{"status":"away","`+strings.Repeat("x", 300_000)+`":1}`).wantError(http.StatusRequestEntityTooLarge, "too_large", "")
	})
	t.Run("know no other route, method or odd id", func(t *testing.T) {
		for _, target := range []string{"GET /api/v1/nothing", "DELETE /api/v1/me", "GET /", "GET /api/v1/conversations/%23", "GET /api/v1/conversations/%zz", "GET /api/v1/contacts/a%23b"} {
			method, path, _ := strings.Cut(target, " ")
			c.do(method, path, nil).wantError(http.StatusNotFound, "not_found", "")
		}
	})
	t.Run("leave one line each in the log, without paths, words or addresses", func(t *testing.T) {
		c.do("GET", "/api/v1/conversations?q=Luisa-Secreta", nil).want(http.StatusOK)
		c.do("GET", "/api/v1/contacts/573001112233", nil).want(http.StatusNotFound)
		b.log.mu.Lock()
		lines := strings.Split(strings.TrimSpace(b.log.String()), "\n")
		b.log.mu.Unlock()
		if int64(len(lines)) != b.requests.Load() {
			t.Errorf("%d lines for %d requests", len(lines), b.requests.Load())
		}
		for _, line := range lines {
			for _, secret := range []string{"Luisa", "573001112233", "ana.secret", secretWord, c.cookie, auth.Hash(c.cookie)} {
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
