package tracking_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/recado-chat/recado/infra/testkit/chattest"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
)

// state is what updates change in a message and in its conversation's preview.
type state struct {
	Text, Preview string
	Reactions     string
	Edited        bool
	Revoked       [2]bool // the message, the preview
}

func stateOf(b *desktest.Fixture, m chat.Message) state {
	b.Helper()
	m = b.Message(m)
	preview := b.Conversation(m.ConversationID).Preview
	s := state{Text: m.Text, Preview: preview.Text, Edited: !m.Edited.IsZero(), Revoked: [2]bool{!m.Revoked.IsZero(), preview.Revoked}}
	for _, r := range m.Reactions {
		s.Reactions += fmt.Sprintf("%s %s;", r.From, r.Emoji)
	}
	return s
}

// PROVIDERS §11-22: in any order, and however often, the result is the same. The message opens a conversation, or goes into one.
func TestApplyMessageUpdate_AnyOrder(t *testing.T) {
	t.Parallel()
	type step struct {
		kind   chat.MessageUpdateKind
		text   string
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
		"revoked": {
			[]step{{chat.Edited, "hola!", 3}, {chat.Reacted, "🧡", 9}, {chat.Revoked, "", 5}},
			state{Revoked: [2]bool{true, true}},
		},
	} {
		for _, opens := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, opens %t", name, opens), func(t *testing.T) {
				t.Parallel()
				b := desktest.New(t)
				n := 0
				for order := range chattest.Permutations(len(c.steps) + 1) {
					n++
					from := fmt.Sprint(n)
					if !opens {
						b.Receive(b.Text(from, "antes"))
					}
					in := b.Text(from, "hola")
					in.At, in.ReceivedAt = b.Time.Add(time.Millisecond), b.Time.Add(time.Millisecond)
					for range 2 { // everything is delivered twice
						for _, i := range order {
							if i == len(c.steps) {
								b.Receive(in)
								continue
							}
							b.Update(b.UpdateOf(in.ProviderID, c.steps[i].kind, c.steps[i].text, c.steps[i].second))
						}
					}
					received := b.Receive(in)
					if diff := cmp.Diff(c.want, stateOf(b, received.Message)); diff != "" {
						t.Errorf("order %v (-want +got):\n%s", order, diff)
					}
				}
			})
		}
	}
}

// An update of a message that is not the newest does not touch the preview.
func TestApplyMessageUpdate_OlderMessage(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	first := b.Text("1", "uno")
	c := b.Receive(first).Conversation
	b.Advance(time.Minute)
	b.Receive(b.Text("1", "dos"))
	before := b.Conversation(c.ID)
	b.Update(b.UpdateOf(first.ProviderID, chat.Revoked, "", 1))
	if after := b.Conversation(c.ID); after.Preview.Text != "dos" || after.Version != before.Version {
		t.Errorf("%+v", after)
	}
	if messages := b.Messages(c.ID); messages[0].Text != "" || messages[0].Revoked.IsZero() || messages[1].Text != "dos" {
		t.Errorf("%+v", messages)
	}
}
