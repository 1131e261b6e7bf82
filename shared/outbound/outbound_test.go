package outbound

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/fault"
)

func get(t *testing.T, c *Client, address, token string) (*http.Response, string, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := c.Do(request, token)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = response.Body.Close() }() // only read
	body, err := io.ReadAll(response.Body)
	return response, string(body), err
}

func host(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// showToken answers with the Authorization that arrived.
func showToken(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, "got:"+r.Header.Get("Authorization")) // the client reads it or not
}

func server(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

func TestURL_Invalid_RefusedBeforeDial(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{
		"loopback":                       "https://127.0.0.1/",
		"loopback by name":               "https://localhost/",
		"loopback in IPv6":               "https://[::1]/",
		"loopback mapped into IPv6":      "https://[::ffff:127.0.0.1]/",
		"a private network":              "https://10.1.2.3/",
		"the metadata service":           "https://169.254.169.254/latest/meta-data/",
		"an unspecified address":         "https://0.0.0.0/",
		"a unique local address":         "https://[fd00:ec2::254]/",
		"plain http":                     "http://example.org/",
		"another scheme":                 "file:///etc/passwd",
		"no host":                        "https:///a",
		"a user in the address":          "https://user@example.org/",
		"a port of ours that is private": "https://127.0.0.1:9/",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, err := get(t, New(Config{}), address, "secret")
			if !fault.Is(err, fault.Invalid) || fault.Reason(err) != ReasonAddress {
				t.Errorf("got %v, want a refused address", err)
			}
		})
	}
}

// A name that resolves inwards is caught at the socket, whatever was known of it before.
func TestDial_ResolvedAddress_Checked(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	s := server(t, func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	c := New(Config{})
	_, port, _ := strings.Cut(host(t, s.URL), ":")
	conn, err := c.dial(t.Context(), "tcp", "localhost:"+port)
	if err == nil {
		_ = conn.Close() // the test has failed already
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Reason != ReasonAddress || reached.Load() {
		t.Errorf("got %v, want a refused address", err)
	}
}

func TestLocalAddress_Listed_Reached(t *testing.T) {
	t.Parallel()
	s := server(t, showToken)
	_, body, err := get(t, New(Config{Private: []string{host(t, s.URL)}}), s.URL, "secret")
	if err != nil || body != "got:" {
		t.Errorf("got %q, %v, want an answer and no token sent", body, err)
	}
}

func TestHosts_NotListed_Refused(t *testing.T) {
	t.Parallel()
	s := server(t, showToken)
	other := server(t, showToken)
	both := []string{host(t, s.URL), host(t, other.URL)}
	c := New(Config{Private: both, OnlyHosts: both[:1], TokenHosts: both[:1]})
	if _, body, err := get(t, c, s.URL, "secret"); err != nil || body != "got:Bearer secret" {
		t.Errorf("got %q, %v", body, err)
	}
	if _, _, err := get(t, c, other.URL, "secret"); fault.Reason(err) != ReasonAddress {
		t.Errorf("got %v, want a refused address", err)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	trusted := server(t, showToken)
	stranger := server(t, showToken)
	hidden := server(t, showToken)
	for name, c := range map[string]struct {
		to   string
		body string
		ok   bool
	}{
		"to a host that may have the token keep it":      {trusted.URL, "got:Bearer secret", true},
		"to a stranger lose it":                          {stranger.URL, "got:", true},
		"to a private address are not followed":          {hidden.URL, "", false},
		"to another scheme are not followed":             {"ftp://example.org/", "", false},
		"to the metadata service are not followed":       {"https://169.254.169.254/", "", false},
		"to plain http on the internet are not followed": {"http://example.org/", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := server(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, c.to, http.StatusFound) })
			client := New(Config{
				Private:    []string{host(t, start.URL), host(t, trusted.URL), host(t, stranger.URL)},
				TokenHosts: []string{host(t, start.URL), host(t, trusted.URL)},
			})
			_, body, err := get(t, client, start.URL, "secret")
			if c.ok && (err != nil || body != c.body) {
				t.Errorf("got %q, %v, want %q", body, err, c.body)
			}
			if !c.ok && fault.Reason(err) != ReasonAddress {
				t.Errorf("got %q, %v, want a refused address", body, err)
			}
		})
	}
}

func TestRedirects_Limited(t *testing.T) {
	t.Parallel()
	var hops atomic.Int32
	var s *httptest.Server
	s = server(t, func(w http.ResponseWriter, r *http.Request) {
		hops.Add(1)
		http.Redirect(w, r, s.URL, http.StatusFound)
	})
	_, _, err := get(t, New(Config{Private: []string{host(t, s.URL)}}), s.URL, "")
	if fault.Reason(err) != ReasonAddress || hops.Load() > maxRedirects+1 {
		t.Errorf("got %v after %d hops", err, hops.Load())
	}
}

func TestResponse_TooLarge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		size  int
		known bool
		ok    bool
	}{
		"a body of exactly the bound is read":                   {100, true, true},
		"a body of unknown length at the bound":                 {100, false, true},
		"a longer body is refused at once":                      {101, true, false},
		"a longer body of unknown length is not cut in silence": {101, false, false},
		"a far longer body of unknown length":                   {1 << 20, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := server(t, func(w http.ResponseWriter, _ *http.Request) {
				if !c.known {
					w.(http.Flusher).Flush()
				}
				_, _ = io.WriteString(w, strings.Repeat("x", c.size)) // the client may hang up
			})
			_, body, err := get(t, New(Config{Private: []string{host(t, s.URL)}, MaxSize: 100}), s.URL, "")
			if c.ok && (err != nil || len(body) != c.size) {
				t.Errorf("got %d bytes, %v", len(body), err)
			}
			if !c.ok && (!fault.Is(err, fault.TooLarge) || len(body) > 100) {
				t.Errorf("got %d bytes, %v, want too large", len(body), err)
			}
		})
	}
}

func TestRequest_TimesOut(t *testing.T) {
	t.Parallel()
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	_, _, err := get(t, New(Config{Private: []string{host(t, s.URL)}, Timeout: 50 * time.Millisecond}), s.URL, "")
	if err == nil {
		t.Error("an endless body was read to its end")
	}
}

func TestResponse_PassedThrough(t *testing.T) {
	t.Parallel()
	s := server(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	response, _, err := get(t, New(Config{Private: []string{host(t, s.URL)}}), s.URL, "")
	if err != nil || response.StatusCode != http.StatusTeapot {
		t.Errorf("got %+v, %v", response, err)
	}
	s.Close()
	if _, _, err := get(t, New(Config{Private: []string{host(t, s.URL)}}), s.URL, ""); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v, want unavailable", err)
	}
}

func TestRequest_NotModified(t *testing.T) {
	t.Parallel()
	s := server(t, showToken)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := New(Config{Private: []string{host(t, s.URL)}, TokenHosts: []string{host(t, s.URL)}}).Do(request, "secret")
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || request.Header.Get("Authorization") != "" {
		t.Errorf("the token is in the caller's request: %v, %v", request.Header, err)
	}
}

func TestPublicAddresses(t *testing.T) {
	t.Parallel()
	network := newPublicNetwork()
	for address, public := range map[string]bool{
		"8.8.8.8": true, "157.240.1.1": true, "2a03:2880:f12f:83:face:b00c::25de": true, "64:ff9b::808:808": true,
		"127.0.0.1": false, "127.8.8.8": false, "10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "192.0.0.8": false, "192.0.2.1": false,
		"198.18.0.1": false, "198.51.100.1": false, "203.0.113.1": false, "224.0.0.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false,
		"::ffff:10.0.0.1": false, "::ffff:8.8.8.8": true, "::7f00:1": false, "64:ff9b::7f00:1": false, "64:ff9b::a00:1": false,
		"64:ff9b:1::1": false, "2001:db8::1": false, "2001::1": false, "2002:7f00:1::": false, "fec0::1": false, "100::1": false,
	} {
		if got := network.contains(netip.MustParseAddr(address)); got != public {
			t.Errorf("%s: got public=%v, want %v", address, got, public)
		}
	}
}

func TestHostLists(t *testing.T) {
	t.Parallel()
	hosts := []string{"lookaside.fbsbx.com", "*.fbcdn.net", "127.0.0.1:8080"}
	for address, want := range map[string]bool{
		"https://lookaside.fbsbx.com/a":           true,
		"https://LOOKASIDE.fbsbx.com/a":           true,
		"https://lookaside.fbsbx.com./a":          true,
		"https://lookaside.fbsbx.com:443/a":       true,
		"https://lookaside.fbsbx.com:8443/a":      false,
		"http://lookaside.fbsbx.com/a":            false,
		"https://lookaside.fbsbx.com.evil.org/a":  false,
		"https://evil-lookaside.fbsbx.com/a":      false,
		"https://scontent.xx.fbcdn.net/a":         true,
		"https://fbcdn.net/a":                     false,
		"https://evilfbcdn.net/a":                 false,
		"http://127.0.0.1:8080/a":                 true,
		"http://127.0.0.1:8081/a":                 false,
		"https://example.org/lookaside.fbsbx.com": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := listed(hosts, u); got != want {
			t.Errorf("%s: got %v, want %v", address, got, want)
		}
	}
}

func TestError_OmitsAddress(t *testing.T) {
	t.Parallel()
	s := server(t, showToken)
	address := s.URL + "/media?hash=SECRET-SIGNATURE"
	s.Close()
	c := New(Config{Private: []string{host(t, s.URL)}})
	_, _, err := get(t, c, address, "")
	if !fault.Is(err, fault.Unavailable) {
		t.Fatalf("got %v", err)
	}
	if strings.Contains(err.Error(), "SECRET-SIGNATURE") {
		t.Errorf("the error, which is logged, holds the signed address: %v", err)
	}
}
