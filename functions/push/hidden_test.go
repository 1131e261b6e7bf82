package push_test

import (
	"slices"
	"testing"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
)

// S1-25, C-01: a browser that nobody looks at is told of its operator's own conversations and news, and of those only while the operator looks
// at no other browser.
func TestPush_HiddenBrowsers_OwnConversationsOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lane string
		sent events.Pushed
		want []string
	}{
		"a message in a conversation of somebody who watches":  {fast, events.Pushed{ConversationID: string(conversation), StoreID: string(shop), AssigneeID: string(beto)}, []string{"beto"}},
		"a message in a conversation of somebody who does not": {fast, events.Pushed{ConversationID: string(conversation), StoreID: string(shop), AssigneeID: string(dora)}, []string{"beto", "hidden dora"}},
		"a conversation of another store, granted no more":     {fast, events.Pushed{ConversationID: "01K9S3TJ8W0000000000000009", StoreID: string(otherShop), AssigneeID: string(dora)}, nil},
		"a summary":                         {summary, events.Pushed{ConversationID: string(conversation), StoreID: string(shop)}, []string{"ana", "beto"}},
		"what is for everyone":              {fast, events.Pushed{Everyone: true}, []string{"ana", "beto", "carla"}},
		"own news of somebody who watches":  {fast, events.Pushed{OperatorID: string(beto)}, []string{"beto"}},
		"own news of somebody who does not": {fast, events.Pushed{OperatorID: string(dora)}, []string{"hidden dora"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			w.must(w.store.CreateOperator(t.Context(), chat.Operator{
				ID: dora, AccountID: account, Name: "Dora", Email: "dora@example.com", Role: chat.OperatorRole, StoreIDs: []chat.StoreID{shop}, Active: true,
			}, nil))
			w.connect("hidden beto", beto)
			w.connect("hidden dora", dora)
			c.sent.Frames = frames(`{"type":"notice","code":"x"}`)
			if again := w.push(w.record(c.lane, c.sent)); again != nil {
				t.Errorf("records %v failed", again)
			}
			var got []string
			for _, id := range []string{"ana", "beto", "carla", "hidden beto", "hidden dora"} {
				if len(w.gateway.Frames(id)) > 0 {
					got = append(got, id)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("frames sent to %v, want %v", got, c.want)
			}
		})
	}
}
