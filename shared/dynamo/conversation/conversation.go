package conversation

import (
	"context"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// Conversation reads one with a consistent read.
func (s *Store) Conversation(ctx context.Context, account chat.AccountID, id chat.ConversationID) (chat.Conversation, error) {
	av, err := s.db.Get(ctx, table.Desk, key.Conversation(account, id), true, item.KindConversation)
	if err != nil {
		return chat.Conversation{}, err
	}
	return item.DecodeConversation(av)
}

// Conversations reads several, in the order of the ids given. Missing ones are left out.
func (s *Store) Conversations(ctx context.Context, account chat.AccountID, ids []chat.ConversationID) ([]chat.Conversation, error) {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = key.Conversation(account, id)
	}
	found, err := s.db.BatchGet(ctx, table.Desk, keys)
	if err != nil {
		return nil, err
	}
	conversations := make([]chat.Conversation, 0, len(found))
	for _, k := range keys {
		av, ok := found[k]
		if !ok {
			continue
		}
		c, err := item.DecodeConversation(av)
		if err != nil {
			return nil, err
		}
		conversations = append(conversations, c)
	}
	return conversations, nil
}
