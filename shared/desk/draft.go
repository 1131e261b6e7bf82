package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/window"
)

// Draft is what an operator wants to say. ClientID is the browser's own id of it: the same one again is the same message.
type Draft struct {
	ClientID    string
	Type        chat.MessageType
	Text        string
	Attachments []chat.Attachment
	ReplyTo     chat.MessageID
	Location    *chat.Location    `json:",omitempty"` // what is not there does not count in the digest
	Cards       []chat.Card       `json:",omitempty"`
	Interactive *chat.Interactive `json:",omitempty"`
	Template    *TemplateDraft    `json:",omitempty"`
}

// TemplateDraft names a template and what fills its gaps, those of buttons by the button's place.
type TemplateDraft struct {
	Name     string
	Language string
	Header   []string
	Body     []string
	Buttons  map[int]string
}

// digest tells two drafts with the same client id apart.
func (d Draft) digest() string {
	body, _ := json.Marshal(d) // strings and numbers only: cannot fail
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// text is what lists and searches read of a draft that has no words of its own, as of an inbound message.
func (d Draft) text() string {
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

// draftOf is what a message was made of.
func draftOf(m chat.Message) Draft {
	d := Draft{Type: m.Type, Text: m.Text, Attachments: m.Attachments, Location: m.Location, Cards: m.Cards, Interactive: m.Interactive}
	if m.Template != nil {
		d.Template = &TemplateDraft{Name: m.Template.Name, Language: m.Template.Language}
	}
	if d.Location != nil || len(d.Cards) > 0 || d.Template != nil {
		d.Text = ""
	}
	return d
}

// sendable asks the channel's capabilities and its window.
func (d *Desk) sendable(c chat.Conversation, draft Draft) error {
	able, known := d.capabilities(c.ChannelType)
	if !known {
		return fault.New(fault.Conflict, "the channel cannot send").WithReason("unsupported")
	}
	if c.Status == chat.Held || c.Status == chat.AwaitingConsent {
		return fault.New(fault.Conflict, "the conversation is not admitted yet").WithReason("held")
	}
	if draft.Type != chat.TypeTemplate && !window.Open(c, able.Window, d.now()) {
		return fault.New(fault.Conflict, "the contact's last message is more than %d hours old", int(able.Window.Hours())).WithField("window").WithReason("window_closed")
	}
	return fits(able, draft)
}

// carries are the fields that a type of message may have; every other one is refused.
var carries = map[chat.MessageType][]string{
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

func fits(able channel.Capabilities, draft Draft) error {
	if !slices.Contains(able.Types(), draft.Type) {
		return invalid("type", "the channel does not take this type")
	}
	for field, there := range map[string]bool{
		"text": draft.Text != "", "attachments": len(draft.Attachments) > 0, "location": draft.Location != nil,
		"cards": len(draft.Cards) > 0, "interactive": draft.Interactive != nil, "template": draft.Template != nil,
	} {
		if there && !slices.Contains(carries[draft.Type], field) {
			return invalid(field, "this type of message has none")
		}
	}
	switch draft.Type {
	case chat.TypeText:
		return fitsText(able, draft.Text)
	case chat.TypeLocation:
		return fitsLocation(draft.Location)
	case chat.TypeContacts:
		return fitsCards(able, draft.Cards)
	case chat.TypeInteractive:
		return fitsInteractive(*able.Interactive, draft.Text, draft.Interactive)
	case chat.TypeTemplate:
		if draft.Template == nil {
			return invalid("template", "a template is needed")
		}
		return nil // what fills it, the template itself must say
	case chat.TypeImage, chat.TypeAudio, chat.TypeVideo, chat.TypeDocument, chat.TypeSticker, chat.TypeReaction, chat.TypeComment,
		chat.TypeQuestion, chat.TypeSystem, chat.TypeUnsupported:
	}
	if err := fitsFile(able, draft.Type, draft.Attachments); err != nil {
		return err
	}
	if draft.Text != "" && (!able.Captions[draft.Type] || utf8.RuneCountInString(draft.Text) > able.MaxCaption) {
		return invalid("text", "the channel does not take this text with the file")
	}
	return nil
}

func fitsText(able channel.Capabilities, text string) error {
	if text == "" {
		return invalid("text", "a message needs a text")
	}
	return tooLong("text", text, able.MaxText)
}

func fitsFile(able channel.Capabilities, kind chat.MessageType, files []chat.Attachment) error {
	if len(files) != 1 {
		return invalid("attachments", "a file message has exactly one attachment")
	}
	if limit := able.Attachments[kind]; files[0].Size > limit.MaxSize {
		return fault.New(fault.TooLarge, "the channel takes at most %d bytes", limit.MaxSize).WithField("attachments")
	}
	return nil
}

const (
	placeWords = 1000 // of a place's name and address, and a card's names
	cardLines  = 10   // phones of a card, and e-mail addresses
	cardLine   = 254
)

func fitsLocation(l *chat.Location) error {
	switch {
	case l == nil:
		return invalid("location", "a place is needed")
	case !(math.Abs(l.Latitude) <= 90):
		return invalid("location.latitude", "a latitude lies between -90 and 90")
	case !(math.Abs(l.Longitude) <= 180):
		return invalid("location.longitude", "a longitude lies between -180 and 180")
	}
	if err := tooLong("location.name", l.Name, placeWords); err != nil {
		return err
	}
	return tooLong("location.address", l.Address, placeWords)
}

func fitsCards(able channel.Capabilities, cards []chat.Card) error {
	if len(cards) == 0 || len(cards) > able.MaxCards {
		return invalid("cards", "a message shares 1 to %d contacts", able.MaxCards)
	}
	for _, card := range cards {
		if strings.TrimSpace(card.Name) == "" {
			return invalid("cards", "a contact has a name")
		}
		if err := tooLong("cards", card.Name, placeWords); err != nil {
			return err
		}
		if err := tooLong("cards", card.Company, placeWords); err != nil {
			return err
		}
		lines := slices.Concat(card.Phones, card.Emails)
		if len(lines) == 0 || len(card.Phones) > cardLines || len(card.Emails) > cardLines {
			return invalid("cards", "a contact has a phone or an e-mail address, and at most %d of each", cardLines)
		}
		for _, line := range lines {
			if line == "" {
				return invalid("cards", "a phone or an address is empty")
			}
			if err := tooLong("cards", line, cardLine); err != nil {
				return err
			}
		}
	}
	return nil
}
