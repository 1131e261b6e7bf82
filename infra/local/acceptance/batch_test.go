package acceptance_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/infra/local/source"
	"github.com/recado-chat/recado/infra/local/sqs"
	"github.com/recado-chat/recado/infra/local/stack"
)

// Law 3: one bad record in a batch of ten leaves nine done and one among the dead letters with its reason.
func TestBatch_BadRecord_OthersDone(t *testing.T) {
	t.Parallel()
	// The gate holds ingest back until ten records wait, so that they come as one batch.
	gate, passed, batches := make(chan struct{}), sync.Once{}, batchSizes{}
	a := begin(t, func(o *stack.Options) {
		o.Around = func(function string) source.Around {
			if function != "ingest" {
				return nil
			}
			return func(ctx context.Context, payload []byte, next source.Invoke) ([]byte, error) {
				select {
				case <-gate:
				case <-ctx.Done():
				}
				batches.note(strings.Count(string(payload), `"messageId"`))
				return next(ctx, payload)
			}
		}
	}).open("UTC")
	t.Cleanup(func() { passed.Do(func() { close(gate) }) })
	// The four environments of the local stack are kept busy, each with a record of a number that nobody has.
	for i := range 4 {
		body := payload(t, value(fmt.Sprint("72000000000000", i), []any{textOf("5491150007000", fmt.Sprint("wamid.gate-", i), "x", a.Clock.Now())}, nil))
		if _, err := a.Phone.Post(t.Context(), body); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() error {
			stats, err := a.Queues.Stats("to-ingest.fifo")
			if err != nil {
				return err
			}
			return wantCount(stats.InFlight, i+1)
		})
	}
	values := []object{value("729999999999999", []any{textOf("5491150007001", "wamid.bad", "a nadie", a.Clock.Now())}, nil)}
	for i := range 9 {
		phone := fmt.Sprintf("549115000701%d", i)
		values = append(values, value(a.number, []any{textOf(phone, "wamid."+phone, "soy "+phone, a.Clock.Now())}, nil, person(phone, phone)))
	}
	if _, err := a.Phone.Post(t.Context(), payload(t, values...)); err != nil {
		t.Fatal(err)
	}
	passed.Do(func() { close(gate) })
	a.settle()

	if !batches.had(10) {
		t.Errorf("the batches had %v records", batches.sizes)
	}
	if err := wantCount(len(a.owner.conversations("status=open")), 9); err != nil {
		t.Error(err)
	}
	bad := 0
	for _, m := range a.takeDead("dead") {
		if reason := *m.Attributes["reason"].StringValue; reason == "unknown_asset" && strings.Contains(m.Body, "wamid.bad") {
			bad++
		}
	}
	if err := wantCount(bad, 1); err != nil {
		t.Error(err)
	}
}

type batchSizes struct {
	mu    sync.Mutex
	sizes []int
}

func (b *batchSizes) note(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sizes = append(b.sizes, n)
}

func (b *batchSizes) had(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, size := range b.sizes {
		if size == n {
			return true
		}
	}
	return false
}

// Law 3: a record that is no envelope, or of an unknown type, is buried by every function that a queue feeds.
func TestBatch_UnreadableRecord_DeadLettered(t *testing.T) {
	t.Parallel()
	s := begin(t)
	queues := []string{
		"to-ingest.fifo", "to-assignment.fifo", "to-send.fifo", "to-push", "to-push-summary", "to-media", "to-notify", "to-autoclose", "to-jobs",
	}
	bodies := []string{"not JSON", `{}`, `{"id":"1","type":"nobody.knows.v1","accountId":"x","data":{}}`}
	for _, queue := range queues {
		for i, body := range bodies {
			out := sqs.Outgoing{Body: body}
			if strings.HasSuffix(queue, ".fifo") {
				out.Group, out.Dedup = fmt.Sprint("group-", i), fmt.Sprint("dedup-", i)
			}
			if _, err := s.Queues.Send(t.Context(), queue, out); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.settle()
	if err := wantCount(s.dead("dead"), len(queues)*len(bodies)); err != nil {
		t.Error(err)
	}
	for _, queue := range []string{"dead-ordered.fifo", "dead-standard"} {
		if err := wantCount(s.dead(queue), 0); err != nil {
			t.Errorf("%s: %v", queue, err)
		}
	}
}

// Law 3: a record of a table's stream that cannot be decoded is copied away with its reason, and the stream goes on behind it.
func TestStream_PoisonRecord_DoesNotBlock(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	for _, kind := range []string{"nobody-knows", "nor-this"} {
		item := map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "POISON#" + kind}, "sk": &types.AttributeValueMemberS{Value: "POISON"},
			"kind":    &types.AttributeValueMemberS{Value: kind},
			"version": &types.AttributeValueMemberS{Value: "not a number"},
		}
		if _, err := a.Engine.Client().PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("local-desk"), Item: item}); err != nil {
			t.Fatal(err)
		}
	}
	a.say("5491150007101", "detrás del veneno")
	v := a.from("detrás del veneno")
	m := a.owner.reply(v.ID, "seguimos") // only the stream brings it to the sender
	a.owner.untilMessage(v.ID, m.ID, "sent")
	a.settle()
	letters := a.takeDead("dead")
	if err := wantCount(len(letters), 2); err != nil {
		t.Fatal(err)
	}
	for _, letter := range letters {
		if reason := letter.Attributes["reason"].StringValue; reason == nil || *reason == "" || !strings.Contains(letter.Body, "POISON") {
			t.Errorf("the letter says %v: %s", reason, letter.Body)
		}
	}
	if n := a.log.count("fanout", "RecordsBuried"); n != 2 {
		t.Errorf("%d burials were counted", n)
	}
	// A stream's record has no queue to go back to: the redrive leaves it where it is.
	if n := a.redrive(""); n != 0 || a.dead("dead") != 2 {
		t.Errorf("%d of them went back, %d are left", n, a.dead("dead"))
	}
}
