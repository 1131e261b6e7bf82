package queue_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sqs"
	"github.com/recado-chat/recado/infra/testkit/queuetest"
	"github.com/recado-chat/recado/shared/queue"
)

// bury has SQS move every message of work.fifo to its dead-letter queue: each is received once and given up.
func bury(t *testing.T, q *queuetest.Queues, n int) {
	t.Helper()
	for range n {
		messages, err := q.Server.Receive(t.Context(), "work.fifo", sqs.MaxBatch, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			if err := q.Server.Release("work.fifo", m.Receipt, 0); err != nil {
				t.Fatal(err)
			}
		}
	}
	if stats, err := q.Server.Stats("dead.fifo"); err != nil || stats.Visible != n {
		t.Fatalf("%+v, %v: not all %d messages are dead-lettered", stats, err, n)
	}
}

func TestRedrive_FIFOQueue_AllMessagesInOrder(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t, func() time.Time { return noon },
		sqs.Queue{Name: "work.fifo", FIFO: true, MaxReceive: 1, DeadLetter: "dead.fifo"}, sqs.Queue{Name: "dead.fifo", FIFO: true})
	var want []string
	var out []queue.Message
	for i := range 45 { // more than SQS hands out of a group before its first messages are deleted
		id := fmt.Sprintf("%02d", i)
		out = append(out, queue.Message{Envelope: envelope(t, id), Group: fmt.Sprint(i % 2), Dedup: id})
		want = append(want, id)
	}
	if err := q.Sender("work.fifo").Send(t.Context(), out...); err != nil {
		t.Fatal(err)
	}
	bury(t, q, len(out))
	if sent, err := queue.Redrive(t.Context(), q.Client, q.URL("dead.fifo"), "unknown_asset"); err != nil || sent != 0 {
		t.Errorf("another reason: %d messages, %v", sent, err)
	}
	if sent, err := queue.Redrive(t.Context(), q.Client, q.URL("dead.fifo"), queue.ReasonReceives); err != nil || sent != len(out) {
		t.Errorf("%d of %d messages, %v", sent, len(out), err)
	}
	groups := map[string][]string{}
	var got []string
	for _, m := range q.Received("work.fifo") {
		id := m.Body[len(`{"id":"`):][:2]
		group := m.System["MessageGroupId"]
		groups[group], got = append(groups[group], id), append(got, id)
	}
	for group, ids := range groups {
		if !slices.IsSorted(ids) {
			t.Errorf("group %s came back as %v", group, ids)
		}
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("came back: %v", got)
	}
}

func TestRedrive_DeadLetteredAtOnce_OrderOfTheirQueue(t *testing.T) {
	t.Parallel()
	q := queuetest.New(t, func() time.Time { return noon }, sqs.Queue{Name: "work.fifo", FIFO: true}, sqs.Queue{Name: "dead"})
	retrier, err := queue.NewRetrier(q.Client, q.URL("dead"))
	if err != nil {
		t.Fatal(err)
	}
	for _, sequence := range []string{"100", "9", "11"} {
		dead := queue.DeadRecord{Body: sequence, Source: sqs.ARN("work.fifo"), Reason: "unknown_asset", Group: "g", Sequence: sequence}
		if err := retrier.DeadLetter(t.Context(), dead); err != nil {
			t.Fatal(err)
		}
	}
	if sent, err := queue.Redrive(t.Context(), q.Client, q.URL("dead"), "unknown_asset"); err != nil || sent != 3 {
		t.Fatalf("%d messages, %v", sent, err)
	}
	var got []string
	for _, m := range q.Received("work.fifo") {
		got = append(got, m.Body)
	}
	if want := []string{"9", "11", "100"}; !slices.Equal(got, want) {
		t.Errorf("came back as %v, want %v", got, want)
	}
}
