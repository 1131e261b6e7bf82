package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type eventItem struct {
	table.Header
	Type   string        `dynamodbav:"type"`
	At     table.Millis  `dynamodbav:"at"`
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
	OtherID            string `dynamodbav:"otherId,omitempty"`
	Code               string `dynamodbav:"code,omitempty"`
}

func Event(e chat.Event) eventItem {
	it := eventItem{
		Header: table.NewHeader(key.Event(e.AccountID, e.ConversationID, e.ID), KindEvent),
		Type:   string(e.Type), At: table.MillisOf(e.At), Actor: authorOf(e.Actor),
		Data: eventDataPart{
			AssigneeID: string(e.Data.AssigneeID), PreviousAssigneeID: string(e.Data.PreviousAssigneeID),
			Status: string(e.Data.Status), PreviousStatus: string(e.Data.PreviousStatus),
			MessageID: string(e.Data.MessageID), OtherID: string(e.Data.OtherID), Code: e.Data.Code,
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

func DecodeEvent(av table.Item) (chat.Event, error) {
	it, err := table.Decode[eventItem](av, KindEvent)
	if err != nil {
		return chat.Event{}, err
	}
	account, conv, err := key.ParseConversation(it.PK)
	if err != nil {
		return chat.Event{}, table.Damaged(KindEvent, err)
	}
	id, err := key.Split(it.SK, "E", 1)
	if err != nil {
		return chat.Event{}, table.Damaged(KindEvent, err)
	}
	e := chat.Event{
		ID: chat.EventID(id[0]), AccountID: account, ConversationID: conv,
		Type: chat.EventType(it.Type), At: it.At.Time(), Actor: it.Actor.author(),
		Data: chat.EventData{
			AssigneeID: chat.OperatorID(it.Data.AssigneeID), PreviousAssigneeID: chat.OperatorID(it.Data.PreviousAssigneeID),
			Status: chat.Status(it.Data.Status), PreviousStatus: chat.Status(it.Data.PreviousStatus),
			MessageID: chat.MessageID(it.Data.MessageID), OtherID: chat.ConversationID(it.Data.OtherID), Code: it.Data.Code,
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
