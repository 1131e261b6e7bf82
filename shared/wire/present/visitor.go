package present

import (
	"encoding/json"
	"strings"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// VisitorMessage builds a message as its visitor sees it.
func VisitorMessage(m chat.Message) wire.VisitorMessage {
	full := Message(m)
	shape := wire.VisitorMessage{
		ID: full.ID, ConversationID: full.ConversationID, Direction: full.Direction, Type: full.Type, Text: full.Text,
		Attachments: make([]wire.VisitorAttachment, len(full.Attachments)), Location: full.Location, Cards: full.Cards, Interactive: full.Interactive,
		Author: wire.VisitorAuthor{Kind: full.Author.Kind, Name: firstName(full.Author.Name), Picture: picture(m.AccountID, m.Author.Picture)}, ReplyTo: full.ReplyTo, Status: full.Status,
		EditedAt: full.EditedAt, RevokedAt: full.RevokedAt, SentAt: full.SentAt, Version: full.Version,
	}
	if m.Direction == chat.In {
		shape.ClientID = m.ClientID
	}
	for i, a := range full.Attachments {
		shape.Attachments[i] = wire.VisitorAttachment{ID: a.ID, Name: a.Name, Mime: a.Mime, Size: a.Size, State: a.State}
	}
	return shape
}

// firstName is what visitors read of a name. A name that is an address is not shown.
func firstName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	if strings.Contains(first, "@") {
		return ""
	}
	return first
}

// VisitorMessageUpserted encodes a new or changed message as MessageUpserted does.
func VisitorMessageUpserted(m chat.Message) (json.RawMessage, error) {
	item := wire.VisitorMessageUpserted{Type: "message.upserted", Message: VisitorMessage(m)}
	encoded, err := encode(item)
	if err != nil || len(encoded) <= maxItem {
		return encoded, err
	}
	item.Message.Text, item.Partial = nil, true
	if encoded, err = encode(item); err != nil || len(encoded) <= maxItem {
		return encoded, err
	}
	item.Message = VisitorMessage(outline(m))
	item.Message.Text = nil
	return encode(item)
}

// VisitorLimited encodes that the visitor's frames are dropped for some seconds.
func VisitorLimited(retryAfter int) (json.RawMessage, error) {
	return encode(wire.VisitorLimited{Type: "limited", RetryAfter: retryAfter})
}

// VisitorTyping encodes that an operator types to the visitor, or stopped.
func VisitorTyping(by chat.Author, on bool) (json.RawMessage, error) {
	return encode(wire.VisitorTyping{Type: "typing", By: wire.VisitorAuthor{Kind: by.Kind, Name: firstName(by.Name)}, On: on})
}
