package api

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/wire"
)

func TestSignUp(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	good := func() fields {
		return fields{"accountName": "Café Ñandú 👩‍🍳", "name": "Ana", "email": " Ana@Example.com", "password": secretWord, "timeZone": "America/Bogota", "language": "pt"}
	}
	t.Run("makes an account with its first store, an owner who is away, and a mail", func(t *testing.T) {
		a := b.client().do("POST", "/api/v1/auth/sign-up", good())
		signed := into[wire.SignedIn](a, http.StatusCreated)
		if signed.Operator.Email != "ana@example.com" || signed.Operator.Role != "owner" || signed.Account.Name != "Café Ñandú 👩‍🍳" || signed.AccessToken != "" {
			t.Errorf("answered %+v", signed)
		}
		for _, part := range []string{"HttpOnly", "SameSite=Strict", "Path=/", "Secure"} {
			if !strings.Contains(a.cookies[0], part) {
				t.Errorf("the cookie lacks %s: %s", part, a.cookies[0])
			}
		}
		c := b.client()
		c.cookie = sessionOf(a)
		account, owner := c.me()
		if account.TimeZone != "America/Bogota" || account.Mode != chat.DistributeToGroups || owner.Availability != chat.Away || owner.Capacity != 20 || owner.Language != chat.Portuguese {
			t.Errorf("stored %+v and %+v", account, owner)
		}
		stores, err := b.store.Stores(t.Context(), account.ID)
		if err != nil || len(stores) != 1 || stores[0].ID != account.StoreID || stores[0].Name != account.Name {
			t.Errorf("stores %+v, %v", stores, err)
		}
	})
	for name, bad := range map[string]struct {
		change fields
		status int
		code   string
		field  string
	}{
		"an address that is taken":         {fields{"email": "ANA@example.com"}, 409, "conflict", "email"},
		"a short password":                 {fields{"email": "x@example.com", "password": "123456789"}, 400, "invalid", "password"},
		"no address":                       {fields{"email": "nobody"}, 400, "invalid", "email"},
		"an address with a name around it": {fields{"email": "Ana <x@example.com>"}, 400, "invalid", "email"},
		"no name":                          {fields{"email": "x@example.com", "name": " "}, 400, "invalid", "name"},
		"a name that is too long":          {fields{"email": "x@example.com", "accountName": strings.Repeat("ñ", 121)}, 400, "invalid", "accountName"},
		"a time zone that is none":         {fields{"email": "x@example.com", "timeZone": "Mars/Base"}, 400, "invalid", "timeZone"},
		"a language nobody speaks":         {fields{"email": "x@example.com", "language": "tlh"}, 400, "invalid", "language"},
		"a value of the wrong type":        {fields{"email": 7}, 400, "invalid", "email"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			body := good()
			for field, value := range bad.change {
				body[field] = value
			}
			b.client().do("POST", "/api/v1/auth/sign-up", body).wantError(bad.status, bad.code, bad.field)
		})
	}
	t.Run("goes on after it died with the vault knowing the address", func(t *testing.T) {
		if _, err := b.vault.Create(t.Context(), "eva@example.com", "another password"); err != nil {
			t.Fatal(err)
		}
		b.owner("eva@example.com")
		b.signedIn("eva@example.com")
	})
	t.Run("answers an API client with a token instead of a cookie", func(t *testing.T) {
		body := good()
		body["email"], body["client"] = "api@example.com", "api"
		a := b.client().do("POST", "/api/v1/auth/sign-up", body)
		signed := into[wire.SignedIn](a, http.StatusCreated)
		if len(a.cookies) != 0 {
			t.Errorf("cookies %q", a.cookies)
		}
		b.client().with("Authorization", "Bearer "+signed.AccessToken).do("GET", "/api/v1/me", nil).want(http.StatusOK)
		b.client().with("Authorization", "Bearer "+signed.AccessToken).do("PUT", "/api/v1/me/availability", fields{"status": "available"}).want(http.StatusOK)
	})
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.owner("ana@example.com")
	t.Run("answers a wrong password and an unknown address alike", func(t *testing.T) {
		wrong := b.client().do("POST", "/api/v1/auth/sign-in", fields{"email": "ana@example.com", "password": "not the password"})
		unknown := b.client().do("POST", "/api/v1/auth/sign-in", fields{"email": "nobody@example.com", "password": "not the password"})
		wrong.wantError(http.StatusUnauthorized, "unauthenticated", "")
		if wrong.body != unknown.body || wrong.status != unknown.status {
			t.Errorf("wrong password: %s; unknown address: %s", wrong.body, unknown.body)
		}
	})
	t.Run("slows down who guesses, and only them", func(t *testing.T) {
		var last answer
		for range failuresPerEmail + 1 {
			last = b.client().do("POST", "/api/v1/auth/sign-in", fields{"email": "victim@example.com", "password": "guess guess"})
		}
		last.wantError(http.StatusTooManyRequests, "rate_limited", "")
		if last.header["Retry-After"] == "" {
			t.Error("no Retry-After")
		}
		b.signedIn("ana@example.com")
		for range 3 * failuresPerEmail {
			b.signedIn("ana@example.com")
		}
	})
	t.Run("grants no more guesses to many processes at once than to one", func(t *testing.T) {
		b := newBed(t)
		b.owner("eva@example.com")
		before := b.vault.checks
		var group sync.WaitGroup
		for range 4 * failuresPerEmail {
			fresh, err := New(b.Deps)
			if err != nil {
				t.Fatal(err)
			}
			other := *b.client()
			other.bed = &bed{Handler: fresh, t: t}
			group.Go(func() {
				other.do("POST", "/api/v1/auth/sign-in", fields{"email": "eva@example.com", "password": "guess guess"})
			})
		}
		group.Wait()
		if asked := b.vault.checks - before; asked > failuresPerEmail {
			t.Errorf("%d guesses were tried, %d are granted", asked, failuresPerEmail)
		}
		b.client().do("POST", "/api/v1/auth/sign-in", fields{"email": "eva@example.com", "password": secretWord}).
			wantError(http.StatusTooManyRequests, "rate_limited", "")
	})
	t.Run("slows down who guesses many addresses from one place", func(t *testing.T) {
		c := b.client()
		c.ip = "198.51.100.7"
		var last answer
		for i := range failuresPerIP + 1 {
			last = c.do("POST", "/api/v1/auth/sign-in", fields{"email": strings.Repeat("a", i+1) + "@example.com", "password": "guess"})
		}
		last.wantError(http.StatusTooManyRequests, "rate_limited", "")
	})
	t.Run("ends with sign-out, whether or not there was a session", func(t *testing.T) {
		c := b.signedIn("ana@example.com")
		c.do("GET", "/api/v1/me", nil).want(http.StatusOK)
		out := c.do("POST", "/api/v1/auth/sign-out", nil)
		out.want(http.StatusNoContent)
		if !strings.Contains(out.cookies[0], "Max-Age=0") {
			t.Errorf("the cookie stays: %s", out.cookies[0])
		}
		c.do("GET", "/api/v1/me", nil).wantError(http.StatusUnauthorized, "unauthenticated", "")
		c.do("POST", "/api/v1/auth/sign-out", nil).want(http.StatusNoContent)
		b.client().do("POST", "/api/v1/auth/sign-out", nil).want(http.StatusNoContent)
	})
	t.Run("lasts thirty days by the wall clock", func(t *testing.T) {
		c := b.signedIn("ana@example.com")
		c.do("GET", "/api/v1/me", nil).want(http.StatusOK)
		b.clock.advance(sessionLasts + time.Minute)
		c.do("GET", "/api/v1/me", nil).wantError(http.StatusUnauthorized, "unauthenticated", "")
	})
}

// mailedToken reads the token out of the newest mail of a template to an account.
func (b *bed) mailedToken(t *testing.T, account chat.AccountID, template chat.MailTemplate) string {
	t.Helper()
	var newest chat.Mail
	for shard := range 16 {
		due, err := b.store.Due(t.Context(), shard, b.clock.Now().Add(time.Hour), chat.PageRequest{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range due.Items {
			if item.Kind != string(chat.TimerMail) || item.AccountID != account {
				continue
			}
			mail, err := b.store.Mail(t.Context(), account, item.Subject)
			if err != nil {
				t.Fatal(err)
			}
			if mail.Template == template && mail.CreatedAt.After(newest.CreatedAt) {
				newest = mail
			}
		}
	}
	_, token, found := strings.Cut(newest.Params["url"], "?token=")
	if !found || !strings.HasPrefix(newest.Params["url"], origin+"/") {
		t.Fatalf("no %s mail with a link, got %+v", template, newest)
	}
	return token
}

func TestLinks(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.owner("ana@example.com")
	account, _ := c.me()
	t.Run("verify an address once", func(t *testing.T) {
		token := b.mailedToken(t, account.ID, chat.MailVerify)
		b.client().do("POST", "/api/v1/auth/verify", fields{"token": token}).want(http.StatusNoContent)
		if _, owner := c.me(); !owner.EmailVerified {
			t.Error("the address is not verified")
		}
		b.client().do("POST", "/api/v1/auth/verify", fields{"token": token}).wantError(http.StatusBadRequest, "invalid", "token")
		c.do("POST", "/api/v1/auth/verify/resend", nil).want(http.StatusAccepted)
	})
	t.Run("reset a password once, and end every session", func(t *testing.T) {
		known := b.client().do("POST", "/api/v1/auth/forgot", fields{"email": "ana@example.com"})
		unknown := b.client().do("POST", "/api/v1/auth/forgot", fields{"email": "nobody@example.com"})
		known.want(http.StatusAccepted)
		if known.body != unknown.body || known.status != unknown.status {
			t.Errorf("known: %s, unknown: %s", known.body, unknown.body)
		}
		token := b.mailedToken(t, account.ID, chat.MailReset)
		b.client().do("POST", "/api/v1/auth/reset", fields{"token": token, "password": "short"}).wantError(http.StatusBadRequest, "invalid", "password")
		b.client().do("POST", "/api/v1/auth/reset", fields{"token": token, "password": "a new password"}).want(http.StatusNoContent)
		b.client().do("POST", "/api/v1/auth/reset", fields{"token": token, "password": "a new password"}).wantError(http.StatusBadRequest, "invalid", "token")
		c.do("GET", "/api/v1/me", nil).wantError(http.StatusUnauthorized, "unauthenticated", "")
		b.client().do("POST", "/api/v1/auth/sign-in", fields{"email": "ana@example.com", "password": secretWord}).wantError(http.StatusUnauthorized, "unauthenticated", "")
		b.client().do("POST", "/api/v1/auth/sign-in", fields{"email": "ana@example.com", "password": "a new password"}).want(http.StatusOK)
	})
	t.Run("end all with the one that was used", func(t *testing.T) {
		b := newBed(t)
		account, _ := b.owner("eva@example.com").me()
		var tokens []string
		for range 2 {
			b.client().do("POST", "/api/v1/auth/forgot", fields{"email": "eva@example.com"}).want(http.StatusAccepted)
			tokens = append(tokens, b.mailedToken(t, account.ID, chat.MailReset))
		}
		if tokens[0] == tokens[1] {
			t.Fatal("the same link was mailed twice")
		}
		b.client().do("POST", "/api/v1/auth/reset", fields{"token": tokens[1], "password": "a new password"}).want(http.StatusNoContent)
		b.client().do("POST", "/api/v1/auth/reset", fields{"token": tokens[0], "password": "of a thief"}).wantError(http.StatusBadRequest, "invalid", "token")
		b.client().do("POST", "/api/v1/auth/sign-in", fields{"email": "eva@example.com", "password": "a new password"}).want(http.StatusOK)
	})
	t.Run("expire", func(t *testing.T) {
		b.client().do("POST", "/api/v1/auth/forgot", fields{"email": "ana@example.com"}).want(http.StatusAccepted)
		token := b.mailedToken(t, account.ID, chat.MailReset)
		b.clock.advance(2 * time.Hour)
		b.client().do("POST", "/api/v1/auth/reset", fields{"token": token, "password": "a new password"}).wantError(http.StatusBadRequest, "invalid", "token")
	})
	t.Run("do not verify what they do not reset", func(t *testing.T) {
		b.client().do("POST", "/api/v1/auth/forgot", fields{"email": "ana@example.com"}).want(http.StatusAccepted)
		token := b.mailedToken(t, account.ID, chat.MailReset)
		b.client().do("POST", "/api/v1/auth/verify", fields{"token": token}).wantError(http.StatusBadRequest, "invalid", "token")
	})
}

// S2-27
func TestPasswordAndSessions(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	desktop := b.owner("ana@example.com")
	phone := b.signedIn("ana@example.com")
	t.Run("a session is listed where it is and may be ended from elsewhere", func(t *testing.T) {
		list := into[wire.List[wire.Session]](desktop.do("GET", "/api/v1/sessions", nil), http.StatusOK)
		if len(list.Items) != 2 || list.Items[0].Current || !list.Items[1].Current {
			t.Fatalf("sessions %+v", list.Items)
		}
		third := b.signedIn("ana@example.com")
		third.do("GET", "/api/v1/me", nil).want(http.StatusOK)
		desktop.do("DELETE", "/api/v1/sessions/"+auth.Hash(third.cookie), nil).want(http.StatusNoContent)
		third.do("GET", "/api/v1/me", nil).wantError(http.StatusUnauthorized, "unauthenticated", "")
		desktop.do("DELETE", "/api/v1/sessions/"+auth.Hash(third.cookie), nil).wantError(http.StatusNotFound, "not_found", "")
	})
	t.Run("a new password needs the old one and ends the other sessions", func(t *testing.T) {
		desktop.do("PUT", "/api/v1/me/password", fields{"current": "wrong", "password": "a new password"}).wantError(http.StatusBadRequest, "invalid", "current")
		desktop.do("PUT", "/api/v1/me/password", fields{"current": secretWord, "password": "short"}).wantError(http.StatusBadRequest, "invalid", "password")
		phone.do("GET", "/api/v1/me", nil).want(http.StatusOK)
		desktop.do("PUT", "/api/v1/me/password", fields{"current": secretWord, "password": "a new password"}).want(http.StatusNoContent)
		desktop.do("GET", "/api/v1/me", nil).want(http.StatusOK)
		phone.do("GET", "/api/v1/me", nil).wantError(http.StatusUnauthorized, "unauthenticated", "")
	})
	t.Run("a socket's ticket works once", func(t *testing.T) {
		shape := into[wire.SocketTicket](desktop.do("POST", "/api/v1/socket-tickets", nil), http.StatusCreated)
		_, token, _ := strings.Cut(shape.URL, "?ticket=")
		if shape.ExpiresIn != 30 || !strings.HasPrefix(shape.URL, "wss://console.example/socket?") {
			t.Errorf("answered %+v", shape)
		}
		if _, err := b.store.TakeTicket(t.Context(), auth.Hash(token), b.clock.Now()); err != nil {
			t.Errorf("take: %v", err)
		}
		if _, err := b.store.TakeTicket(t.Context(), auth.Hash(token), b.clock.Now()); !fault.Is(err, fault.NotFound) {
			t.Errorf("take again: %v", err)
		}
	})
}

func TestSocketsEndWithTheirSessions(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.owner("ana@example.com")
	// connected opens a browser with a socket.
	connected := func(id string) *client {
		c := b.signedIn("ana@example.com")
		made := c.do("POST", "/api/v1/socket-tickets", nil).want(http.StatusCreated)
		_, token, _ := strings.Cut(made["url"].(string), "?ticket=")
		ticket, err := b.store.TakeTicket(t.Context(), auth.Hash(token), b.clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		err = b.store.PutConnection(t.Context(), chat.Connection{
			ID: id, AccountID: ticket.AccountID, OperatorID: ticket.OperatorID, Session: ticket.Session, ExpiresAt: b.clock.Now().Add(time.Hour),
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	listens := func(id string) bool {
		c, err := b.store.Connection(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return b.clock.Now().Before(c.ExpiresAt)
	}
	mine := connected("mine")
	for name, end := range map[string]func(other *client){
		"sign-out": func(other *client) { other.do("POST", "/api/v1/auth/sign-out", nil).want(http.StatusNoContent) },
		"ending a session": func(other *client) {
			mine.do("DELETE", "/api/v1/sessions/"+auth.Hash(other.cookie), nil).want(http.StatusNoContent)
		},
		"a new password": func(*client) {
			mine.do("PUT", "/api/v1/me/password", fields{"current": secretWord, "password": secretWord}).want(http.StatusNoContent)
		},
	} {
		other := connected(name)
		end(other)
		if listens(name) {
			t.Errorf("after %s the browser still listens", name)
		}
		if !listens("mine") {
			t.Errorf("%s ended another browser's socket", name)
		}
	}
}
