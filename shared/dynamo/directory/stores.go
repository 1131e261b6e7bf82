package directory

import (
	"context"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/activity"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// inDirectory reads all items of one kind of an account, with consistent reads.
func inDirectory[T any](ctx context.Context, s *Store, account chat.AccountID, prefix string, decode func(table.Item) (T, error)) ([]T, error) {
	pk := key.Account(account).PK
	if pk == "" {
		return nil, table.NotFound(item.KindAccount)
	}
	items, err := s.db.All(ctx, table.Query{
		Table: table.Directory, Condition: table.InPartition(pk, prefix), Consistent: true,
	}, "read the directory")
	if err != nil {
		return nil, err
	}
	return table.DecodeAll(items, decode)
}

// Stores are all stores of an account, in order of creation.
func (s *Store) Stores(ctx context.Context, account chat.AccountID) ([]chat.Store, error) {
	return inDirectory(ctx, s, account, key.StorePrefix, item.DecodeStore)
}

// Store reads one with a consistent read.
func (s *Store) Store(ctx context.Context, account chat.AccountID, id chat.StoreID) (chat.Store, error) {
	av, err := s.db.Get(ctx, table.Directory, key.Store(account, id), true, item.KindStore)
	if err != nil {
		return chat.Store{}, err
	}
	return item.DecodeStore(av)
}

// CreateStore creates a store.
func (s *Store) CreateStore(ctx context.Context, st chat.Store, entry *chat.Activity) error {
	st.Version = 1
	var t table.Tx
	t.Put(table.Directory, item.Store(st), table.Absent(), table.ReasonExists)
	activity.Add(&t, entry)
	return s.db.Commit(ctx, &t, "create store "+string(st.ID))
}
