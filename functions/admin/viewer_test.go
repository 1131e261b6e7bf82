package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/recado-chat/recado/functions/admin/signin"
	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/fault"
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

func TestSignIn_BehindCloudFront_LimitedByViewer(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	b.Keys.Keys = named{"origin": {"now"}, "signing": {"key"}}
	tries := 0
	guess := func(c *apitest.Client) apitest.Answer {
		tries++
		return c.Do("POST", "/api/v1/auth/sign-in", apitest.Fields{"email": fmt.Sprintf("a%d@example.com", tries), "password": "guess"})
	}
	from := func(sourceIP, viewer, secret string) *apitest.Client {
		c := b.Client()
		c.IP = sourceIP
		return c.With("X-Recado-Viewer", viewer).With("X-Recado-Origin", secret)
	}
	for i := range signin.FailuresPerIP {
		guess(from("130.176.1.1", fmt.Sprintf("2001:db8:1:2::%x", i+1), "now")).WantError(http.StatusUnauthorized, "unauthenticated", "")
	}
	guess(from("130.176.1.1", "2001:db8:1:2:ffff::1", "now")).WantError(http.StatusTooManyRequests, "rate_limited", "")
	guess(from("130.176.1.2", "2001:db8:1:2:ffff::2", "now")).WantError(http.StatusTooManyRequests, "rate_limited", "")
	guess(from("130.176.1.1", "2001:db8:1:3::1", "now")).WantError(http.StatusUnauthorized, "unauthenticated", "") // shares the edge only
	for i := range signin.FailuresPerIP {
		guess(from("203.0.113.5", fmt.Sprintf("198.51.100.%d", i), "guess")).WantError(http.StatusUnauthorized, "unauthenticated", "")
	}
	guess(from("203.0.113.5", "198.51.101.1", "guess")).WantError(http.StatusTooManyRequests, "rate_limited", "")
	guess(from("203.0.113.6", "203.0.113.5", "")).WantError(http.StatusUnauthorized, "unauthenticated", "")
}
