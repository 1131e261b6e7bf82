package whatsapp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/whatsapp"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

const (
	number   = "710000000000001"
	person   = "5491155550101"
	token    = "business-token"
	taken    = `{"messaging_product":"whatsapp","contacts":[{"input":"5491155550101"}],"messages":[{"id":"wamid.OUT1"}]}`
	emoji    = "👩🏽‍🚀 👨‍👩‍👧‍👦 ❤️‍🔥 🏳️‍🌈"
	uploaded = `{"id":"990077"}`
)

// graph is a Graph API whose answers are given.
type graph struct {
	*httptest.Server
	mu      sync.Mutex
	calls   []call
	answers map[string][]http.HandlerFunc // by the last part of the path; the last answer repeats
}

type call struct {
	path, auth, contentType string
	body                    []byte
}

func newGraph(t *testing.T, answers map[string][]http.HandlerFunc) (*graph, *whatsapp.Adapter) {
	t.Helper()
	g := &graph{answers: answers}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	return g, whatsapp.New(g.URL, g.Client())
}

func (g *graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // a broken body shows in what the test compares
	edge := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	g.mu.Lock()
	g.calls = append(g.calls, call{path: r.URL.Path, auth: r.Header.Get("Authorization"), contentType: r.Header.Get("Content-Type"), body: body})
	queue := g.answers[edge]
	if len(queue) == 0 {
		g.mu.Unlock()
		http.NotFound(w, r)
		return
	}
	if len(queue) > 1 {
		g.answers[edge] = queue[1:]
	}
	g.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	queue[0](w, r)
}

func (g *graph) seen() []call {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]call(nil), g.calls...)
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may be gone
	}
}

func graphError(code int) string {
	return fmt.Sprintf(`{"error":{"message":"(#%d) Something","type":"OAuthException","code":%d,"error_data":{"messaging_product":"whatsapp","details":"Details of %d"},"fbtrace_id":"Ax"}}`, code, code, code)
}

func hangUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.Close() // that is the point
	}
}

func text(body string) channel.Outbound {
	return channel.Outbound{Asset: number, To: person, Type: chat.TypeText, Text: body, Ref: "01J"}
}

func file(name, mime, content string) channel.File {
	return channel.File{Name: name, Mime: mime, Size: int64(len(content)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}
}

var credentials = chat.Credentials(`{"accessToken":"` + token + `"}`)

// S0-22, S1-01, PROVIDERS §11-16: what leaves has the documented form, to whoever is known by a user id alone, too.
func TestSendText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*channel.Outbound)
		want   string
	}{
		"to a phone": {func(*channel.Outbound) {},
			`{"messaging_product":"whatsapp","recipient_type":"individual","to":"5491155550101","type":"text","biz_opaque_callback_data":"01J","text":{"body":"<Hola> & más","preview_url":false}}`},
		"to a user id": {func(m *channel.Outbound) { m.To = "AR.8812300045" },
			`{"messaging_product":"whatsapp","recipient_type":"individual","recipient":"AR.8812300045","type":"text","biz_opaque_callback_data":"01J","text":{"body":"<Hola> & más","preview_url":false}}`},
		"in answer to a message, without a reference": {func(m *channel.Outbound) { m.ReplyTo, m.Ref = "wamid.Q", "" },
			`{"messaging_product":"whatsapp","recipient_type":"individual","to":"5491155550101","type":"text","context":{"message_id":"wamid.Q"},"text":{"body":"<Hola> & más","preview_url":false}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, a := newGraph(t, map[string][]http.HandlerFunc{"messages": {answer(200, taken)}})
			message := text("<Hola> & más")
			c.change(&message)
			delivered, err := a.Send(t.Context(), credentials, message)
			if err != nil || delivered.ProviderID != "wamid.OUT1" {
				t.Fatalf("got %+v, %v", delivered, err)
			}
			got := g.seen()[0]
			if got.path != "/"+whatsapp.GraphVersion+"/"+number+"/messages" || got.auth != "Bearer "+token || got.contentType != "application/json" {
				t.Errorf("got %s with %s and %s", got.path, got.auth, got.contentType)
			}
			if strings.TrimSpace(string(got.body)) != c.want {
				t.Errorf("got  %s\nwant %s", got.body, c.want)
			}
		})
	}
}

// S1-25: an emoji of several code points comes in and goes out as it was.
func TestEmojiRoundTrip(t *testing.T) {
	t.Parallel()
	escaped, err := json.Marshal(emoji)
	if err != nil {
		t.Fatal(err)
	}
	for name, wire := range map[string]string{
		"as UTF-8":       string(escaped),
		"as Meta writes": `"\ud83d\udc69\ud83c\udffd\u200d\ud83d\ude80 \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66 \u2764\ufe0f\u200d\ud83d\udd25 \ud83c\udff3\ufe0f\u200d\ud83c\udf08"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, a := newGraph(t, map[string][]http.HandlerFunc{"messages": {answer(200, taken)}})
			items, err := a.Split(channel.Request{Body: []byte(`{"object":"whatsapp_business_account","entry":[{"changes":[{"field":"messages","value":{"messages":[{"from":"1","id":"a","type":"text","text":{"body":` + wire + `}}]}}]}]}`)})
			if err != nil {
				t.Fatal(err)
			}
			in, err := a.Parse(items[0].Body, receivedAt)
			if err != nil || in.Text != emoji {
				t.Fatalf("got %q, %v", in.Text, err)
			}
			if _, err := a.Send(t.Context(), credentials, text(in.Text)); err != nil {
				t.Fatal(err)
			}
			var sent struct{ Text struct{ Body string } }
			if err := json.Unmarshal(g.seen()[0].body, &sent); err != nil || sent.Text.Body != emoji {
				t.Errorf("sent %q, %v", sent.Text.Body, err)
			}
		})
	}
}

// S1-24, PROVIDERS §11-6: each kind of file is uploaded and sent by its id.
func TestSendFile(t *testing.T) {
	t.Parallel()
	for kind, c := range map[chat.MessageType]struct{ name, mime, text, want string }{
		chat.TypeImage:    {"foto.jpg", "image/jpeg", "¡Mirá!", `{"id":"990077","caption":"¡Mirá!"}`},
		chat.TypeVideo:    {"v.mp4", "video/mp4", "", `{"id":"990077"}`},
		chat.TypeAudio:    {"a.ogg", "audio/ogg", "", `{"id":"990077"}`},
		chat.TypeDocument: {"lista de precios.pdf", "application/pdf", "lista", `{"id":"990077","caption":"lista","filename":"lista de precios.pdf"}`},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			var form struct{ product, kind, name, mime, content string }
			upload := func(w http.ResponseWriter, r *http.Request) {
				f, header, err := r.FormFile("file")
				if err != nil {
					http.Error(w, err.Error(), http.StatusBadRequest)
					return
				}
				content, _ := io.ReadAll(f) // compared below
				form.product, form.kind = r.FormValue("messaging_product"), r.FormValue("type")
				form.name, form.mime, form.content = header.Filename, header.Header.Get("Content-Type"), string(content)
				answer(200, uploaded)(w, r)
			}
			g, a := newGraph(t, map[string][]http.HandlerFunc{"media": {upload}, "messages": {answer(200, taken)}})
			_, err := a.Send(t.Context(), credentials, channel.Outbound{
				Asset: number, To: person, Type: kind, Text: c.text, Attachments: []channel.File{file(c.name, c.mime, "bytes")},
			})
			if err != nil {
				t.Fatal(err)
			}
			if form.product != "whatsapp" || form.kind != c.mime || form.name != c.name || form.mime != c.mime || form.content != "bytes" {
				t.Errorf("uploaded %+v", form)
			}
			var sent map[string]json.RawMessage
			if err := json.Unmarshal(g.seen()[1].body, &sent); err != nil || string(sent[string(kind)]) != c.want {
				t.Errorf("sent %s, want %s (%v)", sent[string(kind)], c.want, err)
			}
		})
	}
}

func TestSend_InvalidMessage_RefusedWithoutRequest(t *testing.T) {
	t.Parallel()
	pdf := file("a.pdf", "application/pdf", "x")
	for name, c := range map[string]struct {
		message channel.Outbound
		reason  string
	}{
		"an empty text":         {channel.Outbound{Type: chat.TypeText}, "text_length"},
		"a text too long":       {channel.Outbound{Type: chat.TypeText, Text: strings.Repeat("ñ", 4097)}, "text_length"},
		"a text with a file":    {channel.Outbound{Type: chat.TypeText, Text: "a", Attachments: []channel.File{pdf}}, "attachment_in_text"},
		"a caption too long":    {channel.Outbound{Type: chat.TypeDocument, Text: strings.Repeat("ñ", 1025), Attachments: []channel.File{pdf}}, "text_length"},
		"audio with a caption":  {channel.Outbound{Type: chat.TypeAudio, Text: "a", Attachments: []channel.File{pdf}}, "no_caption"},
		"an image without file": {channel.Outbound{Type: chat.TypeImage}, "one_attachment"},
		"two files in one":      {channel.Outbound{Type: chat.TypeImage, Attachments: []channel.File{pdf, pdf}}, "one_attachment"},
		"a sticker with words":  {channel.Outbound{Type: chat.TypeSticker, Text: "a", Attachments: []channel.File{pdf}}, "no_caption"},
		"a place nowhere":       {channel.Outbound{Type: chat.TypeLocation}, "no_location"},
		"no cards":              {channel.Outbound{Type: chat.TypeContacts}, "cards"},
		"six cards":             {channel.Outbound{Type: chat.TypeContacts, Cards: make([]chat.Card, 6)}, "cards"},
		"a choice of nothing":   {channel.Outbound{Type: chat.TypeInteractive, Text: "a"}, "no_choice"},
		"a choice unasked":      {channel.Outbound{Type: chat.TypeInteractive, Interactive: &chat.Interactive{}}, "no_choice"},
		"no template":           {channel.Outbound{Type: chat.TypeTemplate}, "no_template"},
		"a picture's template":  {channel.Outbound{Type: chat.TypeTemplate, Template: &chat.TemplateRef{Format: chat.HeaderImage}}, "one_attachment"},
		"a place with a file":   {channel.Outbound{Type: chat.TypeLocation, Location: &chat.Location{}, Attachments: []channel.File{pdf}}, "one_attachment"},
		"a question":            {channel.Outbound{Type: chat.TypeQuestion, Text: "a"}, "unsupported_type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, a := newGraph(t, nil)
			_, err := a.Send(t.Context(), credentials, c.message)
			if !fault.Is(err, fault.Invalid) || fault.Reason(err) != c.reason {
				t.Errorf("got %v, want invalid %s", err, c.reason)
			}
			if calls := g.seen(); len(calls) != 0 {
				t.Errorf("something left: %+v", calls)
			}
		})
	}
}

// B-13: the provider's message is kept for the operator, and each code has its class.
func TestGraphErrors(t *testing.T) {
	t.Parallel()
	type want struct {
		code    fault.Code
		meaning channel.ErrorClass
		reason  string
		after   time.Duration
	}
	passes := want{fault.Unavailable, channel.ClassMessage, "provider_unavailable", 0}
	rate := want{fault.RateLimited, channel.ClassMessage, "provider_limit", 0}
	dead := want{fault.Forbidden, channel.ClassReauthorise, "reauthorise", 0}
	stopped := want{fault.Forbidden, channel.ClassStopped, "stopped", 0}
	final := func(reason string) want { return want{fault.Invalid, channel.ClassMessage, reason, 0} }
	table := map[int]want{
		1: passes, 2: passes, 131000: passes, 131016: passes, 133004: passes,
		4: rate, 80007: rate, 130429: rate,
		131056: {fault.RateLimited, channel.ClassMessage, "provider_limit", time.Second},
		131057: {fault.RateLimited, channel.ClassMessage, "provider_limit", time.Minute},
		0:      dead, 190: dead, 3: dead, 10: dead, 200: dead, 230: dead, 299: dead, 131005: dead,
		368: stopped, 131031: stopped, 131042: stopped, 131045: stopped, 133010: stopped, 131037: stopped, 130497: stopped, 33: stopped,
		131047: final("window_closed"), 131026: final("undeliverable"), 131050: final("opted_out"), 131048: final("spam_limit"),
		130472: final("experiment"), 131021: final("recipient_is_sender"), 131030: final("recipient_not_allowed"), 131062: final("phone_needed"),
		131049: {fault.Invalid, channel.ClassMessage, "not_now", 24 * time.Hour},
		100:    final("provider_refused"), 131008: final("provider_refused"), 131009: final("provider_refused"),
		131051: final("unsupported_type"), 132000: final("template"), 132001: final("template"), 132005: final("template"),
		132007: final("template"), 132012: final("template"), 132018: final("template"),
		132015: final("template_stopped"), 132016: final("template_stopped"),
		131052: final("media_refused"), 131053: final("media_refused"), 300: final("provider_refused"), 987654: final("provider_refused"),
	}
	for code, want := range table {
		for _, status := range []int{400, 500} { // the code decides, not the status
			t.Run(fmt.Sprintf("code %d with %d", code, status), func(t *testing.T) {
				t.Parallel()
				_, a := newGraph(t, map[string][]http.HandlerFunc{"messages": {answer(status, graphError(code))}})
				_, err := a.Send(t.Context(), credentials, text("hola"))
				checkRefusal(t, err, want.code, want.meaning)
				p := channel.Provider(err)
				if fault.Reason(err) != want.reason || p.RetryAfter != want.after {
					t.Errorf("got reason %s and %v, want %+v", fault.Reason(err), p.RetryAfter, want)
				}
				if p.Code != fmt.Sprint(code) || p.Message != fmt.Sprintf("(#%d) Something: Details of %d", code, code) {
					t.Errorf("the provider's words are %q, %q", p.Code, p.Message)
				}
			})
		}
	}
}

func checkRefusal(t *testing.T, err error, code fault.Code, meaning channel.ErrorClass) {
	t.Helper()
	p := channel.Provider(err)
	if !fault.Is(err, code) || p == nil || p.Class != meaning {
		t.Fatalf("got %v with %+v, want %s meaning %s", err, p, code, meaning)
	}
}

// B-13: a message that may have been delivered is never taken for one that was not.
func TestSend_AnswerWithoutError_ClassByStatus(t *testing.T) {
	t.Parallel()
	transient := `{"error":{"message":"Service temporarily unavailable","code":987654,"is_transient":true}}`
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		code    fault.Code
		meaning channel.ErrorClass
	}{
		"a transient error passes":               {answer(400, transient), fault.Unavailable, channel.ClassMessage},
		"502 from a proxy is uncertain":          {answer(502, "<html>Bad gateway</html>"), fault.Unavailable, channel.ClassUncertain},
		"500 with JSON of no error is uncertain": {answer(500, `{"ok":false}`), fault.Unavailable, channel.ClassUncertain},
		"an error without a code is uncertain":   {answer(500, `{"error":{"message":"?"}}`), fault.Unavailable, channel.ClassUncertain},
		"408 is uncertain":                       {answer(408, ""), fault.Unavailable, channel.ClassUncertain},
		"429 asks to slow down":                  {answer(429, ""), fault.RateLimited, channel.ClassMessage},
		"404 from a proxy is final":              {answer(404, "not here"), fault.Invalid, channel.ClassMessage},
		"a redirect is not followed":             {http.RedirectHandler("https://example.org/", http.StatusTemporaryRedirect).ServeHTTP, fault.Unavailable, channel.ClassMessage},
		"a hang-up after writing is uncertain":   {hangUp, fault.Unavailable, channel.ClassUncertain},
		"200 without an id is uncertain":         {answer(200, `{"messages":[]}`), fault.Unavailable, channel.ClassUncertain},
		"200 with half a body is uncertain":      {answer(200, `{"messages":[{"id":"wam`), fault.Unavailable, channel.ClassUncertain},
		"200 with a cut body is uncertain": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, taken) // the rest never comes
		}, fault.Unavailable, channel.ClassUncertain},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, a := newGraph(t, map[string][]http.HandlerFunc{"messages": {c.answer}})
			_, err := a.Send(t.Context(), credentials, text("hola"))
			checkRefusal(t, err, c.code, c.meaning)
		})
	}
}
