package queue

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/recado-chat/recado/shared/fault"
)

const (
	// redriveMost is the maximum number of messages per run; the next run takes the rest.
	redriveMost = 10_000
	// redriveHides is the visibility timeout of received messages, in seconds.
	redriveHides = 300
	// redriveWait is the long-polling time, in seconds, so that an empty response means an empty queue.
	redriveWait = 1
)

// ReasonReceives is the reason of the messages that SQS moved to a dead-letter queue itself, after too many receives: it records none.
const ReasonReceives = "too_many_receives"

// Redrive sends the messages of a dead-letter queue with one reason ("" = any) back to their source queues, in the order in which
// they were there, and returns how many. A message is deleted after its queue accepted it; a message whose source is not a queue, such as a table's stream, stays. Two
// concurrent runs may send a message twice, which every consumer handles.
func Redrive(ctx context.Context, client *sqs.Client, deadURL, reason string) (sent int, err error) {
	urls := map[string]string{}
	for {
		n, err := redriveVisible(ctx, client, deadURL, reason, urls)
		sent += n
		// A FIFO queue hands out the next messages of a group only after the first were deleted.
		if err != nil || n == 0 || !strings.HasSuffix(deadURL, ".fifo") {
			return sent, err
		}
	}
}

// redriveVisible sends back the messages that the queue hands out before any of them is deleted.
func redriveVisible(ctx context.Context, client *sqs.Client, deadURL, reason string, urls map[string]string) (sent int, err error) {
	messages, err := gather(ctx, client, deadURL)
	if err != nil {
		return 0, err
	}
	slices.SortStableFunc(messages, deadLetterMessage.compare)
	for _, l := range messages {
		if l.source == "" || (reason != "" && l.reason != reason) {
			if err := release(ctx, client, deadURL, l); err != nil {
				return sent, err
			}
			continue
		}
		if err := l.back(ctx, client, deadURL, urls); err != nil {
			return sent, err
		}
		sent++
	}
	return sent, nil
}

// deadLetterMessage is a message of a dead-letter queue.
type deadLetterMessage struct {
	id, receipt, body     string
	reason, source, group string
	sequence              string
	sentAt                int64
}

// compare sorts the messages of a FIFO queue by their sequence numbers there, of which a later one is greater (SQS: "the length is 128
// bits"), and others by when they were dead-lettered. A function dead-letters several messages in one millisecond.
func (l deadLetterMessage) compare(other deadLetterMessage) int {
	return cmp.Or(
		cmp.Compare(l.source, other.source),
		cmp.Compare(len(l.sequence), len(other.sequence)), cmp.Compare(l.sequence, other.sequence),
		cmp.Compare(l.sentAt, other.sentAt),
	)
}

func gather(ctx context.Context, client *sqs.Client, deadURL string) ([]deadLetterMessage, error) {
	var messages []deadLetterMessage
	for len(messages) < redriveMost {
		answer, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &deadURL, MaxNumberOfMessages: batchLimit, VisibilityTimeout: redriveHides, WaitTimeSeconds: redriveWait,
			MessageAttributeNames:       []string{"All"},
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
		})
		if err != nil {
			return nil, fmt.Errorf("read the dead letters: %w", err)
		}
		if len(answer.Messages) == 0 {
			break
		}
		for _, m := range answer.Messages {
			messages = append(messages, read(m))
		}
	}
	return messages, nil
}

// read converts an SQS message. Source, group and sequence number come from the attributes that DeadLetter set, or from SQS's own attributes when SQS
// moved the message.
func read(m types.Message) deadLetterMessage {
	attribute := func(name string, system types.MessageSystemAttributeName) string {
		if value := aws.ToString(m.MessageAttributes[name].StringValue); value != "" || system == "" {
			return value
		}
		return m.Attributes[string(system)]
	}
	l := deadLetterMessage{
		id: aws.ToString(m.MessageId), receipt: aws.ToString(m.ReceiptHandle), body: aws.ToString(m.Body),
		reason:   attribute(AttributeReason, ""),
		group:    attribute(AttributeGroup, types.MessageSystemAttributeNameMessageGroupId),
		sequence: attribute(AttributeSequence, types.MessageSystemAttributeNameSequenceNumber),
	}
	l.sentAt, _ = strconv.ParseInt(m.Attributes[string(types.MessageSystemAttributeNameSentTimestamp)], 10, 64)
	source := attribute(AttributeSource, types.MessageSystemAttributeNameDeadLetterQueueSourceArn)
	if parts := strings.Split(source, ":"); len(parts) == 6 && parts[2] == "sqs" {
		l.source = parts[5]
		l.reason = cmp.Or(l.reason, ReasonReceives)
	}
	return l
}

// back sends a message to its source queue and deletes it from the dead-letter queue. The deduplication id is derived from the message
// id: it differs from the original one, which the queue may drop as a duplicate, and is the same in a repeated run.
func (l deadLetterMessage) back(ctx context.Context, client *sqs.Client, deadURL string, urls map[string]string) error {
	if urls[l.source] == "" {
		answer, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &l.source})
		if err != nil {
			return fmt.Errorf("find the queue %s: %w", l.source, err)
		}
		urls[l.source] = aws.ToString(answer.QueueUrl)
	}
	input := &sqs.SendMessageInput{QueueUrl: aws.String(urls[l.source]), MessageBody: &l.body}
	if strings.HasSuffix(l.source, ".fifo") {
		input.MessageGroupId = aws.String(cmp.Or(l.group, "redrive"))
		input.MessageDeduplicationId = aws.String("redrive-" + l.id)
	}
	if _, err := client.SendMessage(ctx, input); err != nil {
		return fault.New(fault.Unavailable, "the queue %s did not accept the record", l.source).WithCause(err)
	}
	if _, err := client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &deadURL, ReceiptHandle: &l.receipt}); err != nil {
		return fault.New(fault.Unavailable, "the record was requeued but not deleted from the dead-letter queue").WithCause(err)
	}
	return nil
}

func release(ctx context.Context, client *sqs.Client, deadURL string, l deadLetterMessage) error {
	_, err := client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: &deadURL, ReceiptHandle: &l.receipt})
	if err != nil {
		return fmt.Errorf("put a dead letter back: %w", err)
	}
	return nil
}
