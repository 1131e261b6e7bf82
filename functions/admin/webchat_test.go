package admin_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// S0-30, S0-32: a site is connected without a provider, and gets a code of its own.
func TestWebchatChannel_Connect_NoProviderCall(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	ana := b.Owner("ana@example.com")
	site := func(change apitest.Fields) apitest.Fields {
		body := apitest.Fields{"type": "webchat", "name": "Tienda", "settings": apitest.Fields{"origins": []string{"https://Tienda.example/"}}}
		for field, value := range change {
			body[field] = value
		}
		return body
	}
	first := apitest.Into[wire.Channel](ana.Do("POST", "/api/v1/channels", site(nil)), http.StatusCreated)
	second := apitest.Into[wire.Channel](ana.Do("POST", "/api/v1/channels", site(apitest.Fields{"name": "Outlet"})), http.StatusCreated)
	code := regexp.MustCompile(`^[0-9A-Z]{20}$`)
	if !code.MatchString(first.ExternalID) || first.ExternalID == second.ExternalID || first.Health.State != "waiting" {
		t.Errorf("made %+v and %+v", first, second)
	}
	if string(first.Settings) != `{"origins":["https://tienda.example"],"title":"","greeting":"","color":""}` {
		t.Errorf("the settings are %s", first.Settings)
	}
	for field, change := range map[string]apitest.Fields{
		"externalId":       {"externalId": "MINE"},
		"credentials":      {"credentials": apitest.Fields{"accessToken": "x"}},
		"settings.origins": {"settings": apitest.Fields{"origins": []string{"http://tienda.example"}}},
		"name":             {"name": nil},
	} {
		ana.Do("POST", "/api/v1/channels", site(change)).WantError(http.StatusBadRequest, "invalid", field)
	}
	ana.Do("POST", "/api/v1/channels", apitest.Fields{"type": "webchat", "name": "Tienda"}).WantError(http.StatusBadRequest, "invalid", "settings")
	path := "/api/v1/channels/" + first.ID
	ana.Do("PATCH", path, apitest.Fields{"settings": apitest.Fields{"origins": []string{}}, "version": 1}).WantError(http.StatusBadRequest, "invalid", "settings.origins")
	changed := apitest.Into[wire.Channel](ana.Do("PATCH", path, apitest.Fields{"settings": apitest.Fields{"origins": []string{"https://a.example"}, "title": "Hola"}, "version": 1}), http.StatusOK)
	if !strings.Contains(string(changed.Settings), "https://a.example") || changed.ExternalID != first.ExternalID {
		t.Errorf("changed to %+v", changed)
	}

	// A repeated call makes one site.
	keyed := ana.With("Idempotency-Key", "site")
	once := apitest.Into[wire.Channel](keyed.Do("POST", "/api/v1/channels", site(apitest.Fields{"name": "Una"})), http.StatusCreated)
	if again := apitest.Into[wire.Channel](keyed.Do("POST", "/api/v1/channels", site(apitest.Fields{"name": "Una"})), http.StatusCreated); again.ExternalID != once.ExternalID {
		t.Errorf("made %s, then %s", once.ExternalID, again.ExternalID)
	}
}

func TestVisitorSession_OperatorRoutes_Refused(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	account, _ := b.Owner("ana@example.com").Me()
	token := auth.NewToken()
	if err := b.Store.PutSession(t.Context(), chat.Session{
		Hash: auth.Hash(token), AccountID: account.ID, Visitor: chat.Visitor{ID: "V", ChannelID: "CH"}, ExpiresAt: b.Clock.Now().Add(time.Hour),
	}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/v1/me", "/api/v1/conversations", "/api/v1/sessions"} {
		b.Client().With("Authorization", "Bearer "+token).Do("GET", path, nil).WantError(http.StatusUnauthorized, "unauthenticated", "")
	}
}
