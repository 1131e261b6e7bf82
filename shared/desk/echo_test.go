package desk_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// written is what the business wrote to somebody in the provider's own app.
func (b *bed) written(to, id, text string) chat.Inbound {
	return chat.Inbound{
		Kind: chat.InboundEcho, Asset: "71", ProviderID: id, At: b.now.Truncate(time.Second), ReceivedAt: b.now,
		Sender: chat.Sender{Addresses: []string{to}, Phone: to}, Type: chat.TypeText, Text: text,
	}
}

func (b *bed) echo(in chat.Inbound) {
	b.t.Helper()
	b.must(b.Echo(b.ctx, b.account, b.channel, in))
}

// PROVIDERS §11-20, §11-21, §11-22: what was answered on the phone is in the conversation of who got it, as the business's.
func TestEcho(t *testing.T) {
	t.Parallel()
	t.Run("goes into the open conversation, which waits no longer", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("1", "hola")).Conversation
		b.now = b.now.Add(time.Minute)
		for range 2 {
			b.echo(b.written("1", "wamid.E1", "te llamo"))
		}
		messages := b.messages(c.ID)
		if len(messages) != 2 || messages[1].Direction != chat.Out || messages[1].Author.Kind != chat.ByExternal || messages[1].Status != chat.StatusSent {
			t.Fatalf("%+v", messages)
		}
		after := b.conversation(c.ID)
		if after.Preview.Text != "te llamo" || !after.WaitingSince.IsZero() || !after.InPool() || after.Status != chat.Open {
			t.Errorf("%+v", after)
		}
		if !after.WindowUntil(24 * time.Hour).Equal(c.WindowUntil(24 * time.Hour)) {
			t.Error("an echo moved the window")
		}
	})
	t.Run("to somebody new is set aside, and no window is open", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		b.echo(b.written("2", "wamid.E1", "buenas, soy la tienda"))
		page, err := b.store.Pool(b.ctx, "account", "shop", chat.PageRequest{})
		b.must(err)
		if len(page.Items) != 0 {
			t.Errorf("%d wait for an operator", len(page.Items))
		}
		identity, _, err := b.store.Identity(b.ctx, "account", "channel", []string{"2"})
		b.must(err)
		c := b.conversation(identity.OpenConversationID)
		if c.Status != chat.Pending || c.AssigneeID != "" || !c.WindowUntil(24*time.Hour).IsZero() || c.ContactName != "+2" {
			t.Errorf("%+v", c)
		}
		// Their answer takes it up, for the pool.
		b.now = b.now.Add(time.Minute)
		if got := b.receive(b.text("2", "¡hola!")).Conversation; got.ID != c.ID || !b.conversation(c.ID).InPool() {
			t.Errorf("%+v", b.conversation(c.ID))
		}
	})
	t.Run("after the conversation was resolved leaves it so", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		c := b.receive(b.text("1", "hola")).Conversation
		b.must(second(b.Resolve(b.ctx, b.owner, c.ID)))
		b.now = b.now.Add(time.Minute)
		b.echo(b.written("1", "wamid.E1", "gracias por venir"))
		if after := b.conversation(c.ID); after.Status != chat.Resolved || after.Preview.Text != "gracias por venir" {
			t.Errorf("%+v", after)
		}
	})
	t.Run("what was deleted on the phone is deleted here, in either order", func(t *testing.T) {
		t.Parallel()
		for _, early := range []bool{true, false} {
			b := newBed(t)
			c := b.receive(b.text("1", "hola")).Conversation
			b.now = b.now.Add(time.Minute)
			revoked := b.altered("wamid.E1", chat.Revoked, "", 1)
			revoked.Update.From = chat.Out
			steps := []func(){func() { b.alter(revoked) }, func() { b.echo(b.written("1", "wamid.E1", "perdón, no era para usted")) }}
			if !early {
				steps[0], steps[1] = steps[1], steps[0]
			}
			for range 2 {
				for _, step := range steps {
					step()
				}
			}
			messages := b.messages(c.ID)
			if len(messages) != 2 || messages[1].Text != "" || messages[1].Revoked.IsZero() || !b.conversation(c.ID).Preview.Revoked {
				t.Errorf("early %t: %+v", early, messages)
			}
		}
	})
	t.Run("that is taken in by our own message leaves what answers it to that", func(t *testing.T) {
		t.Parallel()
		for name, answersOnAnotherPage := range map[string]bool{"the answer is the newest": false, "the answer is far back": true} {
			b := newBed(t)
			c := b.receive(b.text("1", "hola")).Conversation
			b.now = b.now.Add(time.Second)
			m := b.reply(c.ID, "client", "buenas")
			_, err := b.Deliver(b.ctx, "account", c.ID, b.channel, nil, func(context.Context, chat.Conversation, chat.Message) (channel.Delivered, error) {
				b.now = b.now.Add(time.Second)
				b.echo(b.written("1", "wamid.out", "buenas"))
				b.now = b.now.Add(time.Second)
				answer := b.text("1", "¿y el precio?")
				answer.ReplyTo = "wamid.out"
				b.receive(answer)
				for i := range 60 {
					if !answersOnAnotherPage {
						break
					}
					b.now = b.now.Add(time.Second)
					b.receive(b.text("1", fmt.Sprint(i)))
				}
				return channel.Delivered{ProviderID: "wamid.out"}, nil
			})
			b.must(err)
			messages := b.messages(c.ID)
			if messages[1].ID != m.ID || messages[2].Text != "¿y el precio?" || messages[2].ReplyTo != m.ID {
				t.Errorf("%s: it answers %q, want %q: %+v", name, messages[2].ReplyTo, m.ID, messages[:3])
			}
		}
	})
	t.Run("names nobody", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		in := b.written("1", "wamid.E1", "?")
		in.Sender.Addresses = nil
		b.wantFault(b.Echo(b.ctx, b.account, b.channel, in), fault.Invalid, "no_sender")
	})
}
