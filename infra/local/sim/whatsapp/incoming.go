package whatsapp

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/recado-chat/recado/infra/local/sim"
)

// Write sends one message of a customer and returns its id.
func (s *Simulator) Write(in Incoming) (string, error) {
	ids, err := s.Deliver(in)
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

// SendText sends a text of a customer to the first number and returns its id.
func (s *Simulator) SendText(from, text string) (string, error) {
	return s.Write(Incoming{From: from, Text: text})
}

// Deliver sends messages of customers in one webhook for each number, in this order. It returns their ids.
func (s *Simulator) Deliver(batch ...Incoming) ([]string, error) {
	s.Lock()
	defer s.Unlock()
	var (
		records []sim.Record
		ids     []string
		lane    string
		values  = map[string]object{}   // by number
		perBody = map[string][]string{} // ids of messages, by number
	)
	for _, in := range batch {
		n := s.Account(in.Account)
		if n == nil {
			return nil, fmt.Errorf("there is no business number %q", in.Account)
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
		records = append(records, sim.Record{Message: m})
		ids = append(ids, m.ID)
		lane = from.Phone
	}
	for _, number := range slices.Sorted(maps.Keys(values)) {
		body, err := envelope(values[number])
		if err != nil {
			return nil, err
		}
		records = append(records, sim.Record{Webhook: s.NewWebhook(number, lane, body, perBody[number]...)})
	}
	return ids, s.Save(records...)
}

// addContact lists a sender once for each webhook, as Meta does.
func addContact(value, contact object) {
	known, _ := value["contacts"].([]any)
	for _, c := range known {
		if other, ok := c.(object); ok && other["user_id"] == contact["user_id"] {
			return
		}
	}
	value["contacts"] = append(known, contact)
}

// write makes a customer's message and its wire form.
func (s *Simulator) write(n *Account, from *Customer, in Incoming) (*Message, object, error) {
	m := &Message{
		ID: newMessageID(from.Phone), Account: n.ID, Customer: from.Phone, Type: in.Type, Text: in.Text, ReplyTo: in.ReplyTo,
		Status: Sent, At: s.options.Now().UTC(),
	}
	if m.Type == "" {
		m.Type = "text"
	}
	wire := head(from, m.ID, m.At)
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
	case in.Place != nil:
		m.Type, m.Place = "location", in.Place
		wire["location"] = in.Place
	case in.Card != nil:
		m.Type, m.Cards = "contacts", []Card{*in.Card}
		wire["contacts"] = []any{contactCard(*in.Card)}
	case m.Type == "text":
		wire["text"] = object{"body": in.Text}
	}
	wire["type"] = m.Type
	maps.Copy(wire, in.Fields)
	return m, wire, nil
}

// head has the fields that every message of a customer has.
func head(from *Customer, id string, at time.Time) object {
	wire := object{"from_user_id": from.UserID, "id": id, "timestamp": epoch(at)}
	if !from.HidePhone {
		wire["from"] = from.Phone
	}
	return wire
}

// contactCard is contact data as WhatsApp writes it.
func contactCard(c Card) object {
	phones := []any{}
	for _, phone := range c.Phones {
		phones = append(phones, object{"phone": phone, "wa_id": sim.Digits(phone), "type": "CELL"})
	}
	return object{"name": object{"formatted_name": c.Name, "first_name": c.Name}, "phones": phones}
}

func mediaOf(m *Message) object {
	sum, _ := hex.DecodeString(m.File.SHA256) // Keep wrote it
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
