package whatsapp

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Place is a location. The API writes its numbers as texts or as numbers.
type Place struct {
	Latitude  degrees `json:"latitude"`
	Longitude degrees `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

type degrees float64

// UnmarshalJSON reads a number, or a text that holds one.
func (d *degrees) UnmarshalJSON(data []byte) error {
	value, err := strconv.ParseFloat(strings.Trim(string(data), `"`), 64)
	*d = degrees(value)
	return err
}

// Card is somebody's contact data.
type Card struct {
	Name    string   `json:"name"`
	Company string   `json:"company,omitempty"`
	Phones  []string `json:"phones,omitempty"`
	Emails  []string `json:"emails,omitempty"`
}

// Option is something to tap. Without an id, nothing happens in the chat: it calls, or opens an address.
type Option struct {
	ID          string `json:"id,omitempty"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Section     string `json:"section,omitempty"`
}

// sendCard is contact data as businesses post it.
type sendCard struct {
	Name struct {
		FormattedName string `json:"formatted_name"`
		FirstName     string `json:"first_name"`
	} `json:"name"`
	Org struct {
		Company string `json:"company"`
	} `json:"org"`
	Phones []struct {
		Phone string `json:"phone"`
	} `json:"phones"`
	Emails []struct {
		Email string `json:"email"`
	} `json:"emails"`
}

// sendInteractive is a text with something to tap, as businesses post it.
type sendInteractive struct {
	Type string `json:"type"`
	Body struct {
		Text string `json:"text"`
	} `json:"body"`
	Footer struct {
		Text string `json:"text"`
	} `json:"footer"`
	Action struct {
		Buttons []struct {
			Type  string `json:"type"`
			Reply Option `json:"reply"`
		} `json:"buttons"`
		Button   string `json:"button"`
		Sections []struct {
			Title string   `json:"title"`
			Rows  []Option `json:"rows"`
		} `json:"sections"`
	} `json:"action"`
}

// composeRich makes the message of the kinds that carry more than a text or a file. known is false for all others.
func (s *Simulator) composeRich(m *Message, number string, request sendRequest) (known bool, problem *graphError) {
	refuse := func(format string, args ...any) *graphError {
		return &graphError{Code: 131009, Message: "(#131009) Parameter value is not valid", Details: fmt.Sprintf(format, args...)}
	}
	switch {
	case request.Type == "location" && request.Location != nil:
		m.Place, m.Text = request.Location, strings.TrimSpace(request.Location.Name+"\n"+request.Location.Address)
		if l := m.Place; l.Latitude < -90 || l.Latitude > 90 || l.Longitude < -180 || l.Longitude > 180 {
			return true, refuse("location is not on this earth")
		}
	case request.Type == "contacts" && len(request.Contacts) > 0:
		var names []string
		for _, c := range request.Contacts {
			if c.Name.FormattedName == "" || c.Name.FirstName == "" {
				return true, refuse("contacts: a name needs formatted_name and one more part")
			}
			card := Card{Name: c.Name.FormattedName, Company: c.Org.Company}
			for _, p := range c.Phones {
				card.Phones = append(card.Phones, p.Phone)
			}
			for _, e := range c.Emails {
				card.Emails = append(card.Emails, e.Email)
			}
			m.Cards, names = append(m.Cards, card), append(names, card.Name)
		}
		m.Text = strings.Join(names, ", ")
	case request.Type == "interactive" && request.Interactive != nil:
		m.Text, m.Footer = request.Interactive.Body.Text, request.Interactive.Footer.Text
		if err := m.offer(*request.Interactive); err != nil {
			return true, refuse("%v", err)
		}
	case request.Type == "template" && len(request.Template) > 0:
		var sent sendTemplate
		if json.Unmarshal(request.Template, &sent) != nil || sent.Name == "" {
			return true, &graphError{Code: 131008, Message: "(#131008) Required parameter is missing", Details: "template['name'] is required"}
		}
		return true, s.fillTemplate(m, number, sent)
	default:
		return false, nil
	}
	return true, nil
}

// offer reads what there is to tap, within Meta's limits.
func (m *Message) offer(i sendInteractive) error {
	longer := func(text string, most int) bool { return utf8.RuneCountInString(text) > most }
	if i.Body.Text == "" || longer(i.Body.Text, 1024) || longer(i.Footer.Text, 60) {
		return errors.New("interactive: the body has 1 to 1024 characters, the footer at most 60")
	}
	titleMost := 20
	switch i.Type {
	case "button":
		for _, b := range i.Action.Buttons {
			m.Options = append(m.Options, b.Reply)
		}
		if n := len(m.Options); n == 0 || n > 3 {
			return errors.New("interactive: 1 to 3 buttons")
		}
	case "list":
		titleMost = 24
		for _, section := range i.Action.Sections {
			for _, row := range section.Rows {
				row.Section = section.Title
				m.Options = append(m.Options, row)
			}
			if section.Title == "" && len(i.Action.Sections) > 1 {
				return errors.New("interactive: several sections need titles")
			}
		}
		m.Button = i.Action.Button
		if n := len(m.Options); n == 0 || n > 10 || len(i.Action.Sections) > 10 || m.Button == "" || longer(m.Button, 20) {
			return errors.New("interactive: a list has a button and 1 to 10 rows")
		}
	default:
		return fmt.Errorf("interactive: type %q is not one that this simulator knows", i.Type)
	}
	ids := map[string]bool{}
	for _, o := range m.Options {
		if o.ID == "" || ids[o.ID] || o.Title == "" || longer(o.Title, titleMost) || longer(o.Description, 72) {
			return fmt.Errorf("interactive: option %q", o.Title)
		}
		ids[o.ID] = true
	}
	return nil
}

// Tap is a customer tapping an option of a message, by its id. It answers the id of the message that this sends.
func (s *Simulator) Tap(messageID, option string) (string, error) {
	m, known := s.Message(messageID)
	if !known {
		return "", fmt.Errorf("there is no message %q", messageID)
	}
	i := slices.IndexFunc(m.Options, func(o Option) bool { return o.ID != "" && o.ID == option })
	if i < 0 {
		return "", fmt.Errorf("message %q offers no %q", messageID, option)
	}
	chosen := m.Options[i]
	in := Incoming{Number: m.Number, From: m.Customer, Text: chosen.Title, ReplyTo: m.ID, Type: "interactive"}
	switch {
	case m.Template != "":
		in.Type = "button"
		in.Fields = object{"button": object{"payload": chosen.ID, "text": chosen.Title}}
	case m.Button != "":
		row := object{"id": chosen.ID, "title": chosen.Title}
		if chosen.Description != "" {
			row["description"] = chosen.Description
		}
		in.Fields = object{"interactive": object{"type": "list_reply", "list_reply": row}}
	default:
		in.Fields = object{"interactive": object{"type": "button_reply", "button_reply": object{"id": chosen.ID, "title": chosen.Title}}}
	}
	ids, err := s.Deliver(in)
	if err != nil {
		return "", err
	}
	return ids[0], nil
}
