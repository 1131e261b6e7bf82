package whatsapp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/whatsapp"
	"github.com/recado-chat/recado/shared/chat"
)

// outgoing are messages of the kinds that carry more than a text, by what they show.
func outgoing() map[string]channel.Outbound {
	texts := func(values ...string) []chat.TemplateParameter {
		var list []chat.TemplateParameter
		for _, value := range values {
			list = append(list, chat.TemplateParameter{Text: value})
		}
		return list
	}
	messages := map[string]channel.Outbound{
		"sticker":  {Type: chat.TypeSticker, Attachments: []channel.File{file("s.webp", "image/webp", "x")}},
		"location": {Type: chat.TypeLocation, Location: &chat.Location{Latitude: -34.6083, Longitude: -58.3712, Name: "Plaza de Mayo", Address: "Av. Yrigoyen s/n"}},
		"pin":      {Type: chat.TypeLocation, Location: &chat.Location{Latitude: 0, Longitude: -180}},
		"contacts": {Type: chat.TypeContacts, Cards: []chat.Card{
			{Name: "Ana Ruiz", Company: "Tienda", Phones: []string{"+54 9 11 4000-1234", "+54 11 4000-0000"}, Emails: []string{"ana@example.com"}},
			{Name: "Envíos & más", Emails: []string{"envios@example.com"}},
		}},
		"buttons": {Type: chat.TypeInteractive, Text: "¿Confirma el pedido?", Interactive: &chat.Interactive{
			Footer: "Tienda", Buttons: []chat.Button{{ID: "yes", Title: "Sí"}, {ID: "no", Title: "No"}},
		}},
		"list": {Type: chat.TypeInteractive, Text: "¿Cómo lo recibe?", Interactive: &chat.Interactive{Button: "Ver", Sections: []chat.Section{
			{Title: "A domicilio", Rows: []chat.Row{{ID: "r1", Title: "Moto", Description: "24 h"}, {ID: "r2", Title: "Correo"}}},
			{Title: "En el local", Rows: []chat.Row{{ID: "r3", Title: "Centro"}}},
		}}},
		"list_of_one_section": {Type: chat.TypeInteractive, Text: "¿Cuál?", Interactive: &chat.Interactive{Button: "Ver", Sections: []chat.Section{{Rows: []chat.Row{{ID: "r1", Title: "Uno"}}}}}},
		"template_plain":      {Type: chat.TypeTemplate, Template: &chat.TemplateRef{Name: "bienvenida", Language: "es"}},
		"template_text": {Type: chat.TypeTemplate, Template: &chat.TemplateRef{
			Name: "aviso", Language: "es_AR", Format: chat.HeaderText, Header: texts("Ana"), Body: texts("42", "mañana"),
			Buttons: []chat.TemplateButtonParameter{
				{Index: 0, Type: chat.ButtonQuickReply, Text: "P1"}, {Index: 1, Type: chat.ButtonURL, Text: "orden/42"}, {Index: 2, Type: chat.ButtonCopyCode, Text: "PROMO"},
			},
		}},
		"template_named": {Type: chat.TypeTemplate, Template: &chat.TemplateRef{
			Name: "aviso", Language: "pt_BR", Body: []chat.TemplateParameter{{Name: "nome", Text: "Ana"}},
		}},
		"template_location": {Type: chat.TypeTemplate, Template: &chat.TemplateRef{
			Name: "local", Language: "es", Format: chat.HeaderLocation, Header: texts("-34.6", "-58.4", "Local", "Calle 1"),
		}},
	}
	for format, f := range map[chat.TemplateFormat]channel.File{
		chat.HeaderImage: file("a.png", "image/png", "x"), chat.HeaderVideo: file("v.mp4", "video/mp4", "x"), chat.HeaderDocument: file("lista.pdf", "application/pdf", "x"),
	} {
		messages["template_"+string(format)] = channel.Outbound{
			Type: chat.TypeTemplate, Text: "what was rendered", Attachments: []channel.File{f},
			Template: &chat.TemplateRef{Name: "oferta", Language: "es", Format: format, Body: texts("Ana")},
		}
	}
	return messages
}

// B-12, S1-24, §11-6: the request for each message type has the documented body; files are sent by the id of their upload.
func TestSend_EveryType_RequestBody(t *testing.T) {
	t.Parallel()
	for name, message := range outgoing() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, a := newGraph(t, map[string][]http.HandlerFunc{"media": {answer(200, uploaded)}, "messages": {answer(200, taken)}})
			message.Asset, message.To, message.Ref = number, person, "01J"
			delivered, err := a.Send(t.Context(), credentials, message)
			if err != nil || delivered.ProviderID != "wamid.OUT1" {
				t.Fatalf("got %+v, %v", delivered, err)
			}
			calls := g.seen()
			if len(calls) != 1+len(message.Attachments) {
				t.Fatalf("%d calls", len(calls))
			}
			var got bytes.Buffer
			if err := json.Indent(&got, calls[len(calls)-1].body, "", " "); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", "sent", name+".json")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want := read(t, golden); !bytes.Equal(got.Bytes(), want) {
				t.Errorf("got\n%s\nwant\n%s", &got, want)
			}
		})
	}
}

// B-14: the customer sees what was read, and that somebody types.
func TestMarkReadAndShowTyping(t *testing.T) {
	t.Parallel()
	type call = func(ctx context.Context, credentials chat.Credentials, asset, providerID string) error
	for want, of := range map[string]func(a *whatsapp.Adapter) call{
		`{"messaging_product":"whatsapp","status":"read","message_id":"wamid.IN"}`:                                    func(a *whatsapp.Adapter) call { return a.MarkRead },
		`{"messaging_product":"whatsapp","status":"read","message_id":"wamid.IN","typing_indicator":{"type":"text"}}`: func(a *whatsapp.Adapter) call { return a.ShowTyping },
	} {
		g, a := newGraph(t, map[string][]http.HandlerFunc{"messages": {answer(200, `{"success":true}`)}})
		if err := of(a)(t.Context(), credentials, number, "wamid.IN"); err != nil {
			t.Fatal(err)
		}
		if got := g.seen()[0]; string(bytes.TrimSpace(got.body)) != want || got.path != "/"+whatsapp.GraphVersion+"/"+number+"/messages" {
			t.Errorf("got %s %s", got.path, got.body)
		}
	}
	_, a := newGraph(t, map[string][]http.HandlerFunc{"messages": {hangUp}})
	err := a.MarkRead(t.Context(), credentials, number, "wamid.IN")
	if p := channel.Provider(err); p == nil || p.Class != channel.ClassMessage {
		t.Errorf("a mark is never uncertain: %v", err)
	}
}
