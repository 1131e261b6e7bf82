package admin_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/functions/admin/signin"
	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/wire"
)

func TestSignUp(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	good := func() apitest.Fields {
		return apitest.Fields{"accountName": "Café Ñandú 👩‍🍳", "name": "Ana", "email": " Ana@Example.com", "password": apitest.Password, "timeZone": "America/Bogota", "language": "pt"}
	}
	t.Run("makes an account with its first store, an owner who gets every conversation, and a mail", func(t *testing.T) {
		a := b.Client().Do("POST", "/api/v1/auth/sign-up", good())
		signed := apitest.Into[wire.SignedIn](a, http.StatusCreated)
		if signed.Operator.Email != "ana@example.com" || signed.Operator.Role != "owner" || signed.Account.Name != "Café Ñandú 👩‍🍳" || signed.AccessToken != "" {
			t.Errorf("answered %+v", signed)
		}
		for _, part := range []string{"HttpOnly", "SameSite=Strict", "Path=/", "Secure"} {
			if !strings.Contains(a.Cookies[0], part) {
				t.Errorf("the cookie lacks %s: %s", part, a.Cookies[0])
			}
		}
		c := b.Client()
		c.Cookie = apitest.SessionOf(a)
		account, owner := c.Me()
		if account.Mode != chat.DistributeToManager || account.ManagerID != owner.ID || owner.Availability != chat.Available { // D25
			t.Errorf("distributes by %+v, and the owner is %s", account.Distribution, owner.Availability)
		}
		if account.TimeZone != "America/Bogota" || owner.Capacity != 20 || owner.Language != chat.Portuguese {
			t.Errorf("stored %+v and %+v", account, owner)
		}
		stores, err := b.Store.Stores(t.Context(), account.ID)
		if err != nil || len(stores) != 1 || stores[0].ID != account.StoreID || stores[0].Name != account.Name {
			t.Errorf("stores %+v, %v", stores, err)
		}
	})
	for name, bad := range map[string]struct {
		change apitest.Fields
		status int
		code   string
		field  string
	}{
		"an address that is taken":         {apitest.Fields{"email": "ANA@example.com"}, 409, "conflict", "email"},
		"a short password":                 {apitest.Fields{"email": "x@example.com", "password": "123456789"}, 400, "invalid", "password"},
		"no address":                       {apitest.Fields{"email": "nobody"}, 400, "invalid", "email"},
		"an address with a name around it": {apitest.Fields{"email": "Ana <x@example.com>"}, 400, "invalid", "email"},
		"no name":                          {apitest.Fields{"email": "x@example.com", "name": " "}, 400, "invalid", "name"},
		"a name that is too long":          {apitest.Fields{"email": "x@example.com", "accountName": strings.Repeat("ñ", 121)}, 400, "invalid", "accountName"},
		"a time zone that is none":         {apitest.Fields{"email": "x@example.com", "timeZone": "Mars/Base"}, 400, "invalid", "timeZone"},
		"a language nobody speaks":         {apitest.Fields{"email": "x@example.com", "language": "tlh"}, 400, "invalid", "language"},
		"a value of the wrong type":        {apitest.Fields{"email": 7}, 400, "invalid", "email"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			body := good()
			for field, value := range bad.change {
				body[field] = value
			}
			b.Client().Do("POST", "/api/v1/auth/sign-up", body).WantError(bad.status, bad.code, bad.field)
		})
	}
	t.Run("goes on after it died with the vault knowing the address", func(t *testing.T) {
		if _, err := b.Vault.Create(t.Context(), "eva@example.com", "another password"); err != nil {
			t.Fatal(err)
		}
		b.Owner("eva@example.com")
		b.SignedIn("eva@example.com")
	})
	t.Run("answers an API client with a token instead of a cookie", func(t *testing.T) {
		body := good()
		body["email"], body["client"] = "api@example.com", "api"
		a := b.Client().Do("POST", "/api/v1/auth/sign-up", body)
		signed := apitest.Into[wire.SignedIn](a, http.StatusCreated)
		if len(a.Cookies) != 0 {
			t.Errorf("cookies %q", a.Cookies)
		}
		b.Client().With("Authorization", "Bearer "+signed.AccessToken).Do("GET", "/api/v1/me", nil).Want(http.StatusOK)
		b.Client().With("Authorization", "Bearer "+signed.AccessToken).Do("PUT", "/api/v1/me/availability", apitest.Fields{"status": "available"}).Want(http.StatusOK)
	})
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	b.Owner("ana@example.com")
	t.Run("answers a wrong password and an unknown address alike", func(t *testing.T) {
		wrong := b.Client().Do("POST", "/api/v1/auth/sign-in", apitest.Fields{"email": "ana@example.com", "password": "not the password"})
		unknown := b.Client().Do("POST", "/api/v1/auth/sign-in", apitest.Fields{"email": "nobody@example.com", "password": "not the password"})
		wrong.WantError(http.StatusUnauthorized, "unauthenticated", "")
		if wrong.Body != unknown.Body || wrong.Status != unknown.Status {
			t.Errorf("wrong password: %s; unknown address: %s", wrong.Body, unknown.Body)
		}
	})
	t.Run("slows down who guesses, and only them", func(t *testing.T) {
		var last apitest.Answer
		for range signin.FailuresPerPlace + 1 {
			last = b.Client().Do("POST", "/api/v1/auth/sign-in", apitest.Fields{"email": "victim@example.com", "password": "guess guess"})
		}
		last.WantError(http.StatusTooManyRequests, "rate_limited", "")
		if last.Header["Retry-After"] == "" {
			t.Error("no Retry-After")
		}
		b.SignedIn("ana@example.com")
		for range 3 * signin.FailuresPerPlace {
			b.SignedIn("ana@example.com")
		}
	})
	t.Run("grants no more guesses to many processes at once than to one", func(t *testing.T) {
		b := apitest.New(t)
		b.Owner("eva@example.com")
		before := b.Vault.Checks()
		var group sync.WaitGroup
		for range 4 * signin.FailuresPerPlace {
			other := b.Another().Client()
			group.Go(func() {
				other.Do("POST", "/api/v1/auth/sign-in", apitest.Fields{"email": "eva@example.com", "password": "guess guess"})
			})
		}
		group.Wait()
		if asked := b.Vault.Checks() - before; asked > signin.FailuresPerPlace {
			t.Errorf("%d guesses were tried, %d are granted", asked, signin.FailuresPerPlace)
		}
		b.Client().Do("POST", "/api/v1/auth/sign-in", apitest.Fields{"email": "eva@example.com", "password": apitest.Password}).
			WantError(http.StatusTooManyRequests, "rate_limited", "")
	})
	t.Run("slows down who guesses many addresses from one place", func(t *testing.T) {
		c := b.Client()
		c.IP = "198.51.100.7"
		var last apitest.Answer
		for i := range signin.FailuresPerIP + 1 {
			last = c.Do("POST", "/api/v1/auth/sign-in", apitest.Fields{"email": strings.Repeat("a", i+1) + "@example.com", "password": "guess"})
		}
		last.WantError(http.StatusTooManyRequests, "rate_limited", "")
	})
	t.Run("ends with sign-out, whether or not there was a session", func(t *testing.T) {
		c := b.SignedIn("ana@example.com")
		c.Do("GET", "/api/v1/me", nil).Want(http.StatusOK)
		out := c.Do("POST", "/api/v1/auth/sign-out", nil)
		out.Want(http.StatusNoContent)
		if !strings.Contains(out.Cookies[0], "Max-Age=0") {
			t.Errorf("the cookie stays: %s", out.Cookies[0])
		}
		c.Do("GET", "/api/v1/me", nil).WantError(http.StatusUnauthorized, "unauthenticated", "")
		c.Do("POST", "/api/v1/auth/sign-out", nil).Want(http.StatusNoContent)
		b.Client().Do("POST", "/api/v1/auth/sign-out", nil).Want(http.StatusNoContent)
	})
	t.Run("sign-out leaves a session that is not an operator's", func(t *testing.T) {
		account, _ := b.SignedIn("ana@example.com").Me()
		visitor := chat.Session{
			Hash: auth.Hash("visitor"), AccountID: account.ID, Visitor: chat.Visitor{ID: "v1", ChannelID: "c1", Origin: "https://shop.example"},
			CreatedAt: b.Clock.Now(), LastSeenAt: b.Clock.Now(), ExpiresAt: b.Clock.Now().Add(time.Hour),
		}
		if err := b.Store.PutSession(t.Context(), visitor); err != nil {
			t.Fatal(err)
		}
		b.Client().With("Authorization", "Bearer visitor").Do("POST", "/api/v1/auth/sign-out", nil).Want(http.StatusNoContent)
		if _, err := b.Store.Session(t.Context(), visitor.Hash); err != nil {
			t.Errorf("the visitor's session: %v", err)
		}
	})
	t.Run("lasts thirty days by the wall clock", func(t *testing.T) {
		c := b.SignedIn("ana@example.com")
		c.Do("GET", "/api/v1/me", nil).Want(http.StatusOK)
		b.Clock.Advance(signin.SessionLasts + time.Minute)
		c.Do("GET", "/api/v1/me", nil).WantError(http.StatusUnauthorized, "unauthenticated", "")
	})
}

// mailsOf are the mails of an account that are not sent yet.
func mailsOf(t *testing.T, b *apitest.Fixture, account chat.AccountID) (mails []chat.Mail) {
	t.Helper()
	for shard := range 16 {
		due, err := b.Store.Due(t.Context(), shard, b.Clock.Now().Add(time.Hour), chat.PageRequest{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range due.Items {
			if item.Kind != string(chat.TimerMail) || item.AccountID != account {
				continue
			}
			mail, err := b.Store.Mail(t.Context(), account, item.Subject)
			if err != nil {
				t.Fatal(err)
			}
			mails = append(mails, mail)
		}
	}
	return mails
}

// mailedToken reads the token out of the newest mail of a template to an account.
func mailedToken(t *testing.T, b *apitest.Fixture, account chat.AccountID, template chat.MailTemplate) string {
	t.Helper()
	var newest chat.Mail
	for _, mail := range mailsOf(t, b, account) {
		if mail.Template == template && mail.CreatedAt.After(newest.CreatedAt) {
			newest = mail
		}
	}
	_, token, found := strings.Cut(newest.Params["url"], "?token=")
	if !found || !strings.HasPrefix(newest.Params["url"], apitest.Origin+"/") {
		t.Fatalf("no %s mail with a link, got %+v", template, newest)
	}
	return token
}

func TestLinks(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	c := b.Owner("ana@example.com")
	account, _ := c.Me()
	t.Run("verify an address once", func(t *testing.T) {
		token := mailedToken(t, b, account.ID, chat.MailVerify)
		b.Client().Do("POST", "/api/v1/auth/verify", apitest.Fields{"token": token}).Want(http.StatusNoContent)
		if _, owner := c.Me(); !owner.EmailVerified {
			t.Error("the address is not verified")
		}
		b.Client().Do("POST", "/api/v1/auth/verify", apitest.Fields{"token": token}).WantError(http.StatusBadRequest, "invalid", "token")
		c.Do("POST", "/api/v1/auth/verify/resend", nil).Want(http.StatusAccepted)
	})
	t.Run("reset a password once, and end every session", func(t *testing.T) {
		known := b.Client().Do("POST", "/api/v1/auth/forgot", apitest.Fields{"email": "ana@example.com"})
		unknown := b.Client().Do("POST", "/api/v1/auth/forgot", apitest.Fields{"email": "nobody@example.com"})
		known.Want(http.StatusAccepted)
		if known.Body != unknown.Body || known.Status != unknown.Status {
			t.Errorf("known: %s, unknown: %s", known.Body, unknown.Body)
		}
		token := mailedToken(t, b, account.ID, chat.MailReset)
		b.Client().Do("POST", "/api/v1/auth/reset", apitest.Fields{"token": token, "password": "short"}).WantError(http.StatusBadRequest, "invalid", "password")
		b.Client().Do("POST", "/api/v1/auth/reset", apitest.Fields{"token": token, "password": "a new password"}).Want(http.StatusNoContent)
		b.Client().Do("POST", "/api/v1/auth/reset", apitest.Fields{"token": token, "password": "a new password"}).WantError(http.StatusBadRequest, "invalid", "token")
		c.Do("GET", "/api/v1/me", nil).WantError(http.StatusUnauthorized, "unauthenticated", "")
		b.Client().Do("POST", "/api/v1/auth/sign-in", apitest.Fields{"email": "ana@example.com", "password": apitest.Password}).WantError(http.StatusUnauthorized, "unauthenticated", "")
		b.Client().Do("POST", "/api/v1/auth/sign-in", apitest.Fields{"email": "ana@example.com", "password": "a new password"}).Want(http.StatusOK)
	})
	t.Run("end all with the one that was used", func(t *testing.T) {
		b := apitest.New(t)
		account, _ := b.Owner("eva@example.com").Me()
		var tokens []string
		for range 2 {
			b.Client().Do("POST", "/api/v1/auth/forgot", apitest.Fields{"email": "eva@example.com"}).Want(http.StatusAccepted)
			tokens = append(tokens, mailedToken(t, b, account.ID, chat.MailReset))
		}
		if tokens[0] == tokens[1] {
			t.Fatal("the same link was mailed twice")
		}
		b.Client().Do("POST", "/api/v1/auth/reset", apitest.Fields{"token": tokens[1], "password": "a new password"}).Want(http.StatusNoContent)
		b.Client().Do("POST", "/api/v1/auth/reset", apitest.Fields{"token": tokens[0], "password": "of a thief"}).WantError(http.StatusBadRequest, "invalid", "token")
		b.Client().Do("POST", "/api/v1/auth/sign-in", apitest.Fields{"email": "eva@example.com", "password": "a new password"}).Want(http.StatusOK)
	})
	t.Run("expire", func(t *testing.T) {
		b.Client().Do("POST", "/api/v1/auth/forgot", apitest.Fields{"email": "ana@example.com"}).Want(http.StatusAccepted)
		token := mailedToken(t, b, account.ID, chat.MailReset)
		b.Clock.Advance(2 * time.Hour)
		b.Client().Do("POST", "/api/v1/auth/reset", apitest.Fields{"token": token, "password": "a new password"}).WantError(http.StatusBadRequest, "invalid", "token")
	})
	t.Run("do not verify what they do not reset", func(t *testing.T) {
		b.Client().Do("POST", "/api/v1/auth/forgot", apitest.Fields{"email": "ana@example.com"}).Want(http.StatusAccepted)
		token := mailedToken(t, b, account.ID, chat.MailReset)
		b.Client().Do("POST", "/api/v1/auth/verify", apitest.Fields{"token": token}).WantError(http.StatusBadRequest, "invalid", "token")
	})
}

// S2-27
func TestPasswordAndSessions(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	desktop := b.Owner("ana@example.com")
	phone := b.SignedIn("ana@example.com")
	t.Run("a session is listed where it is and may be ended from elsewhere", func(t *testing.T) {
		list := apitest.Into[wire.List[wire.Session]](desktop.Do("GET", "/api/v1/sessions", nil), http.StatusOK)
		if len(list.Items) != 2 || list.Items[0].Current || !list.Items[1].Current {
			t.Fatalf("sessions %+v", list.Items)
		}
		third := b.SignedIn("ana@example.com")
		third.Do("GET", "/api/v1/me", nil).Want(http.StatusOK)
		desktop.Do("DELETE", "/api/v1/sessions/"+auth.Hash(third.Cookie), nil).Want(http.StatusNoContent)
		third.Do("GET", "/api/v1/me", nil).WantError(http.StatusUnauthorized, "unauthenticated", "")
		desktop.Do("DELETE", "/api/v1/sessions/"+auth.Hash(third.Cookie), nil).WantError(http.StatusNotFound, "not_found", "")
	})
	t.Run("a new password needs the old one and ends the other sessions", func(t *testing.T) {
		desktop.Do("PUT", "/api/v1/me/password", apitest.Fields{"current": "wrong", "password": "a new password"}).WantError(http.StatusBadRequest, "invalid", "current")
		desktop.Do("PUT", "/api/v1/me/password", apitest.Fields{"current": apitest.Password, "password": "short"}).WantError(http.StatusBadRequest, "invalid", "password")
		phone.Do("GET", "/api/v1/me", nil).Want(http.StatusOK)
		desktop.Do("PUT", "/api/v1/me/password", apitest.Fields{"current": apitest.Password, "password": "a new password"}).Want(http.StatusNoContent)
		desktop.Do("GET", "/api/v1/me", nil).Want(http.StatusOK)
		b.Clock.Advance(rest.CallerMaxAge)
		phone.Do("GET", "/api/v1/me", nil).WantError(http.StatusUnauthorized, "unauthenticated", "")
	})
	t.Run("a socket's ticket works once", func(t *testing.T) {
		shape := apitest.Into[wire.SocketTicket](desktop.Do("POST", "/api/v1/socket-tickets", nil), http.StatusCreated)
		_, token, _ := strings.Cut(shape.URL, "?ticket=")
		if shape.ExpiresIn != 30 || !strings.HasPrefix(shape.URL, "wss://console.example/socket?") {
			t.Errorf("answered %+v", shape)
		}
		if _, err := b.Store.TakeTicket(t.Context(), auth.Hash(token), b.Clock.Now()); err != nil {
			t.Errorf("take: %v", err)
		}
		if _, err := b.Store.TakeTicket(t.Context(), auth.Hash(token), b.Clock.Now()); !fault.Is(err, fault.NotFound) {
			t.Errorf("take again: %v", err)
		}
	})
}

func TestSession_Ended_ClosesSockets(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	b.Owner("ana@example.com")
	// connected opens a browser with a socket.
	connected := func(id string) *apitest.Client {
		c := b.SignedIn("ana@example.com")
		made := c.Do("POST", "/api/v1/socket-tickets", nil).Want(http.StatusCreated)
		_, token, _ := strings.Cut(made["url"].(string), "?ticket=")
		ticket, err := b.Store.TakeTicket(t.Context(), auth.Hash(token), b.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		err = b.Store.PutConnection(t.Context(), chat.Connection{
			ID: id, AccountID: ticket.AccountID, OperatorID: ticket.OperatorID, Session: ticket.Session, ExpiresAt: b.Clock.Now().Add(time.Hour),
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	listens := func(id string) bool {
		c, err := b.Store.Connection(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return b.Clock.Now().Before(c.ExpiresAt)
	}
	mine := connected("mine")
	for name, end := range map[string]func(other *apitest.Client){
		"sign-out": func(other *apitest.Client) { other.Do("POST", "/api/v1/auth/sign-out", nil).Want(http.StatusNoContent) },
		"ending a session": func(other *apitest.Client) {
			mine.Do("DELETE", "/api/v1/sessions/"+auth.Hash(other.Cookie), nil).Want(http.StatusNoContent)
		},
		"a new password": func(*apitest.Client) {
			mine.Do("PUT", "/api/v1/me/password", apitest.Fields{"current": apitest.Password, "password": apitest.Password}).Want(http.StatusNoContent)
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
