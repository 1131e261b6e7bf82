package engine_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"

	"github.com/recado-chat/recado/infra/local/engine"
)

// asParent makes this test binary start an engine, print its process id and wait to be killed.
const asParent = "engine-test-as-parent"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == asParent {
		e, err := engine.Start(context.Background(), engine.Options{Kind: engine.Kind(os.Args[2])})
		if err != nil {
			panic(err)
		}
		_, _ = os.Stdout.WriteString(strconv.Itoa(e.PID()) + "\n")
		<-e.Exited()
		return
	}
	os.Exit(m.Run())
}

func start(t *testing.T, o engine.Options) *engine.Engine {
	t.Helper()
	e, err := engine.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Stop)
	return e
}

func eachKind(t *testing.T, test func(*testing.T, engine.Kind)) {
	for _, kind := range []engine.Kind{engine.Dynoxide, engine.DynamoDBLocal} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			test(t, kind)
		})
	}
}

func createTable(t *testing.T, db *dynamodb.Client, name string) string {
	t.Helper()
	out, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:            aws.String(name),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}},
		StreamSpecification:  &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages},
	})
	if err != nil {
		t.Fatalf("create table: %v", err)
	}
	return aws.ToString(out.TableDescription.LatestStreamArn)
}

func put(ctx context.Context, db *dynamodb.Client, table, pk string) error {
	_, err := db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(table),
		Item:      map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: pk}},
	})
	return err
}

func TestEngine_KeepsItemsAndStreams(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, kind engine.Kind) {
		e := start(t, engine.Options{Kind: kind})
		stream := createTable(t, e.Client(), "things")
		if err := put(t.Context(), e.Client(), "things", "a"); err != nil {
			t.Fatalf("put: %v", err)
		}
		out, err := e.Streams().DescribeStream(t.Context(), &dynamodbstreams.DescribeStreamInput{StreamArn: aws.String(stream)})
		if err != nil {
			t.Fatalf("describe stream: %v", err)
		}
		if len(out.StreamDescription.Shards) == 0 {
			t.Error("the stream has no shard")
		}
	})
}

func TestEngine_ListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, kind engine.Kind) {
		e := start(t, engine.Options{Kind: kind})
		u, err := url.Parse(e.URL)
		if err != nil {
			t.Fatal(err)
		}
		// An engine on every interface would also answer on the rest of 127.0.0.0/8, and on IPv6.
		for _, host := range []string{"127.0.0.2", "::1"} {
			conn, err := net.DialTimeout("tcp", net.JoinHostPort(host, u.Port()), time.Second)
			if err == nil {
				conn.Close()
				t.Errorf("answers on %s too", host)
			}
		}
	})
}

func TestStart_Concurrent_OwnPorts(t *testing.T) {
	t.Parallel()
	engines := make([]*engine.Engine, 12)
	var all sync.WaitGroup
	for i := range engines {
		all.Go(func() { engines[i] = start(t, engine.Options{Kind: engine.Default()}) })
	}
	all.Wait()
	seen := map[string]bool{}
	for _, e := range engines {
		if e == nil || seen[e.URL] {
			t.Fatalf("an engine is missing or shares its port: %v", engines)
		}
		seen[e.URL] = true
		createTable(t, e.Client(), "mine") // fails as ResourceInUse where two talk to the same engine
	}
}

func TestDynoxide_Kill_KeepsAcknowledged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := start(t, engine.Options{Kind: engine.Dynoxide, DataDir: dir})
	createTable(t, e.Client(), "things")
	for i := range 50 {
		if err := put(t.Context(), e.Client(), "things", strconv.Itoa(i)); err != nil {
			t.Fatalf("put %d: %v", i, err)
		}
	}
	e.Kill()
	if err := put(t.Context(), e.Client(), "things", "lost"); err == nil {
		t.Error("a killed engine answered")
	}
	url := e.URL
	if err := e.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e.URL != url {
		t.Errorf("the engine moved from %s to %s", url, e.URL)
	}
	out, err := e.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("things"), ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatalf("scan: %v", err)
	}
	if out.Count != 50 {
		t.Errorf("%d of 50 acknowledged items are there", out.Count)
	}
}

func TestRestart_NothingKept_Refused(t *testing.T) {
	t.Parallel()
	e := start(t, engine.Options{Kind: engine.Dynoxide})
	e.Kill()
	if err := e.Restart(t.Context()); !errors.Is(err, engine.ErrNotKept) {
		t.Errorf("%v", err)
	}
}

func TestEngine_ParentDies_Ends(t *testing.T) {
	t.Parallel()
	eachKind(t, func(t *testing.T, kind engine.Kind) {
		parent := exec.Command(os.Args[0], asParent, string(kind))
		out, err := parent.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := parent.Start(); err != nil {
			t.Fatal(err)
		}
		line := make([]byte, 16)
		n, err := out.Read(line)
		if err != nil {
			t.Fatalf("read the engine's process id: %v", err)
		}
		child, err := strconv.Atoi(strings.TrimSpace(string(line[:n])))
		if err != nil {
			t.Fatal(err)
		}
		if err := parent.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = parent.Wait()
		deadline, tick := time.After(10*time.Second), time.NewTicker(10*time.Millisecond)
		defer tick.Stop()
		for !errors.Is(syscall.Kill(child, 0), syscall.ESRCH) {
			select {
			case <-deadline:
				t.Fatalf("process %d still runs", child)
			case <-tick.C:
			}
		}
	})
}

func TestStart_InvalidOptions_Refused(t *testing.T) {
	t.Parallel()
	if _, err := engine.Start(t.Context(), engine.Options{Kind: "sqlite"}); err == nil {
		t.Error("an unknown engine was started")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := engine.Start(ctx, engine.Options{}); err == nil {
		t.Error("an engine was started although the caller had gone")
	}
}

func TestStop_Twice_Harmless(t *testing.T) {
	t.Parallel()
	e := start(t, engine.Options{})
	e.Stop()
	e.Stop()
	if err := put(t.Context(), e.Client(), "things", "a"); err == nil {
		t.Error("a stopped engine answered")
	}
}

func TestDynoxide_StreamRecords_Indexed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 { // the second start finds the index there
		start(t, engine.Options{Kind: engine.Dynoxide, DataDir: dir}).Stop()
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "dynoxide.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// The two queries are dynoxide's own: one at every write, one at every read of a stream.
	for _, query := range []string{
		`SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 'a'`,
		`SELECT event_name FROM _stream_records WHERE table_name = 'a' AND shard_id = 'b' AND CAST(sequence_number AS INTEGER) > 1
			ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT 10`,
	} {
		var id, parent, unused int
		var plan string
		if err := db.QueryRowContext(t.Context(), "EXPLAIN QUERY PLAN "+query).Scan(&id, &parent, &unused, &plan); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(plan, "INDEX recado_stream_position") {
			t.Errorf("plan %q of %s", plan, query)
		}
	}
}

func TestEngine_Temporary_LeavesNoFiles(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	e := start(t, engine.Options{Kind: engine.Dynoxide})
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left in the temporary folder, %v", left, err)
	}
	createTable(t, e.Client(), "things")
	var all sync.WaitGroup
	for w := range 16 {
		all.Go(func() {
			for i := range 20 {
				if err := put(t.Context(), e.Client(), "things", fmt.Sprintf("%d-%d", w, i)); err != nil {
					t.Errorf("put: %v", err)
				}
			}
		})
	}
	all.Wait()
	out, err := e.Client().Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("things"), ConsistentRead: aws.Bool(true)})
	if err != nil || out.Count != 320 {
		t.Errorf("%d of 320 items are there, %v", out.Count, err)
	}
}
