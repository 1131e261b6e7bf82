package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/wire"
)

func TestSigningKeys_Rotation(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.Keys = keys{"old"}
	c := b.owner("ana@example.com")
	ch := c.connect("phone-1")
	for i, called := range []string{"Uno", "Dos"} {
		c.receive(ch, "57300111000"+string(rune('0'+i)), called, "hola")
		b.clock.advance(time.Minute)
	}
	const first = "/api/v1/conversations?sort=waiting&limit=1&status=open"
	next := first + "&cursor=" + *into[wire.List[wire.Conversation]](c.do("GET", first, nil), http.StatusOK).NextCursor
	for _, list := range []keys{{"old", "new"}, {"new", "old"}} {
		b.Keys = list
		c.do("GET", next, nil).want(http.StatusOK)
	}
	fresh := *into[wire.List[wire.Conversation]](c.do("GET", first, nil), http.StatusOK).NextCursor
	b.Keys = keys{"new"}
	c.do("GET", first+"&cursor="+fresh, nil).want(http.StatusOK)
	c.do("GET", next, nil).wantError(http.StatusBadRequest, "invalid", "cursor")
	b.Keys = keys{}
	c.do("GET", next, nil).wantError(http.StatusServiceUnavailable, "unavailable", "")
}

func TestIdempotencyKey_AfterRotation(t *testing.T) {
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
