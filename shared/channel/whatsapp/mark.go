package whatsapp

import (
	"context"

	"github.com/recado-chat/recado/shared/chat"
)

// outMark marks a message as read. With Typing it also shows the typing indicator.
type outMark struct {
	MessagingProduct string     `json:"messaging_product"`
	Status           string     `json:"status"`
	MessageID        string     `json:"message_id"`
	Typing           *outTyping `json:"typing_indicator,omitempty"`
}

type outTyping struct {
	Type string `json:"type"`
}

// MarkRead shows the contact's message, and all before it, as read.
func (a *Adapter) MarkRead(ctx context.Context, credentials chat.Credentials, asset, providerID string) error {
	return a.mark(ctx, credentials, asset, outMark{MessageID: providerID})
}

// ShowTyping shows the typing indicator. WhatsApp accepts it only together with a read mark.
func (a *Adapter) ShowTyping(ctx context.Context, credentials chat.Credentials, asset, providerID string) error {
	return a.mark(ctx, credentials, asset, outMark{MessageID: providerID, Typing: &outTyping{Type: "text"}})
}

func (a *Adapter) mark(ctx context.Context, credentials chat.Credentials, asset string, mark outMark) error {
	mark.MessagingProduct, mark.Status = "whatsapp", "read"
	_, err := a.postJSON(ctx, credentials, asset, mark, false)
	return err
}
