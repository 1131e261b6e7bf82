package auth_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/auth"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	token := auth.NewToken()
	if other := auth.NewToken(); token == other || len(token) != 43 {
		t.Errorf("tokens %q and %q: want two different ones of 256 bits", token, other)
	}
	if hash := auth.Hash(token); hash != auth.Hash(token) || strings.Contains(hash, token) || len(hash) != 64 {
		t.Errorf("hash of %q is %q", token, hash)
	}
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	expires := time.Date(2026, 12, 22, 0, 0, 0, 0, time.UTC)
	cookie, err := http.ParseSetCookie(auth.SessionCookie("the-token", expires, true))
	if err != nil {
		t.Fatal(err)
	}
	if cookie.Value != "the-token" || cookie.Path != "/" || !cookie.HttpOnly || !cookie.Secure ||
		cookie.SameSite != http.SameSiteStrictMode || !cookie.Expires.Equal(expires) {
		t.Errorf("the session cookie is %v", cookie)
	}
	if line := auth.SessionCookie("the-token", expires, false); strings.Contains(line, "Secure") {
		t.Errorf("over plain HTTP the cookie is %q", line)
	}
	ended, err := http.ParseSetCookie(auth.EndedCookie(true))
	if err != nil {
		t.Fatal(err)
	}
	if ended.Value != "" || ended.MaxAge >= 0 || ended.Name != auth.Cookie || ended.Path != "/" {
		t.Errorf("the ended cookie is %v", ended)
	}
}

func TestTokenFromCookies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cookies []string
		want    string
	}{
		"one cookie a string":            {[]string{"theme=dark", "recado_session=abc"}, "abc"},
		"all cookies in one string":      {[]string{"theme=dark; recado_session=abc"}, "abc"},
		"an empty one is none":           {[]string{"recado_session="}, ""},
		"garbage beside it does no harm": {[]string{"=;;;\x00", "recado_session=abc"}, "abc"},
		"a longer name is another":       {[]string{"recado_session2=abc", "x_recado_session=abc"}, ""},
		"no cookies":                     {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := auth.TokenFromCookies(c.cookies); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTokenFromHeader(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"Bearer abc": "abc", "bearer  abc ": "abc", "Basic abc": "", "Bearer": "", "": "", "abc": "",
	} {
		if got := auth.TokenFromHeader(header); got != want {
			t.Errorf("%q: got %q, want %q", header, got, want)
		}
	}
}
