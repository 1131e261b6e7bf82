package chat_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/recado-chat/recado/infra/testkit/chattest"
	"github.com/recado-chat/recado/shared/chat"
)

var written = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func moment(second, heard int) chat.Moment {
	return chat.Moment{At: written.Add(time.Duration(second) * time.Second), ReceivedAt: written.Add(time.Duration(heard) * time.Second)}
}

func inbound() chat.Message {
	return chat.Message{ID: "M1", Direction: chat.In, Type: chat.TypeImage, Text: "hola", Attachments: []chat.Attachment{{ID: "1"}}, SentAt: written}
}

// PROVIDERS §11-22 and §12: the latest update of each side stands, and a revoked message stays empty.
func TestApplyUpdate_AnyOrder(t *testing.T) {
	t.Parallel()
	updates := []chat.MessageUpdate{
		{Kind: chat.Reacted, From: chat.In, Emoji: "👍", When: moment(1, 1)},
		{Kind: chat.Reacted, From: chat.In, Emoji: "", When: moment(2, 2)},
		{Kind: chat.Reacted, From: chat.In, Emoji: "🧡", When: moment(2, 3)}, // in the same second, received later
		{Kind: chat.Reacted, From: chat.Out, Emoji: "🙏", When: moment(1, 5)},
		{Kind: chat.Edited, From: chat.In, Text: "hola!", When: moment(3, 3)},
		{Kind: chat.Edited, From: chat.In, Text: "hola!!", When: moment(4, 4)},
		{Kind: chat.Edited, From: chat.Out, Text: "not theirs to edit", When: moment(9, 9)},
	}
	want := inbound()
	want.Text, want.Edited = "hola!!", moment(4, 4)
	want.Reactions = []chat.Reaction{
		{From: chat.In, Emoji: "🧡", When: moment(2, 3)},
		{From: chat.Out, Emoji: "🙏", When: moment(1, 5)},
	}
	for order := range chattest.Permutations(len(updates)) {
		m := inbound()
		for _, i := range order {
			m.ApplyUpdate(updates[i])
			if m.ApplyUpdate(updates[i]) {
				t.Fatalf("order %v: %v changed the message twice", order, updates[i])
			}
		}
		if diff := cmp.Diff(want, m); diff != "" {
			t.Fatalf("order %v (-want +got):\n%s", order, diff)
		}
	}
}

func TestLoadChanges_Revoked_EmptyInEveryOrder(t *testing.T) {
	t.Parallel()
	updates := []chat.MessageUpdate{
		{Kind: chat.Edited, From: chat.In, Text: "hola!", When: moment(3, 3)},
		{Kind: chat.Reacted, From: chat.Out, Emoji: "🙏", When: moment(9, 9)},
		{Kind: chat.Revoked, From: chat.In, When: moment(5, 5)},
		{Kind: chat.Revoked, From: chat.In, When: moment(5, 70)}, // repeated
	}
	want := inbound()
	want.Text, want.Attachments, want.Revoked = "", []chat.Attachment{{ID: "1"}}, moment(5, 5)
	for order := range chattest.Permutations(len(updates)) {
		m := inbound()
		for _, i := range order {
			m.ApplyUpdate(updates[i])
		}
		if diff := cmp.Diff(want, m); diff != "" {
			t.Fatalf("order %v (-want +got):\n%s", order, diff)
		}
	}
	m := inbound()
	if m.ApplyUpdate(chat.MessageUpdate{Kind: chat.Revoked, From: chat.Out, When: moment(5, 5)}) || m.Text == "" {
		t.Error("the other side took a message back")
	}
	if shown := fmt.Sprint(chat.NewPreview(want).Revoked, chat.NewPreview(inbound()).Revoked); shown != "true false" {
		t.Errorf("the previews are revoked: %s", shown)
	}
}
