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
	// Load, when set, is a condition: the new assignee has as many open conversations as this load, by which the decision was made.
	Load *Load
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
	ID             string // the provider's message id or the key that its forms share, or the client's id
	Form           string // with a key: the form of the id that the message has
	Shared         bool   // with a key: other messages have it too, and are found by their own ids alone
	ConversationID ConversationID
	MessageID      MessageID
	Digest         string          // of the body: the same id with another body is a conflict
	ParkedStatuses []StatusUpdate  // statuses that came before their message
	ParkedUpdates  []MessageUpdate // updates that came before their message
	ParkedQuotes   []Quote         // messages that quote it and came before it
	ExpiresAt      time.Time
}

// ProviderID is the provider's id of the receipt's message.
func (r ProviderRef) ProviderID() string {
	if r.Form != "" {
		return r.Form
	}
	return r.ID
}

// Quote is a message that quotes another.
type Quote struct {
	ConversationID ConversationID
	MessageID      MessageID
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
	TimerSend    TimerKind = "send"
	TimerMedia   TimerKind = "media"
	TimerMail    TimerKind = "mail"
	TimerJob     TimerKind = "job"
	TimerPool    TimerKind = "pool"
	TimerPicture TimerKind = "picture" // of an operator
)

// Timer is an item of the due index: a step that is expected to happen. The step removes it; if its signal was lost, the clock sends
// it again at DueAt.
type Timer struct {
	AccountID      AccountID
	Kind           TimerKind
	ConversationID ConversationID // for TimerSend and TimerMedia
	MessageID      MessageID
	Subject        string    // for the others: the id of a mail, a job, a pool's store or an operator
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
