package conversation

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// Loads are the loads of an account's operators, with a consistent read. An operator who never had a conversation has none.
func (s *Store) Loads(ctx context.Context, account chat.AccountID) ([]chat.Load, error) {
	loads, err := s.loads(ctx, account, true)
	return slices.DeleteFunc(loads, func(l chat.Load) bool { return key.IsNobody(l.OperatorID) }), err
}

// Counts are the numbers of conversations by who has them; "" is nobody. Those of the pool are not among them.
func (s *Store) Counts(ctx context.Context, account chat.AccountID) (map[chat.OperatorID]chat.Counts, error) {
	loads, err := s.loads(ctx, account, false)
	if err != nil {
		return nil, err
	}
	counts := make(map[chat.OperatorID]chat.Counts, len(loads))
	for _, l := range loads {
		holder := l.OperatorID
		if key.IsNobody(holder) {
			holder = ""
		}
		if counts[holder] == nil {
			counts[holder] = chat.Counts{}
		}
		for k, n := range l.Counts {
			counts[holder][k] += n
		}
	}
	return counts, nil
}

func (s *Store) loads(ctx context.Context, account chat.AccountID, consistent bool) ([]chat.Load, error) {
	items, err := s.db.All(ctx, table.Query{
		Table: table.Desk, Condition: table.InPartition(key.Load(account, "x").PK, ""), Consistent: consistent,
	}, "read the operators' loads")
	if err != nil {
		return nil, err
	}
	return table.DecodeAll(items, item.DecodeLoad)
}

// RepairCounts sets an operator's counts of unresolved conversations. It is Conflict "version_changed" when the load changed since it
// was read as seen.
func (s *Store) RepairCounts(ctx context.Context, seen chat.Load, counts chat.Counts) error {
	moves := expression.Name("moves")
	unmoved := moves.Equal(expression.Value(seen.Moves))
	update := table.HeaderUpdate(item.KindLoad).Add(moves, expression.Value(1))
	for k := range seen.Counts {
		if _, ok := counts[k]; !ok && k.Status != chat.Resolved {
			update = update.Set(expression.NameNoDotSplit(item.CountName(k)), expression.Value(0))
		}
	}
	for k, n := range counts {
		update = update.Set(expression.NameNoDotSplit(item.CountName(k)), expression.Value(n))
	}
	_, refused, err := s.db.Update(ctx, table.Desk, key.Load(seen.AccountID, seen.OperatorID), update, &unmoved, "repair an operator's counts")
	if err == nil && refused {
		return table.Conflict(table.ReasonVersionChanged)
	}
	return err
}

// Load is the load of one operator, with a consistent read; zero if they never had a conversation.
func (s *Store) Load(ctx context.Context, account chat.AccountID, operator chat.OperatorID) (chat.Load, error) {
	av, err := s.db.Get(ctx, table.Desk, key.Load(account, operator), true, item.KindLoad)
	if fault.Is(err, fault.NotFound) {
		return chat.Load{AccountID: account, OperatorID: operator}, nil
	}
	if err != nil {
		return chat.Load{}, err
	}
	return item.DecodeLoad(av)
}

// RepairLoad sets an operator's number of open conversations. It is Conflict "version_changed" when the load changed since it was
// read as seen, even if it changed back.
func (s *Store) RepairLoad(ctx context.Context, seen chat.Load, open int) error {
	moves := expression.Name("moves")
	unmoved := moves.Equal(expression.Value(seen.Moves))
	if seen.Moves == 0 {
		unmoved = expression.AttributeNotExists(moves)
	}
	update := table.HeaderUpdate(item.KindLoad).Set(expression.Name("open"), expression.Value(open)).
		Set(expression.Name("repairedAt"), expression.Value(table.MillisOf(s.db.Now()))).Add(moves, expression.Value(1))
	_, refused, err := s.db.Update(ctx, table.Desk, key.Load(seen.AccountID, seen.OperatorID), update, &unmoved, "repair an operator's load")
	if err == nil && refused {
		return table.Conflict(table.ReasonVersionChanged)
	}
	return err
}
