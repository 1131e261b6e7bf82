package chat

import "time"

// Status is the state of a conversation.
type Status string

// The states; conversationTransitions lists the legal changes between them. Assigned open and pending conversations count as load.
const (
	AwaitingConsent Status = "awaiting_consent"
	Held            Status = "held" // not admitted
	Open            Status = "open"
	Pending         Status = "pending"
	Snoozed         Status = "snoozed"
	Resolved        Status = "resolved"
)

// Preview is what a list shows of the newest message.
type Preview struct {
	MessageID MessageID
	Text      string
	Type      MessageType
	Direction Direction
	Revoked   bool // its author took it back
}

// previewRunes bounds what every list row and index entry carries.
const previewRunes = 120

// NewPreview cuts a message down to what a list shows.
func NewPreview(m Message) Preview {
	text := []rune(m.Text)
	if len(text) > previewRunes {
		text = append(text[:previewRunes], '…')
	}
	return Preview{MessageID: m.ID, Text: string(text), Type: m.Type, Direction: m.Direction, Revoked: !m.Revoked.IsZero()}
}

// Conversation is one exchange with one external user on one channel.
type Conversation struct {
	ID          ConversationID
	AccountID   AccountID
	StoreID     StoreID
	GroupID     GroupID
	ChannelID   ChannelID
	ChannelType ChannelType
	ContactID   ContactID
	ContactName string
	ExternalID  string // the identity it belongs to
	Status      Status
	AssigneeID  OperatorID
	FormerID    OperatorID   // who had it when it closed, was reassigned or was released
	Passed      []OperatorID // who was unassigned by hand since it opened: they do not get it again automatically
	Tags        []string
	Campaign    string
	BotEnabled  bool

	Preview       *Preview
	LastMessageID MessageID // the highest one; only a higher one replaces the preview
	LastInboundID MessageID
	LastInboundAt time.Time // the provider's time: the window counts from it

	CreatedAt      time.Time
	LastActivityAt time.Time // the last message of either side
	AssignedAt     time.Time // when the present assignee got it
	WaitingSince   time.Time // the first message that nobody has answered
	PoolSince      time.Time // since when it has been open without an operator
	CloseAt        time.Time // when autoclose looks at it; messages do not move it, LastActivityAt decides then
	AssignAt       time.Time // when assignment tries again, in case its signal was lost
	ResolvedAt     time.Time
	ResolvedBy     Author
	InboxShards    int // the account's when it was opened; below one counts as one. Not part of list rows
	Version        int64
}

// ReopenWithin is how long after it was resolved the contact's next message reopens a conversation.
const ReopenWithin = 24 * time.Hour

// assignWatch is when assignment is tried again for a conversation for which nobody was eligible.
const assignWatch = time.Hour

// firstAssignWatch is when assignment is tried again for a conversation that just entered the pool, in case the signal was lost.
const firstAssignWatch = 2 * time.Minute

// WindowUntil is when a channel's window of this length closes; zero before the first inbound message, and for a channel without one.
func (c Conversation) WindowUntil(window time.Duration) time.Time {
	if c.LastInboundAt.IsZero() || window == 0 {
		return time.Time{}
	}
	return c.LastInboundAt.Add(window)
}

// DueAt is the earliest of the conversation's own timers; zero when none is armed.
func (c Conversation) DueAt() time.Time {
	return earliest(c.CloseAt, c.AssignAt)
}

func earliest(times ...time.Time) time.Time {
	var first time.Time
	for _, t := range times {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// IsOpen reports whether it is its identity's one unresolved conversation.
func (c Conversation) IsOpen() bool { return c.Status != Resolved }

// InPool reports whether it waits for an operator.
func (c Conversation) InPool() bool { return c.Status == Open && c.AssigneeID == "" }

// LoadOf is the operator whose load it counts on, if any.
func (c Conversation) LoadOf() OperatorID {
	if c.Status == Open || c.Status == Pending {
		return c.AssigneeID
	}
	return ""
}

// ApplyMessage records a message in the summary. It only moves forward: a late message lowers neither preview nor activity.
func (c *Conversation) ApplyMessage(m Message) {
	c.ApplyHistory(m)
	if m.Direction == Out {
		if m.Author.Kind == ByOperator || m.Author.Kind == ByExternal {
			c.WaitingSince = time.Time{}
		}
		return
	}
	if m.ID > c.LastInboundID {
		c.LastInboundID = m.ID
	}
	if m.SentAt.After(c.LastInboundAt) {
		c.LastInboundAt = m.SentAt
	}
	if c.WaitingSince.IsZero() {
		c.WaitingSince = ActivityAt(m)
	}
}

// PastConversationID is the id of the one conversation that holds what was written with c's external user before c's channel was
// connected. It is derived from the external user, so that the chunks of a history find the same one in any order.
func PastConversationID(c Conversation) ConversationID {
	return ConversationID(DeterministicID(time.Time{}, 0, "past", string(c.AccountID), string(c.ChannelID), c.ExternalID))
}

// IsPast reports whether it holds imported history: what was written before its channel was connected.
func (c Conversation) IsPast() bool { return c.ID == PastConversationID(c) }

// ApplyHistory records an imported message in the summary: preview and last activity, but no window and no waiting time.
func (c *Conversation) ApplyHistory(m Message) {
	if m.ID <= c.LastMessageID {
		return
	}
	c.LastMessageID = m.ID
	preview := NewPreview(m)
	c.Preview = &preview
	if at := ActivityAt(m); at.After(c.LastActivityAt) {
		c.LastActivityAt = at
	}
}

// ActivityAt is the instant a message counts as activity: the one it sorts by, or for an imported one its own time.
func ActivityAt(m Message) time.Time {
	if m.Past {
		return m.SentAt
	}
	return SortTime(m.SentAt, m.ReceivedAt)
}

// FirstWait reports whether its timeline does not yet say, for this stay in the pool, that nobody was eligible.
func (c Conversation) FirstWait() bool {
	return c.InPool() && c.AssignAt.Equal(c.PoolSince.Add(firstAssignWatch))
}
