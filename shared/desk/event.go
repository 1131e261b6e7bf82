package desk

import (
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

// NewEvent makes a line of the timeline. Its id follows from the conversation's version, so that a repeated decision writes it once.
func NewEvent(c chat.Conversation, kind chat.EventType, actor chat.Author, at time.Time, reason *chat.Reason) chat.Event {
	return chat.Event{
		ID:             chat.EventID(chat.DeterministicID(at, c.Version, string(c.ID), string(kind))),
		AccountID:      c.AccountID,
		ConversationID: c.ID,
		Type:           kind,
		At:             at,
		Actor:          actor,
		Reason:         reason,
		Data:           chat.EventData{AssigneeID: c.AssigneeID, Status: c.Status},
	}
}

// Because makes a reason that has only a code.
func Because(code chat.ReasonCode) *chat.Reason { return &chat.Reason{Code: code} }

// MessageFailed is the line of the timeline for a message that could not be delivered; one for each attempt.
func MessageFailed(m chat.Message, at time.Time) *chat.Event {
	event := chat.Event{
		ID:             chat.EventID(chat.DeterministicID(at, int64(m.Attempt), string(m.ID), "failed")),
		AccountID:      m.AccountID,
		ConversationID: m.ConversationID,
		Type:           chat.EventMessageFailed,
		At:             at,
		Actor:          System,
		Data:           chat.EventData{MessageID: m.ID},
	}
	if m.Error != nil {
		event.Data.Code = m.Error.Code
	}
	return &event
}

// ByOperator is the decision of an operator's click, with its Event and its line in the activity log.
func ByOperator(actor chat.Actor, before, after chat.Conversation, kind chat.EventType, at time.Time) *chat.Decision {
	event := NewEvent(after, kind, actor.Author(), at, Because(chat.ReasonByHand))
	event.Data.PreviousAssigneeID, event.Data.PreviousStatus = before.AssigneeID, before.Status
	return &chat.Decision{
		Before: &before, After: after, Events: []chat.Event{event},
		Activity: &chat.Activity{
			AccountID: after.AccountID, RequestID: actor.RequestID, At: at, Actor: actor.Author(),
			Action: "conversation." + string(kind), Target: "conversation/" + string(after.ID), IP: actor.IP, UserAgent: actor.UserAgent,
		},
	}
}

// ByContact is the author of what a conversation's contact did.
func ByContact(c chat.Conversation) chat.Author {
	return chat.Author{Kind: chat.ByContact, ID: string(c.ContactID), Name: c.ContactName}
}
