package schedule

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// PutTimer creates or replaces a timer.
func (s *Store) PutTimer(ctx context.Context, t chat.Timer) error {
	_, _, err := s.db.Put(ctx, table.Desk, item.Timer(t), nil, "put a timer")
	return err
}

// DropTimer deletes a timer, if it exists and is due at t.DueAt; zero is any time. One that was replaced meanwhile stays.
func (s *Store) DropTimer(ctx context.Context, t chat.Timer) error {
	var same *expression.ConditionBuilder
	if !t.DueAt.IsZero() {
		c := expression.Name("dueAt").Equal(expression.Value(table.MillisOf(t.DueAt)))
		same = &c
	}
	return s.db.Delete(ctx, table.Desk, key.Timer(t), same, "drop a timer")
}

// PendingTimers are a conversation's timers of one kind, with a consistent read, in the order of their messages.
func (s *Store) PendingTimers(ctx context.Context, account chat.AccountID, conv chat.ConversationID, kind chat.TimerKind) ([]chat.Timer, error) {
	items, err := s.db.All(ctx, table.Query{
		Table: table.Desk, Consistent: true,
		Condition: table.InPartition(key.Conversation(account, conv).PK, key.TimerPrefix(kind)),
	}, "read pending timers")
	if err != nil {
		return nil, err
	}
	return table.DecodeAll(items, item.DecodeTimer)
}

// Held pages through the timers of the messages that wait for a channel, oldest message first. The index is eventually
// consistent: a message that was held just now may be missing, and one that has been sent may be listed.
func (s *Store) Held(ctx context.Context, account chat.AccountID, channel chat.ChannelID, p chat.PageRequest) (chat.Page[chat.Timer], error) {
	m := table.Merge{DB: s.db, Index: key.IndexWaiting, HashKey: "waitingPk", RangeKey: "waitingSk", Batch: table.LimitOf(p) + 1}
	m.Lanes = []*table.Lane{{PK: key.HeldPartition(account, channel)}}
	name := fmt.Sprintf("held %q", channel)
	last, err := s.db.Cursors.Verify(ctx, p.Cursor, name, account, 1)
	if err != nil {
		return chat.Page[chat.Timer]{}, err
	}
	if last != nil {
		m.Position = last[0]
	}
	page := chat.Page[chat.Timer]{}
	for len(page.Items) < table.LimitOf(p) {
		row, err := m.Next(ctx)
		if err != nil {
			return chat.Page[chat.Timer]{}, err
		}
		if row == nil {
			break
		}
		t, err := key.ParseTimer(table.KeyOf(row))
		if err != nil {
			return chat.Page[chat.Timer]{}, table.Damaged("held entry", err)
		}
		t.HeldFor = channel
		page.Items = append(page.Items, t)
	}
	if !m.Ended() {
		page.Next, err = s.db.Cursors.Sign(ctx, name, account, m.Position)
	}
	return page, err
}
