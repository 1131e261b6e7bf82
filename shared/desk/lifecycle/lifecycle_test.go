package lifecycle_test

import (
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func TestResolveAndReopen(t *testing.T) { // S1-16
	t.Parallel()
	b := desktest.New(t)
	b.Employ("bruno", desktest.Carries(5))
	c := b.Receive(b.Text("1", "hola")).Conversation
	b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), c.ID, "bruno", 0)))
	b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), c.ID)))
	b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), c.ID)))
	if got := b.Conversation(c.ID); got.Status != chat.Resolved || b.LoadOf("bruno") != 0 || !got.DueAt().IsZero() {
		t.Errorf("%+v, load %d", got, b.LoadOf("bruno"))
	}
	b.Must(desktest.Err(b.Desk.Reopen(b.Context(), b.Actor(), c.ID)))
	if got := b.Conversation(c.ID); got.Status != chat.Open || got.AssigneeID != "bruno" || b.LoadOf("bruno") != 1 {
		t.Errorf("%+v, load %d", got, b.LoadOf("bruno"))
	}
	b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), c.ID)))
	b.Advance(chat.ReopenWithin)
	other := b.Receive(b.Text("1", "de nuevo")).Conversation
	_, err := b.Desk.Reopen(b.Context(), b.Actor(), c.ID)
	b.WantFault(err, fault.Conflict, "other_open")
	if b.Conversation(c.ID).Status != chat.Resolved || b.Conversation(other.ID).Status != chat.Open {
		t.Error("two conversations of one identity are open, or none")
	}
}

func TestReopen_AfterMonth_StaysOpen(t *testing.T) { // S3-12
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation
	b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), c.ID)))
	b.Advance(60 * 24 * time.Hour)
	b.Must(desktest.Err(b.Desk.Reopen(b.Context(), b.Actor(), c.ID)))
	b.Advance(time.Minute)
	if closed, err := b.Desk.Close(b.Context(), b.Account, c.ID); err != nil || closed {
		t.Errorf("closed %v, %v", closed, err)
	}
}

func TestClose(t *testing.T) { // S3-11
	t.Parallel()
	b := desktest.New(t)
	b.Employ("bruno", desktest.Carries(5))
	c := b.Receive(b.Text("1", "hola")).Conversation
	b.Must(b.Desk.Distribute(b.Context(), b.Account, desktest.Shop))
	b.Advance(30 * time.Minute)
	b.Receive(b.Text("1", "¿hola?"))
	b.Advance(30 * time.Minute)
	closed, err := b.Desk.Close(b.Context(), b.Account, c.ID)
	b.Must(err)
	if got := b.Conversation(c.ID); closed || !got.CloseAt.Equal(b.Time.Add(30*time.Minute)) {
		t.Errorf("closed %v, next look at %s", closed, got.CloseAt)
	}
	b.Advance(30 * time.Minute)
	closed, err = b.Desk.Close(b.Context(), b.Account, c.ID)
	b.Must(err)
	events := b.Timeline(c.ID)
	if last := events[len(events)-1]; !closed || last.Type != chat.EventResolved || last.Reason.Code != chat.ReasonIdle || b.LoadOf("bruno") != 0 {
		t.Errorf("closed %v, %+v, load %d", closed, last, b.LoadOf("bruno"))
	}
	if closed, err = b.Desk.Close(b.Context(), b.Account, c.ID); err != nil || closed {
		t.Errorf("again: closed %v, %v", closed, err)
	}
}

// B-14: the cursor names the contact's newest message when it was read, on channels with read receipts.
func TestRead_Receipts(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	first := b.Receive(b.Text("1", "hola")).Message
	b.Advance(10 * time.Second)
	second := b.Receive(b.Text("1", "¿hay alguien?")).Message
	c := second.ConversationID
	b.Advance(time.Second)
	ours := b.Reply(c, "sí")
	tells := func(d *desktest.UseCases, upTo chat.MessageID) chat.MessageID {
		t.Helper()
		cursor, err := d.Read(b.Context(), b.Actor(), b.Conversation(c), upTo)
		b.Must(err)
		return cursor.Tells
	}
	for _, read := range []struct{ upTo, want chat.MessageID }{
		{first.ID, ""}, {second.ID, second.ID}, {first.ID, second.ID}, {ours.ID, second.ID}, {"", second.ID},
	} {
		if got := tells(b.Desk, read.upTo); got != read.want {
			t.Errorf("up to %q Tells is %q, want %q", read.upTo, got, read.want)
		}
	}
	cursors, err := b.Store.ReadCursors(b.Context(), desktest.Account, b.Owner.ID, []chat.ConversationID{c})
	if b.Must(err); cursors[c].Tells != second.ID {
		t.Errorf("stored: %+v", cursors[c])
	}
	cursor, err := b.Desk.Unread(b.Context(), b.Actor(), b.Conversation(c))
	if b.Must(err); cursor.Tells != "" {
		t.Errorf("unread: Tells is %q", cursor.Tells)
	}
	silent := desktest.NewUseCases(b, b.Store, func(chat.ChannelType) (chat.Capabilities, bool) { return chat.Capabilities{}, true }, b.Now)
	if got := tells(silent, second.ID); got != "" {
		t.Errorf("channel without receipts: Tells is %q", got)
	}
}
