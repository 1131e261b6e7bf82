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
	Moves       []ConversationMove
	MergedInto  ConversationID // of a resolved one: where what its contact writes is answered
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
	LastInboundAt time.Time // the provider's time, or what CloseWindow made of it: the window counts from it
	InboundCount  int       // the contact's messages, each newer than those before it

	CreatedAt      time.Time
	LastActivityAt time.Time // the last message of either side
	AssignedAt     time.Time // when the present assignee got it
	WaitingSince   time.Time // the first message that nobody has answered
	PoolSince      time.Time // since when it has been open without an operator
	CloseAt        time.Time // when autoclose looks at it; messages do not move it, LastActivityAt decides then
	AssignAt       time.Time // only of conversations that waited before pools had a timer: it fires once, see pool.Timer
	ResolvedAt     time.Time
	ResolvedBy     Author
	InboxShards    int // the account's when it was opened; below one counts as one. Not part of list rows
	Version        int64
}

// ReopenWithin is how long after it was resolved the contact's next message reopens a conversation.
const ReopenWithin = 24 * time.Hour

// WindowUntil is when a channel's window of this length closes; zero before the first inbound message, and for a channel without one.
func (c Conversation) WindowUntil(window time.Duration) time.Time {
	if c.LastInboundAt.IsZero() || window == 0 {
		return time.Time{}
	}
	return c.LastInboundAt.Add(window)
}

// CloseWindow closes a window of that length because the provider refused a message for it at that time, and reports whether it was open.
// What the contact wrote since then, or writes later, opens it.
func (c *Conversation) CloseWindow(window time.Duration, at time.Time) bool {
	if !c.LastInboundAt.Before(at) || !at.Before(c.WindowUntil(window)) {
		return false
	}
	c.LastInboundAt = at.Add(-window)
	return true
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

// PoolTurn is the time by which those who wait in the pool are taken: since when a message of the contact is unanswered, or since when it
// is in the pool if none is.
func (c Conversation) PoolTurn() time.Time {
	if c.WaitingSince.IsZero() {
		return c.PoolSince
	}
	return c.WaitingSince
}

// ClosesAt is when an assigned conversation closes if nobody writes; zero when it does not, and for one without an operator, which closes
// a month after it went quiet.
func (c Conversation) ClosesAt() time.Time {
	if c.AssigneeID == "" || !c.IsOpen() {
		return time.Time{}
	}
	return c.CloseAt
}

// LoadOf is the operator whose load it counts on, if any.
func (c Conversation) LoadOf() OperatorID {
	if c.Status == Open || c.Status == Pending {
		return c.AssigneeID
	}
	return ""
}

// ApplyMessage records a message in the summary. It only moves forward: a late message lowers neither preview nor activity. It counts as
// activity when it arrives, so that a conversation does not close under a message that nobody has seen yet.
func (c *Conversation) ApplyMessage(m Message) {
	c.ApplyHistory(m)
	c.LastActivityAt = later(c.LastActivityAt, ActivityAt(m))
	if m.Direction == Out {
		if m.Author.Kind == ByOperator || m.Author.Kind == ByExternal {
			c.WaitingSince = time.Time{}
		}
		return
	}
	if m.ID > c.LastInboundID {
		c.LastInboundID = m.ID
		c.InboundCount++
	}
	if m.SentAt.After(c.LastInboundAt) {
		c.LastInboundAt = m.SentAt
	}
	if c.WaitingSince.IsZero() {
		c.WaitingSince = SortTime(m.SentAt, m.ReceivedAt)
	}
}

// PastConversationID is the id of the one conversation that holds what was written with c's external user before c's channel was
// connected. It is derived from the external user, so that the chunks of a history find the same one in any order.
func PastConversationID(c Conversation) ConversationID {
	external := c.ExternalID
	if len(c.Moves) > 0 {
		external = c.Moves[0].ExternalID
	}
	return ConversationID(DeterministicID(time.Time{}, 0, "past", string(c.AccountID), string(c.ChannelID), external))
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
	c.LastActivityAt = later(c.LastActivityAt, ActivityAt(m))
}

// ActivityAt is the instant a message counts as activity: its arrival. An imported one counts at its own time.
func ActivityAt(m Message) time.Time {
	if m.Past || m.ReceivedAt.IsZero() {
		return m.SentAt
	}
	return m.ReceivedAt
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
