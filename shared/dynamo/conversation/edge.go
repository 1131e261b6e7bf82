package conversation

import (
	"context"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// ConversationsOfOperator are up to limit ids of an operator's open conversations after one, in order of id, with a consistent
// read.
func (s *Store) ConversationsOfOperator(ctx context.Context, account chat.AccountID, operator chat.OperatorID, after chat.ConversationID, limit int) ([]chat.ConversationID, error) {
	return edgesAfter(ctx, s, key.OperatorConversation(account, operator, "x").PK, after, limit, item.DecodeAssigned)
}

// Carried is the same list with what a load is computed from: id, store, assignee and status. All other fields are empty.
func (s *Store) Carried(ctx context.Context, account chat.AccountID, operator chat.OperatorID, after chat.ConversationID, limit int) ([]chat.Conversation, error) {
	return edgesAfter(ctx, s, key.OperatorConversation(account, operator, "x").PK, after, limit, item.DecodeCarried)
}

// ContactConversations pages through a contact's conversations, newest first.
func (s *Store) ContactConversations(ctx context.Context, account chat.AccountID, contact chat.ContactID, p chat.PageRequest) (chat.Page[chat.Conversation], error) {
	pk := key.Contact(account, contact).PK
	if pk == "" {
		return chat.Page[chat.Conversation]{}, table.NotFound(item.KindContact)
	}
	found, err := table.List(ctx, s.db, account, "conversations of "+pk, p, table.Query{
		Table: table.Desk, Condition: table.InPartition(pk, key.EdgePrefix), Descending: true,
	}, item.DecodeContactConversation)
	if err != nil {
		return chat.Page[chat.Conversation]{}, err
	}
	conversations, err := s.Conversations(ctx, account, found.Items)
	return chat.Page[chat.Conversation]{Items: conversations, Next: found.Next}, err
}

// ConversationsOfContact are up to limit ids of a contact's conversations after one, in order of id, with a consistent read.
func (s *Store) ConversationsOfContact(ctx context.Context, account chat.AccountID, contact chat.ContactID, after chat.ConversationID, limit int) ([]chat.ConversationID, error) {
	return edgesAfter(ctx, s, key.ContactConversation(account, contact, "x").PK, after, limit, item.DecodeContactConversation)
}

// edgesAfter reads the edges of a partition that lead to conversations.
func edgesAfter[T any](ctx context.Context, s *Store, pk string, after chat.ConversationID, limit int, decode func(table.Item) (T, error)) ([]T, error) {
	if pk == "" {
		return nil, nil
	}
	q := table.Query{Table: table.Desk, Condition: table.InPartition(pk, key.EdgePrefix), Consistent: true, Limit: limit}
	if after != "" {
		q.Start = key.Edge(pk, after).Item()
	}
	items, _, err := s.db.Page(ctx, q, "read the conversations of "+pk)
	if err != nil {
		return nil, err
	}
	return table.DecodeAll(items, decode)
}
