// Package present builds the values of package wire from the domain's types: the answers of the API and the widget, and the frames of
// the socket. What the reader may not know is left out here. It imports chat, wire, rules/permission and the standard library.
package present

import (
	"time"

	"github.com/recado-chat/recado/shared/wire"
)

// timeOrNull is null for the zero time.
func timeOrNull(t time.Time) *wire.Time {
	if t.IsZero() {
		return nil
	}
	shown := wire.Time(t)
	return &shown
}

// orNull is null for an empty text.
func orNull[T ~string](s T) *string {
	if s == "" {
		return nil
	}
	text := string(s)
	return &text
}

// texts turns typed ids into strings; never null.
func texts[T ~string](words []T) []string {
	list := make([]string, len(words))
	for i, word := range words {
		list[i] = string(word)
	}
	return list
}

// orEmpty is the list, or an empty one for nil.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// List builds a page; next is empty on the last one.
func List[From, To any](items []From, next string, show func(From) To) wire.List[To] {
	list := wire.List[To]{Items: make([]To, len(items)), NextCursor: orNull(next)}
	for i, item := range items {
		list.Items[i] = show(item)
	}
	return list
}
