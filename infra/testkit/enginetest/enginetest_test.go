package enginetest_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/enginetest"
)

func TestShared_OneEngine_OwnPrefix(t *testing.T) {
	t.Parallel()
	for _, kind := range []engine.Kind{engine.Dynoxide, engine.DynamoDBLocal} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			one, other := enginetest.Shared(t, kind), enginetest.Shared(t, kind)
			if one.Engine != other.Engine {
				t.Error("two engines were started")
			}
			if one.Prefix == other.Prefix {
				t.Errorf("both tests would make their tables under %s", one.Prefix)
			}
			if _, err := one.Client().ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil {
				t.Errorf("list tables: %v", err)
			}
		})
	}
}
