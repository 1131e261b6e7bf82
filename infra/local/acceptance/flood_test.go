package acceptance_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/coder/websocket"

	"github.com/recado-chat/recado/infra/cost"
)

// from returns an HTTP client at another address of this machine.
func from(t *testing.T, address string) *http.Client {
	t.Helper()
	transport := &http.Transport{
		MaxIdleConnsPerHost: 32,
		DialContext:         (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}).DialContext,
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Timeout: 2 * patience, Transport: transport}
}

// visitFrom is visit at another address.
func (s *system) visitFrom(at *http.Client, code, origin string) *visitor {
	s.t.Helper()
	v := &visitor{client: &client{s: s, t: s.t, at: at}}
	var session struct{ Token, VisitorID string }
	v.post("/widget/v1/sessions", object{"site": code, "origin": origin}, http.StatusCreated, &session)
	v.token, v.visitorID = session.Token, session.VisitorID
	return v
}

// repeat makes n requests, 16 at a time, and returns how many were taken. All others are refused with the time to come back.
func (s *system) repeat(n int, request func(i int) (answer, error)) (taken int) {
	s.t.Helper()
	var passed, next atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				got, err := request(i)
				if err != nil {
					s.t.Error(err)
					return
				}
				if got.status < 300 {
					passed.Add(1)
					continue
				}
				var refusal struct{ Error struct{ RetryAfter int } }
				got.into(s.t, &refusal)
				code, _ := got.fault()
				after, err := strconv.Atoi(got.header.Get("Retry-After"))
				if got.status != http.StatusTooManyRequests || code != "rate_limited" || err != nil || after < 1 || after > 3600 || refusal.Error.RetryAfter != after {
					s.t.Errorf("refused with %d %s, Retry-After %q", got.status, got.body, got.header.Get("Retry-After"))
				}
			}
		})
	}
	wg.Wait()
	return int(passed.Load())
}

// shown waits until a list shows a conversation with this text.
func (b *browser) shown(text string) {
	b.t.Helper()
	b.told("conversation.upserted", func(f frame) bool { return f.Conversation.Preview != nil && f.Conversation.Preview.Text == text })
}

// written is how many write units a function has used.
func (s *system) written(function string) (units float64) {
	for use, n := range s.Usage() {
		if use.Function == function && use.Item == cost.DynamoWrites {
			units += n
		}
	}
	return units
}

// A script at one address floods a site with messages, visitors and frames. It is told when to come back, costs next to nothing, and brings
// a bounded number of conversations into the inbox; what another visitor writes meanwhile goes through at once.
func TestFlood_OneAddress_OthersGoThrough(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	const origin = "https://tienda.example"
	code := a.site("Tienda", origin, "")
	desk := a.owner.browse()
	person, script := a.visit(code, origin), a.visitFrom(from(t, "127.0.0.2"), code, origin)
	page := person.browseBy("/widget/v1/socket-tickets")
	reads := func(text string) {
		t.Helper()
		desk.shown(text)
		page.told("message.upserted", func(f frame) bool { return f.Message.Text == text })
	}
	person.writes("m-1", "antes")
	reads("antes")

	// Messages. A window may end during the flood, so that two let through their limit.
	write := func(v *visitor) func(i int) (answer, error) {
		return func(i int) (answer, error) {
			return v.try(http.MethodPost, "/widget/v1/messages", object{"clientId": fmt.Sprint("s-", i), "type": "text", "text": "spam"})
		}
	}
	between := make(chan struct{})
	go func() {
		defer close(between)
		a.repeat(300, write(script))
	}()
	person.writes("m-2", "durante")
	reads("durante")
	<-between
	before := a.written("widget")
	if n := a.repeat(700, write(script)); n > 30 {
		t.Errorf("%d of 700 further messages are taken", n)
	}
	if units := a.written("widget") - before; units > 10 {
		t.Errorf("700 refused messages wrote %.0f units", units)
	}

	// Visitors, each of whom writes once.
	var mu sync.Mutex
	var tokens []string
	visitors := a.repeat(1000, func(int) (answer, error) {
		got, err := script.try(http.MethodPost, "/widget/v1/sessions", object{"site": code, "origin": origin})
		if err == nil && got.status == http.StatusCreated {
			var session struct{ Token string }
			got.into(t, &session)
			mu.Lock()
			defer mu.Unlock()
			tokens = append(tokens, session.Token)
		}
		return got, err
	})
	opened := a.repeat(len(tokens), func(i int) (answer, error) {
		return write(&visitor{client: &client{s: a.system, t: t, token: tokens[i-1], at: script.at}})(i)
	})
	// Messages that the script sent at once each counted as its first.
	if visitors < 299 || visitors > 2*300 || opened < 150 || opened > 2*200 {
		t.Errorf("1,000 requests made %d visitors and %d conversations", visitors, opened)
	}
	person.writes("m-3", "después")
	reads("después")
	newcomer := a.visitFrom(from(t, "127.0.0.3"), code, origin)
	newcomer.writes("m-1", "soy nueva")
	desk.shown("soy nueva")
	var inbox list[conversation]
	a.owner.get("/api/v1/conversations?status=open&sort=newest&limit=10", &inbox)
	if len(inbox.Items) != 10 || inbox.Items[0].Preview.Text != "soy nueva" {
		t.Errorf("the inbox begins with %+v", inbox.Items[:min(1, len(inbox.Items))])
	}
}

// Frames and sockets of one visitor are limited as requests are; the typing of another one is shown.
func TestFlood_Sockets_ClosedOthersGoThrough(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	const origin = "https://tienda.example"
	code := a.site("Tienda", origin, "")
	person, script := a.visit(code, origin), a.visit(code, origin)
	page, desk := person.browseBy("/widget/v1/socket-tickets"), a.owner.browse()
	person.writes("m-1", "hola")
	desk.shown("hola")
	desk.view(a.only().ID)

	noisy := script.browseBy("/widget/v1/socket-tickets")
	for range 300 {
		if noisy.socket.Write(t.Context(), websocket.MessageText, []byte(`{"action":"typing","on":true}`)) != nil {
			break // it was closed
		}
	}
	noisy.told("limited", func(f frame) bool { return f.RetryAfter >= 1 && f.RetryAfter <= 60 })
	eventually(t, noisy.closed)
	page.send(object{"action": "typing", "on": true})
	desk.told("typing", func(f frame) bool { return f.On })

	a.settle()
	for range 20 {
		script.browseBy("/widget/v1/socket-tickets")
	}
	var ticket struct{ URL string }
	script.post("/widget/v1/socket-tickets", object{}, http.StatusCreated, &ticket)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, response, err := websocket.Dial(ctx, ticket.URL, nil)
	if err == nil || response == nil || response.StatusCode != http.StatusTooManyRequests {
		t.Errorf("one socket more than a visitor may have: %v, %v", response, err)
	}
	taken := a.repeat(100, func(int) (answer, error) { return script.try(http.MethodPost, "/widget/v1/socket-tickets", object{}) })
	if taken > 2*60 {
		t.Errorf("%d tickets", taken)
	}
	person.browseBy("/widget/v1/socket-tickets")
}
