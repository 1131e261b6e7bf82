package conversation

import (
	"context"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
)

// Events pages through a conversation's Events the way Messages does.
func (s *Store) Events(ctx context.Context, account chat.AccountID, conv chat.ConversationID, p chat.PageRequest) (chat.Page[chat.Event], error) {
	return timeline(ctx, s, account, conv, key.EventPrefix, p, item.DecodeEvent)
}
