package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/infra/local/sqs"
)

func send(t *testing.T, s *sqs.Server, queue string, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		out := sqs.Outgoing{Body: body}
		if strings.HasSuffix(queue, ".fifo") {
			out.Group, _, _ = strings.Cut(body, "/")
			out.Dedup = body
		}
		_, err := s.Send(t.Context(), queue, out)
		must(t, err)
	}
}

// handler is a function over the bodies of an SQS event.
func handler(do func(bodies []string, event events.SQSEvent) ([]byte, error)) Invoke {
	return func(_ context.Context, payload []byte) ([]byte, error) {
		var event events.SQSEvent
		if err := json.Unmarshal(payload, &event); err != nil {
			return nil, err
		}
		var bodies []string
		for _, r := range event.Records {
			bodies = append(bodies, r.Body)
		}
		return do(bodies, event)
	}
}

func startQueue(t *testing.T, s *sqs.Server, m SQS, invoke Invoke) *QueueSource {
	t.Helper()
	if m.Queue == "" {
		m.Queue = "plain"
	}
	if m.BatchSize == 0 {
		m.BatchSize = 10
	}
	if m.Timeout == 0 {
		m.Timeout = 10 * time.Second
	}
	m.ARN = sqs.ARN(m.Queue)
	q, err := NewQueue(s, m, invoke)
	must(t, err)
	q.Start(t.Context())
	t.Cleanup(q.Stop)
	return q
}

func TestQueue_Event_MatchesLambda(t *testing.T) {
	t.Parallel()
	s, c := openQueues(t)
	text := "Pérez"
	sent, err := s.Send(t.Context(), "ordered.fifo", sqs.Outgoing{
		Body: "hola", Group: "g", Dedup: "d",
		Attributes: map[string]sqs.Attribute{
			"text": {DataType: "String", StringValue: &text}, "bytes": {DataType: "Binary", BinaryValue: []byte{1, 2}},
		},
	})
	must(t, err)
	got := make(chan []byte, 1)
	startQueue(t, s, SQS{Queue: "ordered.fifo"}, func(_ context.Context, payload []byte) ([]byte, error) {
		got <- payload
		return nil, nil
	})
	var event struct{ Records []map[string]any }
	must(t, json.Unmarshal(<-got, &event))
	r := event.Records[0]
	if handle, _ := r["receiptHandle"].(string); handle == "" {
		t.Error("no receipt handle")
	}
	delete(r, "receiptHandle")
	ms := fmt.Sprint(c.now().UnixMilli())
	want := map[string]any{
		"messageId": sent.MessageID, "body": "hola", "md5OfBody": "4d186321c1a7f0f354b297e8914ab240",
		"md5OfMessageAttributes": r["md5OfMessageAttributes"],
		"attributes": map[string]any{
			"ApproximateReceiveCount": "1", "SentTimestamp": ms, "ApproximateFirstReceiveTimestamp": ms,
			"SenderId": sqs.Account, "MessageGroupId": "g", "MessageDeduplicationId": "d", "SequenceNumber": sent.Sequence,
		},
		"messageAttributes": map[string]any{
			"text":  map[string]any{"stringValue": text, "dataType": "String", "stringListValues": []any{}, "binaryListValues": []any{}},
			"bytes": map[string]any{"binaryValue": "AQI=", "dataType": "Binary", "stringListValues": []any{}, "binaryListValues": []any{}},
		},
		"eventSource": "aws:sqs", "eventSourceARN": sqs.ARN("ordered.fifo"), "awsRegion": "us-east-1",
	}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("got  %v\nwant %v", r, want)
	}
}

func TestQueue_BatchResponses(t *testing.T) {
	t.Parallel()
	id := func(e events.SQSEvent, i int) string { return e.Records[i].MessageId }
	tests := map[string]struct {
		answer    func(e events.SQSEvent) ([]byte, error)
		ignored   bool // the mapping does not ask for partial responses
		wantAgain []string
	}{
		"nothing is success":         {answer: func(events.SQSEvent) ([]byte, error) { return nil, nil }},
		"null is success":            {answer: func(events.SQSEvent) ([]byte, error) { return []byte("null"), nil }},
		"an empty object is success": {answer: func(events.SQSEvent) ([]byte, error) { return []byte("{}"), nil }},
		"an empty list is success":   {answer: func(events.SQSEvent) ([]byte, error) { return failures(), nil }},
		"a null list is success": {
			answer: func(events.SQSEvent) ([]byte, error) { return []byte(`{"batchItemFailures":null}`), nil },
		},
		"without partial failures no one asks": {
			answer:  func(events.SQSEvent) ([]byte, error) { return []byte("no JSON"), nil },
			ignored: true,
		},
		"a named message comes back": {
			answer:    func(e events.SQSEvent) ([]byte, error) { return failures(id(e, 1)), nil },
			wantAgain: []string{"b"},
		},
		"an empty identifier fails the batch": {
			answer:    func(e events.SQSEvent) ([]byte, error) { return failures(id(e, 1), ""), nil },
			wantAgain: []string{"a", "b", "c"},
		},
		"an unknown identifier fails the batch": {
			answer:    func(events.SQSEvent) ([]byte, error) { return failures("nobody"), nil },
			wantAgain: []string{"a", "b", "c"},
		},
		"a wrong key fails the batch": {
			answer: func(e events.SQSEvent) ([]byte, error) {
				return []byte(`{"batchItemFailures":[{"ItemIdentifier":"` + id(e, 1) + `"}]}`), nil
			},
			wantAgain: []string{"a", "b", "c"},
		},
		"bad JSON fails the batch": {
			answer:    func(events.SQSEvent) ([]byte, error) { return []byte(`{"batchItemFailures":`), nil },
			wantAgain: []string{"a", "b", "c"},
		},
		"an error fails the batch": {
			answer:    func(e events.SQSEvent) ([]byte, error) { return failures(), errors.New("broken") },
			wantAgain: []string{"a", "b", "c"},
		},
		"an error fails the batch without partial failures too": {
			answer:    func(e events.SQSEvent) ([]byte, error) { return nil, errors.New("broken") },
			ignored:   true,
			wantAgain: []string{"a", "b", "c"},
		},
		"a panic fails the batch": {
			answer:    func(events.SQSEvent) ([]byte, error) { panic("broken") },
			wantAgain: []string{"a", "b", "c"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, c := openQueues(t)
			send(t, s, "plain", "a", "b", "c")
			var got seen[string]
			mapping := SQS{PartialFailures: !test.ignored}
			q := startQueue(t, s, mapping, handler(func(bodies []string, e events.SQSEvent) ([]byte, error) {
				if got.add(bodies) == 1 {
					return test.answer(e)
				}
				return nil, nil
			}))
			eventually(t, "the batch is answered", func() bool { return q.Counters().Invocations == 1 && q.Idle() })
			st, err := s.Stats("plain")
			must(t, err)
			if st.InFlight != len(test.wantAgain) || st.Visible != 0 {
				t.Fatalf("after the answer %+v, want %d in flight", st, len(test.wantAgain))
			}
			c.advance(time.Minute)
			s.Wake()
			eventually(t, "the queue is empty", s.Idle)
			again := got.flat()[3:]
			if !slices.Equal(again, test.wantAgain) {
				t.Errorf("again came %q, want %q", again, test.wantAgain)
			}
			if failed := q.Counters().Failed; failed != len(test.wantAgain) {
				t.Errorf("counted %d failures", failed)
			}
		})
	}
}

func TestQueue_Timeout_FailsBatch(t *testing.T) {
	t.Parallel()
	s, _ := openQueues(t)
	send(t, s, "plain", "slow")
	mapping := SQS{Timeout: 10 * time.Millisecond, PartialFailures: true}
	q := startQueue(t, s, mapping, func(ctx context.Context, _ []byte) ([]byte, error) {
		<-ctx.Done()
		return nil, nil
	})
	eventually(t, "the time-out is counted", func() bool { return q.Counters().Timeouts == 1 && q.Idle() })
	if st, err := s.Stats("plain"); err != nil || st.InFlight != 1 {
		t.Errorf("after the time-out %+v, %v", st, err)
	}
}

func TestQueue_BackoffAndDeadLetter(t *testing.T) {
	t.Parallel()
	s, c := openQueues(t)
	send(t, s, "plain", "poison", "good")
	var got seen[string]
	mapping := SQS{Backoff: time.Second, PartialFailures: true}
	q := startQueue(t, s, mapping, handler(func(bodies []string, e events.SQSEvent) ([]byte, error) {
		got.add(bodies)
		if i := slices.Index(bodies, "poison"); i >= 0 {
			return failures(e.Records[i].MessageId), nil
		}
		return nil, nil
	}))
	for n := 1; n <= 3; n++ {
		eventually(t, "the message was tried", func() bool { return q.Counters().Failed == n && q.Idle() })
		c.advance(time.Second)
		s.Wake()
	}
	eventually(t, "the queue is empty", s.Idle)
	if want := []string{"poison", "good", "poison", "poison"}; !slices.Equal(got.flat(), want) {
		t.Errorf("came %q, want %q", got.flat(), want)
	}
	if st, err := s.Stats("dead"); err != nil || st.Visible != 1 {
		t.Errorf("dead letters %+v, %v", st, err)
	}
}

func TestQueue_Window_FillsBatch(t *testing.T) {
	t.Parallel()
	s, _ := openQueues(t)
	var got seen[string]
	startQueue(t, s, SQS{BatchSize: 25, Window: time.Minute}, handler(func(bodies []string, _ events.SQSEvent) ([]byte, error) {
		got.add(bodies)
		return nil, nil
	}))
	for i := range 25 {
		send(t, s, "plain", fmt.Sprint(i))
	}
	eventually(t, "the queue is empty", s.Idle)
	if b := got.all(); len(b) != 1 || len(b[0]) != 25 {
		t.Errorf("the batches were %q", b)
	}
}

func TestQueue_Window_Ends(t *testing.T) {
	t.Parallel()
	s, _ := openQueues(t)
	send(t, s, "plain", "alone")
	q := startQueue(t, s, SQS{Window: 20 * time.Millisecond}, func(context.Context, []byte) ([]byte, error) { return nil, nil })
	eventually(t, "the message is done", func() bool { return q.Counters().Records == 1 && s.Idle() })
}

func TestQueue_Environments(t *testing.T) {
	t.Parallel()
	const environments, groups, each = 3, 6, 30
	s, _ := openQueues(t)
	var running, most atomic.Int32
	var mu sync.Mutex
	byGroup, inGroup := make(map[string][]string), make(map[string]int)
	q := startQueue(t, s, SQS{Queue: "ordered.fifo", BatchSize: 4, Concurrency: environments},
		handler(func(bodies []string, e events.SQSEvent) ([]byte, error) {
			for now := running.Add(1); ; {
				if m := most.Load(); now <= m || most.CompareAndSwap(m, now) {
					break
				}
			}
			defer running.Add(-1)
			mu.Lock()
			defer mu.Unlock()
			for i, body := range bodies {
				g := e.Records[i].Attributes["MessageGroupId"]
				byGroup[g] = append(byGroup[g], body)
				inGroup[g]++
			}
			return nil, nil
		}))
	var senders sync.WaitGroup
	for g := range groups {
		senders.Go(func() {
			for i := range each {
				send(t, s, "ordered.fifo", fmt.Sprintf("g%d/%03d", g, i))
			}
		})
	}
	senders.Wait()
	eventually(t, "everything is done", func() bool { return s.Idle() && q.Idle() })
	if most.Load() > environments {
		t.Errorf("%d invocations at once, want at most %d", most.Load(), environments)
	}
	for g, bodies := range byGroup {
		if len(bodies) != each || !slices.IsSorted(bodies) {
			t.Errorf("group %s came as %q", g, bodies)
		}
	}
	if len(byGroup) != groups {
		t.Errorf("%d groups", len(byGroup))
	}
}

func TestQueue_Stop_WaitsForInvocation(t *testing.T) {
	t.Parallel()
	s, _ := openQueues(t)
	send(t, s, "plain", "one")
	started, finish := make(chan struct{}), make(chan struct{})
	var ended atomic.Bool
	q := startQueue(t, s, SQS{}, func(ctx context.Context, _ []byte) ([]byte, error) {
		close(started)
		<-finish
		ended.Store(true)
		return nil, ctx.Err()
	})
	<-started
	if q.Idle() {
		t.Error("idle while an invocation is running")
	}
	stopped := make(chan struct{})
	go func() { q.Stop(); close(stopped) }()
	close(finish)
	<-stopped
	if st, err := s.Stats("plain"); err != nil || !ended.Load() || st != (sqs.Stats{}) {
		t.Errorf("ended %v, left %+v, %v", ended.Load(), st, err)
	}
}

func TestQueue_Around_RepeatsBatch(t *testing.T) {
	t.Parallel()
	s, _ := openQueues(t)
	send(t, s, "plain", "one", "two")
	var got seen[string]
	q := startQueue(t, s, SQS{Around: func(ctx context.Context, payload []byte, next Invoke) ([]byte, error) {
		if _, err := next(ctx, payload); err != nil {
			return nil, err
		}
		return next(ctx, payload)
	}}, handler(func(bodies []string, _ events.SQSEvent) ([]byte, error) {
		got.add(bodies)
		return nil, nil
	}))
	eventually(t, "the queue is empty", func() bool { return q.Counters().Invocations == 1 && s.Idle() })
	if want := []string{"one", "two", "one", "two"}; !slices.Equal(got.flat(), want) {
		t.Errorf("came %q, want %q", got.flat(), want)
	}
}

func TestNew_InvalidMappings_Refused(t *testing.T) {
	t.Parallel()
	s, _ := openQueues(t)
	good := SQS{Queue: "plain", BatchSize: 1, Timeout: time.Second}
	for name, change := range map[string]func(*SQS){
		"an unknown queue":    func(m *SQS) { m.Queue = "nowhere" },
		"no batch size":       func(m *SQS) { m.BatchSize = 0 },
		"no time-out":         func(m *SQS) { m.Timeout = 0 },
		"a batch of 10,001":   func(m *SQS) { m.BatchSize = 10_001 },
		"a window before now": func(m *SQS) { m.Window = -1 },
		"a window on FIFO":    func(m *SQS) { m.Queue, m.Window = "ordered.fifo", time.Second },
		"eleven on FIFO":      func(m *SQS) { m.Queue, m.BatchSize = "ordered.fifo", 11 },
		"eleven at once":      func(m *SQS) { m.BatchSize = 11 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := good
			change(&m)
			if _, err := NewQueue(s, m, nil); err == nil {
				t.Error("was taken")
			}
		})
	}
}
