package whatsapp

import (
	"math"
	"mime"
	"strconv"
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

// content writes what a message says into in. A kind without words of its own becomes a placeholder with a short text, and a kind
// that we do not know an empty one: the conversation shows that something came.
func content(in *chat.Inbound, m wireMessage) {
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
		in.Type, in.Text = chat.TypeInteractive, m.Interactive.words()
	case "button":
		in.Type, in.Text = chat.TypeInteractive, m.Button.Text
	case "order":
		in.Type, in.Text = chat.TypeInteractive, m.Order.words()
	default:
		in.Type = chat.TypeUnsupported
	}
}

// media is a file with its caption. Without an id nobody can ever fetch it.
func media(in *chat.Inbound, kind chat.MessageType, m wireMedia) {
	mimeType, _, err := mime.ParseMediaType(m.MimeType)
	if err != nil {
		mimeType = "application/octet-stream"
	}
	file := chat.Attachment{
		Name:  channel.FileName(m.Filename, string(kind)+extensions[mimeType]),
		Mime:  mimeType,
		Ref:   string(m.ID),
		State: chat.AttachmentPending,
	}
	if m.ID == "" {
		file.State = chat.AttachmentFailed
	}
	in.Type, in.Text, in.Attachments = kind, m.Caption, []chat.Attachment{file}
}

// referral is what somebody tapped before they wrote; nil when they tapped nothing.
func (r wireReferral) referral() *chat.Referral {
	if r == (wireReferral{}) {
		return nil
	}
	to := chat.Referral{SourceID: string(r.SourceID), URL: r.SourceURL, Headline: r.Headline, Body: r.Body, Source: chat.FromAd}
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

// extensions name files that came without a name. The system's own table would differ from machine to machine.
var extensions = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp",
	"audio/ogg": ".ogg", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/amr": ".amr",
	"video/mp4": ".mp4", "video/3gpp": ".3gp",
	"application/pdf": ".pdf", "text/plain": ".txt",
}

// location is where it is; nil when the numbers are none, or not on this earth.
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

// cardsMost bounds what one message shares; WhatsApp's app lets nobody choose more.
const cardsMost = 257

// cardsOf are the people whom one message shares.
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

// words are what was chosen, and what the list said of it.
func (i wireInteractive) words() string {
	return firstOf(
		i.ButtonReply.Title, joinWords("\n", i.ListReply.Title, i.ListReply.Description), i.FlowReply.Body, i.CallPermission.Response,
	)
}

// words are what is ordered, line by line, and what the customer wrote with it.
func (o wireOrder) words() string {
	lines := make([]string, 0, len(o.Items)+1)
	for _, it := range o.Items {
		lines = append(lines, joinWords(" ", string(it.Quantity), "×", it.Product, joinWords(" ", string(it.Price), it.Currency)))
	}
	return joinWords("\n", append(lines, o.Text)...)
}

// joinWords joins what is not empty.
func joinWords(separator string, words ...string) string {
	kept := make([]string, 0, len(words))
	for _, w := range words {
		if w != "" {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, separator)
}
