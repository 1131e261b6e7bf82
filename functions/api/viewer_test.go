package api

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
)

// named are secrets by name; a name that is not there cannot be read.
type named map[string][]string

func (p named) List(_ context.Context, name string) ([]string, error) {
	list, ok := p[name]
	if !ok {
		return nil, fault.New(fault.Unavailable, "no answer")
	}
	return list, nil
}

func TestTheViewersAddressIsBelievedFromOurDistributionOnly(t *testing.T) {
	t.Parallel()
	const edge = "130.176.1.1"
	tests := []struct {
		name, viewer, secret, want string
	}{
		{"through the distribution", "198.51.100.10", "now", "198.51.100.10"},
		{"while its secret is being replaced", "198.51.100.10", "before", "198.51.100.10"},
		{"IPv6", "2001:db8:1:2::3", "now", "2001:db8:1:2::3"},
		{"IPv6 as in a URL", "[2001:db8:1:2::3]", "now", edge},
		{"IPv4 written as IPv6", "::ffff:198.51.100.10", "now", "198.51.100.10"},
		{"directly, with a header of their own", "198.51.100.10", "", edge},
		{"directly, with a guess at the secret", "198.51.100.10", "guess", edge},
		{"what is no address", "localhost", "now", edge},
		{"an address with a port", "198.51.100.10:1", "now", edge},
		{"two addresses", "198.51.100.10,198.51.100.11", "now", edge},
		{"none", "", "now", edge},
	}
	b := newBed(t)
	b.Keys = named{"origin": {"now", "before"}, "signing": {"key"}}
	for _, test := range tests {
		r := &httpapi.Request{IP: edge, Header: http.Header{}}
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		if test.viewer != "" {
			r.Header.Set("X-Recado-Viewer", test.viewer)
		}
		if test.secret != "" {
			r.Header.Set("X-Recado-Origin", test.secret)
		}
		if got := b.viewer(t.Context(), r); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	r := &httpapi.Request{IP: edge, Header: http.Header{}}
	r.Header.Set("X-Recado-Viewer", "198.51.100.10")
	r.Header.Set("X-Recado-Origin", "now")
	for name, secrets := range map[string]named{"no secret is set": {"origin": nil}, "the secret cannot be read": {}} {
		b.Keys = secrets
		if got := b.viewer(t.Context(), r); got != edge {
			t.Errorf("%s: %s is believed", name, got)
		}
	}
}

func TestTriesAreCountedByPlace(t *testing.T) {
	t.Parallel()
	for ip, want := range map[string]string{
		"198.51.100.10":        "198.51.100.10",
		"::ffff:198.51.100.10": "198.51.100.10",
		"2001:db8:1:2::3":      "2001:db8:1:2::/64",
		"2001:db8:1:2:ff::9":   "2001:db8:1:2::/64",
		"2001:db8:1:3::3":      "2001:db8:1:3::/64",
		"fe80::1%eth0":         "fe80::/64",
		"unknown":              "unknown",
	} {
		if got := httpapi.Place(ip); got != want {
			t.Errorf("%s is counted as %s, want %s", ip, got, want)
		}
	}
}

func TestSignInIsLimitedByTheViewerBehindCloudFront(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.Keys = named{"origin": {"now"}, "signing": {"key"}}
	tries := 0
	guess := func(c *client) answer {
		tries++
		return c.do("POST", "/api/v1/auth/sign-in", fields{"email": fmt.Sprintf("a%d@example.com", tries), "password": "guess"})
	}
	from := func(sourceIP, viewer, secret string) *client {
		c := b.client()
		c.ip = sourceIP
		return c.with("X-Recado-Viewer", viewer).with("X-Recado-Origin", secret)
	}
	for i := range failuresPerIP {
		guess(from("130.176.1.1", fmt.Sprintf("2001:db8:1:2::%x", i+1), "now")).wantError(http.StatusUnauthorized, "unauthenticated", "")
	}
	guess(from("130.176.1.1", "2001:db8:1:2:ffff::1", "now")).wantError(http.StatusTooManyRequests, "rate_limited", "")
	guess(from("130.176.1.2", "2001:db8:1:2:ffff::2", "now")).wantError(http.StatusTooManyRequests, "rate_limited", "")
	guess(from("130.176.1.1", "2001:db8:1:3::1", "now")).wantError(http.StatusUnauthorized, "unauthenticated", "") // shares the edge only
	for i := range failuresPerIP {
		guess(from("203.0.113.5", fmt.Sprintf("198.51.100.%d", i), "guess")).wantError(http.StatusUnauthorized, "unauthenticated", "")
	}
	guess(from("203.0.113.5", "198.51.101.1", "guess")).wantError(http.StatusTooManyRequests, "rate_limited", "")
	guess(from("203.0.113.6", "203.0.113.5", "")).wantError(http.StatusUnauthorized, "unauthenticated", "")
}
