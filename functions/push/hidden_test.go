package push_test

import (
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
)

// C-01: a browser whose list is its operator's own is told of others' conversations only what moves them, and what it views.
func TestPush_OwnList_OthersOnlyWhenMoved(t *testing.T) {
	t.Parallel()
	const of = `{"type":"conversation.upserted","conversation":{"id":"A","version":2}`
	for name, c := range map[string]struct {
		frame string
		sent  events.Pushed
		want  []string
	}{
		"another's":               {of + `}`, events.Pushed{ConversationID: "A", AssigneeID: string(ana)}, []string{"ana"}},
		"another's that moves":    {of + `,"was":{}}`, events.Pushed{ConversationID: "A", AssigneeID: string(ana)}, []string{"ana", "beto"}},
		"another's that it views": {of + `}`, events.Pushed{ConversationID: string(conversation), AssigneeID: string(ana)}, []string{"ana", "beto"}},
		"the operator's own":      {of + `}`, events.Pushed{ConversationID: "A", AssigneeID: string(beto)}, []string{"ana", "beto"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			w.must(w.store.SetViewing(t.Context(), chat.Connection{
				ID: "beto", AccountID: account, OperatorID: beto, Watching: true, Own: true, ExpiresAt: w.now.Add(time.Hour),
				Viewing: chat.Viewed{ConversationID: conversation, StoreID: shop},
			}))
			c.sent.StoreID, c.sent.Frames = string(shop), frames(c.frame)
			if again := w.push(w.record(summary, c.sent)); again != nil {
				t.Errorf("records %v failed", again)
			}
			if got := w.listeners(); !slices.Equal(got, c.want) {
				t.Errorf("frames sent to %v, want %v", got, c.want)
			}
		})
	}
}

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
		"a summary": {summary, events.Pushed{ConversationID: string(conversation), StoreID: string(shop)}, []string{"ana", "beto"}},
		"a summary of what its assignee was told": {summary, events.Pushed{
			ConversationID: string(conversation), StoreID: string(shop), AssigneeID: string(beto), AssigneeTold: true,
		}, []string{"ana"}},
		"what is for everyone":              {fast, events.Pushed{Everyone: true}, []string{"ana", "beto", "carla"}},
		"own news of somebody who watches":  {fast, events.Pushed{OperatorID: string(beto)}, []string{"beto"}},
		"own news in the summary lane":      {summary, events.Pushed{OperatorID: string(beto)}, []string{"beto"}},
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
