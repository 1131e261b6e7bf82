package push

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/stream"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/push/dispatch"
	"github.com/recado-chat/recado/shared/queue"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Changes is a batch of a table's stream. The records are decoded when they are needed.
type Changes struct {
	Records []json.RawMessage
}

// place is what a record says of where it is in the stream and which item it is of.
type place struct {
	Dynamodb struct {
		Keys           json.RawMessage
		SequenceNumber string
	}
}

// Lists tells the lists of conversations that have one more inbound message, of each conversation the newest state. If the connections
// cannot be read the batch is tried again; a record that cannot be decoded goes to the dead letters.
func (h *Handler) Lists(ctx context.Context, changes Changes) (lambdaevents.DynamoDBEventResponse, error) {
	answer := lambdaevents.DynamoDBEventResponse{BatchItemFailures: []lambdaevents.DynamoDBBatchItemFailure{}}
	newest, first, err := newestOf(changes)
	if err != nil {
		return answer, err
	}
	begun, batch := h.Now(), dispatch.New(h.Rooms, true)
	for _, raw := range newest {
		err := h.list(ctx, batch, raw)
		if fault.Permanent(err) {
			if err = h.bury(ctx, raw, err); err == nil {
				continue
			}
		}
		if err != nil {
			h.Log.LogAttrs(ctx, slog.LevelWarn, "lists", slog.String("outcome", "failed"), slog.String("error", err.Error()))
			h.Metrics.Count(queue.RecordsFailed, len(changes.Records))
			answer.BatchItemFailures = append(answer.BatchItemFailures, lambdaevents.DynamoDBBatchItemFailure{ItemIdentifier: first})
			return answer, nil
		}
	}
	outcome := batch.Deliver(ctx)
	h.Metrics.Count(dispatch.ConnectionsGone, outcome.Gone)
	h.Log.LogAttrs(ctx, slog.LevelInfo, "lists", slog.String("outcome", "done"), slog.Int("records", len(changes.Records)),
		slog.Int("posted", outcome.Posted), slog.Duration("duration", h.Now().Sub(begun)))
	return answer, nil
}

// bury copies a record that cannot be decoded to the dead letters, with the stream as its source. A batch that is tried again copies it again.
func (h *Handler) bury(ctx context.Context, raw json.RawMessage, cause error) error {
	var from struct {
		EventSourceARN string `json:"eventSourceARN"`
	}
	if err := json.Unmarshal(raw, &from); err != nil {
		return fmt.Errorf("read the record's source: %w", err)
	}
	if err := h.Dead.DeadLetter(ctx, queue.DeadRecord{Body: string(raw), Source: from.EventSourceARN, Reason: fault.Reason(cause)}); err != nil {
		return err
	}
	h.Metrics.Count(queue.RecordsBuried, 1)
	return nil
}

// newestOf returns the last record of each item, in their order, and the sequence number of the first of all.
func newestOf(changes Changes) (newest []json.RawMessage, first string, err error) {
	seen := make(map[string]bool, len(changes.Records))
	for _, raw := range slices.Backward(changes.Records) {
		var at place
		if err := json.Unmarshal(raw, &at); err != nil {
			return nil, "", fmt.Errorf("read a stream record: %w", err)
		}
		first = at.Dynamodb.SequenceNumber
		if item := string(at.Dynamodb.Keys); !seen[item] {
			seen[item] = true
			newest = append(newest, raw)
		}
	}
	slices.Reverse(newest)
	return newest, first, nil
}

// list adds what one record is of to the batch.
func (h *Handler) list(ctx context.Context, batch *dispatch.Batch, raw json.RawMessage) error {
	var record lambdaevents.DynamoDBEventRecord
	if err := json.Unmarshal(raw, &record); err != nil {
		return fault.New(fault.Invalid, "a stream record cannot be read").WithReason("undecodable").WithCause(err)
	}
	change, err := stream.Decode(record)
	if err != nil {
		return err
	}
	c, ok := change.New.(chat.Conversation)
	if !ok {
		return fault.New(fault.Invalid, "a stream record of another kind %q", change.Kind).WithReason("unknown_kind")
	}
	frame, err := present.ConversationUpserted(c, h.Window(c.ChannelType))
	if err != nil {
		return err
	}
	return batch.Add(ctx, c.AccountID, events.Pushed{
		ConversationID: string(c.ID), StoreID: string(c.StoreID), AssigneeID: string(c.AssigneeID),
		AssigneeTold: c.AssigneeID != "", // by ingest
		Frames:       []json.RawMessage{frame},
	})
}
