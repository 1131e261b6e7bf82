package faultinject

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// batch is an event with records of a queue or a stream.
type batch struct {
	records []record
	stream  bool
}

// record is one record as an event of its own.
type record struct {
	id      string // by which a batch response names it
	group   string // of a FIFO queue
	trigger string
	payload []byte
}

// split splits an event into its records. It returns nil if the event is not a batch.
func split(payload []byte) (*batch, error) {
	var event struct{ Records []json.RawMessage }
	if err := json.Unmarshal(payload, &event); err != nil || len(event.Records) == 0 {
		return nil, nil // the function handles other payloads
	}
	b := &batch{}
	for _, raw := range event.Records {
		var head struct {
			EventSource string `json:"eventSource"`
		}
		if err := json.Unmarshal(raw, &head); err != nil {
			return nil, fmt.Errorf("read a record: %w", err)
		}
		r := record{}
		var err error
		switch head.EventSource {
		case "aws:sqs":
			r, err = ofQueue(raw)
		case "aws:dynamodb":
			b.stream = true
			r, err = ofStream(raw)
		default:
			return nil, fmt.Errorf("records of %q are not known", head.EventSource)
		}
		if err != nil {
			return nil, err
		}
		if r.payload, err = json.Marshal(map[string]any{"Records": []json.RawMessage{raw}}); err != nil {
			return nil, fmt.Errorf("write a record: %w", err)
		}
		b.records = append(b.records, r)
	}
	return b, nil
}

func ofQueue(raw []byte) (record, error) {
	var message events.SQSMessage
	if err := json.Unmarshal(raw, &message); err != nil {
		return record{}, fmt.Errorf("read a message: %w", err)
	}
	var envelope struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal([]byte(message.Body), &envelope) // a body that is not an envelope has no type
	queue := message.EventSourceARN[strings.LastIndexByte(message.EventSourceARN, ':')+1:]
	return record{id: message.MessageId, group: message.Attributes["MessageGroupId"], trigger: queue + " " + envelope.Type}, nil
}

func ofStream(raw []byte) (record, error) {
	var change events.DynamoDBEventRecord
	if err := json.Unmarshal(raw, &change); err != nil {
		return record{}, fmt.Errorf("read a change: %w", err)
	}
	image := change.Change.NewImage
	if image == nil {
		image = change.Change.OldImage
	}
	kind := ""
	if attribute, ok := image["kind"]; ok && attribute.DataType() == events.DataTypeString {
		kind = attribute.String()
	}
	return record{id: change.Change.SequenceNumber, trigger: strings.ToLower(change.EventName) + " " + kind}, nil
}

// run invokes the function with each record in order and returns the ids that failed.
func (b *batch) run(invoke func(payload []byte, trigger string) ([]byte, error)) ([]byte, error) {
	type item struct {
		ItemIdentifier string `json:"itemIdentifier"`
	}
	failures := []item{}
	held := map[string]bool{}
	for _, r := range b.records {
		if r.group == "" || !held[r.group] {
			answer, err := invoke(r.payload, r.trigger)
			if err == nil && !failed(answer) {
				continue
			}
		}
		failures = append(failures, item{r.id})
		if b.stream {
			break
		}
		if r.group != "" {
			held[r.group] = true
		}
	}
	answer, err := json.Marshal(map[string]any{"batchItemFailures": failures})
	if err != nil {
		return nil, fmt.Errorf("write the batch response: %w", err)
	}
	return answer, nil
}

// failed reports whether the batch response to a single record names it as failed.
func failed(answer []byte) bool {
	var response struct {
		BatchItemFailures []json.RawMessage `json:"batchItemFailures"`
	}
	err := json.Unmarshal(answer, &response)
	return err != nil || len(response.BatchItemFailures) > 0
}

// triggerOf returns the route of a request, the route and action of a socket event, and "" for any other event.
func triggerOf(payload []byte) string {
	var event struct {
		RawPath        string `json:"rawPath"`
		Body           string `json:"body"`
		RequestContext struct {
			RouteKey string `json:"routeKey"`
			HTTP     struct {
				Method string `json:"method"`
			} `json:"http"`
		} `json:"requestContext"`
	}
	if err := json.Unmarshal(payload, &event); err != nil {
		return ""
	}
	if event.RequestContext.HTTP.Method != "" {
		return event.RequestContext.HTTP.Method + " " + pattern(event.RawPath)
	}
	var said struct {
		Action string `json:"action"`
	}
	_ = json.Unmarshal([]byte(event.Body), &said) // a body that is not an action has no name
	return strings.TrimSpace(event.RequestContext.RouteKey + " " + said.Action)
}

// pattern replaces the ids in a path.
func pattern(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if len(part) >= 20 {
			parts[i] = "{id}"
		}
	}
	return strings.Join(parts, "/")
}
