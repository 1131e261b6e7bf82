package dynamo

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/recado-chat/recado/shared/chat"
)

const (
	writeMost      = 25 // items of one BatchWriteItem
	importParallel = 8
)

// Import writes decisions that open conversations, in batches: for fixtures, and for moving data in. Nothing is checked and
// nothing of it is atomic, so every id must be new; importing the same again gives the same, but for the operators' loads, which
// grow by what they were given. A contact's list of conversations is written with the contact.
func (s *Store) Import(ctx context.Context, decisions []chat.Decision, now time.Time) error {
	var t tx
	loads := map[key]int{}
	for _, d := range decisions {
		if d.Before != nil {
			return asFault("import", errors.New("conversation "+string(d.After.ID)+" is not new"))
		}
		s.addOpening(&t, d, now)
		for _, change := range chat.LoadChanges(nil, d.After, now) {
			loads[loadKey(d.After.AccountID, change.OperatorID)] += change.Delta
		}
	}
	if t.err != nil {
		return t.err
	}
	puts := make([]types.WriteRequest, len(t.writes))
	for i, w := range t.writes {
		puts[i] = types.WriteRequest{PutRequest: &types.PutRequest{Item: w.Put.Item}}
	}
	if err := s.putBatches(ctx, puts); err != nil {
		return err
	}
	return s.growLoads(ctx, loads, now)
}

// addOpening is what Commit writes for a new conversation, without its conditions and without the loads.
func (s *Store) addOpening(t *tx, d chat.Decision, now time.Time) {
	after := d.After
	after.Version = 1
	t.put(s.tables.Desk, toConversationItem(after), nil, "")
	if d.ProviderRef != nil {
		t.put(s.tables.Desk, toReceiptItem(*d.ProviderRef), nil, "")
	}
	s.addIdentity(t, d, now)
	s.addAssigned(t, nil, after)
	if d.NewContact != nil {
		s.addContact(t, *d.NewContact)
		t.put(s.tables.Desk, toContactConversationItem(after), nil, "")
	}
	for _, m := range d.Messages {
		m.Version = max(m.Version, 1)
		t.put(s.tables.Desk, toMessageItem(m), nil, "")
	}
	for _, e := range d.Events {
		t.put(s.tables.Desk, toEventItem(e), nil, "")
	}
	for _, timer := range d.Timers {
		t.put(s.tables.Desk, toTimerItem(timer), nil, "")
	}
}

func (s *Store) putBatches(ctx context.Context, puts []types.WriteRequest) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(importParallel)
	for batch := range slices.Chunk(puts, writeMost) {
		group.Go(func() error { return s.putBatch(ctx, batch) })
	}
	return group.Wait()
}

func (s *Store) putBatch(ctx context.Context, left []types.WriteRequest) error {
	for try := 0; len(left) > 0; try++ {
		if try == batchTries {
			return unavailable("put a batch", context.DeadlineExceeded)
		}
		if err := pause(ctx, try); err != nil {
			return err
		}
		out, err := s.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
			RequestItems: map[string][]types.WriteRequest{s.tables.Desk: left},
		})
		if err != nil {
			return asFault("put a batch", err)
		}
		left = out.UnprocessedItems[s.tables.Desk]
	}
	return nil
}

func (s *Store) growLoads(ctx context.Context, loads map[key]int, now time.Time) error {
	for k, n := range loads {
		update := moveLoad(n).Set(expression.Name("assignedAt"), expression.Value(millisOf(now)))
		e, err := expression.NewBuilder().WithUpdate(update).Build()
		if err != nil {
			return asFault("grow a load", err)
		}
		if _, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: aws.String(s.tables.Desk), Key: k.item(), UpdateExpression: e.Update(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		}); err != nil {
			return asFault("grow a load", err)
		}
	}
	return nil
}
