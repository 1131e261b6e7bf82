package chat

import "time"

// InboundKind says what a provider told us.
type InboundKind string

// The kinds of inbound items.
const (
	InboundMessage InboundKind = "message"
	InboundReceipt InboundKind = "status"
	InboundAltered InboundKind = "alteration"
	InboundIgnored InboundKind = "ignored"
)

// Inbound is one thing a provider told us, in our words. Parsers make it, desk acts on it.
type Inbound struct {
	Kind        InboundKind
	Asset       string    // the channel's external id
	ProviderID  string    // the provider's id of the message
	At          time.Time // the provider's time
	ReceivedAt  time.Time
	Sender      Sender
	Type        MessageType
	Text        string
	Attachments []Attachment
	Location    *Location
	Cards       []Card
	ReplyTo     string // the provider's id of the message it answers
	Status      InboundStatus
	Alteration  *Alteration // of the message that Target names, for InboundAltered
	Target      string      // the provider's id of that message
	Ignored     string      // why, for InboundIgnored
}

// Sender is the external user as the provider names them. Addresses are tried in order; the first is the one to keep.
type Sender struct {
	Addresses []string
	Name      string
	Username  string
	Phone     string
}

// InboundStatus is a provider's word on a message we sent.
type InboundStatus struct {
	Status MessageStatus
	At     time.Time
	Error  *MessageError
	// Ref is what we gave along when sending, if the provider hands it back: it finds the message without its provider id.
	Ref string
}
