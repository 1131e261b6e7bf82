package chat

import "time"

// Decision is everything that one use case writes, in one transaction. The store derives from Before and After what else changes with
// them: operators' loads, their lists, indexes and the identity's open conversation.
type Decision struct {
	Before *Conversation // as it was read, with its version; nil opens a new one
	After  Conversation
	Events []Event
	// Messages are put with the decision, each if it does not exist yet.
	Messages []Message
	// ProviderRef lets the decision be written once per inbound item or client request.
	ProviderRef *ProviderRef
	// Identity is the new value; with Version 0 it is created, otherwise the stored one must have the version that was read.
	Identity *Identity
	// Aliases are further addresses that lead to Identity from now on.
	Aliases []string
	// NewContact is created with the conversation.
	NewContact *Contact
	// ContactStore, if set, is a store in which the conversation's contact has not had one yet.
	ContactStore StoreID
	// Capacity, when above zero, is a condition: the new assignee has fewer than so many open conversations.
	Capacity int
	// Timers are put, one for each step that follows from the decision.
	Timers   []Timer
	Activity *Activity
}

// MessageEffects are what changes together with a message.
type MessageEffects struct {
	PutTimer  *Timer
	DropTimer *Timer
	Event     *Event
	// Conversation is what the message's becomes with it; the stored one must still be of the version given.
	Conversation *Conversation
}

// ProviderRef is the receipt of an outside id: which message it leads to. Scope separates ids of different origins.
type ProviderRef struct {
	AccountID      AccountID
	Scope          string // a channel's asset, or "client:" and the operator
	ID             string // the provider's message id, or the client's
	ConversationID ConversationID
	MessageID      MessageID
	Digest         string          // of the body: the same id with another body is a conflict
	ParkedStatuses []StatusUpdate  // statuses that came before their message
	ParkedUpdates  []MessageUpdate // updates that came before their message
	ExpiresAt      time.Time
}

// ProviderRefRetention is how long receipts are kept: WhatsApp repeats webhooks for seven days; quotes and reactions of older messages
// are found for a month.
const ProviderRefRetention = 30 * 24 * time.Hour

// LoadChange is how a decision changes one operator's load.
type LoadChange struct {
	OperatorID OperatorID
	Delta      int
	AssignedAt time.Time // set when the conversation was assigned to the operator now
}

// LoadChanges are the changes of operators' loads that follow from a change of a conversation.
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

// TimerKind says which step a timer triggers again.
type TimerKind string

// The kinds of timers.
const (
	TimerSend  TimerKind = "send"
	TimerMedia TimerKind = "media"
	TimerMail  TimerKind = "mail"
	TimerJob   TimerKind = "job"
)

// Timer is an item of the due index: a step that is expected to happen. The step removes it; if its signal was lost, the clock sends
// it again at DueAt.
type Timer struct {
	AccountID      AccountID
	Kind           TimerKind
	ConversationID ConversationID // for TimerSend and TimerMedia
	MessageID      MessageID
	Subject        string    // for the others: a mail's or a job's id
	HeldFor        ChannelID // of a held message: the channel that held it
	DueAt          time.Time
	Attempt        int
}

// TimerGrace is how long a step may take before the clock triggers it again.
const TimerGrace = 2 * time.Minute

// Activity is one line of the activity log.
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
