package conversation

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// SetRead stores how far an operator has read. The later of two positions stays, in whatever order they arrive, and a position in
// a conversation only moves forward, except that an empty one marks all as unread.
func (s *Store) SetRead(ctx context.Context, r chat.ReadCursor) error {
	upTo := expression.Name("upTo")
	later := expression.Name("at").LessThanEqual(expression.Value(table.MillisOf(r.At)))
	if r.ReadUpTo != "" {
		later = later.And(expression.AttributeNotExists(upTo).Or(upTo.LessThan(expression.Value(string(r.ReadUpTo)))))
	} else { // the same one again is not written
		later = later.And(expression.AttributeExists(upTo).Or(expression.Name("at").LessThan(expression.Value(table.MillisOf(r.At)))))
	}
	later = expression.AttributeNotExists(expression.Name("at")).Or(later)
	_, _, err := s.db.Put(ctx, table.Desk, item.ReadCursor(r), &later, "note what was read")
	return err
}

// ReadCursor is an operator's read position in a conversation, with a consistent read. One never read has an empty position.
func (s *Store) ReadCursor(ctx context.Context, account chat.AccountID, operator chat.OperatorID, conv chat.ConversationID) (chat.ReadCursor, error) {
	av, err := s.db.Get(ctx, table.Desk, key.ReadCursor(account, operator, conv), true, item.KindReadCursor)
	if fault.Is(err, fault.NotFound) {
		return chat.ReadCursor{AccountID: account, OperatorID: operator, ConversationID: conv}, nil
	}
	if err != nil {
		return chat.ReadCursor{}, err
	}
	return item.DecodeReadCursor(av)
}

// ReadCursors are the read positions of an operator in several conversations. Those never read are missing.
func (s *Store) ReadCursors(ctx context.Context, account chat.AccountID, operator chat.OperatorID, convs []chat.ConversationID) (map[chat.ConversationID]chat.ReadCursor, error) {
	keys := make([]table.Key, len(convs))
	for i, id := range convs {
		keys[i] = key.ReadCursor(account, operator, id)
	}
	found, err := s.db.BatchGet(ctx, table.Desk, keys)
	if err != nil {
		return nil, err
	}
	cursors := make(map[chat.ConversationID]chat.ReadCursor, len(found))
	for _, av := range found {
		r, err := item.DecodeReadCursor(av)
		if err != nil {
			return nil, err
		}
		cursors[r.ConversationID] = r
	}
	return cursors, nil
}
