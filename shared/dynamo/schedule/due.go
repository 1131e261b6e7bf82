package schedule

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// DueShards is how many partitions the index of due items has.
const DueShards = key.DueShards

// The kinds of due conversations; every other DueItem has its timer's kind.
const (
	DueClose  = item.DueClose
	DueAssign = item.DueAssign
)

// DueItem is something whose time has come: a conversation or a timer.
type DueItem struct {
	AccountID      chat.AccountID
	Kind           string // empty for an entry that this version cannot read
	ConversationID chat.ConversationID
	MessageID      chat.MessageID
	StoreID        chat.StoreID // of a conversation
	Subject        string       // the id of a mail, a job, a pool's store or an operator
	DueAt          time.Time
}

func decodeDue(av table.Item) (DueItem, error) {
	var e item.DueEntry
	if err := attributevalue.UnmarshalMap(av, &e); err != nil {
		return DueItem{}, table.Damaged("due entry", err)
	}
	due := DueItem{Kind: e.DueKind, StoreID: chat.StoreID(e.StoreID), DueAt: e.DueAt.Time()}
	if e.DueKind == DueClose || e.DueKind == DueAssign {
		var err error
		due.AccountID, due.ConversationID, err = key.ParseConversation(e.PK)
		return due, err
	}
	t, err := key.ParseTimer(table.Key{PK: e.PK, SK: e.SK})
	due.AccountID, due.ConversationID, due.MessageID, due.Subject = t.AccountID, t.ConversationID, t.MessageID, t.Subject
	return due, err
}

// Due pages through the items of one shard that are due until a time, earliest first. An entry that cannot be decoded has an
// empty Kind and does not fail the page.
func (s *Store) Due(ctx context.Context, shard int, until time.Time, p chat.PageRequest) (chat.Page[DueItem], error) {
	pk := key.DuePartition(shard)
	last, err := s.db.Cursors.Verify(ctx, p.Cursor, "due "+pk, "", 3)
	if err != nil {
		return chat.Page[DueItem]{}, err
	}
	q := table.Query{
		Table: table.Desk, Index: key.IndexDue, Limit: table.LimitOf(p),
		Condition: expression.Key("duePk").Equal(expression.Value(pk)).
			And(expression.Key("dueAt").LessThanEqual(expression.Value(table.MillisOf(until)))),
	}
	if last != nil {
		q.Start = table.Key{PK: last[0], SK: last[1]}.Item()
		q.Start["duePk"] = &types.AttributeValueMemberS{Value: pk}
		q.Start["dueAt"] = &types.AttributeValueMemberN{Value: last[2]}
	}
	items, more, err := s.db.Page(ctx, q, "read what is due")
	if err != nil {
		return chat.Page[DueItem]{}, err
	}
	page := chat.Page[DueItem]{Items: make([]DueItem, len(items))}
	for i, av := range items {
		if page.Items[i], err = decodeDue(av); err != nil {
			page.Items[i] = DueItem{}
		}
	}
	if !more {
		return page, nil
	}
	end := items[len(items)-1]
	page.Next, err = s.db.Cursors.Sign(ctx, "due "+pk, "", table.Text(end["pk"]), table.Text(end["sk"]), table.Number(end["dueAt"]))
	return page, err
}
