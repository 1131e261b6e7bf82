// Package auth makes and reads opaque tokens, their hashes and the session cookie, and signs values. Sessions are looked up in
// shared/httpapi/rest.
//
// A token is 256 random bits. Only its hash is stored, so that a copy of the table gives no access. Sessions, tickets and links expire by
// the wall clock, which is Now, and not by the clock of rules and timers. It imports the standard library only.
package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// Cookie is the name of the browser's session cookie.
const Cookie = "recado_session"

// tokenBytes makes a token that nobody guesses.
const tokenBytes = 32

// Now is the wall clock, in the grain that is stored.
func Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// NewToken makes a random token, safe in a URL and a cookie.
func NewToken() string {
	var b [tokenBytes]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Hash is what is stored of a token. A token has too much entropy to be found by trying, so one round is enough.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// SessionCookie is the Set-Cookie line that hands a browser its session. secure is false only where the console is served
// over plain HTTP, on the developer's machine.
func SessionCookie(token string, expires time.Time, secure bool) string {
	return (&http.Cookie{
		Name: Cookie, Value: token, Path: "/", Expires: expires,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode,
	}).String()
}

// EndedCookie is the Set-Cookie line that takes the session from the browser.
func EndedCookie(secure bool) string {
	return (&http.Cookie{
		Name: Cookie, Path: "/", MaxAge: -1,
		HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode,
	}).String()
}

// TokenFromCookies finds the session token in a request's cookies; "" when there is none.
func TokenFromCookies(cookies []string) string { return CookieValue(cookies, Cookie) }

// CookieValue finds a cookie in a request's cookies ("name=value", one or several a string); "" when there is none.
func CookieValue(cookies []string, name string) string {
	for _, line := range cookies {
		parsed, err := http.ParseCookie(line)
		if err != nil {
			continue
		}
		for _, cookie := range parsed {
			if cookie.Name == name && cookie.Value != "" {
				return cookie.Value
			}
		}
	}
	return ""
}

// TokenFromHeader finds the token in an Authorization header; "" when it holds no bearer token.
func TokenFromHeader(authorization string) string {
	scheme, token, found := strings.Cut(strings.TrimSpace(authorization), " ")
	if !found || !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
