package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/coder/websocket"
)

const recordedBodies = "shared/channel/whatsapp/testdata/*.json"

// post sends a body as the provider does, signed with a secret.
func (t *traffic) webhook(secret string, body []byte) {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	t.nobody.with("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil))).post("/webhooks/whatsapp", body)
	t.settle()
}

// change sends one change of the number.
func (t *traffic) change(field string, value m) {
	value["messaging_product"] = "whatsapp"
	value["metadata"] = m{"display_phone_number": "5491140001234", "phone_number_id": number}
	body, err := json.Marshal(m{"object": "whatsapp_business_account", "entry": []m{{"id": business, "time": t.now().Unix(), "changes": []m{{"field": field, "value": value}}}}})
	if err != nil {
		panic(err)
	}
	t.webhook(appSecret, body)
}

// says sends a message of a person and returns its id. The content is that of its type.
func (t *traffic) says(from, name, kind string, content any, more ...m) string {
	t.messages++
	id := fmt.Sprintf("wamid.in.%d", t.messages)
	message := m{"from": from, "id": id, "timestamp": fmt.Sprint(t.now().Unix()), "type": kind, kind: content}
	for _, fields := range more {
		for key, value := range fields {
			message[key] = value
		}
	}
	t.change("messages", m{"contacts": []m{{"profile": m{"name": name}, "wa_id": from}}, "messages": []m{message}})
	return id
}

func (t *traffic) status(id, status string, more m) {
	s := m{"id": id, "status": status, "timestamp": fmt.Sprint(t.now().Unix()), "recipient_id": "5491155550001"}
	for key, value := range more {
		s[key] = value
	}
	t.change("messages", m{"statuses": []m{s}})
}

func textOf(body string) m { return m{"body": body} }

// watch opens a socket for an operator who looks at the lists.
func (t *traffic) watch(u *user) *socket {
	a := u.post("/socket-tickets", nil)
	s := t.open(a.must("url"))
	t.say(s, m{"action": "view", "conversationId": nil})
	t.settle()
	return s
}

// webhooks is what people write over WhatsApp.
func (t *traffic) webhooks() {
	for _, path := range []string{"whatsapp?hub.mode=subscribe&hub.challenge=17&hub.verify_token=" + verifyToken, "whatsapp?hub.mode=subscribe&hub.challenge=17&hub.verify_token=x", "fax"} {
		t.nobody.get("/webhooks/" + path)
	}
	t.nobody.post("/webhooks/whatsapp", m{})
	t.nobody.post("/webhooks/fax", m{})
	t.webhook("another-secret", []byte(`{"object":"whatsapp_business_account"}`))
	t.webhook(appSecret, []byte(`{"object":`))
	t.webhook(appSecret, []byte(`{"object":"page","entry":[]}`))

	seen := t.watch(t.owner)
	t.watch(t.operator)
	ana, luis, eva := "5491155550001", "5491155550002", "5491155550003"
	first := t.says(ana, "Ana Pérez", "text", textOf("Hola, ¿tienen stock?"))
	t.conversation = t.owner.get("/conversations?q=Ana").must("items.0.id")
	t.ids["conversations"] = t.conversation
	t.ids["contacts"] = t.owner.get("/conversations/" + t.conversation).must("contact.id")
	t.say(seen, m{"action": "ping"})
	t.say(seen, m{"action": "view", "conversationId": t.conversation})
	t.say(seen, m{"action": "typing", "conversationId": t.conversation, "on": true})
	t.say(seen, m{"action": "nonsense"})
	t.says(ana, "Ana Pérez", "image", m{"id": "media-1", "mime_type": "image/png", "caption": "esta"})
	t.says(ana, "Ana Pérez", "document", m{"id": "media-2", "mime_type": "application/pdf", "filename": "pedido.pdf"})
	t.says(ana, "Ana Pérez", "audio", m{"id": "media-gone", "mime_type": "audio/ogg", "voice": true})
	t.says(ana, "Ana Pérez", "sticker", m{"id": "media-3", "mime_type": "image/webp"})
	t.says(ana, "Ana Pérez", "video", m{"mime_type": "video/mp4"})
	t.says(ana, "Ana Pérez", "location", m{"latitude": -34.6, "longitude": -58.4, "name": "Obelisco", "address": "9 de Julio"})
	t.says(ana, "Ana Pérez", "contacts", []m{{"name": m{"formatted_name": "Leo"}, "phones": []m{{"phone": "+54 11 4000"}}, "emails": []m{{"email": "leo@x.example"}}, "org": m{"company": "ACME"}}})
	quoted := t.says(ana, "Ana Pérez", "text", textOf("sobre esto"), m{"context": m{"id": first}})
	t.says(ana, "Ana Pérez", "interactive", m{"type": "button_reply", "button_reply": m{"id": "yes", "title": "Sí"}})
	t.says(ana, "Ana Pérez", "interactive", m{"type": "list_reply", "list_reply": m{"id": "r1", "title": "Uno", "description": "el primero"}})
	t.says(ana, "Ana Pérez", "button", m{"text": "Voy", "payload": "voy"})
	t.says(ana, "Ana Pérez", "order", m{"text": "gracias", "product_items": []m{{"product_retailer_id": "sku", "quantity": 2, "item_price": 10, "currency": "ARS"}}})
	t.says(ana, "Ana Pérez", "hologram", m{})
	t.says(ana, "Ana Pérez", "reaction", m{"message_id": first, "emoji": "👍"})
	t.says(ana, "Ana Pérez", "edit", m{"original_message_id": quoted, "message": m{"type": "text", "text": textOf("sobre esto, digo")}})
	t.says(ana, "Ana Pérez", "revoke", m{"original_message_id": first})
	t.says(ana, "Ana Pérez", "text", textOf("vengo de un aviso"), m{"referral": m{"source_url": "https://fb.example/ad", "source_id": "77", "source_type": "ad", "headline": "Oferta", "body": "50%"}})
	t.says(luis, "Luis Gómez", "text", textOf("Buenas"))
	t.says(eva, "Eva Sosa", "text", textOf("refuse me"))
	again := m{"from": luis, "id": "wamid.twice", "timestamp": fmt.Sprint(t.now().Unix()), "type": "text", "text": textOf("una vez")}
	for range 2 {
		t.change("messages", m{"contacts": []m{{"profile": m{"name": "Luis Gómez"}, "wa_id": luis}}, "messages": []m{again}})
	}
	t.change("smb_message_echoes", m{"message_echoes": []m{{"from": "5491140001234", "to": luis, "id": "wamid.echo.1", "timestamp": fmt.Sprint(t.now().Unix()), "type": "text", "text": textOf("desde el teléfono")}}})
	t.change("account_update", m{"event": "VERIFIED"})
	t.change("message_template_status_update", m{"event": "PAUSED", "message_template_id": 1, "message_template_name": "aviso", "message_template_language": "es_AR", "reason": "NONE"})
	t.change("message_template_quality_update", m{"new_quality_score": "YELLOW", "message_template_name": "aviso", "message_template_language": "es_AR"})
	t.operator.get("/channels/" + t.channel + "/templates")
	t.advance(20 * time.Minute) // what failed for now is tried again
	messages := t.owner.get("/conversations/" + t.conversation + "/messages?limit=100")
	list, _ := messages.decoded.(m)["items"].([]any)
	for _, message := range list {
		attachments, _ := message.(m)["attachments"].([]any)
		for _, a := range attachments {
			if at, ok := a.(m)["url"].(string); ok {
				t.owner.do("GET", at, nil)
				t.nobody.do("GET", t.owner.unrecorded("GET", at+"?download=true", nil).header.Get("Location"), nil)
				t.ids["attachments"] = at[strings.LastIndex(at, "/")+1:]
				t.ids["messages"], _ = message.(m)["id"].(string)
			}
		}
	}
	t.owner.get("/conversations/" + t.conversation + "/messages/" + t.ids["messages"])
	t.owner.get("/conversations/" + t.conversation + "/messages/NOPE")
	t.owner.get("/conversations/" + t.conversation + "/messages/" + t.ids["messages"] + "/attachments/NOPE")
	t.owner.get("/conversations/" + t.conversation + "/events?limit=100")
}

// replies is what operators answer.
func (t *traffic) replies() {
	at := "/conversations/" + t.conversation
	n := 0
	reply := func(u *user, fields m) answer {
		n++
		body := m{"clientId": fmt.Sprintf("client-%d", n)}
		for key, value := range fields {
			body[key] = value
		}
		a := u.post(at+"/messages", body)
		t.settle()
		return a
	}
	picture := t.upload(t.owner, "/uploads", m{"name": "foto.png", "mime": "image/png", "size": len(pixel), "conversationId": t.conversation}, pixel)
	paper := t.upload(t.owner, "/uploads", m{"name": "nota.txt", "mime": "text/plain", "size": 5, "conversationId": t.conversation}, []byte("hello"))
	for _, body := range []m{{}, {"name": "x", "mime": "image/png", "size": 0}, {"name": "x", "mime": "x", "size": 1}, {"name": "x", "mime": "application/zip", "size": 1, "conversationId": t.conversation},
		{"name": "x", "mime": "image/png", "size": 1 << 30, "conversationId": t.conversation}, {"name": "x", "mime": "image/png", "size": 1, "conversationId": "NOPE"}, {"name": "x", "mime": "image/png", "size": 1, "purpose": "x"}} {
		t.owner.post("/uploads", body)
	}
	absent := t.owner.with("Idempotency-Key", "upload-1").post("/uploads", m{"name": "y.png", "mime": "image/png", "size": 9, "conversationId": t.conversation})
	sent := reply(t.owner, m{"type": "text", "text": "Sí, tenemos"})
	t.owner.post(at+"/messages", m{"clientId": "client-1", "type": "text", "text": "Sí, tenemos"})
	reply(t.owner, m{"type": "text", "text": "citado", "replyTo": t.ids["messages"]})
	reply(t.operator, m{"type": "image", "text": "mire", "attachments": []string{picture}})
	reply(t.owner, m{"type": "document", "attachments": []string{paper}})
	reply(t.owner, m{"type": "location", "location": m{"latitude": -34.6, "longitude": -58.4, "name": "Local"}})
	reply(t.owner, m{"type": "contacts", "cards": []m{{"name": "Leo", "company": "ACME", "phones": []string{"+54 11"}, "emails": []string{"leo@x.example"}}}})
	reply(t.owner, m{"type": "interactive", "text": "¿Cuál?", "interactive": m{"footer": "pie", "buttons": []m{{"id": "a", "title": "A"}, {"id": "b", "title": "B"}}}})
	reply(t.owner, m{"type": "interactive", "text": "¿Cuál?", "interactive": m{"button": "Ver", "sections": []m{{"title": "S", "rows": []m{{"id": "a", "title": "A", "description": "d"}}}}}})
	reply(t.owner, m{"type": "template", "template": m{"name": "order_ready", "language": "es_AR", "parameters": m{"header": []string{"Ana"}, "body": []string{"17", "20 h"}, "buttons": m{"1": "17"}}}})
	undeliverable := reply(t.owner, m{"type": "text", "text": "refuse-undeliverable"})
	reply(t.owner, m{"type": "text", "text": "refuse-ours"})
	reply(t.owner, m{"type": "text", "text": "refuse-window"})
	reply(t.owner, m{"type": "text", "text": "refuse-once"})
	for _, body := range []m{{}, {"type": "fax"}, {"type": "text"}, {"type": "text", "text": strings.Repeat("é", 4097)}, {"type": "text", "text": "x", "clientId": "a b"}, {"type": "text", "text": "x", "attachments": []string{picture}},
		{"type": "text", "text": "x", "replyTo": "NOPE"}, {"type": "image"}, {"type": "image", "attachments": []string{"nonsense"}}, {"type": "image", "attachments": []string{absent.must("id")}}, {"type": "audio", "attachments": []string{picture}},
		{"type": "location"}, {"type": "location", "location": m{"latitude": 91, "longitude": 0}}, {"type": "contacts"}, {"type": "contacts", "cards": []m{{"name": "Leo"}}}, {"type": "interactive", "text": "x"},
		{"type": "interactive", "text": "x", "interactive": m{"buttons": []m{{"id": "a", "title": "A"}, {"id": "a", "title": "B"}}}}, {"type": "interactive", "text": "x", "interactive": m{"sections": []m{{"rows": []m{{"id": "a", "title": "A"}}}}}},
		{"type": "template"}, {"type": "template", "template": m{"name": "offer", "language": "pt_BR"}}, {"type": "template", "template": m{"name": "order_ready", "language": "es_AR"}}, {"type": "template", "template": m{"name": "nope", "language": "es"}}} {
		reply(t.owner, body)
	}
	t.owner.post(at+"/messages", "{")
	t.advance(20 * time.Minute)
	providerID := func(text string) string { // what the provider called the message with this text
		for i, call := range t.graph.calls {
			if strings.Contains(show(call["body"]), text) {
				return fmt.Sprintf("wamid.out.%d", 1+sentBefore(t.graph.calls[:i]))
			}
		}
		panic("nothing was sent with " + text)
	}
	ours := providerID("Sí, tenemos")
	for _, status := range []string{"sent", "read", "delivered"} {
		t.status(ours, status, nil)
	}
	t.status(providerID("citado"), "failed", m{"errors": []m{{"code": 131049, "title": "Not now", "message": "Not now"}}})
	t.status("wamid.unknown", "delivered", nil)
	t.says("5491155550001", "Ana Pérez", "reaction", m{"message_id": ours, "emoji": "🧡"})
	t.says("5491155550001", "Ana Pérez", "text", textOf("cito lo suyo"), m{"context": m{"id": ours}})
	t.owner.post(at+"/messages/"+undeliverable.must("id")+"/retry", nil)
	t.owner.post(at+"/messages/"+sent.must("id")+"/retry", nil)
	t.owner.post(at+"/messages/NOPE/retry", nil)
	t.settle()
	t.owner.get(at + "/messages/" + sent.must("id"))
	t.owner.get(at + "/messages?limit=100")

	dead := t.owner.get("/channels/" + t.channel)
	t.owner.patch("/channels/"+t.channel, m{"credentials": m{"accessToken": "dead-token"}, "version": dead.version()})
	t.advance(time.Minute) // past what functions keep of the channel
	time.Sleep(callerKept)
	reply(t.owner, m{"type": "text", "text": "con clave muerta"})
	dead = t.owner.get("/channels/" + t.channel)
	reply(t.owner, m{"type": "text", "text": "espera"})
	t.owner.patch("/channels/"+t.channel, m{"credentials": m{"accessToken": "good-token"}, "version": dead.version()})
	t.settle()
	t.advance(20 * time.Minute)
	t.owner.get("/channels/" + t.channel)
	t.owner.get(at + "/messages?limit=100")
}

// sentBefore counts what the provider gave a name for.
func sentBefore(calls []m) (n int) {
	for _, call := range calls {
		path, body := call["path"].(string), show(call["body"])
		if strings.HasSuffix(path, "/media") || strings.HasSuffix(path, "/messages") && !strings.Contains(body, `"status":"read"`) && !strings.Contains(body, "refuse-") {
			n++
		}
	}
	return n
}

// verbs changes conversations.
func (t *traffic) verbs() {
	at := "/conversations/" + t.conversation
	operators := t.owner.get("/operators").decoded.(m)["items"].([]any)
	by := map[string]string{}
	for _, o := range operators {
		by[o.(m)["role"].(string)], _ = o.(m)["id"].(string)
	}
	v := t.owner.get(at).version()
	for _, body := range []any{m{}, m{"operatorId": ""}, m{"operatorId": "NOPE"}, m{"operatorId": by["readonly"]}, m{"operatorId": by["supervisor"], "version": v + 9}, m{"operatorId": by["supervisor"], "version": v},
		m{"operatorId": by["operator"]}, m{"operatorId": by["operator"]}, m{"operatorId": nil}, "{"} {
		t.owner.post(at+"/assign", body)
		t.settle()
	}
	for _, verb := range []string{"pending", "reopen", "unread", "read", "resolve", "resolve", "pending", "reopen", "reopen"} {
		t.operator.post(at+"/"+verb, m{})
		t.settle()
	}
	t.operator.post(at+"/read", m{"readUpTo": t.ids["messages"]})
	t.operator.post(at+"/read", m{"readUpTo": 7})
	t.settle()
	t.owner.post(at+"/pending", nil)
	t.settle()
	t.says("5491155550001", "Ana Pérez", "text", textOf("¿y?")) // opens it again
	t.owner.get(at)
	t.owner.post(at+"/resolve", nil)
	t.settle()
	t.says("5491155550001", "Ana Pérez", "text", textOf("una cosa más"))
	t.owner.get(at + "/events?limit=100")

	contact := "/contacts/" + t.ids["contacts"]
	v = t.owner.get(contact).version()
	for _, body := range []m{{"name": "", "version": v}, {"email": "x", "version": v}, {"phone": "12", "version": v}, {"name": "Y", "version": v + 3}, {"firstName": "Ana", "lastName": "Pérez Gil", "email": "ana@x.example", "phone": "+54 (11) 4000-0000", "version": v},
		{"email": nil, "version": v + 1}} {
		t.operator.patch(contact, body)
		t.settle()
	}
	t.owner.get(contact)
	t.owner.get(contact + "/conversations")
	t.owner.get(contact + "/conversations?limit=0")
	t.owner.get(at)
}

// lists reads the inbox in every way.
func (t *traffic) lists() {
	for _, u := range []*user{t.owner, t.operator, t.other} {
		for _, query := range []string{"", "?status=all", "?status=resolved", "?status=open&sort=oldest", "?sort=waiting", "?sort=due&status=all", "?sort=nonsense", "?status=nonsense", "?limit=x", "?assignee=me", "?assignee=none",
			"?assignee=NOPE", "?channelId=" + t.channel, "?channelId=NOPE", "?storeId=" + t.store, "?q=luis", "?q=luis&status=open&sort=waiting", "?q=5491155550003&sort=oldest", "?q=" + strings.Repeat("x", 201)} {
			u.get("/conversations" + query)
		}
		u.get("/conversations/counts")
		for _, query := range []string{"", "?q=per", "?q=pérez gil", "?q=0002", "?q=ana@x", "?limit=101"} {
			u.get("/contacts" + strings.ReplaceAll(query, " ", "%20"))
		}
	}
	for _, list := range []string{"/conversations?status=all&limit=1", "/conversations?status=all&sort=oldest&limit=1", "/conversations?sort=waiting&limit=1", "/conversations?sort=due&status=all&limit=2", "/conversations?assignee=none&limit=1",
		"/conversations?assignee=me&limit=1", "/contacts?q=a&limit=1", "/conversations/" + t.conversation + "/messages?limit=7", "/conversations/" + t.conversation + "/events?limit=5", "/contacts/" + t.ids["contacts"] + "/conversations?limit=1"} {
		t.page(t.owner, list)
	}
}

// recorded sends the bodies that were recorded for the adapter's tests. Nobody takes conversations meanwhile: whether a message is shown
// to whom its conversation is being given is chance.
func (t *traffic) recorded() {
	t.operator.put("/me/availability", m{"status": "away"})
	t.settle()
	files, err := filepath.Glob(recordedBodies)
	if err != nil || len(files) == 0 {
		panic("there are no recorded webhooks: run this in the repository's root")
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".golden.json") {
			continue
		}
		body, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		for _, one := range changes(body) {
			t.webhook(appSecret, one)
		}
	}
	t.advance(20 * time.Minute)
	for _, u := range []*user{t.owner, t.other} {
		list := u.get("/conversations?status=all&limit=100").decoded.(m)["items"].([]any)
		for _, c := range list {
			id, _ := c.(m)["id"].(string)
			u.get("/conversations/" + id + "/messages?limit=100")
			u.get("/conversations/" + id + "/events?limit=100")
		}
		u.get("/contacts?limit=100")
		u.get("/channels")
	}
}

// changes takes a body apart: changes of one body are worked on at the same time, and which is first is not the same in every run.
func changes(body []byte) [][]byte {
	var envelope struct {
		Object string           `json:"object"`
		Entry  []map[string]any `json:"entry"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		return [][]byte{body}
	}
	var list [][]byte
	for _, entry := range envelope.Entry {
		changes, _ := entry["changes"].([]any)
		for _, change := range changes {
			entry["changes"] = []any{change}
			one, err := json.Marshal(m{"object": envelope.Object, "entry": []any{entry}})
			if err != nil {
				panic(err)
			}
			list = append(list, one)
		}
	}
	return list
}

// endings lets time pass: conversations close by themselves, an operator leaves, a site goes.
func (t *traffic) endings() {
	t.owner.put("/distribution", m{"mode": "manager", "managerId": t.owner.get("/me").must("operator.id")})
	t.says("5491155550009", "Nora Paz", "text", textOf("¿hay alguien?"))
	t.until("the manager's conversation", func() bool {
		return t.owner.unrecorded("GET", "/conversations?q=nora", nil).get("items.0.assigneeId") != ""
	})
	t.owner.get("/conversations?q=nora")
	t.summaries()
	_ = t.sockets[1].conn.Close(websocket.StatusNormalClosure, "") // whether it hears of the operator's end first is chance
	t.settle()
	operators := t.owner.get("/operators").decoded.(m)["items"].([]any)
	for _, o := range operators {
		if o.(m)["role"] == "operator" && o.(m)["active"] == true {
			id, _ := o.(m)["id"].(string)
			t.owner.patch("/operators/"+id, m{"active": false, "version": o.(m)["version"]})
		}
	}
	t.settle()
	t.advance(49 * time.Hour)
	t.advance(2 * time.Minute)
	t.owner.get("/conversations?status=all&limit=100")
	t.owner.get("/conversations/" + t.conversation + "/events?limit=100")
	t.owner.post("/conversations/"+t.conversation+"/messages", m{"clientId": "late", "type": "text", "text": "la ventana está cerrada"})
	t.settle()
	t.owner.get("/conversations/counts")
	t.owner.del("/channels/" + t.siteChannel)
	t.settle()
	time.Sleep(callerKept)
	t.visitor.get("/widget/v1/messages")
	t.nobody.get("/widget/v1/frame?site=" + t.siteCode)
	t.owner.get("/channels")
	t.owner.get("/channels/" + t.channel + "/templates")
}
