package whatsapp

import (
	"context"
	"fmt"
	"net/http"
)

// Mark is the business saying that it has read a customer's message, and with Typing that it writes an answer.
type Mark struct {
	MessageID string
	Typing    bool
}

// Typing is what the page shows for a while.
type Typing struct {
	Number   string `json:"number"`
	Customer string `json:"customer"`
}

// Marks are what the business said in this run.
func (s *Simulator) Marks() []Mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mark(nil), s.marks...)
}

// WaitMarks waits until the business has said at least n marks, and answers them.
func (s *Simulator) WaitMarks(ctx context.Context, n int) ([]Mark, error) {
	var marks []Mark
	if err := s.wait(ctx, func() bool { marks = s.Marks(); return len(marks) >= n }); err != nil {
		return marks, fmt.Errorf("wait for %d marks of the business, there are %+v: %w", n, marks, err)
	}
	return marks, nil
}

// postRead gives a customer's message, and all before it, the blue ticks.
func (s *Simulator) postRead(w http.ResponseWriter, request sendRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byID[request.MessageID]
	if m == nil || m.FromBusiness {
		writeError(w, 0, graphError{Code: 131009, Message: "(#131009) Parameter value is not valid", Details: "The message id is unknown."})
		return
	}
	s.marks = append(s.marks, Mark{MessageID: m.ID, Typing: request.Typing.Type == "text"})
	for _, earlier := range s.messages {
		if !earlier.FromBusiness && earlier.Number == m.Number && earlier.Customer == m.Customer && earlier.Status != Read {
			changed := *earlier
			changed.Status = Read
			s.logFailure(s.save(record{Message: &changed}))
		}
		if earlier.ID == m.ID {
			break
		}
	}
	if request.Typing.Type == "text" {
		s.broadcast(event{Typing: &Typing{Number: m.Number, Customer: m.Customer}})
	} else {
		s.broadcast(event{})
	}
	writeJSON(w, http.StatusOK, object{"success": true})
}
