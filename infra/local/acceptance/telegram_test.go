package acceptance_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/infra/local/sim"
)

// bot is a connected Telegram bot of an account.
type bot struct {
	*account
	id, token, channel string
	person             string // a customer
}

// openBot creates an account and connects a bot through the API.
func (s *system) openBot() *bot {
	s.t.Helper()
	n := serial.Add(1)
	b := &bot{account: s.signUp("UTC"), id: fmt.Sprint(7_000_000_000 + n), person: fmt.Sprint(500_000_000 + n)}
	b.token = b.id + ":AAF-test_token"
	if err := s.Telegram.PutBot(b.token, "Tienda", "tienda_bot"); err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.Telegram.AddCustomer(sim.Customer{ID: b.person, Name: "Ana Pérez", Username: "ana"}); err != nil {
		s.t.Fatal(err)
	}
	var ch struct {
		ID, ExternalID string
		Settings       struct{ Username string }
	}
	b.owner.post("/api/v1/channels", b.body(b.token), http.StatusCreated, &ch)
	if ch.ExternalID != b.id || ch.Settings.Username != "tienda_bot" {
		s.t.Fatalf("the bot is connected as %+v", ch)
	}
	b.channel = ch.ID
	eventually(s.t, func() error {
		if got := b.webhook(); !strings.HasSuffix(got, "/webhooks/telegram/"+b.id) {
			return fmt.Errorf("the webhook is %q", got)
		}
		return nil
	})
	return b
}

func (b *bot) body(token string) object {
	return object{"type": "telegram", "name": "Bot", "credentials": object{"accessToken": token}}
}

// webhook is the address that the bot's updates go to.
func (b *bot) webhook() string {
	b.t.Helper()
	response, err := http.Get(b.URL + "/telegram/bot" + b.token + "/getWebhookInfo")
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct{ Result struct{ URL string } }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		b.t.Fatal(err)
	}
	return answer.Result.URL
}

// writes sends a message of the customer.
func (b *bot) writes(in sim.Incoming) (id string) {
	b.t.Helper()
	in.Account = b.id
	if in.From == "" {
		in.From = b.person
	}
	id, err := b.Telegram.Write(in)
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

// got waits for the n-th message that the bot sent to the customer.
func (b *bot) got(n int) (m sim.Message) {
	b.t.Helper()
	eventually(b.t, func() error {
		sent := slices.DeleteFunc(b.Telegram.Sent(), func(m sim.Message) bool { return m.Account != b.id })
		if len(sent) < n {
			return fmt.Errorf("the bot sent %d messages, want %d", len(sent), n)
		}
		m = sent[n-1]
		return nil
	})
	return m
}

// last waits for the newest message of the conversation to satisfy a check.
func (b *bot) last(conversation string, check func(message) bool) (m message) {
	b.t.Helper()
	eventually(b.t, func() error {
		all := b.owner.messages(conversation)
		if m = all[len(all)-1]; !check(m) {
			return fmt.Errorf("the newest message is %+v", m)
		}
		return nil
	})
	return m
}

// B-50: text and files both ways, quotes, edits, reactions and taps.
func TestTelegram_MessagesBothWays(t *testing.T) {
	t.Parallel()
	b := begin(t).openBot()
	first := b.writes(sim.Incoming{Text: "hola, ¿hay stock?"})
	v := b.only()
	if v.Channel.Type != "telegram" || v.Contact.Name != "Ana Pérez" || v.WindowUntil != nil {
		t.Errorf("the conversation is %+v", v)
	}
	asked := b.owner.messages(v.ID)[0]

	var reply message
	b.owner.post("/api/v1/conversations/"+v.ID+"/messages", object{"clientId": unique("c"), "type": "text", "text": "sí, queda uno", "replyTo": asked.ID}, http.StatusCreated, &reply)
	if got := b.got(1); got.Text != "sí, queda uno" || got.ReplyTo != first || got.Customer != b.person {
		t.Errorf("the customer got %+v", got)
	}
	b.owner.untilMessage(v.ID, reply.ID, "sent")

	picture, list := files[0], files[3]
	b.writes(sim.Incoming{Type: "image", Text: picture.caption, File: &sim.Upload{Name: picture.name, Mime: picture.mime, Content: picture.content}})
	in := b.last(v.ID, func(m message) bool { return len(m.Attachments) == 1 && m.Attachments[0].State == "ready" })
	if in.Type != "image" || in.Text != picture.caption || in.Attachments[0].URL == nil {
		t.Errorf("the picture arrived as %+v", in)
	} else if err := b.owner.download(*in.Attachments[0].URL, picture.content); err != nil {
		t.Error(err)
	}
	upload := b.owner.upload(v.ID, list.name, list.mime, list.content)
	b.owner.post("/api/v1/conversations/"+v.ID+"/messages", object{
		"clientId": unique("c"), "type": "document", "text": list.caption, "attachments": []string{upload},
	}, http.StatusCreated, nil)
	if got := b.got(2); got.File == nil || got.File.Name != list.name || got.File.Size != int64(len(list.content)) || got.Text != list.caption {
		t.Errorf("the customer got %+v", got)
	}

	corrected, thumb := "hola, ¿hay stock del azul?", "👍"
	if err := errors.Join(b.Telegram.Change(first, sim.Change{Text: &corrected}), b.Telegram.Change(b.got(1).ID, sim.Change{Emoji: &thumb})); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		edited, liked := b.owner.message(v.ID, asked.ID), b.owner.message(v.ID, reply.ID)
		if edited.Text != corrected || edited.EditedAt == nil || len(liked.Reactions) != 1 || liked.Reactions[0].Emoji != thumb {
			return fmt.Errorf("edited %+v, reactions %v", edited, liked.Reactions)
		}
		return nil
	})

	var offer message
	b.owner.post("/api/v1/conversations/"+v.ID+"/messages", object{
		"clientId": unique("c"), "type": "interactive", "text": "¿Retiro o envío?",
		"interactive": object{"buttons": []object{{"id": "pickup", "title": "Retiro"}, {"id": "ship", "title": "Envío"}}},
	}, http.StatusCreated, &offer)
	query, err := b.Telegram.Tap(b.got(3).ID, "ship")
	if err != nil {
		t.Fatal(err)
	}
	tapped := b.last(v.ID, func(m message) bool { return m.Direction == "in" && m.Type == "interactive" })
	if tapped.Text != "Envío" || tapped.ReplyTo == nil || *tapped.ReplyTo != offer.ID {
		t.Errorf("the tap arrived as %+v", tapped)
	}
	eventually(t, func() error {
		if _, answered := b.Telegram.Answer(query); !answered {
			return errors.New("the tap was not answered")
		}
		return nil
	})
}

// B-50: group messages are ignored. A reply to a customer who blocked the bot fails with a reason. Removing the channel removes the
// webhook.
func TestTelegram_GroupsBlocksAndRemoval(t *testing.T) {
	t.Parallel()
	s := begin(t)
	b := s.openBot()
	group, err := s.Telegram.AddCustomer(sim.Customer{Name: "Barrio", Group: true})
	if err != nil {
		t.Fatal(err)
	}
	b.writes(sim.Incoming{From: group.ID, Text: "hola a todos"})
	b.writes(sim.Incoming{Text: "hola"})
	v := b.only()
	s.settle()
	if found := b.owner.conversations("status=all"); len(found) != 1 || found[0].Preview.Text != "hola" {
		t.Errorf("the conversations are %+v", found)
	}
	if err := s.Telegram.Block(b.id, b.person, true); err != nil {
		t.Fatal(err)
	}
	m := b.owner.untilMessage(v.ID, b.owner.reply(v.ID, "¿seguís ahí?").ID, "failed")
	if m.Error == nil || !strings.Contains(m.Error.Message, "blocked by the user") {
		t.Errorf("the reply failed with %+v", m.Error)
	}
	b.owner.call(http.MethodDelete, "/api/v1/channels/"+b.channel, nil, http.StatusNoContent)
	eventually(t, func() error {
		if got := b.webhook(); got != "" {
			return fmt.Errorf("the webhook is still %q", got)
		}
		return nil
	})
}

// B-50: an invalid token is refused, and a bot can be connected to one account only.
func TestTelegram_Connecting_RefusesWrongTokens(t *testing.T) {
	t.Parallel()
	s := begin(t)
	b := s.openBot()
	other := s.signUp("UTC")
	for name, c := range map[string]struct {
		by     *client
		body   object
		status int
		field  string
	}{
		"an unknown bot":   {b.owner, b.body("123456:AAF-unknown"), http.StatusBadRequest, "credentials.accessToken"},
		"no token":         {b.owner, b.body("hello"), http.StatusBadRequest, "credentials.accessToken"},
		"another's bot":    {other.owner, b.body(b.token), http.StatusConflict, "externalId"},
		"another's number": {other.owner, object{"type": "telegram", "name": "Bot", "externalId": "1", "credentials": object{"accessToken": b.token}}, http.StatusBadRequest, "credentials.accessToken"},
	} {
		answer := c.by.call(http.MethodPost, "/api/v1/channels", c.body, c.status)
		if _, field := answer.fault(); field != c.field {
			t.Errorf("%s: the field is %q, want %q", name, field, c.field)
		}
	}
}
