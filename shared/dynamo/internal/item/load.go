package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type loadItem struct {
	table.Header
	Open       int          `dynamodbav:"open"`
	AssignedAt table.Millis `dynamodbav:"assignedAt,omitempty"`
	Moves      int64        `dynamodbav:"moves,omitempty"`
	RepairedAt table.Millis `dynamodbav:"repairedAt,omitempty"`
}

func Load(l chat.Load) loadItem {
	return loadItem{
		Header: table.NewHeader(key.Load(l.AccountID, l.OperatorID), KindLoad), Open: l.Open, AssignedAt: table.MillisOf(l.LastAssignedAt),
		Moves: l.Moves, RepairedAt: table.MillisOf(l.RepairedAt),
	}
}

func DecodeLoad(av table.Item) (chat.Load, error) {
	it, err := table.Decode[loadItem](av, KindLoad)
	if err != nil {
		return chat.Load{}, err
	}
	account, err := key.Split(it.PK, "L", 1)
	if err != nil {
		return chat.Load{}, table.Damaged(KindLoad, err)
	}
	operator, err := key.Split(it.SK, "L", 1)
	if err != nil {
		return chat.Load{}, table.Damaged(KindLoad, err)
	}
	return chat.Load{
		AccountID: chat.AccountID(account[0]), OperatorID: chat.OperatorID(operator[0]),
		Open: it.Open, LastAssignedAt: it.AssignedAt.Time(), Moves: it.Moves, RepairedAt: it.RepairedAt.Time(),
	}, nil
}
