package inbound_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// PROVIDERS §11-20, §11-21, §11-22.
func TestEcho(t *testing.T) {
	t.Parallel()
	t.Run("goes into the open conversation and ends WaitingSince", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("1", "hola")).Conversation
		b.Advance(time.Minute)
		for range 2 {
			b.Echo(b.EchoOf("1", "wamid.E1", "te llamo"))
		}
		messages := b.Messages(c.ID)
		if len(messages) != 2 || messages[1].Direction != chat.Out || messages[1].Author.Kind != chat.ByExternal || messages[1].Status != chat.StatusSent {
			t.Fatalf("%+v", messages)
		}
		after := b.Conversation(c.ID)
		if after.Preview.Text != "te llamo" || !after.WaitingSince.IsZero() || !after.InPool() || after.Status != chat.Open {
			t.Errorf("%+v", after)
		}
		if !after.WindowUntil(24 * time.Hour).Equal(c.WindowUntil(24 * time.Hour)) {
			t.Error("an echo moved the window")
		}
	})
	t.Run("to an unknown contact opens a pending conversation without window", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		b.Echo(b.EchoOf("2", "wamid.E1", "buenas, soy la tienda"))
		page, err := b.Store.Pool(b.Context(), desktest.Account, desktest.Shop, chat.PageRequest{})
		b.Must(err)
		if len(page.Items) != 0 {
			t.Errorf("%d wait for an operator", len(page.Items))
		}
		identity, _, err := b.Store.Identity(b.Context(), desktest.Account, b.Channel.ID, []string{"2"})
		b.Must(err)
		c := b.Conversation(identity.OpenConversationID)
		if c.Status != chat.Pending || c.AssigneeID != "" || !c.WindowUntil(24*time.Hour).IsZero() || c.ContactName != "+2" {
			t.Errorf("%+v", c)
		}
		// The contact's answer opens it, for the pool.
		b.Advance(time.Minute)
		if got := b.Receive(b.Text("2", "¡hola!")).Conversation; got.ID != c.ID || !b.Conversation(c.ID).InPool() {
			t.Errorf("%+v", b.Conversation(c.ID))
		}
	})
	t.Run("leaves a resolved conversation resolved", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		c := b.Receive(b.Text("1", "hola")).Conversation
		b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), c.ID)))
		b.Advance(time.Minute)
		b.Echo(b.EchoOf("1", "wamid.E1", "gracias por venir"))
		if after := b.Conversation(c.ID); after.Status != chat.Resolved || after.Preview.Text != "gracias por venir" {
			t.Errorf("%+v", after)
		}
	})
	t.Run("revoked on the phone is revoked here, in either order", func(t *testing.T) {
		t.Parallel()
		for _, early := range []bool{true, false} {
			b := desktest.New(t)
			c := b.Receive(b.Text("1", "hola")).Conversation
			b.Advance(time.Minute)
			revoked := b.UpdateOf("wamid.E1", chat.Revoked, "", 1)
			revoked.Update.From = chat.Out
			steps := []func(){func() { b.Update(revoked) }, func() { b.Echo(b.EchoOf("1", "wamid.E1", "perdón, no era para usted")) }}
			if !early {
				steps[0], steps[1] = steps[1], steps[0]
			}
			for range 2 {
				for _, step := range steps {
					step()
				}
			}
			messages := b.Messages(c.ID)
			if len(messages) != 2 || messages[1].Text != "" || messages[1].Revoked.IsZero() || !b.Conversation(c.ID).Preview.Revoked {
				t.Errorf("early %t: %+v", early, messages)
			}
		}
	})
	t.Run("merged into our message: quotes of the echo quote our message", func(t *testing.T) {
		t.Parallel()
		for name, olderPage := range map[string]bool{"quote on the newest page": false, "quote on an older page": true} {
			b := desktest.New(t)
			c := b.Receive(b.Text("1", "hola")).Conversation
			m := b.Reply(c.ID, "buenas")
			said := b.DeliverBy(c.ID, func(context.Context, chat.Conversation, chat.Message) (channel.Delivered, error) {
				b.Advance(time.Second)
				b.Echo(b.EchoOf("1", "wamid.out", "buenas"))
				b.Advance(time.Second)
				answer := b.Text("1", "¿y el precio?")
				answer.ReplyTo = "wamid.out"
				b.Receive(answer)
				for i := range 60 {
					if !olderPage {
						break
					}
					b.Advance(time.Second)
					b.Receive(b.Text("1", fmt.Sprint(i)))
				}
				return channel.Delivered{ProviderID: "wamid.out"}, nil
			})
			if said != nil {
				t.Errorf("%s: the provider said %v", name, said)
			}
			messages := b.Messages(c.ID)
			if messages[1].ID != m.ID || messages[2].Text != "¿y el precio?" || messages[2].ReplyTo != m.ID {
				t.Errorf("%s: it answers %q, want %q: %+v", name, messages[2].ReplyTo, m.ID, messages[:3])
			}
		}
	})
	t.Run("without a contact is Invalid", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		in := b.EchoOf("1", "wamid.E1", "?")
		in.Sender.Addresses = nil
		b.WantFault(b.Desk.Echo(b.Context(), b.Account, b.Channel, in), fault.Invalid, "no_sender")
	})
}
