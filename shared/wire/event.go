package wire

import "github.com/recado-chat/recado/shared/chat"

// Event is one line of a conversation's timeline. Types and codes grow: show what is unknown neutrally or not at all.
type Event struct {
	ID             string         `json:"id"`
	ConversationID string         `json:"conversationId"`
	Type           chat.EventType `json:"type" open:"true"`
	At             Time           `json:"at"`
	Actor          Author         `json:"actor"`
	// Reason explains a decision of the service; null for what a person did.
	Reason *Reason   `json:"reason"`
	Data   EventData `json:"data"`
}

// Reason explains a decision.
type Reason struct {
	Code chat.ReasonCode `json:"code" open:"true"`
	// Considered are the operators who were looked at; empty in a frame in which they did not fit.
	Considered []Considered `json:"considered" default:"[]"`
}

// Considered is one operator who was looked at, and what became of them.
type Considered struct {
	OperatorID string       `json:"operatorId"`
	Name       string       `json:"name"`
	Outcome    chat.Outcome `json:"outcome" open:"true"`
	// Open is how many conversations the operator had.
	Open int `json:"open"`
	// Capacity is how many the operator may have.
	Capacity int `json:"capacity"`
}

// EventData are the facts of an event; those that do not belong to its type are left out.
type EventData struct {
	AssigneeID         string             `json:"assigneeId,omitempty"`
	PreviousAssigneeID string             `json:"previousAssigneeId,omitempty"`
	Status             ConversationStatus `json:"status,omitempty" open:"true"`
	PreviousStatus     ConversationStatus `json:"previousStatus,omitempty" open:"true"`
	MessageID          string             `json:"messageId,omitempty"`
	// Code is the provider's error code of a message that failed.
	Code string `json:"code,omitempty"`
}
