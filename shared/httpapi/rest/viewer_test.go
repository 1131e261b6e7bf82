package rest

import (
	"context"
	"log/slog"
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

func TestViewer_AddressHeader_TrustedOnlyWithOriginSecret(t *testing.T) {
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
	s := &Server{Deps: Deps{OriginSecretName: "origin", Log: slog.New(slog.DiscardHandler)}}
	s.Keys = named{"origin": {"now", "before"}, "signing": {"key"}}
	for _, test := range tests {
		r := &httpapi.Request{IP: edge, Header: http.Header{}}
		r.Header.Set("X-Forwarded-For", "203.0.113.9")
		if test.viewer != "" {
			r.Header.Set("X-Recado-Viewer", test.viewer)
		}
		if test.secret != "" {
			r.Header.Set("X-Recado-Origin", test.secret)
		}
		if got := s.viewer(t.Context(), r); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	r := &httpapi.Request{IP: edge, Header: http.Header{}}
	r.Header.Set("X-Recado-Viewer", "198.51.100.10")
	r.Header.Set("X-Recado-Origin", "now")
	for name, secrets := range map[string]named{"no secret is set": {"origin": nil}, "the secret cannot be read": {}} {
		s.Keys = secrets
		if got := s.viewer(t.Context(), r); got != edge {
			t.Errorf("%s: %s is believed", name, got)
		}
	}
}
