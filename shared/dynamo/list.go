package dynamo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// ConversationQuery says which conversations a list shows.
type ConversationQuery struct {
	Statuses    []chat.Status // empty = all but awaiting consent
	Assignee    chat.OperatorID
	Unassigned  bool
	StoreIDs    []chat.StoreID // empty = every store
	ChannelID   chat.ChannelID
	Oldest      bool      // by last activity, the oldest first
	Month       string    // "2026-11": of the resolved ones, those resolved in this month (UTC)
	Since       time.Time // how far back resolved ones lie at most; zero = to the account's creation, which is read
	InboxShards int       // the account's; below one counts as one
}

var listed = []chat.Status{chat.Open, chat.Pending, chat.Snoozed, chat.Held, chat.Resolved}

func (q ConversationQuery) statuses() []chat.Status {
	if len(q.Statuses) == 0 {
		return listed
	}
	return q.Statuses
}

// name is what a cursor of the list is bound to.
func (q ConversationQuery) name() string {
	return fmt.Sprintf("conversations %q %q %t %q %q %t %q", q.Statuses, q.Assignee, q.Unassigned, q.StoreIDs, q.ChannelID, q.Oldest, q.Month)
}

func (q ConversationQuery) filters() bool {
	return q.Assignee != "" || q.Unassigned || len(q.StoreIDs) > 0 || q.ChannelID != ""
}

func (q ConversationQuery) matches(c chat.Conversation) bool {
	return (q.Assignee == "" || c.AssigneeID == q.Assignee) &&
		(!q.Unassigned || c.AssigneeID == "") &&
		(len(q.StoreIDs) == 0 || slices.Contains(q.StoreIDs, c.StoreID)) &&
		(q.ChannelID == "" || c.ChannelID == q.ChannelID)
}

// filter is matches, as DynamoDB applies it while it counts.
func (q ConversationQuery) filter() *expression.ConditionBuilder {
	var all []expression.ConditionBuilder
	if q.Assignee != "" {
		all = append(all, expression.Name("assigneeId").Equal(expression.Value(string(q.Assignee))))
	}
	if q.Unassigned {
		all = append(all, expression.AttributeNotExists(expression.Name("assigneeId")))
	}
	if len(q.StoreIDs) > 0 {
		var stores []expression.ConditionBuilder
		for _, id := range q.StoreIDs {
			stores = append(stores, expression.Name("storeId").Equal(expression.Value(string(id))))
		}
		all = append(all, anyOf(stores))
	}
	if q.ChannelID != "" {
		all = append(all, expression.Name("channel.id").Equal(expression.Value(string(q.ChannelID))))
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return &all[0]
	}
	c := expression.And(all[0], all[1], all[2:]...)
	return &c
}

func anyOf(conditions []expression.ConditionBuilder) expression.ConditionBuilder {
	if len(conditions) == 1 {
		return conditions[0]
	}
	return expression.Or(conditions[0], conditions[1], conditions[2:]...)
}

// lanes are the partitions of the inbox index that hold the list: those of the months last, the newest first.
func (s *Store) lanes(ctx context.Context, account chat.AccountID, q ConversationQuery) ([]*lane, error) {
	var lanes []*lane
	resolved := false
	for _, status := range q.statuses() {
		if status == chat.Resolved {
			resolved = true
			continue
		}
		for shard := range max(q.InboxShards, 1) {
			lanes = append(lanes, &lane{pk: inboxPartition(account, status, shard)})
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
		lanes = append(lanes, &lane{pk: resolvedPartition(account, monthOf(month)), bound: sortable(month.AddDate(0, 1, 0))})
	}
	return lanes, nil
}

// months are the months in which conversations of the list may have been resolved, the newest first.
func (s *Store) months(ctx context.Context, account chat.AccountID, q ConversationQuery) ([]time.Time, error) {
	if q.Month != "" {
		month, err := time.Parse(monthLayout, q.Month)
		if err != nil {
			return nil, fault.New(fault.Invalid, "a month is written as 2026-11").WithField("month").WithCause(err)
		}
		return []time.Time{month}, nil
	}
	since := q.Since
	if since.IsZero() {
		a, err := s.Account(ctx, account)
		if err != nil {
			return nil, fmt.Errorf("find the first month of the account: %w", err)
		}
		since = a.CreatedAt
	}
	var months []time.Time
	now := s.clock().UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for first := monthOf(since); monthOf(month) >= first; month = month.AddDate(0, -1, 0) {
		months = append(months, month)
	}
	return months, nil
}

// ListConversations pages through an account's conversations by last activity, the newest first unless asked otherwise. They
// are list rows: what a list does not show is empty. One request reads at most about 1 MB, so a page may come back short, or
// empty, with a Next.
func (s *Store) ListConversations(ctx context.Context, account chat.AccountID, q ConversationQuery, p chat.PageRequest) (chat.Page[chat.Conversation], error) {
	name := q.name()
	last, err := s.cursors.Verify(ctx, p.Cursor, name, account, 1)
	if err != nil {
		return chat.Page[chat.Conversation]{}, err
	}
	m := merge{
		store: s, index: indexInbox, pkName: "inboxPk", skName: "inboxSk", descending: !q.Oldest, batch: limitOf(p) + 1,
	}
	if q.filters() {
		m.batch = max(m.batch, batchMost)
	}
	if last != nil {
		m.position = last[0]
	}
	if m.lanes, err = s.lanes(ctx, account, q); err != nil {
		return chat.Page[chat.Conversation]{}, err
	}
	page := chat.Page[chat.Conversation]{Items: []chat.Conversation{}}
	for len(page.Items) < limitOf(p) && m.scanned < mergeScan {
		row, err := m.next(ctx)
		if err != nil || row == nil {
			return page, err
		}
		c, err := decodeRow(row)
		if err != nil {
			return chat.Page[chat.Conversation]{}, err
		}
		if q.matches(c) {
			page.Items = withNewest(page.Items, c)
		}
	}
	if !m.ended() {
		page.Next, err = s.cursors.Sign(ctx, name, account, m.position)
	}
	return page, err
}

// withNewest adds a row that was read after the others. A conversation that moved between two partitions while they were read
// is in both: its newest version is the one that stays.
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

// CountConversations counts a list up to most; more says that there are more, or, where filtering had to give up looking, that
// there may be.
func (s *Store) CountConversations(ctx context.Context, account chat.AccountID, q ConversationQuery, most int) (n int, more bool, err error) {
	var walks []query
	switch {
	case q.onlyPool():
		walks, err = s.countPool(ctx, account, q)
	default:
		walks, err = s.countInbox(ctx, account, q)
	}
	if err != nil {
		return 0, false, err
	}
	scanned := 0
	for _, walk := range walks {
		walk.table, walk.count = Desk, true
		for {
			walk.limit = most + 1 - n
			if walk.filter != nil {
				walk.limit = countScan
			}
			out, err := s.run(ctx, walk, "count conversations")
			if err != nil {
				return 0, false, err
			}
			n += int(out.Count)
			scanned += int(out.ScannedCount)
			if n > most {
				return most, true, nil
			}
			if len(out.LastEvaluatedKey) == 0 {
				break
			}
			if scanned >= countScan && walk.filter != nil {
				return n, true, nil
			}
			walk.start = out.LastEvaluatedKey
		}
	}
	return n, false, nil
}

func (s *Store) countInbox(ctx context.Context, account chat.AccountID, q ConversationQuery) ([]query, error) {
	lanes, err := s.lanes(ctx, account, q)
	walks := make([]query, len(lanes))
	for i, l := range lanes {
		walks[i] = query{
			index: indexInbox, filter: q.filter(), condition: expression.Key("inboxPk").Equal(expression.Value(l.pk)), descending: true,
		}
	}
	return walks, err
}

// onlyPool says that the index of the waiting conversations answers the query, whose entries are a quarter of the inbox's.
func (q ConversationQuery) onlyPool() bool {
	return q.Unassigned && q.Assignee == "" && q.ChannelID == "" && len(q.Statuses) == 1 && q.Statuses[0] == chat.Open
}

func (s *Store) countPool(ctx context.Context, account chat.AccountID, q ConversationQuery) ([]query, error) {
	stores, err := s.storesOf(ctx, account, q.StoreIDs)
	walks := make([]query, len(stores))
	for i, id := range stores {
		walks[i] = query{
			index: indexWaiting, condition: expression.Key("waitingPk").Equal(expression.Value(waitingPartition(account, id))),
		}
	}
	return walks, err
}

// storesOf are the stores named, or all of the account's if none is.
func (s *Store) storesOf(ctx context.Context, account chat.AccountID, named []chat.StoreID) ([]chat.StoreID, error) {
	if len(named) > 0 {
		return named, nil
	}
	all, err := s.Stores(ctx, account)
	stores := make([]chat.StoreID, len(all))
	for i, st := range all {
		stores[i] = st.ID
	}
	return stores, err
}

// countScan is how many entries a count with a filter looks at before it says "or more".
const countScan = 5000

// Pool pages through the conversations that wait for an operator, the longest waiting first: of one store, or of all of them
// if none is named.
func (s *Store) Pool(ctx context.Context, account chat.AccountID, store chat.StoreID, p chat.PageRequest) (chat.Page[chat.Conversation], error) {
	name := fmt.Sprintf("pool %q", store)
	last, err := s.cursors.Verify(ctx, p.Cursor, name, account, 1)
	if err != nil {
		return chat.Page[chat.Conversation]{}, err
	}
	m := merge{store: s, index: indexWaiting, pkName: "waitingPk", skName: "waitingSk", batch: limitOf(p) + 1}
	if last != nil {
		m.position = last[0]
	}
	var named []chat.StoreID
	if store != "" {
		named = append(named, store)
	}
	stores, err := s.storesOf(ctx, account, named)
	if err != nil {
		return chat.Page[chat.Conversation]{}, err
	}
	for _, id := range stores {
		m.lanes = append(m.lanes, &lane{pk: waitingPartition(account, id)})
	}
	var found []chat.ConversationID
	for len(found) < limitOf(p) {
		row, err := m.next(ctx)
		if err != nil {
			return chat.Page[chat.Conversation]{}, err
		}
		if row == nil {
			break
		}
		_, id, err := parseConversationKey(text(row["pk"]))
		if err != nil {
			return chat.Page[chat.Conversation]{}, damaged("waiting entry", err)
		}
		found = append(found, id)
	}
	page := chat.Page[chat.Conversation]{}
	if page.Items, err = s.Conversations(ctx, account, found); err != nil {
		return page, err
	}
	// The index may lag: who has been taken meanwhile does not wait any more.
	page.Items = slices.DeleteFunc(page.Items, func(c chat.Conversation) bool { return !c.InPool() })
	if !m.ended() {
		page.Next, err = s.cursors.Sign(ctx, name, account, m.position)
	}
	return page, err
}
