package chat

import "time"

// EventType says what happened in a conversation.
type EventType string

// The types of Events.
const (
	EventOpened        EventType = "opened"
	EventReopened      EventType = "reopened"
	EventAssigned      EventType = "assigned"
	EventUnassigned    EventType = "unassigned"
	EventWaiting       EventType = "waiting" // nobody was eligible
	EventResolved      EventType = "resolved"
	EventPending       EventType = "pending"
	EventTakenUp       EventType = "taken_up" // a pending conversation became open
	EventMessageFailed EventType = "message_failed"
	EventMoved         EventType = "moved"      // the contact has another number or id
	EventPastKept      EventType = "past_kept"  // it holds imported history
	EventMerged        EventType = "merged"     // the contact is one with another, whose open conversation was closed or is this one's
	EventSplit         EventType = "split"      // they are two again
	EventReassigned    EventType = "reassigned" // the contact's number is somebody else's by now
	EventOptedOut      EventType = "opted_out"  // the contact opted out of marketing
	EventOptedIn       EventType = "opted_in"
)

// ReasonCode is why a decision was made as it was.
type ReasonCode string

// The reasons.
const (
	ReasonFixedManager   ReasonCode = "fixed_manager"
	ReasonFewestOpen     ReasonCode = "fewest_open"
	ReasonLongestWithout ReasonCode = "longest_without"
	ReasonFormerOperator ReasonCode = "former_operator"
	ReasonByHand         ReasonCode = "by_hand"
	ReasonNobodyEligible ReasonCode = "nobody_eligible"
	ReasonIdle           ReasonCode = "idle"
	ReasonOneMonth       ReasonCode = "one_month"
	ReasonContactWrote   ReasonCode = "contact_wrote"
	ReasonNoLongerServes ReasonCode = "no_longer_serves" // its assignee is inactive, cannot answer, or lost the store's grant
)

// Outcome is the result for one operator who was considered.
type Outcome string

// The outcomes.
const (
	OutcomeChosen      Outcome = "chosen"
	OutcomeInactive    Outcome = "inactive"
	OutcomeCannotReply Outcome = "cannot_reply" // by their role
	OutcomeNotGranted  Outcome = "not_granted"
	OutcomeAway        Outcome = "away"
	OutcomeAtCapacity  Outcome = "at_capacity"
	OutcomePassed      Outcome = "passed"       // was unassigned from it by hand
	OutcomeBusier      Outcome = "busier"       // eligible, with more open conversations
	OutcomeServedLater Outcome = "served_later" // eligible and as free, but had one more recently
)

// Considered is one operator who was considered, and why they were or were not chosen.
type Considered struct {
	OperatorID OperatorID
	Name       string
	Outcome    Outcome
	Open       int
	Capacity   int
}

// Reason explains a decision.
type Reason struct {
	Code       ReasonCode
	Considered []Considered
}

// Event is one line of a conversation's timeline, written with its decision. It holds ids, never message text.
type Event struct {
	ID             EventID
	AccountID      AccountID
	ConversationID ConversationID
	Type           EventType
	At             time.Time
	Actor          Author
	Reason         *Reason
	Data           EventData
}

// EventData are the facts of an Event that a reader needs; most are empty.
type EventData struct {
	AssigneeID         OperatorID
	PreviousAssigneeID OperatorID
	Status             Status
	PreviousStatus     Status
	MessageID          MessageID
	OtherID            ConversationID // the conversation that was joined to this one, or that this one was joined to
	Code               string         // a provider's error code
}
