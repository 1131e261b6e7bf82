package whatsapp

import (
	"context"

	"github.com/recado-chat/recado/shared/chat"
)

// outMark says that a message was read.
type outMark struct {
	MessagingProduct string     `json:"messaging_product"`
	Status           string     `json:"status"`
	MessageID        string     `json:"message_id"`
	Typing           *outTyping `json:"typing_indicator,omitempty"`
}

type outTyping struct {
	Type string `json:"type"`
}

// MarkRead gives the contact's message, and all before it, the blue ticks. With typing, WhatsApp shows for 25 seconds, or until a
// message comes, that somebody writes.
func (a *Adapter) MarkRead(ctx context.Context, credentials chat.Credentials, asset, providerID string, typing bool) error {
	mark := outMark{MessagingProduct: "whatsapp", Status: "read", MessageID: providerID}
	if typing {
		mark.Typing = &outTyping{Type: "text"}
	}
	_, err := a.postJSON(ctx, credentials, asset, mark, false)
	return err
}
