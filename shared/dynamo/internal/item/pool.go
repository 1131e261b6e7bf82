package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type poolTimerItem struct {
	table.Header
	EnteredAt table.Millis `dynamodbav:"enteredAt"`
	Formers   bool         `dynamodbav:"formers,omitempty"`
	Due
}

func PoolTimer(t chat.PoolTimer) poolTimerItem {
	return poolTimerItem{
		Header:    table.NewHeader(key.PoolTimer(t.AccountID, t.StoreID), KindTimer),
		EnteredAt: table.MillisOf(t.EnteredAt), Formers: t.Formers,
		Due: Due{DuePK: key.DueShard(string(t.StoreID)), DueAt: table.MillisOf(t.DueAt), DueKind: string(chat.TimerPool)},
	}
}

func DecodePoolTimer(av table.Item) (chat.PoolTimer, error) {
	it, err := table.Decode[poolTimerItem](av, KindTimer)
	if err != nil {
		return chat.PoolTimer{}, err
	}
	t, err := key.ParseTimer(it.Key())
	if err != nil {
		return chat.PoolTimer{}, table.Damaged(KindTimer, err)
	}
	return chat.PoolTimer{
		AccountID: t.AccountID, StoreID: chat.StoreID(t.Subject), DueAt: it.DueAt.Time(), EnteredAt: it.EnteredAt.Time(), Formers: it.Formers,
	}, nil
}
