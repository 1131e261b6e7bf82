package socket_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/chat"
)

func TestViewing(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.join("a1", ana)
	w.join("b1", beto)
	w.say("a1", viewIt)
	w.say("b1", viewIt)
	alone, both := `{"conversationId":"`+string(conversation)+`","operatorIds":["`+string(ana)+`"]}`,
		`{"conversationId":"`+string(conversation)+`","operatorIds":["`+string(ana)+`","`+string(beto)+`"]}`
	w.wantHeard("a1", "viewing", alone, both)
	w.wantHeard("b1", "viewing", both)
	w.gateway.Forget()

	if status := w.say("b1", viewIt); status != 200 { // repeating it changes nothing
		t.Errorf("answered %d", status)
	}
	w.wantHeard("a1", "viewing")
	w.say("b1", `{"action":"view","conversationId":null}`)
	w.wantHeard("a1", "viewing", alone)
	w.wantHeard("b1", "viewing")
	w.say("b1", viewIt)
	w.gateway.Forget()
	w.send("$disconnect", "b1", "", nil)
	w.wantHeard("a1", "viewing", alone)
}

// A browser watches from its first view on, until it says that it is hidden. A repeated view is answered again.
func TestView_Watching(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.join("a1", ana)
	w.connect("b1", beto)
	w.gateway.Forget()
	watching := func(want ...string) {
		t.Helper()
		connections, err := w.store.WatchingConnections(t.Context(), account)
		w.must(err)
		var got []string
		for _, c := range connections {
			got = append(got, c.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("watching are %v, want %v", got, want)
		}
	}
	watching("a1")
	for _, c := range []struct {
		said   string
		status int
		told   int // how often the browser was told by now that it watches
		want   []string
	}{
		{`{"action":"ping"}`, 200, 0, []string{"a1"}},
		{viewIt, 200, 1, []string{"a1", "b1"}},
		{viewIt, 200, 2, []string{"a1", "b1"}},
		{watch, 200, 2, []string{"a1", "b1"}},
		{`{"action":"view","conversationId":"01K9S3TJ8W0000000000000001","hidden":true}`, 200, 2, []string{"a1"}},
		{`{"action":"view","conversationId":null,"hidden":true}`, 200, 2, []string{"a1"}},
		{`{"action":"view","conversationId":"` + string(hidden) + `"}`, 404, 3, []string{"a1", "b1"}}, // of another store: only the lists are shown
		{viewIt, 200, 3, []string{"a1", "b1"}},
		{`{"action":"view","conversationId":null,"own":true}`, 200, 3, []string{"a1", "b1"}},
		{watch, 200, 4, []string{"a1", "b1"}}, // it was told little of other lists
	} {
		if status := w.say("b1", c.said); status != c.status {
			t.Errorf("%s: %d, want %d", c.said, status, c.status)
		}
		if told := len(w.heard("b1", "watching")); told != c.told {
			t.Errorf("%s: told %d times, want %d", c.said, told, c.told)
		}
		watching(c.want...)
	}
	w.say("b1", `{"action":"view","conversationId":null,"hidden":true}`)
	if c, err := w.store.Connection(t.Context(), "b1"); err != nil || c.Viewing != (chat.Viewed{}) {
		t.Errorf("a hidden browser views %q, %v", c.Viewing.ConversationID, err)
	}
	w.send("$disconnect", "a1", "", nil)
	watching()
}

func TestView_NotVisible_Refused(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.join("a1", ana)
	w.join("b1", beto)
	view := func(id chat.ConversationID) string { return `{"action":"view","conversationId":"` + string(id) + `"}` }
	for _, c := range []struct {
		connection string
		body       string
		want       int
	}{
		{"a1", view(hidden), 200},
		{"b1", view(hidden), 404},
		{"b1", view("01K9S3TJ8W00000000000NONE"), 404},
		{"b1", view("A#B"), 400},
		{"b1", view(chat.ConversationID(strings.Repeat("A", 5000))), 400},
	} {
		if got := w.say(c.connection, c.body); got != c.want {
			t.Errorf("%s %.80s: %d, want %d", c.connection, c.body, got, c.want)
		}
	}
	mine, err := w.store.Connection(t.Context(), "b1")
	if err != nil || mine.Viewing != (chat.Viewed{}) {
		t.Errorf("Beto views %q: %v", mine.Viewing.ConversationID, err)
	}
}
