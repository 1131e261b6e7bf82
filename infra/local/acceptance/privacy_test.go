package acceptance_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

func escaped(q string) string { return url.QueryEscape(q) }

// publicRoutes are the routes with ids that answer anybody, and why.
var publicRoutes = map[string]string{
	"/widget/v1/pictures/{account}/{name}": "visitors of the account's sites see the pictures of its operators",
}

// Bar 9: another account gets 404 for every id of this one, on every route that the API describes.
func TestPrivacy_OtherAccount_NotFound(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a, b := s.open("UTC"), s.open("UTC")
	var stores list[struct{ ID string }]
	a.owner.get("/api/v1/stores", &stores)
	person := a.operator("Secreto", object{"storeIds": []string{stores.Items[0].ID}})
	a.deliver(whatsapp.Incoming{From: "5491150011001", Type: "image", Text: "privado", File: &whatsapp.Upload{Name: "x.png", Mime: "image/png", Content: files[0].content}})
	v := a.from("privado")
	m := a.owner.reply(v.ID, "en privado")
	s.settle()
	var sessions list[struct{ ID string }]
	a.owner.get("/api/v1/sessions", &sessions)

	a.verify()
	invited := a.invite("readonly", nil, unique("secreta")+"@recado.example")[0].Invitation.ID

	ids := map[string]string{
		"conversations": v.ID, "contacts": v.Contact.ID, "channels": a.channel, "operators": person.id, "sessions": sessions.Items[0].ID,
		"invitations": invited,
	}
	walked := 0
	for _, r := range a.routes() {
		if !strings.Contains(r.path, "{") {
			continue
		}
		if (publicRoutes[r.path] != "") != r.public {
			t.Errorf("%s %s: described as public: %t, want %t", r.method, r.path, r.public, !r.public)
		}
		if r.public {
			continue
		}
		noun := strings.Split(strings.TrimPrefix(r.path, "/api/v1/"), "/")[0]
		if ids[noun] == "" {
			t.Fatalf("no id to try on %s", r.path)
		}
		path := strings.NewReplacer("{id}", ids[noun], "{messageId}", m.ID, "{attachmentId}", "1").Replace(r.path)
		got, err := b.owner.try(r.method, path, object{
			"operatorId": b.owner.id, "version": 1, "clientId": "c", "type": "text", "text": "x", "readUpTo": m.ID, "name": "otro",
		})
		if err != nil {
			t.Fatal(err)
		}
		walked++
		if code, _ := got.fault(); got.status != http.StatusNotFound || code != "not_found" {
			t.Errorf("%s %s was answered %d %s", r.method, r.path, got.status, got.body)
		}
	}
	if walked < 20 {
		t.Errorf("only %d routes were tried", walked)
	}
	// Ids in bodies and in queries of lists.
	b.owner.call(http.MethodPut, "/api/v1/distribution", object{"mode": "manager", "managerId": person.id}, http.StatusNotFound)
	b.owner.call(http.MethodPost, "/api/v1/uploads", object{"name": "x.png", "mime": "image/png", "size": 5, "conversationId": v.ID}, http.StatusNotFound)
	for token, want := range map[string]struct {
		status int
		field  string
	}{"x": {http.StatusBadRequest, "credentials.accessToken"}, accessToken: {http.StatusConflict, "externalId"}} {
		got := b.owner.call(http.MethodPost, "/api/v1/channels", object{
			"type": "whatsapp", "name": "robado", "externalId": a.number, "credentials": object{"accessToken": token},
		}, want.status)
		if _, field := got.fault(); field != want.field {
			t.Errorf("a claimed number got %s", got.body)
		}
	}
	for _, path := range []string{
		"/api/v1/conversations?status=all", "/api/v1/conversations?status=all&assignee=" + person.id, "/api/v1/conversations?status=all&channelId=" + a.channel,
		"/api/v1/conversations?status=all&q=5491150011001", "/api/v1/contacts?q=5491150011001",
	} {
		got, err := b.owner.try(http.MethodGet, path, nil)
		if err != nil || strings.Contains(string(got.body), v.ID) || strings.Contains(string(got.body), v.Contact.ID) {
			t.Errorf("%s was answered %d %s, %v", path, got.status, got.body, err)
		}
	}
	// A socket of another account gets no frames, even if it asks to view the conversation.
	ear := b.owner.browse()
	ear.send(object{"action": "view", "conversationId": v.ID})
	ear.send(object{"action": "ping"})
	ear.told("pong", func(frame) bool { return true })
	a.owner.reply(v.ID, "nadie escucha")
	s.settle()
	if n := ear.count("message.upserted", func(frame) bool { return true }) + ear.count("conversation.upserted", func(frame) bool { return true }); n != 0 {
		t.Errorf("another account's socket got %d frames", n)
	}
	// A request without a session gets 401.
	nobody := &client{s: s, t: t}
	nobody.call(http.MethodGet, "/api/v1/conversations/"+v.ID, nil, http.StatusUnauthorized)
}

// Bar 9: the functions' log holds no token, phone, address, text or password.
func TestPrivacy_LogsHoldNoPersonalData(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := s.open("UTC")
	const phone, name, text, reply = "5491150012345", "Filomena Quiroga", "mi clave es azucena", "no se la diga a nadie: azucena"
	if err := s.Phone.PutCustomer(whatsapp.Customer{Phone: phone, Name: name, UserID: "AR.99887766554433"}); err != nil {
		t.Fatal(err)
	}
	b := a.owner.browse()
	a.say(phone, text)
	v := a.from(text)
	b.view(v.ID)
	b.send(object{"action": "typing", "conversationId": v.ID, "on": true})
	b.send(object{"action": text})
	m := a.owner.reply(v.ID, reply)
	a.owner.untilMessage(v.ID, m.ID, "sent")
	a.deliver(whatsapp.Incoming{From: phone, Type: "image", Text: text, File: &whatsapp.Upload{Name: "azucena.png", Mime: "image/png", Content: files[0].content}})
	s.settle()
	// Failures are logged too.
	for _, f := range []whatsapp.Fault{
		{Code: 131009, Message: "bad recipient " + phone}, {Do: whatsapp.DoStatus}, {Do: whatsapp.DoDrop}, {Code: 190, Message: "token " + accessToken + " is dead"},
	} {
		if err := s.Phone.Fail(f); err != nil {
			t.Fatal(err)
		}
		a.owner.reply(v.ID, reply)
		s.settle()
	}
	for _, odd := range nasty(a.number) {
		body := []byte(strings.ReplaceAll(odd, `"549"`, `"`+phone+`"`))
		if _, err := s.deliverRaw(body, "application/json", signature(secret, body)); err != nil {
			t.Fatal(err)
		}
	}
	unknown := payload(t, value("719999999999999", []any{textOf(phone, "wamid.unknown", text, s.Clock.Now())}, nil, person(phone, name)))
	if _, err := s.Phone.Post(t.Context(), unknown); err != nil {
		t.Fatal(err)
	}
	a.owner.conversations("status=all&q=" + phone)
	a.owner.conversations("status=all&q=" + escaped(name))
	nobody := &client{s: s, t: t}
	const wrong = "equivocada-contraseña"
	nobody.call(http.MethodPost, "/api/v1/auth/sign-in", object{"email": a.email, "password": wrong}, http.StatusUnauthorized)
	nobody.call(http.MethodPost, "/api/v1/auth/forgot", object{"email": a.email}, http.StatusAccepted)
	reset := s.mailed(a.email, "reset")
	nobody.call(http.MethodPost, "/api/v1/auth/reset", object{"token": reset, "password": password + "2"}, http.StatusNoContent)
	cookie := s.signIn(a.email, password+"2")
	if _, err := nobody.try(http.MethodGet, "/socket?ticket="+reset, nil); err != nil {
		t.Fatal(err)
	}
	s.settle()

	_, session, _ := strings.Cut(cookie.cookie, "=")
	log := s.log.String()
	if len(log) < 1_000 {
		t.Fatalf("the log has %d bytes", len(log))
	}
	secrets := map[string]string{
		"a phone": phone, "the local part of a phone": "1150012345", "a user id": "AR.99887766554433", "a name": "Filomena", "a text": "azucena",
		"an address": a.email, "a password": password, "a wrong password": wrong, "a provider's token": accessToken, "a session": session,
		"an API client's session": a.owner.token, "a reset link's token": reset, "the app's secret": secret, "the verify token": "local-verify-token",
	}
	for what, secret := range secrets {
		for line := range strings.Lines(log) {
			if strings.Contains(line, secret) {
				t.Errorf("%s is in the log: %s", what, strings.TrimSpace(line))
				break
			}
		}
	}
}
