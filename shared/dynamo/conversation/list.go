package conversation

import (
	"context"
	"slices"
	"strconv"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/cursor"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// stage is a part of a list that one index holds in the list's order. A list by waiting or closing time has two: those with the time, and
// after them those without it, by last activity.
type stage struct {
	merge table.Merge
	// rows makes conversations of the next entries.
	rows func(ctx context.Context, entries []table.Item) ([]chat.Conversation, error)
	// has says whether a conversation belongs to this stage.
	has func(chat.Conversation) bool
}

// ListConversations pages through an account's conversations in the order of the query. Of two that are equal in it the lower id comes
// first, and newest first the higher. Rows of lists by last activity have only the fields that the inbox index includes.
//
// A cursor is a position in the order, so that what is inserted, moved or resolved between two pages neither repeats nor hides others. A
// request reads a bounded number of entries, so a page with a Next may be short or empty: filters by channel, store and, beside an
// assignee, month leave rows out while reading.
func (s *Store) ListConversations(ctx context.Context, account chat.AccountID, q Query, p chat.PageRequest) (chat.Page[chat.Conversation], error) {
	name := q.name()
	last, err := s.db.Cursors.Verify(ctx, p.Cursor, name, account, 2)
	if err != nil {
		return chat.Page[chat.Conversation]{}, err
	}
	stages, err := s.stages(ctx, account, q, table.LimitOf(p))
	if err != nil {
		return chat.Page[chat.Conversation]{}, err
	}
	at := 0
	if last != nil {
		if at, err = strconv.Atoi(last[0]); err != nil || at < 0 || at >= len(stages) {
			return chat.Page[chat.Conversation]{}, cursor.Invalid()
		}
		stages[at].merge.Position = last[1]
	}
	page := chat.Page[chat.Conversation]{Items: []chat.Conversation{}}
	scanned := 0
	for ; at < len(stages); at++ {
		ended, err := s.fill(ctx, &stages[at], q, table.LimitOf(p), &page, &scanned)
		if err != nil {
			return chat.Page[chat.Conversation]{}, err
		}
		if !ended {
			page.Next, err = s.db.Cursors.Sign(ctx, name, account, strconv.Itoa(at), stages[at].merge.Position)
			return page, err
		}
		if full := len(page.Items) >= table.LimitOf(p) || scanned >= maxScan; full && at+1 < len(stages) {
			page.Next, err = s.db.Cursors.Sign(ctx, name, account, strconv.Itoa(at+1), "")
			return page, err
		}
	}
	return page, nil
}

// fill adds rows of a stage to a page until it is full or enough was read. ended says that nothing is left.
func (s *Store) fill(ctx context.Context, st *stage, q Query, limit int, page *chat.Page[chat.Conversation], scanned *int) (ended bool, err error) {
	for len(page.Items) < limit && *scanned < maxScan {
		var entries []table.Item
		for len(entries) < limit-len(page.Items) {
			entry, err := st.merge.Next(ctx)
			if err != nil {
				return false, err
			}
			if entry == nil {
				break
			}
			entries = append(entries, entry)
		}
		if len(entries) == 0 {
			return true, nil
		}
		*scanned += len(entries)
		rows, err := st.rows(ctx, entries)
		if err != nil {
			return false, err
		}
		for _, c := range rows {
			if q.matches(c) && st.has(c) {
				page.Items = withNewest(page.Items, c)
			}
		}
	}
	return st.merge.Ended(), nil
}

// stages are the parts of a list, in their order.
func (s *Store) stages(ctx context.Context, account chat.AccountID, q Query, limit int) ([]stage, error) {
	holders, err := s.holders(ctx, account, q)
	if err != nil {
		return nil, err
	}
	batch := limit + 1
	if q.filters() {
		batch = max(batch, table.MaxBatch)
	}
	lanes, err := s.byActivity(ctx, account, q, holders)
	if err != nil {
		return nil, err
	}
	all := stage{
		merge: table.Merge{
			DB: s.db, Index: key.IndexInbox, HashKey: "inboxPk", RangeKey: "inboxSk", Descending: q.Order != Oldest, Batch: batch, Lanes: lanes,
		},
		rows: func(_ context.Context, entries []table.Item) ([]chat.Conversation, error) {
			return table.DecodeAll(entries, item.DecodeRow)
		},
		has: func(chat.Conversation) bool { return true },
	}
	timed := stage{merge: table.Merge{DB: s.db, Index: key.IndexWaiting, HashKey: "waitingPk", RangeKey: "waitingSk", Batch: batch}}
	switch q.Order {
	case Newest, Oldest:
		return []stage{all}, nil
	case Waiting:
		if timed.merge.Lanes, err = s.byWait(ctx, account, q, holders); err != nil {
			return nil, err
		}
		timed.rows = func(ctx context.Context, entries []table.Item) ([]chat.Conversation, error) {
			return s.still(ctx, account, entries, func(entry table.Item) (chat.ConversationID, error) {
				_, id, err := key.ParseConversation(table.Text(entry["pk"]))
				return id, err
			}, key.Waiting)
		}
		timed.has = func(c chat.Conversation) bool { return !c.WaitingSince.IsZero() }
		all.has = func(c chat.Conversation) bool { return c.WaitingSince.IsZero() }
	case Due:
		timed.merge.Lanes = byClosing(account, q, holders)
		timed.rows = func(ctx context.Context, entries []table.Item) ([]chat.Conversation, error) {
			return s.still(ctx, account, entries, func(entry table.Item) (chat.ConversationID, error) {
				return key.ParseEdge(table.Text(entry["sk"]))
			}, key.Closing)
		}
		timed.has = func(c chat.Conversation) bool { return !c.ClosesAt().IsZero() }
		all.has = func(c chat.Conversation) bool { return c.ClosesAt().IsZero() }
	}
	return []stage{timed, all}, nil
}

// still reads the conversations of entries of the waiting index, in their order, and leaves out those that have moved since: their new
// place holds them.
func (s *Store) still(ctx context.Context, account chat.AccountID, entries []table.Item, idOf func(table.Item) (chat.ConversationID, error), place func(chat.Conversation) table.Key) ([]chat.Conversation, error) {
	ids := make([]chat.ConversationID, len(entries))
	for i, entry := range entries {
		var err error
		if ids[i], err = idOf(entry); err != nil {
			return nil, table.Damaged("waiting entry", err)
		}
	}
	found, err := s.Conversations(ctx, account, ids)
	if err != nil {
		return nil, err
	}
	places := make(map[table.Key]bool, len(entries))
	for _, entry := range entries {
		places[table.Key{PK: table.Text(entry["waitingPk"]), SK: table.Text(entry["waitingSk"])}] = true
	}
	return slices.DeleteFunc(found, func(c chat.Conversation) bool { return !places[place(c)] }), nil
}

// withNewest adds a row. A conversation that moved between two partitions while they were read is found in both; the row with the
// higher version stays.
func withNewest(rows []chat.Conversation, c chat.Conversation) []chat.Conversation {
	known := slices.IndexFunc(rows, func(row chat.Conversation) bool { return row.ID == c.ID })
	switch {
	case known < 0:
		return append(rows, c)
	case rows[known].Version >= c.Version:
		return rows
	}
	return append(slices.Delete(rows, known, known+1), c)
}

// maxScan is how many entries one request reads at most. A list row is under 1 KB, so this stays under 1 MB.
const maxScan = 1000
