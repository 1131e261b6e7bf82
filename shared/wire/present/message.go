package present

import (
	"net/url"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// Message builds a message.
func Message(m chat.Message) wire.Message {
	text := m.Text
	shape := wire.Message{
		ID:             string(m.ID),
		ConversationID: string(m.ConversationID),
		Direction:      m.Direction,
		Type:           m.Type,
		Text:           &text,
		Attachments:    []wire.Attachment{},
		Cards:          make([]wire.Card, len(m.Cards)),
		Interactive:    interactive(m.Interactive),
		Template:       templateRef(m.Template),
		Author:         author(m.Author),
		ReplyTo:        orNull(m.ReplyTo),
		Status:         m.Status,
		ClientID:       m.ClientID,
		Reactions:      []wire.Reaction{},
		EditedAt:       timeOrNull(m.Edited.At),
		RevokedAt:      timeOrNull(m.Revoked.At),
		SentAt:         wire.Time(m.SentAt),
		ReceivedAt:     wire.Time(m.ReceivedAt),
		Version:        m.Version,
	}
	if m.Revoked.IsZero() {
		for _, a := range m.Attachments {
			shape.Attachments = append(shape.Attachments, attachment(m, a))
		}
	}
	if r := m.Referral; r != nil {
		shape.Referral = &wire.Referral{
			URL: webAddress(r.URL), Headline: r.Headline, Body: r.Body, Source: r.Source, SourceID: r.SourceID, ClickID: r.ClickID,
		}
	}
	received(&shape, m)
	if m.Location != nil {
		at := wire.Location(*m.Location)
		shape.Location = &at
	}
	if m.Page != nil {
		on := wire.SitePage(*m.Page)
		shape.Page = &on
	}
	for i, card := range m.Cards {
		shape.Cards[i] = wire.Card{Name: card.Name, Company: card.Company, Phones: texts(card.Phones), Emails: texts(card.Emails)}
	}
	for _, r := range m.Reactions {
		if r.Emoji != "" { // "" = removed
			shape.Reactions = append(shape.Reactions, wire.Reaction{From: r.From, Emoji: r.Emoji, At: wire.Time(r.When.At)})
		}
	}
	if m.Error != nil {
		shape.Error = &wire.MessageError{Code: m.Error.Code, Message: m.Error.Message, Reason: m.Error.Reason}
	}
	return shape
}

// received sets what came back from the contact or the provider.
func received(shape *wire.Message, m chat.Message) {
	if f := m.Form; f != nil {
		shape.Form = &wire.Form{Name: f.Name, Fields: make([]wire.FormField, len(f.Fields)), Raw: f.Raw}
		for i, field := range f.Fields {
			shape.Form.Fields[i] = wire.FormField(field)
		}
	}
	if m.Choice != nil {
		shape.Choice = &wire.Choice{ID: m.Choice.ID}
	}
	if u := m.Unsupported; u != nil {
		shape.Unsupported = &wire.Unsupported{Kind: u.Kind, Code: u.Code, Reason: u.Reason, Raw: u.Raw}
	}
	if t := m.StatusTimes; t != (chat.StatusTimes{}) {
		shape.Delivery = &wire.Delivery{
			SentAt: timeOrNull(t.Sent), DeliveredAt: timeOrNull(t.Delivered), ReadAt: timeOrNull(t.Read), FailedAt: timeOrNull(t.Failed),
		}
	}
	if m.Pricing != nil {
		price := wire.Pricing(*m.Pricing)
		shape.Pricing = &price
	}
}

func attachment(m chat.Message, a chat.Attachment) wire.Attachment {
	shape := wire.Attachment{ID: a.ID, Name: a.Name, Mime: a.Mime, Size: a.Size, State: a.State}
	if a.State == chat.AttachmentReady {
		path := "/api/v1/conversations/" + url.PathEscape(string(m.ConversationID)) +
			"/messages/" + url.PathEscape(string(m.ID)) + "/attachments/" + url.PathEscape(a.ID)
		shape.URL = &path
	}
	return shape
}

// webAddress is the address if it is of a web page, and empty otherwise: people click it.
func webAddress(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return u.String()
}

func author(a chat.Author) wire.Author {
	return wire.Author{Kind: a.Kind, ID: a.ID, Name: a.Name}
}
