// Package outbound is the only HTTP client for addresses that others chose: a provider's media links, integrators' endpoints.
//
// It connects to public addresses only. The check is made on the address that is dialled, after the name was resolved and
// again for every redirect, so that neither a name that resolves inwards nor one that changes its mind gets through. A bearer
// token goes to listed hosts only, whatever redirects say. Time and size are bounded. No proxy is used, since a proxy would
// resolve names where nobody checks.
//
// It imports fault and the standard library.
package outbound

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"

	"github.com/recado-chat/recado/shared/fault"
)

// Config says what a Client may do. Hosts are written "example.org" (https on its usual port), "*.example.org" (its
// subdomains) or "127.0.0.1:8080" (exactly this address, whatever the scheme).
type Config struct {
	Private    []string      // host:port that may be reached although they are private or without TLS: the local stack's simulators
	OnlyHosts  []string      // the only hosts to speak to; empty = every public one
	TokenHosts []string      // the hosts that get the token
	MaxSize    int64         // of a response's body; 0 = 1 MB
	Timeout    time.Duration // of a request with its redirects and its body; 0 = 10 s
}

const (
	defaultSize    = 1 << 20
	defaultTimeout = 10 * time.Second
	dialTimeout    = 5 * time.Second
	maxRedirects   = 5
	maxHeader      = 64 << 10
)

// Client makes requests. It is safe for concurrent use.
type Client struct {
	config Config
	public publicNetwork
	http   *http.Client
}

// New makes a Client.
func New(config Config) *Client {
	if config.MaxSize == 0 {
		config.MaxSize = defaultSize
	}
	if config.Timeout == 0 {
		config.Timeout = defaultTimeout
	}
	c := &Client{config: config, public: newPublicNetwork()}
	c.http = &http.Client{
		Timeout:       config.Timeout,
		CheckRedirect: c.checkRedirect,
		Transport: &http.Transport{
			DialContext:            c.dial,
			TLSHandshakeTimeout:    dialTimeout,
			MaxResponseHeaderBytes: maxHeader,
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        30 * time.Second,
		},
	}
	return c
}

// Reasons of the faults that Do answers with.
const (
	ReasonAddress = "address_refused"
	ReasonSize    = "too_large"
)

// Do sends a request; token goes along as a bearer to the hosts that may have it. The answer is the server's, whatever its
// status, and its body fails with TooLarge beyond the bound. Errors: Invalid for an address that is not allowed, TooLarge,
// Unavailable for everything that may pass.
func (c *Client) Do(request *http.Request, token string) (*http.Response, error) {
	if err := c.allowed(request.URL); err != nil {
		return nil, err
	}
	request = request.Clone(context.WithValue(request.Context(), tokenKey{}, token))
	c.authorise(request)
	response, err := c.http.Do(request)
	if err != nil {
		var f *fault.Error
		if errors.As(err, &f) {
			return nil, f
		}
		// A url.Error repeats the address, whose query may be a secret: a signed link gives the file to whoever reads the log.
		var withAddress *url.Error
		if errors.As(err, &withAddress) {
			err = withAddress.Err
		}
		return nil, fault.New(fault.Unavailable, "no response from the address").WithCause(err)
	}
	if response.ContentLength > c.config.MaxSize {
		_ = response.Body.Close() // nothing was read that could be lost
		return nil, tooLarge()
	}
	response.Body = &boundedBody{ReadCloser: response.Body, left: c.config.MaxSize}
	return response, nil
}

type tokenKey struct{}

// authorise gives the token to a host that may have it and takes it from every other.
func (c *Client) authorise(request *http.Request) {
	request.Header.Del("Authorization")
	token, _ := request.Context().Value(tokenKey{}).(string)
	if token != "" && listed(c.config.TokenHosts, request.URL) {
		request.Header.Set("Authorization", "Bearer "+token)
	}
}

func (c *Client) checkRedirect(request *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return refused("too many redirects")
	}
	if err := c.allowed(request.URL); err != nil {
		return err
	}
	c.authorise(request)
	return nil
}

// allowed judges what can be judged before the name is resolved.
func (c *Client) allowed(u *url.URL) error {
	private := slices.Contains(c.config.Private, hostPort(u))
	switch {
	case u.Hostname() == "", u.User != nil:
		return refused("it names no host, or a user")
	case u.Scheme != "https" && (u.Scheme != "http" || !private):
		return refused("it is not https")
	case len(c.config.OnlyHosts) > 0 && !listed(c.config.OnlyHosts, u):
		return refused("its host is not on the list")
	}
	return nil
}

// dial connects. Control sees the address that the connection really goes to.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: dialTimeout}
	if !slices.Contains(c.config.Private, address) {
		dialer.Control = func(_, resolved string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(resolved)
			if err != nil || !c.public.contains(to.Addr()) {
				return refused("it is not a public address")
			}
			return nil
		}
	}
	return dialer.DialContext(ctx, network, address)
}

func refused(why string) *fault.Error {
	return fault.New(fault.Invalid, "the address is not allowed: %s", why).WithReason(ReasonAddress)
}

func tooLarge() *fault.Error {
	return fault.New(fault.TooLarge, "the response is too large").WithReason(ReasonSize)
}

// boundedBody fails where a longer body goes on, instead of cutting it off in silence.
type boundedBody struct {
	io.ReadCloser
	left int64
}

// Read answers TooLarge for the first byte beyond the bound.
func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, tooLarge()
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, tooLarge()
	}
	return n, err
}
