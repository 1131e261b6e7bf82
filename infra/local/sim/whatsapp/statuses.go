package whatsapp

import (
	"errors"
	"fmt"

	"github.com/recado-chat/recado/infra/local/sim"
)

// SetStatus reports a status of a business's message, in any order; the page shows the highest. code is the error of Failed.
func (s *Simulator) SetStatus(messageID, status string, code int) error {
	s.Lock()
	defer s.Unlock()
	return s.setStatus(messageID, status, code)
}

func (s *Simulator) setStatus(messageID, status string, code int) error {
	m := s.Find(messageID)
	if m == nil || !m.FromBusiness {
		return fmt.Errorf("the business sent no message %q", messageID)
	}
	n, to := s.Account(m.Account), s.Customer(m.Customer)
	if n == nil || to == nil {
		return fmt.Errorf("the number or the customer of %q no longer exists", messageID)
	}
	body, err := envelope(s.statusOf(n, to, m, status, code))
	if err != nil {
		return err
	}
	records := []sim.Record{{Webhook: s.NewWebhook(n.ID, "status "+m.Customer, body)}}
	if !sim.Reached(m.Status, status) {
		changed := *m
		changed.Status, changed.ErrorCode = status, code
		records = append(records, sim.Record{Message: &changed})
	}
	return s.Save(records...)
}

func (s *Simulator) statusOf(n *Account, to *Customer, m *Message, status string, code int) object {
	wire := object{"id": m.ID, "status": status, "timestamp": epoch(s.options.Now())}
	if m.ToUserID {
		wire["recipient_user_id"] = to.UserID
	} else {
		wire["recipient_id"] = to.Phone
	}
	if m.Callback != "" {
		wire["biz_opaque_callback_data"] = m.Callback
	}
	value := valueOf(n)
	switch status {
	case Failed:
		wire["errors"] = []any{errorOf(code)}
	default:
		wire["recipient_user_id"] = to.UserID
		wire["pricing"] = object{"billable": false, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
		value["contacts"] = []any{contactOf(to)}
	}
	value["statuses"] = []any{wire}
	return value
}

// followUp reports the statuses of a message in the background, unless Timing.Manual is set.
func (s *Simulator) followUp(messageID string) {
	if s.options.Statuses.Manual {
		return
	}
	s.Go(func() {
		if !s.Sleep(s.options.Statuses.Sent) || !s.advance(messageID, Sent) {
			return
		}
		if !s.Sleep(s.options.Statuses.Delivered) || !s.advance(messageID, Delivered) {
			return
		}
		if s.options.Statuses.Read > 0 && s.Sleep(s.options.Statuses.Read) {
			s.advance(messageID, Read)
		}
	})
}

// advance reports a status unless the message has reached it. It returns false if no more statuses follow.
func (s *Simulator) advance(messageID, status string) bool {
	s.Lock()
	defer s.Unlock()
	m := s.Find(messageID)
	if m == nil || m.Status == Failed {
		return false
	}
	if sim.Reached(m.Status, status) {
		return true
	}
	if err := s.setStatus(messageID, status, 0); err != nil {
		s.LogFailure(err)
		return false
	}
	return true
}

// Read is a customer opening a chat: its messages are reported as read.
func (s *Simulator) Read(number, phone string) error {
	s.Lock()
	defer s.Unlock()
	phone = sim.Digits(phone)
	var all error
	for _, m := range s.Messages() {
		if m.FromBusiness && m.Customer == phone && (number == "" || m.Account == number) && (m.Status == Sent || m.Status == Delivered) {
			all = errors.Join(all, s.setStatus(m.ID, Read, 0))
		}
	}
	return all
}
