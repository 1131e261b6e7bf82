package wire

import "github.com/recado-chat/recado/shared/chat"

// Event is one line of a conversation's timeline. Types and codes grow: show what is unknown neutrally or not at all.
type Event struct {
	// ID sorts the events of a conversation by time.
	ID string `json:"id"`
	// ConversationID is the conversation that the event belongs to.
	ConversationID string `json:"conversationId"`
	// Type says what happened.
	Type chat.EventType `json:"type" open:"true"`
	// At is when it happened.
	At Time `json:"at"`
	// Actor is who caused the event; kind system for the service itself.
	Actor Author `json:"actor"`
	// Reason explains a decision of the service; null for what a person did.
	Reason *Reason `json:"reason"`
	// Data are the facts of the event.
	Data EventData `json:"data"`
}

// Reason explains a decision.
type Reason struct {
	// Code is why it was decided so.
	Code chat.ReasonCode `json:"code" open:"true"`
	// Considered are the operators who were looked at; empty in a frame in which they did not fit.
	Considered []Considered `json:"considered" default:"[]"`
}

// Considered is one operator who was looked at, and what became of them.
type Considered struct {
	// OperatorID is the operator's id.
	OperatorID string `json:"operatorId"`
	// Name is the operator's name at that time.
	Name string `json:"name"`
	// Outcome is why the operator was chosen or not.
	Outcome chat.Outcome `json:"outcome" open:"true"`
	// Open is how many conversations the operator had.
	Open int `json:"open"`
	// Capacity is how many the operator may have.
	Capacity int `json:"capacity"`
}

// EventData are the facts of an event; those that do not belong to its type are left out.
type EventData struct {
	// AssigneeID is the operator who has the conversation since the event.
	AssigneeID string `json:"assigneeId,omitempty"`
	// PreviousAssigneeID is the operator who had the conversation before.
	PreviousAssigneeID string `json:"previousAssigneeId,omitempty"`
	// Status is the status since the event.
	Status ConversationStatus `json:"status,omitempty" open:"true"`
	// PreviousStatus is the status before the event.
	PreviousStatus ConversationStatus `json:"previousStatus,omitempty" open:"true"`
	// MessageID is the message that the event is about.
	MessageID string `json:"messageId,omitempty"`
	// OtherConversationID is the conversation with which this one was joined, for events of type merged.
	OtherConversationID string `json:"otherConversationId,omitempty"`
	// Code is the provider's error code of a message that failed.
	Code string `json:"code,omitempty"`
}
