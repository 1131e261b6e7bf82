package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/recado-chat/recado/functions/admin/operators"
	"github.com/recado-chat/recado/functions/admin/signin"
	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/chat"
)

// deviceOf is the cookie by which a browser is known from then on, as the browser sends it.
func deviceOf(t *testing.T, a apitest.Answer) string {
	t.Helper()
	for _, line := range a.Cookies {
		if strings.HasPrefix(line, "recado_device_") {
			if !strings.Contains(line, "HttpOnly") || !strings.Contains(line, "SameSite=Strict") || !strings.Contains(line, "Path=/api/v1/auth") {
				t.Errorf("the cookie is %s", line)
			}
			value, _, _ := strings.Cut(line, ";")
			return value
		}
	}
	t.Fatalf("no device in %q", a.Cookies)
	return ""
}

// S1-08, S1-09: guesses from a thousand places lock nobody out who signed in before, and a mailed link lets in who did not.
func TestSignIn_FloodFromElsewhere_PersonSignsIn(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	account, _ := b.Owner("ana@example.com").Me()
	right := apitest.Fields{"email": "ana@example.com", "password": apitest.Password}
	wrong := apitest.Fields{"email": "ana@example.com", "password": "guess guess"}
	home := deviceOf(t, b.Client().Do("POST", "/api/v1/auth/sign-in", right))
	before := b.Vault.Checks()
	guesses := 0
	for i := range 2_000 {
		c := b.Client()
		c.IP = fmt.Sprintf("198.18.%d.%d", i%1000/250, i%250)
		if c.Do("POST", "/api/v1/auth/sign-in", wrong).Status == http.StatusUnauthorized {
			guesses++
		}
	}
	if asked := b.Vault.Checks() - before; guesses > signin.FailuresPerPerson || int(asked) != guesses {
		t.Errorf("%d guesses were tried and %d answered, %d are granted", asked, guesses, signin.FailuresPerPerson)
	}
	known := b.Client().With("Cookie", home)
	for range 3 {
		home = deviceOf(t, known.Do("POST", "/api/v1/auth/sign-in", right))
		known = b.Client().With("Cookie", home)
	}
	elsewhere := b.Client()
	elsewhere.IP = "203.0.113.9"
	refused := elsewhere.Do("POST", "/api/v1/auth/sign-in", right)
	refused.WantError(http.StatusTooManyRequests, "rate_limited", "")
	if refused.Header["Retry-After"] == "" {
		t.Error("no Retry-After")
	}
	elsewhere.Do("POST", "/api/v1/auth/forgot", apitest.Fields{"email": "ana@example.com"}).Want(http.StatusAccepted)
	reset := elsewhere.Do("POST", "/api/v1/auth/reset", apitest.Fields{"token": mailedToken(t, b, account.ID, chat.MailReset), "password": "a new password"})
	reset.Want(http.StatusNoContent)
	right["password"] = "a new password"
	elsewhere.With("Cookie", deviceOf(t, reset)).Do("POST", "/api/v1/auth/sign-in", right).Want(http.StatusOK)
}

func TestSignIn_KnownDevice_HasItsOwnCount(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	b.Owner("ana@example.com")
	b.Owner("eva@example.com")
	right := apitest.Fields{"email": "ana@example.com", "password": apitest.Password}
	one := deviceOf(t, b.Client().Do("POST", "/api/v1/auth/sign-in", right))
	two := deviceOf(t, b.Client().Do("POST", "/api/v1/auth/sign-in", right))
	guess := func(cookie, email string) apitest.Answer {
		return b.Client().With("Cookie", cookie).Do("POST", "/api/v1/auth/sign-in", apitest.Fields{"email": email, "password": "guess guess"})
	}
	for range signin.FailuresPerDevice {
		guess(one, "ana@example.com").WantError(http.StatusUnauthorized, "unauthenticated", "")
	}
	guess(one, "ana@example.com").WantError(http.StatusTooManyRequests, "rate_limited", "")
	guess(two, "ana@example.com").WantError(http.StatusUnauthorized, "unauthenticated", "")
	name, value, _ := strings.Cut(two, "=")
	for what, cookie := range map[string]string{
		"nothing": "", "another name": "recado_device_0000000000000000=" + value, "a changed one": name + "=" + value[:10] + "A" + value[11:],
	} {
		for range signin.FailuresPerPlace {
			guess(cookie, "eva@example.com")
		}
		if answer := guess(cookie, "eva@example.com"); answer.Status != http.StatusTooManyRequests {
			t.Errorf("%s makes a device known to somebody else: %d", what, answer.Status)
		}
	}
}

func TestCreateOperator_ManyAddresses_Limited(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	ana := b.Owner("ana@example.com")
	b.Owner("taken@example.com")
	add := func() apitest.Answer {
		return ana.Do("POST", "/api/v1/operators", apitest.Fields{"name": "x", "email": "taken@example.com", "role": "operator", "password": apitest.Password})
	}
	for range operators.AddedPerAccount {
		add().WantError(http.StatusConflict, "conflict", "email")
	}
	add().WantError(http.StatusTooManyRequests, "rate_limited", "")
}
