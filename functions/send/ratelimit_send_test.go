package send_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// PROVIDERS §2.2: 45 messages to one person are sent at once. The next one waits, without an attempt.
func TestSend_ManyToOnePerson_RateLimited(t *testing.T) {
	t.Parallel()
	w := open(t)
	var last chat.Message
	for i := range 46 {
		last = w.Reply(w.conversation, fmt.Sprint(i))
	}
	h := w.handler()
	w.Must(w.deliver(h))
	timer := w.timer(last)
	if got := w.Message(last); len(w.texts()) != 45 || got.Status != chat.StatusQueued || timer == nil || got.Error != nil {
		t.Fatalf("%d sent, the last is %s, timer %+v", len(w.texts()), got.Status, timer)
	}
	if wait := timer.DueAt.Sub(w.Time); wait <= 0 || wait > 6*time.Second {
		t.Errorf("it waits %v", wait)
	}
	w.Must(w.deliver(h)) // the signal of another message
	if len(w.texts()) != 45 {
		t.Error("it was sent too early")
	}
	w.Time = timer.DueAt
	w.Must(w.deliver(h))
	if got := w.Message(last); got.Status != chat.StatusSent || len(w.texts()) != 46 {
		t.Errorf("it is %s, %d sent", got.Status, len(w.texts()))
	}
}
