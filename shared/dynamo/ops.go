package dynamo

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

// get reads an item, or answers NotFound with the noun's name.
func (s *Store) get(ctx context.Context, table Table, k key, consistent bool, what string) (item, error) {
	if k.pk == "" || k.sk == "" {
		return nil, notFound(what)
	}
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: s.name(table), Key: k.item(), ConsistentRead: aws.Bool(consistent),
	})
	if err != nil {
		return nil, asFault("get the "+what, err)
	}
	if len(out.Item) == 0 {
		return nil, notFound(what)
	}
	return out.Item, nil
}

// batchMost is how many items DynamoDB gives in one request.
const batchMost = 100

// firstPause is the longest pause before the second try of something; each further one is twice as long.
const firstPause = 40 * time.Millisecond

const batchTries = 6

// batchGet reads many items of a table; what is not there is missing from the answer.
func (s *Store) batchGet(ctx context.Context, table Table, keys []key) (map[key]item, error) {
	found := make(map[key]item, len(keys))
	keys = slices.DeleteFunc(slices.Clone(keys), func(k key) bool { return k.pk == "" || k.sk == "" })
	for part := range slices.Chunk(distinct(keys), batchMost) {
		left := make([]item, len(part))
		for i, k := range part {
			left[i] = k.item()
		}
		for try := 0; len(left) > 0; try++ {
			if try == batchTries {
				return nil, unavailable("get a batch", context.DeadlineExceeded)
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
				found[keyOf(av)] = av
			}
			left = out.UnprocessedKeys[*s.name(table)].Keys
		}
	}
	return found, nil
}

func distinct(keys []key) []key {
	seen := make(map[key]bool, len(keys))
	return slices.DeleteFunc(keys, func(k key) bool {
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

// putItem encodes and puts; a nil condition always holds. refused says that the condition did not hold, old what was there.
func (s *Store) putItem(ctx context.Context, table Table, v any, condition *expression.ConditionBuilder, doing string) (old item, refused bool, err error) {
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

// updateItem changes an item and gives what it became; refused says that the condition did not hold, and av is then what was
// there.
func (s *Store) updateItem(ctx context.Context, table Table, k key, update expression.UpdateBuilder, condition *expression.ConditionBuilder, doing string) (av item, refused bool, err error) {
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
			TableName: s.name(table), Key: k.item(),
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

// deleteItem removes an item, if it is there.
func (s *Store) deleteItem(ctx context.Context, table Table, k key, doing string) error {
	if k.pk == "" || k.sk == "" {
		return nil
	}
	err := uncollided(ctx, func() error {
		_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: s.name(table), Key: k.item()})
		return err
	})
	return asFault(doing, err)
}

// takeItem removes an item and gives what it was, nil if it was not there. Of several that try at once, one gets it: that is
// what the condition is for.
func (s *Store) takeItem(ctx context.Context, table Table, k key, doing string) (item, error) {
	if k.pk == "" || k.sk == "" {
		return nil, nil
	}
	e, err := expression.NewBuilder().WithCondition(present()).Build()
	if err != nil {
		return nil, err
	}
	out, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: s.name(table), Key: k.item(), ReturnValues: types.ReturnValueAllOld,
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

// query is one walk through a partition of a table or an index.
type query struct {
	table      Table
	index      string
	condition  expression.KeyConditionBuilder
	filter     *expression.ConditionBuilder
	sparse     bool // what the filter lets through may lie far apart: page reads on in whole pages
	descending bool
	consistent bool
	start      item // where to go on, exclusive
	limit      int  // of what is read, before the filter
	count      bool // count only
}

// run reads one page: at most limit items or 1 MB, whichever ends first. A nil last says that the partition has ended.
func (s *Store) run(ctx context.Context, q query, doing string) (out *dynamodb.QueryOutput, err error) {
	builder := expression.NewBuilder().WithKeyCondition(q.condition)
	if q.filter != nil {
		builder = builder.WithFilter(*q.filter)
	}
	e, err := builder.Build()
	if err != nil {
		return nil, err
	}
	in := &dynamodb.QueryInput{
		TableName: s.name(q.table), KeyConditionExpression: e.KeyCondition(), FilterExpression: e.Filter(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		ScanIndexForward: aws.Bool(!q.descending), ExclusiveStartKey: q.start,
	}
	if q.index != "" {
		in.IndexName = aws.String(q.index)
	}
	if q.consistent {
		in.ConsistentRead = aws.Bool(true)
	}
	if q.limit > 0 {
		in.Limit = aws.Int32(int32(min(q.limit, 1<<30)))
	}
	if q.count {
		in.Select = types.SelectCount
	}
	if out, err = s.client.Query(ctx, in); err != nil {
		return nil, asFault(doing, err)
	}
	return out, nil
}

// all reads a whole partition, for lists that are short by nature.
func (s *Store) all(ctx context.Context, q query, doing string) ([]item, error) {
	var items []item
	for {
		out, err := s.run(ctx, q, doing)
		if err != nil {
			return nil, err
		}
		items = append(items, out.Items...)
		if len(out.LastEvaluatedKey) == 0 {
			return items, nil
		}
		q.start = out.LastEvaluatedKey
	}
}

// page reads up to limit items and says whether there are more.
func (s *Store) page(ctx context.Context, q query, doing string) (items []item, more bool, err error) {
	limit := q.limit
	for len(items) <= limit {
		if q.limit = limit + 1 - len(items); q.sparse {
			q.limit = 0
		}
		out, err := s.run(ctx, q, doing)
		if err != nil {
			return nil, false, err
		}
		items = append(items, out.Items...)
		if len(out.LastEvaluatedKey) == 0 {
			break
		}
		q.start = out.LastEvaluatedKey
	}
	if len(items) > limit {
		return items[:limit], true, nil
	}
	return items, false, nil
}

func inPartition(pk, prefix string) expression.KeyConditionBuilder {
	c := expression.Key("pk").Equal(expression.Value(pk))
	if prefix == "" {
		return c
	}
	return c.And(expression.Key("sk").BeginsWith(prefix))
}

func absent() *expression.ConditionBuilder {
	c := expression.AttributeNotExists(expression.Name("pk"))
	return &c
}

func present() expression.ConditionBuilder { return expression.AttributeExists(expression.Name("pk")) }

func atVersion(v int64) *expression.ConditionBuilder {
	c := expression.Name("version").Equal(expression.Value(v))
	return &c
}
