package whatsapp

import (
	"fmt"
	"net/http"
	"time"
)

// Past is a message from before a number was connected. File says that there was one, which comes after the words.
type Past struct {
	FromBusiness bool          `json:"fromBusiness"`
	Text         string        `json:"text"`
	Ago          time.Duration `json:"ago"` // nanoseconds
	File         *Upload       `json:"-"`
}

// Share tells the business in one chunk what was written with a customer before, and its files in a webhook each. It answers the
// messages' ids.
func (s *Simulator) Share(number, with string, messages ...Past) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.number(number)
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
		m := &Message{ID: newMessageID(c.Phone), Number: n.ID, Text: p.Text}
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
			m.Type = kindOf(m.File.Mime)
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
	if err := s.notify("past", "history", value); err != nil {
		return nil, err
	}
	for _, file := range files {
		value := valueOf(n)
		addContact(value, contactOf(c))
		value["messages"] = []any{file}
		if err := s.notify("past", "history", value); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// Prefer tells the business whether a customer wants to stop its advertising, or takes it again.
func (s *Simulator) Prefer(number, customer string, stop bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.number(number)
	if n == nil {
		return fmt.Errorf("there is no business number %q", number)
	}
	c, err := s.customer(customer)
	if err != nil {
		return err
	}
	word := object{"user_id": c.UserID, "category": "marketing_messages", "value": "resume", "timestamp": s.options.Now().Unix()}
	if stop {
		word["value"] = "stop"
	}
	if !c.HidePhone {
		word["wa_id"] = c.Phone
	}
	value := valueOf(n)
	addContact(value, contactOf(c))
	value["user_preferences"] = []any{word}
	return s.notify(c.Phone, "user_preferences", value)
}

// Verdict is what WhatsApp makes of a template: a status by Event, such as APPROVED, or a quality such as YELLOW.
type Verdict struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Event    string `json:"event"`
	Reason   string `json:"reason"`
	Quality  string `json:"quality"`
}

// Judge tells the business of a verdict on a template.
func (s *Simulator) Judge(v Verdict) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	field, value := "message_template_status_update", object{"event": v.Event, "reason": "NONE"}
	if v.Quality != "" {
		field, value = "message_template_quality_update", object{"new_quality_score": v.Quality}
	}
	if v.Reason != "" {
		value["reason"] = v.Reason
	}
	value["message_template_name"], value["message_template_language"] = v.Name, v.Language
	return s.notify("templates", field, value)
}

// notify makes a webhook durable and sends it on its way. The caller holds the lock.
func (s *Simulator) notify(lane, field string, value object) error {
	body, err := bodyOf(field, value)
	if err != nil {
		return err
	}
	w := s.queue(lane, body)
	if err := s.save(record{Webhook: w}); err != nil {
		return err
	}
	s.delivery.enqueue(w)
	return nil
}

func (s *Simulator) postPast(r *http.Request, in struct {
	Number   string `json:"number"`
	Messages []Past `json:"messages"`
},
) (any, error) {
	ids, err := s.Share(in.Number, r.PathValue("phone"), in.Messages...)
	return object{"ids": ids}, err
}

func (s *Simulator) postPreference(r *http.Request, in struct {
	Number string `json:"number"`
	Stop   bool   `json:"stop"`
},
) (any, error) {
	return nil, s.Prefer(in.Number, r.PathValue("phone"), in.Stop)
}
