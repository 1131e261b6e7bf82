package meter

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/recado-chat/recado/infra/cost"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestMetric_BilledPerPublishedHour(t *testing.T) {
	t.Parallel()
	now := noon
	m := New(func() time.Time { return now })
	out := m.Output("push", io.Discard)
	const line = `{"_aws":{"CloudWatchMetrics":[{"Namespace":"Recado","Dimensions":[["function"]],"Metrics":[{"Name":"A"},{"Name":"B"}]}]},"function":"push","A":1,"B":2}` + "\n"
	for _, at := range []time.Duration{0, time.Minute, 2 * time.Hour} {
		now = noon.Add(at)
		if _, err := out.Write([]byte(line + `{"msg":"record"}` + "\n")); err != nil {
			t.Fatal(err)
		}
	}
	usage := m.Usage()
	if got, want := usage.Of(cost.CustomMetrics)*cost.HoursPerMonth, 4.0; got < want-1e-9 || got > want+1e-9 {
		t.Errorf("%f hours, want %f: two metrics in two hours", got, want)
	}
	plain := usage[cost.Use{Function: "push", Item: cost.LogBytes, Detail: "lines"}]
	if want := float64(3 * (len(`{"msg":"record"}`) + lineOverhead)); plain != want {
		t.Errorf("%f bytes of lines without metrics, want %f", plain, want)
	}
}

func TestQueue_BilledInChunks(t *testing.T) {
	t.Parallel()
	m := New(func() time.Time { return noon })
	url := aws.String("http://127.0.0.1/000000000000/to-ingest.fifo")
	large := aws.String(string(make([]byte, 40<<10)))
	m.called("webhook", "SQS", "SendMessageBatch", &sqs.SendMessageBatchInput{QueueUrl: url, Entries: []sqstypes.SendMessageBatchRequestEntry{
		{MessageBody: large}, {MessageBody: large}, {MessageBody: aws.String("x")},
	}}, nil, nil)
	m.called("webhook", "SQS", "SendMessage", &sqs.SendMessageInput{QueueUrl: url, MessageBody: aws.String("x")}, nil, nil)
	if got := m.Usage().Of(cost.SQSFIFO); got != 3 {
		t.Errorf("%f requests, want 2 for 80 KB in a batch and 1 for a letter", got)
	}
}

func TestCapacity_PerTableAndIndex(t *testing.T) {
	t.Parallel()
	m := New(func() time.Time { return noon })
	units := func(n float64) *float64 { return &n }
	m.called("ingest", "DynamoDB", "UpdateItem", &dynamodb.UpdateItemInput{}, &dynamodb.UpdateItemOutput{ConsumedCapacity: &types.ConsumedCapacity{
		TableName: aws.String("local-desk"), CapacityUnits: units(3), GlobalSecondaryIndexes: map[string]types.Capacity{"inbox": {CapacityUnits: units(2)}},
	}}, nil)
	m.called("ingest", "DynamoDB", "GetItem", &dynamodb.GetItemInput{}, &dynamodb.GetItemOutput{ConsumedCapacity: &types.ConsumedCapacity{
		TableName: aws.String("local-desk"), CapacityUnits: units(0.5),
	}}, nil)
	m.called("ingest", "DynamoDB", "PutItem", &dynamodb.PutItemInput{}, nil, &types.ConditionalCheckFailedException{})
	m.called("ingest", "DynamoDB", "PutItem", &dynamodb.PutItemInput{}, nil, errors.New("no answer"))
	for use, want := range map[cost.Use]float64{
		{Function: "ingest", Item: cost.DynamoWrites, Detail: "desk"}:       1,
		{Function: "ingest", Item: cost.DynamoWrites, Detail: "desk/inbox"}: 2,
		{Function: "ingest", Item: cost.DynamoWrites, Detail: "refused"}:    1,
		{Function: "ingest", Item: cost.DynamoReads, Detail: "desk"}:        0.5,
	} {
		if got := m.Usage()[use]; got != want {
			t.Errorf("%+v: %f, want %f", use, got, want)
		}
	}
}

func TestInvocation_BilledWorkAndCalls(t *testing.T) {
	t.Parallel()
	m := New(func() time.Time { return noon })
	m.Invoked("push", 80*time.Millisecond)
	before := m.Usage()
	m.called("push", "DynamoDB", "Query", &dynamodb.QueryInput{}, nil, nil)
	waited := m.Usage().Since(before).Of(cost.LambdaGBSeconds)
	if want := 0.25 * cost.Latency(cost.CallDynamo).Seconds(); waited != want {
		t.Errorf("%f GB-s, want %f at 256 MB", waited, want)
	}
	if before.Of(cost.LambdaRequests) != 1 || before.Of(cost.LambdaGBSeconds) <= 0 {
		t.Errorf("%v", before)
	}
	if walls := m.Walls(); walls["push"] != (Wall{Invocations: 1, Total: 80 * time.Millisecond}) {
		t.Errorf("%v", walls)
	}
}

func TestSnapshot_WhileInvoked_UsageAndWallsAgree(t *testing.T) {
	t.Parallel()
	m := New(func() time.Time { return noon })
	const invocations = 10_000
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range invocations {
			m.Invoked("push", time.Millisecond)
		}
	}()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		usage, walls := m.Snapshot()
		if billed, measured := usage.Of(cost.LambdaRequests), walls["push"].Invocations; billed != float64(measured) {
			t.Fatalf("%f invocations are billed, %d are measured", billed, measured)
		}
	}
	if _, walls := m.Snapshot(); walls["push"].Invocations != invocations {
		t.Errorf("%d invocations, want %d", walls["push"].Invocations, invocations)
	}
}
