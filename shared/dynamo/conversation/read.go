package conversation

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// SetRead stores how far an operator has read and returns what is stored. A position only moves forward, in whatever order requests arrive,
// except that an empty one marks all as unread, until a later position.
func (s *Store) SetRead(ctx context.Context, r chat.ReadCursor) (chat.ReadCursor, error) {
	for {
		old, refused, err := s.db.Put(ctx, table.Desk, item.ReadCursor(r), later(r), "note what was read")
		if err != nil || !refused {
			return r, err
		}
		stored, err := item.DecodeReadCursor(old)
		if err != nil || r.ReadUpTo == "" || stored.ReadUpTo == "" || r.ReadUpTo <= stored.ReadUpTo {
			return stored, err
		}
		// Of two requests at once the one that is further was overtaken. Its time must be the later one: browsers take the newest mark.
		r.At = stored.At.Add(time.Millisecond)
	}
}

// later is the condition that a position comes after the stored one.
func later(r chat.ReadCursor) *expression.ConditionBuilder {
	at, upTo := expression.Name("at"), expression.Name("upTo")
	then := at.LessThanEqual(expression.Value(table.MillisOf(r.At)))
	if r.ReadUpTo != "" {
		then = then.And(expression.AttributeNotExists(upTo).Or(upTo.LessThan(expression.Value(string(r.ReadUpTo)))))
	} else { // the same one again is not written
		then = then.And(expression.AttributeExists(upTo).Or(at.LessThan(expression.Value(table.MillisOf(r.At)))))
	}
	then = expression.AttributeNotExists(at).Or(then)
	return &then
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
