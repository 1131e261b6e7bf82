package table

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Get reads an item. It is NotFound, with the name of the noun, when there is none.
func (db *DB) Get(ctx context.Context, table Table, k Key, consistent bool, what string) (Item, error) {
	if k.PK == "" || k.SK == "" {
		return nil, NotFound(what)
	}
	out, err := db.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: db.name(table), Key: k.Item(), ConsistentRead: aws.Bool(consistent),
	})
	if err != nil {
		return nil, asFault("get the "+what, err)
	}
	if len(out.Item) == 0 {
		return nil, NotFound(what)
	}
	return out.Item, nil
}

// MaxBatch is how many items BatchGetItem returns at most.
const MaxBatch = 100

// firstPause is the longest pause before the second try. Each further one is twice as long.
const firstPause = 40 * time.Millisecond

const batchTries = 6

// BatchGet reads several items of a table. Missing ones are left out of the map.
func (db *DB) BatchGet(ctx context.Context, table Table, keys []Key) (map[Key]Item, error) {
	found := make(map[Key]Item, len(keys))
	keys = slices.DeleteFunc(slices.Clone(keys), func(k Key) bool { return k.PK == "" || k.SK == "" })
	for part := range slices.Chunk(distinct(keys), MaxBatch) {
		left := make([]Item, len(part))
		for i, k := range part {
			left[i] = k.Item()
		}
		for try := 0; len(left) > 0; try++ {
			if try == batchTries {
				return nil, Unavailable("get a batch", context.DeadlineExceeded)
			}
			if err := pause(ctx, try); err != nil {
				return nil, err
			}
			out, err := db.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
				RequestItems: map[string]types.KeysAndAttributes{*db.name(table): {Keys: left}},
			})
			if err != nil {
				return nil, asFault("get a batch", err)
			}
			for _, av := range out.Responses[*db.name(table)] {
				found[KeyOf(av)] = av
			}
			left = out.UnprocessedKeys[*db.name(table)].Keys
		}
	}
	return found, nil
}

func distinct(keys []Key) []Key {
	seen := make(map[Key]bool, len(keys))
	return slices.DeleteFunc(keys, func(k Key) bool {
		again := seen[k]
		seen[k] = true
		return again
	})
}

// pause waits before a retry, between half and all of its longest pause.
func pause(ctx context.Context, try int) error {
	if try == 0 {
		return nil
	}
	longest := firstPause << (try - 1)
	t := time.NewTimer(longest - rand.N(longest/2))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Put stores an item. A nil condition always holds; when one fails, refused is true and old is the stored item.
func (db *DB) Put(ctx context.Context, table Table, v any, condition *expression.ConditionBuilder, doing string) (old Item, refused bool, err error) {
	av, err := encode(v)
	if err != nil {
		return nil, false, err
	}
	in := &dynamodb.PutItemInput{TableName: db.name(table), Item: av}
	if condition != nil {
		e, err := expression.NewBuilder().WithCondition(*condition).Build()
		if err != nil {
			return nil, false, err
		}
		in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.Condition(), e.Names(), e.Values()
		in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	}
	err = retryCollisions(ctx, func() error {
		_, err := db.client.PutItem(ctx, in)
		return err
	})
	if err != nil {
		if old, refused := conditionFailed(err); refused {
			return old, true, nil
		}
		return nil, false, asFault(doing, err)
	}
	return nil, false, nil
}

// Update changes an item and returns it. When the condition fails, refused is true and av is the stored item.
func (db *DB) Update(ctx context.Context, table Table, k Key, update expression.UpdateBuilder, condition *expression.ConditionBuilder, doing string) (av Item, refused bool, err error) {
	builder := expression.NewBuilder().WithUpdate(update)
	if condition != nil {
		builder = builder.WithCondition(*condition)
	}
	e, err := builder.Build()
	if err != nil {
		return nil, false, err
	}
	var out *dynamodb.UpdateItemOutput
	err = retryCollisions(ctx, func() error {
		out, err = db.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: db.name(table), Key: k.Item(),
			UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
			ReturnValues:                        types.ReturnValueAllNew,
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		})
		return err
	})
	if err != nil {
		if old, refused := conditionFailed(err); refused {
			return old, true, nil
		}
		return nil, false, asFault(doing, err)
	}
	return out.Attributes, false, nil
}

// Delete removes an item, if it exists and the condition holds. A nil condition always holds.
func (db *DB) Delete(ctx context.Context, table Table, k Key, condition *expression.ConditionBuilder, doing string) error {
	if k.PK == "" || k.SK == "" {
		return nil
	}
	in := &dynamodb.DeleteItemInput{TableName: db.name(table), Key: k.Item()}
	if condition != nil {
		e, err := expression.NewBuilder().WithCondition(*condition).Build()
		if err != nil {
			return err
		}
		in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.Condition(), e.Names(), e.Values()
	}
	err := retryCollisions(ctx, func() error {
		_, err := db.client.DeleteItem(ctx, in)
		return err
	})
	if _, refused := conditionFailed(err); refused {
		return nil
	}
	return asFault(doing, err)
}

// Take removes an item and returns it, nil if it did not exist. Of several concurrent calls, one gets it.
func (db *DB) Take(ctx context.Context, table Table, k Key, doing string) (Item, error) {
	if k.PK == "" || k.SK == "" {
		return nil, nil
	}
	e, err := expression.NewBuilder().WithCondition(Present()).Build()
	if err != nil {
		return nil, err
	}
	out, err := db.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: db.name(table), Key: k.Item(), ReturnValues: types.ReturnValueAllOld,
		ConditionExpression: e.Condition(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if _, refused := conditionFailed(err); refused {
		return nil, nil
	}
	if err != nil {
		return nil, asFault(doing, err)
	}
	return out.Attributes, nil
}

// Absent holds when the item does not exist.
func Absent() *expression.ConditionBuilder {
	c := expression.AttributeNotExists(expression.Name("pk"))
	return &c
}

// Present holds when the item exists.
func Present() expression.ConditionBuilder { return expression.AttributeExists(expression.Name("pk")) }

// AtVersion holds when the stored version is v.
func AtVersion(v int64) *expression.ConditionBuilder {
	c := expression.Name("version").Equal(expression.Value(v))
	return &c
}
