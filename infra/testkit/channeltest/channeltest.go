// Package channeltest is what every channel must pass: one call of Run, over builders of the provider's wire format.
//
// It takes each body the whole way that a webhook goes, through Split and Parse into a real desk, so that what a channel gets
// wrong shows as a conversation that is wrong. Only tests import it; it imports the port, desk and the helpers of their tests.
package channeltest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Kind is what an update tells.
type Kind string

// The kinds of updates. Those that a provider does not know are left out of Wire.Tells.
const (
	Text     Kind = "text"
	Echo     Kind = "echo"
	Status   Kind = "status"
	Reaction Kind = "reaction"
	Edit     Kind = "edit"
	Revoke   Kind = "revoke"
	Unknown  Kind = "unknown"  // a message of a kind that nobody has heard of
	Elsewise Kind = "elsewise" // something that is no message at all
)

// Update is one thing that a provider tells.
type Update struct {
	Kind   Kind
	ID     string // the provider's
	Person string // the address of the external user
	Text   string // of a text, an echo and an edit; a reaction's emoji
	Target string // the provider's id of the message that is altered, or that the status is of
	Status chat.MessageStatus
	At     time.Time
}

// Refusal is an answer of the provider and what it means.
type Refusal struct {
	Answer  http.HandlerFunc
	Code    fault.Code
	Meaning channel.ErrorClass
}

// Wire is a provider's wire format, built from its documentation. A channel of our own has no provider: of Sign, Takes, Refusals,
// Serves and Gone it has none, and Calls instead.
type Wire struct {
	// Dial makes the adapter over the provider's API at a URL.
	Dial  func(url string, client *http.Client) channel.Adapter
	Asset string // the business's id
	// Tells are the kinds that this provider has.
	Tells []Kind
	// Body puts updates into one webhook, as the provider would send them together.
	Body func(updates ...Update) []byte
	// Sign makes the headers of a body under a secret.
	Sign func(body []byte, secret string) http.Header
	// Takes answers a message of ours with the provider's id of it.
	Takes func(id string) http.HandlerFunc
	// Calls is the id by which a channel of our own knows a message.
	Calls func(m chat.Message) string
	// Refusals name every class of errors: this message alone, the token, the account, too fast, and nobody knows.
	Refusals map[string]Refusal
	// Serves answers a request for the file with these bytes; its own address is in the request. Gone is a file that is no more.
	Serves func(ref string, content []byte) http.Handler
	Gone   http.Handler
}

// Run checks everything.
func Run(t *testing.T, w Wire) {
	t.Run("signatures", func(t *testing.T) { t.Parallel(); w.signatures(t) })
	t.Run("batches", func(t *testing.T) { t.Parallel(); w.batches(t) })
	t.Run("capabilities", func(t *testing.T) { t.Parallel(); w.capabilities(t) })
	t.Run("unknown assets", func(t *testing.T) { t.Parallel(); w.unknownAssets(t) })
	t.Run("size limits", func(t *testing.T) { t.Parallel(); w.sizeLimits(t) })
	t.Run("unknown kinds", func(t *testing.T) { t.Parallel(); w.unknownKinds(t) })
	t.Run("every order", func(t *testing.T) { t.Parallel(); w.everyOrder(t) })
	t.Run("every order around a send", func(t *testing.T) { t.Parallel(); w.aroundASend(t) })
	t.Run("duplicates at once", func(t *testing.T) { t.Parallel(); w.duplicates(t) })
	t.Run("the window", func(t *testing.T) { t.Parallel(); w.window(t) })
	t.Run("refusals", func(t *testing.T) { t.Parallel(); w.refusals(t) })
	t.Run("media", func(t *testing.T) { t.Parallel(); w.media(t) })
}

// adapter is the channel over a provider that answers everything in one way.
func (w Wire) adapter(t *testing.T, provider http.Handler) channel.Adapter {
	t.Helper()
	server := httptest.NewServer(provider)
	t.Cleanup(server.Close)
	return w.Dial(server.URL, server.Client())
}

// hosted says that the channel is our own.
func (w Wire) hosted() bool { return w.Takes == nil }

func (w Wire) tells(kind Kind) bool {
	for _, k := range w.Tells {
		if k == kind {
			return true
		}
	}
	return false
}

func (w Wire) signatures(t *testing.T) {
	a := w.adapter(t, http.NotFoundHandler())
	body := w.Body(Update{Kind: Text, ID: "m1", Person: person, Text: "¿qué tal? 👩‍👩‍👧", At: noon})
	if w.hosted() {
		_, shaken := a.Handshake(url.Values{"hub.mode": {"subscribe"}}, []string{"", "s1"})
		if err := a.Verify(http.Header{}, body, []string{"", "s1"}); !fault.Is(err, fault.NotFound) || !fault.Is(shaken, fault.NotFound) {
			t.Errorf("a channel of our own has a webhook: %v, %v", err, shaken)
		}
		return
	}
	for name, c := range map[string]struct {
		body    []byte
		secrets []string
		header  http.Header
		right   bool
	}{
		"the secret":                    {body, []string{"s1"}, w.Sign(body, "s1"), true},
		"the one before, while it goes": {body, []string{"s2", "s1"}, w.Sign(body, "s1"), true},
		"another secret":                {body, []string{"s2"}, w.Sign(body, "s1"), false},
		"no secret":                     {body, nil, w.Sign(body, ""), false},
		"an empty secret":               {body, []string{""}, w.Sign(body, ""), false},
		"another body":                  {append([]byte(" "), body...), []string{"s1"}, w.Sign(body, "s1"), false},
		"no signature":                  {body, []string{"s1"}, http.Header{}, false},
	} {
		err := a.Verify(c.header, c.body, c.secrets)
		if c.right && err != nil || !c.right && !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// batches: every update of a body is an item, known again when it comes again, and one person's messages share a group. PROVIDERS
// §11-3.
func (w Wire) batches(t *testing.T) {
	a := w.adapter(t, http.NotFoundHandler())
	updates := []Update{
		{Kind: Text, ID: "m1", Person: person, Text: "uno", At: noon},
		{Kind: Text, ID: "m2", Person: other, Text: "dos", At: noon},
		{Kind: Text, ID: "m3", Person: person, Text: "tres", At: noon},
	}
	if w.tells(Status) {
		updates = append(updates,
			Update{Kind: Status, Target: "out1", Person: person, Status: chat.StatusSent, At: noon},
			Update{Kind: Status, Target: "out1", Person: person, Status: chat.StatusDelivered, At: noon})
	}
	items, err := a.Split(w.Body(updates...))
	if err != nil || len(items) != len(updates) {
		t.Fatalf("%d items of %d updates: %v", len(items), len(updates), err)
	}
	again, err := a.Split(w.Body(updates...))
	if err != nil {
		t.Fatal(err)
	}
	groups, seen := map[string]string{}, map[string]bool{}
	for i, item := range items {
		if item.Asset != w.Asset || item.Group == "" || item.ID == "" || item.Kind == "" {
			t.Errorf("item %d cannot be routed: %+v", i, item)
		}
		name := string(item.Kind) + " " + item.ID + " " + item.State
		if seen[name] {
			t.Errorf("two items are %s", name)
		}
		seen[name] = true
		if again[i].ID != item.ID || again[i].Group != item.Group || again[i].State != item.State {
			t.Errorf("item %d is another one the second time", i)
		}
		in, err := a.Parse(item.Body, noon)
		if err != nil {
			t.Errorf("item %d: %v", i, err)
		}
		if in.Kind == chat.InboundMessage {
			groups[in.Text] = item.Group
		}
	}
	if groups["uno"] != groups["tres"] || groups["uno"] == groups["dos"] {
		t.Errorf("the groups are %v", groups)
	}
}

// capabilities: the table says something sensible about everything it names.
func (w Wire) capabilities(t *testing.T) {
	a := w.adapter(t, http.NotFoundHandler())
	able := a.Capabilities()
	if able.FirstParty != w.hosted() {
		t.Errorf("hosted is %t", able.FirstParty)
	}
	if able.MaxText <= 0 || able.Window < 0 || able.MaxCaption < 0 {
		t.Errorf("%+v", able)
	}
	for kind, limit := range able.Attachments {
		if limit.MaxSize <= 0 || len(limit.Mimes) == 0 {
			t.Errorf("%s has no limit: %+v", kind, limit)
		}
	}
	for kind, carries := range able.Captions {
		if _, known := able.Attachments[kind]; carries && (!known || able.MaxCaption == 0) {
			t.Errorf("%s carries a text of %d and may not be attached", kind, able.MaxCaption)
		}
	}
	known := false
	for _, t := range chat.ChannelTypes() {
		known = known || t == a.Type()
	}
	if !known {
		t.Errorf("nobody knows a channel %q", a.Type())
	}
}

// refusals: the desk can tell what becomes of the message and of the channel.
func (w Wire) refusals(t *testing.T) {
	if w.hosted() {
		outbound := channel.Outbound{Asset: w.Asset, To: person, Type: chat.TypeText, Text: "hola", Ref: "c.m.1"}
		for range 2 {
			if _, err := w.adapter(t, http.NotFoundHandler()).Send(t.Context(), chat.Credentials{}, outbound); err != nil {
				t.Errorf("a channel of our own refuses: %v", err)
			}
		}
		return
	}
	meanings := map[channel.ErrorClass]bool{}
	for name, refusal := range w.Refusals {
		a := w.adapter(t, refusal.Answer)
		_, err := a.Send(t.Context(), credentials, channel.Outbound{Asset: w.Asset, To: person, Type: chat.TypeText, Text: "hola", Ref: "r"})
		p := channel.Provider(err)
		if !fault.Is(err, refusal.Code) || p == nil || p.Class != refusal.Meaning {
			t.Errorf("%s: got %v and %+v, want %s and %s", name, err, p, refusal.Code, refusal.Meaning)
			continue
		}
		meanings[p.Class] = true
	}
	for _, meaning := range []channel.ErrorClass{channel.ClassMessage, channel.ClassReauthorise, channel.ClassStopped, channel.ClassUncertain} {
		if !meanings[meaning] {
			t.Errorf("no refusal means %s", meaning)
		}
	}
}
