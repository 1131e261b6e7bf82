package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type readItem struct {
	table.Header
	UpTo  string       `dynamodbav:"upTo,omitempty"`
	Tells string       `dynamodbav:"tells,omitempty"`
	Count int          `dynamodbav:"count,omitempty"`
	At    table.Millis `dynamodbav:"at"`
}

func ReadCursor(r chat.ReadCursor) readItem {
	return readItem{
		Header: table.NewHeader(key.ReadCursor(r.AccountID, r.OperatorID, r.ConversationID), KindReadCursor),
		UpTo:   string(r.ReadUpTo), Tells: string(r.Tells), Count: r.InboundCount, At: table.MillisOf(r.At),
	}
}

func DecodeReadCursor(av table.Item) (chat.ReadCursor, error) {
	it, err := table.Decode[readItem](av, KindReadCursor)
	if err != nil {
		return chat.ReadCursor{}, err
	}
	owner, err := key.Split(it.PK, "O", 2)
	if err != nil {
		return chat.ReadCursor{}, table.Damaged(KindReadCursor, err)
	}
	conv, err := key.Split(it.SK, "R", 1)
	if err != nil {
		return chat.ReadCursor{}, table.Damaged(KindReadCursor, err)
	}
	return chat.ReadCursor{
		AccountID: chat.AccountID(owner[0]), OperatorID: chat.OperatorID(owner[1]), ConversationID: chat.ConversationID(conv[0]),
		ReadUpTo: chat.MessageID(it.UpTo), Tells: chat.MessageID(it.Tells), InboundCount: it.Count, At: it.At.Time(),
	}, nil
}
