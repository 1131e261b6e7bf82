package conversation_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/conversation"
	"github.com/recado-chat/recado/shared/fault"
)

func ago(d time.Duration) time.Time { return noon.Add(-d) }

const day = 24 * time.Hour

func resolved(at time.Time) func(*chat.Conversation) {
	return func(c *chat.Conversation) {
		c.Status, c.ResolvedAt, c.PoolSince, c.AssignAt = chat.Resolved, at, time.Time{}, time.Time{}
	}
}

func in(status chat.Status) func(*chat.Conversation) {
	return func(c *chat.Conversation) {
		if c.Status = status; status != chat.Open {
			c.PoolSince, c.AssignAt = time.Time{}, time.Time{}
		}
	}
}

// list reads a whole list in pages and checks that none is longer than asked for.
func list(t *testing.T, db dynamotest.DB, q conversation.Query, limit int) []chat.ConversationID {
	t.Helper()
	var got []chat.ConversationID
	cursor := ""
	for range 100 {
		page, err := db.ListConversations(t.Context(), account, q, chat.PageRequest{Limit: limit, Cursor: cursor})
		dynamotest.Must(t, err)
		if len(page.Items) > limit {
			t.Fatalf("a page of %d", len(page.Items))
		}
		got = append(got, idsOf(page.Items)...)
		if cursor = page.Next; cursor == "" {
			return got
		}
	}
	t.Fatal("the list never ends")
	return nil
}

func TestListConversations_MergesPartitions(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		dynamotest.NewAccount(t, db, ago(400*day))
		for _, c := range []struct {
			name   string
			change []func(*chat.Conversation)
		}{
			{"01", []func(*chat.Conversation){in(chat.Open), activeAt(ago(time.Minute))}},
			{"02", []func(*chat.Conversation){dynamotest.Assigned(ana), in(chat.Pending), activeAt(ago(2 * time.Minute))}},
			{"03", []func(*chat.Conversation){activeAt(ago(3 * time.Minute)), resolved(ago(time.Minute))}},
			{"04", []func(*chat.Conversation){in(chat.Snoozed), activeAt(ago(4 * time.Hour))}},
			{"05", []func(*chat.Conversation){dynamotest.Assigned(ana), activeAt(ago(20 * day))}},
			{"06", []func(*chat.Conversation){activeAt(ago(30 * day)), resolved(ago(29 * day))}},
			{"07", []func(*chat.Conversation){activeAt(ago(40 * day)), resolved(ago(day))}}, // resolved in a later month than 06
			{"08", []func(*chat.Conversation){in(chat.Held), activeAt(ago(50 * day))}},
			{"09", []func(*chat.Conversation){dynamotest.Assigned(ana), activeAt(ago(300 * day)), resolved(ago(299 * day))}},
			{"10", []func(*chat.Conversation){in(chat.AwaitingConsent), activeAt(noon)}},
		} {
			d := dynamotest.Opening(c.name, c.change...)
			d.After.InboxShards = 4
			dynamotest.Must(t, db.Commit(t.Context(), d, noon))
		}
		resolvedOnly := []chat.Status{chat.Resolved}
		for name, c := range map[string]struct {
			query conversation.Query
			want  []chat.ConversationID
		}{
			"all":                     {conversation.Query{}, cnv("01", "02", "03", "04", "05", "06", "07", "08", "09")},
			"all, the oldest first":   {conversation.Query{Oldest: true}, cnv("09", "08", "07", "06", "05", "04", "03", "02", "01")},
			"active":                  {conversation.Query{Statuses: []chat.Status{chat.Open, chat.Pending}}, cnv("01", "02", "05")},
			"resolved":                {conversation.Query{Statuses: resolvedOnly}, cnv("03", "06", "07", "09")},
			"resolved, oldest first":  {conversation.Query{Statuses: resolvedOnly, Oldest: true}, cnv("09", "07", "06", "03")},
			"resolved this month":     {conversation.Query{Statuses: resolvedOnly, Month: "2026-11"}, cnv("03", "07")},
			"resolved in October":     {conversation.Query{Statuses: resolvedOnly, Month: "2026-10"}, cnv("06")},
			"resolved lately":         {conversation.Query{Statuses: resolvedOnly, Since: ago(60 * day)}, cnv("03", "06", "07")},
			"one operator's":          {conversation.Query{Assignee: ana}, cnv("02", "05", "09")},
			"unassigned":              {conversation.Query{Unassigned: true}, cnv("01", "03", "04", "06", "07", "08")},
			"of a store":              {conversation.Query{StoreIDs: []chat.StoreID{"STO9", shop}, Assignee: ana}, cnv("02", "05", "09")},
			"of a store without any":  {conversation.Query{StoreIDs: []chat.StoreID{"STO9"}}, nil},
			"of a channel":            {conversation.Query{ChannelID: channel, Unassigned: true, Statuses: []chat.Status{chat.Open}}, cnv("01")},
			"of another channel":      {conversation.Query{ChannelID: "CHN9"}, nil},
			"waiting for consent":     {conversation.Query{Statuses: []chat.Status{chat.AwaitingConsent}}, cnv("10")},
			"an operator's open ones": {conversation.Query{Assignee: ana, Statuses: []chat.Status{chat.Open}}, cnv("05")},
		} {
			c.query.InboxShards = 4
			for _, limit := range []int{2, 50} {
				if got := list(t, db, c.query, limit); fmt.Sprint(got) != fmt.Sprint(c.want) {
					t.Errorf("%s by %d: %v, want %v", name, limit, got, c.want)
				}
			}
			n, more, err := db.CountConversations(t.Context(), account, c.query, 1000)
			if dynamotest.Must(t, err); n != len(c.want) || more {
				t.Errorf("%s: counted %d, more %t", name, n, more)
			}
		}
		if n, more, err := db.CountConversations(t.Context(), account, conversation.Query{InboxShards: 4}, 5); err != nil || n != 5 || !more {
			t.Errorf("counted %d up to 5, more %t, %v", n, more, err)
		}
		_, err := db.ListConversations(t.Context(), account, conversation.Query{Month: "november"}, chat.PageRequest{})
		dynamotest.WantFault(t, err, fault.Invalid, "")
	})
}

func TestListConversations_ChangesBetweenPages(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		var all []chat.Conversation
		for i := range 6 {
			all = append(all, dynamotest.NewConversation(t, db, fmt.Sprint(i), dynamotest.Assigned(ana), activeAt(ago(time.Duration(i)*time.Hour))))
		}
		q := conversation.Query{Statuses: []chat.Status{chat.Open}}
		first, err := db.ListConversations(t.Context(), account, q, chat.PageRequest{Limit: 2})
		dynamotest.Must(t, err)
		dynamotest.Same(t, idsOf(first.Items), cnv("0", "1"))
		dynamotest.NewConversation(t, db, "new", activeAt(noon.Add(time.Hour)))
		_, _, err = db.ApplyInbound(t.Context(), account, all[1].ID, text(all[1].ID, 9, "hola"))
		dynamotest.Must(t, err)
		_, _, err = db.ApplyInbound(t.Context(), account, all[4].ID, text(all[4].ID, 9, "hola"))
		dynamotest.Must(t, err)
		second, err := db.ListConversations(t.Context(), account, q, chat.PageRequest{Limit: 9, Cursor: first.Next})
		dynamotest.Must(t, err)
		dynamotest.Same(t, idsOf(second.Items), cnv("2", "3", "5"))
	})
}

func TestCursor_OwnListAndAccountOnly(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		dynamotest.NewAccount(t, db, noon)
		for i := range 3 {
			dynamotest.NewConversation(t, db, fmt.Sprint(i), activeAt(ago(time.Duration(i)*time.Hour)))
		}
		q := conversation.Query{Statuses: []chat.Status{chat.Open}}
		page, err := db.ListConversations(ctx, account, q, chat.PageRequest{Limit: 1})
		dynamotest.Must(t, err)
		pool, err := db.Pool(ctx, account, "", chat.PageRequest{Limit: 1})
		dynamotest.Must(t, err)
		filtered, oldest := q, q
		filtered.Unassigned, oldest.Oldest = true, true
		altered := []byte(page.Next)
		altered[len(altered)-3] ^= 1
		for name, try := range map[string]func() error{
			"another account": func() error {
				_, err := db.ListConversations(ctx, "ACC2", q, chat.PageRequest{Cursor: page.Next})
				return err
			},
			"another filter": func() error {
				_, err := db.ListConversations(ctx, account, filtered, chat.PageRequest{Cursor: page.Next})
				return err
			},
			"another order": func() error {
				_, err := db.ListConversations(ctx, account, oldest, chat.PageRequest{Cursor: page.Next})
				return err
			},
			"another list": func() error {
				_, err := db.ListConversations(ctx, account, q, chat.PageRequest{Cursor: pool.Next})
				return err
			},
			"a list of messages": func() error {
				_, err := db.Messages(ctx, account, "CNV0", chat.PageRequest{Cursor: page.Next})
				return err
			},
			"altered": func() error {
				_, err := db.ListConversations(ctx, account, q, chat.PageRequest{Cursor: string(altered)})
				return err
			},
			"no base64": func() error {
				_, err := db.SearchContacts(ctx, account, "ana", nil, chat.PageRequest{Cursor: "%%%"})
				return err
			},
			"signed with a removed key": func() error {
				other := dynamo.New(db.Client, db.Tables, dynamo.WithClock(dynamotest.Noon), dynamo.WithCursorKey([]byte("another")))
				_, err := other.ListConversations(ctx, account, q, chat.PageRequest{Cursor: page.Next})
				return err
			},
		} {
			if f := fault.As(try()); f.Code != fault.Invalid || f.Field != "cursor" {
				t.Errorf("%s: %v", name, f)
			}
		}
	})
}

func TestPool_LongestWaitingFirst(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		dynamotest.NewAccount(t, db, noon)
		dynamotest.Must(t, db.CreateStore(ctx, chat.Store{ID: "STO2", AccountID: account, Name: "Otra"}, nil))
		since := func(at time.Time, store chat.StoreID) func(*chat.Conversation) {
			return func(c *chat.Conversation) { c.PoolSince, c.StoreID = at, store }
		}
		dynamotest.NewConversation(t, db, "c", since(ago(time.Minute), shop))
		second := dynamotest.NewConversation(t, db, "b", since(ago(time.Hour), "STO2"))
		first := dynamotest.NewConversation(t, db, "a", since(ago(2*time.Hour), shop))
		dynamotest.NewConversation(t, db, "d", since(ago(time.Minute), shop))
		taken := dynamotest.NewConversation(t, db, "taken", dynamotest.Assigned(ana))
		pool := func(store chat.StoreID, limit int) (got []chat.ConversationID) {
			t.Helper()
			cursor := ""
			for {
				page, err := db.Pool(ctx, account, store, chat.PageRequest{Limit: limit, Cursor: cursor})
				dynamotest.Must(t, err)
				got = append(got, idsOf(page.Items)...)
				if cursor = page.Next; cursor == "" {
					return got
				}
			}
		}
		for _, limit := range []int{1, 3, 50} {
			dynamotest.Same(t, pool("", limit), cnv("a", "b", "c", "d"))
			dynamotest.Same(t, pool(shop, limit), cnv("a", "c", "d"))
		}
		_, _, err := db.ApplyInbound(ctx, account, first.ID, text(first.ID, 1, "hola?"))
		dynamotest.Must(t, err)
		dynamotest.Same(t, pool("", 50), cnv("a", "b", "c", "d")) // a new message does not change the order
		first, err = db.Conversation(ctx, account, first.ID)
		dynamotest.Must(t, err)
		dynamotest.ChangeConversation(t, db, first, func(c *chat.Conversation) error { return c.Assign(ana, noon) })
		dynamotest.ChangeConversation(t, db, second, func(c *chat.Conversation) error { return c.Resolve(noon, chat.Author{}) })
		dynamotest.ChangeConversation(t, db, taken, func(c *chat.Conversation) error { return c.Unassign(noon) })
		dynamotest.Same(t, pool("", 50), cnv("c", "d", "taken"))
	})
}

func TestMine_OpenConversationsOfOperator(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		mine := func(operator chat.OperatorID, statuses ...chat.Status) []chat.ConversationID {
			t.Helper()
			page, err := db.Mine(ctx, account, operator, statuses, chat.PageRequest{})
			dynamotest.Must(t, err)
			n, more, err := db.CountConversations(ctx, account, conversation.Query{
				Assignee: operator, Statuses: append(statuses, chat.AwaitingConsent), ChannelID: channel, StoreIDs: []chat.StoreID{shop},
			}, 1000)
			if dynamotest.Must(t, err); len(statuses) > 0 && (n != len(page.Items) || more) {
				t.Fatalf("counted %d of %d", n, len(page.Items))
			}
			return idsOf(page.Items)
		}
		a := dynamotest.NewConversation(t, db, "a", dynamotest.Assigned(ana), activeAt(ago(time.Hour)))
		b := dynamotest.NewConversation(t, db, "b", dynamotest.Assigned(ana), activeAt(ago(time.Minute)))
		c := dynamotest.NewConversation(t, db, "c", activeAt(ago(time.Second)))
		dynamotest.Same(t, mine(ana), cnv("b", "a"))
		c = dynamotest.ChangeConversation(t, db, c, func(c *chat.Conversation) error { return c.Assign(ana, noon) })
		dynamotest.Same(t, mine(ana), cnv("c", "b", "a"))
		b = dynamotest.ChangeConversation(t, db, b, func(c *chat.Conversation) error { return c.SetPending() })
		dynamotest.Same(t, mine(ana, chat.Pending), cnv("b"))
		dynamotest.Same(t, mine(ana, chat.Open), cnv("c", "a"))
		dynamotest.Same(t, openLoads(t, db), map[chat.OperatorID]int{ana: 3})
		b = dynamotest.ChangeConversation(t, db, b, func(c *chat.Conversation) error { return c.SetOpen(noon) })
		c = dynamotest.ChangeConversation(t, db, c, func(c *chat.Conversation) error { return c.Assign(beto, noon) })
		dynamotest.Same(t, mine(ana, chat.Open), cnv("b", "a"))
		dynamotest.Same(t, mine(beto), cnv("c"))
		dynamotest.Same(t, openLoads(t, db), map[chat.OperatorID]int{ana: 2, beto: 1})
		a = dynamotest.ChangeConversation(t, db, a, func(c *chat.Conversation) error { return c.Resolve(noon, chat.Author{Kind: chat.BySystem}) })
		dynamotest.ChangeConversation(t, db, c, func(c *chat.Conversation) error { return c.Unassign(noon) })
		dynamotest.Same(t, mine(ana), cnv("b"))
		dynamotest.Same(t, mine(beto), nil)
		dynamotest.ChangeConversation(t, db, a, func(c *chat.Conversation) error { return c.Reopen(noon.Add(time.Hour), beto) })
		dynamotest.Same(t, mine(beto), cnv("a"))
		dynamotest.Same(t, openLoads(t, db), map[chat.OperatorID]int{ana: 1, beto: 1})
		_ = b
	})
}

func TestCursor_RotatedKey(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Dynoxide)
	dynamotest.NewAccount(t, db, noon)
	dynamotest.NewConversation(t, db, "1")
	dynamotest.NewConversation(t, db, "2")
	next := func(cursor string, keys ...string) (string, error) {
		s := dynamo.New(db.Client, db.Tables, dynamo.WithClock(dynamotest.Noon), dynamo.WithCursorKeys(func(context.Context) ([]string, error) { return keys, nil }))
		page, err := s.ListConversations(t.Context(), account, conversation.Query{}, chat.PageRequest{Limit: 1, Cursor: cursor})
		return page.Next, err
	}
	before, err := next("", "old")
	dynamotest.Must(t, err)
	during, err := next("", "new", "old") // the first signs
	dynamotest.Must(t, err)
	for _, accepted := range []struct {
		cursor string
		keys   []string
	}{{before, []string{"old", "new"}}, {before, []string{"new", "old"}}, {during, []string{"new", "old"}}, {during, []string{"new"}}, {during, []string{"old", "new"}}} {
		if _, err := next(accepted.cursor, accepted.keys...); err != nil {
			t.Errorf("%v refuses it: %v", accepted.keys, err)
		}
	}
	_, err = next(before, "new")
	dynamotest.WantFault(t, err, fault.Invalid, "")
	_, err = next(during, "old")
	dynamotest.WantFault(t, err, fault.Invalid, "")
	_, err = next("")
	dynamotest.WantFault(t, err, fault.Unavailable, "no_cursor_key")
}
