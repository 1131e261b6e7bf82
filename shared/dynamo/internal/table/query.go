package table

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/shared/chat"
)

// List is a page of a partition, in the order of its sort keys. It may be shorter than asked for, since it holds at most 1 MB. The
// cursor is bound to name and account.
func List[T any](ctx context.Context, db *DB, account chat.AccountID, name string, p chat.PageRequest, q Query, decode func(Item) (T, error)) (chat.Page[T], error) {
	last, err := db.Cursors.Verify(ctx, p.Cursor, name, account, 2)
	if err != nil {
		return chat.Page[T]{}, err
	}
	if last != nil {
		q.Start = Key{last[0], last[1]}.Item()
	}
	q.Limit, q.Short = LimitOf(p), true
	items, more, err := db.Page(ctx, q, "read the list "+name)
	if err != nil {
		return chat.Page[T]{}, err
	}
	page := chat.Page[T]{Items: make([]T, 0, len(items))}
	for _, av := range items {
		v, err := decode(av)
		if err != nil {
			return chat.Page[T]{}, err
		}
		page.Items = append(page.Items, v)
	}
	if more {
		end := KeyOf(items[len(items)-1])
		page.Next, err = db.Cursors.Sign(ctx, name, account, end.PK, end.SK)
	}
	return page, err
}

// Query is a walk through a partition of a table or an index.
type Query struct {
	Table      Table
	Index      string
	Condition  expression.KeyConditionBuilder
	Filter     *expression.ConditionBuilder
	Sparse     bool // few items pass the filter, so Page reads whole pages of 1 MB
	Descending bool
	Consistent bool
	Start      Item // the key to continue after
	Limit      int  // of items read, before the filter
	Short      bool // a page may be short: Page ends after a read that DynamoDB cut at 1 MB
	Count      bool // count only
}

// Query reads one page: at most q.Limit items or 1 MB, whichever comes first.
func (db *DB) Query(ctx context.Context, q Query, doing string) (out *dynamodb.QueryOutput, err error) {
	builder := expression.NewBuilder().WithKeyCondition(q.Condition)
	if q.Filter != nil {
		builder = builder.WithFilter(*q.Filter)
	}
	e, err := builder.Build()
	if err != nil {
		return nil, err
	}
	in := &dynamodb.QueryInput{
		TableName: db.name(q.Table), KeyConditionExpression: e.KeyCondition(), FilterExpression: e.Filter(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		ScanIndexForward: aws.Bool(!q.Descending), ExclusiveStartKey: q.Start,
	}
	if q.Index != "" {
		in.IndexName = aws.String(q.Index)
	}
	if q.Consistent {
		in.ConsistentRead = aws.Bool(true)
	}
	if q.Limit > 0 {
		in.Limit = aws.Int32(int32(min(q.Limit, 1<<30)))
	}
	if q.Count {
		in.Select = types.SelectCount
	}
	if out, err = db.client.Query(ctx, in); err != nil {
		return nil, asFault(doing, err)
	}
	return out, nil
}

// All reads a whole partition, for short lists.
func (db *DB) All(ctx context.Context, q Query, doing string) ([]Item, error) {
	var items []Item
	for {
		out, err := db.Query(ctx, q, doing)
		if err != nil {
			return nil, err
		}
		items = append(items, out.Items...)
		if len(out.LastEvaluatedKey) == 0 {
			return items, nil
		}
		q.Start = out.LastEvaluatedKey
	}
}

// Page reads up to q.Limit items and says whether there are more.
func (db *DB) Page(ctx context.Context, q Query, doing string) (items []Item, more bool, err error) {
	limit := q.Limit
	for len(items) <= limit {
		if q.Limit = limit + 1 - len(items); q.Sparse {
			q.Limit = 0
		}
		out, err := db.Query(ctx, q, doing)
		if err != nil {
			return nil, false, err
		}
		items = append(items, out.Items...)
		if len(out.LastEvaluatedKey) == 0 {
			break
		}
		q.Start = out.LastEvaluatedKey
		if cut := q.Limit == 0 || int(out.ScannedCount) < q.Limit; q.Short && cut && len(items) > 0 && len(items) <= limit {
			return items, true, nil
		}
	}
	if len(items) > limit {
		return items[:limit], true, nil
	}
	return items, false, nil
}

// InPartition selects the items of a partition whose sort keys begin with prefix.
func InPartition(pk, prefix string) expression.KeyConditionBuilder {
	c := expression.Key("pk").Equal(expression.Value(pk))
	if prefix == "" {
		return c
	}
	return c.And(expression.Key("sk").BeginsWith(prefix))
}

const (
	defaultLimit = 50
	maxLimit     = 1000
)

// LimitOf is the page size of a request: 50 by default, at most 1000.
func LimitOf(p chat.PageRequest) int {
	if p.Limit <= 0 {
		return defaultLimit
	}
	return min(p.Limit, maxLimit)
}

// DecodeAll decodes items in their order.
func DecodeAll[T any](items []Item, decode func(Item) (T, error)) ([]T, error) {
	out := make([]T, 0, len(items))
	for _, av := range items {
		v, err := decode(av)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
