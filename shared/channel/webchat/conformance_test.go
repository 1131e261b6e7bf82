package webchat_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/channeltest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/webchat"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

const site = "SITE0000000000000001"

// S3-02: the web chat is a channel like any other.
func TestConformance(t *testing.T) {
	t.Parallel()
	channeltest.Run(t, channeltest.Wire{
		Dial:  func(string, *http.Client) channel.Adapter { return webchat.New() },
		Asset: site,
		Tells: []channeltest.Kind{channeltest.Text, channeltest.Status},
		Requests: func(updates ...channeltest.Update) []channel.Request {
			return []channel.Request{{Body: bodies(t, updates)}}
		},
		MessageID: func(m chat.Message) string { return webchat.MessageName(m.ConversationID, m.ID) },
	})
}

// bodies are in the wire format that the function widget writes.
func bodies(t *testing.T, updates []channeltest.Update) []byte {
	t.Helper()
	body := webchat.Body{Site: site}
	for _, u := range updates {
		item := webchat.Item{Visitor: webchat.Visitor{ID: chat.VisitorID(u.Person), Name: "Visitor"}}
		switch u.Kind {
		case channeltest.Text:
			item.Kind, item.ID, item.Type, item.Text = webchat.Message, u.ID, chat.TypeText, u.Text
		case channeltest.Unknown:
			item.Kind, item.ID, item.Type, item.Text = webchat.Message, u.ID, "hologram", "3"
		case channeltest.Status:
			item.Kind, item.Target, item.Status = webchat.Receipt, u.Target, u.Status
		default:
			item.Kind, item.ID = "weather", u.ID
		}
		body.Items = append(body.Items, item)
	}
	encoded, err := webchat.Encode(body)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func TestOrigins_AnySpelling_Normalized(t *testing.T) { // S0-32
	t.Parallel()
	for given, want := range map[string]string{
		"https://Shop.Example":            "https://shop.example",
		"https://shop.example/":           "https://shop.example",
		"https://shop.example:443":        "https://shop.example",
		"https://shop.example:8443":       "https://shop.example:8443",
		" https://shop.example ":          "https://shop.example",
		"http://localhost:80":             "http://localhost",
		"http://localhost:8080":           "http://localhost:8080",
		"http://b.localhost:8080":         "http://b.localhost:8080",
		"http://127.0.0.1:8080":           "http://127.0.0.1:8080",
		"https://[2001:db8::1]:8443":      "https://[2001:db8::1]:8443",
		"https://www.ñandú.example":       "https://www.xn--and-6ma2c.example", // P09
		"https://WWW.ÑANDÚ.example":       "https://www.xn--and-6ma2c.example",
		"https://nandu\u0301.example":     "https://xn--nand-tra.example", // decomposed, as some keyboards and file systems write it
		"https://%C3%B1and%C3%BA.example": "https://xn--and-6ma2c.example",
		"https://xn--and-6ma2c.example":   "https://xn--and-6ma2c.example",
		"http://ñandú.localhost:8113":     "http://xn--and-6ma2c.localhost:8113",
		"https://straße.example":          "https://xn--strae-oqa.example", // not strasse: UTS #46 without transitional processing
		"https://tienda。example":          "https://tienda.example",
		"https://商店.example":              "https://xn--czrs0t.example",
		"https://mi_tienda.example":       "https://mi_tienda.example",
		"https://xn--a.example":           "", // no punycode
		"https://a\u202eb.example":        "",
		"http://shop.example":             "", // anybody on the way could change the page
		"https://shop.example/path":       "",
		"https://shop.example?x=1":        "",
		"https://ana@shop.example":        "",
		"https://*.shop.example":          "",
		"https://shop.example; script-x":  "",
		"shop.example":                    "",
		"ftp://shop.example":              "",
		"null":                            "",
		"":                                "",
	} {
		got, err := webchat.Origin(given)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q becomes %q, %v; want %q", given, got, err, want)
		}
	}
}

func TestSettings_Invalid_Refused(t *testing.T) { // S0-32
	t.Parallel()
	check := webchat.New().Settings
	stored, err := check([]byte(`{"origins":["https://B.example/","https://a.example","https://b.example"],"title":"Hola","color":"#1C7ED6","other":1}`))
	if err != nil || string(stored) != `{"origins":["https://a.example","https://b.example"],"title":"Hola","greeting":"","color":"#1C7ED6"}` {
		t.Errorf("stored %s, %v", stored, err)
	}
	settings, err := webchat.ReadSettings(stored)
	if err != nil || !settings.Allows("https://b.example") || settings.Allows("https://c.example") || settings.Allows("null") {
		t.Errorf("%+v, %v", settings, err)
	}
	for name, given := range map[string]string{
		"no origin": `{"origins":[]}`, "nothing": `{}`, "a colour in words": `{"origins":["https://a.example"],"color":"red"}`,
		"a long title":    `{"origins":["https://a.example"],"title":"` + strings.Repeat("á", 61) + `"}`,
		"a long greeting": `{"origins":["https://a.example"],"greeting":"` + strings.Repeat("á", 501) + `"}`,
		"no object":       `{"origins":"https://a.example"}`,
	} {
		if _, err := check([]byte(given)); !fault.Is(err, fault.Invalid) || !strings.HasPrefix(fault.As(err).Field, "settings") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSend_AnyAttempt_SameProviderID(t *testing.T) {
	t.Parallel()
	for _, ref := range []string{"C.M.1", "C.M.2"} {
		got, err := webchat.New().Send(t.Context(), nil, channel.Outbound{Ref: ref})
		if err != nil || got.ProviderID != webchat.MessageName("C", "M") {
			t.Errorf("%s has the provider id %q, %v", ref, got.ProviderID, err)
		}
	}
	if _, err := webchat.New().Send(t.Context(), nil, channel.Outbound{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a message without an id: %v", err)
	}
}

func FuzzSplitAndParse(f *testing.F) {
	f.Add([]byte(`{"site":"S","items":[{"kind":"message","visitor":{"id":"V","name":"n"},"id":"1","type":"text","text":"hola"}]}`))
	f.Add([]byte(`{"site":"S","items":[{"kind":"receipt","visitor":{"id":"V"},"target":"C.M","status":"read"},{"kind":"?","visitor":{"id":"V"}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := webchat.New().Split(channel.Request{Body: body})
		if err != nil {
			return
		}
		for _, item := range items {
			if _, err := webchat.New().Parse(item.Body, time.Unix(0, 0)); err != nil {
				t.Errorf("what was split cannot be parsed: %v", err)
			}
		}
	})
}
