// Package dynamotest gives tests a dynamo.Store on a fresh set of tables, in a real engine, and what the contract tests of the
// stores share: running on both engines, ids, and conversations to start from.
//
// Only tests import it. It may import infra/local/engine, which the stores may not.
package dynamotest

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/enginetest"
	"github.com/recado-chat/recado/shared/dynamo"
)

// DB is the set of tables of one test.
type DB struct {
	*dynamo.Store
	Client *dynamodb.Client
	Tables dynamo.Tables
}

// Noon is the time of a store whose test sets no clock.
func Noon() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// New makes tables in the default engine and opens a store on them.
func New(t testing.TB, options ...dynamo.Option) *dynamo.Store {
	t.Helper()
	return Open(t, engine.Default(), options...).Store
}

// Open makes tables in an engine of the kind given.
func Open(t testing.TB, kind engine.Kind, options ...dynamo.Option) DB {
	t.Helper()
	shared := enginetest.Shared(t, kind)
	db := DB{
		Client: shared.Client(),
		Tables: dynamo.Tables{
			Directory: shared.Prefix + "directory", Desk: shared.Prefix + "desk", Ledger: shared.Prefix + "ledger",
			Live: shared.Prefix + "live",
		},
	}
	if err := dynamo.CreateTables(t.Context(), db.Client, db.Tables); err != nil {
		t.Fatalf("create the test's tables: %v", err)
	}
	// Tests set their own time, while the engine deletes expired items by the machine's.
	for which, schema := range dynamo.Schema() {
		if schema.TTL == "" {
			continue
		}
		_, err := db.Client.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
			TableName:               aws.String(shared.Prefix + which),
			TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String(schema.TTL), Enabled: aws.Bool(false)},
		})
		if err != nil {
			t.Fatalf("disable the TTL of %s: %v", which, err)
		}
	}
	db.Store = dynamo.New(db.Client, db.Tables, append([]dynamo.Option{dynamo.WithClock(Noon)}, options...)...)
	return db
}
