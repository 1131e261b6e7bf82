package table

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// maxTransaction is how many items a transaction may have.
const maxTransaction = 100

// write is one item of a transaction, with the conflict that a failed condition means.
type write struct {
	types.TransactWriteItem
	table  Table
	reason string // of the conflict
	Field  string // of the conflict, if the input had one
	// Done marks a write whose condition fails only when its effect exists already. It is then left out, and the rest tried again.
	Done bool
}

// Tx collects the writes of a transaction. An error while building it is returned by DB.Commit.
type Tx struct {
	writes []write
	err    error
}

// Put adds an item. A nil condition always holds.
func (t *Tx) Put(table Table, v any, condition *expression.ConditionBuilder, reason string) *write {
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

// Update adds an update expression. A nil condition always holds.
func (t *Tx) Update(table Table, k Key, update expression.UpdateBuilder, condition *expression.ConditionBuilder, reason string) *write {
	builder := expression.NewBuilder().WithUpdate(update)
	if condition != nil {
		builder = builder.WithCondition(*condition)
	}
	e, err := builder.Build()
	t.fail(err)
	return t.add(table, types.TransactWriteItem{Update: &types.Update{
		Key: k.Item(), UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}, reason)
}

// Remove adds a deletion. A nil condition always holds.
func (t *Tx) Remove(table Table, k Key, condition *expression.ConditionBuilder, reason string) *write {
	del := &types.Delete{Key: k.Item()}
	if condition != nil {
		e, err := expression.NewBuilder().WithCondition(*condition).Build()
		t.fail(err)
		del.ConditionExpression, del.ExpressionAttributeNames, del.ExpressionAttributeValues = e.Condition(), e.Names(), e.Values()
	}
	return t.add(table, types.TransactWriteItem{Delete: del}, reason)
}

// Check adds a condition without a write.
func (t *Tx) Check(table Table, k Key, condition expression.ConditionBuilder, reason string) {
	e, err := expression.NewBuilder().WithCondition(condition).Build()
	t.fail(err)
	t.add(table, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		Key: k.Item(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}, reason)
}

func (t *Tx) add(table Table, w types.TransactWriteItem, reason string) *write {
	t.writes = append(t.writes, write{TransactWriteItem: w, table: table, reason: reason})
	return &t.writes[len(t.writes)-1]
}

func (t *Tx) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// collisionTries is how often a write is retried after it collided with a transaction on the same item. Collisions are common on
// an operator's load, when a whole pool is assigned at once.
const collisionTries = 3

// collided is true when the only failure was a collision with another transaction. The SDK does not retry that.
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

// retryCollisions runs a single write, and retries it after a collision.
func retryCollisions(ctx context.Context, write func() error) error {
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

// Commit writes all or nothing. When conditions fail, it returns Conflict with the most severe reason. Failed writes that are
// marked Done are left out, and the rest is tried again.
func (db *DB) Commit(ctx context.Context, t *Tx, doing string) error {
	if t.err != nil {
		return t.err
	}
	writes := t.writes
	for _, w := range writes {
		db.address(w)
	}
	for collisions := 0; len(writes) > 0; {
		if len(writes) > maxTransaction {
			return asFault(doing, errors.New("a transaction of more than 100 items"))
		}
		err := db.transact(ctx, writes)
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
		if c := mostSevere(failed); c != nil {
			return c
		}
		writes = slices.DeleteFunc(slices.Clone(writes), func(w write) bool {
			return slices.ContainsFunc(failed, func(f write) bool { return f.TransactWriteItem == w.TransactWriteItem })
		})
	}
	return nil
}

// address sets the table name of a write.
func (db *DB) address(w write) {
	name := db.name(w.table)
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

// transact sends the writes. A single put is sent as a PutItem, which costs half of a transaction.
func (db *DB) transact(ctx context.Context, writes []write) error {
	if len(writes) == 1 && writes[0].Put != nil {
		p := writes[0].Put
		_, err := db.client.PutItem(ctx, &dynamodb.PutItemInput{
			TableName: p.TableName, Item: p.Item, ConditionExpression: p.ConditionExpression,
			ExpressionAttributeNames: p.ExpressionAttributeNames, ExpressionAttributeValues: p.ExpressionAttributeValues,
		})
		return err
	}
	in := &dynamodb.TransactWriteItemsInput{TransactItems: make([]types.TransactWriteItem, len(writes))}
	for i, w := range writes {
		in.TransactItems[i] = w.TransactWriteItem
	}
	_, err := db.client.TransactWriteItems(ctx, in)
	return err
}

// failedWrites are those whose condition failed, or nil if there was another error.
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

// mostSevere is the conflict with the most severe reason, or nil if all failed writes were Done.
func mostSevere(failed []write) error {
	for _, reason := range severity {
		for _, w := range failed {
			if !w.Done && w.reason == reason {
				return Conflict(reason).WithField(w.Field)
			}
		}
	}
	return nil
}
