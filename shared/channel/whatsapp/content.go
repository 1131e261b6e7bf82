package whatsapp

import (
	"math"
	"mime"
	"strconv"
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

// content sets the type and content of in from a message. An unknown type becomes chat.TypeUnsupported without a text, so that the
// conversation shows that a message arrived.
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

// media sets a file and its caption. A file without an id cannot be fetched and is marked as failed.
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

// referral returns the ad or post that the contact tapped before writing, or nil.
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

// extensions maps MIME types to file extensions, for files without a name. The mime package's table differs between machines.
var extensions = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp",
	"audio/ogg": ".ogg", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/amr": ".amr",
	"video/mp4": ".mp4", "video/3gpp": ".3gp",
	"application/pdf": ".pdf", "text/plain": ".txt",
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

// words returns the chosen title, with the description of a list row.
func (i wireInteractive) words() string {
	return firstOf(
		i.ButtonReply.Title, joinWords("\n", i.ListReply.Title, i.ListReply.Description), i.FlowReply.Body, i.CallPermission.Response,
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
