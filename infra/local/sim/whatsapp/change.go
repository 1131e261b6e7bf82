package whatsapp

import (
	"errors"
	"fmt"
	"maps"

	"github.com/recado-chat/recado/infra/local/sim"
)

// Change reports a customer's reaction, edit or deletion to the business.
func (s *Simulator) Change(messageID string, change Change) error {
	s.Lock()
	defer s.Unlock()
	m := s.Find(messageID)
	if m == nil {
		return fmt.Errorf("there is no message %q", messageID)
	}
	n, from := s.Account(m.Account), s.Customer(m.Customer)
	if n == nil || from == nil {
		return fmt.Errorf("the number or the customer of %q no longer exists", messageID)
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
		return errors.New("only own messages can be changed")
	case change.Text != nil:
		kind, changed.Text, changed.Edited = "edit", *change.Text, true
		content = object{"original_message_id": m.ID, "message": object{"type": "text", "text": object{"body": *change.Text}}}
	case change.Revoke:
		kind, changed.Text, changed.File, changed.Reaction, changed.Revoked = "revoke", "", nil, "", true
		content = object{"original_message_id": m.ID}
	default:
		return errors.New("the change is empty")
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
	return s.Save(sim.Record{Message: &changed}, sim.Record{Webhook: s.NewWebhook(n.ID, from.Phone, body)})
}

// Echo is the business writing to a customer in the app on its own phone. A message echo reports it.
func (s *Simulator) Echo(number, to, text string) (id string, err error) {
	s.Lock()
	defer s.Unlock()
	n := s.Account(number)
	if n == nil {
		return "", fmt.Errorf("there is no business number %q", number)
	}
	c, err := s.customer(to)
	if err != nil {
		return "", err
	}
	m := &Message{
		ID: newMessageID(c.Phone), Account: n.ID, Customer: c.Phone, FromBusiness: true, Type: "text", Text: text, Status: Sent, At: s.options.Now().UTC(),
	}
	if err := s.echo(n, c, m); err != nil {
		return "", err
	}
	return m.ID, nil
}

// EchoSent sends a message echo for a message that the business sent through the API.
func (s *Simulator) EchoSent(messageID string) error {
	s.Lock()
	defer s.Unlock()
	m := s.Find(messageID)
	if m == nil || !m.FromBusiness {
		return fmt.Errorf("the business sent no message %q", messageID)
	}
	return s.echo(s.Account(m.Account), s.Customer(m.Customer), m)
}

func (s *Simulator) echo(n *Account, to *Customer, m *Message) error {
	value := valueOf(n)
	value["message_echoes"] = []any{object{
		"from": n.Display, "to": to.Phone, "id": m.ID, "timestamp": epoch(m.At), "type": m.Type, "text": object{"body": m.Text},
	}}
	body, err := bodyOf("smb_message_echoes", value)
	if err != nil {
		return err
	}
	return s.Save(sim.Record{Message: m}, sim.Record{Webhook: s.NewWebhook(n.ID, to.Phone, body)})
}
