package desk_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/chattest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

// past is what one side wrote so many minutes before the number was connected.
func (b *bed) past(with, id string, from chat.Direction, minutes int, text string) chat.Inbound {
	in := chat.Inbound{
		Kind: chat.InboundHistory, Asset: "71", ProviderID: id, At: b.now.Add(-time.Duration(minutes) * time.Minute).Truncate(time.Second), ReceivedAt: b.now,
		Sender: chat.Sender{Addresses: []string{with}, Phone: with}, Type: chat.TypeText, Text: text, Direction: from,
	}
	if from == chat.Out {
		in.Status.Status = chat.StatusRead
	}
	return in
}

func (b *bed) recall(in chat.Inbound) {
	b.t.Helper()
	b.must(b.ImportHistory(b.ctx, b.account, b.channel, in))
}

// pastOf is the conversation that holds what was written with somebody before the number was connected.
func (b *bed) pastOf(address string) chat.Conversation {
	b.t.Helper()
	identity, _, err := b.store.Identity(b.ctx, "account", "channel", []string{address})
	b.must(err)
	return b.conversation(chat.PastConversationID(chat.Conversation{AccountID: "account", ChannelID: "channel", ExternalID: identity.ExternalID}))
}

func words(messages []chat.Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, string(m.Direction)+" "+m.Text)
	}
	return strings.Join(all, ", ")
}

// PROVIDERS §2.1.4 and §2.3: chunks of the past come in any order and more than once, and leave one conversation that is over.
func TestThePastEndsAlikeInEveryOrder(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	n := 0
	for order := range chattest.Permutations(4) {
		n++
		with := fmt.Sprint(n)
		told := []func(){
			func() { b.recall(b.past(with, with+"-1", chat.In, 50, "¿tienen?")) },
			func() { b.recall(b.past(with, with+"-2", chat.Out, 40, "sí")) },
			func() { b.recall(b.past(with, with+"-3", chat.In, 30, "¡gracias!")) },
			func() { b.alter(b.altered(with+"-2", chat.Reacted, "🙏", 0)) },
		}
		for range 2 {
			for _, i := range order {
				told[i]()
			}
		}
		c := b.pastOf(with)
		messages := b.messages(c.ID)
		if got := words(messages); got != "in ¿tienen?, out sí, in ¡gracias!" || len(messages[1].Reactions) != 1 || messages[1].Status != chat.StatusRead {
			t.Errorf("order %v: %s, %+v", order, got, messages[1])
		}
		if c.Status != chat.Resolved || c.Preview.Text != "¡gracias!" || !c.WindowUntil(24*time.Hour).IsZero() || !c.WaitingSince.IsZero() || !c.DueAt().IsZero() || !c.LastActivityAt.Equal(b.now.Add(-30*time.Minute)) {
			t.Errorf("order %v: %+v", order, c)
		}
		if (chat.ReadCursor{}).Unread(c) || !c.IsPast() {
			t.Errorf("order %v: it is unread, or no past", order)
		}
		if events := b.events(c.ID); len(events) != 1 || events[0].Type != chat.EventPastKept {
			t.Errorf("order %v: the timeline says %+v", order, events)
		}
	}
	for _, q := range []dynamo.ConversationQuery{{Statuses: []chat.Status{chat.Open}}, {Unassigned: true, Statuses: []chat.Status{chat.Open, chat.Pending}}} {
		if open := b.listed(q, 100); len(open) != 0 {
			t.Errorf("%d of the past wait in the inbox", len(open))
		}
	}
	if resolved := b.listed(dynamo.ConversationQuery{Statuses: []chat.Status{chat.Resolved}}, 100); len(resolved) != n {
		t.Errorf("%d of %d are in the list of what is over", len(resolved), n)
	}
}

func TestRecall(t *testing.T) {
	t.Parallel()
	t.Run("leaves the open conversation as it is, whichever comes first", func(t *testing.T) {
		t.Parallel()
		for _, early := range []bool{true, false} {
			b := newBed(t)
			tell := func() { b.recall(b.past("1", "wamid.H1", chat.Out, 5, "antes")) }
			if early {
				tell()
			}
			live := b.receive(b.text("1", "ahora")).Conversation
			before := b.conversation(live.ID)
			tell()
			if after := b.conversation(live.ID); after.Version != before.Version || after.Status != chat.Open || !after.InPool() || !after.WindowUntil(24*time.Hour).Equal(before.WindowUntil(24*time.Hour)) {
				t.Errorf("early %t: %+v", early, after)
			}
			past := b.pastOf("1")
			if past.ID == live.ID || past.ContactID != live.ContactID || words(b.messages(past.ID)) != "out antes" || words(b.messages(live.ID)) != "in ahora" {
				t.Errorf("early %t: %s and %s", early, words(b.messages(past.ID)), words(b.messages(live.ID)))
			}
			if events := b.events(live.ID); events[0].Type != chat.EventOpened {
				t.Errorf("early %t: the live one begins with %s", early, events[0].Type)
			}
		}
	})
	t.Run("what came live stays where it is", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		in := b.text("1", "ya está")
		live := b.receive(in).Conversation
		b.recall(b.past("1", in.ProviderID, chat.In, 0, "ya está"))
		if got := words(b.messages(live.ID)); got != "in ya está" {
			t.Error(got)
		}
		resolved := b.listed(dynamo.ConversationQuery{Statuses: []chat.Status{chat.Resolved}}, 10)
		if len(resolved) > 0 {
			t.Errorf("a past of nothing: %v", resolved)
		}
	})
	t.Run("what is live after all is answered as such", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		in := b.text("1", "recién")
		b.recall(b.past("1", in.ProviderID, chat.In, 0, "recién"))
		got := b.receive(in).Conversation
		if c := b.conversation(got.ID); c.Status != chat.Open || c.WindowUntil(24*time.Hour).IsZero() || words(b.messages(c.ID)) != "in recién" {
			t.Errorf("%+v", c)
		}
	})
	t.Run("a file comes after the word that there was one, or before it", func(t *testing.T) {
		t.Parallel()
		for _, early := range []bool{true, false} {
			b := newBed(t)
			word, file := b.past("1", "wamid.H1", chat.In, 9, ""), b.past("1", "wamid.H1", chat.In, 9, "el recibo")
			word.Type, file.Type = chat.TypeUnsupported, chat.TypeImage
			file.Attachments = []chat.Attachment{{Name: "image.jpg", Mime: "image/jpeg", Ref: "990020", State: chat.AttachmentPending}}
			steps := []chat.Inbound{word, file}
			if early {
				slices.Reverse(steps)
			}
			for range 2 {
				for _, in := range steps {
					b.recall(in)
				}
			}
			c := b.pastOf("1")
			messages := b.messages(c.ID)
			if len(messages) != 1 || messages[0].Type != chat.TypeImage || messages[0].Text != "el recibo" || len(messages[0].Attachments) != 1 || messages[0].Attachments[0].ID != "1" {
				t.Fatalf("early %t: %+v", early, messages)
			}
			timers, err := b.store.PendingTimers(b.ctx, "account", c.ID, chat.TimerMedia)
			if b.must(err); len(timers) != 1 || c.Preview.Type != chat.TypeImage {
				t.Errorf("early %t: %d timers, the list shows %s", early, len(timers), c.Preview.Type)
			}
		}
	})
	t.Run("of one person told at once, by either address, is one", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		var wait sync.WaitGroup
		for i := range 12 {
			in := b.past("5491155550101", fmt.Sprint("wamid.H", i), chat.In, 60-i, fmt.Sprint(i))
			if i%2 == 0 {
				in.Sender.Addresses = []string{"AR.1", "5491155550101"}
			}
			wait.Go(func() {
				if err := b.ImportHistory(b.ctx, b.account, b.channel, in); err != nil && fault.Permanent(err) {
					t.Error(err)
				}
			})
			again := in
			defer func() { b.recall(again) }()
		}
		wait.Wait()
		if resolved := b.listed(dynamo.ConversationQuery{Statuses: []chat.Status{chat.Resolved}}, 10); len(resolved) != 1 {
			t.Errorf("%d conversations", len(resolved))
		}
	})
	t.Run("what the business writes on its phone afterwards begins a conversation of its own", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		b.recall(b.past("1", "wamid.H1", chat.In, 5, "hola"))
		b.echo(b.written("1", "wamid.E1", "¿Le gustó?"))
		b.now = b.now.Add(time.Minute)
		c := b.receive(b.text("1", "sí")).Conversation
		if got := words(b.messages(c.ID)); got != "out ¿Le gustó?, in sí" || c.ID == b.pastOf("1").ID {
			t.Error(got)
		}
	})
	t.Run("who was a number gets a name with the first message, in all their conversations", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		b.recall(b.past("1", "wamid.H1", chat.In, 5, "hola"))
		if past := b.pastOf("1"); past.ContactName != "+1" {
			t.Errorf("the past is with %q", past.ContactName)
		}
		nameless := b.text("1", "soy yo")
		nameless.Sender.Name = ""
		b.receive(nameless)
		in := b.text("1", "Marta")
		in.Sender.Name = "Marta"
		c := b.receive(in).Conversation
		contact, err := b.store.Contact(b.ctx, "account", c.ContactID)
		if b.must(err); contact.Name != "Marta" {
			t.Errorf("the contact is %q", contact.Name)
		}
		after := contact
		after.Name = "+54 Marta"
		b.must(b.store.UpdateContact(b.ctx, contact, after, nil, nil)) // by an operator
		in = b.text("1", "otra vez")
		in.Sender.Name = "Marta"
		b.receive(in)
		if contact, err = b.store.Contact(b.ctx, "account", c.ContactID); err != nil || contact.Name != "+54 Marta" {
			t.Errorf("the contact is %q, %v", contact.Name, err)
		}
	})
	t.Run("who calls themselves by their number is written down once", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		b.recall(b.past("1", "wamid.H1", chat.In, 5, "hola"))
		in := b.text("1", "soy yo")
		in.Sender.Name = "+1"
		c := b.receive(in).Conversation
		before, err := b.store.Contact(b.ctx, "account", c.ContactID)
		b.must(err)
		in = b.text("1", "otra vez")
		in.Sender.Name = "+1"
		b.receive(in)
		if after, err := b.store.Contact(b.ctx, "account", c.ContactID); err != nil || after.Version != before.Version || after.Version != 1 {
			t.Errorf("version %d became %d, %v", before.Version, after.Version, err)
		}
	})
	t.Run("nobody may answer it freely", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		b.recall(b.past("1", "wamid.H1", chat.In, 5, "hola"))
		_, _, err := b.Reply(b.ctx, b.owner, b.pastOf("1").ID, desk.Draft{ClientID: "a", Type: chat.TypeText, Text: "tarde"})
		b.wantFault(err, fault.Conflict, "window_closed")
	})
	t.Run("with nobody is never understood", func(t *testing.T) {
		t.Parallel()
		b := newBed(t)
		in := b.past("1", "wamid.H1", chat.In, 5, "?")
		in.Sender.Addresses = nil
		b.wantFault(b.ImportHistory(b.ctx, b.account, b.channel, in), fault.Invalid, "no_sender")
	})
}
