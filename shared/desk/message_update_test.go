package desk_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/recado-chat/recado/infra/testkit/chattest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

// altered is a contact's word on a message, so many seconds after noon.
func (b *bed) altered(target string, kind chat.MessageUpdateKind, words string, second int) chat.Inbound {
	at := b.now.Add(time.Duration(second) * time.Second)
	a := chat.MessageUpdate{Kind: kind, From: chat.In, When: chat.Moment{At: at, ReceivedAt: at}}
	if kind == chat.Reacted {
		a.Emoji = words
	} else {
		a.Text = words
	}
	return chat.Inbound{Kind: chat.InboundUpdate, Asset: "71", At: at, ReceivedAt: at, Target: target, Update: &a}
}

func (b *bed) alter(in chat.Inbound) {
	b.t.Helper()
	b.must(b.ApplyMessageUpdate(b.ctx, b.account, b.channel, in))
}

// state is what of a message and its conversation alterations touch.
type state struct {
	Text, Preview string
	Reactions     string
	Edited        bool
	Revoked       [2]bool // the message, the preview
}

func (b *bed) state(c chat.ConversationID, id chat.MessageID) state {
	b.t.Helper()
	m, err := b.store.Message(b.ctx, "account", c, id)
	b.must(err)
	preview := b.conversation(c).Preview
	s := state{Text: m.Text, Preview: preview.Text, Edited: !m.Edited.IsZero(), Revoked: [2]bool{!m.Revoked.IsZero(), preview.Revoked}}
	for _, r := range m.Reactions {
		s.Reactions += fmt.Sprintf("%s %s;", r.From, r.Emoji)
	}
	return s
}

// Bar 4, PROVIDERS §11-22: whatever comes first, and however often, the same is left. The message opens a conversation, or comes
// into one.
func TestAlterationsOfAnInboundMessageInEveryOrder(t *testing.T) {
	t.Parallel()
	type step struct {
		kind   chat.MessageUpdateKind
		words  string
		second int
	}
	for name, c := range map[string]struct {
		steps []step
		want  state
	}{
		"reactions and edits": {
			[]step{{chat.Reacted, "👍", 1}, {chat.Reacted, "🧡", 2}, {chat.Edited, "hola!", 3}},
			state{Text: "hola!", Preview: "hola!", Reactions: "in 🧡;", Edited: true},
		},
		"taken back": {
			[]step{{chat.Edited, "hola!", 3}, {chat.Reacted, "🧡", 9}, {chat.Revoked, "", 5}},
			state{Revoked: [2]bool{true, true}},
		},
	} {
		for _, opens := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, opens %t", name, opens), func(t *testing.T) {
				t.Parallel()
				b := newBed(t)
				n := 0
				for order := range chattest.Permutations(len(c.steps) + 1) {
					n++
					from := fmt.Sprint(n)
					if !opens {
						b.receive(b.text(from, "antes"))
					}
					in := b.text(from, "hola")
					in.At, in.ReceivedAt = b.now.Add(time.Millisecond), b.now.Add(time.Millisecond)
					for range 2 { // everything is delivered twice
						for _, i := range order {
							if i == len(c.steps) {
								b.receive(in)
								continue
							}
							b.alter(b.altered(in.ProviderID, c.steps[i].kind, c.steps[i].words, c.steps[i].second))
						}
					}
					received := b.receive(in)
					if diff := cmp.Diff(c.want, b.state(received.Conversation.ID, received.Message.ID)); diff != "" {
						t.Errorf("order %v (-want +got):\n%s", order, diff)
					}
				}
			})
		}
	}
}

// Bar 4, PROVIDERS §11-10, §11-19: a status, a reaction and the message's own echo may come before the provider's answer to the send,
// or after it.
func TestWhatComesAroundTheAnswerOfASendInEveryOrder(t *testing.T) {
	t.Parallel()
	const answer = 3
	b := newBed(t)
	n := 0
	for order := range chattest.Permutations(answer + 1) {
		n++
		id, from := fmt.Sprint("wamid.out", n), fmt.Sprint(n)
		c := b.receive(b.text(from, "hola")).Conversation
		b.now = b.now.Add(time.Second)
		m := b.reply(c.ID, fmt.Sprint("client", n), "buenas")
		say := func(i int) {
			switch i {
			case 0:
				b.must(b.Acknowledge(b.ctx, b.account, b.channel, chat.Inbound{
					Kind: chat.InboundStatus, ProviderID: id, Status: chat.StatusUpdate{Status: chat.StatusDelivered, At: b.now},
				}))
			case 1:
				b.alter(b.altered(id, chat.Reacted, "🙏", 1))
			case 2:
				b.echo(b.written(from, id, "buenas"))
			}
		}
		before, after := order[:slices.Index(order, answer)], order[slices.Index(order, answer)+1:]
		said, err := b.Deliver(b.ctx, "account", c.ID, b.channel, nil, func(context.Context, chat.Conversation, chat.Message) (channel.Delivered, error) {
			for _, i := range before {
				say(i)
			}
			return channel.Delivered{ProviderID: id}, nil
		})
		if b.must(err); said != nil {
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
		messages := b.messages(c.ID)
		if len(messages) != 2 {
			t.Fatalf("order %v: %d messages: %+v", order, len(messages), messages)
		}
		got := messages[1]
		if got.ID != m.ID || got.Status != chat.StatusDelivered || len(got.Reactions) != 1 || got.Reactions[0].Emoji != "🙏" || got.Author.Kind != chat.ByOperator {
			t.Errorf("order %v: %+v", order, got)
		}
		if now := b.conversation(c.ID); now.LastMessageID != m.ID || now.Preview.Text != "buenas" || now.Preview.MessageID != m.ID {
			t.Errorf("order %v: the conversation shows %+v", order, now.Preview)
		}
	}
}

// An alteration of a message that is not the newest leaves the list as it is.
func TestAnAlterationOfAnOlderMessageLeavesThePreview(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	first := b.text("1", "uno")
	c := b.receive(first).Conversation
	b.now = b.now.Add(time.Minute)
	b.receive(b.text("1", "dos"))
	before := b.conversation(c.ID)
	b.alter(b.altered(first.ProviderID, chat.Revoked, "", 1))
	if after := b.conversation(c.ID); after.Preview.Text != "dos" || after.Version != before.Version {
		t.Errorf("%+v", after)
	}
	if messages := b.messages(c.ID); messages[0].Text != "" || messages[0].Revoked.IsZero() || messages[1].Text != "dos" {
		t.Errorf("%+v", messages)
	}
}
