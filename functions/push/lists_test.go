package push_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/functions/push"
	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/local/source"
	"github.com/recado-chat/recado/infra/testkit/enginetest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/stream"
)

// listed opens a conversation, lets its customer write n texts and returns the one batch that a stream makes of them for lists.
func (w *fixture) listed(assignee chat.OperatorID, n int) push.Changes {
	w.Helper()
	c := chat.Conversation{
		ID: conversation, AccountID: account, StoreID: shop, ChannelID: "CH", ChannelType: "whatsapp", ContactID: "CONTACT", ContactName: "Lía 🌵",
		ExternalID: "5491155550000", Status: chat.Open, AssigneeID: assignee, CreatedAt: w.now, LastActivityAt: w.now, WaitingSince: w.now,
	}
	if assignee == "" {
		c.PoolSince = w.now
	}
	contact := chat.Contact{ID: c.ContactID, AccountID: account, Name: c.ContactName}
	identity := chat.Identity{AccountID: account, ChannelID: c.ChannelID, ExternalID: c.ExternalID, ContactID: c.ContactID, ContactName: c.ContactName, OpenConversationID: c.ID}
	w.must(w.store.Commit(w.Context(), chat.Decision{NewContact: &contact, Identity: &identity, After: c}, w.now))
	for i := range n {
		at := w.now.Add(time.Duration(i) * time.Second)
		_, _, err := w.store.ApplyInbound(w.Context(), account, c.ID, chat.Message{
			ID: chat.MessageID(chat.NewID(at)), AccountID: account, ConversationID: c.ID, Direction: chat.In, Type: chat.TypeText,
			Text: "¿hay stock?", Status: chat.StatusReceived, SentAt: at, ReceivedAt: at,
		})
		w.must(err)
	}
	table, err := w.db.Client.DescribeTable(w.Context(), &dynamodb.DescribeTableInput{TableName: &w.db.Tables.Desk})
	w.must(err)
	checkpoints, err := source.OpenCheckpoints(filepath.Join(w.TempDir(), "checkpoints"))
	w.must(err)
	batches := make(chan []byte, 1)
	src, err := source.NewStream(enginetest.Shared(w.T, engine.Default()).Streams(), source.Stream{
		Name: "lists", StreamARN: aws.ToString(table.Table.LatestStreamArn), BatchSize: 1000, Timeout: time.Minute, Checkpoints: checkpoints, Patterns: stream.ForLists(),
	}, func(_ context.Context, payload []byte) ([]byte, error) {
		batches <- payload
		return nil, nil
	})
	w.must(err)
	src.Start(w.Context())
	w.Cleanup(src.Stop)
	var changes push.Changes
	w.must(json.Unmarshal(<-batches, &changes))
	if len(changes.Records) != n {
		w.Fatalf("the batch has %d records of %d texts", len(changes.Records), n)
	}
	return changes
}

// lists hands the handler a batch and returns the failed records.
func (w *fixture) lists(changes push.Changes) []lambdaevents.DynamoDBBatchItemFailure {
	w.Helper()
	answer, err := w.handler.Lists(w.Context(), changes)
	w.must(err)
	return answer.BatchItemFailures
}

func TestLists_InboundTexts_NewestStateOnceToWhoWasNotTold(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		assignee chat.OperatorID
		want     []string
	}{
		"in the pool: everybody of the store": {"", []string{"ana", "beto"}},
		"assigned: all but the assignee":      {beto, []string{"ana"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			if failed := w.lists(w.listed(test.assignee, 3)); len(failed) > 0 {
				t.Fatalf("failed: %v", failed)
			}
			if got := w.listeners(); !slices.Equal(got, test.want) {
				t.Errorf("told %v, want %v", got, test.want)
			}
			stored, err := w.store.Conversation(t.Context(), account, conversation)
			w.must(err)
			var frame []struct {
				Conversation struct {
					ID      string
					Version int64
				}
			}
			got := w.gateway.Frames("ana")
			if len(got) != 1 {
				t.Fatalf("%d frames", len(got))
			}
			w.must(json.Unmarshal([]byte(got[0]), &frame))
			if len(frame) != 1 || frame[0].Conversation.ID != string(conversation) || frame[0].Conversation.Version != stored.Version {
				t.Errorf("the frame is %s, and version %d is stored", got[0], stored.Version)
			}
		})
	}
}

func TestLists_RecordNotReadable_DeadLetterOthersTold(t *testing.T) {
	t.Parallel()
	w := open(t)
	changes := w.listed("", 1)
	broken := json.RawMessage(strings.ReplaceAll(string(changes.Records[0]), string(conversation), "01K9S3TJ8W0000000000000002"))
	broken = json.RawMessage(strings.Replace(string(broken), `"status":{"S":"open"}`, `"status":{"L":[]}`, 1))
	changes.Records = append(changes.Records, broken)
	if failed := w.lists(changes); len(failed) > 0 {
		t.Fatalf("failed: %v", failed)
	}
	if got := w.listeners(); !slices.Equal(got, []string{"ana", "beto"}) {
		t.Errorf("told %v", got)
	}
	if stats, err := w.dead.Stats("dead"); err != nil || stats.Visible != 1 {
		t.Errorf("%d dead letters, %v", stats.Visible, err)
	}
}

func TestLists_ConnectionsUnreadable_BatchRetried(t *testing.T) {
	t.Parallel()
	w := open(t)
	changes := w.listed("", 2)
	var first struct {
		Dynamodb struct{ SequenceNumber string }
	}
	w.must(json.Unmarshal(changes.Records[0], &first))
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // no read succeeds
	answer, err := w.handler.Lists(ctx, changes)
	w.must(err)
	if len(answer.BatchItemFailures) != 1 || answer.BatchItemFailures[0].ItemIdentifier != first.Dynamodb.SequenceNumber {
		t.Errorf("failed: %v, want %s", answer.BatchItemFailures, first.Dynamodb.SequenceNumber)
	}
	if got := w.listeners(); len(got) > 0 {
		t.Errorf("told %v", got)
	}
}
