package acceptance_test

import (
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// The main job: a message arrives, an answer is sent, its statuses come back. S1-22, S1-23, S1-25, B-13.
func TestMainJob_MessageInAnswerOut(t *testing.T) {
	t.Parallel()
	a := begin(t).open("America/Argentina/Buenos_Aires")
	b := a.owner.browse()
	const text = "Hola 👩‍👩‍👧‍👦 ¿tienen el café? 🏳️‍🌈"
	if err := a.Phone.PutCustomer(whatsapp.Customer{Phone: "5491150001111", Name: "María García"}); err != nil {
		t.Fatal(err)
	}
	a.say("5491150001111", text)

	pushed := b.told("conversation.upserted", func(f frame) bool { return f.Conversation.Preview != nil }).Conversation
	if pushed.Contact.Name != "María García" || pushed.Preview.Text != text || pushed.Preview.Direction != "in" {
		t.Errorf("pushed %+v", pushed)
	}
	v := a.only()
	if v.ID != pushed.ID || v.Status != "open" || !v.Unread || v.AssigneeID != nil || v.WaitingSince == nil || v.WindowUntil == nil {
		t.Errorf("listed %+v", v)
	}
	b.view(v.ID)

	// A reply assigns the conversation to its author. A repeated client id returns the same message.
	draft := object{"clientId": "c-1", "type": "text", "text": "¡Sí! 👨🏽‍🚀"}
	var m message
	a.owner.post("/api/v1/conversations/"+v.ID+"/messages", draft, http.StatusCreated, &m)
	var again message
	a.owner.post("/api/v1/conversations/"+v.ID+"/messages", draft, http.StatusOK, &again)
	if again.ID != m.ID {
		t.Errorf("the same client id made %s and %s", m.ID, again.ID)
	}
	draft["text"] = "No"
	got := a.owner.call(http.MethodPost, "/api/v1/conversations/"+v.ID+"/messages", draft, http.StatusConflict)
	if code, field := got.fault(); code != "conflict" || field != "clientId" {
		t.Errorf("another body under the same client id: %s", got.body)
	}
	sent, err := a.Phone.WaitSent(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(sent) != 1 || sent[0].Text != "¡Sí! 👨🏽‍🚀" || sent[0].Customer != "5491150001111" {
		t.Fatalf("the phone got %+v", sent)
	}
	a.owner.untilMessage(v.ID, m.ID, "sent")
	if now := a.owner.conversation(v.ID); now.assignee() != a.owner.id || now.WaitingSince != nil || now.Preview.Direction != "out" {
		t.Errorf("after the answer: %+v", now)
	}

	// The status only moves forward, whatever the order of arrival.
	for _, step := range []struct{ status, shows string }{
		{"delivered", "delivered"}, {"sent", "delivered"}, {"read", "read"}, {"delivered", "read"}, {"sent", "read"},
	} {
		if err := a.Phone.SetStatus(sent[0].ID, step.status, 0); err != nil {
			t.Fatal(err)
		}
		a.settle()
		a.owner.untilMessage(v.ID, m.ID, step.shows)
		b.told("message.upserted", func(f frame) bool { return f.Message.ID == m.ID && f.Message.Status == step.shows })
	}

	list := a.owner.messages(v.ID)
	if len(list) != 2 || list[0].Text != text || list[0].Status != "received" || list[1].ID != m.ID {
		t.Errorf("the history is %+v", list)
	}
	if len(a.Phone.Sent()) != 1 {
		t.Error("the answer was sent more than once")
	}
}

// S1-22: the history is paged backwards, each page oldest first, with no message repeated or missing.
func TestMessages_OlderPages(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	var batch []whatsapp.Incoming
	for range 25 {
		batch = append(batch, whatsapp.Incoming{From: "5491150001112", Text: unique("línea")})
	}
	a.deliver(batch...)
	v := a.only()
	eventually(t, func() error { return wantCount(len(a.owner.messages(v.ID)), 25) })
	var texts []string
	for cursor := ""; ; {
		var page list[message]
		path := "/api/v1/conversations/" + v.ID + "/messages?limit=10"
		if cursor != "" {
			path += "&cursor=" + cursor
		}
		a.owner.get(path, &page)
		var some []string
		for _, m := range page.Items {
			some = append(some, m.Text)
		}
		texts = append(some, texts...)
		if page.NextCursor == nil {
			break
		}
		cursor = *page.NextCursor
	}
	if err := wantCount(len(texts), len(batch)); err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		if text != batch[i].Text {
			t.Fatalf("message %d is %q, want %q", i, text, batch[i].Text)
		}
	}
}

// B-13, PROVIDERS §11-11: a failed message shows the provider's reason, and a retry by the operator is a new attempt.
func TestSend_Failure_ShowsReasonAndRetries(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	a.say("5491150001113", "hola")
	v := a.only()
	if err := a.Phone.Fail(whatsapp.Fault{Do: whatsapp.DoFailLater, Code: 131026}); err != nil {
		t.Fatal(err)
	}
	m := a.owner.reply(v.ID, "¿sigue ahí?")
	failed := a.owner.untilMessage(v.ID, m.ID, "failed")
	if failed.Error == nil || failed.Error.Code != "131026" || failed.Error.Message == "" {
		t.Errorf("the reason shown is %+v", failed.Error)
	}
	lines := 0
	for _, e := range a.owner.events(v.ID) {
		if e.Type == "message_failed" && e.Data.MessageID == m.ID {
			lines++
		}
	}
	if lines != 1 {
		t.Errorf("the timeline tells of the failure %d times", lines)
	}
	first := a.Phone.Sent()[0]
	a.owner.post("/api/v1/conversations/"+v.ID+"/messages/"+m.ID+"/retry", object{}, http.StatusOK, nil)
	if _, err := a.Phone.WaitSent(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	a.owner.untilMessage(v.ID, m.ID, "sent")

	// A late status of the first attempt does not change the second.
	if err := a.Phone.SetStatus(first.ID, "failed", 131026); err != nil {
		t.Fatal(err)
	}
	a.settle()
	if now := a.owner.message(v.ID, m.ID); now.Status != "sent" || now.Error != nil {
		t.Errorf("after a late failure of the first attempt it is %s, %+v", now.Status, now.Error)
	}

	// An immediate refusal is a failure with its reason. A temporary one is retried automatically.
	if err := a.Phone.Fail(whatsapp.Fault{Code: 131009, Message: "Parameter value is not valid"}); err != nil {
		t.Fatal(err)
	}
	m = a.owner.reply(v.ID, "otra")
	if failed := a.owner.untilMessage(v.ID, m.ID, "failed"); failed.Error == nil || failed.Error.Code != "131009" {
		t.Errorf("the reason shown is %+v", failed.Error)
	}
	if err := a.Phone.Fail(whatsapp.Fault{Code: 130429, Status: http.StatusTooManyRequests}); err != nil {
		t.Fatal(err)
	}
	m = a.owner.reply(v.ID, "y otra")
	a.settle()
	if now := a.owner.message(v.ID, m.ID); now.Status != "queued" {
		t.Errorf("a message that was asked to wait is %s", now.Status)
	}
	a.advance(time.Minute)
	a.owner.untilMessage(v.ID, m.ID, "sent")
}

// B-22: with an invalid token the channel shows the problem and replies are held. They are sent, in order within each conversation,
// when the channel is connected again.
func TestSend_DeadToken_HoldsReplies(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	a.say("5491150001114", "hola")
	v := a.only()
	a.say("5491150001124", "buenas")
	w := a.from("buenas")
	if err := a.Phone.Fail(whatsapp.Fault{Code: 190, Status: http.StatusUnauthorized}); err != nil {
		t.Fatal(err)
	}
	m := a.owner.reply(v.ID, "uno")
	a.owner.untilMessage(v.ID, m.ID, "held")
	var ch struct {
		Health  struct{ State, Code string }
		Version int64
	}
	eventually(t, func() error {
		a.owner.get("/api/v1/channels/"+a.channel, &ch)
		return wantText(ch.Health.State, "reauthorise")
	})
	if ch.Health.Code != "190" {
		t.Errorf("the channel's health has code %q", ch.Health.Code)
	}
	second, other := a.owner.reply(v.ID, "dos"), a.owner.reply(w.ID, "otra")
	a.owner.untilMessage(v.ID, second.ID, "held")
	a.owner.untilMessage(w.ID, other.ID, "held")
	if n := len(a.Phone.Sent()); n != 0 {
		t.Fatalf("%d messages were sent with a dead token", n)
	}
	a.owner.call(http.MethodPatch, "/api/v1/channels/"+a.channel,
		object{"credentials": object{"accessToken": accessToken}, "version": ch.Version}, http.StatusOK)
	a.owner.untilMessage(v.ID, m.ID, "sent")
	a.owner.untilMessage(v.ID, second.ID, "sent")
	a.owner.untilMessage(w.ID, other.ID, "sent")
	byPhone := map[string][]string{}
	for _, sent := range a.Phone.Sent() {
		byPhone[sent.Customer] = append(byPhone[sent.Customer], sent.Text)
	}
	if want := map[string][]string{"5491150001114": {"uno", "dos"}, "5491150001124": {"otra"}}; !reflect.DeepEqual(byPhone, want) {
		t.Errorf("the phones got %v, want %v", byPhone, want)
	}
	a.owner.get("/api/v1/channels/"+a.channel, &ch)
	if ch.Health.State != "ok" {
		t.Errorf("the channel is %s", ch.Health.State)
	}
}

// Free text is refused when the customer's last message is more than 24 hours old.
func TestSend_WindowClosed_TextRefused(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	a.say("5491150001115", "hola")
	v := a.only()
	a.advance(24*time.Hour - 2*time.Minute)
	a.owner.reply(v.ID, "justo a tiempo")
	a.advance(2 * time.Minute)
	got := a.owner.call(http.MethodPost, "/api/v1/conversations/"+v.ID+"/messages",
		object{"clientId": "late", "type": "text", "text": "tarde"}, http.StatusConflict)
	if code, field := got.fault(); code != "conflict" || field != "window" {
		t.Errorf("a late answer got %s", got.body)
	}
	a.say("5491150001115", "sigo aquí")
	a.owner.until(v.ID, func(c conversation) bool { return c.Preview.Text == "sigo aquí" })
	a.owner.reply(v.ID, "bien")
}

// A number that was removed from one account can be connected by another: old messages stay, new ones go to the new account from the first.
// P44
func TestChannel_NumberMovesToAnotherAccount(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := s.open("UTC")
	a.say("5491150012001", "antes")
	s.settle()
	kept := a.only()
	a.owner.call(http.MethodDelete, "/api/v1/channels/"+a.channel, nil, http.StatusNoContent)
	b := s.signUp("UTC")
	b.number = a.number
	b.connect()
	b.say("5491150012001", "después")
	s.settle()
	for who, want := range map[*account]string{a: "antes", b: "después"} {
		if messages := who.owner.messages(who.only().ID); len(messages) != 1 || messages[0].Text != want {
			t.Errorf("account %s has %v, want %q alone", who.id, messages, want)
		}
	}
	if now := a.only(); now.ID != kept.ID || now.Preview.Text != "antes" {
		t.Errorf("the old account's conversation became %+v", now)
	}
}
