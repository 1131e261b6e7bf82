package chat

import (
	"slices"

	"github.com/recado-chat/recado/shared/fault"
)

// messageTransition is one change of status that a method makes, and the statuses in which it is legal. Advance has no entry: it
// follows Rank.
type messageTransition struct {
	to   MessageStatus
	from []MessageStatus
}

var (
	// A first-party channel repeats an attempt whose outcome was lost, hence sending → sending.
	startSending   = messageTransition{to: StatusSending, from: []MessageStatus{StatusQueued, StatusHeld, StatusSending}}
	requeueMessage = messageTransition{to: StatusQueued, from: []MessageStatus{StatusQueued, StatusHeld, StatusSending}}
	holdMessage    = messageTransition{to: StatusHeld, from: []MessageStatus{StatusQueued, StatusHeld, StatusSending}}
	retryMessage   = messageTransition{to: StatusQueued, from: []MessageStatus{StatusHeld, StatusUnknown, StatusFailed}}
)

func (m *Message) change(t messageTransition) error {
	if !slices.Contains(t.from, m.Status) {
		return fault.New(fault.Conflict, "a message that is %s cannot become %s", m.Status, t.to).WithReason("illegal_status")
	}
	m.Status = t.to
	return nil
}

// NewReceived makes m a message that a contact wrote.
func NewReceived(m Message, by Author) Message {
	m.Direction, m.Status, m.Error, m.Author = In, StatusReceived, nil, by
	return m
}

// NewQueued makes m a message of ours that waits to be sent, in its first attempt.
func NewQueued(m Message, by Author) Message {
	m.Direction, m.Status, m.Error, m.Author, m.Attempt = Out, StatusQueued, nil, by, 1
	return m
}

// NewEchoed makes m a message that the business wrote outside of Recado, with the last status that the provider told of it; without
// one it was sent.
func NewEchoed(m Message, last StatusUpdate) Message {
	m.Direction, m.Status, m.Error, m.Author = Out, StatusSent, nil, Author{Kind: ByExternal}
	m.Advance(last.Status, last.Error)
	m.NoteStatus(last)
	return m
}

// Advance moves an outbound message's status forward if the new one ranks higher in the same attempt, and reports whether it did.
func (m *Message) Advance(to MessageStatus, reason *MessageError) bool {
	if m.Status == StatusReceived || to.Rank() <= m.Status.Rank() {
		return false
	}
	m.Status, m.Error = to, reason
	return true
}

// StartSending records that an attempt begins.
func (m *Message) StartSending() error { return m.change(startSending) }

// Requeue puts a message back into the queue, in the same attempt.
func (m *Message) Requeue() error { return m.change(requeueMessage) }

// Hold keeps a message until its channel can send again.
func (m *Message) Hold() error { return m.change(holdMessage) }

// Retry queues a message again that failed, is held, or whose outcome is unknown: a new attempt, with no provider's id yet. Conflict
// has reason inbound or delivered.
func (m *Message) Retry() error {
	if m.Direction != Out {
		return fault.New(fault.Conflict, "only outbound messages can be sent again").WithReason("inbound")
	}
	if m.change(retryMessage) != nil {
		return fault.New(fault.Conflict, "the message was delivered").WithReason("delivered")
	}
	m.Error, m.ProviderID, m.StatusTimes, m.Pricing = nil, "", StatusTimes{}, nil
	m.Attempt++
	return nil
}
