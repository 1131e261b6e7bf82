package dynamo

import (
	"context"

	"github.com/recado-chat/recado/shared/chat"
)

type eventItem struct {
	header
	Type   string        `dynamodbav:"type"`
	At     millis        `dynamodbav:"at"`
	Actor  *authorPart   `dynamodbav:"actor,omitempty"`
	Reason *reasonPart   `dynamodbav:"reason,omitempty"`
	Data   eventDataPart `dynamodbav:"data"`
}

type reasonPart struct {
	Code       string           `dynamodbav:"code"`
	Considered []consideredPart `dynamodbav:"considered,omitempty"`
}

type consideredPart struct {
	OperatorID string `dynamodbav:"operatorId"`
	Name       string `dynamodbav:"name,omitempty"`
	Outcome    string `dynamodbav:"outcome"`
	Open       int    `dynamodbav:"open,omitempty"`
	Capacity   int    `dynamodbav:"capacity,omitempty"`
}

type eventDataPart struct {
	AssigneeID         string `dynamodbav:"assigneeId,omitempty"`
	PreviousAssigneeID string `dynamodbav:"previousAssigneeId,omitempty"`
	Status             string `dynamodbav:"status,omitempty"`
	PreviousStatus     string `dynamodbav:"previousStatus,omitempty"`
	MessageID          string `dynamodbav:"messageId,omitempty"`
	Code               string `dynamodbav:"code,omitempty"`
}

func toEventItem(e chat.Event) eventItem {
	it := eventItem{
		header: headed(eventKey(e.AccountID, e.ConversationID, e.ID), kindEvent),
		Type:   string(e.Type), At: millisOf(e.At), Actor: authorOf(e.Actor),
		Data: eventDataPart{
			AssigneeID: string(e.Data.AssigneeID), PreviousAssigneeID: string(e.Data.PreviousAssigneeID),
			Status: string(e.Data.Status), PreviousStatus: string(e.Data.PreviousStatus),
			MessageID: string(e.Data.MessageID), Code: e.Data.Code,
		},
	}
	if e.Reason != nil {
		it.Reason = &reasonPart{Code: string(e.Reason.Code)}
		for _, c := range e.Reason.Considered {
			it.Reason.Considered = append(it.Reason.Considered, consideredPart{
				OperatorID: string(c.OperatorID), Name: c.Name, Outcome: string(c.Outcome), Open: c.Open, Capacity: c.Capacity,
			})
		}
	}
	return it
}

func decodeEvent(av item) (chat.Event, error) {
	it, err := decode[eventItem](av, kindEvent)
	if err != nil {
		return chat.Event{}, err
	}
	account, conv, err := parseConversationKey(it.PK)
	if err != nil {
		return chat.Event{}, damaged(kindEvent, err)
	}
	id, err := split(it.SK, "E", 1)
	if err != nil {
		return chat.Event{}, damaged(kindEvent, err)
	}
	e := chat.Event{
		ID: chat.EventID(id[0]), AccountID: account, ConversationID: conv,
		Type: chat.EventType(it.Type), At: it.At.time(), Actor: it.Actor.author(),
		Data: chat.EventData{
			AssigneeID: chat.OperatorID(it.Data.AssigneeID), PreviousAssigneeID: chat.OperatorID(it.Data.PreviousAssigneeID),
			Status: chat.Status(it.Data.Status), PreviousStatus: chat.Status(it.Data.PreviousStatus),
			MessageID: chat.MessageID(it.Data.MessageID), Code: it.Data.Code,
		},
	}
	if it.Reason != nil {
		e.Reason = &chat.Reason{Code: chat.ReasonCode(it.Reason.Code)}
		for _, c := range it.Reason.Considered {
			e.Reason.Considered = append(e.Reason.Considered, chat.Considered{
				OperatorID: chat.OperatorID(c.OperatorID), Name: c.Name, Outcome: chat.Outcome(c.Outcome),
				Open: c.Open, Capacity: c.Capacity,
			})
		}
	}
	return e, nil
}

// Events pages through a conversation's timeline the way Messages does.
func (s *Store) Events(ctx context.Context, account chat.AccountID, conv chat.ConversationID, p chat.PageRequest) (chat.Page[chat.Event], error) {
	return timeline(ctx, s, account, conv, eventPrefix, p, decodeEvent)
}
