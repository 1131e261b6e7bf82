package view

import "github.com/recado-chat/recado/shared/chat"

// EventShape is one line of a conversation's timeline.
type EventShape struct {
	ID             string       `json:"id"`
	ConversationID string       `json:"conversationId"`
	Type           string       `json:"type"`
	At             Time         `json:"at"`
	Actor          AuthorShape  `json:"actor"`
	Reason         *ReasonShape `json:"reason"`
	Data           EventData    `json:"data"`
}

// ReasonShape explains a decision.
type ReasonShape struct {
	Code       string            `json:"code"`
	Considered []ConsideredShape `json:"considered"`
}

// ConsideredShape is one operator who was looked at.
type ConsideredShape struct {
	OperatorID string `json:"operatorId"`
	Name       string `json:"name"`
	Outcome    string `json:"outcome"`
	Open       int    `json:"open"`
	Capacity   int    `json:"capacity"`
}

// EventData are the facts of an Event.
type EventData struct {
	AssigneeID         string `json:"assigneeId,omitempty"`
	PreviousAssigneeID string `json:"previousAssigneeId,omitempty"`
	Status             string `json:"status,omitempty"`
	PreviousStatus     string `json:"previousStatus,omitempty"`
	MessageID          string `json:"messageId,omitempty"`
	Code               string `json:"code,omitempty"`
}

// Event shows an Event.
func Event(e chat.Event) EventShape {
	shape := EventShape{
		ID:             string(e.ID),
		ConversationID: string(e.ConversationID),
		Type:           string(e.Type),
		At:             Time(e.At),
		Actor:          author(e.Actor),
		Data: EventData{
			AssigneeID:         string(e.Data.AssigneeID),
			PreviousAssigneeID: string(e.Data.PreviousAssigneeID),
			Status:             string(e.Data.Status),
			PreviousStatus:     string(e.Data.PreviousStatus),
			MessageID:          string(e.Data.MessageID),
			Code:               e.Data.Code,
		},
	}
	if e.Reason != nil {
		reason := ReasonShape{Code: string(e.Reason.Code), Considered: make([]ConsideredShape, len(e.Reason.Considered))}
		for i, c := range e.Reason.Considered {
			reason.Considered[i] = ConsideredShape{
				OperatorID: string(c.OperatorID), Name: c.Name, Outcome: string(c.Outcome), Open: c.Open, Capacity: c.Capacity,
			}
		}
		shape.Reason = &reason
	}
	return shape
}
