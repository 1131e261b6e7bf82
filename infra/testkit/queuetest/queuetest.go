// Package queuetest gives tests queues to send to and to be fed from: the local SQS behind a real client, under the test's clock.
//
// Only tests import it; it may import infra/local/sqs, which no function may.
package queuetest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/infra/local/sqs"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/queue"
)

// Queues are one test's.
type Queues struct {
	Server   *sqs.Server
	Client   *awssqs.Client
	Endpoint string

	t       testing.TB
	inner   http.Handler
	refuses atomic.Pointer[func(body string) bool]
}

// New opens the queues given, or the topology's with their dead letters when none is given.
func New(t testing.TB, now func() time.Time, queues ...sqs.Queue) *Queues {
	t.Helper()
	if len(queues) == 0 {
		queues = []sqs.Queue{{Name: topology.DeadLetters}}
		for _, q := range topology.Queues {
			queues = append(queues, sqs.Queue{Name: q.Name, FIFO: q.FIFO, Visibility: q.Visibility()})
		}
	}
	server, err := sqs.Open(filepath.Join(t.TempDir(), "queues"), now, queues)
	if err != nil {
		t.Fatal(err)
	}
	q := &Queues{Server: server, t: t, inner: server.Handler()}
	web := httptest.NewServer(q)
	t.Cleanup(func() { web.Close(); _ = server.Close() })
	q.Endpoint = web.URL
	q.Client = awssqs.New(awssqs.Options{
		Region: sqs.Region, BaseEndpoint: aws.String(web.URL), Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	return q
}

// URL returns the URL of a queue.
func (q *Queues) URL(name string) string { return q.Endpoint + "/" + sqs.Account + "/" + name }

// Sender sends to a queue.
func (q *Queues) Sender(name string) *queue.Sender {
	q.t.Helper()
	sender, err := queue.NewSender(q.Client, q.URL(name))
	if err != nil {
		q.t.Fatal(err)
	}
	return sender
}

// Received takes everything that is visible in a queue now.
func (q *Queues) Received(name string) []sqs.Message {
	q.t.Helper()
	var all []sqs.Message
	for {
		messages, err := q.Server.Receive(q.t.Context(), name, 10, 0)
		if err != nil {
			q.t.Fatal(err)
		}
		if len(messages) == 0 {
			return all
		}
		all = append(all, messages...)
		for _, m := range messages { // so that a FIFO group gives its next ones
			if err := q.Server.Delete(name, m.Receipt); err != nil {
				q.t.Fatal(err)
			}
		}
	}
}

// Letter is a record that a function sent to the dead letters.
type Letter struct{ Reason, Source, Body string }

// Buried receives the dead letters.
func (q *Queues) Buried() []Letter {
	q.t.Helper()
	var letters []Letter
	for _, m := range q.Received(topology.DeadLetters) {
		letters = append(letters, Letter{
			Reason: aws.ToString(m.Attributes[queue.AttributeReason].StringValue),
			Source: aws.ToString(m.Attributes[queue.AttributeSource].StringValue), Body: m.Body,
		})
	}
	return letters
}

// Body is a signal as it lies in a queue.
func Body(t testing.TB, account string, at time.Time, signal events.Signal) string {
	t.Helper()
	envelope, err := events.Wrap("signal", account, at, signal)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(envelope)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// Deliver invokes a function with one batch, each record in a group of its own, and returns the indexes of the records that failed.
func Deliver(t testing.TB, handler lambda.Handler, name string, bodies ...string) (again []int) {
	t.Helper()
	var batch lambdaevents.SQSEvent
	for i, body := range bodies {
		id := strconv.Itoa(i)
		batch.Records = append(batch.Records, lambdaevents.SQSMessage{
			MessageId: id, ReceiptHandle: id, Body: body, EventSource: "aws:sqs", EventSourceARN: sqs.ARN(name),
			Attributes: map[string]string{"ApproximateReceiveCount": "1", "MessageGroupId": id},
		})
	}
	payload, err := json.Marshal(batch)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := handler.Invoke(t.Context(), payload)
	if err != nil {
		t.Fatal(err)
	}
	var response lambdaevents.SQSEventResponse
	if err := json.Unmarshal(answer, &response); err != nil {
		t.Fatalf("answered %s: %v", answer, err)
	}
	for _, failure := range response.BatchItemFailures {
		place, err := strconv.Atoi(failure.ItemIdentifier)
		if err != nil {
			t.Fatalf("answered %s: %v", answer, err)
		}
		again = append(again, place)
	}
	return again
}

// Refuse makes the queues reject those messages of a batch for whose body the function returns true. nil ends that.
func (q *Queues) Refuse(when func(body string) bool) {
	if when == nil {
		q.refuses.Store(nil)
		return
	}
	q.refuses.Store(&when)
}

// ServeHTTP is the queues' endpoint.
func (q *Queues) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	refuses := q.refuses.Load()
	if refuses == nil || r.Header.Get("X-Amz-Target") != "AmazonSQS.SendMessageBatch" {
		q.inner.ServeHTTP(w, r)
		return
	}
	var batch struct {
		QueueURL string `json:"QueueUrl"`
		Entries  []map[string]any
	}
	if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	taken, refused := batch.Entries[:0:0], []map[string]any{}
	for _, entry := range batch.Entries {
		if body, _ := entry["MessageBody"].(string); (*refuses)(body) {
			refused = append(refused, map[string]any{"Id": entry["Id"], "Code": "InternalError", "SenderFault": false})
			continue
		}
		taken = append(taken, entry)
	}
	answer := map[string]any{"Successful": []any{}}
	if batch.Entries = taken; len(taken) > 0 {
		answer = q.pass(r, batch)
	}
	answer["Failed"] = refused
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(answer) // the client is gone
}

// pass hands on a request with another body.
func (q *Queues) pass(r *http.Request, body any) (answer map[string]any) {
	content, err := json.Marshal(body)
	if err != nil {
		q.t.Error(err)
	}
	inner := r.Clone(r.Context())
	inner.Body, inner.ContentLength = io.NopCloser(bytes.NewReader(content)), int64(len(content))
	recorder := httptest.NewRecorder()
	q.inner.ServeHTTP(recorder, inner)
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil || recorder.Code != http.StatusOK {
		q.t.Errorf("the queues answered %d %s", recorder.Code, recorder.Body)
		return map[string]any{}
	}
	return answer
}
