package source

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"github.com/recado-chat/recado/infra/local/sqs"
)

// record is a stream record as Lambda shows it, with its encoding.
type record struct {
	sequence string
	event    events.DynamoDBEventRecord
	encoded  json.RawMessage
}

func convert(r types.Record, streamARN string) (record, error) {
	event := events.DynamoDBEventRecord{
		AWSRegion:      sqs.Region,
		EventID:        aws.ToString(r.EventID),
		EventName:      string(r.EventName),
		EventSource:    "aws:dynamodb",
		EventVersion:   "1.1",
		EventSourceArn: streamARN,
	}
	if id := r.UserIdentity; id != nil {
		event.UserIdentity = &events.DynamoDBUserIdentity{
			Type: aws.ToString(id.Type), PrincipalID: aws.ToString(id.PrincipalId),
		}
	}
	if c := r.Dynamodb; c != nil {
		event.Change = events.DynamoDBStreamRecord{
			ApproximateCreationDateTime: events.SecondsEpochTime{Time: aws.ToTime(c.ApproximateCreationDateTime)},
			Keys:                        item(c.Keys),
			NewImage:                    item(c.NewImage),
			OldImage:                    item(c.OldImage),
			SequenceNumber:              aws.ToString(c.SequenceNumber),
			SizeBytes:                   aws.ToInt64(c.SizeBytes),
			StreamViewType:              string(c.StreamViewType),
		}
	}
	encoded, err := json.Marshal(event)
	if err != nil {
		return record{}, fmt.Errorf("encode stream record %s: %w", event.Change.SequenceNumber, err)
	}
	return record{sequence: event.Change.SequenceNumber, event: event, encoded: encoded}, nil
}

// unchanged reports whether the record is of a write that changed nothing. DynamoDB makes no record of such a write, dynoxide
// does.
func unchanged(r types.Record) bool {
	c := r.Dynamodb
	return r.EventName == types.OperationTypeModify && c != nil && c.NewImage != nil && reflect.DeepEqual(c.OldImage, c.NewImage)
}

func item(in map[string]types.AttributeValue) map[string]events.DynamoDBAttributeValue {
	if in == nil {
		return nil
	}
	out := make(map[string]events.DynamoDBAttributeValue, len(in))
	for name, v := range in {
		out[name] = attribute(v)
	}
	return out
}

func attribute(in types.AttributeValue) events.DynamoDBAttributeValue {
	switch v := in.(type) {
	case *types.AttributeValueMemberS:
		return events.NewStringAttribute(v.Value)
	case *types.AttributeValueMemberN:
		return events.NewNumberAttribute(v.Value)
	case *types.AttributeValueMemberB:
		return events.NewBinaryAttribute(v.Value)
	case *types.AttributeValueMemberBOOL:
		return events.NewBooleanAttribute(v.Value)
	case *types.AttributeValueMemberSS:
		return events.NewStringSetAttribute(v.Value)
	case *types.AttributeValueMemberNS:
		return events.NewNumberSetAttribute(v.Value)
	case *types.AttributeValueMemberBS:
		return events.NewBinarySetAttribute(v.Value)
	case *types.AttributeValueMemberM:
		return events.NewMapAttribute(item(v.Value))
	case *types.AttributeValueMemberL:
		list := make([]events.DynamoDBAttributeValue, len(v.Value))
		for i, e := range v.Value {
			list[i] = attribute(e)
		}
		return events.NewListAttribute(list)
	default:
		return events.NewNullAttribute()
	}
}

// payload is the DynamoDBEvent of these records.
func payload(batch []record) ([]byte, error) {
	var event struct{ Records []json.RawMessage }
	for _, r := range batch {
		event.Records = append(event.Records, r.encoded)
	}
	out, err := json.Marshal(event)
	if err != nil {
		return nil, fmt.Errorf("encode stream event: %w", err)
	}
	return out, nil
}

// cut takes the next batch: at most limit records, and no more than Lambda's payload holds.
func cut(records []record, limit int) (batch, rest []record) {
	var bytes int
	for i, r := range records {
		bytes += len(r.encoded) + 1
		if i > 0 && (i == limit || bytes > maxPayload) {
			return records[:i], records[i:]
		}
	}
	return records, nil
}
