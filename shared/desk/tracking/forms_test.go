package tracking_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
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

// A status that names the attempt brings another form of the id than the provider's answer, before any call that records the answer. The
// process that takes the status may die before it writes the message; the status is delivered again.
func TestUpdateStatus_NamedInAnotherForm_LaterOneApplied(t *testing.T) {
	t.Parallel()
	for _, dies := range []bool{false, true} {
		b := desktest.New(t)
		for n, came := 0, true; came; n++ {
			came = false
			from, key := fmt.Sprint(5491155550100+n), fmt.Sprintf("BC7A1F00D1E2F3A4%02d", n)
			c := b.Receive(b.Text(from, "hola")).Conversation.ID
			reply := b.Reply(c, "buenas")
			named := chat.Inbound{Kind: chat.InboundStatus, ProviderID: form("AR.8812300045", key), Status: chat.StatusUpdate{Status: chat.StatusDelivered, At: b.Time, Ref: desk.Ref(reply)}}
			statuses := b.DeskOn(b.Through(func(operation string, call func() error) error {
				if dies && operation == "PutItem" {
					return errors.New("the process died")
				}
				return call()
			}))
			answered, calls := false, 0
			use := b.DeskOn(b.Through(func(_ string, call func() error) error {
				if answered {
					if calls == n {
						came = true
						if err := statuses.UpdateStatus(b.Context(), b.Account, b.Channel, named); err != nil && !dies {
							t.Error(err)
						}
					}
					calls++
				}
				return call()
			}))
			b.Must(desktest.Err(use.Deliver(b.Context(), b.Conversation(c), b.Channel, nil, func(context.Context, chat.Conversation, chat.Message) (channel.Delivered, error) {
				answered = true
				return channel.Delivered{ProviderID: form(from, key)}, nil
			})))
			b.Must(b.Desk.UpdateStatus(b.Context(), b.Account, b.Channel, named))
			b.Status(form(business, key), chat.StatusUpdate{Status: chat.StatusRead})
			if got := b.Message(reply); got.Status != chat.StatusRead {
				t.Errorf("dies %t, before call %d: it is %s with the id %s", dies, n, got.Status, got.ProviderID)
			}
		}
	}
}
