package view

import (
	"encoding/json"

	"github.com/recado-chat/recado/shared/chat"
)

// VisitorMessageShape is a message as a visitor of a site sees it: nothing of what operators alone may know. Text is left out of a
// partial frame only.
type VisitorMessageShape struct {
	ID             string                   `json:"id"`
	ConversationID string                   `json:"conversationId"`
	ClientID       string                   `json:"clientId,omitempty"` // of the visitor's own
	Direction      string                   `json:"direction"`          // in: the visitor wrote it
	Type           string                   `json:"type"`
	Text           *string                  `json:"text,omitempty"`
	Attachments    []VisitorAttachmentShape `json:"attachments"`
	Location       *LocationShape           `json:"location"`
	Cards          []CardShape              `json:"cards"`
	Interactive    *InteractiveShape        `json:"interactive,omitempty"`
	Author         VisitorAuthorShape       `json:"author"`
	ReplyTo        *string                  `json:"replyTo"`
	Status         string                   `json:"status"`
	EditedAt       *Time                    `json:"editedAt"`
	RevokedAt      *Time                    `json:"revokedAt"`
	SentAt         Time                     `json:"sentAt"`
	Version        int64                    `json:"version"`
}

// VisitorAttachmentShape is a file; a link to it is asked for when it is needed.
type VisitorAttachmentShape struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Mime  string `json:"mime"`
	Size  int64  `json:"size"`
	State string `json:"state"`
}

// VisitorAuthorShape is who wrote a message. Without a picture, initials stand for them.
type VisitorAuthorShape struct {
	Kind    string  `json:"kind"`
	Name    string  `json:"name"`
	Picture *string `json:"picture"`
}

// VisitorMessage shows a message to the visitor.
func VisitorMessage(m chat.Message) VisitorMessageShape {
	full := Message(m)
	shape := VisitorMessageShape{
		ID: full.ID, ConversationID: full.ConversationID, Direction: full.Direction, Type: full.Type, Text: full.Text,
		Attachments: make([]VisitorAttachmentShape, len(full.Attachments)), Location: full.Location, Cards: full.Cards, Interactive: full.Interactive,
		Author: VisitorAuthorShape{Kind: full.Author.Kind, Name: full.Author.Name, Picture: picture(m.AccountID, m.Author.Picture)}, ReplyTo: full.ReplyTo, Status: full.Status,
		EditedAt: full.EditedAt, RevokedAt: full.RevokedAt, SentAt: full.SentAt, Version: full.Version,
	}
	if m.Direction == chat.In {
		shape.ClientID = m.ClientID
	}
	for i, a := range full.Attachments {
		shape.Attachments[i] = VisitorAttachmentShape{ID: a.ID, Name: a.Name, Mime: a.Mime, Size: a.Size, State: a.State}
	}
	return shape
}

// VisitorMessageItem carries a message to a visitor's browser.
type VisitorMessageItem struct {
	Type    string              `json:"type"`
	Message VisitorMessageShape `json:"message"`
	Partial bool                `json:"partial,omitempty"`
}

// VisitorTypingItem says that an operator writes, or no longer does.
type VisitorTypingItem struct {
	Type string             `json:"type"`
	By   VisitorAuthorShape `json:"by"`
	On   bool               `json:"on"`
}

// VisitorMessageUpserted encodes the item of a new or changed message; one that would not fit a frame goes without its text.
func VisitorMessageUpserted(m chat.Message) (json.RawMessage, error) {
	item := VisitorMessageItem{Type: "message.upserted", Message: VisitorMessage(m)}
	encoded, err := encode(item)
	if err != nil || len(encoded) <= maxItem {
		return encoded, err
	}
	item.Message.Text, item.Partial = nil, true
	return encode(item)
}

// VisitorTyping encodes that an operator writes to the visitor, or no longer does.
func VisitorTyping(by chat.Author, on bool) (json.RawMessage, error) {
	return encode(VisitorTypingItem{Type: "typing", By: VisitorAuthorShape{Kind: string(by.Kind), Name: by.Name}, On: on})
}

// VisitorSessionShape begins a visitor's session. Token goes with every other call; times are RFC 3339.
type VisitorSessionShape struct {
	Token     string             `json:"token"`
	ExpiresAt Time               `json:"expiresAt"`
	VisitorID string             `json:"visitorId"`
	Site      SiteShape          `json:"site"`
	Online    bool               `json:"online"` // somebody takes conversations now
	Started   bool               `json:"started"`
	Unread    int                `json:"unread"` // of the newest page of messages
	Limits    VisitorLimitsShape `json:"limits"`
}

// SiteShape is how a site presents itself.
type SiteShape struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Greeting string `json:"greeting"`
	Color    string `json:"color"`
}

// VisitorLimitsShape bounds what a visitor sends: characters, and bytes of files.
type VisitorLimitsShape struct {
	MaxText     int               `json:"maxText"`
	Attachments []AttachmentLimit `json:"attachments"`
}

// FileLinkShape leads to a file, for as many seconds.
type FileLinkShape struct {
	URL       string `json:"url"`
	ExpiresIn int    `json:"expiresIn"`
}
