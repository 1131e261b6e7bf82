package desk_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
)

// spread is the account whose inbox has so many shards from now on.
func (b *bed) spread(shards int) {
	b.t.Helper()
	before, err := b.store.Account(b.ctx, "account")
	b.must(err)
	after := before
	after.InboxShards = shards
	b.must(b.store.UpdateAccount(b.ctx, before, after, nil, nil))
	b.account = after
	b.account.Version++
}

// listed pages through a list of the account.
func (b *bed) listed(q dynamo.ConversationQuery, limit int) (ids []chat.ConversationID) {
	b.t.Helper()
	q.InboxShards = b.account.InboxShards
	request := chat.PageRequest{Limit: limit}
	for {
		page, err := b.store.ListConversations(b.ctx, "account", q, request)
		b.must(err)
		for _, c := range page.Items {
			ids = append(ids, c.ID)
		}
		if request.Cursor = page.Next; request.Cursor == "" {
			return ids
		}
	}
}

// TestAnInboxOfSeveralShardsIsOneList takes conversations through every verb that writes them; those of before the number grew
// stay where they are.
func TestAnInboxOfSeveralShardsIsOneList(t *testing.T) { // S1-15, S1-16
	t.Parallel()
	b := newBed(t)
	ana := b.operator("ana", 100)
	var all []chat.ConversationID
	for i := range 40 {
		if i == 10 {
			b.spread(4)
		}
		b.now = b.now.Add(time.Minute)
		all = append(all, b.receive(b.text(fmt.Sprint(i), "hola")).Conversation.ID)
	}
	for i, id := range all {
		b.now = b.now.Add(time.Minute)
		var err error
		switch i % 8 {
		case 0:
			_, err = b.Assign(b.ctx, b.owner, id, ana.ID, 0)
		case 1:
			_, err = b.SetPending(b.ctx, b.owner, id)
		case 2:
			_, err = b.Resolve(b.ctx, b.owner, id)
		case 3:
			if _, err = b.Resolve(b.ctx, b.owner, id); err == nil {
				_, err = b.Reopen(b.ctx, b.owner, id)
			}
		case 4:
			b.reply(id, fmt.Sprint(i), "buenas")
		case 5: // a second message, and one that comes late
			late := b.text(fmt.Sprint(i), "antes")
			b.now = b.now.Add(time.Minute)
			b.receive(b.text(fmt.Sprint(i), "sigo"))
			b.receive(late)
		case 6:
			_, err = b.Close(b.ctx, b.account, id)
		case 7:
			if _, err = b.SetPending(b.ctx, b.owner, id); err == nil {
				b.receive(b.text(fmt.Sprint(i), "ya volví"))
			}
		}
		b.must(err)
	}
	count := map[chat.Status]int{}
	shards := map[int]int{}
	var newest []chat.Conversation
	for _, id := range all {
		c := b.conversation(id)
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
		for _, oldest := range []bool{false, true} {
			for _, limit := range []int{1, 7, 100} {
				q := dynamo.ConversationQuery{Statuses: statuses, Oldest: oldest}
				if got := b.listed(q, limit); !slices.Equal(got, want) {
					t.Errorf("%v, oldest %t, by %d: %d conversations\n%v\nwant %d\n%v", statuses, oldest, limit, len(got), got, len(want), want)
				}
			}
			slices.Reverse(want)
		}
		n, more, err := b.store.CountConversations(b.ctx, "account", dynamo.ConversationQuery{Statuses: statuses, InboxShards: 4}, 1000)
		if b.must(err); n != len(want) || more {
			t.Errorf("%v: counted %d, want %d", statuses, n, len(want))
		}
	}
	seen := map[int]int{} // how many more each further shard shows
	for n := range 4 {
		b.account.InboxShards = n + 1
		seen[n] = len(b.listed(dynamo.ConversationQuery{Statuses: []chat.Status{chat.Open}}, 100))
		if n > 0 && seen[n] == seen[n-1] {
			t.Errorf("shard %d is empty: %v", n, seen)
		}
	}
}
