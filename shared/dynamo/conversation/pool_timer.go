package conversation

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/pool"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// Waiting are up to limit of a store's waiting conversations behind a position, longest waiting first, and the position to go on from, ""
// at the end. They come from the index, which may lag, and have their id, FormerID, Passed and PoolSince only.
func (s *Store) Waiting(ctx context.Context, account chat.AccountID, store chat.StoreID, after string, limit int) (waiting []chat.Conversation, next string, err error) {
	condition := expression.Key("waitingPk").Equal(expression.Value(key.WaitingPartition(account, store)))
	if after != "" {
		condition = condition.And(expression.Key("waitingSk").GreaterThan(expression.Value(after)))
	}
	out, err := s.db.Query(ctx, table.Query{Table: table.Desk, Index: key.IndexWaiting, Condition: condition, Limit: limit}, "read the pool")
	if err != nil {
		return nil, "", err
	}
	var unknown []chat.ConversationID
	for _, row := range out.Items {
		next = table.Text(row["waitingSk"])
		c := chat.Conversation{StoreID: store, Status: chat.Open}
		if c.AccountID, c.ID, err = key.ParseConversation(table.Text(row["pk"])); err != nil {
			return nil, "", table.Damaged("waiting entry", err)
		}
		known, err := key.ParseWaiting(table.Key{PK: table.Text(row["waitingPk"]), SK: next}, &c)
		if err != nil {
			return nil, "", table.Damaged("waiting entry", err)
		}
		if !known {
			unknown = append(unknown, c.ID)
		}
		waiting = append(waiting, c)
	}
	if len(out.LastEvaluatedKey) == 0 {
		next = ""
	}
	if len(unknown) == 0 {
		return waiting, next, nil
	}
	found, err := s.Conversations(ctx, account, unknown)
	for i, c := range waiting {
		if at := slices.IndexFunc(found, func(f chat.Conversation) bool { return f.ID == c.ID }); at >= 0 {
			waiting[i] = found[at]
		}
	}
	return waiting, next, err
}

// WaitingFrom is the position in front of the waiting conversations whose turn is at or after a time. Positions are ordered as strings.
func (s *Store) WaitingFrom(turn time.Time) string { return key.Sortable(turn) }

// PoolTimer is the timer of a store's pool, with a consistent read; DueAt is zero when there is none.
func (s *Store) PoolTimer(ctx context.Context, account chat.AccountID, store chat.StoreID) (pool.Timer, error) {
	return s.poolTimer(ctx, account, store, true)
}

func (s *Store) poolTimer(ctx context.Context, account chat.AccountID, store chat.StoreID, consistent bool) (pool.Timer, error) {
	av, err := s.db.Get(ctx, table.Desk, key.PoolTimer(account, store), consistent, item.KindTimer)
	if fault.Is(err, fault.NotFound) {
		return pool.Timer{AccountID: account, StoreID: store}, nil
	}
	if err != nil {
		return pool.Timer{}, err
	}
	return item.DecodePoolTimer(av)
}

// SetPoolTimer replaces the timer of a pool as it was seen. It is Conflict "version_changed" when the timer changed since.
func (s *Store) SetPoolTimer(ctx context.Context, seen, next pool.Timer) error {
	_, refused, err := s.db.Put(ctx, table.Desk, item.PoolTimer(next), unmovedTimer(seen), "set the timer of a pool")
	if err == nil && refused {
		return table.Conflict(table.ReasonVersionChanged)
	}
	return err
}

// DropPoolTimer removes the timer of a pool as it was seen. It is Conflict "version_changed" when the timer changed since.
func (s *Store) DropPoolTimer(ctx context.Context, seen pool.Timer) error {
	var t table.Tx
	t.Remove(table.Desk, key.PoolTimer(seen.AccountID, seen.StoreID), unmovedTimer(seen), table.ReasonVersionChanged)
	return s.db.Commit(ctx, &t, "drop the timer of a pool")
}

func unmovedTimer(seen pool.Timer) *expression.ConditionBuilder {
	if seen.DueAt.IsZero() {
		return table.Absent()
	}
	c := expression.Name("dueAt").Equal(expression.Value(table.MillisOf(seen.DueAt))).
		And(expression.Name("enteredAt").Equal(expression.Value(table.MillisOf(seen.EnteredAt))))
	returned := expression.Name("returnedAt")
	if seen.ReturnedAt.IsZero() {
		c = c.And(returned.AttributeNotExists())
	} else {
		c = c.And(returned.Equal(expression.Value(table.MillisOf(seen.ReturnedAt))))
	}
	return &c
}

// enterPool makes sure that the pool which a conversation enters has a timer. It is written before the conversation and not with it, so
// that conversations which open at once do not collide on it; a timer without a conversation fires and is removed. The read may be stale:
// a timer that was removed meanwhile is past its time, and is written again.
func (s *Store) enterPool(ctx context.Context, d relink.Conversation, now time.Time) error {
	if !pool.Enters(d.Before, d.After) {
		return nil
	}
	seen, err := s.poolTimer(ctx, d.After.AccountID, d.After.StoreID, false)
	if err != nil {
		return err
	}
	next, changed := seen.Enter(d.After, now)
	if !changed {
		return nil
	}
	it := item.PoolTimer(next)
	update := table.HeaderUpdate(item.KindTimer).
		Set(expression.Name("duePk"), expression.Value(it.DuePK)).
		Set(expression.Name("dueKind"), expression.Value(it.DueKind)).
		Set(expression.Name("dueAt"), expression.Name("dueAt").IfNotExists(expression.Value(it.DueAt))).
		Set(expression.Name("enteredAt"), expression.Value(it.EnteredAt))
	if !next.ReturnedAt.Equal(seen.ReturnedAt) {
		update = update.Set(expression.Name("returnedAt"), expression.Value(it.ReturnedAt))
	}
	if next.Formers {
		update = update.Set(expression.Name("formers"), expression.Value(true))
	}
	_, _, err = s.db.Update(ctx, table.Desk, it.Key(), update, nil, "set the timer of a pool")
	return err
}
