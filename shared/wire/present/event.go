package present

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// Event builds a line of the timeline.
func Event(e chat.Event) wire.Event {
	shape := wire.Event{
		ID:             string(e.ID),
		ConversationID: string(e.ConversationID),
		Type:           e.Type,
		At:             wire.Time(e.At),
		Actor:          author(e.Actor),
		Data: wire.EventData{
			AssigneeID:         string(e.Data.AssigneeID),
			PreviousAssigneeID: string(e.Data.PreviousAssigneeID),
			Status:             wire.ConversationStatus(e.Data.Status),
			PreviousStatus:     wire.ConversationStatus(e.Data.PreviousStatus),
			MessageID:          string(e.Data.MessageID),

			OtherConversationID: string(e.Data.OtherID),
			Code:                e.Data.Code,
		},
	}
	if e.Reason != nil {
		reason := wire.Reason{Code: e.Reason.Code, Considered: make([]wire.Considered, len(e.Reason.Considered))}
		for i, c := range e.Reason.Considered {
			reason.Considered[i] = wire.Considered{
				OperatorID: string(c.OperatorID), Name: c.Name, Outcome: c.Outcome, Open: c.Open, Capacity: c.Capacity,
			}
		}
		shape.Reason = &reason
	}
	return shape
}
