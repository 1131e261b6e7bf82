package tracking_test

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// form is a form of a WhatsApp id: of the address of one side, and the message's key. PROVIDERS §11.1-36
func form(address, key string) string {
	raw := "\x1c\x18" + string(rune(len(address))) + address + "\x15\x02\x00\x12\x18" + string(rune(len(key))) + key + "\x00"
	return "wamid." + base64.StdEncoding.EncodeToString([]byte(raw))
}

const (
	key      = "BC7A1F00D1E2F3A4B5"
	business = "5491140001234"
)

func TestReceive_SameMessageInAnotherForm_StoredOnce(t *testing.T) { // C-02
	t.Parallel()
	b := desktest.New(t)
	in := b.Text("5491155550101", "hola")
	in.ProviderID = form("5491155550101", key)
	c := b.Receive(in).Conversation
	in.ProviderID = form("AR.8812300045", key)
	b.Receive(in)
	past := in
	past.Kind, past.Direction, past.ProviderID = chat.InboundHistory, chat.In, form(business, key)
	b.Must(b.Desk.ImportHistory(b.Context(), b.Account, b.Channel, past))
	if got := b.Messages(c.ID); len(got) != 1 {
		t.Errorf("%d messages: %+v", len(got), got)
	}
}

// A contact's app chooses the key of a message. One that repeats a key loses nothing, and by the key alone no message is found any more.
func TestReceive_KeyOfAnotherMessage_BothStored(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]func(b *desktest.Fixture, in *chat.Inbound){
		"another person's": func(_ *desktest.Fixture, in *chat.Inbound) { in.Sender.Addresses = []string{"5491155550102"} },
		"a later one": func(b *desktest.Fixture, in *chat.Inbound) {
			b.Advance(time.Minute)
			in.At, in.ReceivedAt = b.Time, b.Time
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := desktest.New(t)
			first := b.Text("5491155550101", "uno")
			first.ProviderID = form("5491155550101", key)
			one := b.Receive(first)
			in := b.Text("5491155550101", "dos")
			in.ProviderID = form("5491155550102", key)
			second(b, &in)
			if in.At.Equal(first.At) {
				in.At = in.At.Add(-time.Minute)
			}
			var two chat.Message
			for range 2 {
				two = b.Receive(in).Message
			}
			if got := b.Message(two); got.Text != "dos" || two.ID == one.Message.ID {
				t.Fatalf("%+v", got)
			}
			b.Update(b.UpdateOf(first.ProviderID, chat.Reacted, "1", 1))
			b.Update(b.UpdateOf(in.ProviderID, chat.Reacted, "2", 1))
			b.Update(b.UpdateOf(form(business, key), chat.Reacted, "3", 2))
			for m, want := range map[*chat.Message]string{&one.Message: "1", &two: "2"} {
				if got := b.Message(*m).Reactions; len(got) != 1 || got[0].Emoji != want {
					t.Errorf("%s has %+v", want, got)
				}
			}
		})
	}
}

func TestReceive_KeyOfOurMessage_BothStored(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("5491155550101", "hola")).Conversation
	b.Advance(time.Second)
	reply := b.Reply(c.ID, "buenas")
	b.DeliverAs(c.ID, form("5491155550101", key))
	b.Advance(time.Second)
	in := b.Text("5491155550101", "con la misma clave")
	in.ProviderID = form("AR.8812300045", key)
	b.Receive(in)
	b.Status(form("5491155550101", key), chat.StatusUpdate{Status: chat.StatusRead})
	messages := b.Messages(c.ID)
	if len(messages) != 3 || messages[2].Text != "con la misma clave" || b.Message(reply).Status != chat.StatusRead {
		t.Errorf("%+v", messages)
	}
}

func TestApplyMessageUpdate_AnotherFormByAnotherPerson_NotApplied(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	in := b.Text("5491155550101", "hola")
	in.ProviderID = form("5491155550101", key)
	m := b.Receive(in).Message
	b.Receive(b.Text("5491155550102", "soy otra"))
	reaction := b.UpdateOf(form(business, key), chat.Reacted, "🎉", 1)
	reaction.Sender.Addresses = []string{"5491155550102"}
	b.Update(reaction)
	if got := b.Message(m).Reactions; len(got) != 0 {
		t.Errorf("%+v", got)
	}
	reaction.Target = form("AR.8812300045", key)
	reaction.Sender.Addresses = []string{"AR.8812300045", "5491155550101"}
	b.Update(reaction)
	if got := b.Message(m).Reactions; len(got) != 1 {
		t.Errorf("the person's own: %+v", got)
	}
}

func TestUpdateStatus_NamesNothing_Permanent(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	err := b.Desk.UpdateStatus(b.Context(), b.Account, b.Channel, chat.Inbound{
		Kind: chat.InboundStatus, Status: chat.StatusUpdate{Status: chat.StatusSent, Ref: "somebody else's"},
	})
	b.WantFault(err, fault.NotFound, "")
}

func TestUpdateStatus_AnotherForm_Applied(t *testing.T) { // S1-25
	t.Parallel()
	for _, status := range []chat.StatusUpdate{
		{Status: chat.StatusDelivered}, {Status: chat.StatusFailed, Error: &chat.MessageError{Code: "131026"}},
	} {
		b := desktest.New(t)
		c := b.Receive(b.Text("5491155550101", "hola")).Conversation
		reply := b.Reply(c.ID, "buenas")
		b.DeliverAs(c.ID, form("5491155550101", key))
		b.Status(form("AR.8812300045", key), status)
		if got := b.Message(reply); got.Status != status.Status {
			t.Errorf("%s: %s", status.Status, got.Status)
		}
	}
}
