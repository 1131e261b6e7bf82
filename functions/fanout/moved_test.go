package fanout

import (
	"encoding/json"
	"testing"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
)

// S1-11: a change of status or assignee says what was before; a message does not.
func TestConversation_Moved_TellsWhatWas(t *testing.T) {
	t.Parallel()
	now := chat.Conversation{ID: "c", AccountID: "account", StoreID: "a", Status: chat.Open, AssigneeID: "ana", Version: 2}
	pool, written := now, now
	pool.AssigneeID, written.Version = "", 1
	for name, test := range map[string]struct {
		old  *chat.Conversation
		want string
	}{
		"new":      {nil, `{"status":null,"assigneeId":null}`},
		"assigned": {&pool, `{"status":"open","assigneeId":null}`},
		"written":  {&written, ``},
	} {
		e := newEmitter("1")
		if err := handler().conversation(t.Context(), e, test.old, now); err != nil {
			t.Fatal(err)
		}
		pushed, ok, err := events.Decode[events.SummaryPushed](e.out[events.ToPushSummary][0].Envelope)
		if !ok || err != nil {
			t.Fatal(ok, err)
		}
		var frame struct{ Was json.RawMessage }
		if err := json.Unmarshal(pushed.Frames[0], &frame); err != nil {
			t.Fatal(err)
		}
		if string(frame.Was) != test.want {
			t.Errorf("%s: was %s, want %s", name, frame.Was, test.want)
		}
	}
}
