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

// sendPlace is a location as businesses post it, with numbers as JSON numbers or as strings.
type sendPlace struct {
	Latitude  degrees `json:"latitude"`
	Longitude degrees `json:"longitude"`
	Name      string  `json:"name"`
	Address   string  `json:"address"`
}

func (p *sendPlace) place() *Place {
	if p == nil {
		return nil
	}
	return &Place{Latitude: float64(p.Latitude), Longitude: float64(p.Longitude), Name: p.Name, Address: p.Address}
}

type degrees float64

// UnmarshalJSON reads a number, or a string that holds one.
func (d *degrees) UnmarshalJSON(data []byte) error {
	value, err := strconv.ParseFloat(strings.Trim(string(data), `"`), 64)
	*d = degrees(value)
	return err
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

// sendInteractive is a text with buttons or a list, as businesses post it.
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

// composeRich fills in a message of the types beside text and media. known is false for all others.
func (s *Simulator) composeRich(m *Message, number string, request sendRequest) (known bool, problem *graphError) {
	refuse := func(format string, args ...any) *graphError {
		return &graphError{Code: 131009, Message: "(#131009) Parameter value is not valid", Details: fmt.Sprintf(format, args...)}
	}
	switch {
	case request.Type == "location" && request.Location != nil:
		m.Place, m.Text = request.Location.place(), strings.TrimSpace(request.Location.Name+"\n"+request.Location.Address)
		if l := m.Place; l.Latitude < -90 || l.Latitude > 90 || l.Longitude < -180 || l.Longitude > 180 {
			return true, refuse("latitude or longitude is out of range")
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
		if err := readOptions(m, *request.Interactive); err != nil {
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

// readOptions reads the buttons or list rows of a message, within Meta's limits.
func readOptions(m *Message, i sendInteractive) error {
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
		return fmt.Errorf("interactive: type %q is unknown to this simulator", i.Type)
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

// Tap presses an option of a message and returns the id of the message that this sends.
func (s *Simulator) Tap(messageID, option string) (string, error) {
	m, known := s.Message(messageID)
	if !known {
		return "", fmt.Errorf("there is no message %q", messageID)
	}
	i := slices.IndexFunc(m.Options, func(o Option) bool { return o.ID != "" && o.ID == option })
	if i < 0 {
		return "", fmt.Errorf("message %q has no option %q", messageID, option)
	}
	chosen := m.Options[i]
	in := Incoming{Account: m.Account, From: m.Customer, Text: chosen.Title, ReplyTo: m.ID, Type: "interactive"}
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
	return s.Write(in)
}
