// Package drafts decides whether a channel takes a message that an operator wants to send: a pure rule over the channel's
// capabilities, its window, the template and the draft. What it refuses was neither stored nor sent.
//
// It imports chat, fault, the other rules and the standard library.
package drafts

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/window"
)

// Draft is a message that an operator wants to send. ClientID is the client's own id of it: the same id again is the same message.
type Draft struct {
	ClientID    string
	Type        chat.MessageType
	Text        string
	Attachments []chat.Attachment
	ReplyTo     chat.MessageID
	Location    *chat.Location    `json:",omitempty"` // an empty field is left out of the digest
	Cards       []chat.Card       `json:",omitempty"`
	Interactive *chat.Interactive `json:",omitempty"`
	Template    *Template         `json:",omitempty"`
}

// Template names a template and the values of its parameters; Buttons are by the button's index.
type Template struct {
	Name     string
	Language string
	Header   []string
	Body     []string
	Buttons  map[int]string
}

// Of is the draft that a stored message was made of. A template's parameters are left out: they are stored filled in.
func Of(m chat.Message) Draft {
	d := Draft{Type: m.Type, Text: m.Text, Attachments: m.Attachments, Location: m.Location, Cards: m.Cards, Interactive: m.Interactive}
	if m.Template != nil {
		d.Template = &Template{Name: m.Template.Name, Language: m.Template.Language}
	}
	if d.Location != nil || len(d.Cards) > 0 || d.Template != nil {
		d.Text = ""
	}
	return d
}

// Digest tells two drafts with the same client id apart.
func (d Draft) Digest() string {
	body, _ := json.Marshal(d) // strings and numbers only: cannot fail
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// PlainText is what lists and searches show of the draft, also for one that has no text of its own.
func (d Draft) PlainText() string {
	switch {
	case d.Location != nil:
		return strings.Trim(d.Location.Name+"\n"+d.Location.Address, "\n")
	case len(d.Cards) > 0:
		names := make([]string, len(d.Cards))
		for i, card := range d.Cards {
			names[i] = card.Name
		}
		return strings.Join(names, ", ")
	}
	return d.Text
}

// Check refuses a draft that may not be sent into the conversation now. The capabilities are the channel's; known is false for a type
// of channel without an adapter. A Conflict has the reason unsupported, held or window_closed; a draft that does not fit the channel
// is Invalid or TooLarge with its field.
func Check(c chat.Conversation, able chat.Capabilities, known bool, d Draft, now time.Time) error {
	if !known {
		return fault.New(fault.Conflict, "the channel cannot send").WithReason("unsupported")
	}
	if c.Status == chat.Held || c.Status == chat.AwaitingConsent {
		return fault.New(fault.Conflict, "the conversation is not admitted yet").WithReason("held")
	}
	if d.Type != chat.TypeTemplate && !window.Open(c, able.Window, now) {
		return fault.New(fault.Conflict, "the contact's last message is more than %d hours old", int(able.Window.Hours())).WithField("window").WithReason(chat.WindowClosed)
	}
	return fits(able, d)
}

// fieldsOf are the fields that a type of message may have; every other one is refused.
var fieldsOf = map[chat.MessageType][]string{
	chat.TypeText:        {"text"},
	chat.TypeImage:       {"text", "attachments"},
	chat.TypeAudio:       {"text", "attachments"},
	chat.TypeVideo:       {"text", "attachments"},
	chat.TypeDocument:    {"text", "attachments"},
	chat.TypeSticker:     {"attachments"},
	chat.TypeLocation:    {"location"},
	chat.TypeContacts:    {"cards"},
	chat.TypeInteractive: {"text", "interactive"},
	chat.TypeTemplate:    {"template", "attachments"},
}

func invalid(field, format string, args ...any) error {
	return fault.New(fault.Invalid, format, args...).WithField(field)
}

func tooLong(field, text string, most int) error {
	if utf8.RuneCountInString(text) > most {
		return invalid(field, "at most %d characters", most)
	}
	return nil
}

func fits(able chat.Capabilities, d Draft) error {
	if !slices.Contains(able.Types(), d.Type) {
		return invalid("type", "the channel does not support this message type")
	}
	for field, set := range map[string]bool{
		"text": d.Text != "", "attachments": len(d.Attachments) > 0, "location": d.Location != nil,
		"cards": len(d.Cards) > 0, "interactive": d.Interactive != nil, "template": d.Template != nil,
	} {
		if set && !slices.Contains(fieldsOf[d.Type], field) {
			return invalid(field, "not allowed in this type of message")
		}
	}
	switch d.Type {
	case chat.TypeText:
		return fitsText(able, d.Text)
	case chat.TypeLocation:
		return fitsLocation(d.Location)
	case chat.TypeContacts:
		return fitsCards(able, d.Cards)
	case chat.TypeInteractive:
		return fitsInteractive(*able.Interactive, d.Text, d.Interactive)
	case chat.TypeTemplate:
		if d.Template == nil {
			return invalid("template", "a template is needed")
		}
		return nil // Fill checks it against the template
	case chat.TypeImage, chat.TypeAudio, chat.TypeVideo, chat.TypeDocument, chat.TypeSticker, chat.TypeReaction, chat.TypeComment,
		chat.TypeQuestion, chat.TypeSystem, chat.TypeUnsupported:
	}
	if err := fitsFile(able, d.Type, d.Attachments); err != nil {
		return err
	}
	if d.Text != "" && (!able.Captions[d.Type] || utf8.RuneCountInString(d.Text) > able.MaxCaption) {
		return invalid("text", "the channel does not take this text with the file")
	}
	return nil
}

func fitsText(able chat.Capabilities, text string) error {
	if text == "" {
		return invalid("text", "a text is needed")
	}
	return tooLong("text", text, able.MaxText)
}

func fitsFile(able chat.Capabilities, kind chat.MessageType, files []chat.Attachment) error {
	if len(files) != 1 {
		return invalid("attachments", "exactly one attachment is needed")
	}
	if limit := able.Attachments[kind]; files[0].Size > limit.MaxSize {
		return fault.New(fault.TooLarge, "the channel takes at most %d bytes", limit.MaxSize).WithField("attachments")
	}
	return nil
}

const (
	maxNameRunes   = 1000 // of a location's name and address, and of a card's names
	maxCardEntries = 10   // phones of a card, and e-mail addresses
	maxEntryRunes  = 254  // of one phone or e-mail address
)

func fitsLocation(l *chat.Location) error {
	switch {
	case l == nil:
		return invalid("location", "a location is needed")
	case !(math.Abs(l.Latitude) <= 90):
		return invalid("location.latitude", "between -90 and 90")
	case !(math.Abs(l.Longitude) <= 180):
		return invalid("location.longitude", "between -180 and 180")
	}
	if err := tooLong("location.name", l.Name, maxNameRunes); err != nil {
		return err
	}
	return tooLong("location.address", l.Address, maxNameRunes)
}

func fitsCards(able chat.Capabilities, cards []chat.Card) error {
	if len(cards) == 0 || len(cards) > able.MaxCards {
		return invalid("cards", "1 to %d contacts", able.MaxCards)
	}
	for _, card := range cards {
		if err := fitsCard(card); err != nil {
			return err
		}
	}
	return nil
}

func fitsCard(card chat.Card) error {
	if strings.TrimSpace(card.Name) == "" {
		return invalid("cards", "a contact needs a name")
	}
	for _, name := range []string{card.Name, card.Company} {
		if err := tooLong("cards", name, maxNameRunes); err != nil {
			return err
		}
	}
	entries := slices.Concat(card.Phones, card.Emails)
	if len(entries) == 0 || len(card.Phones) > maxCardEntries || len(card.Emails) > maxCardEntries {
		return invalid("cards", "a contact needs a phone or an e-mail address, and has at most %d of each", maxCardEntries)
	}
	for _, entry := range entries {
		if entry == "" {
			return invalid("cards", "a phone or an e-mail address is empty")
		}
		if err := tooLong("cards", entry, maxEntryRunes); err != nil {
			return err
		}
	}
	return nil
}
