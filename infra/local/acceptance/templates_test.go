package acceptance_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/local/stack"
)

// B-12: a template can be sent when the window is closed. The customer taps its quick reply, which opens the window.
func TestTemplate_WindowClosed_Sent(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	const customer = "5491150005001"
	a.say(customer, "¿Está mi pedido?")
	v := a.only()
	templates := "/api/v1/channels/" + a.channel + "/templates"
	if code, field := a.owner.call(http.MethodPost, templates+"/sync", object{}, http.StatusConflict).fault(); code != "conflict" || field != "settings" {
		t.Errorf("without a business account it is %s of %s", code, field)
	}
	var ch struct {
		Version int64
		Health  struct{ State string }
	}
	eventually(t, func() error { // B-22: the first message came
		a.owner.get("/api/v1/channels/"+a.channel, &ch)
		return wantText(ch.Health.State, "ok")
	})
	a.owner.call(http.MethodPatch, "/api/v1/channels/"+a.channel, object{"version": ch.Version, "settings": object{"businessAccountId": whatsapp.BusinessAccount}, "credentials": object{"accessToken": accessToken}}, http.StatusOK)
	names := func(query string) (names []string) {
		var list struct {
			Items []struct{ Name, Status string }
		}
		a.owner.get(templates+query, &list)
		for _, it := range list.Items {
			names = append(names, it.Name)
		}
		return names
	}
	eventually(t, func() error { return wantCount(len(names("")), 7) }) // the change of the channel starts the sync
	if got := names("?status=approved"); !slices.Equal(got, []string{"oferta_da_semana", "order_shipped", "pedido_listo", "retomar_contacto"}) {
		t.Errorf("approved are %q", got)
	}

	a.advance(25 * time.Hour)
	messages := "/api/v1/conversations/" + v.ID + "/messages"
	if _, field := a.owner.call(http.MethodPost, messages, object{"clientId": "text", "type": "text", "text": "Ya está"}, http.StatusConflict).fault(); field != "window" {
		t.Errorf("a text is refused for its %s", field)
	}
	send := func(clientID, name, language string, body []string, status int) (m message) {
		t.Helper()
		var into any
		if status == http.StatusCreated {
			into = &m
		}
		a.owner.post(messages, object{"clientId": clientID, "type": "template", "template": object{
			"name": name, "language": language, "parameters": object{"header": []string{"Ana"}, "body": body},
		}}, status, into)
		return m
	}
	send("paused", "promo_pausada", "es", nil, http.StatusConflict)
	send("short", "pedido_listo", "es_AR", []string{"42"}, http.StatusBadRequest)
	m := send("filled", "pedido_listo", "es_AR", []string{"42", "18"}, http.StatusCreated)
	a.owner.untilMessage(v.ID, m.ID, "sent")
	sent := a.Phone.Sent()
	arrived := sent[len(sent)-1]
	if want := "Hola Ana\n\nSu pedido 42 ya está listo. Lo esperamos hasta las 18.\n\nTienda Demo"; arrived.Text != want || m.Text != want || arrived.Status == whatsapp.Failed {
		t.Errorf("the phone shows %q, and the conversation %q", arrived.Text, m.Text)
	}
	a.advance(time.Minute)
	if _, err := a.Phone.Tap(arrived.ID, "Voy en camino"); err != nil {
		t.Fatal(err)
	}
	a.owner.until(v.ID, func(v conversation) bool { return v.Preview.Text == "Voy en camino" })
	a.settle()
	all := a.owner.messages(v.ID)
	if last := all[len(all)-1]; last.Type != "interactive" || last.Direction != "in" {
		t.Errorf("the tap came as %+v", last)
	}
	again := a.owner.reply(v.ID, "¡Lo esperamos!")
	a.owner.untilMessage(v.ID, again.ID, "sent")

	// Templates that the provider no longer lists are removed.
	a.advance(time.Minute)
	if err := a.Phone.PutTemplate(whatsapp.Template{ID: "7001", Name: "nueva", Language: "es", Status: "APPROVED", Body: "Hola"}); err != nil {
		t.Fatal(err)
	}
	a.owner.post(templates+"/sync", object{}, http.StatusAccepted, nil)
	eventually(t, func() error { return wantCount(len(names("?q=nueva")), 1) })
	if err := a.Phone.ReviewTemplate("nueva", "es", "PAUSED", ""); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error { return wantCount(len(names("?q=nueva&status=paused")), 1) })
	a.owner.get("/api/v1/channels/"+a.channel, &ch)
	a.owner.call(http.MethodPatch, "/api/v1/channels/"+a.channel, object{"version": ch.Version, "settings": object{}}, http.StatusOK)
	eventually(t, func() error { return wantCount(len(names("")), 0) })
}

// B-12: quick replies arrive, and the customer's tap comes back as an answer to the message.
func TestQuickReplies_TapComesBack(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	const customer = "5491150005002"
	a.say(customer, "Hola")
	v := a.only()
	for name, test := range map[string]struct {
		offer       object
		tap, answer string
	}{
		"buttons": {object{"footer": "Tienda", "buttons": []object{{"id": "yes", "title": "Sí"}, {"id": "no", "title": "No"}}}, "no", "No"},
		"list": {object{"button": "Ver", "sections": []object{
			{"title": "A domicilio", "rows": []object{{"id": "r1", "title": "Moto", "description": "24 h"}}}, {"title": "Local", "rows": []object{{"id": "r2", "title": "Centro"}}},
		}}, "r1", "Moto\n24 h"},
	} {
		var m message
		a.owner.post("/api/v1/conversations/"+v.ID+"/messages", object{"clientId": name, "type": "interactive", "text": "¿Cómo sigue?", "interactive": test.offer}, http.StatusCreated, &m)
		a.owner.untilMessage(v.ID, m.ID, "sent")
		sent := a.Phone.Sent()
		if _, err := a.Phone.Tap(sent[len(sent)-1].ID, test.tap); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() error {
			all := a.owner.messages(v.ID)
			last := all[len(all)-1]
			return wantText(fmt.Sprint(last.Type, " ", last.Text, " ", last.ReplyTo != nil && *last.ReplyTo == m.ID), "interactive "+test.answer+" true")
		})
		a.advance(time.Second)
	}
	for name, body := range map[string]object{
		"location": {"location": object{"latitude": -34.6, "longitude": -58.4, "name": "Tienda"}},
		"contacts": {"cards": []object{{"name": "Envíos", "phones": []string{"+54 11 4000-0000"}}}},
	} {
		body["clientId"], body["type"] = name, name
		var m message
		a.owner.post("/api/v1/conversations/"+v.ID+"/messages", body, http.StatusCreated, &m)
		a.owner.untilMessage(v.ID, m.ID, "sent")
		sent := a.Phone.Sent()
		if last := sent[len(sent)-1]; last.Type != name || last.Text != m.Text {
			t.Errorf("%s arrived as %+v", name, last)
		}
	}
}

// B-14: read marks and the typing indicator reach the customer.
func TestReadMarks_ReachCustomerWithTyping(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	const customer = "5491150005003"
	first := a.say(customer, "Hola")
	v := a.only()
	a.settle()
	if marks := a.Phone.Marks(); len(marks) > 0 {
		t.Fatalf("nobody looked, and the customer was told %+v", marks)
	}
	marks := func(n int) []whatsapp.Mark {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		marks, err := a.Phone.WaitMarks(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		return marks
	}
	a.owner.does(v.ID, "read", object{})
	if got := marks(1); got[0] != (whatsapp.Mark{MessageID: first}) {
		t.Errorf("marked %+v", got)
	}
	b := a.owner.browse()
	b.view(v.ID)
	b.send(object{"action": "typing", "conversationId": v.ID, "on": true})
	b.send(object{"action": "typing", "conversationId": v.ID, "on": true})
	if got := marks(2); got[1] != (whatsapp.Mark{MessageID: first, Typing: true}) {
		t.Errorf("marked %+v", got)
	}
	second := a.say(customer, "¿Hay alguien?")
	a.owner.until(v.ID, func(v conversation) bool { return v.Preview.Text == "¿Hay alguien?" })
	a.owner.does(v.ID, "read", object{})
	if got := marks(3); got[2] != (whatsapp.Mark{MessageID: second}) {
		t.Errorf("marked %+v", got)
	}
	// A failed read mark is dropped and does not delay replies.
	if err := a.Phone.Fail(whatsapp.Fault{On: whatsapp.OnMarks, Code: 131000}); err != nil {
		t.Fatal(err)
	}
	a.say(customer, "¿Sí?")
	a.owner.until(v.ID, func(v conversation) bool { return v.Preview.Text == "¿Sí?" })
	a.owner.does(v.ID, "read", object{})
	m := a.owner.reply(v.ID, "Aquí estoy")
	a.owner.untilMessage(v.ID, m.ID, "sent")
	a.settle()
	if got := a.Phone.Marks(); len(got) != 3 {
		t.Errorf("marked %+v", got)
	}
	if n := a.dead("dead"); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// B-12: the demonstration account has templates.
func TestSeed_HasTemplates(t *testing.T) {
	t.Parallel()
	s := begin(t)
	if err := s.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := &client{s: s, t: t}
	var in signedIn
	c.post("/api/v1/auth/sign-in", object{"email": stack.DemoEmail, "password": stack.DemoPassword, "client": "api"}, http.StatusOK, &in)
	c.token = in.AccessToken
	channels := all[struct{ ID, Type string }](c, "/api/v1/channels")
	channels = slices.DeleteFunc(channels, func(ch struct{ ID, Type string }) bool { return ch.Type != "whatsapp" })
	eventually(t, func() error {
		return wantCount(len(all[struct{ Name string }](c, "/api/v1/channels/"+channels[0].ID+"/templates?limit=2")), len(s.Phone.Templates()))
	})
}
