package chat

import (
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/fault"
)

// Status is the state of a conversation.
type Status string

// The states. Assigned open and pending conversations count as load.
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
	FormerID    OperatorID // who had it when it closed or was taken away
	Passed      []OperatorID
	Tags        []string
	Campaign    string
	BotEnabled  bool

	Preview       *Preview
	LastMessageID MessageID // the highest one: what moves the preview forward
	LastInboundID MessageID
	LastInboundAt time.Time // the provider's time: the window counts from it

	CreatedAt      time.Time
	LastActivityAt time.Time // the last message of either side
	AssignedAt     time.Time // when the present assignee got it
	WaitingSince   time.Time // the first message that nobody has answered
	PoolSince      time.Time // since when it has been open without an operator
	CloseAt        time.Time // lazily armed: the handler looks at LastActivityAt when it fires
	AssignAt       time.Time // asks for an operator again, should the signal have been lost
	ResolvedAt     time.Time
	ResolvedBy     Author
	InboxShards    int // the account's when it was opened; below one counts as one. List rows do not have it
	Version        int64
}

// ReopenWithin is how long after its closing a conversation is taken up again by the contact's next message.
const ReopenWithin = 24 * time.Hour

// assignWatch is when an unassigned conversation asks again on its own.
const assignWatch = time.Hour

// firstAssignWatch is the same right after it entered the pool, when a lost signal would hurt most.
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

// IsOpen says that it is the one open conversation of its identity.
func (c Conversation) IsOpen() bool { return c.Status != Resolved }

// InPool says that it waits for an operator.
func (c Conversation) InPool() bool { return c.Status == Open && c.AssigneeID == "" }

// LoadOf is the operator whose load it counts on, if any.
func (c Conversation) LoadOf() OperatorID {
	if c.Status == Open || c.Status == Pending {
		return c.AssigneeID
	}
	return ""
}

// Assign gives the conversation to an operator, from the pool or from another one.
func (c *Conversation) Assign(to OperatorID, now time.Time) error {
	switch {
	case to == "":
		return fault.New(fault.Invalid, "an operator is needed").WithField("operatorId")
	case c.Status == Resolved:
		return fault.New(fault.Conflict, "the conversation is resolved").WithReason("resolved")
	case c.Status == Held || c.Status == AwaitingConsent:
		return fault.New(fault.Conflict, "the conversation is not admitted yet").WithReason("held")
	case c.AssigneeID == to:
		return fault.New(fault.Conflict, "the conversation is theirs already").WithReason("unchanged")
	}
	if c.AssigneeID != "" {
		c.FormerID = c.AssigneeID
	}
	c.AssigneeID, c.AssignedAt, c.PoolSince, c.AssignAt = to, now, time.Time{}, time.Time{}
	return nil
}

// Unassign puts the conversation back into the pool, for anybody but who had it.
func (c *Conversation) Unassign(now time.Time) error {
	if c.Status == Resolved {
		return fault.New(fault.Conflict, "the conversation is resolved").WithReason("resolved")
	}
	if c.AssigneeID == "" {
		return fault.New(fault.Conflict, "nobody has the conversation").WithReason("unchanged")
	}
	if !slices.Contains(c.Passed, c.AssigneeID) {
		c.Passed = append(slices.Clone(c.Passed), c.AssigneeID)
	}
	c.FormerID, c.AssigneeID, c.AssignedAt = "", "", time.Time{}
	c.enterPool(now)
	return nil
}

func (c *Conversation) enterPool(now time.Time) {
	if c.Status == Open && c.AssigneeID == "" {
		c.PoolSince, c.AssignAt = now, now.Add(firstAssignWatch)
	}
}

// Wait re-arms the watch of a conversation for which nobody was eligible.
func (c *Conversation) Wait(now time.Time) {
	c.AssignAt = now.Add(assignWatch)
}

// Resolve closes the conversation. Its assignee stays on it, as who resolved it is not always who had it.
func (c *Conversation) Resolve(now time.Time, by Author) error {
	if c.Status == Resolved {
		return fault.New(fault.Conflict, "the conversation is resolved already").WithReason("unchanged")
	}
	c.Status, c.ResolvedAt, c.ResolvedBy = Resolved, now, by
	c.PoolSince, c.AssignAt, c.CloseAt, c.WaitingSince = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return nil
}

// Reopen takes a resolved conversation up again, for the operator given or for the pool.
func (c *Conversation) Reopen(now time.Time, operator OperatorID) error {
	if c.Status != Resolved {
		return fault.New(fault.Conflict, "the conversation is not resolved").WithReason("unchanged")
	}
	if c.AssigneeID != "" {
		c.FormerID = c.AssigneeID
	}
	c.Passed = nil
	c.Status, c.AssigneeID, c.AssignedAt, c.ResolvedAt, c.ResolvedBy = Open, operator, time.Time{}, time.Time{}, Author{}
	if operator != "" {
		c.AssignedAt = now
	}
	c.enterPool(now)
	return nil
}

// SetPending puts an open conversation aside until the contact writes.
func (c *Conversation) SetPending() error {
	if c.Status != Open {
		return fault.New(fault.Conflict, "only an open conversation can be set pending").WithReason("unchanged")
	}
	c.SetAside()
	return nil
}

// SetAside makes a new conversation pending: the business wrote first, and nobody has to answer.
func (c *Conversation) SetAside() {
	c.Status = Pending
	c.PoolSince, c.AssignAt = time.Time{}, time.Time{}
}

// SetOpen takes a pending or snoozed conversation up again.
func (c *Conversation) SetOpen(now time.Time) error {
	if c.Status != Pending && c.Status != Snoozed {
		return fault.New(fault.Conflict, "only a pending or snoozed conversation can be set open").WithReason("unchanged")
	}
	c.Status = Open
	c.enterPool(now)
	return nil
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

// Keep makes a new conversation one that is over: it holds what was written before its channel was connected.
func (c *Conversation) Keep(now time.Time) {
	c.ID, c.Status, c.ResolvedAt, c.ResolvedBy = PastConversationID(*c), Resolved, now, Author{Kind: BySystem}
	c.PoolSince, c.AssignAt = time.Time{}, time.Time{}
}

// PastConversationID is the id of the one conversation that holds what was written with c's external user before c's channel was
// connected. It is made of whose it is: in whatever order the parts of the past come, they find the same one.
func PastConversationID(c Conversation) ConversationID {
	return ConversationID(DeterministicID(time.Time{}, 0, "past", string(c.AccountID), string(c.ChannelID), c.ExternalID))
}

// IsPast says that it holds what was written before its channel was connected.
func (c Conversation) IsPast() bool { return c.ID == PastConversationID(c) }

// ApplyHistory records a message of the past in the summary: what it shows, and nothing that asks somebody to act or opens a window.
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

// ActivityAt is the instant a message counts as activity: the one it sorts by.
func ActivityAt(m Message) time.Time { return SortTime(m.SentAt, m.ReceivedAt) }

// Admit starts a new conversation: open and in the pool, or held while a metered account's credit is being taken.
func (c *Conversation) Admit(now time.Time, metered bool) {
	if metered {
		c.Status = Held
		return
	}
	c.Status = Open
	c.enterPool(now)
}

// FirstWait says that the conversation has not been told yet that nobody can take it, in this stay in the pool.
func (c Conversation) FirstWait() bool {
	return c.InPool() && c.AssignAt.Equal(c.PoolSince.Add(firstAssignWatch))
}
