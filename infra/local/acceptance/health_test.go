package acceptance_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim"
	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// letter is a mail in the mail box.
type letter struct{ Subject, Text string }

// mailsAbout are the owner's mails whose text has a part, newest first.
func (a *account) mailsAbout(part string) (found []letter) {
	a.t.Helper()
	var list struct{ Items []letter }
	(&client{s: a.system, t: a.t}).get("/local/api/mail?to="+url.QueryEscape(a.email), &list)
	for _, m := range list.Items {
		if strings.Contains(m.Text, part) {
			found = append(found, m)
		}
	}
	return found
}

// health is what the API says about a channel.
type health struct {
	State, Code, Message string
	Since                *time.Time
}

func (a *account) health(channel string) health {
	a.t.Helper()
	var ch struct{ Health health }
	a.owner.get("/api/v1/channels/"+channel, &ch)
	return ch.Health
}

func (a *account) untilHealth(channel, state string) health {
	a.t.Helper()
	eventually(a.t, func() error { return wantText(a.health(channel).State, state) })
	return a.health(channel)
}

// B-22: the owner gets one mail when the provider refuses the token, however many messages fail and however often they are tried, and
// another one when it is refused again after the channel worked.
func TestChannelHealth_TokenRefused_OwnerMailedOnce(t *testing.T) {
	t.Parallel()
	a := begin(t).open("America/Argentina/Buenos_Aires")
	a.say("5491150001201", "hola")
	v := a.only()
	a.settle()
	refuse := func() {
		t.Helper()
		if err := a.Phone.Fail(whatsapp.Fault{Code: 190, Status: http.StatusUnauthorized, Times: 1 << 20}); err != nil {
			t.Fatal(err)
		}
	}
	refuse()
	for i := range 3 {
		m := a.owner.reply(v.ID, fmt.Sprint("respuesta ", i))
		a.owner.untilMessage(v.ID, m.ID, "held")
	}
	first := a.untilHealth(a.channel, "reauthorise")
	if first.Since == nil || a.Clock.Now().Sub(*first.Since) > time.Minute {
		t.Fatalf("the channel is %+v", first)
	}
	a.settle()
	about := "/settings/channels/" + a.channel
	mails := a.mailsAbout(about)
	if len(mails) != 1 || mails[0].Subject != "WhatsApp dejó de funcionar en Recado" || !strings.Contains(mails[0].Text, a.URL+about) || !strings.Contains(mails[0].Text, "token de acceso") {
		t.Fatalf("the owner's mails are %+v", mails)
	}
	for range 3 { // what is held is tried again
		a.advance(6 * time.Minute)
	}
	if again := a.untilHealth(a.channel, "reauthorise"); len(a.mailsAbout(about)) != 1 || !again.Since.Equal(*first.Since) {
		t.Errorf("tried again, it is %+v, and the mails are %+v", again, a.mailsAbout(about))
	}

	a.Phone.ClearFaults()
	a.advance(6 * time.Minute)
	if now := a.untilHealth(a.channel, "ok"); now.Since != nil {
		t.Errorf("it works, and does not since %s", now.Since)
	}
	a.settle()
	refuse()
	m := a.owner.reply(v.ID, "otra")
	a.owner.untilMessage(v.ID, m.ID, "held")
	a.untilHealth(a.channel, "reauthorise")
	a.settle()
	if mails := a.mailsAbout(about); len(mails) != 2 {
		t.Errorf("after it failed anew the mails are %+v", mails)
	}
}

// B-22: a provider that takes messages and calls no more is noticed, and the warning ends when something comes in.
func TestChannelHealth_WebhookSilent_EndsWhenSomethingComes(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	const customer = "5491150001202"
	a.say(customer, "hola")
	v := a.only()
	about := "/settings/channels/" + a.channel
	a.advance(70 * time.Minute)
	reported := a.owner.reply(v.ID, "uno")
	a.owner.untilMessage(v.ID, reported.ID, "sent")
	if err := a.Phone.SetStatus(a.Phone.Sent()[0].ID, whatsapp.Delivered, 0); err != nil {
		t.Fatal(err)
	}
	a.owner.untilMessage(v.ID, reported.ID, "delivered")
	for range 3 {
		a.advance(2 * time.Hour)
	}
	if got := a.health(a.channel); got.State != "ok" {
		t.Fatalf("the provider reported, and the channel is %+v", got)
	}

	a.Phone.StopWebhooks(true)
	quiet := a.owner.reply(v.ID, "dos")
	a.owner.untilMessage(v.ID, quiet.ID, "sent")
	a.say(customer, "¿siguen ahí?")
	for range 3 {
		a.advance(2 * time.Hour)
	}
	got := a.untilHealth(a.channel, "silent")
	if got.Code != "unreported" || got.Since == nil {
		t.Errorf("the channel is %+v", got)
	}
	third := a.owner.reply(v.ID, "tres")
	a.owner.untilMessage(v.ID, third.ID, "sent") // a silent channel sends
	a.advance(4 * time.Hour)
	if mails := a.mailsAbout(about); len(mails) != 1 || mails[0].Subject != "No llega nada por WhatsApp" {
		t.Errorf("the owner's mails are %+v", mails)
	}
	a.Phone.StopWebhooks(false)
	eventually(t, func() error { return wantCount(len(a.owner.messages(v.ID)), 5) })
	if got := a.untilHealth(a.channel, "ok"); got.Since != nil {
		t.Errorf("the channel is %+v", got)
	}
}

// B-22: a bot whose updates somebody else receives is noticed though nobody sends, and is taken back by checking it.
func TestChannelHealth_BotDiverted_CheckedAndTakenBack(t *testing.T) {
	t.Parallel()
	b := begin(t).openBot()
	b.writes(sim.Incoming{Text: "hola"})
	b.only()
	response, err := http.PostForm(b.URL+"/telegram/bot"+b.token+"/setWebhook", url.Values{"url": {"https://other.example/bot"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	for range 3 {
		b.advance(2 * time.Hour)
	}
	got := b.untilHealth(b.channel, "silent")
	b.settle()
	if mails := b.mailsAbout("/settings/channels/" + b.channel); got.Code != "diverted" || len(mails) != 1 || !strings.Contains(mails[0].Text, "otra dirección") {
		t.Fatalf("the channel is %+v, the owner's mails are %+v", got, mails)
	}
	b.owner.post("/api/v1/channels/"+b.channel+"/verify", object{}, http.StatusAccepted, nil)
	b.untilHealth(b.channel, "ok")
	if hook := b.webhook(); !strings.HasSuffix(hook, "/webhooks/telegram/"+b.id) {
		t.Errorf("the webhook is %q", hook)
	}
}
