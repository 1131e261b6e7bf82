package sqs

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

// connect gives Amazon's own client of a fresh server. It checks every MD5 that the server answers.
func connect(t *testing.T) (*sqs.Client, *Server, *clock) {
	t.Helper()
	s, c := open(t)
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	return sqs.New(sqs.Options{
		Region: Region, BaseEndpoint: &web.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}), s, c
}

func at(queue string) *string { return aws.String("http://anything/" + Account + "/" + queue) }

func TestSDK_SendAndReceive(t *testing.T) {
	t.Parallel()
	client, _, _ := connect(t)
	where, err := client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String("ordered.fifo")})
	must(t, err)
	attributes := map[string]types.MessageAttributeValue{
		"text":   {DataType: aws.String("String"), StringValue: aws.String("holá 🌮")},
		"number": {DataType: aws.String("Number.int"), StringValue: aws.String("42")},
		"binary": {DataType: aws.String("Binary"), BinaryValue: []byte{0, 1, 255}},
	}
	sent, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{
		QueueUrl: where.QueueUrl, MessageBody: aws.String("¿qué tal?"), MessageAttributes: attributes,
		MessageGroupId: aws.String("a"), MessageDeduplicationId: aws.String("1"),
		MessageSystemAttributes: map[string]types.MessageSystemAttributeValue{
			"AWSTraceHeader": {DataType: aws.String("String"), StringValue: aws.String("Root=1-2-3")},
		},
	})
	must(t, err)
	got, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: where.QueueUrl, WaitTimeSeconds: 1,
		MessageAttributeNames:       []string{"All"},
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{types.MessageSystemAttributeNameAll},
	})
	must(t, err)
	m := got.Messages[0]
	if *m.Body != "¿qué tal?" || *m.MessageId != *sent.MessageId || *m.MD5OfMessageAttributes != *sent.MD5OfMessageAttributes {
		t.Errorf("sent %+v, received %+v", sent, m)
	}
	if string(m.MessageAttributes["binary"].BinaryValue) != "\x00\x01\xff" || *m.MessageAttributes["text"].StringValue != "holá 🌮" {
		t.Errorf("message attributes %+v", m.MessageAttributes)
	}
	for name, want := range map[string]string{
		"MessageGroupId": "a", "MessageDeduplicationId": "1", "SequenceNumber": *sent.SequenceNumber,
		"ApproximateReceiveCount": "1", "AWSTraceHeader": "Root=1-2-3",
		"SentTimestamp": fmt.Sprint(newClock().now().UnixMilli()),
	} {
		if m.Attributes[name] != want {
			t.Errorf("%s is %q, want %q", name, m.Attributes[name], want)
		}
	}
	_, err = client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: where.QueueUrl, ReceiptHandle: m.ReceiptHandle})
	must(t, err)
}

// The sum was published by another implementation (moto's tests) for the same attribute.
func TestAttributesMD5(t *testing.T) {
	t.Parallel()
	text := "string_value"
	got := attributesMD5(map[string]Attribute{"timestamp": {DataType: "Number", StringValue: aws.String("1493147359900")}})
	if want := "235c5c510d26fb653d073faed50ae77c"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if attributesMD5(nil) != "" || attributesMD5(map[string]Attribute{"a": {DataType: "String", StringValue: &text}}) == "" {
		t.Error("no attributes have no sum, some have one")
	}
}

func TestSDK_Batches(t *testing.T) {
	t.Parallel()
	client, _, c := connect(t)
	entries := []types.SendMessageBatchRequestEntry{
		{Id: aws.String("good"), MessageBody: aws.String("good")},
		{Id: aws.String("control"), MessageBody: aws.String("bell \a")},
		{Id: aws.String("late"), MessageBody: aws.String("late"), DelaySeconds: 900},
		{Id: aws.String("later"), MessageBody: aws.String("later"), DelaySeconds: 901},
	}
	sent, err := client.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: at("plain"), Entries: entries})
	must(t, err)
	if len(sent.Successful) != 2 || len(sent.Failed) != 2 {
		t.Fatalf("%d went and %d failed", len(sent.Successful), len(sent.Failed))
	}
	for i, want := range []string{"control InvalidMessageContents", "later InvalidParameterValue"} {
		if f := sent.Failed[i]; *f.Id+" "+*f.Code != want || !f.SenderFault {
			t.Errorf("failed %s %s, want %s", *f.Id, *f.Code, want)
		}
	}
	c.advance(15 * time.Minute)
	got, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: at("plain"), MaxNumberOfMessages: 10})
	must(t, err)
	if len(got.Messages) != 2 {
		t.Fatalf("received %d messages", len(got.Messages))
	}
	done, err := client.DeleteMessageBatch(t.Context(), &sqs.DeleteMessageBatchInput{
		QueueUrl: at("plain"), Entries: []types.DeleteMessageBatchRequestEntry{
			{Id: aws.String("1"), ReceiptHandle: got.Messages[0].ReceiptHandle},
			{Id: aws.String("2"), ReceiptHandle: aws.String("nonsense")},
		},
	})
	must(t, err)
	if len(done.Successful) != 1 || *done.Failed[0].Code != "ReceiptHandleIsInvalid" {
		t.Errorf("deleted %+v", done)
	}
}

func TestSDK_Errors(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", MaxBytes)
	entries := func(ids ...string) []types.SendMessageBatchRequestEntry {
		var out []types.SendMessageBatchRequestEntry
		for _, id := range ids {
			out = append(out, types.SendMessageBatchRequestEntry{Id: &id, MessageBody: aws.String(big[:MaxBytes/2+1])})
		}
		return out
	}
	batch := func(entries []types.SendMessageBatchRequestEntry) func(*testing.T, *sqs.Client) error {
		return func(t *testing.T, c *sqs.Client) error {
			_, err := c.SendMessageBatch(t.Context(), &sqs.SendMessageBatchInput{QueueUrl: at("plain"), Entries: entries})
			return err
		}
	}
	one := func(in sqs.SendMessageInput) func(*testing.T, *sqs.Client) error {
		return func(t *testing.T, c *sqs.Client) error {
			_, err := c.SendMessage(t.Context(), &in)
			return err
		}
	}
	ordered := func(group, dedup *string, delay int32) sqs.SendMessageInput {
		return sqs.SendMessageInput{
			QueueUrl: at("ordered.fifo"), MessageBody: aws.String("x"),
			MessageGroupId: group, MessageDeduplicationId: dedup, DelaySeconds: delay,
		}
	}
	tests := map[string]struct {
		do   func(*testing.T, *sqs.Client) error
		want error
		code string
	}{
		"an unknown queue": {
			do:   one(sqs.SendMessageInput{QueueUrl: at("nowhere"), MessageBody: aws.String("x")}),
			want: &types.QueueDoesNotExist{},
		},
		"a batch over 1 MiB": {do: batch(entries("a", "b")), want: &types.BatchRequestTooLong{}},
		"an empty batch":     {do: batch([]types.SendMessageBatchRequestEntry{}), want: &types.EmptyBatchRequest{}},
		"an id twice":        {do: batch(entries("a", "a")), want: &types.BatchEntryIdsNotDistinct{}},
		"an id with a space": {do: batch(entries("a b")), want: &types.InvalidBatchEntryId{}},
		"eleven entries":     {do: batch(entries(strings.Split("abcdefghijk", "")...)), want: &types.TooManyEntriesInBatchRequest{}},
		"a message of 1 MiB + 1": {
			do: one(sqs.SendMessageInput{QueueUrl: at("plain"), MessageBody: aws.String(big + "x")}), code: "InvalidParameterValue",
		},
		"a control character": {
			do: one(sqs.SendMessageInput{QueueUrl: at("plain"), MessageBody: aws.String("\x00")}), want: &types.InvalidMessageContents{},
		},
		"FIFO without a group": {do: one(ordered(nil, aws.String("x"), 0)), code: "MissingParameter"},
		"FIFO without an id":   {do: one(ordered(aws.String("x"), nil, 0)), code: "InvalidParameterValue"},
		"FIFO with a delay":    {do: one(ordered(aws.String("x"), aws.String("x"), 1)), code: "InvalidParameterValue"},
		"an id on a standard queue": {
			do: one(sqs.SendMessageInput{
				QueueUrl: at("plain"), MessageBody: aws.String("x"), MessageDeduplicationId: aws.String("x"),
			}),
			code: "InvalidParameterValue",
		},
		"an invalid receipt": {
			do: func(t *testing.T, c *sqs.Client) error {
				_, err := c.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: at("plain"), ReceiptHandle: aws.String("?")})
				return err
			},
			want: &types.ReceiptHandleIsInvalid{},
		},
		"an unknown attribute": {
			do: func(t *testing.T, c *sqs.Client) error {
				_, err := c.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
					QueueUrl: at("plain"), AttributeNames: []types.QueueAttributeName{"Colour"},
				})
				return err
			},
			want: &types.InvalidAttributeName{},
		},
		"an operation that is not there": {
			do: func(t *testing.T, c *sqs.Client) error {
				_, err := c.PurgeQueue(t.Context(), &sqs.PurgeQueueInput{QueueUrl: at("plain")})
				return err
			},
			want: &types.UnsupportedOperation{},
		},
	}
	for name, test := range tests {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			client, _, _ := connect(t)
			err := test.do(t, client)
			var api smithy.APIError
			if !errors.As(err, &api) {
				t.Fatalf("got %v", err)
			}
			if test.want != nil && fmt.Sprintf("%T", api) != fmt.Sprintf("%T", test.want) {
				t.Errorf("got %T %v, want %T", api, api, test.want)
			}
			if test.code != "" && api.ErrorCode() != test.code {
				t.Errorf("got %s, want %s", api.ErrorCode(), test.code)
			}
		})
	}
}

func TestSDK_Visibility(t *testing.T) {
	t.Parallel()
	client, s, c := connect(t)
	send(t, s, "ordered.fifo", "a/1")
	get := func(seconds int32) []types.Message {
		t.Helper()
		got, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
			QueueUrl: at("ordered.fifo"), VisibilityTimeout: seconds,
		})
		must(t, err)
		return got.Messages
	}
	first := get(10)[0]
	change := func(seconds int32) error {
		_, err := client.ChangeMessageVisibility(t.Context(), &sqs.ChangeMessageVisibilityInput{
			QueueUrl: at("ordered.fifo"), ReceiptHandle: first.ReceiptHandle, VisibilityTimeout: seconds,
		})
		return err
	}
	must(t, change(60))
	c.advance(59 * time.Second)
	if n := len(get(10)); n != 0 {
		t.Fatalf("%d messages before the prolonged time was over", n)
	}
	c.advance(time.Second)
	var notInflight *types.MessageNotInflight
	if err := change(60); !errors.As(err, &notInflight) {
		t.Errorf("prolonging what is visible again: %v", err)
	}
	_, err := client.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: at("ordered.fifo"), ReceiptHandle: first.ReceiptHandle})
	if err == nil {
		t.Error("a FIFO queue took an expired receipt")
	}
	if n := len(get(10)); n != 1 {
		t.Errorf("%d messages after the time was over", n)
	}
}

func TestSDK_QueueAttributes(t *testing.T) {
	t.Parallel()
	client, s, _ := connect(t)
	list, err := client.ListQueues(t.Context(), &sqs.ListQueuesInput{QueueNamePrefix: aws.String("dead")})
	must(t, err)
	if len(list.QueueUrls) != 2 || !strings.HasSuffix(list.QueueUrls[0], "/"+Account+"/dead") {
		t.Errorf("listed %q", list.QueueUrls)
	}
	send(t, s, "plain", "one", "two")
	receive(t, s, "plain", 1)
	got, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{
		QueueUrl: at("plain"), AttributeNames: []types.QueueAttributeName{"All"},
	})
	must(t, err)
	for name, want := range map[string]string{
		"ApproximateNumberOfMessages": "1", "ApproximateNumberOfMessagesNotVisible": "1",
		"QueueArn": ARN("plain"), "VisibilityTimeout": "60",
		"RedrivePolicy": `{"deadLetterTargetArn":"` + ARN("dead") + `","maxReceiveCount":3}`,
	} {
		if got.Attributes[name] != want {
			t.Errorf("%s is %q, want %q", name, got.Attributes[name], want)
		}
	}
}

func TestSDK_DeadLettersAndRedrive(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"plain", "dead"}, {"ordered.fifo", "dead.fifo"}} {
		t.Run(pair[0], func(t *testing.T) {
			t.Parallel()
			source, dead := pair[0], pair[1]
			client, s, _ := connect(t)
			out := Outgoing{Body: "poison", Group: "a", Attributes: map[string]Attribute{
				"reason": {DataType: "String", StringValue: aws.String("none")},
			}}
			if source == "ordered.fifo" {
				out.Dedup = "1"
			}
			sent, err := s.Send(t.Context(), source, out)
			must(t, err)
			for n := 1; n <= 3; n++ {
				m := receive(t, s, source, 1)[0]
				if got := m.System["ApproximateReceiveCount"]; got != fmt.Sprint(n) {
					t.Errorf("receive %d counts %s", n, got)
				}
				must(t, s.Release(source, m.Receipt, 0))
			}
			wantBodies(t, receive(t, s, source, 1))
			m := receive(t, s, dead, 1)[0]
			if m.ID != sent.MessageID || m.Body != "poison" || *m.Attributes["reason"].StringValue != "none" ||
				m.System["MessageGroupId"] != "a" || m.System["DeadLetterQueueSourceArn"] != ARN(source) {
				t.Errorf("dead letter %+v of %+v", m, sent)
			}
			must(t, s.Release(dead, m.Receipt, 0))
			send(t, s, dead, "b/sent-directly")

			_, err = client.StartMessageMoveTask(t.Context(), &sqs.StartMessageMoveTaskInput{SourceArn: aws.String(ARN(dead))})
			must(t, err)
			back := receive(t, s, source, 10)
			wantBodies(t, back, "poison")
			if back[0].System["ApproximateReceiveCount"] != "1" {
				t.Errorf("a redriven message begins anew, got %v", back[0].System)
			}
			wantBodies(t, receive(t, s, dead, 10), "b/sent-directly")
		})
	}
}

func TestSDK_Redrive_NeedsDeadLetterQueue(t *testing.T) {
	t.Parallel()
	client, s, _ := connect(t)
	start := func(from, to string) error {
		in := &sqs.StartMessageMoveTaskInput{SourceArn: aws.String(ARN(from))}
		if to != "" {
			in.DestinationArn = aws.String(ARN(to))
		}
		_, err := client.StartMessageMoveTask(t.Context(), in)
		return err
	}
	var missing *types.ResourceNotFoundException
	if err := start("nowhere", ""); !errors.As(err, &missing) {
		t.Errorf("from nowhere: %v", err)
	}
	if err := start("plain", ""); err == nil {
		t.Error("moved from a queue that is nobody's dead-letter queue")
	}
	if err := start("dead", "ordered.fifo"); err == nil {
		t.Error("moved to a queue of another kind")
	}
	send(t, s, "dead", "one", "two")
	must(t, start("dead", "plain"))
	if got := bodies(receive(t, s, "plain", 10)); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("moved %q", got)
	}
}
