package whatsapp

import (
	"encoding/json"
	"math"
	"mime"
	"strconv"
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

// content sets the type and content of in from a message. Content that is not understood becomes chat.TypeUnsupported without a text, with
// its kind, Meta's reason and the message as it came.
func content(in *chat.Inbound, m wireMessage, raw json.RawMessage) {
	known(in, m)
	if reason := failureOf(m.Errors); len(m.Errors) > 0 {
		in.Unsupported = &chat.Unsupported{Kind: firstOf(m.Unsupported.Type, m.Type), Code: reason.Code, Reason: reason.Message}
	}
	if in.Type != chat.TypeUnsupported && m.Type != "text" && in.IsEmpty() {
		in.Type = chat.TypeUnsupported
	}
	if in.Type != chat.TypeUnsupported {
		return
	}
	if in.Unsupported == nil {
		in.Unsupported = &chat.Unsupported{Kind: firstOf(m.Unsupported.Type, joinWords(".", m.Type, m.Interactive.Type))}
	}
	in.Unsupported.Raw = string(raw)
}

// known sets the content of a message of a known type.
func known(in *chat.Inbound, m wireMessage) {
	switch m.Type {
	case "text":
		in.Type, in.Text = chat.TypeText, m.Text.Body
	case "image":
		media(in, chat.TypeImage, m.Image)
	case "audio":
		media(in, chat.TypeAudio, m.Audio)
	case "video":
		media(in, chat.TypeVideo, m.Video)
	case "document":
		media(in, chat.TypeDocument, m.Document)
	case "sticker":
		media(in, chat.TypeSticker, m.Sticker)
	case "location":
		in.Type, in.Text, in.Location = chat.TypeLocation, joinWords("\n", m.Location.Name, m.Location.Address), m.Location.location()
	case "contacts":
		in.Type, in.Text, in.Cards = chat.TypeContacts, namesOf(m.Contacts), cardsOf(m.Contacts)
	case "interactive":
		in.Type, in.Form, in.Choice = chat.TypeInteractive, formOf(m.Interactive.FormReply), choiceOf(m.Interactive.ButtonReply.ID, m.Interactive.ListReply.ID)
		in.Text = firstOf(m.Interactive.words(in.Form), string(m.Interactive.ButtonReply.ID), string(m.Interactive.ListReply.ID))
	case "button":
		in.Type, in.Choice = chat.TypeInteractive, choiceOf(m.Button.Payload)
		in.Text = firstOf(m.Button.Text, string(m.Button.Payload))
	case "order":
		in.Type, in.Text = chat.TypeInteractive, m.Order.words()
	default:
		in.Type = chat.TypeUnsupported
	}
}

// choiceOf is what was tapped, by the first id that is given; nil without one.
func choiceOf(ids ...scalar) *chat.Choice {
	for _, id := range ids {
		if id != "" {
			return &chat.Choice{ID: string(id)}
		}
	}
	return nil
}

// media sets a file and its caption. A file without an id cannot be fetched and is marked as failed.
func media(in *chat.Inbound, kind chat.MessageType, m wireMedia) {
	mimeType, _, err := mime.ParseMediaType(m.MimeType)
	if err != nil {
		mimeType = "application/octet-stream"
	}
	file := chat.Attachment{
		Name:  channel.FileNameOf(m.Filename, string(kind), mimeType),
		Mime:  mimeType,
		Ref:   string(m.ID),
		State: chat.AttachmentPending,
	}
	if m.ID == "" {
		file.State = chat.AttachmentFailed
	}
	in.Type, in.Text, in.Attachments = kind, m.Caption, []chat.Attachment{file}
}

// referral returns the ad or post that the contact tapped before writing, or nil.
func (r wireReferral) referral() *chat.Referral {
	if r == (wireReferral{}) {
		return nil
	}
	to := chat.Referral{SourceID: string(r.SourceID), URL: r.SourceURL, Headline: r.Headline, Body: r.Body, ClickID: r.ClickID, Source: chat.FromAd}
	if r.SourceType == "post" {
		to.Source = chat.FromPost
	}
	switch r.MediaType {
	case "image":
		to.MediaType, to.MediaURL = chat.TypeImage, r.ImageURL
	case "video":
		to.MediaType, to.MediaURL = chat.TypeVideo, r.VideoURL
	}
	return &to
}

// location returns nil when the coordinates are not numbers or out of range.
func (l wireLocation) location() *chat.Location {
	latitude, err := strconv.ParseFloat(string(l.Latitude), 64)
	if err != nil || !(math.Abs(latitude) <= 90) {
		return nil
	}
	longitude, err := strconv.ParseFloat(string(l.Longitude), 64)
	if err != nil || !(math.Abs(longitude) <= 180) {
		return nil
	}
	return &chat.Location{Latitude: latitude, Longitude: longitude, Name: l.Name, Address: l.Address}
}

// cardsMost is the maximum number of contact cards in one message, which is also the limit of WhatsApp's app.
const cardsMost = 257

// cardsOf converts the contact cards of a message.
func cardsOf(shared []wireContactCard) []chat.Card {
	cards := make([]chat.Card, 0, len(shared))
	for _, c := range shared[:min(len(shared), cardsMost)] {
		card := chat.Card{Name: c.name(), Company: c.Organisation.Company}
		for _, phone := range c.Phones {
			if number := firstOf(phone.Phone, string(phone.WaID)); number != "" {
				card.Phones = append(card.Phones, number)
			}
		}
		for _, email := range c.Emails {
			if email.Email != "" {
				card.Emails = append(card.Emails, email.Email)
			}
		}
		cards = append(cards, card)
	}
	return cards
}

func (c wireContactCard) name() string {
	return firstOf(c.Name.FormattedName, joinWords(" ", c.Name.FirstName, c.Name.LastName))
}

func namesOf(cards []wireContactCard) string {
	names := make([]string, 0, len(cards))
	for _, card := range cards {
		name := card.name()
		if name == "" && len(card.Phones) > 0 {
			name = card.Phones[0].Phone
		}
		names = append(names, name)
	}
	return joinWords(", ", names...)
}

// words returns the chosen title, with the description of a list row, or the answers of a form.
func (i wireInteractive) words(form *chat.Form) string {
	return firstOf(
		i.ButtonReply.Title, joinWords("\n", i.ListReply.Title, i.ListReply.Description), channel.FormText(form), i.FormReply.Body, i.CallPermission.Response,
	)
}

// words returns one line per ordered item, followed by the customer's text.
func (o wireOrder) words() string {
	lines := make([]string, 0, len(o.Items)+1)
	for _, it := range o.Items {
		lines = append(lines, joinWords(" ", string(it.Quantity), "×", it.Product, joinWords(" ", string(it.Price), it.Currency)))
	}
	return joinWords("\n", append(lines, o.Text)...)
}

// joinWords joins the non-empty words.
func joinWords(separator string, words ...string) string {
	kept := make([]string, 0, len(words))
	for _, w := range words {
		if w != "" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, separator)
}
