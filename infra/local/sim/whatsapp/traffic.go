package whatsapp

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// SendText writes from a customer's phone to the first number, and answers the message's id.
func (s *Simulator) SendText(from, text string) (string, error) {
	ids, err := s.Deliver(Incoming{From: from, Text: text})
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

// Deliver writes messages and sends them in one webhook for each number, in this order. It answers their ids.
func (s *Simulator) Deliver(batch ...Incoming) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var (
		records []record
		ids     []string
		lane    string
		values  = map[string]object{}
		perBody = map[string][]string{}
	)
	for _, in := range batch {
		n := s.number(in.Number)
		if n == nil {
			return nil, fmt.Errorf("there is no business number %q", in.Number)
		}
		from, err := s.customer(in.From)
		if err != nil {
			return nil, err
		}
		m, wire, err := s.write(n, from, in)
		if err != nil {
			return nil, err
		}
		if values[n.ID] == nil {
			values[n.ID] = valueOf(n)
		}
		addContact(values[n.ID], contactOf(from))
		written, _ := values[n.ID]["messages"].([]any)
		values[n.ID]["messages"] = append(written, wire)
		perBody[n.ID] = append(perBody[n.ID], m.ID)
		records = append(records, record{Message: m})
		ids = append(ids, m.ID)
		lane = from.Phone
	}
	var webhooks []*webhook
	for _, number := range slices.Sorted(maps.Keys(values)) {
		body, err := envelope(values[number])
		if err != nil {
			return nil, err
		}
		w := s.queue(lane, body, perBody[number]...)
		webhooks = append(webhooks, w)
		records = append(records, record{Webhook: w})
	}
	if err := s.save(records...); err != nil {
		return nil, err
	}
	for _, w := range webhooks {
		s.delivery.enqueue(w)
	}
	return ids, nil
}

// addContact names a sender once, as Meta does.
func addContact(value, contact object) {
	known, _ := value["contacts"].([]any)
	for _, c := range known {
		if other, ok := c.(object); ok && other["user_id"] == contact["user_id"] {
			return
		}
	}
	value["contacts"] = append(known, contact)
}

// write makes a customer's message, and its wire form.
func (s *Simulator) write(n *Number, from *Customer, in Incoming) (*Message, object, error) {
	m := &Message{
		ID: newMessageID(from.Phone), Number: n.ID, Customer: from.Phone, Type: in.Type, Text: in.Text, ReplyTo: in.ReplyTo,
		Status: Sent, At: s.options.Now().UTC(),
	}
	if m.Type == "" {
		m.Type = "text"
	}
	wire := head(from, m.ID, m.At)
	wire["type"] = m.Type
	if in.ReplyTo != "" {
		wire["context"] = object{"from": n.Display, "id": in.ReplyTo}
	}
	switch {
	case in.File != nil:
		file, err := s.keep(n.ID, *in.File)
		if err != nil {
			return nil, nil, err
		}
		m.File = file
		wire[m.Type] = mediaOf(m)
	case m.Type == "text":
		wire["text"] = object{"body": in.Text}
	}
	maps.Copy(wire, in.Fields)
	return m, wire, nil
}

// head is what every message of a customer begins with.
func head(from *Customer, id string, at time.Time) object {
	wire := object{"from_user_id": from.UserID, "id": id, "timestamp": epoch(at)}
	if !from.HidePhone {
		wire["from"] = from.Phone
	}
	return wire
}

func mediaOf(m *Message) object {
	sum, _ := hex.DecodeString(m.File.SHA256) // we wrote it
	media := object{"id": m.File.ID, "mime_type": m.File.Mime, "sha256": base64.StdEncoding.EncodeToString(sum)}
	if m.Text != "" {
		media["caption"] = m.Text
	}
	switch m.Type {
	case "document":
		media["filename"] = m.File.Name
	case "audio":
		media["voice"] = strings.HasPrefix(m.File.Mime, "audio/ogg")
	case "sticker":
		media["animated"] = false
	}
	return media
}

// SetStatus sends a status of a message that the business sent, whatever came before; the phone shows the highest. code is the
// error of a failed one.
func (s *Simulator) SetStatus(messageID, status string, code int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.setStatus(messageID, status, code)
}

func (s *Simulator) setStatus(messageID, status string, code int) error {
	m := s.byID[messageID]
	if m == nil || !m.FromBusiness {
		return fmt.Errorf("the business sent no message %q", messageID)
	}
	n, to := s.number(m.Number), s.find(m.Customer)
	if n == nil || to == nil {
		return fmt.Errorf("the number or the customer of %q is gone", messageID)
	}
	body, err := envelope(s.statusOf(n, to, m, status, code))
	if err != nil {
		return err
	}
	w := s.queue("status "+m.Customer, body)
	records := []record{{Webhook: w}}
	if ranks[status] > ranks[m.Status] {
		changed := *m
		changed.Status, changed.ErrorCode = status, code
		records = append(records, record{Message: &changed})
	}
	if err := s.save(records...); err != nil {
		return err
	}
	s.delivery.enqueue(w)
	return nil
}

func (s *Simulator) find(phone string) *Customer {
	for _, c := range s.customers {
		if c.Phone == phone {
			return c
		}
	}
	return nil
}

func (s *Simulator) statusOf(n *Number, to *Customer, m *Message, status string, code int) object {
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

// followUp lets the statuses of a message come by themselves.
func (s *Simulator) followUp(messageID string) {
	if s.options.Statuses.Manual {
		return
	}
	s.running.Go(func() {
		if !s.sleep(s.options.Statuses.Sent) || !s.advance(messageID, Sent) {
			return
		}
		if !s.sleep(s.options.Statuses.Delivered) || !s.advance(messageID, Delivered) {
			return
		}
		if s.options.Statuses.Read > 0 && s.sleep(s.options.Statuses.Read) {
			s.advance(messageID, Read)
		}
	})
}

// advance sends the next status unless the message is that far already, and says whether to go on.
func (s *Simulator) advance(messageID, status string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byID[messageID]
	if m == nil || m.Status == Failed {
		return false
	}
	if ranks[m.Status] >= ranks[status] {
		return true
	}
	if err := s.setStatus(messageID, status, 0); err != nil {
		s.logFailure(err)
		return false
	}
	return true
}

// Look is a customer looking at the chat: what arrived there is read now.
func (s *Simulator) Look(number, phone string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	phone = digits(phone)
	var all error
	for _, m := range s.messages {
		if m.FromBusiness && m.Customer == phone && (number == "" || m.Number == number) && (m.Status == Sent || m.Status == Delivered) {
			all = errors.Join(all, s.setStatus(m.ID, Read, 0))
		}
	}
	return all
}

// Sent is what the business sent and WhatsApp accepted, oldest first.
func (s *Simulator) Sent() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sent []Message
	for _, m := range s.messages {
		if m.FromBusiness {
			sent = append(sent, *m)
		}
	}
	return sent
}

// Message finds a message of either side.
func (s *Simulator) Message(id string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.byID[id]; m != nil {
		return *m, true
	}
	return Message{}, false
}

// WaitSent waits until the business has sent at least n messages, and answers them.
func (s *Simulator) WaitSent(ctx context.Context, n int) ([]Message, error) {
	var sent []Message
	err := s.wait(ctx, func() bool { sent = s.Sent(); return len(sent) >= n })
	if err != nil {
		return sent, fmt.Errorf("wait for %d messages of the business, %d are there: %w", n, len(sent), err)
	}
	return sent, nil
}

// WaitStatus waits until a message of the business has come at least as far as the status.
func (s *Simulator) WaitStatus(ctx context.Context, id, status string) error {
	var now string
	err := s.wait(ctx, func() bool { m, _ := s.Message(id); now = m.Status; return ranks[now] >= ranks[status] && now != "" })
	if err != nil {
		return fmt.Errorf("wait for %s to be %s, it is %q: %w", id, status, now, err)
	}
	return nil
}

// WaitIdle waits until the business has taken every webhook, or the tries have ended.
func (s *Simulator) WaitIdle(ctx context.Context) error {
	return s.wait(ctx, func() bool { return s.Undelivered() == 0 })
}

// Undelivered is how many webhooks the business has not taken yet.
func (s *Simulator) Undelivered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.pending)
}

// GivenUp is how many webhooks the business never took in this run.
func (s *Simulator) GivenUp() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.givenUp
}
