package whatsapp

import (
	"context"
	"fmt"
	"net/http"

	"github.com/recado-chat/recado/infra/local/sim"
)

// Mark is a read receipt of the business for a customer's message, with or without a typing indicator.
type Mark struct {
	MessageID string
	Typing    bool
}

// Marks are the read receipts of this run.
func (s *Simulator) Marks() []Mark {
	s.Lock()
	defer s.Unlock()
	return append([]Mark(nil), s.marks...)
}

// WaitMarks waits until the business has sent at least n read receipts, and returns them.
func (s *Simulator) WaitMarks(ctx context.Context, n int) ([]Mark, error) {
	var marks []Mark
	if err := s.WaitFor(ctx, func() bool { marks = s.Marks(); return len(marks) >= n }); err != nil {
		return marks, fmt.Errorf("wait for %d read receipts of the business, got %+v: %w", n, marks, err)
	}
	return marks, nil
}

// postRead marks a customer's message, and all before it, as read.
func (s *Simulator) postRead(w http.ResponseWriter, request sendRequest) {
	s.Lock()
	defer s.Unlock()
	m := s.Find(request.MessageID)
	if m == nil || m.FromBusiness {
		writeError(w, 0, graphError{Code: 131009, Message: "(#131009) Parameter value is not valid", Details: "The message id is unknown."})
		return
	}
	s.marks = append(s.marks, Mark{MessageID: m.ID, Typing: request.Typing.Type == "text"})
	for _, earlier := range s.Messages() {
		if !earlier.FromBusiness && earlier.Account == m.Account && earlier.Customer == m.Customer && earlier.Status != Read {
			changed := *earlier
			changed.Status = Read
			s.LogFailure(s.Save(sim.Record{Message: &changed}))
		}
		if earlier.ID == m.ID {
			break
		}
	}
	if request.Typing.Type == "text" {
		s.Broadcast(sim.Event{Typing: &sim.Typing{Account: m.Account, Customer: m.Customer}})
	} else {
		s.Broadcast(sim.Event{})
	}
	sim.WriteJSON(w, http.StatusOK, object{"success": true})
}
