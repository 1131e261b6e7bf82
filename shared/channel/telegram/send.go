package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// parameters are those of the methods that send. https://core.telegram.org/bots/api#available-methods
type parameters struct {
	ChatID      int64     `json:"chat_id"`
	Text        string    `json:"text,omitempty"`
	Caption     string    `json:"caption,omitempty"`
	Latitude    *float64  `json:"latitude,omitempty"`
	Longitude   *float64  `json:"longitude,omitempty"`
	Title       string    `json:"title,omitempty"`
	Address     string    `json:"address,omitempty"`
	Phone       string    `json:"phone_number,omitempty"`
	FirstName   string    `json:"first_name,omitempty"`
	VCard       string    `json:"vcard,omitempty"`
	Reply       *reply    `json:"reply_parameters,omitempty"`
	ReplyMarkup *keyboard `json:"reply_markup,omitempty"`
}

// reply quotes a message of the same chat. https://core.telegram.org/bots/api#replyparameters
type reply struct {
	MessageID int64 `json:"message_id"`
	// AllowMissing sends the message all the same when the quoted one was deleted.
	AllowMissing bool `json:"allow_sending_without_reply"`
}

// keyboard is an InlineKeyboardMarkup. https://core.telegram.org/bots/api#inlinekeyboardmarkup
type keyboard struct {
	Rows [][]button `json:"inline_keyboard"`
}

type button struct {
	Text string `json:"text"`
	Data string `json:"callback_data"`
}

// Send delivers a message. Errors: Invalid for what Telegram will never take, Forbidden when the token is revoked, RateLimited and
// Unavailable for what may pass. Only when the message may have been taken without our knowing is the class uncertain.
func (a *Adapter) Send(ctx context.Context, credentials chat.Credentials, message channel.Outbound) (channel.Delivered, error) {
	to, err := strconv.ParseInt(message.To, 10, 64)
	if err != nil {
		return channel.Delivered{}, invalid("recipient", "the recipient is no chat")
	}
	method, p, err := methodOf(message)
	if err != nil {
		return channel.Delivered{}, err
	}
	p.ChatID = to
	if _, id := messageOf(message.ReplyTo); id != 0 {
		p.Reply = &reply{MessageID: id, AllowMissing: true}
	}
	var result json.RawMessage
	if len(message.Attachments) > 0 {
		result, err = a.sendFile(ctx, credentials, method, p, message.Attachments[0])
	} else {
		result, err = a.call(ctx, credentials, method, p, true)
	}
	if err != nil {
		return channel.Delivered{}, err
	}
	var sent wireMessage
	if err := decode(result, &sent); err != nil || sent.ID == 0 {
		return channel.Delivered{}, unanswered(true, &channel.ProviderError{Code: codeNoAnswer, Message: "the answer names no message"})
	}
	return channel.Delivered{ProviderID: wireChat{ID: to}.message(sent.ID)}, nil
}

// messageOf takes a provider id apart.
func messageOf(providerID string) (person string, id int64) {
	person, number, _ := strings.Cut(providerID, ".")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return person, 0
	}
	return person, id
}

// ShowTyping shows that somebody types, for five seconds or until a message comes. https://core.telegram.org/bots/api#sendchataction
func (a *Adapter) ShowTyping(ctx context.Context, credentials chat.Credentials, _, providerID string) error {
	person, _ := messageOf(providerID)
	to, err := strconv.ParseInt(person, 10, 64)
	if err != nil {
		return invalid("recipient", "the message names no chat")
	}
	_, err = a.call(ctx, credentials, "sendChatAction", struct {
		ChatID int64  `json:"chat_id"`
		Action string `json:"action"`
	}{to, "typing"}, false)
	return err
}

func invalid(reason, format string, args ...any) error {
	return fault.New(fault.Invalid, format, args...).WithReason(reason)
}

// methodOf is how a message is sent. The method of a file is completed by sendFile.
func methodOf(message channel.Outbound) (method string, p parameters, err error) {
	switch files := len(message.Attachments); message.Type {
	case chat.TypeText:
		return "sendMessage", parameters{Text: message.Text}, nil
	case chat.TypeInteractive:
		if message.Interactive == nil {
			return "", p, invalid("no_interactive", "the message offers nothing to tap")
		}
		p.ReplyMarkup, err = keyboardOf(*message.Interactive)
		p.Text = bodyOf(message.Text, *message.Interactive)
		return "sendMessage", p, err
	case chat.TypeLocation:
		if message.Location == nil {
			return "", p, invalid("no_location", "the message has no place")
		}
		method, p = placeOf(*message.Location)
		return method, p, nil
	case chat.TypeContacts:
		if len(message.Cards) != 1 {
			return "", p, invalid("one_card", "Telegram sends one contact a message")
		}
		p, err = contactOf(message.Cards[0])
		return "sendContact", p, err
	case chat.TypeImage, chat.TypeAudio, chat.TypeVideo, chat.TypeDocument, chat.TypeSticker:
		if files != 1 {
			return "", p, invalid("one_attachment", "the message carries %d files, and 1 is right", files)
		}
		return fileMethods[message.Type], parameters{Caption: message.Text}, nil
	case chat.TypeTemplate, chat.TypeReaction, chat.TypeComment, chat.TypeQuestion, chat.TypeSystem, chat.TypeUnsupported:
	}
	return "", p, invalid("unsupported_type", "Telegram does not send messages of type %s", message.Type)
}

// placeOf is a venue when the place has a name; its address must not be empty. https://core.telegram.org/bots/api#sendvenue
func placeOf(l chat.Location) (method string, p parameters) {
	p = parameters{Latitude: &l.Latitude, Longitude: &l.Longitude}
	title := cmp.Or(l.Name, l.Address)
	if title == "" {
		return "sendLocation", p
	}
	p.Title, p.Address = title, cmp.Or(l.Address, l.Name)
	return "sendVenue", p
}

// contactOf needs a number. E-mail addresses and further numbers go into the vCard. https://core.telegram.org/bots/api#sendcontact
func contactOf(c chat.Card) (parameters, error) {
	if len(c.Phones) == 0 {
		return parameters{}, invalid("phone_needed", "Telegram shares contacts that have a phone number")
	}
	var vcard strings.Builder
	line := func(name, value string) {
		clean := strings.NewReplacer("\\", "\\\\", "\n", "\\n", "\r", "", ",", "\\,", ";", "\\;").Replace(value)
		fmt.Fprintf(&vcard, "%s:%s\r\n", name, clean)
	}
	vcard.WriteString("BEGIN:VCARD\r\nVERSION:3.0\r\n")
	line("FN", c.Name)
	if c.Company != "" {
		line("ORG", c.Company)
	}
	for _, phone := range c.Phones {
		line("TEL", phone)
	}
	for _, email := range c.Emails {
		line("EMAIL", email)
	}
	vcard.WriteString("END:VCARD\r\n")
	p := parameters{Phone: c.Phones[0], FirstName: c.Name}
	if len(c.Phones) > 1 || len(c.Emails) > 0 || c.Company != "" {
		p.VCard = vcard.String()
	}
	if len(p.VCard) > maxVCard {
		p.VCard = ""
	}
	return p, nil
}

// maxVCard bounds a contact's vCard, in bytes. https://core.telegram.org/bots/api#sendcontact
const maxVCard = 2048

// bodyOf is the text above the buttons, with what a list says about its rows.
func bodyOf(text string, i chat.Interactive) string {
	parts := []string{text}
	for _, section := range i.Sections {
		lines := []string{}
		if section.Title != "" {
			lines = append(lines, section.Title)
		}
		for _, row := range section.Rows {
			if row.Description != "" {
				lines = append(lines, row.Title+": "+row.Description)
			}
		}
		if len(lines) > 0 {
			parts = append(parts, strings.Join(lines, "\n"))
		}
	}
	if i.Footer != "" {
		parts = append(parts, i.Footer)
	}
	return strings.Join(parts, "\n\n")
}

// maxData bounds a button's callback_data, in bytes.
const maxData = 64

// keyboardOf has one button a row: the buttons, or the rows of a list.
func keyboardOf(i chat.Interactive) (*keyboard, error) {
	out := &keyboard{}
	add := func(id, title string) error {
		if id == "" || len(id) > maxData {
			return invalid("button_id", "a button's id has 1 to %d bytes", maxData)
		}
		out.Rows = append(out.Rows, []button{{Text: title, Data: id}})
		return nil
	}
	for _, b := range i.Buttons {
		if err := add(b.ID, b.Title); err != nil {
			return nil, err
		}
	}
	for _, section := range i.Sections {
		for _, row := range section.Rows {
			if err := add(row.ID, row.Title); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
