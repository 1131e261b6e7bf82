// Package queue is SQS: sending envelopes, and consuming batches record by record.
//
// A consumer gives every record its own recovery: one bad record never stops a good one. What can never succeed is copied to
// the dead-letter queue at once, with its reason and whole body, and acknowledged; what may pass is reported and comes again.
// In a FIFO queue a failure holds back the rest of its own group and nothing else. It imports events, fault and obs.
package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/fault"
)

// Out is one envelope on its way to a queue. Group and Dedup are for FIFO queues; Delay (seconds) for the others.
type Out struct {
	Envelope events.Envelope
	Group    string
	Dedup    string
	Delay    int32
}

// Sender puts envelopes on one queue.
type Sender struct {
	client *sqs.Client
	url    string
}

// NewSender makes a sender for the queue with this URL.
func NewSender(client *sqs.Client, url string) (*Sender, error) {
	if client == nil || url == "" {
		return nil, fmt.Errorf("queue sender: a client and a queue URL are needed, got URL %q", url)
	}
	return &Sender{client: client, url: url}, nil
}

// batchLimit and batchBytes are SQS's bounds of one SendMessageBatch; half a mebibyte leaves room for attributes and escapes.
const (
	batchLimit = 10
	batchBytes = 512 << 10
)

// Send puts all envelopes on the queue, or answers Unavailable: some may have been taken then, and sending them again is
// harmless to whoever reads them.
func (s *Sender) Send(ctx context.Context, out ...Out) error {
	var (
		batch []types.SendMessageBatchRequestEntry
		size  int
	)
	for i, o := range out {
		body, err := json.Marshal(o.Envelope)
		if err != nil {
			return fmt.Errorf("encode envelope %s: %w", o.Envelope.ID, err)
		}
		if len(batch) == batchLimit || (size > 0 && size+len(body) > batchBytes) {
			if err := s.flush(ctx, batch); err != nil {
				return err
			}
			batch, size = nil, 0
		}
		entry := types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), MessageBody: aws.String(string(body)), DelaySeconds: o.Delay}
		if o.Group != "" {
			entry.MessageGroupId, entry.MessageDeduplicationId = aws.String(o.Group), aws.String(o.Dedup)
		}
		batch, size = append(batch, entry), size+len(body)
	}
	return s.flush(ctx, batch)
}

func (s *Sender) flush(ctx context.Context, batch []types.SendMessageBatchRequestEntry) error {
	if len(batch) == 0 {
		return nil
	}
	answer, err := s.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &s.url, Entries: batch})
	if err != nil {
		return fault.New(fault.Unavailable, "the queue did not take the messages").WithCause(err)
	}
	if len(answer.Failed) > 0 {
		first := answer.Failed[0]
		return fault.New(fault.Unavailable, "the queue refused %d of %d messages: %s", len(answer.Failed), len(batch), aws.ToString(first.Code))
	}
	return nil
}

// Dead is where hopeless records go, with their reason.
type Dead struct {
	client *sqs.Client
	url    string
}

// NewDead makes the door to a dead-letter queue.
func NewDead(client *sqs.Client, url string) (*Dead, error) {
	if client == nil || url == "" {
		return nil, fmt.Errorf("dead letters: a client and a queue URL are needed, got URL %q", url)
	}
	return &Dead{client: client, url: url}, nil
}

// The attributes of a dead letter: why it died, and which queue it is to go back to.
const (
	AttributeReason = "reason"
	AttributeSource = "source"
	AttributeGroup  = "group"
)

// Bury copies a record with its reason. source is the ARN of the queue that it came from, group its FIFO group.
func (d *Dead) Bury(ctx context.Context, body, source, group, reason string) error {
	attribute := func(value string) types.MessageAttributeValue {
		return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(value)}
	}
	input := &sqs.SendMessageInput{
		QueueUrl:    &d.url,
		MessageBody: &body,
		MessageAttributes: map[string]types.MessageAttributeValue{
			AttributeReason: attribute(reason),
			AttributeSource: attribute(source),
		},
	}
	if group != "" {
		input.MessageAttributes[AttributeGroup] = attribute(group)
	}
	if _, err := d.client.SendMessage(ctx, input); err != nil {
		return fault.New(fault.Unavailable, "the dead-letter queue did not take the record").WithCause(err)
	}
	return nil
}
