package desk_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/conversation"
)

// setShards changes how many shards the account's inbox has.
func setShards(b *desktest.Fixture, shards int) {
	b.Helper()
	before, err := b.Store.Account(b.Context(), desktest.Account)
	b.Must(err)
	after := before
	after.InboxShards = shards
	b.Must(b.Store.UpdateAccount(b.Context(), before, after, nil, nil))
	b.Account = after
	b.Account.Version++
}

// TestInbox_SeveralShards_OneList runs every use case that writes a conversation; those from before the number of shards grew stay where
// they are.
func TestInbox_SeveralShards_OneList(t *testing.T) { // S1-15, S1-16
	t.Parallel()
	b := desktest.New(t)
	ana := b.Employ("ana", desktest.Carries(100))
	var all []chat.ConversationID
	for i := range 40 {
		if i == 10 {
			setShards(b, 4)
		}
		b.Advance(time.Minute)
		all = append(all, b.Receive(b.Text(fmt.Sprint(i), "hola")).Conversation.ID)
	}
	for i, id := range all {
		b.Advance(time.Minute)
		var err error
		switch i % 8 {
		case 0:
			_, err = b.Desk.Assign(b.Context(), b.Actor(), id, ana.ID, 0)
		case 1:
			_, err = b.Desk.SetPending(b.Context(), b.Actor(), id)
		case 2:
			_, err = b.Desk.Resolve(b.Context(), b.Actor(), id)
		case 3:
			if _, err = b.Desk.Resolve(b.Context(), b.Actor(), id); err == nil {
				_, err = b.Desk.Reopen(b.Context(), b.Actor(), id)
			}
		case 4:
			b.Reply(id, "buenas")
		case 5: // a second message, and one that comes late
			late := b.Text(fmt.Sprint(i), "antes")
			b.Advance(time.Minute)
			b.Receive(b.Text(fmt.Sprint(i), "sigo"))
			b.Receive(late)
		case 6:
			_, err = b.Desk.Close(b.Context(), b.Account, id)
		case 7:
			if _, err = b.Desk.SetPending(b.Context(), b.Actor(), id); err == nil {
				b.Receive(b.Text(fmt.Sprint(i), "ya volví"))
			}
		}
		b.Must(err)
	}
	count := map[chat.Status]int{}
	shards := map[int]int{}
	var newest []chat.Conversation
	for _, id := range all {
		c := b.Conversation(id)
		count[c.Status]++
		shards[c.InboxShards]++
		newest = append(newest, c)
	}
	if shards[4] != 30 || count[chat.Open] < 20 || count[chat.Pending] == 0 || count[chat.Resolved] == 0 {
		t.Fatalf("the scene is not what it is meant to be: %v, %v", shards, count)
	}
	slices.SortFunc(newest, func(a, b chat.Conversation) int {
		return cmp.Or(b.LastActivityAt.Compare(a.LastActivityAt), cmp.Compare(b.ID, a.ID))
	})
	for _, statuses := range [][]chat.Status{nil, {chat.Open}, {chat.Open, chat.Pending}, {chat.Resolved}} {
		var want []chat.ConversationID
		for _, c := range newest {
			if statuses == nil || slices.Contains(statuses, c.Status) {
				want = append(want, c.ID)
			}
		}
		for _, order := range []conversation.Order{conversation.Newest, conversation.Oldest} {
			for _, limit := range []int{1, 7, 100} {
				q := dynamo.ConversationQuery{Statuses: statuses, Order: order}
				if got := b.ConversationsBy(q, limit); !slices.Equal(got, want) {
					t.Errorf("%v, order %q, by %d: %d conversations\n%v\nwant %d\n%v", statuses, order, limit, len(got), got, len(want), want)
				}
			}
			slices.Reverse(want)
		}
		n, more, err := b.Store.CountConversations(b.Context(), desktest.Account, dynamo.ConversationQuery{Statuses: statuses, InboxShards: 4}, 1000)
		if b.Must(err); n != len(want) || more {
			t.Errorf("%v: counted %d, want %d", statuses, n, len(want))
		}
	}
	seen := map[int]int{} // how many more each further shard shows
	for n := range 4 {
		b.Account.InboxShards = n + 1
		seen[n] = len(b.ConversationsBy(dynamo.ConversationQuery{Statuses: []chat.Status{chat.Open}}, 100))
		if n > 0 && seen[n] == seen[n-1] {
			t.Errorf("shard %d is empty: %v", n, seen)
		}
	}
}
