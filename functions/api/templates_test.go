package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// B-12
func TestTemplates(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	juan, _ := owner.Employ(chat.OperatorRole, "juan@example.com")
	ch := owner.Connect("phone-1")
	path := "/api/v1/channels/" + string(ch.ID) + "/templates"
	for name, status := range map[string]chat.TemplateStatus{"beta": chat.TemplateApproved, "alfa": chat.TemplateApproved, "gama": chat.TemplatePaused} {
		it := chat.Template{
			ID: name, AccountID: ch.AccountID, ChannelID: ch.ID, Name: name, Language: "es", Category: "utility", Quality: "green", Status: status,
			Header: &chat.TemplateHeader{Format: chat.HeaderText, TemplateText: chat.NewTemplateText("Hola {{1}}")}, Body: chat.NewTemplateText("Pedido {{1}}"),
			Buttons: []chat.TemplateButton{{Type: chat.ButtonURL, Text: "Ver", Parameter: true}}, UpdatedAt: b.Clock.Now(),
		}
		if err := b.Store.PutTemplate(t.Context(), it, b.Clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	names := func(c *apitest.Client, query string) (list []string) {
		for _, it := range apitest.Into[wire.List[wire.Template]](c.Do("GET", path+query, nil), http.StatusOK).Items {
			list = append(list, it.Name)
		}
		return list
	}
	for query, want := range map[string][]string{
		"": {"alfa", "beta", "gama"}, "?status=approved": {"alfa", "beta"}, "?q=GAM": {"gama"}, "?q=nada": nil, "?limit=2": {"alfa", "beta"},
	} {
		if got := names(juan, query); !slices.Equal(got, want) {
			t.Errorf("%q shows %q, want %q", query, got, want)
		}
	}
	owner.Do("GET", path+"?status=odd", nil).WantError(http.StatusBadRequest, "invalid", "status")
	owner.Do("GET", "/api/v1/channels/none/templates", nil).WantError(http.StatusNotFound, "not_found", "")

	t.Run("are read anew when somebody asks", func(t *testing.T) {
		juan.Do("POST", path+"/sync", apitest.Fields{}).WantError(http.StatusForbidden, "forbidden", "")
		owner.Do("POST", path+"/sync", apitest.Fields{}).WantError(http.StatusConflict, "conflict", "settings")
		if got := owner.Do("POST", path+"/sync", apitest.Fields{}).Want(http.StatusConflict)["error"].(map[string]any)["reason"]; got != "no_business_account" {
			t.Errorf("the reason is %v", got)
		}
		owner.Do("PATCH", "/api/v1/channels/"+string(ch.ID), apitest.Fields{"version": ch.Version, "settings": apitest.Fields{"businessAccountId": "700"}, "credentials": apitest.Fields{"accessToken": "EAAG-secret"}}).Want(http.StatusOK)
		owner.Do("POST", path+"/sync", apitest.Fields{}).Want(http.StatusAccepted)
		if jobs := b.Jobs(chat.JobTemplates); len(jobs) != 1 || jobs[0].Subject != string(ch.ID) {
			t.Errorf("jobs %+v", jobs)
		}
	})

	id := owner.Receive(ch, "573001112233", "Luisa", "hola")
	messages := "/api/v1/conversations/" + string(id) + "/messages"
	b.Clock.Advance(25 * time.Hour)
	filled := func(clientID, name string, buttons apitest.Fields) apitest.Fields {
		return apitest.Fields{"clientId": clientID, "type": "template", "template": apitest.Fields{
			"name": name, "language": "es", "parameters": apitest.Fields{"header": []string{"Ana"}, "body": []string{"42"}, "buttons": buttons},
		}}
	}
	t.Run("pass when the window is closed", func(t *testing.T) {
		body := filled("t-1", "alfa", apitest.Fields{"0": "x"})
		m := apitest.Into[wire.Message](owner.Do("POST", messages, body), http.StatusCreated)
		if *m.Text != "Hola Ana\n\nPedido 42" || m.Template == nil || m.Template.Name != "alfa" || m.Template.Language != "es" || m.Template.Heading != "Hola Ana" || len(m.Template.Buttons) != 1 {
			t.Errorf("sent %+v of %q", m, *m.Text)
		}
		if again := apitest.Into[wire.Message](owner.Do("POST", messages, body), http.StatusOK); again.ID != m.ID { // §11-33
			t.Errorf("repeated as %s", again.ID)
		}
		body = filled("t-1", "alfa", apitest.Fields{"0": "y"})
		owner.Do("POST", messages, body).WantError(http.StatusConflict, "conflict", "clientId")
	})
	gap := func(clientID, value string) apitest.Fields {
		body := filled(clientID, "alfa", apitest.Fields{"0": "x"})
		body["template"].(apitest.Fields)["parameters"].(apitest.Fields)["body"] = []string{value}
		return body
	}
	t.Run("pass with 1024 characters of any length", func(t *testing.T) {
		owner.Do("POST", messages, gap("t-8", strings.Repeat("ñ", 1024))).Want(http.StatusCreated)
		owner.Do("POST", messages, gap("t-9", strings.Repeat("👩", 1024))).Want(http.StatusCreated)
	})
	for name, test := range map[string]struct {
		body        apitest.Fields
		status      int
		code, field string
	}{
		"one that is paused":     {filled("t-2", "gama", apitest.Fields{"0": "x"}), http.StatusConflict, "conflict", "template"},
		"one that nobody knows":  {filled("t-3", "nada", apitest.Fields{"0": "x"}), http.StatusConflict, "conflict", "template"},
		"one with other gaps":    {filled("t-4", "alfa", nil), http.StatusBadRequest, "invalid", "template.parameters"},
		"a button without place": {filled("t-5", "alfa", apitest.Fields{"first": "x"}), http.StatusBadRequest, "invalid", "template.parameters"},
		"one without name":       {filled("t-6", "", apitest.Fields{"0": "x"}), http.StatusBadRequest, "invalid", "template"},
		"a parameter too long":   {gap("t-10", strings.Repeat("ñ", 1025)), http.StatusBadRequest, "invalid", "template.parameters"},
		"a line break":           {gap("t-11", "a\nb"), http.StatusBadRequest, "invalid", "template.parameters"},
		"blanks":                 {gap("t-12", "   "), http.StatusBadRequest, "invalid", "template.parameters"},
		"no template":            {apitest.Fields{"clientId": "t-7", "type": "template"}, http.StatusBadRequest, "invalid", "template"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			owner.Do("POST", messages, test.body).WantError(test.status, test.code, test.field)
		})
	}
}

// S1-24: whatever the channel takes can be posted, with the apitest.Fields of its type and no others.
func TestPostMessage_EveryType(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	id := owner.Receive(owner.Connect("phone-1"), "573001112233", "Luisa", "hola")
	path := "/api/v1/conversations/" + string(id) + "/messages"
	upload := apitest.Into[wire.Upload](owner.Do("POST", "/api/v1/uploads", apitest.Fields{"name": "s.webp", "mime": "image/webp", "size": 100, "conversationId": id}), http.StatusCreated)
	b.Files.Put(objectOf(upload), "RIFF\x00\x00\x00\x00WEBPVP8 ")
	buttons := apitest.Fields{"buttons": []apitest.Fields{{"id": "a", "title": "Sí"}}}
	for name, test := range map[string]struct {
		body  apitest.Fields
		check func(wire.Message) bool
	}{
		"sticker":  {apitest.Fields{"attachments": []string{upload.ID}}, func(m wire.Message) bool { return m.Attachments[0].Mime == "image/webp" }},
		"location": {apitest.Fields{"location": apitest.Fields{"latitude": -34.6, "longitude": 0, "name": "Plaza"}}, func(m wire.Message) bool { return m.Location.Latitude == -34.6 && *m.Text == "Plaza" }},
		"contacts": {apitest.Fields{"cards": []apitest.Fields{{"name": "Ana", "phones": []string{"+54"}}}}, func(m wire.Message) bool { return m.Cards[0].Phones[0] == "+54" && *m.Text == "Ana" }},
		"interactive": {apitest.Fields{"text": "¿Sí?", "interactive": buttons}, func(m wire.Message) bool {
			return m.Interactive.Buttons[0] == wire.Button{ID: "a", Title: "Sí"} && m.Interactive.Sections != nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			test.body["clientId"], test.body["type"] = name, name
			m := apitest.Into[wire.Message](owner.Do("POST", path, test.body), http.StatusCreated)
			if string(m.Type) != name || !test.check(m) {
				t.Errorf("it is %+v", m)
			}
			for field, value := range map[string]any{"location": apitest.Fields{"latitude": 1, "longitude": 1}, "cards": []apitest.Fields{{"name": "a", "phones": []string{"1"}}}, "interactive": buttons, "template": apitest.Fields{"name": "a", "language": "es"}} {
				if _, its := test.body[field]; its {
					continue
				}
				more := apitest.Fields{field: value}
				for k, v := range test.body {
					more[k] = v
				}
				more["clientId"] = name + field
				owner.Do("POST", path, more).WantError(http.StatusBadRequest, "invalid", field)
			}
		})
	}
	for name, test := range map[string]struct {
		body  apitest.Fields
		field string
	}{
		"half a place":      {apitest.Fields{"type": "location", "location": apitest.Fields{"latitude": 1}}, "location"},
		"a place in space":  {apitest.Fields{"type": "location", "location": apitest.Fields{"latitude": 91, "longitude": 1}}, "location.latitude"},
		"four buttons":      {apitest.Fields{"type": "interactive", "text": "x", "interactive": apitest.Fields{"buttons": []apitest.Fields{{"id": "1", "title": "1"}, {"id": "2", "title": "2"}, {"id": "3", "title": "3"}, {"id": "4", "title": "4"}}}}, "interactive.buttons"},
		"a list of nothing": {apitest.Fields{"type": "interactive", "text": "x", "interactive": apitest.Fields{"button": "Ver"}}, "interactive"},
		"a sticker's words": {apitest.Fields{"type": "sticker", "text": "x", "attachments": []string{upload.ID}}, "text"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			test.body["clientId"] = strings.ReplaceAll(name, " ", "-")
			owner.Do("POST", path, test.body).WantError(http.StatusBadRequest, "invalid", test.field)
		})
	}
}
