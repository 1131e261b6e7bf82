package chat

import "time"

// Decision is everything that one verb writes, all of it or nothing: the law "one decision, one write". The store derives
// from Before and After what else changes with them: operators' loads, their lists, indexes and the identity's open
// conversation.
type Decision struct {
	Before *Conversation // as it was read, with its version; nil opens a new one
	After  Conversation
	Events []Event
	// Messages are put with the decision, each if it is not there yet.
	Messages []Message
	// ProviderRef makes the decision happen once for one inbound item or one request of a client.
	ProviderRef *ProviderRef
	// Identity is what it becomes; with Version 0 it is created, otherwise it must still have the version read.
	Identity *Identity
	// Aliases are further addresses that lead to Identity from now on.
	Aliases []string
	// NewContact is created with the conversation.
	NewContact *Contact
	// Capacity, when above zero, lets the new assignee take it only while they carry fewer than that many.
	Capacity int
	// Timers are put, one for each step that the decision makes somebody wait for.
	Timers   []Timer
	Activity *Activity
}

// ProviderRef remembers which message an outside id led to. Scope keeps the names of different givers apart.
type ProviderRef struct {
	AccountID      AccountID
	Scope          string // a channel's asset, or "client:" and the operator
	ID             string // the provider's message id, or the client's
	ConversationID ConversationID
	MessageID      MessageID
	Digest         string          // of the body: the same id with another body is a conflict
	ParkedStatuses []StatusUpdate  // statuses that came before their message
	ParkedUpdates  []MessageUpdate // alterations that did
	ExpiresAt      time.Time
}

// ProviderRefRetention is how long receipts are kept: WhatsApp repeats for seven days, and people look back a month.
const ProviderRefRetention = 30 * 24 * time.Hour

// LoadChange is how a decision moves one operator's load.
type LoadChange struct {
	OperatorID OperatorID
	Delta      int
	AssignedAt time.Time // set when the operator was given the conversation now
}

// LoadChanges are the operators' loads that a change of a conversation moves.
func LoadChanges(before *Conversation, after Conversation, now time.Time) []LoadChange {
	var was OperatorID
	if before != nil {
		was = before.LoadOf()
	}
	is := after.LoadOf()
	if was == is {
		return nil
	}
	var changes []LoadChange
	if was != "" {
		changes = append(changes, LoadChange{OperatorID: was, Delta: -1})
	}
	if is != "" {
		changes = append(changes, LoadChange{OperatorID: is, Delta: 1, AssignedAt: now})
	}
	return changes
}

// TimerKind says which step a timer asks for again.
type TimerKind string

// The kinds of timers.
const (
	TimerSend  TimerKind = "send"
	TimerMedia TimerKind = "media"
	TimerMail  TimerKind = "mail"
	TimerJob   TimerKind = "job"
)

// Timer is an item of the due index: a step that is waited for. The step removes it; if it was lost, the clock asks again.
type Timer struct {
	AccountID      AccountID
	Kind           TimerKind
	ConversationID ConversationID // for TimerSend and TimerMedia
	MessageID      MessageID
	Subject        string    // for the others: a mail's or a job's id
	HeldFor        ChannelID // of a held message: the channel whose return it waits for
	DueAt          time.Time
	Attempt        int
}

// TimerGrace is how long a step may take before the clock asks for it again.
const TimerGrace = 2 * time.Minute

// Activity is one line of the activity log: who changed what.
type Activity struct {
	AccountID AccountID
	RequestID string
	At        time.Time
	Actor     Author
	Action    string
	Target    string
	IP        string
	UserAgent string
}
