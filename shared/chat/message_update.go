package chat

import (
	"slices"
	"strings"
	"time"
)

// MessageUpdateKind is how a message changes after it was written.
type MessageUpdateKind string

// The kinds of message updates.
const (
	Reacted MessageUpdateKind = "reaction"
	Edited  MessageUpdateKind = "edit"
	Revoked MessageUpdateKind = "revoke" // its author deleted it for everybody
)

// Moment orders what providers report: by the provider's time, which may be in whole seconds, and then by arrival.
type Moment struct {
	At         time.Time
	ReceivedAt time.Time
}

// IsZero reports whether it has not happened.
func (m Moment) IsZero() bool { return m.At.IsZero() }

// After reports whether m is the later one.
func (m Moment) After(other Moment) bool {
	if m.At.Equal(other.At) {
		return m.ReceivedAt.After(other.ReceivedAt)
	}
	return m.At.After(other.At)
}

// MessageUpdate is one side's change of a message, as the provider reports it.
type MessageUpdate struct {
	Kind MessageUpdateKind
	From Direction // In is the contact, Out the business
	// Emoji is a reaction's; "" removes the side's reaction.
	Emoji string
	// Text is an edited message's new one.
	Text string
	When Moment
}

// Reaction is the last reaction of one side: an emoji, or "" for a removed one, which keeps an older reaction from coming back.
type Reaction struct {
	From  Direction
	Emoji string
	When  Moment
}

// ApplyUpdate applies an update and reports whether the message changed. In any order, and however often they come, updates lead to the
// same message: of each kind the latest stands, and a revoked message stays empty. Only its own side edits or revokes a message.
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
	m.Form, m.Choice, m.Unsupported = nil, nil, nil
	m.Attachments = emptied(m.Attachments)
	m.Reactions, m.Edited, m.Revoked = nil, Moment{}, a.When
	return true
}

// emptied keeps the ids of files: a file that is fetched after its message was revoked is found by its id and deleted.
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
