package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/wire"
)

// TestSigningKeysAreReplacedWithoutAGap: what was signed before a rotation is good for as long as its key is listed.
func TestSigningKeysAreReplacedWithoutAGap(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.Keys = keys{"old"}
	c := b.owner("ana@example.com")
	ch := c.connect("phone-1")
	for i, called := range []string{"Uno", "Dos"} {
		c.receive(ch, "57300111000"+string(rune('0'+i)), called, "hola")
		b.clock.advance(time.Minute)
	}
	page := into[wire.List[wire.Conversation]](c.do("GET", "/api/v1/conversations?sort=waiting&limit=1&status=open", nil), http.StatusOK)
	next := "/api/v1/conversations?sort=waiting&limit=1&status=open&cursor=" + *page.NextCursor
	upload, err := b.seal(t.Context(), purposeOffset, "file")
	if err != nil {
		t.Fatal(err)
	}
	opens := func(text string) bool {
		var got string
		return b.unseal(t.Context(), purposeOffset, "attachments", text, &got) == nil && got == "file"
	}
	for _, list := range []keys{{"old", "new"}, {"new", "old"}} {
		b.Keys = list
		c.do("GET", next, nil).want(http.StatusOK)
		if !opens(upload) {
			t.Errorf("with %v, what the old key signed is refused", list)
		}
	}
	fresh, err := b.seal(t.Context(), purposeOffset, "file")
	if err != nil {
		t.Fatal(err)
	}
	b.Keys = keys{"new"}
	if !opens(fresh) || opens(upload) {
		t.Errorf("the first of the keys did not sign, or one that is gone is accepted")
	}
	c.do("GET", next, nil).wantError(http.StatusBadRequest, "invalid", "cursor")
	b.Keys = keys{}
	c.do("GET", next, nil).wantError(http.StatusServiceUnavailable, "unavailable", "")
}

func TestARepeatedRequestIsTheSameAfterItsKeyWasReplaced(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.owner("ana@example.com")
	b.Keys = keys{"old"}
	keyed := c.with("Idempotency-Key", "before")
	first := keyed.do("POST", "/api/v1/stores", fields{"name": "Norte"})
	first.want(http.StatusCreated)
	b.Keys = keys{"new", "old"}
	if second := keyed.do("POST", "/api/v1/stores", fields{"name": "Norte"}); second.body != first.body {
		t.Errorf("first %s, then %s", first.body, second.body)
	}
	keyed.do("POST", "/api/v1/stores", fields{"name": "Sur"}).wantError(http.StatusConflict, "conflict", "")

	// One that died after it created leaves its key locked, under the digest of that time.
	b.Keys = keys{"old"}
	keyed = c.with("Idempotency-Key", "died")
	made := keyed.do("POST", "/api/v1/stores", fields{"name": "Este"}).want(http.StatusCreated)
	account, owner := c.me()
	name := strings.Join([]string{string(account.ID), string(owner.ID), "POST", "/api/v1/stores", auth.Hash("died")}, " ")
	if err := b.store.AbandonAnswer(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	now := b.clock.Now()
	if _, err := b.store.BeginAnswer(t.Context(), name, digest("old", []byte(`{"name":"Este"}`)), now, now.Add(answerTakes)); err != nil {
		t.Fatal(err)
	}
	b.clock.advance(answerTakes)
	b.Keys = keys{"new", "old"}
	if again := keyed.do("POST", "/api/v1/stores", fields{"name": "Este"}).want(http.StatusCreated); again["id"] != made["id"] {
		t.Errorf("it made %v, then %v", made["id"], again["id"])
	}
}
