package whatsapp

import (
	"fmt"
	"net/http"
	"time"

	"github.com/recado-chat/recado/infra/local/sim"
)

// HistoryMessage is a message from before the number was connected.
type HistoryMessage struct {
	FromBusiness bool          `json:"fromBusiness"`
	Text         string        `json:"text"`
	Ago          time.Duration `json:"ago"` // nanoseconds
	File         *Upload       `json:"-"`   // sent in a webhook of its own, after the texts
}

// ShareHistory sends the earlier messages with a customer: the texts in one webhook, each file in another. It returns their ids.
func (s *Simulator) ShareHistory(number, with string, messages ...HistoryMessage) ([]string, error) {
	s.Lock()
	defer s.Unlock()
	n := s.Account(number)
	if n == nil {
		return nil, fmt.Errorf("there is no business number %q", number)
	}
	c, err := s.customer(with)
	if err != nil {
		return nil, err
	}
	var ids []string
	var wires, files []any
	for _, p := range messages {
		m := &Message{ID: newMessageID(c.Phone), Account: n.ID, Text: p.Text}
		wire := object{
			"from": c.Phone, "id": m.ID, "timestamp": epoch(s.options.Now().Add(-p.Ago)), "type": "text", "text": object{"body": p.Text},
			"history_context": object{"status": "READ", "from_me": p.FromBusiness},
		}
		if p.FromBusiness {
			wire["from"], wire["to"] = n.Display, c.Phone
		}
		if p.File != nil {
			if m.File, err = s.keep(n.ID, *p.File); err != nil {
				return nil, err
			}
			m.Type = sim.KindOf(m.File.Mime)
			file := object{"type": m.Type, m.Type: mediaOf(m)}
			for _, same := range []string{"from", "id", "timestamp", "history_context"} {
				file[same] = wire[same]
			}
			files = append(files, file)
			delete(wire, "text")
			wire["type"] = "media_placeholder"
		}
		wires, ids = append(wires, wire), append(ids, m.ID)
	}
	value := valueOf(n)
	value["history"] = []any{object{
		"metadata": object{"phase": 0, "chunk_order": 1, "progress": 100},
		"threads":  []any{object{"id": c.Phone, "messages": wires}},
	}}
	if err := s.notify(n.ID, "history", "history", value); err != nil {
		return nil, err
	}
	for _, file := range files {
		value := valueOf(n)
		addContact(value, contactOf(c))
		value["messages"] = []any{file}
		if err := s.notify(n.ID, "history", "history", value); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func (s *Simulator) postHistory(r *http.Request, in struct {
	Account  string           `json:"account"`
	Messages []HistoryMessage `json:"messages"`
},
) (any, error) {
	ids, err := s.ShareHistory(in.Account, r.PathValue("id"), in.Messages...)
	return object{"ids": ids}, err
}
