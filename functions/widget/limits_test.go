package widget

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/wire"
)

// limited fails the test unless the answer is a refusal that says when to come back.
func (b *fixture) limited(what string, a answer, seconds int) {
	b.Helper()
	e := into[wire.ErrorAnswer](b, a, http.StatusTooManyRequests).Error
	if e.Code != "rate_limited" || e.RetryAfter != seconds || a.Headers["Retry-After"] != fmt.Sprint(seconds) {
		b.Errorf("%s: %s, Retry-After %s, want %d", what, a.Body, a.Headers["Retry-After"], seconds)
	}
}

func (b *fixture) write(token string, id int) answer {
	b.Helper()
	return b.do("POST", "/widget/v1/messages", token, fields{"clientId": fmt.Sprint(id), "type": "text", "text": "a"})
}

// accepted returns how many of n messages are accepted.
func (b *fixture) accepted(token string, n int) (accepted int) {
	b.Helper()
	for i := range n {
		if b.write(token, i).StatusCode == http.StatusAccepted {
			accepted++
		}
	}
	return accepted
}

// A visitor who writes too fast is told when to come back, at no cost, and another one is not concerned.
func TestLimits_ManyMessages_RefusedUntilWindowEnds(t *testing.T) {
	t.Parallel()
	b := open(t)
	script, person := b.visit(siteA, pageA, ""), b.visit(siteA, pageA, "")
	b.hold = true
	b.Advance(20 * time.Second)
	if n := b.accepted(script.Token, 40); n != 30 {
		t.Errorf("%d messages of a minute are accepted", n)
	}
	b.limited("the next one", b.write(script.Token, 99), 40)
	writes, queued := b.hits.writes, len(b.waiting)
	for range 1000 {
		b.limited("a flood", b.write(script.Token, 99), 40)
	}
	if b.hits.writes != writes || len(b.waiting) != queued {
		t.Errorf("1,000 refused messages made %d writes and %d items", b.hits.writes-writes, len(b.waiting)-queued)
	}
	if a := b.write(person.Token, 1); a.StatusCode != http.StatusAccepted {
		t.Errorf("another visitor of the same address: %d %s", a.StatusCode, a.Body)
	}
	for _, word := range []string{`"code":"rate_limited","reason":"message_visitor"`, `"account_id":"ACCOUNT"`, `"RequestsLimited":1`} {
		if !strings.Contains(b.log.String(), word) {
			t.Errorf("the log has no %s", word)
		}
	}
	b.Advance(40 * time.Second)
	if a := b.write(script.Token, 100); a.StatusCode != http.StatusAccepted {
		t.Errorf("in the next minute: %d %s", a.StatusCode, a.Body)
	}
	for range 12 {
		b.accepted(script.Token, 30)
		b.Advance(time.Minute)
	}
	b.limited("more than an hour's messages", b.write(script.Token, 101), 47*60)
}

// An ordinary visitor's chat costs two writes for limits: the new visitor and the new conversation, counted for the address.
func TestLimits_OrdinaryVisitor_TwoWrites(t *testing.T) {
	t.Parallel()
	b := open(t)
	session := b.visit(siteA, pageA, "")
	for i := range 20 {
		b.say(session.Token, fmt.Sprint(i), "hola")
		b.texts(session.Token)
		b.Advance(10 * time.Second)
	}
	b.visit(siteA, pageA, session.Token)
	if b.hits.writes != 2 {
		t.Errorf("20 messages took %d writes for limits", b.hits.writes)
	}
}

// Of one address only so many visitors are new and open conversations; those who have one, and other addresses, go on.
func TestLimits_ManyVisitorsOfOneAddress_InboxBounded(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.ip = "2001:db8:1:2::1"
	old := b.visit(siteA, pageA, "")
	b.say(old.Token, "1", "hola")
	b.hold = true
	var tokens []string
	for i := range 310 {
		b.ip = fmt.Sprintf("2001:db8:1:2:%x::1", i)
		a := b.do("POST", "/widget/v1/sessions", "", fields{"site": siteA, "origin": pageA})
		if a.StatusCode == http.StatusCreated {
			tokens = append(tokens, into[wire.VisitorSession](b, a, http.StatusCreated).Token)
		} else {
			b.limited("a new visitor", a, 3599)
		}
	}
	if len(tokens) != 299 {
		t.Errorf("%d new visitors besides the first", len(tokens))
	}
	if !strings.Contains(b.log.String(), `"account_id":"ACCOUNT","code":"rate_limited","reason":"visitor_address"`) {
		t.Error("the log does not say whose site is flooded")
	}
	opened := 0
	for _, token := range tokens {
		opened += b.accepted(token, 1)
	}
	if opened != 199 {
		t.Errorf("%d conversations besides the first", opened)
	}
	if n := b.accepted(old.Token, 5) + b.accepted(tokens[0], 5); n != 10 {
		t.Errorf("%d of 10 messages of visitors who have a conversation are accepted", n)
	}
	b.ip = "2001:db8:1:3::1"
	if a := b.write(b.visit(siteA, pageA, "").Token, 1); a.StatusCode != http.StatusAccepted {
		t.Errorf("a visitor of another address: %d %s", a.StatusCode, a.Body)
	}
	b.visit(siteA, pageA, old.Token)
}

// The address is the gateway's, or the one that our distribution shows with its secret; what a client sends is not believed.
func TestLimits_AddressInHeaders_NotBelieved(t *testing.T) {
	t.Parallel()
	b := open(t)
	page := func(viewer, secret string) answer {
		b.headers = map[string]string{"x-forwarded-for": viewer, "x-recado-viewer": viewer, "x-recado-origin": secret}
		return b.do("GET", "/widget/v1/frame?site="+siteA, "", nil)
	}
	for i := range 600 {
		if a := page(fmt.Sprintf("198.51.100.%d", i%250), "guess"); a.StatusCode != http.StatusOK {
			t.Fatalf("page %d: %d %s", i, a.StatusCode, a.Body)
		}
	}
	b.limited("another forged address", page("198.51.100.251", "guess"), 60)
	for i := range 600 {
		if a := page("2001:db8::1", "edge"); a.StatusCode != http.StatusOK {
			t.Fatalf("page %d of a viewer: %d %s", i, a.StatusCode, a.Body)
		}
	}
	b.limited("the viewer's network", page("2001:db8::2", "edge"), 60)
	if a := page("2001:db8:0:1::1", "edge"); a.StatusCode != http.StatusOK {
		t.Errorf("a viewer of another network behind the same edge: %d %s", a.StatusCode, a.Body)
	}
}

// The other calls have limits, too, and refuse before anything is read or stored.
func TestLimits_OtherCalls_Refused(t *testing.T) {
	t.Parallel()
	b := open(t)
	session := b.visit(siteA, pageA, "")
	for _, c := range []struct {
		method, path string
		body         any
		most         int
	}{
		{"POST", "/widget/v1/uploads", fields{"name": "a.png", "mime": "image/png", "size": 1}, 20},
		{"POST", "/widget/v1/socket-tickets", fields{}, 60},
		{"GET", "/widget/v1/messages", nil, 300},
	} {
		for range c.most {
			if a := b.do(c.method, c.path, session.Token, c.body); a.StatusCode >= 300 {
				t.Fatalf("%s: %d %s", c.path, a.StatusCode, a.Body)
			}
		}
		b.limited(c.path, b.do(c.method, c.path, session.Token, c.body), 60)
	}
	b.limited("receipts", b.do("POST", "/widget/v1/receipts", session.Token, fields{"status": "read"}), 60)
	for range 3000 {
		b.do("GET", "/widget/v1/messages", "guess", nil)
	}
	b.limited("guessing tokens", b.do("GET", "/widget/v1/messages", "guess", nil), 60)
	b.limited("any call of the address", b.do("POST", "/widget/v1/sessions", "", fields{"site": siteA, "origin": pageA}), 60)
}
