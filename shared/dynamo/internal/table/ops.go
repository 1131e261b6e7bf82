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

// The operations that every noun is read and written with: each does one thing to one table and tells faults apart.

// Get reads an item, or answers NotFound with the noun's name.
func (s *DB) Get(ctx context.Context, table Table, k Key, consistent bool, what string) (Item, error) {
	if k.PK == "" || k.SK == "" {
		return nil, NotFound(what)
	}
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: s.name(table), Key: k.Item(), ConsistentRead: aws.Bool(consistent),
	})
	if err != nil {
		return nil, asFault("get the "+what, err)
	}
	if len(out.Item) == 0 {
		return nil, NotFound(what)
	}
	return out.Item, nil
}

// MaxBatch is how many items DynamoDB gives in one request.
const MaxBatch = 100

// firstPause is the longest pause before the second try of something; each further one is twice as long.
const firstPause = 40 * time.Millisecond

const batchTries = 6

// BatchGet reads many items of a table; what is not there is missing from the answer.
func (s *DB) BatchGet(ctx context.Context, table Table, keys []Key) (map[Key]Item, error) {
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
			out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
				RequestItems: map[string]types.KeysAndAttributes{*s.name(table): {Keys: left}},
			})
			if err != nil {
				return nil, asFault("get a batch", err)
			}
			for _, av := range out.Responses[*s.name(table)] {
				found[KeyOf(av)] = av
			}
			left = out.UnprocessedKeys[*s.name(table)].Keys
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

// pause waits before the next try, between half and the whole of its time; the first comes at once.
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

// Put encodes and puts; a nil condition always holds. refused says that the condition did not hold, old what was there.
func (s *DB) Put(ctx context.Context, table Table, v any, condition *expression.ConditionBuilder, doing string) (old Item, refused bool, err error) {
	av, err := encode(v)
	if err != nil {
		return nil, false, err
	}
	in := &dynamodb.PutItemInput{TableName: s.name(table), Item: av}
	if condition != nil {
		e, err := expression.NewBuilder().WithCondition(*condition).Build()
		if err != nil {
			return nil, false, err
		}
		in.ConditionExpression, in.ExpressionAttributeNames, in.ExpressionAttributeValues = e.Condition(), e.Names(), e.Values()
		in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	}
	err = uncollided(ctx, func() error {
		_, err := s.client.PutItem(ctx, in)
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

// Update changes an item and gives what it became; refused says that the condition did not hold, and av is then what was
// there.
func (s *DB) Update(ctx context.Context, table Table, k Key, update expression.UpdateBuilder, condition *expression.ConditionBuilder, doing string) (av Item, refused bool, err error) {
	builder := expression.NewBuilder().WithUpdate(update)
	if condition != nil {
		builder = builder.WithCondition(*condition)
	}
	e, err := builder.Build()
	if err != nil {
		return nil, false, err
	}
	var out *dynamodb.UpdateItemOutput
	err = uncollided(ctx, func() error {
		out, err = s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: s.name(table), Key: k.Item(),
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

// Delete removes an item, if it is there.
func (s *DB) Delete(ctx context.Context, table Table, k Key, doing string) error {
	if k.PK == "" || k.SK == "" {
		return nil
	}
	err := uncollided(ctx, func() error {
		_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: s.name(table), Key: k.Item()})
		return err
	})
	return asFault(doing, err)
}

// Take removes an item and gives what it was, nil if it was not there. Of several that try at once, one gets it: that is
// what the condition is for.
func (s *DB) Take(ctx context.Context, table Table, k Key, doing string) (Item, error) {
	if k.PK == "" || k.SK == "" {
		return nil, nil
	}
	e, err := expression.NewBuilder().WithCondition(Present()).Build()
	if err != nil {
		return nil, err
	}
	out, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: s.name(table), Key: k.Item(), ReturnValues: types.ReturnValueAllOld,
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

func Absent() *expression.ConditionBuilder {
	c := expression.AttributeNotExists(expression.Name("pk"))
	return &c
}

func Present() expression.ConditionBuilder { return expression.AttributeExists(expression.Name("pk")) }

func AtVersion(v int64) *expression.ConditionBuilder {
	c := expression.Name("version").Equal(expression.Value(v))
	return &c
}
