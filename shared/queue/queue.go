// Package queue sends envelopes to SQS queues and consumes batches record by record.
//
// One bad record never stops the others. A record that can never succeed is copied to the dead-letter queue at once, with its reason and
// whole body, and acknowledged; a retryable failure is reported and redelivered. In a FIFO queue a failure blocks the rest of its own
// message group only. It imports events, fault and obs.
package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/fault"
)

// Message is an envelope to send. Group and Dedup are the group and deduplication ids for a FIFO queue; Delay (seconds) is for the others.
type Message struct {
	Envelope events.Envelope
	Group    string
	Dedup    string
	Delay    int32
}

// Sender sends envelopes to one queue.
type Sender struct {
	client *sqs.Client
	url    string
}

// NewSender makes a sender for the queue with this URL.
func NewSender(client *sqs.Client, url string) (*Sender, error) {
	if client == nil || url == "" {
		return nil, fmt.Errorf("queue sender: client and queue URL are required, got URL %q", url)
	}
	return &Sender{client: client, url: url}, nil
}

// batchLimit is SQS's limit of messages per SendMessageBatch. batchBytes, half a mebibyte, is below SQS's limit of bytes per call, to
// leave room for attributes and escapes.
const (
	batchLimit = 10
	batchBytes = 512 << 10
)

// Send sends all envelopes. After Unavailable some of them may have been accepted; sending all again is safe, because consumers handle
// duplicates.
func (s *Sender) Send(ctx context.Context, out ...Message) error {
	var (
		batch []types.SendMessageBatchRequestEntry
		size  int
	)
	for i, o := range out {
		body, err := json.Marshal(o.Envelope)
		if err != nil {
			return fmt.Errorf("encode envelope %s: %w", o.Envelope.ID, err)
		}
		body = []byte(storable(string(body)))
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

// escaped are the two characters that JSON allows and SQS does not:
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
var escaped = strings.NewReplacer("\ufffe", `\ufffe`, "\uffff", `\uffff`)

// storable makes a JSON document one that SQS accepts. Its raw parts may hold invalid UTF-8, which encoding/json leaves there.
func storable(document string) string {
	return escaped.Replace(strings.ToValidUTF8(document, "\uFFFD"))
}

func (s *Sender) flush(ctx context.Context, batch []types.SendMessageBatchRequestEntry) error {
	if len(batch) == 0 {
		return nil
	}
	answer, err := s.client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: &s.url, Entries: batch})
	if err != nil {
		return fault.New(fault.Unavailable, "the queue did not accept the messages").WithCause(err)
	}
	if len(answer.Failed) > 0 {
		first := answer.Failed[0]
		return fault.New(fault.Unavailable, "the queue refused %d of %d messages: %s", len(answer.Failed), len(batch), aws.ToString(first.Code))
	}
	return nil
}

// Retrier handles records that failed: it dead-letters them, or shortens the wait until their redelivery.
type Retrier struct {
	client *sqs.Client
	dead   string // the URL of the dead-letter queue
	base   string // the URL of the AWS account's queues, without a queue name
}

// NewRetrier makes a retrier from the URL of the dead-letter queue.
func NewRetrier(client *sqs.Client, deadURL string) (*Retrier, error) {
	cut := strings.LastIndexByte(deadURL, '/')
	if client == nil || cut < 0 {
		return nil, fmt.Errorf("retrier: client and dead-letter queue URL are required, got URL %q", deadURL)
	}
	return &Retrier{client: client, dead: deadURL, base: deadURL[:cut+1]}, nil
}

// The attributes of a dead letter, as in DeadRecord.
const (
	AttributeReason   = "reason"
	AttributeSource   = "source"
	AttributeGroup    = "group"
	AttributeSequence = "sequence"
)

// DeadRecord is a record that cannot be handled.
type DeadRecord struct {
	Body string
	// Source is the ARN of the record's queue or stream.
	Source string
	// Reason is the failure's reason, such as "unknown_asset".
	Reason string
	// Group and Sequence are the message's group and sequence number in a FIFO queue, else "".
	Group, Sequence string
}

// DeadLetter copies a record to the dead-letter queue.
func (r *Retrier) DeadLetter(ctx context.Context, dead DeadRecord) error {
	attribute := func(value string) types.MessageAttributeValue {
		return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(value)}
	}
	input := &sqs.SendMessageInput{
		QueueUrl:    &r.dead,
		MessageBody: aws.String(storable(dead.Body)),
		MessageAttributes: map[string]types.MessageAttributeValue{
			AttributeReason: attribute(dead.Reason),
			AttributeSource: attribute(dead.Source),
		},
	}
	for name, value := range map[string]string{AttributeGroup: dead.Group, AttributeSequence: dead.Sequence} {
		if value != "" {
			input.MessageAttributes[name] = attribute(value)
		}
	}
	if _, err := r.client.SendMessage(ctx, input); err != nil {
		return fault.New(fault.Unavailable, "the dead-letter queue did not accept the record").WithCause(err)
	}
	return nil
}

// longestWait is the maximum delay of Postpone.
const longestWait = 2 * time.Minute

// Postpone redelivers a record after two seconds, then four, doubling up to two minutes. The queue's visibility timeout would be
// longer, six times the function's timeout, and would block the record's FIFO group meanwhile. It applies when the call fails, so
// errors are ignored.
func (r *Retrier) Postpone(ctx context.Context, record lambdaevents.SQSMessage) {
	receives, err := strconv.Atoi(record.Attributes["ApproximateReceiveCount"])
	if err != nil || receives < 1 {
		receives = 1
	}
	wait := min(time.Second<<min(receives, 10), longestWait)
	name := record.EventSourceARN[strings.LastIndexByte(record.EventSourceARN, ':')+1:]
	_, _ = r.client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{
		QueueUrl: aws.String(r.base + name), ReceiptHandle: &record.ReceiptHandle, VisibilityTimeout: int32(wait / time.Second),
	})
}
