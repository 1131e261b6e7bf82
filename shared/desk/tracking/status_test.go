package tracking_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/chattest"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
)

func TestUpdateStatus_AfterLostAttempt(t *testing.T) { // C-03
	t.Parallel()
	const it = "wamid.it.was"
	named, bare := true, false // whether the status carries our Ref
	type told struct {
		status chat.MessageStatus
		named  bool
	}
	tests := []struct {
		name          string
		before, after []told // the attempt is given up
		want          chat.MessageStatus
	}{
		{"status after it is given up", nil, []told{{chat.StatusDelivered, named}}, chat.StatusDelivered},
		{"status before it is given up", []told{{chat.StatusSent, named}}, nil, chat.StatusSent},
		{"one before, one after", []told{{chat.StatusSent, named}}, []told{{chat.StatusRead, bare}}, chat.StatusRead},
		{"two after, the second without Ref", nil, []told{{chat.StatusSent, named}, {chat.StatusDelivered, bare}}, chat.StatusDelivered},
		{"two after, the higher one first", nil, []told{{chat.StatusRead, named}, {chat.StatusDelivered, named}}, chat.StatusRead},
		{"parked status", []told{{chat.StatusRead, bare}}, []told{{chat.StatusSent, named}}, chat.StatusRead},
		{"failure", nil, []told{{chat.StatusFailed, named}, {chat.StatusSent, named}}, chat.StatusFailed},
		{"same status twice", nil, []told{{chat.StatusDelivered, named}, {chat.StatusDelivered, named}}, chat.StatusDelivered},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := desktest.New(t)
			c := b.Receive(b.Text("1", "hola")).Conversation.ID
			b.Reply(c, "uno")
			ref := desk.Ref(b.Outbound(c))
			tell := func(list []told) {
				for _, s := range list {
					update := chat.StatusUpdate{Status: s.status}
					if s.named {
						update.Ref = ref
					}
					b.Status(it, update)
				}
			}
			b.DieAfterPost(c)
			tell(test.before)
			p := &desktest.Provider{}
			b.Deliver(c, p)
			if got := b.Statuses(c); len(p.Took) != 0 || (got[0] == chat.StatusUnknown) == slices.ContainsFunc(test.before, func(s told) bool { return s.named }) {
				t.Fatalf("took %v, %v: a message whose outcome is unknown was sent again", p.Took, got)
			}
			tell(test.after)
			got := b.Outbound(c)
			if got.Status != test.want || got.ProviderID != it {
				t.Errorf("%+v", got)
			}
			failures := 0
			for _, event := range b.Timeline(c) {
				if event.Type == chat.EventMessageFailed {
					failures++
				}
			}
			if (failures == 1) != (test.want == chat.StatusFailed) || failures > 1 {
				t.Errorf("the timeline tells of %d failures", failures)
			}
			if pending, err := b.Store.PendingTimers(b.Context(), desktest.Account, c, chat.TimerSend); err != nil || len(pending) != 0 {
				t.Errorf("%v still waits, %v", pending, err)
			}
			quoting := b.Text("1", "a eso digo que sí")
			quoting.ReplyTo = it
			if m := b.Receive(quoting).Message; m.ReplyTo != got.ID {
				t.Errorf("the answer quotes %q, want %q", m.ReplyTo, got.ID)
			}
		})
	}
}

// The process that takes the status of a lost attempt dies at any of its calls, and the status is delivered again. A status, a reaction and
// an answer that quotes the message wait for it.
func TestUpdateStatus_DiesAtAnyCall_ParkedApplied(t *testing.T) { // C-03
	t.Parallel()
	b := desktest.New(t)
	dead := errors.New("the process died")
	for cut, died := 0, true; died; cut++ {
		died = false
		from, it := fmt.Sprint(cut), fmt.Sprint("wamid.out", cut)
		c := b.Receive(b.Text(from, "hola")).Conversation.ID
		b.Reply(c, "uno")
		b.DieAfterPost(c)
		b.Deliver(c, &desktest.Provider{})
		b.Status(it, chat.StatusUpdate{Status: chat.StatusRead})
		b.Update(b.UpdateOf(it, chat.Reacted, "🙏", 1))
		quoting := b.Text(from, "a eso digo que sí")
		quoting.ReplyTo = it
		answer := b.Receive(quoting).Message
		named := chat.Inbound{Kind: chat.InboundStatus, ProviderID: it, Status: chat.StatusUpdate{Status: chat.StatusSent, Ref: desk.Ref(b.Outbound(c)), At: b.Time}}
		calls := 0
		dying := b.DeskOn(b.Through(func(_ string, call func() error) error {
			calls++
			if calls <= cut/2 {
				return call()
			}
			if calls == cut/2+1 && cut%2 == 1 {
				_ = call() // its answer is lost
			}
			died = true
			return dead
		}))
		if err := dying.UpdateStatus(b.Context(), b.Account, b.Channel, named); died != (err != nil) {
			t.Fatal(err)
		}
		b.Must(b.Desk.UpdateStatus(b.Context(), b.Account, b.Channel, named))
		if m := b.Outbound(c); m.Status != chat.StatusRead || m.ProviderID != it || len(m.Reactions) != 1 || b.Message(answer).ReplyTo != m.ID {
			t.Errorf("dies at call %d, after it %t: it is %s with the reactions %v, and the answer quotes %q", cut/2, cut%2 == 1, m.Status, m.Reactions, b.Message(answer).ReplyTo)
		}
	}
}

// The provider tells of a message before the send knows that it was taken.
func TestUpdateStatus_BeforeResponse(t *testing.T) { // B-13, §11-10
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation.ID
	b.Reply(c, "uno")
	said := b.DeliverBy(c, func(_ context.Context, _ chat.Conversation, m chat.Message) (channel.Delivered, error) {
		b.Status("wamid.out", chat.StatusUpdate{Status: chat.StatusDelivered, Ref: desk.Ref(m)})
		return channel.Delivered{ProviderID: "wamid.out"}, nil
	})
	if got := b.Outbound(c); said != nil || got.Status != chat.StatusDelivered || got.ProviderID != "wamid.out" {
		t.Errorf("%+v", got)
	}
}

// PROVIDERS §11-9, §11-10: in whatever order statuses come, and before their message is known or after, the highest one stands.
func TestUpdateStatus_AnyOrder(t *testing.T) {
	t.Parallel()
	n := 0
	for _, statuses := range [][]chat.MessageStatus{
		{chat.StatusSent, chat.StatusDelivered, chat.StatusRead}, {chat.StatusSent, chat.StatusDelivered, chat.StatusFailed},
	} {
		for places := range chattest.Permutations(len(statuses)) {
			n++
			var order []chat.MessageStatus
			for _, place := range places {
				order = append(order, statuses[place])
			}
			statusesInOrder(t, n, order)
		}
	}
}

// statusesInOrder checks one order of statuses, before and after the send is recorded. Every other status names our message.
func statusesInOrder(t *testing.T, i int, order []chat.MessageStatus) {
	t.Helper()
	want := slices.MaxFunc(order, func(a, b chat.MessageStatus) int { return a.Rank() - b.Rank() })
	for _, sentFirst := range []bool{true, false} {
		t.Run(fmt.Sprintf("%v recorded %v", order, sentFirst), func(t *testing.T) {
			t.Parallel()
			b := desktest.New(t)
			c := b.Receive(b.Text("1", "hola")).Conversation.ID
			b.Reply(c, "uno")
			p := &desktest.Provider{}
			if sentFirst {
				b.Deliver(c, p)
			}
			for j, status := range order {
				update := chat.StatusUpdate{Status: status}
				if sentFirst && (i+j)%2 == 0 {
					update.Ref = desk.Ref(b.Outbound(c))
				}
				b.Status("wamid.out.uno", update)
			}
			if !sentFirst {
				b.Deliver(c, p)
			}
			if got := b.Statuses(c); got[0] != want {
				t.Errorf("ended %v, want %s", got, want)
			}
		})
	}
}

// PROVIDERS §11-10, §11-19: a status, a reaction and the message's own echo may come before the provider's answer to the send, or after it.
func TestSend_StatusUpdateEcho_AnyOrder(t *testing.T) {
	t.Parallel()
	const answer = 3
	b := desktest.New(t)
	n := 0
	for order := range chattest.Permutations(answer + 1) {
		n++
		id, from := fmt.Sprint("wamid.out", n), fmt.Sprint(n)
		c := b.Receive(b.Text(from, "hola")).Conversation
		m := b.Reply(c.ID, "buenas")
		say := func(i int) {
			switch i {
			case 0:
				b.Status(id, chat.StatusUpdate{Status: chat.StatusDelivered})
			case 1:
				b.Update(b.UpdateOf(id, chat.Reacted, "🙏", 1))
			case 2:
				b.Echo(b.EchoOf(from, id, "buenas"))
			}
		}
		before, after := order[:slices.Index(order, answer)], order[slices.Index(order, answer)+1:]
		said := b.DeliverBy(c.ID, func(context.Context, chat.Conversation, chat.Message) (channel.Delivered, error) {
			for _, i := range before {
				say(i)
			}
			return channel.Delivered{ProviderID: id}, nil
		})
		if said != nil {
			t.Fatalf("order %v: the provider said %v", order, said)
		}
		for range 2 {
			for _, i := range after {
				say(i)
			}
			for _, i := range before {
				say(i)
			}
		}
		messages := b.Messages(c.ID)
		if len(messages) != 2 {
			t.Fatalf("order %v: %d messages: %+v", order, len(messages), messages)
		}
		got := messages[1]
		if got.ID != m.ID || got.Status != chat.StatusDelivered || len(got.Reactions) != 1 || got.Reactions[0].Emoji != "🙏" || got.Author.Kind != chat.ByOperator {
			t.Errorf("order %v: %+v", order, got)
		}
		if now := b.Conversation(c.ID); now.LastMessageID != m.ID || now.Preview.Text != "buenas" || now.Preview.MessageID != m.ID {
			t.Errorf("order %v: the conversation shows %+v", order, now.Preview)
		}
	}
}
