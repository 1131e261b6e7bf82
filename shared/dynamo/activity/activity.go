package activity

import (
	"context"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// Add puts an entry into a transaction; nil adds none.
func Add(t *table.Tx, a *chat.Activity) {
	if a != nil {
		t.Put(table.Desk, item.Activity(*a), nil, "")
	}
}

// PutActivity writes an entry that belongs to no other write.
func (s *Store) PutActivity(ctx context.Context, a chat.Activity) error {
	_, _, err := s.db.Put(ctx, table.Desk, item.Activity(a), nil, "put a line of the activity log")
	return err
}

// Activities pages through the activity log of a month ("2026-11", UTC), newest first.
func (s *Store) Activities(ctx context.Context, account chat.AccountID, month string, p chat.PageRequest) (chat.Page[chat.Activity], error) {
	at, err := time.Parse(key.MonthLayout, month)
	if err != nil {
		return chat.Page[chat.Activity]{}, fault.New(fault.Invalid, "a month is written as 2026-11").WithField("month").WithCause(err)
	}
	return table.List(ctx, s.db, account, "activities "+month, p, table.Query{
		Table: table.Desk, Condition: table.InPartition(key.Activity(account, at, "x").PK, ""), Descending: true,
	}, item.DecodeActivity)
}
