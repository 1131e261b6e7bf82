package queue_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/infra/local/sqs"
	"github.com/recado-chat/recado/infra/testkit/queuetest"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// fixture is queues and a consumer's log.
type fixture struct {
	*queuetest.Queues
	t   *testing.T
	now atomic.Int64 // past noon
	log bytes.Buffer
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	b := &fixture{t: t}
	b.Queues = queuetest.New(t, func() time.Time { return noon.Add(time.Duration(b.now.Load())) },
		sqs.Queue{Name: "work.fifo", FIFO: true}, sqs.Queue{Name: "work", Visibility: time.Hour}, sqs.Queue{Name: "dead"})
	return b
}

func envelope(t *testing.T, id string) events.Envelope {
	t.Helper()
	e, err := events.Wrap(id, "account", noon, events.JobReady{JobID: id})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestSend_AllMessages(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	var out []queue.Message
	for i := range 23 {
		out = append(out, queue.Message{Envelope: envelope(t, fmt.Sprint(i))})
	}
	if err := b.Sender("work").Send(t.Context(), out...); err != nil {
		t.Fatal(err)
	}
	if got := b.Received("work"); len(got) != 23 {
		t.Errorf("%d messages", len(got))
	}
}

func TestSend_InvalidCharacters_Escaped(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	text := "bad \uffff and \ufffe text 👩‍👩‍👧"
	e, err := events.Wrap("1", "account", noon, events.MailQueued{MailID: text})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Sender("work").Send(t.Context(), queue.Message{Envelope: e}); err != nil {
		t.Fatal(err)
	}
	body := b.Received("work")[0].Body
	if strings.ContainsAny(body, "\ufffe\uffff") {
		t.Errorf("the body holds what SQS refuses: %q", body)
	}
	var back events.Envelope
	if err := json.Unmarshal([]byte(body), &back); err != nil {
		t.Fatal(err)
	}
	signal, _, err := events.Decode[events.MailQueued](back)
	if err != nil || signal.MailID != text {
		t.Errorf("came back as %q, %v", signal.MailID, err)
	}
}

func (b *fixture) consumer(handle queue.Handle) *queue.Consumer {
	b.t.Helper()
	retrier, err := queue.NewRetrier(b.Client, b.URL("dead"))
	if err != nil {
		b.t.Fatal(err)
	}
	now := func() time.Time { return noon }
	metrics, err := obs.NewMetrics(&b.log, now, "test", queue.RecordsFailed, queue.RecordsBuried)
	if err != nil {
		b.t.Fatal(err)
	}
	consumer, err := queue.NewConsumer(handle, retrier, obs.NewLogger(&b.log, "test"), metrics, now)
	if err != nil {
		b.t.Fatal(err)
	}
	return consumer
}

func record(t *testing.T, id, group string) lambdaevents.SQSMessage {
	t.Helper()
	body, err := json.Marshal(envelope(t, id))
	if err != nil {
		t.Fatal(err)
	}
	r := lambdaevents.SQSMessage{MessageId: id, ReceiptHandle: id, Body: string(body), EventSourceARN: sqs.ARN("work"), Attributes: map[string]string{"ApproximateReceiveCount": "1"}}
	if group != "" {
		r.EventSourceARN, r.Attributes["MessageGroupId"] = sqs.ARN("work.fifo"), group
	}
	return r
}

func failures(answer lambdaevents.SQSEventResponse) []string {
	var ids []string
	for _, failure := range answer.BatchItemFailures {
		ids = append(ids, failure.ItemIdentifier)
	}
	return ids
}

func TestConsume(t *testing.T) {
	t.Parallel()
	passing := errors.New("the table does not answer")
	tests := []struct {
		name         string
		records      func(t *testing.T) []lambdaevents.SQSMessage
		retried      []string
		deadLettered []string // reasons
		handled      int
	}{
		{
			name: "one bad record of ten is dead-lettered with its reason",
			records: func(t *testing.T) (list []lambdaevents.SQSMessage) {
				for i := range 10 {
					list = append(list, record(t, fmt.Sprint(i), ""))
				}
				list[4].Body = "not json"
				return list
			},
			deadLettered: []string{"undecodable"}, handled: 9,
		},
		{
			name: "what may pass comes again, what cannot is buried, a panic is its record's alone",
			records: func(t *testing.T) []lambdaevents.SQSMessage {
				return []lambdaevents.SQSMessage{record(t, "pass", ""), record(t, "ok", ""), record(t, "never", ""), record(t, "panic", "")}
			},
			retried: []string{"pass", "panic"}, deadLettered: []string{"unknown_asset"}, handled: 4,
		},
		{
			name: "a failure in a FIFO queue holds back its own group and no other",
			records: func(t *testing.T) []lambdaevents.SQSMessage {
				return []lambdaevents.SQSMessage{record(t, "pass", "a"), record(t, "a2", "a"), record(t, "b1", "b"), record(t, "a3", "a")}
			},
			retried: []string{"pass", "a2", "a3"}, handled: 2,
		},
		{
			name: "a dead-lettered record does not block its group",
			records: func(t *testing.T) []lambdaevents.SQSMessage {
				return []lambdaevents.SQSMessage{record(t, "never", "a"), record(t, "a2", "a")}
			},
			deadLettered: []string{"unknown_asset"}, handled: 2,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b, handled := newFixture(t), 0
			answer, err := b.consumer(func(_ context.Context, e events.Envelope) error {
				handled++
				switch e.ID {
				case "pass":
					return passing
				case "never":
					return fault.New(fault.NotFound, "no channel").WithReason("unknown_asset")
				case "panic":
					panic("a nil map")
				}
				return nil
			}).Consume(t.Context(), lambdaevents.SQSEvent{Records: test.records(t)})
			if err != nil {
				t.Fatal(err)
			}
			if got := failures(answer); !slices.Equal(got, test.retried) || handled != test.handled {
				t.Errorf("come again %v, want %v; handled %d, want %d", got, test.retried, handled, test.handled)
			}
			var reasons []string
			for _, letter := range b.Buried() {
				reasons = append(reasons, letter.Reason)
			}
			if !slices.Equal(reasons, test.deadLettered) {
				t.Errorf("dead-lettered for %v, want %v", reasons, test.deadLettered)
			}
		})
	}
}

func TestConsume_NearDeadline_NotStarted(t *testing.T) {
	t.Parallel()
	b, handled := newFixture(t), 0
	ctx, cancel := context.WithTimeout(t.Context(), 2200*time.Millisecond)
	defer cancel()
	answer, err := b.consumer(func(ctx context.Context, _ events.Envelope) error {
		handled++
		<-ctx.Done()
		return ctx.Err()
	}).Consume(ctx, lambdaevents.SQSEvent{Records: []lambdaevents.SQSMessage{record(t, "slow", ""), record(t, "next", "")}})
	if err != nil {
		t.Fatal(err)
	}
	if got := failures(answer); handled != 1 || !slices.Equal(got, []string{"slow", "next"}) {
		t.Errorf("handled %d, come again %v", handled, got)
	}
}

func TestPostpone_ShortVisibilityTimeout(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	if _, err := b.Server.Send(t.Context(), "work", sqs.Outgoing{Body: "{}"}); err != nil {
		t.Fatal(err)
	}
	out, err := b.Client.ReceiveMessage(t.Context(), &awssqs.ReceiveMessageInput{QueueUrl: aws.String(b.URL("work"))})
	if err != nil || len(out.Messages) != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	retrier, err := queue.NewRetrier(b.Client, b.URL("dead"))
	if err != nil {
		t.Fatal(err)
	}
	retrier.Postpone(t.Context(), lambdaevents.SQSMessage{
		ReceiptHandle: *out.Messages[0].ReceiptHandle, EventSourceARN: sqs.ARN("work"), Attributes: map[string]string{"ApproximateReceiveCount": "3"},
	})
	for _, step := range []struct {
		past time.Duration
		want int
	}{{7 * time.Second, 0}, {8 * time.Second, 1}} {
		b.now.Store(int64(step.past))
		b.Server.Wake()
		if got := b.Received("work"); len(got) != step.want {
			t.Errorf("%s later: %d messages, want %d", step.past, len(got), step.want)
		}
	}
}

func TestLogs_HoldNoBodies(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	r := record(t, "1", "")
	r.Body = strings.Replace(r.Body, `"1"`, `"secreto"`, 1)
	if _, err := b.consumer(func(context.Context, events.Envelope) error { return errors.New("no") }).Consume(t.Context(), lambdaevents.SQSEvent{Records: []lambdaevents.SQSMessage{r}}); err != nil {
		t.Fatal(err)
	}
	if log := b.log.String(); strings.Contains(log, "jobId") || !strings.Contains(log, `"outcome":"failed"`) {
		t.Errorf("%s", log)
	}
}
