// Package channeltest is the conformance suite of the channels: one call of Run, over builders of the provider's wire format.
//
// It takes each request the whole way of a webhook, through Split and Parse into a real desk, so that a mistake of an adapter shows as
// a wrong conversation. Only tests import it; it imports the port, desk and the other test kits.
package channeltest

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Kind is the kind of an update.
type Kind string

// The kinds of updates. Those that a provider does not have are left out of Wire.Tells.
const (
	Text     Kind = "text"
	Quote    Kind = "quote" // a text that quotes the message Target
	Echo     Kind = "echo"
	Status   Kind = "status"
	Reaction Kind = "reaction"
	Edit     Kind = "edit"
	Revoke   Kind = "revoke"
	Unknown  Kind = "unknown"  // a message of an unknown kind
	Elsewise Kind = "elsewise" // an update that is no message
)

// Update is one thing that a provider reports.
type Update struct {
	Kind   Kind
	ID     string // the provider's
	Person string // the address of the external user: digits
	Text   string // of a text, an echo and an edit; a reaction's emoji
	Target string // the provider's id of the message that is changed, or that the status is of
	Status chat.MessageStatus
	At     time.Time
}

// Refusal is an answer of the provider and the error that it must become.
type Refusal struct {
	Answer  http.HandlerFunc
	Code    fault.Code
	Meaning channel.ErrorClass
}

// Wire is a provider's wire format, built from its documentation. A first-party channel has no provider: it has MessageID instead of
// Sign, Forge, Opens, Takes, Refusals, Serves and Gone.
type Wire struct {
	// Dial makes the adapter over the provider's API at a URL.
	Dial        func(url string, client *http.Client) channel.Adapter
	Asset       string // the channel's external id
	Credentials chat.Credentials
	// Tells are the kinds of updates that this provider has.
	Tells []Kind
	// Form is the n-th form of the provider's id of a message; nil where an id has one form.
	Form func(id string, n int) string
	// Requests are the webhook requests in which the provider sends the updates, in order and as few as it can.
	Requests func(updates ...Update) []channel.Request
	// Sign returns the request with the proof of the sender under a secret, and Forge a signed request changed into one that the
	// provider did not send.
	Sign  func(request channel.Request, secret string) channel.Request
	Forge func(signed channel.Request) channel.Request
	// Opens answers that the credentials open the asset.
	Opens http.HandlerFunc
	// Takes answers a message of ours with the provider's id of it.
	Takes func(id string) http.HandlerFunc
	// MessageID is the id by which a first-party channel knows a message.
	MessageID func(m chat.Message) string
	// Refusals are of every class of errors that the provider has: this message alone, the token, too fast, unknown outcome, and with
	// Stops the account.
	Refusals map[string]Refusal
	Stops    bool // the provider may stop an account
	// Serves answers requests for the file of this reference with these bytes; its own address is in the request. Gone answers them
	// for a file that does not exist any more.
	Serves func(ref string, content []byte) http.Handler
	Gone   http.Handler
}

// Run runs the whole suite.
func Run(t *testing.T, w Wire) {
	t.Run("signatures", func(t *testing.T) { t.Parallel(); w.signatures(t) })
	t.Run("credentials", func(t *testing.T) { t.Parallel(); w.credentials(t) })
	t.Run("connecting", func(t *testing.T) { t.Parallel(); w.connecting(t) })
	t.Run("batches", func(t *testing.T) { t.Parallel(); w.batches(t) })
	t.Run("capabilities", func(t *testing.T) { t.Parallel(); w.capabilities(t) })
	t.Run("unknown assets", func(t *testing.T) { t.Parallel(); w.unknownAssets(t) })
	t.Run("size limits", func(t *testing.T) { t.Parallel(); w.sizeLimits(t) })
	t.Run("unknown kinds", func(t *testing.T) { t.Parallel(); w.unknownKinds(t) })
	t.Run("every order", func(t *testing.T) { t.Parallel(); w.everyOrder(t) })
	t.Run("every order around a send", func(t *testing.T) { t.Parallel(); w.aroundASend(t) })
	t.Run("quotes in every order", func(t *testing.T) { t.Parallel(); w.quotes(t) })
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

// firstParty says that the channel has no provider.
func (w Wire) firstParty() bool { return w.Takes == nil }

// form is the n-th form of an id, or the id.
func (w Wire) form(id string, n int) string {
	if w.Form == nil {
		return id
	}
	return w.Form(id, n)
}

func (w Wire) tells(kind Kind) bool { return slices.Contains(w.Tells, kind) }

// secrets are the accepted values of every secret of the deployment.
func secrets(values ...string) channel.Secrets {
	return func(string) ([]string, error) { return values, nil }
}

// split takes the requests of some updates apart.
func (w Wire) split(a channel.Adapter, updates ...Update) (items []channel.Item, err error) {
	for _, request := range w.Requests(updates...) {
		some, err := a.(channel.Splitter).Split(request)
		if err != nil {
			return nil, err
		}
		items = append(items, some...)
	}
	return items, nil
}

// signatures: only the provider's own requests pass. A first-party channel has no webhook.
func (w Wire) signatures(t *testing.T) {
	a := w.adapter(t, http.NotFoundHandler())
	receiver, receives := a.(channel.Receiver)
	if receives == w.firstParty() {
		t.Fatalf("first party: %t, and it has a webhook: %t", w.firstParty(), receives)
	}
	if w.firstParty() {
		return
	}
	request := w.Requests(Update{Kind: Text, ID: "m1", Person: person, Text: "¿qué tal? 👩‍👩‍👧", At: noon})[0]
	for name, c := range map[string]struct {
		request channel.Request
		secrets channel.Secrets
		right   bool
	}{
		"the secret":          {w.Sign(request, "s1"), secrets("s1"), true},
		"the previous secret": {w.Sign(request, "s1"), secrets("s2", "s1"), true},
		"another secret":      {w.Sign(request, "s1"), secrets("s2"), false},
		"no secret":           {w.Sign(request, ""), secrets(), false},
		"an empty secret":     {w.Sign(request, ""), secrets(""), false},
		"a forged request":    {w.Forge(w.Sign(request, "s1")), secrets("s1"), false},
		"no signature":        {request, secrets("s1"), false},
	} {
		err := receiver.Verify(c.request, c.secrets)
		if c.right && err != nil || !c.right && !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
	}
	down := func(string) ([]string, error) { return nil, fault.New(fault.Unavailable, "no parameters") }
	if err := receiver.Verify(w.Sign(request, "s1"), down); !fault.Is(err, fault.Unavailable) {
		t.Errorf("secrets that cannot be read: %v", err)
	}
}

// credentials: a client's are checked, and what is encrypted is checked no differently.
func (w Wire) credentials(t *testing.T) {
	a := w.adapter(t, http.NotFoundHandler())
	for _, wrong := range []string{`{}`, `null`, `[]`, `"token"`, `7`} {
		if _, err := a.Credentials([]byte(wrong)); !fault.Is(err, fault.Invalid) || !strings.HasPrefix(fault.As(err).Field, "credentials") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	if w.firstParty() {
		return
	}
	for _, hidden := range []string{`\n`, `\r\n`, `\t`, `\u0000`, ` `, `\u202e`} { // they would become part of a header or an address
		given := strings.Replace(string(w.Credentials), `"}`, hidden+`x"}`, 1)
		if _, err := a.Credentials([]byte(given)); !fault.Is(err, fault.Invalid) {
			t.Errorf("a token with %s: %v", hidden, err)
		}
	}
	if again, err := a.Credentials(w.Credentials); err != nil || string(again) != string(w.Credentials) {
		t.Errorf("the document became another one: %v", err)
	}
	message := channel.Outbound{Asset: w.Asset, To: person, Type: chat.TypeText, Text: "hola", Ref: "r"}
	if _, err := a.Send(t.Context(), chat.Credentials(`{"secret":"other-form"}`), message); fault.Reason(err) != "seal_broken" || strings.Contains(err.Error(), "other-form") {
		t.Errorf("credentials of another form: %v", err)
	}
}

// connecting: an asset is connected on the provider's word alone. B-22
func (w Wire) connecting(t *testing.T) {
	ask := func(answer http.HandlerFunc, asset string) (channel.Asset, error) {
		return w.adapter(t, answer).(channel.Connector).Connect(t.Context(), w.Credentials, asset, []byte(`{}`))
	}
	if _, connects := w.adapter(t, http.NotFoundHandler()).(channel.Connector); connects == w.firstParty() {
		t.Fatalf("first party: %t, and it asks a provider: %t", w.firstParty(), connects)
	}
	if w.firstParty() {
		return
	}
	if got, err := ask(w.Opens, w.Asset); err != nil || got.ExternalID != w.Asset {
		t.Errorf("connected as %q, %v, want %q", got.ExternalID, err, w.Asset)
	}
	if got, err := ask(w.Opens, w.Asset+"7"); !fault.Is(err, fault.Invalid) || fault.As(err).Field == "" {
		t.Errorf("an asset that the credentials do not open: %+v, %v", got, err)
	}
	for name, r := range w.Refusals {
		_, err := ask(r.Answer, w.Asset)
		if err == nil || r.Meaning == channel.ClassReauthorise && (!fault.Is(err, fault.Invalid) || fault.As(err).Field == "") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ask(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) }, w.Asset); err == nil || fault.Permanent(err) {
		t.Errorf("the provider is down: %v", err)
	}
}

// batches: every update is an item with the same id when it is delivered again, and one person's messages share a group. PROVIDERS
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
	items, err := w.split(a, updates...)
	if err != nil || len(items) != len(updates) {
		t.Fatalf("%d items of %d updates: %v", len(items), len(updates), err)
	}
	again, err := w.split(a, updates...)
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

// capabilities: the table has a limit for everything it names, and agrees with the interfaces.
func (w Wire) capabilities(t *testing.T) {
	a := w.adapter(t, http.NotFoundHandler())
	able := a.Capabilities()
	if able.FirstParty != w.firstParty() {
		t.Errorf("the channel is first-party: %t", able.FirstParty)
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
	_, marks := a.(channel.Marker)
	_, types := a.(channel.Typer)
	_, lists := a.(channel.TemplateLister)
	if marks != able.ReadReceipts || types != (able.Typing > 0) || lists != able.Templates {
		t.Errorf("the interfaces say receipts %t, typing %t, templates %t; the capabilities %+v", marks, types, lists, able)
	}
	if _, known := all.Offline().Of(a.Type()); !known {
		t.Errorf("no line in package all names the channel %q", a.Type())
	}
}

// refusals: every class of errors is told apart. A first-party channel refuses nothing.
func (w Wire) refusals(t *testing.T) {
	if w.firstParty() {
		outbound := channel.Outbound{Asset: w.Asset, To: person, Type: chat.TypeText, Text: "hola", Ref: "c.m.1"}
		for range 2 {
			if _, err := w.adapter(t, http.NotFoundHandler()).Send(t.Context(), nil, outbound); err != nil {
				t.Errorf("a first-party channel refuses: %v", err)
			}
		}
		return
	}
	meanings := map[channel.ErrorClass]bool{}
	for name, refusal := range w.Refusals {
		a := w.adapter(t, refusal.Answer)
		_, err := a.Send(t.Context(), w.Credentials, channel.Outbound{Asset: w.Asset, To: person, Type: chat.TypeText, Text: "hola", Ref: "r"})
		p := channel.Provider(err)
		if !fault.Is(err, refusal.Code) || p == nil || p.Class != refusal.Meaning {
			t.Errorf("%s: got %v and %+v, want %s and %s", name, err, p, refusal.Code, refusal.Meaning)
			continue
		}
		meanings[p.Class] = true
	}
	classes := []channel.ErrorClass{channel.ClassMessage, channel.ClassReauthorise, channel.ClassUncertain}
	if w.Stops {
		classes = append(classes, channel.ClassStopped)
	}
	for _, meaning := range classes {
		if !meanings[meaning] {
			t.Errorf("no refusal means %s", meaning)
		}
	}
}
