package main

import (
	"net/http"
	"net/url"
	"strings"
)

// widget is what a visitor of a site does.
func (t *traffic) widget() {
	t.nobody.get("/widget/v1/frame?site=" + t.siteCode)
	t.nobody.get("/widget/v1/frame?site=nope")
	t.nobody.get("/widget/v1/nothing")
	for _, body := range []any{"{", m{}, m{"site": "nope", "origin": site}, m{"site": t.siteCode, "origin": "https://evil.example"}} {
		t.nobody.post("/widget/v1/sessions", body)
	}
	session := t.nobody.post("/widget/v1/sessions", m{"site": t.siteCode, "origin": site})
	visitor := &user{r: t.run, name: "visitor", token: session.must("token")}
	t.visitor = visitor
	t.nobody.post("/widget/v1/sessions", m{"site": t.siteCode, "origin": site, "token": visitor.token})
	t.nobody.post("/widget/v1/sessions", m{"site": t.siteCode, "origin": "http://localhost:3000", "token": visitor.token})
	for _, path := range []string{"messages", "files", "messages?limit=0", "messages?cursor=nonsense", "messages?limit=500"} {
		t.nobody.get("/widget/v1/" + path)
		visitor.get("/widget/v1/" + path)
	}
	for _, path := range []string{"messages", "receipts", "uploads", "socket-tickets"} {
		t.nobody.post("/widget/v1/"+path, m{})
	}
	ticket := visitor.post("/widget/v1/socket-tickets", nil)
	seen := t.open(ticket.must("url"))
	t.settle()
	say := func(body any) {
		visitor.post("/widget/v1/messages", body)
		t.settle()
	}
	say(m{"clientId": "v-1", "type": "text", "text": "Hola desde el sitio", "page": m{"url": site + "/zapatos?x=1", "title": "Zapatos"}})
	say(m{"clientId": "v-1", "type": "text", "text": "Hola desde el sitio"})
	picture := t.upload(visitor, "/widget/v1/uploads", m{"name": "v.png", "mime": "image/png", "size": len(pixel)}, pixel)
	visitor.post("/widget/v1/uploads", m{"name": "v.exe", "mime": "application/x-msdownload", "size": 9})
	visitor.post("/widget/v1/uploads", m{"name": "v.png", "mime": "image/png", "size": 1 << 40})
	say(m{"clientId": "v-2", "type": "image", "text": "esta", "attachments": []string{picture}})
	for _, body := range []any{"{", m{}, m{"clientId": "a b", "type": "text", "text": "x"}, m{"clientId": "v-3", "type": "fax"}, m{"clientId": "v-3", "type": "text", "text": " "}, m{"clientId": "v-3", "type": "image"},
		m{"clientId": "v-3", "type": "text", "text": strings.Repeat("x", 70000)}, m{"clientId": "v-3", "type": "image", "attachments": []string{"nonsense"}}} {
		say(body)
	}
	t.say(seen, m{"action": "typing", "on": true})
	t.say(seen, m{"action": "ping"})
	t.say(seen, m{"action": "view"})
	history := visitor.get("/widget/v1/messages")
	conversation := history.must("items.0.conversationId")
	desk := t.watch(t.owner)
	t.say(desk, m{"action": "view", "conversationId": conversation})
	t.say(desk, m{"action": "typing", "conversationId": conversation, "on": true})
	ours := t.owner.post("/conversations/"+conversation+"/messages", m{"clientId": "w-1", "type": "text", "text": "Buenas, ¿qué talle?"})
	t.settle()
	file := t.upload(t.owner, "/uploads", m{"name": "talles.png", "mime": "image/png", "size": len(pixel), "conversationId": conversation}, pixel)
	t.owner.post("/conversations/"+conversation+"/messages", m{"clientId": "w-2", "type": "image", "attachments": []string{file}})
	t.owner.post("/conversations/"+conversation+"/messages", m{"clientId": "w-3", "type": "interactive", "text": "¿Talle?", "interactive": m{"buttons": []m{{"id": "s", "title": "S"}}}})
	t.owner.post("/conversations/"+conversation+"/messages", m{"clientId": "w-4", "type": "template", "template": m{"name": "order_ready", "language": "es_AR"}})
	t.settle()
	say(m{"clientId": "v-4", "type": "interactive", "text": "S", "replyTo": ours.must("id")})
	for _, body := range []m{{}, {"status": "sent", "conversationId": conversation}, {"status": "delivered", "conversationId": "NOPE"}, {"status": "delivered", "conversationId": conversation, "messageIds": []string{ours.must("id")}},
		{"status": "read", "conversationId": conversation, "messageIds": []string{ours.must("id"), "NOPE"}}} {
		visitor.post("/widget/v1/receipts", body)
		t.settle()
	}
	t.page(visitor, "/widget/v1/messages?limit=2")
	history = visitor.get("/widget/v1/messages?limit=100")
	messages, _ := history.decoded.(m)["items"].([]any)
	for _, message := range messages {
		attachments, _ := message.(m)["attachments"].([]any)
		for _, a := range attachments {
			query := url.Values{"conversation": {conversation}, "message": {message.(m)["id"].(string)}, "attachment": {a.(m)["id"].(string)}}
			visitor.get("/widget/v1/files?" + query.Encode())
			query.Set("attachment", "NOPE")
			visitor.get("/widget/v1/files?" + query.Encode())
		}
	}
	t.nobody.post("/widget/v1/sessions", m{"site": t.siteCode, "origin": site, "token": visitor.token})
	t.owner.get("/conversations/" + conversation + "/messages")
	t.owner.get("/conversations/" + conversation)
	t.owner.post("/conversations/"+conversation+"/resolve", nil)
	t.settle()
	say(m{"clientId": "v-5", "type": "text", "text": "sigo aquí"})
	visitor.get("/widget/v1/messages")
}

// refusals calls every route that is not public as nobody, as somebody who may only read, and as the owner of another account with
// the first one's ids.
func (t *traffic) refusals() {
	for _, route := range t.doc.operations() {
		method, pattern, _ := strings.Cut(route, " ")
		if !strings.HasPrefix(pattern, "/api/") || len(t.doc.Paths[pattern][strings.ToLower(method)].Security) == 0 {
			continue // the widget's have no operators
		}
		var body any
		if method != http.MethodGet && method != http.MethodDelete {
			body = m{}
		}
		t.nobody.do(method, t.fill(pattern), body)
		t.readonly.do(method, t.fill(pattern), body)
		t.other.do(method, t.fill(pattern), body)
		(&user{r: t.run, name: "stranger", token: "nonsense"}).do(method, t.fill(pattern), body)
	}
	t.settle()
}

// fill puts ids of the first account into a route.
func (t *traffic) fill(pattern string) string {
	parts := strings.Split(pattern, "/")
	for i := 1; i < len(parts); i++ {
		if strings.HasPrefix(parts[i], "{") {
			if parts[i] = t.ids[parts[i-1]]; parts[i] == "" {
				parts[i] = "NOPE"
			}
		}
	}
	return strings.Join(parts, "/")
}
