// Package events defines what crosses a process boundary: signals that fanout derives from stored changes, signals that edge functions
// put on queues, and frames that go to browsers.
//
// Signals carry ids and the few facts that consumers route on; a consumer reads the current state from the tables. Changes are additive;
// a breaking change is a new .v2 type. The package imports the standard library only and does not import chat. Every type has a sample in
// samples/, which tests decode and encode.
package events

import (
	"encoding/json"
	"fmt"
	"time"
)

// Signal is a typed event, named in the past tense.
type Signal interface {
	// EventType is the stable name, noun.past.vN.
	EventType() string
}

// Envelope is the one wrapping of all signals on queues.
type Envelope struct {
	ID            string          `json:"id"`
	Type          string          `json:"type"`
	AccountID     string          `json:"accountId,omitempty"`
	OccurredAt    time.Time       `json:"occurredAt"`
	CorrelationID string          `json:"correlationId,omitempty"`
	CausationID   string          `json:"causationId,omitempty"`
	Traceparent   string          `json:"traceparent,omitempty"`
	Data          json.RawMessage `json:"data"`
}

// Wrap puts a signal into an envelope.
func Wrap(id, accountID string, at time.Time, signal Signal) (Envelope, error) {
	data, err := json.Marshal(signal)
	if err != nil {
		return Envelope{}, fmt.Errorf("encode %s: %w", signal.EventType(), err)
	}
	return Envelope{ID: id, Type: signal.EventType(), AccountID: accountID, OccurredAt: at, CorrelationID: id, Data: data}, nil
}

// Caused copies the correlation of the envelope that led to this one.
func (e Envelope) Caused(by Envelope) Envelope {
	if by.CorrelationID != "" {
		e.CorrelationID = by.CorrelationID
	}
	e.CausationID, e.Traceparent = by.ID, by.Traceparent
	return e
}

// Decode reads an envelope's signal. ok is false when the envelope holds another type.
func Decode[T Signal](e Envelope) (signal T, ok bool, err error) {
	if e.Type != signal.EventType() {
		return signal, false, nil
	}
	if err := json.Unmarshal(e.Data, &signal); err != nil {
		return signal, true, fmt.Errorf("decode %s: %w", e.Type, err)
	}
	return signal, true, nil
}
