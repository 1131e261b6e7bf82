package inbound_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/chattest"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/drafts"
)

// past is what one side wrote so many minutes before the number was connected.
func past(b *desktest.Fixture, with, id string, from chat.Direction, minutes int, text string) chat.Inbound {
	in := chat.Inbound{
		Kind: chat.InboundHistory, Asset: "71", ProviderID: id, At: b.Time.Add(-time.Duration(minutes) * time.Minute).Truncate(time.Second), ReceivedAt: b.Time,
		Sender: chat.Sender{Addresses: []string{with}, Phone: with}, Type: chat.TypeText, Text: text, Direction: from,
	}
	if from == chat.Out {
		in.Status.Status = chat.StatusRead
	}
	return in
}

func importHistory(b *desktest.Fixture, in chat.Inbound) {
	b.Helper()
	b.Must(b.Desk.ImportHistory(b.Context(), b.Account, b.Channel, in))
}

// pastOf is the conversation that holds what was written with somebody before the number was connected.
func pastOf(b *desktest.Fixture, address string) chat.Conversation {
	b.Helper()
	identity, _, err := b.Store.Identity(b.Context(), desktest.Account, b.Channel.ID, []string{address})
	b.Must(err)
	return b.Conversation(chat.PastConversationID(chat.Conversation{AccountID: desktest.Account, ChannelID: b.Channel.ID, ExternalID: identity.ExternalID}))
}

func words(messages []chat.Message) string {
	var all []string
	for _, m := range messages {
		all = append(all, string(m.Direction)+" "+m.Text)
	}
	return strings.Join(all, ", ")
}

// PROVIDERS §2.1.4 and §2.3: chunks of a history come in any order and more than once, and leave one resolved conversation.
func TestImportHistory_AnyOrder(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	n := 0
	for order := range chattest.Permutations(4) {
		n++
		with := fmt.Sprint(n)
		told := []func(){
			func() { importHistory(b, past(b, with, with+"-1", chat.In, 50, "¿tienen?")) },
			func() { importHistory(b, past(b, with, with+"-2", chat.Out, 40, "sí")) },
			func() { importHistory(b, past(b, with, with+"-3", chat.In, 30, "¡gracias!")) },
			func() { b.Update(b.UpdateOf(with+"-2", chat.Reacted, "🙏", 0)) },
		}
		for range 2 {
			for _, i := range order {
				told[i]()
			}
		}
		c := pastOf(b, with)
		messages := b.Messages(c.ID)
		if got := words(messages); got != "in ¿tienen?, out sí, in ¡gracias!" || len(messages[1].Reactions) != 1 || messages[1].Status != chat.StatusRead {
			t.Errorf("order %v: %s, %+v", order, got, messages[1])
		}
		if c.Status != chat.Resolved || c.Preview.Text != "¡gracias!" || !c.WindowUntil(24*time.Hour).IsZero() || !c.WaitingSince.IsZero() || !c.DueAt().IsZero() || !c.LastActivityAt.Equal(b.Time.Add(-30*time.Minute)) {
			t.Errorf("order %v: %+v", order, c)
		}
		if (chat.ReadCursor{}).Unread(c) || !c.IsPast() {
			t.Errorf("order %v: it is unread, or not IsPast", order)
		}
		if events := b.Timeline(c.ID); len(events) != 1 || events[0].Type != chat.EventPastKept {
			t.Errorf("order %v: the timeline says %+v", order, events)
		}
	}
	for _, q := range []dynamo.ConversationQuery{{Statuses: []chat.Status{chat.Open}}, {Unassigned: true, Statuses: []chat.Status{chat.Open, chat.Pending}}} {
		if open := b.ConversationsBy(q, 100); len(open) != 0 {
			t.Errorf("%d imported conversations are in the inbox", len(open))
		}
	}
	if resolved := b.ConversationsBy(dynamo.ConversationQuery{Statuses: []chat.Status{chat.Resolved}}, 100); len(resolved) != n {
		t.Errorf("%d of %d are in the list of resolved ones", len(resolved), n)
	}
}

func TestImportHistory(t *testing.T) {
	t.Parallel()
	t.Run("leaves the open conversation unchanged, in either order", func(t *testing.T) {
		t.Parallel()
		for _, early := range []bool{true, false} {
			b := desktest.New(t)
			tell := func() { importHistory(b, past(b, "1", "wamid.H1", chat.Out, 5, "antes")) }
			if early {
				tell()
			}
			live := b.Receive(b.Text("1", "ahora")).Conversation
			before := b.Conversation(live.ID)
			tell()
			if after := b.Conversation(live.ID); after.Version != before.Version || after.Status != chat.Open || !after.InPool() || !after.WindowUntil(24*time.Hour).Equal(before.WindowUntil(24*time.Hour)) {
				t.Errorf("early %t: %+v", early, after)
			}
			past := pastOf(b, "1")
			if past.ID == live.ID || past.ContactID != live.ContactID || words(b.Messages(past.ID)) != "out antes" || words(b.Messages(live.ID)) != "in ahora" {
				t.Errorf("early %t: %s and %s", early, words(b.Messages(past.ID)), words(b.Messages(live.ID)))
			}
			if events := b.Timeline(live.ID); events[0].Type != chat.EventOpened {
				t.Errorf("early %t: the live one begins with %s", early, events[0].Type)
			}
		}
	})
	t.Run("live message stays where it is", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		in := b.Text("1", "ya está")
		live := b.Receive(in).Conversation
		importHistory(b, past(b, "1", in.ProviderID, chat.In, 0, "ya está"))
		if got := words(b.Messages(live.ID)); got != "in ya está" {
			t.Error(got)
		}
		resolved := b.ConversationsBy(dynamo.ConversationQuery{Statuses: []chat.Status{chat.Resolved}}, 10)
		if len(resolved) > 0 {
			t.Errorf("an empty history: %v", resolved)
		}
	})
	t.Run("later delivered live it is reopened", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		in := b.Text("1", "recién")
		importHistory(b, past(b, "1", in.ProviderID, chat.In, 0, "recién"))
		got := b.Receive(in).Conversation
		if c := b.Conversation(got.ID); c.Status != chat.Open || c.WindowUntil(24*time.Hour).IsZero() || words(b.Messages(c.ID)) != "in recién" {
			t.Errorf("%+v", c)
		}
	})
	t.Run("file replaces its placeholder, in either order", func(t *testing.T) {
		t.Parallel()
		for _, early := range []bool{true, false} {
			b := desktest.New(t)
			word, file := past(b, "1", "wamid.H1", chat.In, 9, ""), past(b, "1", "wamid.H1", chat.In, 9, "el recibo")
			word.Type, file.Type = chat.TypeUnsupported, chat.TypeImage
			file.Attachments = []chat.Attachment{{Name: "image.jpg", Mime: "image/jpeg", Ref: "990020", State: chat.AttachmentPending}}
			steps := []chat.Inbound{word, file}
			if early {
				slices.Reverse(steps)
			}
			for range 2 {
				for _, in := range steps {
					importHistory(b, in)
				}
			}
			c := pastOf(b, "1")
			messages := b.Messages(c.ID)
			if len(messages) != 1 || messages[0].Type != chat.TypeImage || messages[0].Text != "el recibo" || len(messages[0].Attachments) != 1 || messages[0].Attachments[0].ID != "1" {
				t.Fatalf("early %t: %+v", early, messages)
			}
			timers, err := b.Store.PendingTimers(b.Context(), desktest.Account, c.ID, chat.TimerMedia)
			if b.Must(err); len(timers) != 1 || c.Preview.Type != chat.TypeImage {
				t.Errorf("early %t: %d timers, the list shows %s", early, len(timers), c.Preview.Type)
			}
		}
	})
	t.Run("at once by two addresses is one conversation", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		var wait sync.WaitGroup
		for i := range 12 {
			in := past(b, "5491155550101", fmt.Sprint("wamid.H", i), chat.In, 60-i, fmt.Sprint(i))
			if i%2 == 0 {
				in.Sender.Addresses = []string{"AR.1", "5491155550101"}
			}
			wait.Go(func() {
				if err := b.Desk.ImportHistory(b.Context(), b.Account, b.Channel, in); err != nil && fault.Permanent(err) {
					t.Error(err)
				}
			})
			again := in
			defer func() { importHistory(b, again) }()
		}
		wait.Wait()
		if resolved := b.ConversationsBy(dynamo.ConversationQuery{Statuses: []chat.Status{chat.Resolved}}, 10); len(resolved) != 1 {
			t.Errorf("%d conversations", len(resolved))
		}
	})
	t.Run("a later echo opens a new conversation", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		importHistory(b, past(b, "1", "wamid.H1", chat.In, 5, "hola"))
		b.Echo(b.EchoOf("1", "wamid.E1", "¿Le gustó?"))
		b.Advance(time.Minute)
		c := b.Receive(b.Text("1", "sí")).Conversation
		if got := words(b.Messages(c.ID)); got != "out ¿Le gustó?, in sí" || c.ID == pastOf(b, "1").ID {
			t.Error(got)
		}
	})
	t.Run("contact without a name gets the profile name of the first message", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		importHistory(b, past(b, "1", "wamid.H1", chat.In, 5, "hola"))
		if past := pastOf(b, "1"); past.ContactName != "+1" {
			t.Errorf("the past is with %q", past.ContactName)
		}
		nameless := b.Text("1", "soy yo")
		nameless.Sender.Name = ""
		b.Receive(nameless)
		in := b.Text("1", "Marta")
		in.Sender.Name = "Marta"
		c := b.Receive(in).Conversation
		contact, err := b.Store.Contact(b.Context(), desktest.Account, c.ContactID)
		if b.Must(err); contact.Name != "Marta" {
			t.Errorf("the contact is %q", contact.Name)
		}
		after := contact
		after.Name = "+54 Marta"
		b.Must(b.Store.UpdateContact(b.Context(), contact, after, nil, nil)) // by an operator
		in = b.Text("1", "otra vez")
		in.Sender.Name = "Marta"
		b.Receive(in)
		if contact, err = b.Store.Contact(b.Context(), desktest.Account, c.ContactID); err != nil || contact.Name != "+54 Marta" {
			t.Errorf("the contact is %q, %v", contact.Name, err)
		}
	})
	t.Run("profile name that is the number changes the contact once", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		importHistory(b, past(b, "1", "wamid.H1", chat.In, 5, "hola"))
		in := b.Text("1", "soy yo")
		in.Sender.Name = "+1"
		c := b.Receive(in).Conversation
		before, err := b.Store.Contact(b.Context(), desktest.Account, c.ContactID)
		b.Must(err)
		in = b.Text("1", "otra vez")
		in.Sender.Name = "+1"
		b.Receive(in)
		if after, err := b.Store.Contact(b.Context(), desktest.Account, c.ContactID); err != nil || after.Version != before.Version || after.Version != 1 {
			t.Errorf("version %d became %d, %v", before.Version, after.Version, err)
		}
	})
	t.Run("window is closed", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		importHistory(b, past(b, "1", "wamid.H1", chat.In, 5, "hola"))
		_, _, err := b.Draft(pastOf(b, "1").ID, drafts.Draft{ClientID: "a", Type: chat.TypeText, Text: "tarde"})
		b.WantFault(err, fault.Conflict, "window_closed")
	})
	t.Run("without a contact is Invalid", func(t *testing.T) {
		t.Parallel()
		b := desktest.New(t)
		in := past(b, "1", "wamid.H1", chat.In, 5, "?")
		in.Sender.Addresses = nil
		b.WantFault(b.Desk.ImportHistory(b.Context(), b.Account, b.Channel, in), fault.Invalid, "no_sender")
	})
}
