package whatsapp_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/shared/channel"
	adapter "github.com/recado-chat/recado/shared/channel/whatsapp"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func rich(kind chat.MessageType, change func(*channel.Outbound)) channel.Outbound {
	out := channel.Outbound{Asset: number, To: person, Type: kind}
	change(&out)
	return out
}

func TestSend_RichTypes_TapReplies(t *testing.T) {
	t.Parallel()
	b := newBusiness(t)
	s, base := start(t, b, func(o *whatsapp.Options) { o.Statuses.Manual = true })
	if _, err := s.SendText(person, "hola"); err != nil {
		t.Fatal(err)
	}
	a := adapter.New(base+"/graph", nil)
	texts := func(values ...string) (list []chat.TemplateParameter) {
		for _, v := range values {
			list = append(list, chat.TemplateParameter{Text: v})
		}
		return list
	}
	file := func(mime string) []channel.File {
		return []channel.File{{Name: "f", Mime: mime, Size: 5, Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("bytes")), nil }}}
	}
	for name, test := range map[string]struct {
		out   channel.Outbound
		shows func(whatsapp.Message) bool
		tap   string
		comes string // the reply to the tap
	}{
		"a sticker": {rich(chat.TypeSticker, func(o *channel.Outbound) { o.Attachments = file("image/webp") }),
			func(m whatsapp.Message) bool { return m.File != nil }, "", ""},
		"a place": {rich(chat.TypeLocation, func(o *channel.Outbound) { o.Location = &chat.Location{Latitude: -34.5, Longitude: 2, Name: "Plaza"} }),
			func(m whatsapp.Message) bool { return m.Place.Latitude == -34.5 && m.Text == "Plaza" }, "", ""},
		"contacts": {rich(chat.TypeContacts, func(o *channel.Outbound) { o.Cards = []chat.Card{{Name: "Ana", Phones: []string{"+54"}}} }),
			func(m whatsapp.Message) bool { return m.Cards[0].Name == "Ana" && m.Cards[0].Phones[0] == "+54" }, "", ""},
		"buttons": {rich(chat.TypeInteractive, func(o *channel.Outbound) {
			o.Text, o.Interactive = "¿Sí?", &chat.Interactive{Footer: "pie", Buttons: []chat.Button{{ID: "y", Title: "Sí"}, {ID: "n", Title: "No"}}}
		}), func(m whatsapp.Message) bool { return m.Text == "¿Sí?" && m.Footer == "pie" && len(m.Options) == 2 }, "n", "interactive map[button_reply:map[id:n title:No] type:button_reply]"},
		"a list": {rich(chat.TypeInteractive, func(o *channel.Outbound) {
			o.Text, o.Interactive = "¿Cuál?", &chat.Interactive{Button: "Ver", Sections: []chat.Section{{Title: "A", Rows: []chat.Row{{ID: "r1", Title: "Uno", Description: "24 h"}}}}}
		}), func(m whatsapp.Message) bool { return m.Button == "Ver" && m.Options[0].Section == "A" }, "r1", "interactive map[list_reply:map[description:24 h id:r1 title:Uno] type:list_reply]"},
		"a template": {rich(chat.TypeTemplate, func(o *channel.Outbound) {
			o.Template = &chat.TemplateRef{Name: "pedido_listo", Language: "es_AR", Format: chat.HeaderText, Header: texts("Ana"), Body: texts("42", "18")}
		}), func(m whatsapp.Message) bool {
			return m.Text == "Hola Ana\n\nSu pedido 42 ya está listo. Lo esperamos hasta las 18.\n\nTienda Demo" && m.Template == "pedido_listo"
		}, "Voy en camino", "button map[payload:Voy en camino text:Voy en camino]"},
		"a template with a payload": {rich(chat.TypeTemplate, func(o *channel.Outbound) {
			o.Template = &chat.TemplateRef{Name: "retomar_contacto", Language: "es", Buttons: []chat.TemplateButtonParameter{{Type: chat.ButtonQuickReply, Text: "P1"}}}
		}), func(m whatsapp.Message) bool { return m.Options[0].Title == "Sí, sigamos" }, "P1", "button map[payload:P1 text:Sí, sigamos]"},
		"a template with a picture": {rich(chat.TypeTemplate, func(o *channel.Outbound) {
			o.Attachments = file("image/png")
			o.Template = &chat.TemplateRef{
				Name: "oferta_da_semana", Language: "pt_BR", Format: chat.HeaderImage, Body: texts("Ana", "tudo"),
				Buttons: []chat.TemplateButtonParameter{{Type: chat.ButtonURL, Text: "x"}},
			}
		}), func(m whatsapp.Message) bool {
			return m.File != nil && m.Options[0] == whatsapp.Option{Title: "Ver oferta"}
		}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			delivered, err := a.Send(t.Context(), chat.Credentials(`{"accessToken":"`+token+`"}`), test.out)
			if err != nil {
				t.Fatal(err)
			}
			m, _ := s.Message(delivered.ProviderID)
			if m.Status != whatsapp.Accepted || m.Type != string(test.out.Type) || !test.shows(m) {
				t.Fatalf("it arrived as %+v", m)
			}
			if code, answer := post(t, base+control+"/messages/"+url.PathEscape(m.ID)+"/tap", "", `{"option":"unknown"}`); code != http.StatusBadRequest {
				t.Errorf("an unknown option is answered %d %v", code, answer)
			}
			if test.tap == "" {
				return
			}
			code, answer := post(t, base+control+"/messages/"+url.PathEscape(m.ID)+"/tap", "", fmt.Sprintf(`{"option":%q}`, test.tap))
			if code != http.StatusOK {
				t.Fatalf("got %d %v", code, answer)
			}
			if err := s.WaitIdle(timeout(t)); err != nil {
				t.Fatal(err)
			}
			seen := b.seen()
			got := seen[len(seen)-1].fields
			kind := fmt.Sprint(got["type"])
			if said := kind + " " + fmt.Sprint(got[kind]); said != test.comes {
				t.Errorf("the business received %s, want %s", said, test.comes)
			}
			if about, _ := got["context"].(map[string]any); about["id"] != m.ID {
				t.Errorf("it replies to %v", got["context"])
			}
		})
	}
}

func TestSendTemplate_Validation(t *testing.T) {
	t.Parallel()
	s, base := start(t, newBusiness(t), nil)
	if err := s.PutTemplate(whatsapp.Template{Name: "vieja", Language: "es", Status: "DISABLED", Body: "Hola"}); err != nil {
		t.Fatal(err)
	}
	body := func(n int) string {
		return fmt.Sprintf(`{"type":"body","parameters":[%s]}`, strings.Join(slices.Repeat([]string{`{"type":"text","text":"x"}`}, n), ","))
	}
	for name, test := range map[string]struct {
		template string
		code     int // 0 = accepted
	}{
		"no parameters":       {`"name":"retomar_contacto","language":{"code":"es"}`, 0},
		"all parameters":      {`"name":"order_shipped","language":{"code":"en"},"components":[` + body(1) + `,{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"7"}]}]`, 0},
		"too few parameters":  {`"name":"order_shipped","language":{"code":"en"},"components":[` + body(0) + `]`, 132000},
		"too many parameters": {`"name":"retomar_contacto","language":{"code":"es"},"components":[` + body(1) + `]`, 132000},
		"no button parameter": {`"name":"order_shipped","language":{"code":"en"},"components":[` + body(1) + `]`, 131008},
		"no header picture":   {`"name":"oferta_da_semana","language":{"code":"pt_BR"},"components":[` + body(2) + `]`, 132012},
		"an unknown language": {`"name":"order_shipped","language":{"code":"es"}`, 132001},
		"paused":              {`"name":"promo_pausada","language":{"code":"es"}`, 132015},
		"disabled":            {`"name":"vieja","language":{"code":"es"}`, 132016},
		"rejected":            {`"name":"premio","language":{"code":"es"}`, 132001},
		"without a name":      {`"language":{"code":"es"}`, 131008},
	} {
		request := `{"messaging_product":"whatsapp","to":"` + person + `","type":"template","template":{` + test.template + `}}`
		status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, request)
		if test.code == 0 && status != http.StatusOK || test.code != 0 && code(answer) != test.code {
			t.Errorf("%s: got %d %v, want %d", name, status, answer, test.code)
		}
	}
}

func TestSendInteractive_Invalid_Refused(t *testing.T) {
	t.Parallel()
	_, base := start(t, newBusiness(t), nil)
	buttons := func(n int) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`{"type":"reply","reply":{"id":"%d","title":"b%d"}}`, i, i))
		}
		return `"interactive","interactive":{"type":"button","body":{"text":"x"},"action":{"buttons":[` + strings.Join(list, ",") + `]}}`
	}
	for name, message := range map[string]string{
		"no button":               buttons(0),
		"four buttons":            buttons(4),
		"an unknown type":         `"interactive","interactive":{"type":"carousel","body":{"text":"x"},"action":{}}`,
		"a list without a button": `"interactive","interactive":{"type":"list","body":{"text":"x"},"action":{"sections":[{"rows":[{"id":"a","title":"A"}]}]}}`,
		"a list without rows":     `"interactive","interactive":{"type":"list","body":{"text":"x"},"action":{"button":"Ver"}}`,
		"latitude out of range":   `"location","location":{"latitude":"91","longitude":"0"}`,
		"an incomplete name":      `"contacts","contacts":[{"name":{"formatted_name":"Ana"}}]`,
		"an empty body":           `"interactive","interactive":{"type":"button","body":{},"action":{"buttons":[{"type":"reply","reply":{"id":"a","title":"A"}}]}}`,
		"duplicate ids":           `"interactive","interactive":{"type":"button","body":{"text":"x"},"action":{"buttons":[{"reply":{"id":"a","title":"A"}},{"reply":{"id":"a","title":"B"}}]}}`,
	} {
		status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, `{"messaging_product":"whatsapp","to":"`+person+`","type":`+message+`}`)
		if code(answer) != 131009 {
			t.Errorf("%s: got %d %v", name, status, answer)
		}
	}
}

func TestTemplates_Paging_SurviveRestart(t *testing.T) {
	t.Parallel()
	b := newBusiness(t)
	options := whatsapp.Options{}
	s, base := start(t, b, func(o *whatsapp.Options) { options = *o })
	a := adapter.New(base+"/graph", nil)
	states := map[string]chat.TemplateStatus{}
	page, next, err := a.Templates(t.Context(), chat.Credentials(`{"accessToken":"`+token+`"}`), whatsapp.BusinessAccount, "")
	if err != nil || next != "" {
		t.Fatalf("%q, %v", next, err)
	}
	for _, it := range page {
		states[it.Name] = it.Status
	}
	if want := map[string]chat.TemplateStatus{
		"pedido_listo": chat.TemplateApproved, "retomar_contacto": chat.TemplateApproved, "oferta_da_semana": chat.TemplateApproved,
		"order_shipped": chat.TemplateApproved, "promo_pausada": chat.TemplatePaused, "premio": chat.TemplateRejected, "encuesta": chat.TemplatePending,
	}; !maps.Equal(states, want) {
		t.Errorf("got %v", states)
	}
	if _, _, err := a.Templates(t.Context(), chat.Credentials(`{"accessToken":"`+token+`"}`), "1", ""); err == nil {
		t.Error("the templates of another account were returned")
	}
	if _, _, err := a.Templates(t.Context(), chat.Credentials(`{"accessToken":"other"}`), whatsapp.BusinessAccount, ""); channel.Provider(err) == nil {
		t.Errorf("without the token: %v", err)
	}
	for i := range 60 { // more than the adapter's page
		if err := s.PutTemplate(whatsapp.Template{ID: fmt.Sprint(i), Name: fmt.Sprintf("t%d", i), Language: "es", Status: "APPROVED", Body: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for cursor := ""; ; {
		page, next, err := a.Templates(t.Context(), chat.Credentials(`{"accessToken":"`+token+`"}`), whatsapp.BusinessAccount, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range page {
			seen[it.Name] = true
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	if len(seen) != 67 {
		t.Errorf("%d templates in all pages", len(seen))
	}
	if code, answer := post(t, base+control+"/templates/premio/review", "", `{"language":"es","status":"APPROVED"}`); code != http.StatusOK {
		t.Fatalf("got %d %v", code, answer)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again, _ := open(t, options)
	if i := slices.IndexFunc(again.Templates(), func(it whatsapp.Template) bool { return it.Name == "premio" }); i < 0 || again.Templates()[i].Status != "APPROVED" {
		t.Error("the review was lost")
	}
}

func TestMarkRead_EarlierMessagesToo(t *testing.T) { // B-14
	t.Parallel()
	s, base := start(t, newBusiness(t), nil)
	var ids []string
	for _, words := range []string{"uno", "dos", "tres"} {
		id, err := s.SendText(person, words)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	a := adapter.New(base+"/graph", nil)
	credentials := chat.Credentials(`{"accessToken":"` + token + `"}`)
	if err := a.MarkRead(t.Context(), credentials, number, ids[1]); err != nil {
		t.Fatal(err)
	}
	if err := a.ShowTyping(t.Context(), credentials, number, ids[1]); err != nil {
		t.Fatal(err)
	}
	marks, err := s.WaitMarks(timeout(t), 2)
	if err != nil || !slices.Equal(marks, []whatsapp.Mark{{MessageID: ids[1]}, {MessageID: ids[1], Typing: true}}) {
		t.Errorf("%+v, %v", marks, err)
	}
	for i, want := range []bool{true, true, false} {
		if m, _ := s.Message(ids[i]); (m.Status == whatsapp.Read) != want {
			t.Errorf("message %d is %s", i, m.Status)
		}
	}
	if err := s.Fail(whatsapp.Fault{On: whatsapp.OnMarks, Code: 131000}); err != nil {
		t.Fatal(err)
	}
	if status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, hello(toPhone)); status != http.StatusOK {
		t.Errorf("the fault was applied to a message: %d %v", status, answer)
	}
}

// B-22: a number's node is shown to its own token, and the business account's to the token of any of its numbers.
func TestConnect_OwnTokenOnly(t *testing.T) {
	t.Parallel()
	s, base := start(t, newBusiness(t), nil)
	if err := s.AddNumber("7102", "5491140005678", "another-token"); err != nil {
		t.Fatal(err)
	}
	a := adapter.New(base+"/graph", nil)
	for name, c := range map[string]struct{ number, token, business, field string }{
		"the number's token":     {number, token, whatsapp.BusinessAccount, ""},
		"another number's token": {number, "another-token", "", "credentials.accessToken"},
		"the other number's":     {"7102", "another-token", whatsapp.BusinessAccount, ""},
		"an invented token":      {number, "invented", "", "credentials.accessToken"},
		"an unknown number":      {"99", token, "", "externalId"},
		"an unknown account":     {number, token, "98", "settings.businessAccountId"},
	} {
		_, err := a.Connect(t.Context(), chat.Credentials(`{"accessToken":"`+c.token+`"}`), c.number, []byte(`{"businessAccountId":"`+c.business+`"}`))
		if c.field == "" && err != nil || c.field != "" && fault.As(err).Field != c.field {
			t.Errorf("%s: %v, want field %q", name, err, c.field)
		}
	}
}
