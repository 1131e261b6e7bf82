package conversation

import (
	"context"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// Events pages through a conversation's Events the way Messages does.
func (s *Store) Events(ctx context.Context, account chat.AccountID, conv chat.ConversationID, p chat.PageRequest) (chat.Page[chat.Event], error) {
	return timeline(ctx, s, account, conv, key.EventPrefix, p, item.DecodeEvent)
}

// PutEvent adds a line to a timeline, unless one with its id is there.
func (s *Store) PutEvent(ctx context.Context, e chat.Event) error {
	_, _, err := s.db.Put(ctx, table.Desk, item.Event(e), table.Absent(), "add a line to a timeline")
	return err
}
