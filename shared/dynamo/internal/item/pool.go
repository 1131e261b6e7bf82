package item

import (
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/pool"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type poolTimerItem struct {
	table.Header
	EnteredAt table.Millis `dynamodbav:"enteredAt"`
	Formers   bool         `dynamodbav:"formers,omitempty"`

	ReturnedAt table.Millis                     `dynamodbav:"returnedAt,omitempty"`
	Looked     map[chat.OperatorID]table.Millis `dynamodbav:"looked,omitempty"`
	Mode       chat.DistributionMode            `dynamodbav:"lookedMode,omitempty"`
	Manager    chat.OperatorID                  `dynamodbav:"lookedManager,omitempty"`
	Due
}

func PoolTimer(t pool.Timer) poolTimerItem {
	it := poolTimerItem{
		Header:    table.NewHeader(key.PoolTimer(t.AccountID, t.StoreID), KindTimer),
		EnteredAt: table.MillisOf(t.EnteredAt), Formers: t.Formers, ReturnedAt: table.MillisOf(t.ReturnedAt),
		Looked: make(map[chat.OperatorID]table.Millis, len(t.Looked.Before)), Mode: t.Looked.Under.Mode, Manager: t.Looked.Under.ManagerID,
		Due: Due{DuePK: key.DueShard(string(t.StoreID)), DueAt: table.MillisOf(t.DueAt), DueKind: string(chat.TimerPool)},
	}
	for id, before := range t.Looked.Before {
		it.Looked[id] = table.MillisOf(before)
	}
	return it
}

func DecodePoolTimer(av table.Item) (pool.Timer, error) {
	it, err := table.Decode[poolTimerItem](av, KindTimer)
	if err != nil {
		return pool.Timer{}, err
	}
	t, err := key.ParseTimer(it.Key())
	if err != nil {
		return pool.Timer{}, table.Damaged(KindTimer, err)
	}
	timer := pool.Timer{
		AccountID: t.AccountID, StoreID: chat.StoreID(t.Subject), DueAt: it.DueAt.Time(), EnteredAt: it.EnteredAt.Time(), Formers: it.Formers,
		ReturnedAt: it.ReturnedAt.Time(), Looked: pool.Look{Under: chat.Distribution{Mode: it.Mode, ManagerID: it.Manager}},
	}
	for id, before := range it.Looked {
		if timer.Looked.Before == nil {
			timer.Looked.Before = make(map[chat.OperatorID]time.Time, len(it.Looked))
		}
		timer.Looked.Before[id] = before.Time()
	}
	return timer, nil
}
