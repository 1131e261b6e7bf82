package chat

import (
	"slices"
	"strings"
	"time"
)

// MessageUpdateKind is how a message changes after it was written.
type MessageUpdateKind string

// The kinds of alterations.
const (
	Reacted MessageUpdateKind = "reaction"
	Edited  MessageUpdateKind = "edit"
	Revoked MessageUpdateKind = "revoke" // its author took it back
)

// Moment orders what providers tell: by their time, whose grain may be a second, and then by arrival.
type Moment struct {
	At         time.Time
	ReceivedAt time.Time
}

// IsZero says that it has not happened.
func (m Moment) IsZero() bool { return m.At.IsZero() }

// After says that m is the later one.
func (m Moment) After(other Moment) bool {
	if m.At.Equal(other.At) {
		return m.ReceivedAt.After(other.ReceivedAt)
	}
	return m.At.After(other.At)
}

// MessageUpdate is a provider's word that one side of a conversation changed a message.
type MessageUpdate struct {
	Kind MessageUpdateKind
	From Direction // In is the contact, Out the business
	// Emoji is a reaction's; "" takes the side's reaction back.
	Emoji string
	// Text is an edited message's new one.
	Text string
	When Moment
}

// Reaction is the last word of one side: an emoji, or "" for one that was taken back, which an older word must not bring back.
type Reaction struct {
	From  Direction
	Emoji string
	When  Moment
}

// ApplyUpdate applies an alteration and says whether the message changed. In whatever order alterations come, and however often, the
// same message results: of each kind the latest stands, and what was taken back stays empty. Only its own side edits a message
// or takes it back.
func (m *Message) ApplyUpdate(a MessageUpdate) bool {
	switch {
	case a.Kind == Revoked:
		return m.revoke(a)
	case !m.Revoked.IsZero():
		return false
	case a.Kind == Reacted:
		return m.react(a)
	case a.Kind == Edited && a.From == m.Direction && a.When.After(m.Edited):
		m.Text, m.Edited = a.Text, a.When
		return true
	}
	return false
}

func (m *Message) revoke(a MessageUpdate) bool {
	if a.From != m.Direction || !m.Revoked.IsZero() && !m.Revoked.After(a.When) {
		return false
	}
	m.Text, m.Location, m.Cards, m.Interactive, m.Template, m.Referral, m.Page = "", nil, nil, nil, nil, nil, nil
	m.Attachments = emptied(m.Attachments)
	m.Reactions, m.Edited, m.Revoked = nil, Moment{}, a.When
	return true
}

// emptied leaves of files their ids: under these, one that comes in after its message was taken back is found and goes as well.
func emptied(files []Attachment) (left []Attachment) {
	for _, file := range files {
		left = append(left, Attachment{ID: file.ID})
	}
	return left
}

func (m *Message) react(a MessageUpdate) bool {
	said := Reaction{From: a.From, Emoji: a.Emoji, When: a.When}
	known := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.From == a.From })
	switch {
	case known < 0:
		m.Reactions = append(slices.Clone(m.Reactions), said)
		slices.SortFunc(m.Reactions, func(x, y Reaction) int { return strings.Compare(string(x.From), string(y.From)) })
	case said.When.After(m.Reactions[known].When):
		m.Reactions = slices.Clone(m.Reactions)
		m.Reactions[known] = said
	default:
		return false
	}
	return true
}

// Updates are the updates that made the message what it is.
func (m Message) Updates() []MessageUpdate {
	if !m.Revoked.IsZero() {
		return []MessageUpdate{{Kind: Revoked, From: m.Direction, When: m.Revoked}}
	}
	var all []MessageUpdate
	for _, r := range m.Reactions {
		all = append(all, MessageUpdate{Kind: Reacted, From: r.From, Emoji: r.Emoji, When: r.When})
	}
	if !m.Edited.IsZero() {
		all = append(all, MessageUpdate{Kind: Edited, From: m.Direction, Text: m.Text, When: m.Edited})
	}
	return all
}
