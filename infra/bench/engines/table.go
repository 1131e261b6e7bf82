package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

type (
	item = map[string]types.AttributeValue
)

func s(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
func n(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }

func key(pk, sk string) item { return item{"pk": s(pk), "sk": s(sk)} }

// with returns the item with further attributes, given as name, value.
func with(i item, more ...any) item {
	for at := 0; at < len(more); at += 2 {
		value, ok := more[at+1].(types.AttributeValue)
		if !ok {
			value = s(more[at+1].(string))
		}
		i[more[at].(string)] = value
	}
	return i
}

// message is an item of about 600 bytes, as a stored message is.
func message(pk string, i int) item {
	return with(key(pk, fmt.Sprintf("M#%012d", i)), "kind", "message", "v", n("1"), "version", n("3"),
		"direction", "in", "type", "text", "status", "received", "author", "contact#01JABCDEFGHJKMNPQRSTVWXYZ0",
		"providerId", "wamid.HBgNNTQ5MTEyMzQ1Njc4ORUCABIYFDNBM0Y5RDg3QkM2RTEyMzQ1Njc4AA==",
		"sentAt", "2026-11-22T00:14:22.123Z", "receivedAt", "2026-11-22T00:14:22.345Z", "text", strings.Repeat("hola ", 40))
}

// conversation is an item of about 500 bytes that the index lists.
func conversation(pk string, activity int) item {
	return with(key(pk, "C"), "kind", "conversation", "v", n("1"), "version", n("1"), "gpk", "open", "gsk", fmt.Sprintf("%012d", activity),
		"preview", strings.Repeat("hola ", 20), "assignee", "operator#01JABCDEFGHJKMNPQRSTVWXYZ0", "unprojected", strings.Repeat("x", 100))
}

// createTable makes a table like Desk: two keys, an index that projects a list row, a stream.
func createTable(ctx context.Context, db *dynamodb.Client, name string, stream bool) (streamARN string, err error) {
	attribute := func(name string) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: types.ScalarAttributeTypeS}
	}
	keys := func(hash, sort string) []types.KeySchemaElement {
		return []types.KeySchemaElement{
			{AttributeName: aws.String(hash), KeyType: types.KeyTypeHash}, {AttributeName: aws.String(sort), KeyType: types.KeyTypeRange},
		}
	}
	in := &dynamodb.CreateTableInput{
		TableName:            aws.String(name),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{attribute("pk"), attribute("sk"), attribute("gpk"), attribute("gsk")},
		KeySchema:            keys("pk", "sk"),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("inbox"), KeySchema: keys("gpk", "gsk"),
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"preview", "assignee", "version"}},
		}},
	}
	if stream {
		in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages}
	}
	out, err := db.CreateTable(ctx, in)
	if err != nil {
		return "", fmt.Errorf("create table %s: %w", name, err)
	}
	return aws.ToString(out.TableDescription.LatestStreamArn), nil
}

func put(table string, i item) *dynamodb.PutItemInput {
	return &dynamodb.PutItemInput{TableName: &table, Item: i}
}

// touch moves a conversation to the top of the list, as every message does.
func touch(table, pk string, activity int) *dynamodb.UpdateItemInput {
	return &dynamodb.UpdateItemInput{
		TableName: &table, Key: key(pk, "C"),
		UpdateExpression:          aws.String("SET preview = :p, gsk = :a ADD version :one"),
		ConditionExpression:       aws.String("attribute_exists(pk)"),
		ExpressionAttributeValues: item{":p": s("text " + strconv.Itoa(activity)), ":a": s(fmt.Sprintf("%012d", activity)), ":one": n("1")},
	}
}

// code is the error's code as DynamoDB tells it, or "" without an error.
func code(err error) string {
	var fault smithy.APIError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &fault):
		return fault.ErrorCode()
	}
	return err.Error()
}
