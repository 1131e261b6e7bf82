package dynamo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// TableSchema describes a table, as plain data.
type TableSchema struct {
	HashKey, RangeKey string
	Attributes        map[string]string // of keys only: name to type, "S" or "N"
	Indexes           []IndexSchema
	Stream            bool   // of new and old images
	TTL               string // the attribute with the expiry in seconds; "" = none
}

// IndexSchema is a global secondary index.
type IndexSchema struct {
	Name              string
	HashKey, RangeKey string
	Projection        string   // "ALL", "KEYS_ONLY" or "INCLUDE"
	Include           []string // with INCLUDE
}

// Schema describes the tables "directory", "desk", "ledger" and "live".
func Schema() map[string]TableSchema {
	plain := TableSchema{HashKey: "pk", RangeKey: "sk", Attributes: map[string]string{"pk": "S", "sk": "S"}}
	directory, desk, ledger, live := plain, plain, plain, plain
	directory.Stream, desk.Stream, ledger.Stream = true, true, true
	desk.TTL, live.TTL = table.TTLAttribute, table.TTLAttribute
	desk.Attributes = map[string]string{
		"pk": "S", "sk": "S", "inboxPk": "S", "inboxSk": "S", "waitingPk": "S", "waitingSk": "S", "duePk": "S", "dueAt": "N",
	}
	desk.Indexes = []IndexSchema{
		// The fields of a list row. An index includes at most 20 attributes; id and account are in pk.
		{Name: key.IndexInbox, HashKey: "inboxPk", RangeKey: "inboxSk", Projection: "INCLUDE", Include: []string{
			"status", "storeId", "groupId", "channel", "contact", "assigneeId", "tags", "campaign", "bot", "preview",
			"lastInboundId", "lastInboundAt", "createdAt", "activeAt", "waitingAt", "closeAt", "assignAt", "resolvedAt", "version",
		}},
		{Name: key.IndexWaiting, HashKey: "waitingPk", RangeKey: "waitingSk", Projection: "KEYS_ONLY"},
		{Name: key.IndexDue, HashKey: "duePk", RangeKey: "dueAt", Projection: "INCLUDE", Include: []string{"dueKind", "storeId"}},
	}
	return map[string]TableSchema{"directory": directory, "desk": desk, "ledger": ledger, "live": live}
}

// CreateTables creates the tables that have a name, and waits until they are ready. Existing tables are not changed.
func CreateTables(ctx context.Context, client *dynamodb.Client, tables Tables) error {
	schemas := Schema()
	names := map[string]string{
		"directory": tables.Directory, "desk": tables.Desk, "ledger": tables.Ledger, "live": tables.Live,
	}
	for _, which := range slices.Sorted(maps.Keys(names)) {
		if names[which] == "" {
			continue
		}
		if err := createTable(ctx, client, names[which], schemas[which]); err != nil {
			return fmt.Errorf("create the %s table %s: %w", which, names[which], err)
		}
	}
	return nil
}

const tableReadyWithin = time.Minute

func createTable(ctx context.Context, client *dynamodb.Client, name string, schema TableSchema) error {
	_, err := client.CreateTable(ctx, schema.input(name))
	var exists *types.ResourceInUseException
	if errors.As(err, &exists) {
		return nil
	}
	if err != nil {
		return err
	}
	described := &dynamodb.DescribeTableInput{TableName: aws.String(name)}
	waiter := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 50*time.Millisecond, time.Second
	})
	if err := waiter.Wait(ctx, described, tableReadyWithin); err != nil {
		return err
	}
	if schema.TTL == "" {
		return nil
	}
	_, err = client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName: aws.String(name),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{
			AttributeName: aws.String(schema.TTL), Enabled: aws.Bool(true),
		},
	})
	return err
}

func (t TableSchema) input(name string) *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{
		TableName:   aws.String(name),
		BillingMode: types.BillingModePayPerRequest,
		KeySchema:   keySchema(t.HashKey, t.RangeKey),
	}
	for _, attribute := range slices.Sorted(maps.Keys(t.Attributes)) {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(attribute), AttributeType: types.ScalarAttributeType(t.Attributes[attribute]),
		})
	}
	for _, index := range t.Indexes {
		in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
			IndexName: aws.String(index.Name),
			KeySchema: keySchema(index.HashKey, index.RangeKey),
			Projection: &types.Projection{
				ProjectionType: types.ProjectionType(index.Projection), NonKeyAttributes: index.Include,
			},
		})
	}
	if t.Stream {
		in.StreamSpecification = &types.StreamSpecification{
			StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages,
		}
	}
	return in
}

func keySchema(hash, sort string) []types.KeySchemaElement {
	return []types.KeySchemaElement{
		{AttributeName: aws.String(hash), KeyType: types.KeyTypeHash},
		{AttributeName: aws.String(sort), KeyType: types.KeyTypeRange},
	}
}
