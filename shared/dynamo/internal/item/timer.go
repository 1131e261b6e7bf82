package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type timerItem struct {
	table.Header
	Attempt   int    `dynamodbav:"attempt,omitempty"`
	WaitingPK string `dynamodbav:"waitingPk,omitempty"` // of a held message's
	WaitingSK string `dynamodbav:"waitingSk,omitempty"`
	Due
}

func Timer(t chat.Timer) timerItem {
	waits := string(t.MessageID)
	if waits == "" {
		waits = t.Subject
	}
	it := timerItem{
		Header: table.NewHeader(key.Timer(t), KindTimer), Attempt: t.Attempt,
		Due: Due{DuePK: key.DueShard(waits), DueAt: table.MillisOf(t.DueAt), DueKind: string(t.Kind)},
	}
	if t.HeldFor != "" {
		it.WaitingPK, it.WaitingSK = key.HeldPartition(t.AccountID, t.HeldFor), key.HeldSort(t)
	}
	return it
}

// DecodeTimer reads a timer. HeldFor is not read back; whoever replaces the timer sets it again.
func DecodeTimer(av table.Item) (chat.Timer, error) {
	it, err := table.Decode[timerItem](av, KindTimer)
	if err != nil {
		return chat.Timer{}, err
	}
	t, err := key.ParseTimer(it.Key())
	if err != nil {
		return chat.Timer{}, table.Damaged(KindTimer, err)
	}
	t.DueAt, t.Attempt = it.DueAt.Time(), it.Attempt
	return t, nil
}

// DueEntry is an entry of the due index, of a conversation or a timer.
type DueEntry struct {
	PK      string `dynamodbav:"pk"`
	SK      string `dynamodbav:"sk"`
	StoreID string `dynamodbav:"storeId"`
	Due
}
