// Package view holds the JSON shapes of Recado's nouns: what REST answers and socket frames look like, and nothing of how they
// are stored.
//
// Times are RFC 3339 in UTC with exactly three decimals; what the contract calls nullable is present as null, everything else
// that is absent is left out; lists are never null. The golden files of shared/web/lib/protocol are read by the tests on both
// sides of the wire. It imports chat and the standard library.
package view

import (
	"encoding/json"
	"fmt"
	"time"
)

// timeLayout always shows milliseconds, so that times sort as text.
const timeLayout = "2006-01-02T15:04:05.000Z"

// Time is an instant as the contract writes it.
type Time time.Time

// MarshalJSON writes UTC with milliseconds.
func (t Time) MarshalJSON() ([]byte, error) {
	return []byte(time.Time(t).UTC().Format(`"` + timeLayout + `"`)), nil
}

// UnmarshalJSON reads what MarshalJSON writes, and nothing looser.
func (t *Time) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("decode a time: %w", err)
	}
	at, err := time.Parse(timeLayout, text)
	if err != nil {
		return fmt.Errorf("decode a time: %w", err)
	}
	*t = Time(at)
	return nil
}

// timeOrNull is null for an instant that has not come.
func timeOrNull(t time.Time) *Time {
	if t.IsZero() {
		return nil
	}
	shown := Time(t)
	return &shown
}

// orNull is null for an id that is not set.
func orNull[T ~string](s T) *string {
	if s == "" {
		return nil
	}
	text := string(s)
	return &text
}

// texts turns typed words into strings; never null.
func texts[T ~string](words []T) []string {
	list := make([]string, len(words))
	for i, word := range words {
		list[i] = string(word)
	}
	return list
}

// List is a page of something.
type List[T any] struct {
	Items      []T     `json:"items"`
	NextCursor *string `json:"nextCursor"`
}

// NewList shows each item of a page; next is empty on the last one.
func NewList[From, To any](items []From, next string, show func(From) To) List[To] {
	list := List[To]{Items: make([]To, len(items)), NextCursor: orNull(next)}
	for i, item := range items {
		list.Items[i] = show(item)
	}
	return list
}

// ErrorShape is the answer of a call that failed.
type ErrorShape struct {
	Error ErrorBody `json:"error"`
}

// ErrorBody says what went wrong; Field names the offending part of the input, if one does, and Reason which conflict it is.
type ErrorBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty"`
	Reason  string `json:"reason,omitempty"`
}
