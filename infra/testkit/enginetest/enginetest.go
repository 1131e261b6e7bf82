// Package enginetest gives tests a database engine: one of each kind per test process, started by the first test that needs it.
// Every test gets a prefix for its tables, so that tests share an engine and no table.
//
// Only tests import it. It may import infra/local/engine.
package enginetest

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/recado-chat/recado/infra/local/engine"
)

// DB is a test's view of an engine.
type DB struct {
	*engine.Engine
	Prefix string // begins the name of every table that the test makes
}

// shared are the engines of the process. They end with it: without TestMain, a package has no hook at the end of the tests.
var shared = map[engine.Kind]func() (*engine.Engine, error){
	engine.Dynoxide:      startOnce(engine.Dynoxide),
	engine.DynamoDBLocal: startOnce(engine.DynamoDBLocal),
}

func startOnce(k engine.Kind) func() (*engine.Engine, error) {
	return sync.OnceValues(func() (*engine.Engine, error) {
		return engine.Start(context.Background(), engine.Options{Kind: k, Log: os.Stderr})
	})
}

// Shared returns the process's engine of a kind; an empty kind means engine.Default.
func Shared(t testing.TB, k engine.Kind) DB {
	t.Helper()
	if k == "" {
		k = engine.Default()
	}
	start, ok := shared[k]
	if !ok {
		t.Fatalf("unknown engine %q", k)
	}
	e, err := start()
	if err != nil {
		t.Fatalf("engine of the tests: %v", err)
	}
	return DB{Engine: e, Prefix: "t" + strings.ReplaceAll(uuid.NewString(), "-", "")[:12] + "-"}
}
