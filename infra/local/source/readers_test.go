package source

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/infra/testkit/enginetest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/conversation"
	dynamostream "github.com/recado-chat/recado/shared/dynamo/stream"
)

// reader lists the records that a reader with these patterns is given, as "EVENT kind".
func reader(t *testing.T, arn, name string, patterns []string) (source *StreamSource, got *seen[string]) {
	t.Helper()
	got = &seen[string]{}
	source = startStream(t, enginetest.Shared(t, engine.Default()).Streams(), Stream{
		StreamARN: arn, Reader: name, Patterns: patterns, Checkpoints: checkpoints(t, filepath.Join(t.TempDir(), name)),
	}, func(_ context.Context, payload []byte) ([]byte, error) {
		var event events.DynamoDBEvent
		if err := json.Unmarshal(payload, &event); err != nil {
			return nil, err
		}
		var list []string
		for _, r := range event.Records {
			image := r.Change.NewImage
			if image == nil {
				image = r.Change.OldImage
			}
			list = append(list, r.EventName+" "+image["kind"].String())
		}
		got.add(list)
		return nil, nil
	})
	return source, got
}

// What an inbound text writes goes to the reader for lists alone, and everything that follows it to the other.
func TestStream_TwoReaders_ShareRecordsByPatterns(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	ctx := t.Context()
	table, err := db.Client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &db.Tables.Desk})
	must(t, err)
	arn := aws.ToString(table.Table.LatestStreamArn)
	signals, forSignals := reader(t, arn, "signals", dynamostream.ForSignals())
	lists, forLists := reader(t, arn, "lists", dynamostream.ForLists())

	c := dynamotest.NewConversation(t, db, "TWO", dynamotest.Assigned("ana"))
	at := dynamotest.Noon().Add(time.Minute)
	in := chat.Message{
		ID: chat.MessageID(chat.NewID(at)), AccountID: c.AccountID, ConversationID: c.ID, Direction: chat.In, Type: chat.TypeText, Text: "hola",
		ProviderID: "wamid.1", Status: chat.StatusReceived, SentAt: at, ReceivedAt: at,
	}
	file := in
	file.ID, file.Attachments = in.ID+"F", []chat.Attachment{{ID: "1", State: chat.AttachmentPending}}
	var want struct{ signals, lists []string }
	step := func(forSignals, forLists []string, write func() error) {
		t.Helper()
		must(t, write())
		want.signals, want.lists = append(want.signals, forSignals...), append(want.lists, forLists...)
	}
	step([]string{"INSERT conversation", "INSERT load", "INSERT contact"}, nil, func() error { return nil }) // the opening
	step(nil, nil, func() error {
		_, _, err := db.PutProviderRef(ctx, chat.ProviderRef{AccountID: c.AccountID, Scope: "555", ID: "wamid.1", ConversationID: c.ID, MessageID: in.ID, ExpiresAt: at.Add(time.Hour)})
		return err
	})
	step(nil, nil, func() error { _, err := db.PutMessage(ctx, in); return err })
	step(nil, []string{"MODIFY conversation"}, func() error { _, _, err := db.ApplyInbound(ctx, c.AccountID, c.ID, in); return err })
	step([]string{"INSERT message"}, nil, func() error { _, err := db.PutMessage(ctx, file); return err })
	step([]string{"MODIFY message"}, nil, func() error {
		edited, err := db.Message(ctx, c.AccountID, c.ID, in.ID)
		if err != nil {
			return err
		}
		after := edited
		after.Text, after.Edited = "hola!", chat.Moment{At: at, ReceivedAt: at}
		return db.UpdateMessage(ctx, edited, after, conversation.Effects{})
	})
	step([]string{"MODIFY conversation"}, nil, func() error {
		before, err := db.Conversation(ctx, c.AccountID, c.ID)
		if err != nil {
			return err
		}
		after := before
		after.Tags = []string{"mayorista"}
		return db.Commit(ctx, chat.Decision{Before: &before, After: after}, at)
	})
	settled(t, signals)
	settled(t, lists)
	if diff := cmp.Diff(want.signals, forSignals.flat()); diff != "" {
		t.Errorf("the reader for signals (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.lists, forLists.flat()); diff != "" {
		t.Errorf("the reader for lists (-want +got):\n%s", diff)
	}
}

func TestNewStream_PatternNotUnderstood_Refused(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{`{"eventName":"INSERT"}`, `{"eventName":[{"prefix":"I"}]}`, `{"eventName":[{"exists":"no"}]}`, `{`} {
		_, err := NewStream(nil, Stream{StreamARN: fakeARN, BatchSize: 1, Timeout: time.Second, Checkpoints: &Checkpoints{}, Patterns: []string{pattern}}, nil)
		if err == nil {
			t.Errorf("%s was taken", pattern)
		}
	}
}

func TestStream_NothingDelivered_PositionKept(t *testing.T) {
	t.Parallel()
	fake, client := newFake(t)
	fake.put("a", upTo(maxLeftOut+5)...)
	path := filepath.Join(t.TempDir(), "checkpoints.json")
	s := startStream(t, client, Stream{Checkpoints: checkpoints(t, path), Patterns: []string{`{"eventName":["REMOVE"]}`}}, func(context.Context, []byte) ([]byte, error) {
		t.Error("a record was delivered")
		return nil, nil
	})
	settled(t, s)
	s.Stop()
	if at := checkpoints(t, path).get(fakeARN, "a"); at.Sequence < number(maxLeftOut-maxGet+1) {
		t.Errorf("the position is %+v", at)
	}
}

// upTo are the numbers from 1 to n.
func upTo(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i + 1
	}
	return numbers
}

// rename gives some of a shard's records another event's name.
func (f *fakeStream) rename(shard, event string, numbers ...int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, n := range numbers {
		f.shard(shard).records[n-1]["eventName"] = event
	}
}

func TestStream_WokenAndMostLeftOut_ReadToItsEndAtOnce(t *testing.T) {
	t.Parallel()
	fake, client := newFake(t)
	fake.put("a", upTo(350)...)
	fake.rename("a", "REMOVE", 50, 150, 349)
	var got seen[int]
	s := startStream(t, client, Stream{
		Woken: true, BatchSize: 100, Checkpoints: checkpoints(t, filepath.Join(t.TempDir(), "checkpoints")), Patterns: []string{`{"eventName":["REMOVE"]}`},
	}, stream(func(numbers []int) ([]byte, error) {
		got.add(numbers)
		return nil, nil
	}))
	eventually(t, "the source is idle", s.Idle)
	if diff := cmp.Diff([]int{50, 150, 349}, got.flat()); diff != "" {
		t.Errorf("delivered (-want +got):\n%s", diff)
	}
}

func TestStream_NotDelivered_PositionStaysBefore(t *testing.T) {
	t.Parallel()
	fake, client := newFake(t)
	fake.put("a", upTo(maxLeftOut+100)...)
	fake.rename("a", "REMOVE", 1)
	path := filepath.Join(t.TempDir(), "checkpoints")
	tried := make(chan struct{}, 100)
	s := startStream(t, client, Stream{
		BatchSize: 1000, Window: 50 * time.Millisecond, MaxRetries: -1, Checkpoints: checkpoints(t, path), Patterns: []string{`{"eventName":["REMOVE"]}`},
	}, func(context.Context, []byte) ([]byte, error) {
		tried <- struct{}{}
		return nil, errors.New("not now")
	})
	<-tried
	s.Stop()
	if at := checkpoints(t, path).get(fakeARN, "a"); at != (position{}) {
		t.Errorf("the position is %+v, behind a record that was not delivered", at)
	}
}

// A write that the reader's patterns leave out is read with the next one that they do not.
func TestWrote_PatternsLeaveItOut_NotAsked(t *testing.T) {
	t.Parallel()
	fake, client := newFake(t)
	fake.put("a", 1)
	fake.rename("a", "REMOVE", 1)
	var got seen[int]
	s := startStream(t, client, Stream{
		Woken: true, Checkpoints: checkpoints(t, filepath.Join(t.TempDir(), "checkpoints")), Patterns: []string{
			`{"eventName":["REMOVE"]}`, `{"eventName":["MODIFY"],"dynamodb":{"NewImage":{"kind":{"S":["message"]}}}}`,
		},
	}, stream(func(numbers []int) ([]byte, error) {
		got.add(numbers)
		return nil, nil
	}))
	eventually(t, "the source is idle", s.Idle)
	s.Wrote(&Written{Texts: map[string]string{"kind": "receipt"}})
	if !s.Idle() {
		t.Error("a receipt woke the reader of messages")
	}
	s.Wrote(&Written{Texts: map[string]string{"kind": "message"}, New: true})
	if !s.Idle() {
		t.Error("a new message woke the reader of changed ones")
	}
	s.Wrote(&Written{Texts: map[string]string{"kind": "message"}})
	if s.Idle() {
		t.Error("a message did not wake the reader")
	}
	eventually(t, "the source is idle again", s.Idle)
}
