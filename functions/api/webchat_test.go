package api

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// S0-30, S0-32: a site is connected without a provider, and gets a code of its own.
func TestASiteIsConnectedWithoutAProvider(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana := b.owner("ana@example.com")
	site := func(change fields) fields {
		body := fields{"type": "webchat", "name": "Tienda", "settings": fields{"origins": []string{"https://Tienda.example/"}}}
		for field, value := range change {
			body[field] = value
		}
		return body
	}
	first := into[wire.Channel](ana.do("POST", "/api/v1/channels", site(nil)), http.StatusCreated)
	second := into[wire.Channel](ana.do("POST", "/api/v1/channels", site(fields{"name": "Outlet"})), http.StatusCreated)
	code := regexp.MustCompile(`^[0-9A-Z]{20}$`)
	if !code.MatchString(first.ExternalID) || first.ExternalID == second.ExternalID || first.Health.State != "ok" {
		t.Errorf("made %+v and %+v", first, second)
	}
	if string(first.Settings) != `{"origins":["https://tienda.example"],"title":"","greeting":"","color":""}` {
		t.Errorf("the settings are %s", first.Settings)
	}
	for field, change := range map[string]fields{
		"externalId":       {"externalId": "MINE"},
		"credentials":      {"credentials": fields{"accessToken": "x"}},
		"settings.origins": {"settings": fields{"origins": []string{"http://tienda.example"}}},
		"name":             {"name": nil},
	} {
		ana.do("POST", "/api/v1/channels", site(change)).wantError(http.StatusBadRequest, "invalid", field)
	}
	ana.do("POST", "/api/v1/channels", fields{"type": "webchat", "name": "Tienda"}).wantError(http.StatusBadRequest, "invalid", "settings")
	path := "/api/v1/channels/" + first.ID
	ana.do("PATCH", path, fields{"settings": fields{"origins": []string{}}, "version": 1}).wantError(http.StatusBadRequest, "invalid", "settings.origins")
	changed := into[wire.Channel](ana.do("PATCH", path, fields{"settings": fields{"origins": []string{"https://a.example"}, "title": "Hola"}, "version": 1}), http.StatusOK)
	if !strings.Contains(string(changed.Settings), "https://a.example") || changed.ExternalID != first.ExternalID {
		t.Errorf("changed to %+v", changed)
	}

	// A repeated call makes one site.
	keyed := ana.with("Idempotency-Key", "site")
	once := into[wire.Channel](keyed.do("POST", "/api/v1/channels", site(fields{"name": "Una"})), http.StatusCreated)
	if again := into[wire.Channel](keyed.do("POST", "/api/v1/channels", site(fields{"name": "Una"})), http.StatusCreated); again.ExternalID != once.ExternalID {
		t.Errorf("made %s, then %s", once.ExternalID, again.ExternalID)
	}
}

func TestAVisitorsSessionOpensNothingOfTheOperators(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	account, _ := b.owner("ana@example.com").me()
	token := auth.NewToken()
	if err := b.store.PutSession(t.Context(), chat.Session{
		Hash: auth.Hash(token), AccountID: account.ID, Visitor: chat.Visitor{ID: "V", ChannelID: "CH"}, ExpiresAt: b.clock.Now().Add(time.Hour),
	}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/v1/me", "/api/v1/conversations", "/api/v1/sessions"} {
		b.client().with("Authorization", "Bearer "+token).do("GET", path, nil).wantError(http.StatusUnauthorized, "unauthenticated", "")
	}
}
