package conversation

import (
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// storesOf are the named stores, or all stores of the account if none is named.
func (s *Store) storesOf(ctx context.Context, account chat.AccountID, named []chat.StoreID) ([]chat.StoreID, error) {
	if len(named) > 0 {
		return named, nil
	}
	all, err := s.directory.Stores(ctx, account)
	stores := make([]chat.StoreID, len(all))
	for i, st := range all {
		stores[i] = st.ID
	}
	return stores, err
}

// Pool pages through the conversations without an operator, longest waiting first: of one store, or of all stores for an empty
// id.
func (s *Store) Pool(ctx context.Context, account chat.AccountID, store chat.StoreID, p chat.PageRequest) (chat.Page[chat.Conversation], error) {
	name := fmt.Sprintf("pool %q", store)
	last, err := s.db.Cursors.Verify(ctx, p.Cursor, name, account, 1)
	if err != nil {
		return chat.Page[chat.Conversation]{}, err
	}
	m := table.Merge{DB: s.db, Index: key.IndexWaiting, HashKey: "waitingPk", RangeKey: "waitingSk", Batch: table.LimitOf(p) + 1}
	if last != nil {
		m.Position = last[0]
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
		m.Lanes = append(m.Lanes, &table.Lane{PK: key.WaitingPartition(account, id)})
	}
	var found []chat.ConversationID
	for len(found) < table.LimitOf(p) {
		row, err := m.Next(ctx)
		if err != nil {
			return chat.Page[chat.Conversation]{}, err
		}
		if row == nil {
			break
		}
		_, id, err := key.ParseConversation(table.Text(row["pk"]))
		if err != nil {
			return chat.Page[chat.Conversation]{}, table.Damaged("waiting entry", err)
		}
		found = append(found, id)
	}
	page := chat.Page[chat.Conversation]{}
	if page.Items, err = s.Conversations(ctx, account, found); err != nil {
		return page, err
	}
	// The index is eventually consistent: some may have been assigned since.
	page.Items = slices.DeleteFunc(page.Items, func(c chat.Conversation) bool { return !c.InPool() })
	if !m.Ended() {
		page.Next, err = s.db.Cursors.Sign(ctx, name, account, m.Position)
	}
	return page, err
}
