package whatsapp

import (
	"errors"
	"fmt"
	"maps"
)

// Change is what a customer does to a message that was written before; exactly one of the three.
type Change struct {
	Emoji  *string `json:"emoji"`  // a reaction to a message of either side; "" takes it back
	Text   *string `json:"text"`   // another text for one of their own
	Revoke bool    `json:"revoke"` // deletes one of their own for everybody
}

// Change tells the business of a customer's change, and shows it on the phone.
func (s *Simulator) Change(messageID string, change Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byID[messageID]
	if m == nil {
		return fmt.Errorf("there is no message %q", messageID)
	}
	n, from := s.number(m.Number), s.find(m.Customer)
	if n == nil || from == nil {
		return fmt.Errorf("the number or the customer of %q is gone", messageID)
	}
	changed := *m
	var kind string
	var content object
	switch {
	case change.Emoji != nil:
		kind, changed.Reaction = "reaction", *change.Emoji
		content = object{"message_id": m.ID}
		if *change.Emoji != "" {
			content["emoji"] = *change.Emoji
		}
	case m.FromBusiness:
		return errors.New("a customer changes only their own messages")
	case change.Text != nil:
		kind, changed.Text, changed.Edited = "edit", *change.Text, true
		content = object{"original_message_id": m.ID, "message": object{"type": "text", "text": object{"body": *change.Text}}}
	case change.Revoke:
		kind, changed.Text, changed.File, changed.Reaction, changed.Revoked = "revoke", "", nil, "", true
		content = object{"original_message_id": m.ID}
	default:
		return errors.New("nothing is changed")
	}
	wire := head(from, newMessageID(from.Phone), s.options.Now().UTC())
	maps.Copy(wire, object{"type": kind, kind: content})
	value := valueOf(n)
	addContact(value, contactOf(from))
	value["messages"] = []any{wire}
	body, err := envelope(value)
	if err != nil {
		return err
	}
	w := s.queue(from.Phone, body)
	if err := s.save(record{Message: &changed}, record{Webhook: w}); err != nil {
		return err
	}
	s.delivery.enqueue(w)
	return nil
}

// Echo is the business writing to a customer in the app on its own phone: the customer gets it, and the webhook tells of it.
func (s *Simulator) Echo(number, to, text string) (id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.number(number)
	if n == nil {
		return "", fmt.Errorf("there is no business number %q", number)
	}
	c, err := s.customer(to)
	if err != nil {
		return "", err
	}
	m := &Message{
		ID: newMessageID(c.Phone), Number: n.ID, Customer: c.Phone, FromBusiness: true, Type: "text", Text: text, Status: Sent, At: s.options.Now().UTC(),
	}
	if err := s.echo(n, c, m); err != nil {
		return "", err
	}
	return m.ID, nil
}

// EchoSent lets the webhook tell of a message that the business sent through the API as if its phone's app had.
func (s *Simulator) EchoSent(messageID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.byID[messageID]
	if m == nil || !m.FromBusiness {
		return fmt.Errorf("the business sent no message %q", messageID)
	}
	return s.echo(s.number(m.Number), s.find(m.Customer), m)
}

func (s *Simulator) echo(n *Number, to *Customer, m *Message) error {
	value := valueOf(n)
	value["message_echoes"] = []any{object{
		"from": n.Display, "to": to.Phone, "id": m.ID, "timestamp": epoch(m.At), "type": m.Type, "text": object{"body": m.Text},
	}}
	body, err := bodyOf("smb_message_echoes", value)
	if err != nil {
		return err
	}
	w := s.queue(to.Phone, body)
	if err := s.save(record{Message: m}, record{Webhook: w}); err != nil {
		return err
	}
	s.delivery.enqueue(w)
	return nil
}
