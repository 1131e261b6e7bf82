package view

import (
	"net/url"

	"github.com/recado-chat/recado/shared/chat"
)

// MessageShape is a message. Text is left out of a partial frame only.
type MessageShape struct {
	ID             string            `json:"id"`
	ConversationID string            `json:"conversationId"`
	Direction      string            `json:"direction"`
	Type           string            `json:"type"`
	Text           *string           `json:"text,omitempty"`
	Attachments    []AttachmentShape `json:"attachments"`
	Location       *LocationShape    `json:"location"`
	Cards          []CardShape       `json:"cards"`
	Interactive    *InteractiveShape `json:"interactive,omitempty"`
	Template       *TemplateRefShape `json:"template,omitempty"`
	Author         AuthorShape       `json:"author"`
	ReplyTo        *string           `json:"replyTo"`
	Page           *PageShape        `json:"page,omitempty"`
	Referral       *ReferralShape    `json:"referral,omitempty"`
	Status         string            `json:"status"`
	Error          *MessageError     `json:"error"`
	ClientID       string            `json:"clientId,omitempty"`
	Reactions      []ReactionShape   `json:"reactions"`
	EditedAt       *Time             `json:"editedAt"`
	RevokedAt      *Time             `json:"revokedAt"`
	SentAt         Time              `json:"sentAt"`
	ReceivedAt     Time              `json:"receivedAt"`
	Version        int64             `json:"version"`
}

// PageShape is a page of a site, on which a visitor wrote.
type PageShape struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

// LocationShape is a place, in degrees; without name and address it is a pin on the map.
type LocationShape struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name"`
	Address   string  `json:"address"`
}

// CardShape is the contact data of somebody whom a phone shared.
type CardShape struct {
	Name    string   `json:"name"`
	Company string   `json:"company"`
	Phones  []string `json:"phones"`
	Emails  []string `json:"emails"`
}

// ReferralShape is the advertisement or post through which somebody came to write. URL is empty when it is no address for a browser.
type ReferralShape struct {
	URL      string `json:"url"`
	Headline string `json:"headline"`
	Body     string `json:"body"`
	Source   string `json:"source"` // ad or post
	SourceID string `json:"sourceId"`
}

// ReactionShape is one side's emoji on a message: in is the contact's, out the business's.
type ReactionShape struct {
	From  string `json:"from"`
	Emoji string `json:"emoji"`
	At    Time   `json:"at"`
}

// AttachmentShape is a file of a message. Its URL is ours and leads on to the file; null until the file is here.
type AttachmentShape struct {
	ID    string  `json:"id"`
	Name  string  `json:"name"`
	Mime  string  `json:"mime"`
	Size  int64   `json:"size"`
	URL   *string `json:"url"`
	State string  `json:"state"`
}

// AuthorShape is who wrote a message or caused an Event.
type AuthorShape struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// MessageError is the provider's reason for a failure.
type MessageError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Message shows a message.
func Message(m chat.Message) MessageShape {
	text := m.Text
	shape := MessageShape{
		ID:             string(m.ID),
		ConversationID: string(m.ConversationID),
		Direction:      string(m.Direction),
		Type:           string(m.Type),
		Text:           &text,
		Attachments:    []AttachmentShape{},
		Cards:          make([]CardShape, len(m.Cards)),
		Interactive:    interactive(m.Interactive),
		Template:       templateRef(m.Template),
		Author:         author(m.Author),
		ReplyTo:        orNull(m.ReplyTo),
		Status:         string(m.Status),
		ClientID:       m.ClientID,
		Reactions:      []ReactionShape{},
		EditedAt:       timeOrNull(m.Edited.At),
		RevokedAt:      timeOrNull(m.Revoked.At),
		SentAt:         Time(m.SentAt),
		ReceivedAt:     Time(m.ReceivedAt),
		Version:        m.Version,
	}
	if m.Revoked.IsZero() {
		for _, a := range m.Attachments {
			shape.Attachments = append(shape.Attachments, attachment(m, a))
		}
	}
	if r := m.Referral; r != nil {
		shape.Referral = &ReferralShape{
			URL: webAddress(r.URL), Headline: r.Headline, Body: r.Body, Source: string(r.Source), SourceID: r.SourceID,
		}
	}
	if m.Location != nil {
		at := LocationShape(*m.Location)
		shape.Location = &at
	}
	if m.Page != nil {
		on := PageShape(*m.Page)
		shape.Page = &on
	}
	for i, card := range m.Cards {
		shape.Cards[i] = CardShape{Name: card.Name, Company: card.Company, Phones: texts(card.Phones), Emails: texts(card.Emails)}
	}
	for _, r := range m.Reactions {
		if r.Emoji != "" { // "" was taken back
			shape.Reactions = append(shape.Reactions, ReactionShape{From: string(r.From), Emoji: r.Emoji, At: Time(r.When.At)})
		}
	}
	if m.Error != nil {
		shape.Error = &MessageError{Code: m.Error.Code, Message: m.Error.Message}
	}
	return shape
}

func attachment(m chat.Message, a chat.Attachment) AttachmentShape {
	shape := AttachmentShape{ID: a.ID, Name: a.Name, Mime: a.Mime, Size: a.Size, State: string(a.State)}
	if a.State == chat.AttachmentReady {
		path := "/api/v1/conversations/" + url.PathEscape(string(m.ConversationID)) +
			"/messages/" + url.PathEscape(string(m.ID)) + "/attachments/" + url.PathEscape(a.ID)
		shape.URL = &path
	}
	return shape
}

// webAddress keeps everything but pages of the web out of what people click.
func webAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}

func author(a chat.Author) AuthorShape {
	return AuthorShape{Kind: string(a.Kind), ID: a.ID, Name: a.Name}
}
