package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
)

// stream is a function over the numbers of a fake stream's records.
func stream(do func(numbers []int) ([]byte, error)) Invoke {
	return func(_ context.Context, payload []byte) ([]byte, error) {
		var event events.DynamoDBEvent
		if err := json.Unmarshal(payload, &event); err != nil {
			return nil, err
		}
		return do(numbersOf(event))
	}
}

func numbersOf(event events.DynamoDBEvent) []int {
	var out []int
	for _, r := range event.Records {
		var n int
		if _, err := fmt.Sscan(r.Change.Keys["pk"].String(), &n); err != nil {
			panic(err)
		}
		out = append(out, n)
	}
	return out
}

func checkpoints(t *testing.T, path string) *Checkpoints {
	t.Helper()
	c, err := OpenCheckpoints(path)
	must(t, err)
	return c
}

func startStream(t *testing.T, client *dynamodbstreams.Client, m Stream, invoke Invoke) *StreamSource {
	t.Helper()
	m.Name = "desk"
	if m.StreamARN == "" {
		m.StreamARN = fakeARN
	}
	if m.BatchSize == 0 {
		m.BatchSize = 10
	}
	if m.Timeout == 0 {
		m.Timeout = 10 * time.Second
	}
	if m.Checkpoints == nil {
		m.Checkpoints = checkpoints(t, filepath.Join(t.TempDir(), "checkpoints.json"))
	}
	s, err := NewStream(client, m, invoke)
	must(t, err)
	s.Start(t.Context())
	t.Cleanup(s.Stop)
	return s
}

// settled wakes a stream and waits until it is idle.
func settled(t *testing.T, s *StreamSource) {
	t.Helper()
	s.Wake()
	eventually(t, "the stream is idle", s.Idle)
}

func TestStream_Failures(t *testing.T) {
	t.Parallel()
	bad := errors.New("poison")
	// poisoned fails whenever 3 is among the records.
	poisoned := func(numbers []int) ([]byte, error) {
		if slices.Contains(numbers, 3) {
			return nil, bad
		}
		return nil, nil
	}
	// reporting does what comes before 3, and reports it.
	reporting := func(numbers []int) ([]byte, error) {
		if slices.Contains(numbers, 3) {
			return failures(number(3)), nil
		}
		return failures(), nil
	}
	tests := map[string]struct {
		mapping       Stream
		do            func(numbers []int) ([]byte, error)
		want          [][]int
		wantDiscarded []int
	}{
		"a good batch comes once": {
			do:   func([]int) ([]byte, error) { return nil, nil },
			want: [][]int{{1, 2, 3, 4}},
		},
		"a batch that fails is tried again, then discarded as a whole": {
			mapping: Stream{MaxRetries: 2}, do: poisoned,
			want: [][]int{{1, 2, 3, 4}, {1, 2, 3, 4}, {1, 2, 3, 4}}, wantDiscarded: []int{1, 2, 3, 4},
		},
		"bisecting finds the poison record and costs no retry": {
			mapping: Stream{MaxRetries: 1, Bisect: true}, do: poisoned,
			want: [][]int{{1, 2, 3, 4}, {1, 2}, {3, 4}, {3}, {3}, {4}}, wantDiscarded: []int{3},
		},
		"a reported record is where the next batch begins": {
			mapping: Stream{MaxRetries: 1, Bisect: true, PartialFailures: true}, do: reporting,
			want: [][]int{{1, 2, 3, 4}, {3, 4}, {3}, {3}, {4}}, wantDiscarded: []int{3},
		},
		"of several reported records the first in the stream counts": {
			mapping: Stream{PartialFailures: true},
			do: func(numbers []int) ([]byte, error) {
				if len(numbers) == 4 {
					return failures(number(4), number(2)), nil
				}
				return nil, nil
			},
			want: [][]int{{1, 2, 3, 4}, {2, 3, 4}},
		},
		"an unknown identifier fails the batch": {
			mapping: Stream{PartialFailures: true},
			do:      func([]int) ([]byte, error) { return failures(number(4), number(7)), nil },
			want:    [][]int{{1, 2, 3, 4}}, wantDiscarded: []int{1, 2, 3, 4},
		},
		"an empty identifier fails the batch": {
			mapping: Stream{PartialFailures: true},
			do:      func([]int) ([]byte, error) { return failures(""), nil },
			want:    [][]int{{1, 2, 3, 4}}, wantDiscarded: []int{1, 2, 3, 4},
		},
		"bad JSON fails the batch": {
			mapping: Stream{PartialFailures: true},
			do:      func([]int) ([]byte, error) { return []byte("{"), nil },
			want:    [][]int{{1, 2, 3, 4}}, wantDiscarded: []int{1, 2, 3, 4},
		},
		"without partial failures no one asks": {
			do:   func([]int) ([]byte, error) { return failures(number(1)), nil },
			want: [][]int{{1, 2, 3, 4}},
		},
		"batches are no larger than the mapping says": {
			mapping: Stream{BatchSize: 3},
			do:      func([]int) ([]byte, error) { return nil, nil },
			want:    [][]int{{1, 2, 3}, {4}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, client := newFake(t)
			fake.put("a", 1, 2, 3, 4)
			var got, discarded seen[int]
			test.mapping.OnFailure = func(_ context.Context, batch events.DynamoDBEvent, reason error) error {
				if reason == nil {
					t.Error("discarded without a reason")
				}
				discarded.add(numbersOf(batch))
				return nil
			}
			s := startStream(t, client, test.mapping, stream(func(numbers []int) ([]byte, error) {
				got.add(numbers)
				return test.do(numbers)
			}))
			settled(t, s)
			if fmt.Sprint(got.all()) != fmt.Sprint(test.want) {
				t.Errorf("came %v, want %v", got.all(), test.want)
			}
			if !slices.Equal(discarded.flat(), test.wantDiscarded) || s.Counters().Discarded != len(test.wantDiscarded) {
				t.Errorf("discarded %v, want %v", discarded.all(), test.wantDiscarded)
			}
		})
	}
}

func TestStream_OnFailureFails_Waits(t *testing.T) {
	t.Parallel()
	fake, client := newFake(t)
	fake.put("a", 1, 2)
	var tries atomic.Int32
	var got seen[int]
	s := startStream(t, client, Stream{
		BatchSize: 1,
		OnFailure: func(context.Context, events.DynamoDBEvent, error) error {
			if tries.Add(1) < 3 {
				return errors.New("no room")
			}
			return nil
		},
	}, stream(func(numbers []int) ([]byte, error) {
		got.add(numbers)
		if numbers[0] == 1 {
			return nil, errors.New("poison")
		}
		if tries.Load() < 3 {
			t.Error("the stream went on before the record was copied away")
		}
		return nil, nil
	}))
	settled(t, s)
	if fmt.Sprint(got.flat()) != "[1 2]" || tries.Load() != 3 {
		t.Errorf("came %v after %d tries", got.flat(), tries.Load())
	}
}

func TestStream_Timeout_IsFailure(t *testing.T) {
	t.Parallel()
	fake, client := newFake(t)
	fake.put("a", 1)
	s := startStream(t, client, Stream{Timeout: 10 * time.Millisecond}, func(ctx context.Context, _ []byte) ([]byte, error) {
		<-ctx.Done()
		return nil, nil
	})
	settled(t, s)
	if c := s.Counters(); c.Timeouts != 1 || c.Discarded != 1 {
		t.Errorf("counted %+v", c)
	}
}

func TestStream_ShardSplit_Followed(t *testing.T) {
	t.Parallel()
	fake, client := newFake(t)
	path := filepath.Join(t.TempDir(), "checkpoints.json")
	fake.put("a", 1, 2)
	var got seen[int]
	note := stream(func(numbers []int) ([]byte, error) {
		got.add(numbers)
		return nil, nil
	})
	s := startStream(t, client, Stream{BatchSize: 1, Checkpoints: checkpoints(t, path)}, note)
	settled(t, s)
	fake.put("a", 3, 4)
	fake.put("b", 11, 12)
	fake.put("c", 21)
	fake.split("a", "b", "c")
	eventually(t, "all shards are read", func() bool { return len(got.flat()) == 7 })
	settled(t, s)
	all := got.flat()
	if !slices.Equal(all[:4], []int{1, 2, 3, 4}) {
		t.Errorf("the parent does not come first: %v", all)
	}
	if slices.Index(all, 11) > slices.Index(all, 12) {
		t.Errorf("a child comes in disorder: %v", all)
	}
	s.Stop()

	fake.split("b", "d")
	fake.put("d", 31)
	s = startStream(t, client, Stream{Checkpoints: checkpoints(t, path)}, note)
	eventually(t, "the grandchild is read", func() bool { return len(got.flat()) == 8 })
	settled(t, s)
	if again := got.flat()[7:]; !slices.Equal(again, []int{31}) {
		t.Errorf("after the restart came %v", again)
	}
}

func TestStream_ServiceErrors_Retried(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ operation, code string }{
		"an expired iterator":       {"GetRecords", "ExpiredIteratorException"},
		"trimmed records":           {"GetRecords", "TrimmedDataAccessException"},
		"a fault of the service":    {"GetRecords", "InternalServerError"},
		"an iterator not given":     {"GetShardIterator", "InternalServerError"},
		"a stream not described":    {"DescribeStream", "InternalServerError"},
		"a stream not yet there":    {"DescribeStream", "ResourceNotFoundException"},
		"a position not available":  {"GetShardIterator", "TrimmedDataAccessException"},
		"a limit that was exceeded": {"DescribeStream", "LimitExceededException"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake, client := newFake(t)
			fake.put("a", 1, 2)
			fake.fail[test.operation] = test.code
			var got seen[int]
			s := startStream(t, client, Stream{}, stream(func(numbers []int) ([]byte, error) {
				got.add(numbers)
				return nil, nil
			}))
			settled(t, s)
			if !slices.Equal(got.flat(), []int{1, 2}) {
				t.Errorf("came %v", got.flat())
			}
		})
	}
}

func TestStream_PositionTrimmed_ResumesAtHorizon(t *testing.T) {
	t.Parallel()
	fake, client := newFake(t)
	path := filepath.Join(t.TempDir(), "checkpoints.json")
	fake.put("a", 1, 2)
	s := startStream(t, client, Stream{Checkpoints: checkpoints(t, path)}, stream(func([]int) ([]byte, error) { return nil, nil }))
	settled(t, s)
	s.Stop()
	fake.put("a", 3, 4, 5)
	fake.mu.Lock()
	fake.shard("a").trimmed = 3
	fake.mu.Unlock()
	var got seen[int]
	s = startStream(t, client, Stream{Checkpoints: checkpoints(t, path)}, stream(func(numbers []int) ([]byte, error) {
		got.add(numbers)
		return nil, nil
	}))
	settled(t, s)
	if !slices.Equal(got.flat(), []int{4, 5}) {
		t.Errorf("came %v", got.flat())
	}
}

func TestStream_Window_FillsBatch(t *testing.T) {
	t.Parallel()
	fake, client := newFake(t)
	fake.put("a", 1)
	var got seen[int]
	startStream(t, client, Stream{BatchSize: 3, Window: time.Minute}, stream(func(numbers []int) ([]byte, error) {
		got.add(numbers)
		return nil, nil
	}))
	eventually(t, "the first record was read", func() bool {
		fake.mu.Lock()
		defer fake.mu.Unlock()
		return fake.asks > 0
	})
	fake.put("a", 2, 3)
	eventually(t, "the batch is full", func() bool { return len(got.flat()) == 3 })
	if fmt.Sprint(got.all()) != "[[1 2 3]]" {
		t.Errorf("came %v", got.all())
	}
}

func TestBatch_StaysUnderPayloadLimit(t *testing.T) {
	t.Parallel()
	big := make(json.RawMessage, maxPayload/2)
	records := []record{{encoded: big}, {encoded: big}, {encoded: big}}
	for i := 0; len(records) > 0; i++ {
		var batch []record
		if batch, records = cut(records, 10); len(batch) != 1 {
			t.Errorf("batch %d has %d records", i, len(batch))
		}
	}
}

func TestStream_Event_MatchesLambda(t *testing.T) {
	t.Parallel()
	fake, client := newFake(t)
	fake.put("a", 7)
	fake.shards[0].records[0]["eventName"] = "REMOVE"
	fake.shards[0].records[0]["userIdentity"] = map[string]string{"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
	got := make(chan []byte, 1)
	s := startStream(t, client, Stream{}, func(_ context.Context, payload []byte) ([]byte, error) {
		got <- payload
		return nil, nil
	})
	settled(t, s)
	want := `{"Records":[{"awsRegion":"us-east-1","dynamodb":{"ApproximateCreationDateTime":1790000000,` +
		`"Keys":{"pk":{"S":"7"}},"SequenceNumber":"` + number(7) + `","SizeBytes":10,"StreamViewType":"NEW_AND_OLD_IMAGES"},` +
		`"eventID":"e7","eventName":"REMOVE","eventSource":"aws:dynamodb","eventVersion":"1.1","eventSourceARN":"` + fakeARN +
		`","userIdentity":{"type":"Service","principalId":"dynamodb.amazonaws.com"}}]}`
	if payload := string(<-got); payload != want {
		t.Errorf("got  %s\nwant %s", payload, want)
	}
}

func TestCheckpoints_Unreadable_Refused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "checkpoints.json")
	must(t, os.WriteFile(path, []byte("{"), 0o600))
	if _, err := OpenCheckpoints(path); err == nil {
		t.Error("taken for an empty file, which would begin every stream anew")
	}
}
