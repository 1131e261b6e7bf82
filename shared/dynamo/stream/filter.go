package stream

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/recado-chat/recado/shared/dynamo/internal/item"
)

// object is a part of a filter's pattern.
type object = map[string]any

// ForSignals are the patterns of the records that signals are derived from, in the language of Lambda's event filtering: a record is
// delivered if it matches one of them. Left out are quiet kinds and what its writer marked for another reader, or for none.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
func ForSignals() []string {
	told := object{"kind": object{"S": []any{object{"anything-but": slices.Sorted(maps.Keys(quiet))}}}}
	unmarked := maps.Clone(told)
	unmarked[item.ReaderAttribute] = object{"S": []any{object{"exists": false}}}
	return []string{
		pattern(object{"dynamodb": object{"NewImage": unmarked}}),
		// An item without a kind is none of ours, and goes to the dead letters.
		pattern(object{"eventName": []any{"INSERT", "MODIFY"}, "dynamodb": object{"NewImage": object{"kind": object{"S": []any{object{"exists": false}}}}}}),
		// The mark that a message was written with is still there when it changes.
		pattern(object{"eventName": []any{"MODIFY"}, "dynamodb": object{"NewImage": object{item.ReaderAttribute: object{"S": []any{item.ReaderNone}}}}}),
		pattern(object{"eventName": []any{"REMOVE"}, "dynamodb": object{"OldImage": told}}),
	}
}

// ForLists are the patterns of the records of open conversations that an inbound message changed, and nothing else. The function ingest
// pushes the message; only lists that show the conversation are still to be told.
func ForLists() []string {
	return []string{pattern(object{"dynamodb": object{"NewImage": object{item.ReaderAttribute: object{"S": []any{item.ReaderLists}}}}})}
}

func pattern(of object) string {
	text, err := json.Marshal(of)
	if err != nil {
		panic(err) // maps of strings and booleans
	}
	return string(text)
}
