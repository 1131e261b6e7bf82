package socket_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/limit"
)

const (
	visitorTypes = `{"action":"typing","on":true}`
	writing      = chat.ConversationID("01K9S3TJ8W0000000000000003")
)

// A visitor whose browser sends too many frames is told once when to come back; a browser that goes on is closed. The frames of another
// visitor of the same address are handled.
func TestFrames_Flood_ToldOnceThenClosed(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.now = w.now.Add(20 * time.Second)
	w.writes("V1", writing)
	w.visit("v1", chat.Visitor{ID: "V1", ChannelID: "WEB"})
	w.visit("v2", chat.Visitor{ID: "V2", ChannelID: "WEB"})
	w.join("a1", ana)
	if status := w.say("a1", `{"action":"view","conversationId":"`+string(writing)+`"}`); status != 200 {
		t.Fatalf("view: %d", status)
	}
	taken := 0
	for range 100 {
		if w.say("v1", visitorTypes) == http.StatusOK {
			taken++
		}
	}
	if heard := len(w.heard("a1", "typing")); taken != 60 || heard != taken {
		t.Errorf("of 100 frames %d were handled, and the operator received %d", taken, heard)
	}
	w.wantHeard("v1", "limited", `{"retryAfter":40}`)
	w.logs.mu.Lock()
	w.logs.b.Reset()
	w.logs.mu.Unlock()
	reads := w.lookups.Load()
	for range 30 {
		w.say("v1", visitorTypes)
	}
	if w.gateway.Calls("DELETE", "v1") != 1 || w.lookups.Load() != reads {
		t.Errorf("after 70 refused frames the socket was closed %d times; %d were looked up", w.gateway.Calls("DELETE", "v1"), w.lookups.Load()-reads)
	}
	w.wantHeard("v1", "limited", `{"retryAfter":40}`)
	if line := w.logs.String(); !strings.Contains(line, `"status":429`) || !strings.Contains(line, `"reason":"frame_visitor"`) {
		t.Errorf("the log says %s", line)
	}
	if status := w.say("v2", `{"action":"ping"}`); status != http.StatusOK {
		t.Errorf("another visitor's ping: %d", status)
	}
	w.now = w.now.Add(40 * time.Second)
	if status := w.say("v1", visitorTypes); status != http.StatusOK {
		t.Errorf("in the next minute: %d", status)
	}
}

// A visitor has so many sockets and no more: every message to them is posted to each.
func TestConnect_ManySockets_Refused(t *testing.T) {
	t.Parallel()
	w := open(t)
	visitor := chat.Visitor{ID: "V1", ChannelID: "WEB"}
	for i := range limit.SocketsPerVisitor {
		w.visit(fmt.Sprint("v", i), visitor)
	}
	answer := w.tryVisit("more", visitor)
	if answer.StatusCode != http.StatusTooManyRequests || answer.Headers["Retry-After"] != "60" {
		t.Errorf("one more: %d %v", answer.StatusCode, answer.Headers)
	}
	w.visit("other", chat.Visitor{ID: "V2", ChannelID: "WEB"})
	w.connect("operator", ana)
	w.send("$disconnect", "v3", "", nil)
	w.visit("again", visitor)
}

// An operator's frames are limited, too, far above what a person causes.
func TestFrames_Operator_Limited(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.connect("a1", ana)
	for range 1200 {
		if status := w.say("a1", `{"action":"ping"}`); status != http.StatusOK {
			t.Fatalf("ping: %d", status)
		}
	}
	if status := w.say("a1", `{"action":"ping"}`); status != http.StatusTooManyRequests {
		t.Errorf("above the limit: %d", status)
	}
	w.wantHeard("a1", "limited")
}
