package desk_test

import (
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
)

// B-14: the provider is told when the contact's newest message was read, and only a provider that wants to know.
func TestWhoReadsTheNewestMessageTells(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	first := b.receive(b.text("1", "hola")).Message
	b.now = b.now.Add(10 * time.Second)
	second := b.receive(b.text("1", "¿hay alguien?")).Message
	c := second.ConversationID
	b.now = b.now.Add(time.Second)
	ours := b.reply(c, "a", "sí")
	tells := func(d *desk.Desk, upTo chat.MessageID) chat.MessageID {
		t.Helper()
		cursor, err := d.Read(b.ctx, b.owner, c, upTo)
		b.must(err)
		return cursor.Tells
	}
	for upTo, want := range map[chat.MessageID]chat.MessageID{first.ID: "", second.ID: second.ID, ours.ID: second.ID, "": second.ID} {
		if got := tells(b.Desk, upTo); got != want {
			t.Errorf("up to %q it tells %q, want %q", upTo, got, want)
		}
	}
	cursors, err := b.store.ReadCursors(b.ctx, "account", b.owner.Operator.ID, []chat.ConversationID{c})
	if b.must(err); cursors[c].Tells != second.ID {
		t.Errorf("kept is %+v", cursors[c])
	}
	cursor, err := b.Unread(b.ctx, b.owner, c)
	if b.must(err); cursor.Tells != "" {
		t.Errorf("not read tells %q", cursor.Tells)
	}
	silent, err := desk.New(b.store, func(chat.ChannelType) (channel.Capabilities, bool) { return channel.Capabilities{}, true }, func() time.Time { return b.now })
	b.must(err)
	if got := tells(silent, second.ID); got != "" {
		t.Errorf("a channel without receipts is told %q", got)
	}
}
