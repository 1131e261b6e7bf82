package conversation_test

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/conversation"
)

// sorted is a whole list, sorted in memory by what the API shows of each conversation.
func sorted(all []chat.Conversation, q conversation.Query) []chat.ConversationID {
	list := slices.DeleteFunc(slices.Clone(all), func(c chat.Conversation) bool {
		return !slices.Contains(q.Statuses, c.Status) || q.Assignee != "" && c.AssigneeID != q.Assignee || q.Unassigned && c.AssigneeID != "" ||
			q.ChannelID != "" && c.ChannelID != q.ChannelID || len(q.StoreIDs) > 0 && !slices.Contains(q.StoreIDs, c.StoreID)
	})
	slices.SortFunc(list, func(a, b chat.Conversation) int {
		newest := cmp.Or(b.LastActivityAt.Compare(a.LastActivityAt), cmp.Compare(b.ID, a.ID))
		at, bt := a.WaitingSince, b.WaitingSince
		switch q.Order {
		case conversation.Newest:
			return newest
		case conversation.Oldest:
			return -newest
		case conversation.Due:
			at, bt = a.ClosesAt(), b.ClosesAt()
		case conversation.Waiting:
		}
		switch {
		case at.IsZero() && bt.IsZero():
			return newest
		case at.IsZero() || bt.IsZero():
			return bt.Compare(at)
		}
		return cmp.Or(at.Compare(bt), cmp.Compare(a.ID, b.ID))
	})
	return idsOf(list)
}

// crowd is how many conversations the lists are made of.
const crowd = 30

// queries are the lists of the inbox.
func queries() (list []conversation.Query) {
	for _, order := range []conversation.Order{conversation.Newest, conversation.Oldest, conversation.Waiting, conversation.Due} {
		for _, statuses := range [][]chat.Status{
			{chat.Open}, {chat.Open, chat.Pending}, {chat.Resolved}, {chat.Open, chat.Pending, chat.Snoozed, chat.Held, chat.Resolved},
		} {
			for _, q := range []conversation.Query{{}, {Assignee: ana}, {Assignee: beto}, {Unassigned: true}, {StoreIDs: []chat.StoreID{"STO2"}}, {ChannelID: channel, Assignee: ana}} {
				q.Order, q.Statuses, q.InboxShards = order, statuses, 2
				list = append(list, q)
			}
		}
	}
	return list
}

// drawn changes a conversation at random as the use cases do.
func drawn(t *rapid.T, c *chat.Conversation) {
	at := func(name string) time.Time {
		return noon.Add(-time.Duration(rapid.IntRange(0, 40).Draw(t, name)) * 12 * time.Hour)
	}
	c.StoreID = rapid.SampledFrom([]chat.StoreID{shop, "STO2"}).Draw(t, "store")
	c.Status = rapid.SampledFrom([]chat.Status{chat.Open, chat.Open, chat.Pending, chat.Resolved, chat.Snoozed, chat.Held}).Draw(t, "status")
	c.AssigneeID = rapid.SampledFrom([]chat.OperatorID{"", ana, ana, beto}).Draw(t, "assignee")
	c.InboxShards = rapid.IntRange(1, 2).Draw(t, "shards")
	c.LastActivityAt = at("active")
	c.WaitingSince, c.CloseAt, c.ResolvedAt, c.PoolSince = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	if c.Status == chat.Resolved {
		c.ResolvedAt = c.LastActivityAt.Add(time.Hour)
		return
	}
	if rapid.Bool().Draw(t, "waits") {
		c.WaitingSince = at("waiting")
	}
	if rapid.Bool().Draw(t, "closes") {
		c.CloseAt = at("close")
	}
	if c.InPool() {
		c.PoolSince = at("pool")
	}
}

// counted are the counts that are kept, by counting.
func counted(all []chat.Conversation) map[chat.OperatorID]chat.Counts {
	counts := map[chat.OperatorID]chat.Counts{}
	for _, c := range all {
		if c.InPool() {
			continue
		}
		if counts[c.AssigneeID] == nil {
			counts[c.AssigneeID] = chat.Counts{}
		}
		counts[c.AssigneeID][chat.CountKey{StoreID: c.StoreID, Status: c.Status}]++
	}
	return counts
}

func redrawn(t *testing.T, r *rapid.T, db dynamotest.DB, c chat.Conversation) chat.Conversation {
	t.Helper()
	return dynamotest.ChangeConversation(t, db, c, func(c *chat.Conversation) error {
		drawn(r, c)
		return nil
	})
}

// S1-15: every list equals a full sort in memory, in pages of any size, and its count; the kept counts equal a count.
func TestListConversations_EveryOrder_EqualsFullSort(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	dynamotest.NewAccount(t, db, ago(60*day))
	dynamotest.Must(t, db.CreateStore(t.Context(), chat.Store{ID: "STO2", AccountID: account, Name: "Otra"}, nil))
	var all []chat.Conversation
	rapid.Check(t, func(r *rapid.T) {
		for n := rapid.IntRange(1, 6).Draw(r, "more"); n > 0 && len(all) < crowd; n-- {
			all = append(all, redrawn(t, r, db, dynamotest.NewConversation(t, db, fmt.Sprintf("%04d", len(all)))))
		}
		for range rapid.IntRange(0, 4).Draw(r, "changes") {
			i := rapid.IntRange(0, len(all)-1).Draw(r, "which")
			if all[i].Status == chat.Open && rapid.Bool().Draw(r, "text") {
				_, _, err := db.ApplyInbound(t.Context(), account, all[i].ID, text(all[i].ID, int(all[i].Version), "hola"))
				dynamotest.Must(t, err)
				stored, err := db.Conversation(t.Context(), account, all[i].ID)
				dynamotest.Must(t, err)
				all[i] = stored
				continue
			}
			all[i] = redrawn(t, r, db, all[i])
		}
		q := rapid.SampledFrom(queries()).Draw(r, "query")
		limit := rapid.SampledFrom([]int{2, 7, 50}).Draw(r, "limit")
		want := sorted(all, q)
		if got := list(t, db, q, limit); !slices.Equal(got, want) {
			r.Fatalf("%+v by %d of %d:\n%v\nwant\n%v", q, limit, len(all), got, want)
		}
		kept, err := db.Counts(t.Context(), account)
		dynamotest.Must(t, err)
		for _, counts := range kept {
			maps.DeleteFunc(counts, func(_ chat.CountKey, n int) bool { return n == 0 })
		}
		maps.DeleteFunc(kept, func(_ chat.OperatorID, counts chat.Counts) bool { return len(counts) == 0 })
		if want := counted(all); !reflect.DeepEqual(kept, want) {
			r.Fatalf("the counts are %v, want %v", kept, want)
		}
		if n, more, err := db.CountConversations(t.Context(), account, q, 1000); err != nil || n != len(want) || more {
			r.Fatalf("%+v: counted %d of %d, more %t, %v", q, n, len(want), more, err)
		}
	})
}

// S1-15: while others are written, resolved and reassigned between two pages, whoever does not change is listed once and in order.
func TestListConversations_WritesBetweenPages_UnchangedOnceInOrder(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	dynamotest.NewAccount(t, db, ago(60*day))
	dynamotest.Must(t, db.CreateStore(t.Context(), chat.Store{ID: "STO2", AccountID: account, Name: "Otra"}, nil))
	var all []chat.Conversation
	rapid.Check(t, func(r *rapid.T) {
		for n := rapid.IntRange(3, 8).Draw(r, "more"); n > 0 && len(all) < crowd; n-- {
			all = append(all, redrawn(t, r, db, dynamotest.NewConversation(t, db, fmt.Sprintf("%04d", len(all)))))
		}
		q := rapid.SampledFrom(queries()).Draw(r, "query")
		limit := rapid.IntRange(2, 9).Draw(r, "limit")
		changed := map[chat.ConversationID]bool{}
		var got []chat.ConversationID
		request := chat.PageRequest{Limit: limit}
		for {
			page, err := db.ListConversations(t.Context(), account, q, request)
			dynamotest.Must(t, err)
			got = append(got, idsOf(page.Items)...)
			if request.Cursor = page.Next; request.Cursor == "" {
				break
			}
			if len(changed) < 6 {
				i := rapid.IntRange(0, len(all)-1).Draw(r, "which")
				all[i] = redrawn(t, r, db, all[i])
				changed[all[i].ID] = true
			}
		}
		moved := func(id chat.ConversationID) bool { return changed[id] }
		if got, want := slices.DeleteFunc(got, moved), slices.DeleteFunc(sorted(all, q), moved); !slices.Equal(got, want) {
			r.Fatalf("%+v by %d of %d, changed %v:\n%v\nwant\n%v", q, limit, len(all), changed, got, want)
		}
	})
}
