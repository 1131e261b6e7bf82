package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// B-12
func TestTemplates(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	owner := b.owner("ana@example.com")
	juan, _ := owner.employ(chat.OperatorRole, "juan@example.com")
	ch := owner.connect("phone-1")
	path := "/api/v1/channels/" + string(ch.ID) + "/templates"
	for name, status := range map[string]chat.TemplateStatus{"beta": chat.TemplateApproved, "alfa": chat.TemplateApproved, "gama": chat.TemplatePaused} {
		it := chat.Template{
			ID: name, AccountID: ch.AccountID, ChannelID: ch.ID, Name: name, Language: "es", Category: "utility", Status: status,
			Header: &chat.TemplateHeader{Format: chat.HeaderText, TemplateText: chat.NewTemplateText("Hola {{1}}")}, Body: chat.NewTemplateText("Pedido {{1}}"),
			Buttons: []chat.TemplateButton{{Type: chat.ButtonURL, Text: "Ver", Parameter: true}}, UpdatedAt: b.clock.Now(),
		}
		if err := b.store.PutTemplate(t.Context(), it, b.clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	names := func(c *client, query string) (list []string) {
		for _, it := range into[wire.List[wire.Template]](c.do("GET", path+query, nil), http.StatusOK).Items {
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
	owner.do("GET", path+"?status=odd", nil).wantError(http.StatusBadRequest, "invalid", "status")
	owner.do("GET", "/api/v1/channels/none/templates", nil).wantError(http.StatusNotFound, "not_found", "")

	t.Run("are read anew when somebody asks", func(t *testing.T) {
		juan.do("POST", path+"/sync", fields{}).wantError(http.StatusForbidden, "forbidden", "")
		owner.do("POST", path+"/sync", fields{}).wantError(http.StatusConflict, "conflict", "settings")
		if got := owner.do("POST", path+"/sync", fields{}).want(http.StatusConflict)["error"].(map[string]any)["reason"]; got != "no_business_account" {
			t.Errorf("the reason is %v", got)
		}
		owner.do("PATCH", "/api/v1/channels/"+string(ch.ID), fields{"version": ch.Version, "settings": fields{"businessAccountId": "700"}}).want(http.StatusOK)
		owner.do("POST", path+"/sync", fields{}).want(http.StatusAccepted)
		if jobs := b.jobs(chat.JobTemplates); len(jobs) != 1 || jobs[0].Subject != string(ch.ID) {
			t.Errorf("jobs %+v", jobs)
		}
	})

	id := owner.receive(ch, "573001112233", "Luisa", "hola")
	messages := "/api/v1/conversations/" + string(id) + "/messages"
	b.clock.advance(25 * time.Hour)
	filled := func(clientID, name string, buttons fields) fields {
		return fields{"clientId": clientID, "type": "template", "template": fields{
			"name": name, "language": "es", "parameters": fields{"header": []string{"Ana"}, "body": []string{"42"}, "buttons": buttons},
		}}
	}
	t.Run("pass when the window is closed", func(t *testing.T) {
		body := filled("t-1", "alfa", fields{"0": "x"})
		m := into[wire.Message](owner.do("POST", messages, body), http.StatusCreated)
		if *m.Text != "Hola Ana\n\nPedido 42" || m.Template == nil || *m.Template != (wire.TemplateRef{Name: "alfa", Language: "es"}) {
			t.Errorf("sent %+v of %q", m, *m.Text)
		}
		if again := into[wire.Message](owner.do("POST", messages, body), http.StatusOK); again.ID != m.ID { // §11-33
			t.Errorf("repeated as %s", again.ID)
		}
		body = filled("t-1", "alfa", fields{"0": "y"})
		owner.do("POST", messages, body).wantError(http.StatusConflict, "conflict", "clientId")
	})
	for name, test := range map[string]struct {
		body        fields
		status      int
		code, field string
	}{
		"one that is paused":     {filled("t-2", "gama", fields{"0": "x"}), http.StatusConflict, "conflict", "template"},
		"one that nobody knows":  {filled("t-3", "nada", fields{"0": "x"}), http.StatusConflict, "conflict", "template"},
		"one with other gaps":    {filled("t-4", "alfa", nil), http.StatusBadRequest, "invalid", "template.parameters"},
		"a button without place": {filled("t-5", "alfa", fields{"first": "x"}), http.StatusBadRequest, "invalid", "template.parameters"},
		"one without name":       {filled("t-6", "", fields{"0": "x"}), http.StatusBadRequest, "invalid", "template"},
		"no template":            {fields{"clientId": "t-7", "type": "template"}, http.StatusBadRequest, "invalid", "template"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			owner.do("POST", messages, test.body).wantError(test.status, test.code, test.field)
		})
	}
}

// S1-24: whatever the channel takes can be posted, with the fields of its type and no others.
func TestEveryTypeOfMessage(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	owner := b.owner("ana@example.com")
	id := owner.receive(owner.connect("phone-1"), "573001112233", "Luisa", "hola")
	path := "/api/v1/conversations/" + string(id) + "/messages"
	upload := into[wire.Upload](owner.do("POST", "/api/v1/uploads", fields{"name": "s.webp", "mime": "image/webp", "size": 100, "conversationId": id}), http.StatusCreated)
	b.files.put(objectOf(upload), blob.Info{Size: 100, Mime: "image/webp"})
	buttons := fields{"buttons": []fields{{"id": "a", "title": "Sí"}}}
	for name, test := range map[string]struct {
		body  fields
		check func(wire.Message) bool
	}{
		"sticker":  {fields{"attachments": []string{upload.ID}}, func(m wire.Message) bool { return m.Attachments[0].Mime == "image/webp" }},
		"location": {fields{"location": fields{"latitude": -34.6, "longitude": 0, "name": "Plaza"}}, func(m wire.Message) bool { return m.Location.Latitude == -34.6 && *m.Text == "Plaza" }},
		"contacts": {fields{"cards": []fields{{"name": "Ana", "phones": []string{"+54"}}}}, func(m wire.Message) bool { return m.Cards[0].Phones[0] == "+54" && *m.Text == "Ana" }},
		"interactive": {fields{"text": "¿Sí?", "interactive": buttons}, func(m wire.Message) bool {
			return m.Interactive.Buttons[0] == wire.Button{ID: "a", Title: "Sí"} && m.Interactive.Sections != nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			test.body["clientId"], test.body["type"] = name, name
			m := into[wire.Message](owner.do("POST", path, test.body), http.StatusCreated)
			if string(m.Type) != name || !test.check(m) {
				t.Errorf("it is %+v", m)
			}
			for field, value := range map[string]any{"location": fields{"latitude": 1, "longitude": 1}, "cards": []fields{{"name": "a", "phones": []string{"1"}}}, "interactive": buttons, "template": fields{"name": "a", "language": "es"}} {
				if _, its := test.body[field]; its {
					continue
				}
				more := fields{field: value}
				for k, v := range test.body {
					more[k] = v
				}
				more["clientId"] = name + field
				owner.do("POST", path, more).wantError(http.StatusBadRequest, "invalid", field)
			}
		})
	}
	for name, test := range map[string]struct {
		body  fields
		field string
	}{
		"half a place":      {fields{"type": "location", "location": fields{"latitude": 1}}, "location"},
		"a place in space":  {fields{"type": "location", "location": fields{"latitude": 91, "longitude": 1}}, "location.latitude"},
		"four buttons":      {fields{"type": "interactive", "text": "x", "interactive": fields{"buttons": []fields{{"id": "1", "title": "1"}, {"id": "2", "title": "2"}, {"id": "3", "title": "3"}, {"id": "4", "title": "4"}}}}, "interactive.buttons"},
		"a list of nothing": {fields{"type": "interactive", "text": "x", "interactive": fields{"button": "Ver"}}, "interactive"},
		"a sticker's words": {fields{"type": "sticker", "text": "x", "attachments": []string{upload.ID}}, "text"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			test.body["clientId"] = strings.ReplaceAll(name, " ", "-")
			owner.do("POST", path, test.body).wantError(http.StatusBadRequest, "invalid", test.field)
		})
	}
}
