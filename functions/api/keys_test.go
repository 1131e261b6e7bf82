package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/wire"
)

// TestSigningKeys_Rotated_OldStillVerifies: what was signed before a rotation is good for as long as its key is listed.
func TestSigningKeys_Rotated_OldStillVerifies(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	b.Keys.Keys = apitest.Static{"old"}
	c := b.Owner("ana@example.com")
	ch := c.Connect("phone-1")
	for i, called := range []string{"Uno", "Dos"} {
		c.Receive(ch, "57300111000"+string(rune('0'+i)), called, "hola")
		b.Clock.Advance(time.Minute)
	}
	page := apitest.Into[wire.List[wire.Conversation]](c.Do("GET", "/api/v1/conversations?sort=waiting&limit=1&status=open", nil), http.StatusOK)
	next := "/api/v1/conversations?sort=waiting&limit=1&status=open&cursor=" + *page.NextCursor
	upload, err := b.API.Cursors.Sign(t.Context(), "files", "ACCOUNT", "file")
	if err != nil {
		t.Fatal(err)
	}
	opens := func(text string) bool {
		got, err := b.API.Cursors.Verify(t.Context(), text, "files", "ACCOUNT", 1)
		return err == nil && got[0] == "file"
	}
	for _, list := range []apitest.Static{{"old", "new"}, {"new", "old"}} {
		b.Keys.Keys = list
		c.Do("GET", next, nil).Want(http.StatusOK)
		if !opens(upload) {
			t.Errorf("with %v, what the old key signed is refused", list)
		}
	}
	fresh, err := b.API.Cursors.Sign(t.Context(), "files", "ACCOUNT", "file")
	if err != nil {
		t.Fatal(err)
	}
	b.Keys.Keys = apitest.Static{"new"}
	if !opens(fresh) || opens(upload) {
		t.Errorf("the first of the keys did not sign, or one that is gone is accepted")
	}
	c.Do("GET", next, nil).WantError(http.StatusBadRequest, "invalid", "cursor")
	b.Keys.Keys = apitest.Static{}
	c.Do("GET", next, nil).WantError(http.StatusServiceUnavailable, "unavailable", "")
}

func TestIdempotency_SigningKeyRotated_SameAnswer(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	c := b.Owner("ana@example.com")
	b.Keys.Keys = apitest.Static{"old"}
	keyed := c.With("Idempotency-Key", "before")
	first := keyed.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Norte"})
	first.Want(http.StatusCreated)
	b.Keys.Keys = apitest.Static{"new", "old"}
	if second := keyed.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Norte"}); second.Body != first.Body {
		t.Errorf("first %s, then %s", first.Body, second.Body)
	}
	keyed.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Sur"}).WantError(http.StatusConflict, "conflict", "")

	// One that died after it created leaves its key locked, under the digest of that time.
	b.Keys.Keys = apitest.Static{"old"}
	keyed = c.With("Idempotency-Key", "died")
	made := keyed.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Este"}).Want(http.StatusCreated)
	account, owner := c.Me()
	name := strings.Join([]string{string(account.ID), string(owner.ID), "POST", "/api/v1/stores", auth.Hash("died")}, " ")
	if err := b.Store.AbandonAnswer(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	now := b.Clock.Now()
	if _, err := b.Store.BeginAnswer(t.Context(), name, apitest.Digest("old", `{"name":"Este"}`), now, now.Add(apitest.InProgress)); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(apitest.InProgress)
	b.Keys.Keys = apitest.Static{"new", "old"}
	if again := keyed.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Este"}).Want(http.StatusCreated); again["id"] != made["id"] {
		t.Errorf("it made %v, then %v", made["id"], again["id"])
	}
}
