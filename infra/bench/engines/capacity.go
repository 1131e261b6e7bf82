package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// capacity compares the capacity that engines report with what DynamoDB would charge.
func capacity(ctx context.Context) error {
	fmt.Println("Units as table + index; what DynamoDB charges, and what the engines answer.\n\n| request | DynamoDB | dynoxide | DynamoDB Local |\n|---|---|---|---|")
	var answers [2][]string
	for i, subject := range subjects {
		b, err := subject.start(ctx)
		if err != nil {
			return err
		}
		answers[i], err = capacities(ctx, b.Client())
		b.stop()
		if err != nil {
			return fmt.Errorf("%s: %w", subject.name, err)
		}
	}
	for i, c := range capacityCases {
		fmt.Printf("| %s | %s | %s | %s |\n", c.name, c.want, mark(answers[0][i], c.want), mark(answers[1][i], c.want))
	}
	return nil
}

func mark(got, want string) string {
	if got == want {
		return got
	}
	return "**" + got + "**"
}

var indexes = types.ReturnConsumedCapacityIndexes

type capacityCase struct {
	name, want string
	run        func(ctx context.Context, db *dynamodb.Client) (*types.ConsumedCapacity, error)
}

func putting(i item) func(context.Context, *dynamodb.Client) (*types.ConsumedCapacity, error) {
	return func(ctx context.Context, db *dynamodb.Client) (*types.ConsumedCapacity, error) {
		in := put("table", i)
		in.ReturnConsumedCapacity = indexes
		out, err := db.PutItem(ctx, in)
		if err != nil {
			return nil, err
		}
		return out.ConsumedCapacity, nil
	}
}

func updating(expression string, values item) func(context.Context, *dynamodb.Client) (*types.ConsumedCapacity, error) {
	return func(ctx context.Context, db *dynamodb.Client) (*types.ConsumedCapacity, error) {
		out, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: aws.String("table"), Key: key("c", "C"), UpdateExpression: &expression,
			ExpressionAttributeValues: values, ReturnConsumedCapacity: indexes,
		})
		if err != nil {
			return nil, err
		}
		return out.ConsumedCapacity, nil
	}
}

func getting(sk string, consistent bool) func(context.Context, *dynamodb.Client) (*types.ConsumedCapacity, error) {
	return func(ctx context.Context, db *dynamodb.Client) (*types.ConsumedCapacity, error) {
		out, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("table"), Key: key("p", sk), ConsistentRead: &consistent, ReturnConsumedCapacity: indexes})
		if err != nil {
			return nil, err
		}
		return out.ConsumedCapacity, nil
	}
}

func querying(in dynamodb.QueryInput) func(context.Context, *dynamodb.Client) (*types.ConsumedCapacity, error) {
	return func(ctx context.Context, db *dynamodb.Client) (*types.ConsumedCapacity, error) {
		in.TableName, in.ReturnConsumedCapacity = aws.String("table"), indexes
		out, err := db.Query(ctx, &in)
		if err != nil {
			return nil, err
		}
		return out.ConsumedCapacity, nil
	}
}

func transacting(items ...types.TransactWriteItem) func(context.Context, *dynamodb.Client) (*types.ConsumedCapacity, error) {
	return func(ctx context.Context, db *dynamodb.Client) (*types.ConsumedCapacity, error) {
		out, err := db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items, ReturnConsumedCapacity: indexes})
		if err != nil {
			return nil, err
		}
		return &out.ConsumedCapacity[0], nil
	}
}

var capacityCases = []capacityCase{
	{"put of 600 bytes, not indexed", "1 + 0", putting(message("p", 1))},
	{"put of 1.5 KB", "2 + 0", putting(with(key("p", "1500"), "a", strings.Repeat("x", 1500)))},
	{"put of 5 KB", "5 + 0", putting(with(key("p", "5000"), "a", strings.Repeat("x", 5000)))},
	{"put of a small item over the 5 KB", "5 + 0", putting(with(key("p", "5000"), "a", "x"))},
	{"put that enters the index", "1 + 1", putting(conversation("c", 1))},
	{"update of what the index does not project", "1 + 0", updating("SET unprojected = :v", item{":v": s("y")})},
	{"update of what it projects", "1 + 1", updating("SET preview = :v", item{":v": s("y")})},
	{"update of its sort key", "1 + 2", updating("SET gsk = :v", item{":v": s("2")})},
	{"update to the same values", "1 + 0", updating("SET gsk = :v", item{":v": s("2")})},
	{"update that leaves the index", "1 + 1", updating("REMOVE gpk", nil)},
	{"update that enters it again", "1 + 1", updating("SET gpk = :v", item{":v": s("open")})},
	{"get of 600 bytes, eventually consistent", "0.5 + 0", getting("M#000000000001", false)},
	{"get of 600 bytes, consistent", "1 + 0", getting("M#000000000001", true)},
	{"get of nothing, consistent", "1 + 0", getting("none", true)},
	{"query of 20 messages of 600 bytes", "1.5 + 0", querying(dynamodb.QueryInput{
		KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: item{":p": s("many")},
	})},
	{"query that finds nothing", "0.5 + 0", querying(dynamodb.QueryInput{
		KeyConditionExpression: aws.String("pk = :p"), ExpressionAttributeValues: item{":p": s("none")},
	})},
	{"query of 30 rows of the index", "0 + 1.5", querying(dynamodb.QueryInput{
		IndexName: aws.String("inbox"), KeyConditionExpression: aws.String("gpk = :p"), ExpressionAttributeValues: item{":p": s("rows")},
	})},
	{"transaction of one put of 600 bytes", "2 + 0", transacting(types.TransactWriteItem{Put: &types.Put{TableName: aws.String("table"), Item: message("tx", 1)}})},
	// Only the table's part is doubled: the index follows outside the transaction.
	{"transaction of two puts, one indexed", "4 + 1", transacting(
		types.TransactWriteItem{Put: &types.Put{TableName: aws.String("table"), Item: message("tx", 2)}},
		types.TransactWriteItem{Put: &types.Put{TableName: aws.String("table"), Item: conversation("tx", 2)}})},
	{"transaction of one condition check", "2 + 0", transacting(types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: aws.String("table"), Key: key("tx", "C"), ConditionExpression: aws.String("attribute_exists(pk)"),
	}})},
}

// capacities runs the cases one after the other on a table of its own.
func capacities(ctx context.Context, db *dynamodb.Client) ([]string, error) {
	if _, err := createTable(ctx, db, "table", true); err != nil {
		return nil, err
	}
	for i := range 20 {
		if _, err := db.PutItem(ctx, put("table", message("many", i))); err != nil {
			return nil, err
		}
	}
	for i := range 30 {
		row := with(key("row", fmt.Sprint(i)), "gpk", "rows", "gsk", fmt.Sprintf("%012d", i), "preview", strings.Repeat("x", 240), "unprojected", strings.Repeat("x", 3000))
		if _, err := db.PutItem(ctx, put("table", row)); err != nil {
			return nil, err
		}
	}
	var answers []string
	for _, c := range capacityCases {
		used, err := c.run(ctx, db)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		answers = append(answers, units(used))
	}
	return answers, nil
}

func units(c *types.ConsumedCapacity) string {
	if c == nil {
		return "nothing told"
	}
	var table, index float64
	if c.Table != nil {
		table = aws.ToFloat64(c.Table.CapacityUnits)
	}
	for _, i := range c.GlobalSecondaryIndexes {
		index += aws.ToFloat64(i.CapacityUnits)
	}
	told := fmt.Sprintf("%g + %g", table, index)
	if sum := aws.ToFloat64(c.CapacityUnits); sum != table+index {
		told += fmt.Sprintf(" (sum told: %g)", sum)
	}
	return told
}
