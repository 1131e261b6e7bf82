package inbound_test

import (
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
)

// A message that the provider brings late keeps the conversation open from its arrival on, and keeps its own time for the reply window.
func TestReceive_Late_CountsFromArrival(t *testing.T) { // S3-11
	t.Parallel()
	b := desktest.New(t)
	b.Account.Closing.Idle = 2 * time.Hour
	c := b.Receive(b.Text("1", "hola")).Conversation
	b.Must(desktest.Err(b.Desk.Assign(b.Context(), b.Actor(), c.ID, b.Owner.ID, 0)))
	b.Advance(time.Minute)
	b.Reply(c.ID, "buenas")
	late := b.Text("1", "¿siguen ahí?")
	late.At = late.At.Add(-10 * time.Second) // before the reply
	b.Advance(90 * time.Minute)
	late.ReceivedAt = b.Time
	b.Receive(late)
	got := b.Conversation(c.ID)
	if !got.LastActivityAt.Equal(late.ReceivedAt) || !got.LastInboundAt.Equal(late.At) || got.Preview.Text != "buenas" {
		t.Errorf("%+v", got)
	}
	version := got.Version
	late.ReceivedAt = late.ReceivedAt.Add(time.Hour) // delivered again
	b.Receive(late)
	if got = b.Conversation(c.ID); got.Version != version {
		t.Errorf("a repeated one changed the conversation: %+v", got)
	}
	for _, step := range []struct {
		after  time.Duration
		closed bool
	}{{2*time.Hour - time.Second, false}, {time.Second, true}} {
		b.Advance(step.after)
		closed, err := b.Desk.Close(b.Context(), b.Account, c.ID)
		if b.Must(err); closed != step.closed {
			t.Errorf("at %s: closed %t", b.Time, closed)
		}
	}
	if got = b.Conversation(c.ID); got.Status != chat.Resolved {
		t.Errorf("%+v", got)
	}
}
