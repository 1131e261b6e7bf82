package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// probe tries one thing that DynamoDB does and returns what the engine does instead.
type probe struct {
	name string
	try  func(ctx context.Context, p *probing) error
}

// probing is a table of an engine, and the request that a probe makes.
type probing struct {
	db    *dynamodb.Client
	table string
}

// semantics runs every probe on both engines and lists those that differ from DynamoDB.
func semantics(ctx context.Context) error {
	fmt.Printf("%d things that DynamoDB does, tried on both; only what differs is listed.\n\n", len(probes))
	for _, subject := range subjects {
		b, err := subject.start(ctx)
		if err != nil {
			return err
		}
		var differences []string
		for i, p := range probes {
			table := fmt.Sprintf("probe-%d", i)
			_, err := createTable(ctx, b.Client(), table, true)
			if err == nil {
				err = p.try(ctx, &probing{b.Client(), table})
			}
			if err != nil {
				differences = append(differences, fmt.Sprintf("- %s: %v", p.name, err))
			}
		}
		b.stop()
		fmt.Printf("%s: %d of %d as DynamoDB\n%s\n\n", subject.name, len(probes)-len(differences), len(probes), strings.Join(differences, "\n"))
	}
	return nil
}

func (p *probing) put(ctx context.Context, i item) error {
	_, err := p.db.PutItem(ctx, put(p.table, i))
	return err
}

func (p *probing) get(ctx context.Context, k item) (item, error) {
	out, err := p.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &p.table, Key: k, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// update runs an update of the item a, a and returns the item as it is afterwards.
func (p *probing) update(ctx context.Context, expression string, values item) (item, error) {
	out, err := p.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &p.table, Key: key("a", "a"), UpdateExpression: &expression, ExpressionAttributeValues: values, ReturnValues: types.ReturnValueAllNew,
	})
	if err != nil {
		return nil, err
	}
	return out.Attributes, nil
}

func (p *probing) query(ctx context.Context, in dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	in.TableName = &p.table
	return p.db.Query(ctx, &in)
}

func (p *probing) transact(ctx context.Context, token string, items ...types.TransactWriteItem) error {
	in := &dynamodb.TransactWriteItemsInput{TransactItems: items}
	if token != "" {
		in.ClientRequestToken = &token
	}
	_, err := p.db.TransactWriteItems(ctx, in)
	return err
}

// txPut is a put of a transaction that fails where the item is there.
func (p *probing) txPut(i item) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &p.table, Item: i, ConditionExpression: aws.String("attribute_not_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
}

func (p *probing) txAdd() types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &p.table, Key: key("a", "a"), UpdateExpression: aws.String("ADD c :one"), ExpressionAttributeValues: item{":one": n("1")},
	}}
}

// refused expects an error code.
func refused(err error, want string) error {
	if got := code(err); got != want {
		if got == "" {
			return fmt.Errorf("accepted, want %s", want)
		}
		return fmt.Errorf("%s, want %s", got, want)
	}
	return nil
}

// equal expects a value, compared as it prints.
func equal(got, want any) error {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		return fmt.Errorf("%v, want %v", got, want)
	}
	return nil
}

// number is an attribute's value as text, or what kind of value it is.
func number(i item, name string) string {
	switch v := i[name].(type) {
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberS:
		return v.Value
	default:
		return fmt.Sprintf("%T", v)
	}
}

const (
	invalid    = "ValidationException"
	conditions = "ConditionalCheckFailedException"
	cancelled  = "TransactionCanceledException"
)

// reasons are the codes of a cancelled transaction, each with the sort key of the item that came with it.
func reasons(err error) string {
	var c *types.TransactionCanceledException
	if !errors.As(err, &c) {
		return code(err)
	}
	var told []string
	for _, r := range c.CancellationReasons {
		reason := aws.ToString(r.Code)
		if r.Item != nil {
			reason += "(" + number(r.Item, "sk") + ")"
		}
		told = append(told, reason)
	}
	return strings.Join(told, " ")
}

func join(problems ...error) error {
	var told []string
	for _, p := range problems {
		if p != nil {
			told = append(told, p.Error())
		}
	}
	if told == nil {
		return nil
	}
	return errors.New(strings.Join(told, "; "))
}
