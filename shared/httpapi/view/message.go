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
	Author         AuthorShape       `json:"author"`
	ReplyTo        *string           `json:"replyTo"`
	Status         string            `json:"status"`
	Error          *MessageError     `json:"error"`
	ClientID       string            `json:"clientId,omitempty"`
	SentAt         Time              `json:"sentAt"`
	ReceivedAt     Time              `json:"receivedAt"`
	Version        int64             `json:"version"`
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
		Attachments:    make([]AttachmentShape, len(m.Attachments)),
		Author:         author(m.Author),
		ReplyTo:        orNull(m.ReplyTo),
		Status:         string(m.Status),
		ClientID:       m.ClientID,
		SentAt:         Time(m.SentAt),
		ReceivedAt:     Time(m.ReceivedAt),
		Version:        m.Version,
	}
	for i, a := range m.Attachments {
		shape.Attachments[i] = attachment(m, a)
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

func author(a chat.Author) AuthorShape {
	return AuthorShape{Kind: string(a.Kind), ID: a.ID, Name: a.Name}
}
