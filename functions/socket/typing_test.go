package socket_test

import (
	"errors"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
)

// B-14: the customer sees that an operator types; the queue receives one signal every twenty seconds.
func TestTyping_SentToProvider(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.join("one", ana)
	w.join("two", beto)
	say := func(connection, body string, want int) {
		t.Helper()
		if status := w.send("$default", connection, body, nil); status != want {
			t.Fatalf("%s is answered %d", body, status)
		}
	}
	on := `{"action":"typing","conversationId":"` + string(conversation) + `","on":true}`
	off := `{"action":"typing","conversationId":"` + string(conversation) + `","on":false}`
	say("one", on, 404) // only a viewer can type
	for _, connection := range []string{"one", "two"} {
		say(connection, `{"action":"view","conversationId":"`+string(conversation)+`"}`, 200)
	}
	told := func(want int) {
		t.Helper()
		if len(w.sent.out) != want {
			t.Fatalf("%d signals, want %d", len(w.sent.out), want)
		}
	}
	say("one", off, 200)
	told(0)
	say("one", on, 200)
	say("one", off, 200)
	w.now = w.now.Add(19 * time.Second)
	say("two", on, 200)
	told(1)
	w.now = w.now.Add(time.Second)
	say("two", on, 200)
	told(2)
	first, second := w.sent.out[0], w.sent.out[1]
	signal, ok, err := events.Decode[events.ReadMarked](first.Envelope)
	if !ok || err != nil || signal != (events.ReadMarked{ConversationID: string(conversation), Typing: true}) {
		t.Errorf("got %+v, %v", signal, err)
	}
	if first.Group != events.MarkGroup(string(conversation)) || first.Dedup == second.Dedup || first.Envelope.AccountID != string(account) {
		t.Errorf("got %+v, then %+v", first, second)
	}
	w.now = w.now.Add(time.Minute)
	w.sent.err = errors.New("no queue")
	say("one", on, 200) // a failed hint is no error
}
