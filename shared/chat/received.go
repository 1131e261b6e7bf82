package chat

import "time"

// Form is what a contact filled into a form of the provider's app.
type Form struct {
	Name   string
	Fields []FormField
	Raw    string // the provider's document, as it came
}

// FormField is one answer. A field within another is named by both, joined by a dot.
type FormField struct {
	Name  string
	Value string
}

// Choice is the button or row that a contact tapped, by the id that it was sent with. The title is the message's text.
type Choice struct {
	ID string
}

// Unsupported is content that could not be taken in, or that the provider could not deliver.
type Unsupported struct {
	Kind   string // the provider's word for it
	Code   string // the provider's error code; "" when it names none
	Reason string // the provider's words
	Raw    string // the beginning of what the provider sent
}

// Pricing is what the provider charges a message as, in its own words.
type Pricing struct {
	Category string
	Type     string
	Model    string
	Billable bool
}

// StatusTimes are the provider's times of a message's statuses in its present attempt; zero for one that was not reported.
type StatusTimes struct {
	Sent      time.Time
	Delivered time.Time
	Read      time.Time
	Failed    time.Time
}

// Of is where the time of a status is kept; nil for one that providers do not report.
func (t *StatusTimes) Of(s MessageStatus) *time.Time {
	switch s {
	case StatusSent:
		return &t.Sent
	case StatusDelivered:
		return &t.Delivered
	case StatusRead:
		return &t.Read
	case StatusFailed:
		return &t.Failed
	case StatusReceived, StatusQueued, StatusHeld, StatusSending, StatusUnknown:
	}
	return nil
}

// NoteStatus keeps the time and the price of a provider's status, also of one that comes after a higher one, and reports whether the
// message changed. The first report of a status stands.
func (m *Message) NoteStatus(s StatusUpdate) bool {
	changed := false
	if at := m.StatusTimes.Of(s.Status); at != nil && at.IsZero() && !s.At.IsZero() {
		*at, changed = s.At, true
	}
	if m.Pricing == nil && s.Pricing != nil {
		price := *s.Pricing
		m.Pricing, changed = &price, true
	}
	return changed
}
