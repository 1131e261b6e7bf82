package send_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
)

// B-22: what the provider owes a report on is noted once, until it is heard again, with a time before the report can come.
func TestSend_Accepted_AwaitsReportOnce(t *testing.T) {
	t.Parallel()
	w := open(t)
	h := w.handler()
	awaited := func() time.Time {
		t.Helper()
		ch, err := w.Store.Channel(t.Context(), desktest.Account, w.Channel.ID)
		w.Must(err)
		return ch.AwaitedSince
	}
	w.Must(w.phone.Fail(whatsapp.Fault{Code: 131026}))
	w.Reply(w.conversation, "refused")
	w.Must(w.deliver(h))
	if got := awaited(); !got.IsZero() {
		t.Errorf("a refused message is to be reported on since %s", got)
	}
	var first time.Time
	for i := range 3 {
		w.Advance(time.Minute)
		w.Reply(w.conversation, "taken")
		if i == 0 {
			first = w.Time
		}
		w.Must(w.deliver(h))
	}
	if got := awaited(); !got.Equal(first) {
		t.Errorf("awaited since %s, want %s", got, first)
	}
	w.Must(w.Store.NoteHeard(t.Context(), w.Channel, w.Time))
	w.Reply(w.conversation, "reported at once")
	w.Must(w.deliver(h))
	if got := awaited(); !got.Equal(first) {
		t.Errorf("within an hour of a call: awaited since %s", got)
	}
	w.Advance(time.Hour)
	w.Reply(w.conversation, "another")
	w.Must(w.deliver(h))
	if got := awaited(); !got.Equal(w.Time) {
		t.Errorf("awaited since %s, want %s", got, w.Time)
	}
}

// B-22: since when a channel does not work stays, while its messages are tried again.
func TestSend_RefusedAgain_SinceStays(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.Must(w.phone.Fail(whatsapp.Fault{Times: 2, Code: 190, Status: http.StatusUnauthorized}))
	w.Reply(w.conversation, "uno")
	h, since := w.handler(), w.Time
	w.Must(w.deliver(h))
	w.Advance(5 * time.Minute)
	w.Must(w.deliver(h))
	if got := w.health(); got.State != chat.HealthReauthorise || !got.Since.Equal(since) || !got.At.Equal(w.Time) {
		t.Errorf("%+v, want it since %s", got, since)
	}
	w.Advance(5 * time.Minute)
	w.Must(w.deliver(h))
	if got := w.health(); got.State != chat.HealthOK || !got.Since.IsZero() {
		t.Errorf("%+v", got)
	}
}
