package chat

import (
	"log/slog"
	"time"
)

// Direction is in (from the contact) or out.
type Direction string

// The two directions.
const (
	In  Direction = "in"
	Out Direction = "out"
)

// MessageType is what a message is.
type MessageType string

// The types of messages.
const (
	TypeText        MessageType = "text"
	TypeImage       MessageType = "image"
	TypeAudio       MessageType = "audio"
	TypeVideo       MessageType = "video"
	TypeDocument    MessageType = "document"
	TypeSticker     MessageType = "sticker"
	TypeLocation    MessageType = "location"
	TypeContacts    MessageType = "contacts"
	TypeInteractive MessageType = "interactive"
	TypeTemplate    MessageType = "template"
	TypeReaction    MessageType = "reaction"
	TypeComment     MessageType = "comment"
	TypeQuestion    MessageType = "question"
	TypeSystem      MessageType = "system"
	TypeUnsupported MessageType = "unsupported"
)

// MessageStatus is the delivery state of a message. Within an attempt it only moves forward by Rank, except for the queue's own
// changes (Requeue, Hold).
type MessageStatus string

// The statuses.
const (
	StatusReceived  MessageStatus = "received"
	StatusQueued    MessageStatus = "queued"
	StatusHeld      MessageStatus = "held" // waits for its channel to be reconnected
	StatusSending   MessageStatus = "sending"
	StatusUnknown   MessageStatus = "unknown" // an attempt's outcome was lost; the provider's status or a retry resolves it
	StatusSent      MessageStatus = "sent"
	StatusDelivered MessageStatus = "delivered"
	StatusRead      MessageStatus = "read"
	StatusFailed    MessageStatus = "failed"
)

// Rank orders the statuses of an attempt: of those that a provider reports, in any order, the highest one stands. A failure outranks
// all, because providers do not take it back.
func (s MessageStatus) Rank() int {
	switch s {
	case StatusReceived, StatusQueued, StatusHeld:
		return 0
	case StatusSending:
		return 1
	case StatusUnknown:
		return 2
	case StatusSent:
		return 3
	case StatusDelivered:
		return 4
	case StatusRead:
		return 5
	case StatusFailed:
		return 6
	}
	return 0
}

// AuthorKind says who wrote a message or caused an Event.
type AuthorKind string

// The kinds of authors. External is another program or the provider's own app writing for the business.
const (
	ByContact  AuthorKind = "contact"
	ByOperator AuthorKind = "operator"
	ByBot      AuthorKind = "bot"
	BySystem   AuthorKind = "system"
	ByExternal AuthorKind = "external"
)

// Author is who wrote a message or caused an Event.
type Author struct {
	Kind    AuthorKind
	ID      string
	Name    string
	Picture string // an operator's, on our own web chat
}

// AttachmentState says whether a file is in our bucket yet.
type AttachmentState string

// The states of an attachment.
const (
	AttachmentPending AttachmentState = "pending"
	AttachmentReady   AttachmentState = "ready"
	AttachmentFailed  AttachmentState = "failed"
)

// Attachment is a file of a message. Ref is the provider's media id, Key the object in our bucket.
type Attachment struct {
	ID    string
	Name  string
	Mime  string
	Size  int64
	Ref   string
	Key   string
	State AttachmentState
}

// SitePage is a page of a site.
type SitePage struct {
	URL   string
	Title string
}

// Location is a place; Name and Address may be empty. Degrees.
type Location struct {
	Latitude  float64
	Longitude float64
	Name      string
	Address   string
}

// Card is a shared contact card.
type Card struct {
	Name    string
	Company string
	Phones  []string
	Emails  []string
}

// ReferralSource is what the contact tapped before writing.
type ReferralSource string

// The sources of referrals.
const (
	FromAd   ReferralSource = "ad"
	FromPost ReferralSource = "post"
)

// Referral is the advertisement or post through which the contact came to write. MediaURL is the provider's and expires.
type Referral struct {
	Source    ReferralSource
	SourceID  string
	URL       string
	Headline  string
	Body      string
	MediaType MessageType // image or video; "" when there is none
	MediaURL  string
	ClickID   string // the advertisement's id of the tap, by which its owner counts
}

// MessageError is the provider's reason for a failure, in its code and words. Reason is what the code means, in our words; "" when the
// channel has none for it.
type MessageError struct {
	Code    string
	Message string
	Reason  string
}

// WindowClosed is the Reason of a message that the provider refused because its contact has not written for too long.
const WindowClosed = "window_closed"

// Message is one message of a conversation.
type Message struct {
	ID             MessageID
	AccountID      AccountID
	ConversationID ConversationID
	Direction      Direction
	Type           MessageType
	Text           string
	Attachments    []Attachment
	Location       *Location // of a TypeLocation
	Cards          []Card    // of a TypeContacts
	Interactive    *Interactive
	Form           *Form
	Choice         *Choice
	Unsupported    *Unsupported
	Template       *TemplateRef
	Author         Author
	ReplyTo        MessageID
	Quoted         string    // the provider's id of the message that it quotes, as long as that is not known
	Page           *SitePage // where the visitor wrote it, on our own web chat
	Referral       *Referral
	Past           bool // written before its channel was connected: nobody is notified
	Status         MessageStatus
	Error          *MessageError
	ClientID       string    // the browser's own id, for messages that operators and visitors write
	Visitor        VisitorID // whose browsers it is pushed to, on our own web chat
	ProviderID     string
	StatusTimes    StatusTimes
	Pricing        *Pricing
	Attempt        int // 1 for the first try; a status of an earlier attempt does not count
	Reactions      []Reaction
	Edited         Moment // when the text was last edited
	Revoked        Moment // when its author revoked it: its content is deleted
	SentAt         time.Time
	ReceivedAt     time.Time
	Version        int64
}

// LogValue keeps what people wrote out of the logs.
func (m Message) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", string(m.ID)), slog.String("type", string(m.Type)), slog.Int("length", len(m.Text)))
}
