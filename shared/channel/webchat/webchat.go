// Package webchat is our own chat on the pages of an account's sites: a channel like any other, without a provider.
//
// The function widget serves the visitors' browsers and writes what they send in the wire format below, which Split and Parse read.
// No one else may post it, so there is no webhook. Visitors' files are in our bucket before their message arrives, so there is nothing
// to fetch. Send makes no request: a queued message is already in the visitor's history and was pushed to their browsers. Times are
// the server's. It imports chat, fault and the port.
package webchat

import (
	"context"
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

const (
	maxText = 4096
	maxFile = 10 << 20
)

// Type names the channel.
const Type chat.ChannelType = "webchat"

// Definition describes the channel: it has no settings and no secrets of a deployment.
func Definition() channel.Definition {
	return channel.Definition{Type: Type, New: func(channel.Environment) channel.Adapter { return New() }}
}

// Adapter implements the channel. It holds no state.
type Adapter struct{}

var (
	_ channel.Adapter    = (*Adapter)(nil)
	_ channel.Splitter   = (*Adapter)(nil)
	_ channel.Embedder   = (*Adapter)(nil)
	_ channel.Configurer = (*Adapter)(nil)
)

// New makes the adapter.
func New() *Adapter { return &Adapter{} }

// Type returns the channel's type.
func (*Adapter) Type() chat.ChannelType { return Type }

// Capabilities returns the limits of what a visitor receives and sends.
func (*Adapter) Capabilities() channel.Capabilities {
	limit := func(mimes ...string) channel.Limit { return channel.Limit{Mimes: mimes, MaxSize: maxFile} }
	return channel.Capabilities{
		MaxText: maxText, MaxCaption: maxText, ReplyTo: true, FirstParty: true, Locations: true, MaxCards: 5,
		Interactive: &channel.InteractiveLimits{ // WhatsApp's limits, so that the same content works on both channels
			MaxBody: 1024, MaxFooter: 60, MaxButtons: 3, MaxButtonTitle: 20, MaxListButton: 20, MaxSections: 10, MaxRows: 10,
			MaxRowTitle: 24, MaxRowDescription: 72, MaxRowID: 200,
		},
		Attachments: map[chat.MessageType]channel.Limit{
			chat.TypeImage: limit("image/jpeg", "image/png", "image/gif", "image/webp"),
			chat.TypeAudio: limit("audio/mpeg", "audio/mp4", "audio/ogg", "audio/webm", "audio/wav", "audio/aac"),
			chat.TypeVideo: limit("video/mp4", "video/webm", "video/quicktime", "video/3gpp"),
			chat.TypeDocument: limit(
				"application/pdf", "text/plain", "text/csv", "application/zip", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
				"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
				"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
				"application/vnd.openxmlformats-officedocument.presentationml.presentation",
			),
		},
		Captions: map[chat.MessageType]bool{chat.TypeImage: true, chat.TypeAudio: true, chat.TypeVideo: true, chat.TypeDocument: true},
	}
}

// Allows reports whether settings list the page's origin.
func (*Adapter) Allows(settings []byte, origin string) (bool, error) {
	s, err := ReadSettings(settings)
	return s.Allows(origin), err
}

// Credentials always returns Invalid: the channel has no credentials.
func (*Adapter) Credentials([]byte) (chat.Credentials, error) {
	return nil, fault.New(fault.Invalid, "a channel of our own has none").WithField("credentials")
}

// Send makes no request: see the package comment. The message's provider id is its MessageName, so that a receipt of the visitor's
// browser finds the message even before the send is recorded.
func (*Adapter) Send(_ context.Context, _ chat.Credentials, message channel.Outbound) (channel.Delivered, error) {
	i := strings.LastIndexByte(message.Ref, '.')
	if i < 0 {
		return channel.Delivered{}, fault.New(fault.Invalid, "the message has no reference").WithReason("no_ref")
	}
	return channel.Delivered{ProviderID: message.Ref[:i]}, nil // without the attempt
}

// MessageName returns the provider id that Send gives to a message, the same for every attempt.
func MessageName(conversation chat.ConversationID, id chat.MessageID) string {
	return string(conversation) + "." + string(id)
}
