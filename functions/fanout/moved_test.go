package fanout

import (
	"encoding/json"
	"testing"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
)

// S1-11: a change of status or assignee says what was before; a message does not. C-01: the summary says whether the assignee was told by
// another push.
func TestConversation_Moved_TellsWhatWas(t *testing.T) {
	t.Parallel()
	now := chat.Conversation{ID: "c", AccountID: "account", StoreID: "a", Status: chat.Open, AssigneeID: "ana", Version: 2}
	pool, written, answered := now, now, now
	now.LastInboundID = "m2"
	pool.AssigneeID, written.Version, answered.LastInboundID = "", 1, now.LastInboundID
	for name, test := range map[string]struct {
		old  *chat.Conversation
		want string
		told bool
	}{
		"new":      {nil, `{"status":null,"assigneeId":null}`, false},
		"assigned": {&pool, `{"status":"open","assigneeId":null}`, true},
		"written":  {&written, ``, true},
		"answered": {&answered, ``, false},
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
		if pushed.AssigneeTold != test.told {
			t.Errorf("%s: the assignee was told: %v, want %v", name, pushed.AssigneeTold, test.told)
		}
	}
}
