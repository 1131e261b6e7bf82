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
// delivered if it matches one of them. Left out are quiet kinds, conversations and messages that were written for another reader, and
// contacts that are not new. Five patterns are as many as a stream's reader may have.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
func ForSignals() []string {
	marked := []any{item.KindConversation, item.KindMessage}
	silent := slices.Sorted(maps.Keys(quiet))
	silent = append(silent, item.KindContact)
	others := slices.Concat(silent, []string{item.KindConversation, item.KindMessage})
	return []string{
		pattern(object{"dynamodb": object{"NewImage": object{"kind": text(object{"anything-but": others})}}}),
		pattern(object{"dynamodb": object{"NewImage": object{"kind": text(append(marked, item.KindContact)...), item.ReaderAttribute: text(item.ReaderSignals)}}}),
		// The mark that a message was written with is still there when it changes.
		pattern(object{"eventName": []any{"MODIFY"}, "dynamodb": object{"NewImage": object{"kind": text(item.KindMessage)}}}),
		pattern(object{"eventName": []any{"REMOVE"}, "dynamodb": object{"OldImage": object{"kind": text(object{"anything-but": silent})}}}),
		// A version of the functions that knows no marks may still run while another is deployed.
		pattern(object{"dynamodb": object{"NewImage": object{"kind": text(marked...), item.ReaderAttribute: text(object{"exists": false})}}}),
	}
}

// ForLists are the patterns of the records of open conversations that an inbound message changed, and nothing else. The function ingest
// pushes the message; only lists that show the conversation are still to be told.
func ForLists() []string {
	return []string{pattern(object{"dynamodb": object{"NewImage": object{item.ReaderAttribute: text(item.ReaderLists)}}})}
}

// text is the pattern of an attribute that is a string.
func text(alternatives ...any) object { return object{"S": alternatives} }

func pattern(of object) string {
	text, err := json.Marshal(of)
	if err != nil {
		panic(err) // maps of strings and booleans
	}
	return string(text)
}
