package conversation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// lanes are the partitions of the inbox index that hold the list. Those of the months come last, newest first.
func (s *Store) lanes(ctx context.Context, account chat.AccountID, q Query) ([]*table.Lane, error) {
	var lanes []*table.Lane
	resolved := false
	for _, status := range q.statuses() {
		if status == chat.Resolved {
			resolved = true
			continue
		}
		for shard := range max(q.InboxShards, 1) {
			lanes = append(lanes, &table.Lane{PK: key.InboxPartition(account, status, shard)})
		}
	}
	if !resolved {
		return lanes, nil
	}
	months, err := s.months(ctx, account, q)
	if err != nil {
		return nil, err
	}
	for _, month := range months {
		lanes = append(lanes, &table.Lane{PK: key.ResolvedPartition(account, key.MonthOf(month)), Bound: key.Sortable(month.AddDate(0, 1, 0))})
	}
	return lanes, nil
}

// months are the months in which conversations of the list may have been resolved, newest first.
func (s *Store) months(ctx context.Context, account chat.AccountID, q Query) ([]time.Time, error) {
	if q.Month != "" {
		month, err := time.Parse(key.MonthLayout, q.Month)
		if err != nil {
			return nil, fault.New(fault.Invalid, "a month is written as 2026-11").WithField("month").WithCause(err)
		}
		return []time.Time{month}, nil
	}
	since := q.Since
	if since.IsZero() {
		a, err := s.directory.Account(ctx, account)
		if err != nil {
			return nil, fmt.Errorf("find the first month of the account: %w", err)
		}
		since = a.CreatedAt
	}
	var months []time.Time
	now := s.db.Now().UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for first := key.MonthOf(since); key.MonthOf(month) >= first; month = month.AddDate(0, -1, 0) {
		months = append(months, month)
	}
	return months, nil
}

// ListConversations pages through an account's conversations by last activity, newest first unless q.Oldest is set. Items are
// list rows: fields that the inbox index does not include are empty. A request reads at most about 1 MB, so a page with a Next
// may be short or empty.
func (s *Store) ListConversations(ctx context.Context, account chat.AccountID, q Query, p chat.PageRequest) (chat.Page[chat.Conversation], error) {
	name := q.name()
	last, err := s.db.Cursors.Verify(ctx, p.Cursor, name, account, 1)
	if err != nil {
		return chat.Page[chat.Conversation]{}, err
	}
	m := table.Merge{
		DB: s.db, Index: key.IndexInbox, HashKey: "inboxPk", RangeKey: "inboxSk", Descending: !q.Oldest, Batch: table.LimitOf(p) + 1,
	}
	if q.filters() {
		m.Batch = max(m.Batch, table.MaxBatch)
	}
	if last != nil {
		m.Position = last[0]
	}
	if m.Lanes, err = s.lanes(ctx, account, q); err != nil {
		return chat.Page[chat.Conversation]{}, err
	}
	page := chat.Page[chat.Conversation]{Items: []chat.Conversation{}}
	for len(page.Items) < table.LimitOf(p) && m.Scanned < maxScan {
		row, err := m.Next(ctx)
		if err != nil || row == nil {
			return page, err
		}
		c, err := item.DecodeRow(row)
		if err != nil {
			return chat.Page[chat.Conversation]{}, err
		}
		if q.matches(c) {
			page.Items = withNewest(page.Items, c)
		}
	}
	if !m.Ended() {
		page.Next, err = s.db.Cursors.Sign(ctx, name, account, m.Position)
	}
	return page, err
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
