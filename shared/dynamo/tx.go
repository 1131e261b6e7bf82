package dynamo

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// txMost is how many items a transaction may have.
const txMost = 100

// write is one item of a transaction and what it means when its condition fails.
type write struct {
	types.TransactWriteItem
	table  Table
	reason string // of the conflict
	field  string // of the conflict, if the input had one
	// done marks a write whose condition fails only when its effect is there already: it is left out, and the rest tried again.
	done bool
}

// tx collects the writes of one decision. An error while building is told by commit.
type tx struct {
	writes []write
	err    error
}

func (t *tx) put(table Table, v any, condition *expression.ConditionBuilder, reason string) *write {
	av, err := encode(v)
	t.fail(err)
	put := &types.Put{Item: av}
	if condition != nil {
		e, err := expression.NewBuilder().WithCondition(*condition).Build()
		t.fail(err)
		put.ConditionExpression, put.ExpressionAttributeNames, put.ExpressionAttributeValues = e.Condition(), e.Names(), e.Values()
	}
	return t.add(table, types.TransactWriteItem{Put: put}, reason)
}

func (t *tx) update(table Table, k key, update expression.UpdateBuilder, condition *expression.ConditionBuilder, reason string) *write {
	builder := expression.NewBuilder().WithUpdate(update)
	if condition != nil {
		builder = builder.WithCondition(*condition)
	}
	e, err := builder.Build()
	t.fail(err)
	return t.add(table, types.TransactWriteItem{Update: &types.Update{
		Key: k.item(), UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}, reason)
}

func (t *tx) remove(table Table, k key, condition *expression.ConditionBuilder, reason string) *write {
	del := &types.Delete{Key: k.item()}
	if condition != nil {
		e, err := expression.NewBuilder().WithCondition(*condition).Build()
		t.fail(err)
		del.ConditionExpression, del.ExpressionAttributeNames, del.ExpressionAttributeValues = e.Condition(), e.Names(), e.Values()
	}
	return t.add(table, types.TransactWriteItem{Delete: del}, reason)
}

// check writes nothing, and refuses the rest when the condition does not hold.
func (t *tx) check(table Table, k key, condition expression.ConditionBuilder, reason string) {
	e, err := expression.NewBuilder().WithCondition(condition).Build()
	t.fail(err)
	t.add(table, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		Key: k.item(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}, reason)
}

func (t *tx) add(table Table, w types.TransactWriteItem, reason string) *write {
	t.writes = append(t.writes, write{TransactWriteItem: w, table: table, reason: reason})
	return &t.writes[len(t.writes)-1]
}

func (t *tx) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// collisionTries is how often a transaction that met another one on the same item is tried again here: an operator's load is
// one item, and a whole pool may be given out at once.
const collisionTries = 3

// collided says that a transaction was refused for nothing but the company it met. The SDK does not try that again by itself.
func collided(err error) bool {
	var single *types.TransactionConflictException
	if errors.As(err, &single) {
		return true
	}
	var canceled *types.TransactionCanceledException
	return errors.As(err, &canceled) && slices.ContainsFunc(canceled.CancellationReasons, func(r types.CancellationReason) bool {
		return aws.ToString(r.Code) == "TransactionConflict"
	})
}

// uncollided does a single write, again if it met a transaction on the same item.
func uncollided(ctx context.Context, write func() error) error {
	for collisions := 1; ; collisions++ {
		err := write()
		if err == nil || !collided(err) || collisions > collisionTries {
			return err
		}
		if err := pause(ctx, collisions); err != nil {
			return err
		}
	}
}

// commit writes everything or nothing. When conditions fail, it answers Conflict with the gravest reason; when only writes failed
// that are done already, it goes on without them.
func (s *Store) commit(ctx context.Context, t *tx, doing string) error {
	if t.err != nil {
		return t.err
	}
	writes := t.writes
	for _, w := range writes {
		s.address(w)
	}
	for collisions := 0; len(writes) > 0; {
		if len(writes) > txMost {
			return asFault(doing, errors.New("a decision of more than 100 items"))
		}
		err := s.transact(ctx, writes)
		if err == nil {
			return nil
		}
		if collided(err) && collisions < collisionTries {
			collisions++
			if err := pause(ctx, collisions); err != nil {
				return err
			}
			continue
		}
		failed := failedWrites(err, writes)
		if len(failed) == 0 {
			return asFault(doing, err)
		}
		if c := gravest(failed); c != nil {
			return c
		}
		writes = slices.DeleteFunc(slices.Clone(writes), func(w write) bool {
			return slices.ContainsFunc(failed, func(f write) bool { return f.TransactWriteItem == w.TransactWriteItem })
		})
	}
	return nil
}

// address gives a write the name of its table.
func (s *Store) address(w write) {
	name := s.name(w.table)
	switch {
	case w.Put != nil:
		w.Put.TableName = name
	case w.Update != nil:
		w.Update.TableName = name
	case w.Delete != nil:
		w.Delete.TableName = name
	case w.ConditionCheck != nil:
		w.ConditionCheck.TableName = name
	}
}

// transact sends the writes; a single one is not worth the price of a transaction.
func (s *Store) transact(ctx context.Context, writes []write) error {
	if len(writes) == 1 && writes[0].Put != nil {
		p := writes[0].Put
		_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: p.TableName, Item: p.Item, ConditionExpression: p.ConditionExpression,
			ExpressionAttributeNames: p.ExpressionAttributeNames, ExpressionAttributeValues: p.ExpressionAttributeValues,
		})
		return err
	}
	in := &dynamodb.TransactWriteItemsInput{TransactItems: make([]types.TransactWriteItem, len(writes))}
	for i, w := range writes {
		in.TransactItems[i] = w.TransactWriteItem
	}
	_, err := s.client.TransactWriteItems(ctx, in)
	return err
}

// failedWrites are those whose condition did not hold, if nothing else was wrong.
func failedWrites(err error, writes []write) []write {
	if _, refused := conditionFailed(err); refused {
		return writes
	}
	var canceled *types.TransactionCanceledException
	if !errors.As(err, &canceled) || len(canceled.CancellationReasons) != len(writes) {
		return nil
	}
	var failed []write
	for i, r := range canceled.CancellationReasons {
		switch aws.ToString(r.Code) {
		case "ConditionalCheckFailed":
			failed = append(failed, writes[i])
		case "", "None":
		default:
			return nil
		}
	}
	return failed
}

func gravest(failed []write) error {
	for _, reason := range severity {
		for _, w := range failed {
			if !w.done && w.reason == reason {
				return conflict(reason).WithField(w.field)
			}
		}
	}
	return nil
}
