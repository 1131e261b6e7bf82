package source

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// filter is the patterns of an event source mapping, in the part of EventBridge's language that Lambda documents and we use: names lead to
// objects, and a leaf is a list of alternatives, of which each is a string, {"anything-but": [strings]} or {"exists": a boolean}.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
type filter []map[string]any

// newFilter reads patterns. No patterns let every record through.
func newFilter(patterns []string) (filter, error) {
	var f filter
	for _, text := range patterns {
		var pattern map[string]any
		if err := json.Unmarshal([]byte(text), &pattern); err != nil {
			return nil, fmt.Errorf("read the pattern %s: %w", text, err)
		}
		if err := check(pattern); err != nil {
			return nil, fmt.Errorf("read the pattern %s: %w", text, err)
		}
		f = append(f, pattern)
	}
	return f, nil
}

var errPattern = errors.New("a leaf is a list of strings, anything-but or exists")

func check(pattern map[string]any) error {
	for _, part := range pattern {
		switch part := part.(type) {
		case map[string]any:
			if err := check(part); err != nil {
				return err
			}
		case []any:
			if slices.ContainsFunc(part, func(one any) bool { _, ok := alternative(one, nil); return !ok }) {
				return errPattern
			}
		default:
			return errPattern
		}
	}
	return nil
}

// passes reports whether a record matches a pattern. Patterns see the event's name and the string attributes of the images.
func (f filter) passes(r types.Record) bool {
	if len(f) == 0 {
		return true
	}
	event := map[string]any{"eventName": string(r.EventName)}
	if change := r.Dynamodb; change != nil {
		event["dynamodb"] = map[string]any{"NewImage": texts(change.NewImage), "OldImage": texts(change.OldImage)}
	}
	return f.match(event)
}

// Written is what is known of a write that left one item.
type Written struct {
	Texts map[string]string // the item's string attributes
	New   bool              // there was no item before
}

// mayPass reports whether the record of a write may match a pattern.
func (f filter) mayPass(w Written) bool {
	image := make(map[string]any, len(w.Texts))
	for name, text := range w.Texts {
		image[name] = map[string]any{"S": text}
	}
	record := func(event types.OperationType) map[string]any {
		return map[string]any{"eventName": string(event), "dynamodb": map[string]any{"NewImage": image}}
	}
	return f.match(record(types.OperationTypeInsert)) || !w.New && f.match(record(types.OperationTypeModify))
}

func (f filter) match(event map[string]any) bool {
	return len(f) == 0 || slices.ContainsFunc(f, func(pattern map[string]any) bool { return matches(pattern, event) })
}

func texts(image map[string]types.AttributeValue) map[string]any {
	found := make(map[string]any, len(image))
	for name, value := range image {
		if text, ok := value.(*types.AttributeValueMemberS); ok {
			found[name] = map[string]any{"S": text.Value}
		}
	}
	return found
}

// matches says whether all parts of a pattern hold. What the event lacks is an object without names.
func matches(pattern, event map[string]any) bool {
	for name, part := range pattern {
		switch part := part.(type) {
		case map[string]any:
			inner, _ := event[name].(map[string]any)
			if !matches(part, inner) {
				return false
			}
		case []any:
			value := event[name]
			if !slices.ContainsFunc(part, func(one any) bool { holds, _ := alternative(one, value); return holds }) {
				return false
			}
		}
	}
	return true
}

// alternative says whether one alternative of a leaf holds for a value, nil for none; known is false for one that is not understood.
func alternative(one, value any) (holds, known bool) {
	switch one := one.(type) {
	case string:
		return value == one, true
	case map[string]any:
		if but, ok := one["anything-but"].([]any); ok {
			return value != nil && !slices.Contains(but, value), true
		}
		if exists, ok := one["exists"].(bool); ok {
			return (value != nil) == exists, true
		}
	}
	return false, false
}
