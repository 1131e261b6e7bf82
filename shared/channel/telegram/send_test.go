package telegram_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/telegram"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

const person = "5551001"

// asked is a call that reached the Bot API.
type asked struct {
	method string
	fields map[string]string // of JSON as JSON, of a form as text
	file   string            // "name type content" of a form's file, by its part
}

// server answers every call in one way and keeps the last.
func server(t *testing.T, answers http.HandlerFunc) (*telegram.Adapter, *asked) {
	t.Helper()
	last := &asked{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*last = asked{method: strings.TrimPrefix(r.URL.Path, "/bot"+token+"/"), fields: map[string]string{}}
		if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			if err := r.ParseMultipartForm(1 << 20); err != nil {
				t.Error(err)
				return
			}
			for name, values := range r.MultipartForm.Value {
				last.fields[name] = values[0]
			}
			for name, files := range r.MultipartForm.File {
				f, err := files[0].Open()
				if err != nil {
					t.Error(err)
					return
				}
				content, err := io.ReadAll(f)
				last.file = fmt.Sprintf("%s=%s %s %s %v", name, files[0].Filename, files[0].Header.Get("Content-Type"), content, err)
			}
		} else {
			var body map[string]json.RawMessage
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				t.Error(err)
			}
			for name, value := range body {
				last.fields[name] = string(value)
			}
		}
		answers(w, r)
	}))
	t.Cleanup(s.Close)
	return telegram.New(s.URL, s.Client()), last
}

func (a asked) String() string {
	var b strings.Builder
	b.WriteString(a.method)
	for _, name := range slices.Sorted(maps.Keys(a.fields)) {
		fmt.Fprintf(&b, " %s=%s", name, a.fields[name])
	}
	if a.file != "" {
		b.WriteString(" " + a.file)
	}
	return b.String()
}

func file(name, mime, content string) []channel.File {
	return []channel.File{{Name: name, Mime: mime, Size: int64(len(content)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content)), nil
	}}}
}

var sent = ok(object{"message_id": 77, "date": 1795348800, "chat": object{"id": 5551001, "type": "private"}})

// B-50: every type of message as the Bot API wants it.
func TestSend_EveryType_AsDocumented(t *testing.T) {
	t.Parallel()
	choices := []chat.Button{{ID: "pickup", Title: "Retiro"}, {ID: "ship", Title: "Envío"}}
	for want, message := range map[string]channel.Outbound{
		`sendMessage chat_id=5551001 text="¿<b> & 👩‍👩‍👧?"`: {Type: chat.TypeText, Text: "¿<b> & 👩‍👩‍👧?"},
		`sendMessage chat_id=5551001 reply_parameters={"message_id":38,"allow_sending_without_reply":true} text="sí"`: {
			Type: chat.TypeText, Text: "sí", ReplyTo: person + ".38"},
		`sendMessage chat_id=5551001 text="a"`: {Type: chat.TypeText, Text: "a", ReplyTo: person + ".tap.38"}, // a tap is no message there
		`sendMessage chat_id=5551001 reply_markup={"inline_keyboard":[[{"text":"Retiro","callback_data":"pickup"}],[{"text":"Envío","callback_data":"ship"}]]} text="¿Cómo?\n\nHasta las 18"`: {
			Type: chat.TypeInteractive, Text: "¿Cómo?", Interactive: &chat.Interactive{Footer: "Hasta las 18", Buttons: choices}},
		`sendMessage chat_id=5551001 reply_markup={"inline_keyboard":[[{"text":"Azul","callback_data":"b"}],[{"text":"Rojo","callback_data":"r"}]]} text="¿Color?\n\nColores\nAzul: marino"`: {
			Type: chat.TypeInteractive, Text: "¿Color?", Interactive: &chat.Interactive{Button: "Ver", Sections: []chat.Section{{Title: "Colores",
				Rows: []chat.Row{{ID: "b", Title: "Azul", Description: "marino"}, {ID: "r", Title: "Rojo"}}}}}},
		`sendLocation chat_id=5551001 latitude=-34.6 longitude=0`: {Type: chat.TypeLocation, Location: &chat.Location{Latitude: -34.6}},
		`sendVenue address="Av. 1" chat_id=5551001 latitude=-34.6 longitude=-58.3 title="Local"`: {
			Type: chat.TypeLocation, Location: &chat.Location{Latitude: -34.6, Longitude: -58.3, Name: "Local", Address: "Av. 1"}},
		`sendVenue address="Local" chat_id=5551001 latitude=-34.6 longitude=-58.3 title="Local"`: {
			Type: chat.TypeLocation, Location: &chat.Location{Latitude: -34.6, Longitude: -58.3, Name: "Local"}},
		`sendContact chat_id=5551001 first_name="Leo" phone_number="+549"`: {Type: chat.TypeContacts, Cards: []chat.Card{{Name: "Leo", Phones: []string{"+549"}}}},
		`sendContact chat_id=5551001 first_name="Leo, SA" phone_number="+549" vcard="BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Leo\\, SA\r\nTEL:+549\r\nEMAIL:leo@x.example\r\nEND:VCARD\r\n"`: {
			Type: chat.TypeContacts, Cards: []chat.Card{{Name: "Leo, SA", Phones: []string{"+549"}, Emails: []string{"leo@x.example"}}}},
		`sendPhoto caption=la caja chat_id=5551001 reply_parameters={"message_id":38,"allow_sending_without_reply":true} photo=a.jpg image/jpeg JPEG <nil>`: {
			Type: chat.TypeImage, Text: "la caja", ReplyTo: person + ".38", Attachments: file("a.jpg", "image/jpeg", "JPEG")},
		`sendDocument chat_id=5551001 document=factura.pdf application/pdf %PDF <nil>`: {Type: chat.TypeDocument, Attachments: file("../factura.pdf", "application/pdf", "%PDF")},
		`sendVideo chat_id=5551001 video=v.mp4 video/mp4 MP4 <nil>`:                    {Type: chat.TypeVideo, Attachments: file("v.mp4", "video/mp4", "MP4")},
		`sendAudio chat_id=5551001 audio=a.mp3 audio/mpeg MP3 <nil>`:                   {Type: chat.TypeAudio, Attachments: file("a.mp3", "audio/mpeg", "MP3")},
		`sendVoice chat_id=5551001 voice=v.ogg audio/ogg OGG <nil>`:                    {Type: chat.TypeAudio, Attachments: file("v.ogg", "audio/ogg", "OGG")},
		`sendSticker chat_id=5551001 sticker=s.webp image/webp WEBP <nil>`:             {Type: chat.TypeSticker, Attachments: file("s.webp", "image/webp", "WEBP")},
	} {
		a, last := server(t, sent)
		message.Asset, message.To, message.Ref = bot, person, "c.m.1"
		delivered, err := a.Send(t.Context(), credentials, message)
		if err != nil || delivered.ProviderID != person+".77" || last.String() != want {
			t.Errorf("got %q %v\n     %s\nwant %s", delivered.ProviderID, err, last, want)
		}
	}
}

func TestSend_WhatTelegramNeverTakes_IsNotAsked(t *testing.T) {
	t.Parallel()
	for reason, message := range map[string]channel.Outbound{
		"recipient":        {To: "ana", Type: chat.TypeText, Text: "a"},
		"unsupported_type": {To: person, Type: chat.TypeTemplate, Template: &chat.TemplateRef{Name: "a"}},
		"one_attachment":   {To: person, Type: chat.TypeImage},
		"no_location":      {To: person, Type: chat.TypeLocation},
		"one_card":         {To: person, Type: chat.TypeContacts, Cards: make([]chat.Card, 2)},
		"phone_needed":     {To: person, Type: chat.TypeContacts, Cards: []chat.Card{{Name: "Leo", Emails: []string{"a@b.c"}}}},
		"no_interactive":   {To: person, Type: chat.TypeInteractive, Text: "a"},
		"button_id":        {To: person, Type: chat.TypeInteractive, Text: "a", Interactive: &chat.Interactive{Buttons: []chat.Button{{ID: strings.Repeat("ñ", 33), Title: "a"}}}},
	} {
		a, last := server(t, sent)
		if _, err := a.Send(t.Context(), credentials, message); !fault.Is(err, fault.Invalid) || fault.Reason(err) != reason || last.method != "" {
			t.Errorf("%s: %v, and asked %q", reason, err, last.method)
		}
	}
}

func TestSend_Refusals_SayWhy(t *testing.T) {
	t.Parallel()
	for description, want := range map[string]string{
		"Forbidden: bot was blocked by the user":          "blocked",
		"Forbidden: user is deactivated":                  "undeliverable",
		"Bad Request: chat not found":                     "undeliverable",
		"Bad Request: message is too long":                "too_long",
		"Bad Request: PHOTO_INVALID_DIMENSIONS":           "media_refused",
		"Bad Request: something that nobody has heard of": "provider_refused",
	} {
		a, _ := server(t, refused(400, description))
		_, err := a.Send(t.Context(), credentials, channel.Outbound{To: person, Type: chat.TypeText, Text: "a"})
		if p := channel.Provider(err); fault.Reason(err) != want || p == nil || p.Message != description || p.Code != "400" {
			t.Errorf("%s: %v, %+v", description, err, p)
		}
	}
	a, _ := server(t, answer(429, `{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}}`))
	_, err := a.Send(t.Context(), credentials, channel.Outbound{To: person, Type: chat.TypeText, Text: "a"})
	if p := channel.Provider(err); p == nil || p.RetryAfter != 35*time.Second {
		t.Errorf("too fast: %+v", p)
	}
}

// The token is in every address: whatever fails, no error repeats it.
func TestErrors_NeverShowTheToken(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	t.Cleanup(slow.Close)
	lost := httptest.NewServer(http.HandlerFunc(hangUp))
	t.Cleanup(lost.Close)
	odd := httptest.NewServer(answer(200, `{"ok":true,"result":{"file_path":"a\u0000b","message_id":"x"}}`))
	t.Cleanup(odd.Close)
	away := httptest.NewServer(http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound))
	t.Cleanup(away.Close)
	for name, base := range map[string]string{"nobody": gone.URL, "slow": slow.URL, "lost": lost.URL, "odd": odd.URL, "redirect": away.URL, "no URL": "http://[::1"} {
		a := telegram.New(base, &http.Client{Timeout: 200 * time.Millisecond})
		_, sendErr := a.Send(t.Context(), credentials, channel.Outbound{To: person, Type: chat.TypeText, Text: "a"})
		_, fileErr := a.Send(t.Context(), credentials, channel.Outbound{To: person, Type: chat.TypeImage, Attachments: file("a", "image/png", "PNG")})
		_, fetchErr := a.Fetch(t.Context(), credentials, bot, "ref")
		_, connectErr := a.Connect(t.Context(), credentials, "", nil)
		for call, err := range map[string]error{"send": sendErr, "send a file": fileErr, "fetch": fetchErr, "connect": connectErr} {
			if err == nil && name != "odd" || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, errors.Unwrap(err)), "AAFake") {
				t.Errorf("%s, %s: %v", name, call, err)
			}
		}
		if p := channel.Provider(sendErr); (name == "slow" || name == "lost") && (p == nil || p.Class != channel.ClassUncertain) || name == "nobody" && (p == nil || p.Class != channel.ClassMessage) {
			t.Errorf("%s: %v", name, sendErr)
		}
	}
}

// A file whose source fails is ours to repeat, and was not sent.
func TestSend_SourceFails_MayPass(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	t.Cleanup(s.Close)
	a := telegram.New(s.URL, s.Client())
	broken := file("a.pdf", "application/pdf", "%PDF")
	broken[0].Open = func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(bytes.NewReader([]byte("%P")), failing{})), nil
	}
	_, err := a.Send(t.Context(), credentials, channel.Outbound{To: person, Type: chat.TypeDocument, Attachments: broken})
	if fault.Permanent(err) || channel.Provider(err) != nil {
		t.Errorf("got %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("no S3") }

func TestShowTyping(t *testing.T) {
	t.Parallel()
	a, last := server(t, ok(true))
	if err := a.ShowTyping(t.Context(), credentials, bot, person+".12"); err != nil || last.String() != `sendChatAction action="typing" chat_id=5551001` {
		t.Errorf("%s, %v", last, err)
	}
	if err := a.ShowTyping(t.Context(), credentials, bot, "x"); !fault.Is(err, fault.Invalid) {
		t.Errorf("a message without a chat: %v", err)
	}
}
