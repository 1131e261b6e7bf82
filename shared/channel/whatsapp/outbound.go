package whatsapp

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/whatsapp/interactive"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// outMessage is a message as the Graph API takes it. Either To (a phone number) or Recipient (a business-scoped user id) is set: the API
// silently drops a message with a user id in "to".
type outMessage struct {
	MessagingProduct string               `json:"messaging_product"`
	RecipientType    string               `json:"recipient_type"`
	To               string               `json:"to,omitempty"`
	Recipient        string               `json:"recipient,omitempty"`
	Type             string               `json:"type"`
	Context          *outContext          `json:"context,omitempty"`
	Callback         string               `json:"biz_opaque_callback_data,omitempty"`
	Text             *outText             `json:"text,omitempty"`
	Image            *outMedia            `json:"image,omitempty"`
	Audio            *outMedia            `json:"audio,omitempty"`
	Video            *outMedia            `json:"video,omitempty"`
	Document         *outMedia            `json:"document,omitempty"`
	Sticker          *outMedia            `json:"sticker,omitempty"`
	Location         *outLocation         `json:"location,omitempty"`
	Contacts         []outCard            `json:"contacts,omitempty"`
	Interactive      *interactive.Message `json:"interactive,omitempty"`
	Template         *outTemplate         `json:"template,omitempty"`
}

type outContext struct {
	MessageID string `json:"message_id"`
}

type outText struct {
	Body       string `json:"body"`
	PreviewURL bool   `json:"preview_url"`
}

type outMedia struct {
	ID       string `json:"id"`
	Caption  string `json:"caption,omitempty"`
	Filename string `json:"filename,omitempty"`
}

// fill sets the content of the message; file is its uploaded file, if it has one.
func (o *outMessage) fill(message channel.Outbound, file *outMedia) {
	switch message.Type {
	case chat.TypeText:
		o.Text = &outText{Body: message.Text}
	case chat.TypeImage:
		o.Image, file.Caption = file, message.Text
	case chat.TypeAudio:
		o.Audio = file
	case chat.TypeVideo:
		o.Video, file.Caption = file, message.Text
	case chat.TypeDocument:
		o.Document, file.Caption, file.Filename = file, message.Text, message.Attachments[0].Name
	case chat.TypeSticker:
		o.Sticker = file
	case chat.TypeLocation:
		o.Location = locationOf(*message.Location)
	case chat.TypeContacts:
		o.Contacts = outCardsOf(message.Cards)
	case chat.TypeInteractive:
		o.Interactive = interactive.Of(message.Text, *message.Interactive)
	case chat.TypeTemplate:
		o.Template = templateOf(message, file)
	case chat.TypeReaction, chat.TypeComment, chat.TypeQuestion, chat.TypeSystem, chat.TypeUnsupported: // refused by check
	}
}

// check returns Invalid for a message that WhatsApp cannot send, before any request is made.
func check(message channel.Outbound) error {
	invalid := func(reason, format string, args ...any) error {
		return fault.New(fault.Invalid, format, args...).WithReason(reason)
	}
	files := 0
	switch length := utf8.RuneCountInString(message.Text); message.Type {
	case chat.TypeText:
		if len(message.Attachments) > 0 {
			return invalid("attachment_in_text", "a text message cannot have an attachment")
		}
		if length == 0 || length > maxText {
			return invalid("text_length", "a text has 1 to %d characters", maxText)
		}
	case chat.TypeImage, chat.TypeVideo, chat.TypeDocument:
		files = 1
		if length > maxCaption {
			return invalid("text_length", "a caption has at most %d characters", maxCaption)
		}
	case chat.TypeAudio, chat.TypeSticker:
		files = 1
		if message.Text != "" {
			return invalid("no_caption", "audio and stickers cannot have a caption")
		}
	case chat.TypeLocation:
		if message.Location == nil {
			return invalid("no_location", "the location is missing")
		}
	case chat.TypeContacts:
		if len(message.Cards) == 0 || len(message.Cards) > maxCards {
			return invalid("cards", "a message shares 1 to %d contacts", maxCards)
		}
	case chat.TypeInteractive:
		if message.Interactive == nil || message.Text == "" {
			return invalid("no_choice", "an interactive message needs a text and choices")
		}
	case chat.TypeTemplate:
		if message.Template == nil {
			return invalid("no_template", "the template is missing")
		}
		if _, media := message.Template.Format.Media(); media {
			files = 1
		}
	default:
		return invalid("unsupported_type", "WhatsApp messages of type %q cannot be sent", message.Type)
	}
	if len(message.Attachments) != files {
		return invalid("one_attachment", "the message has %d attachments, expected %d", len(message.Attachments), files)
	}
	return nil
}

func isMediaRefusal(err error) bool {
	p := channel.Provider(err)
	return p != nil && slices.Contains([]string{fmt.Sprint(codeMediaDownload), fmt.Sprint(codeMediaUpload)}, p.Code)
}

// outLocation is a location; the Graph API writes its coordinates as strings.
type outLocation struct {
	Latitude  string `json:"latitude"`
	Longitude string `json:"longitude"`
	Name      string `json:"name,omitempty"`
	Address   string `json:"address,omitempty"`
}

func locationOf(l chat.Location) *outLocation {
	degrees := func(d float64) string { return strconv.FormatFloat(d, 'f', -1, 64) }
	return &outLocation{Latitude: degrees(l.Latitude), Longitude: degrees(l.Longitude), Name: l.Name, Address: l.Address}
}

// outCard is a contact card. The API requires one more part of the name besides the formatted name.
type outCard struct {
	Name struct {
		FormattedName string `json:"formatted_name"`
		FirstName     string `json:"first_name"`
	} `json:"name"`
	Organisation *outOrganisation `json:"org,omitempty"`
	Phones       []outPhone       `json:"phones,omitempty"`
	Emails       []outEmail       `json:"emails,omitempty"`
}

type outOrganisation struct {
	Company string `json:"company"`
}

type outPhone struct {
	Phone string `json:"phone"`
}

type outEmail struct {
	Email string `json:"email"`
}

func outCardsOf(cards []chat.Card) []outCard {
	out := make([]outCard, len(cards))
	for i, card := range cards {
		out[i].Name.FormattedName, out[i].Name.FirstName = card.Name, card.Name
		if card.Company != "" {
			out[i].Organisation = &outOrganisation{Company: card.Company}
		}
		for _, phone := range card.Phones {
			out[i].Phones = append(out[i].Phones, outPhone{Phone: phone})
		}
		for _, email := range card.Emails {
			out[i].Emails = append(out[i].Emails, outEmail{Email: email})
		}
	}
	return out
}
