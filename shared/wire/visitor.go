package wire

import "github.com/recado-chat/recado/shared/chat"

// NewVisitorSession begins or resumes a visitor's session.
type NewVisitorSession struct {
	// Site is the site's code.
	Site string `json:"site"`
	// Origin is of the page that shows the chat: scheme, host and port. It must be one of the site's.
	Origin string `json:"origin"`
	// Token is of an earlier session; one that is unknown, expired or of another page begins a new visitor.
	Token string `json:"token,omitempty"`
}

// VisitorSession is a visitor's session.
type VisitorSession struct {
	// Token goes into the Authorization header of every other call.
	Token string `json:"token"`
	// ExpiresAt is of the wall clock and moves on with use.
	ExpiresAt Time   `json:"expiresAt"`
	VisitorID string `json:"visitorId"`
	Site      Site   `json:"site"`
	// Online says whether somebody takes conversations of the site now.
	Online bool `json:"online"`
	// Started says whether the visitor wrote before.
	Started bool `json:"started"`
	// Unread is how many messages of the newest page the visitor has not read.
	Unread int           `json:"unread"`
	Limits VisitorLimits `json:"limits"`
}

// Site is how a site presents itself.
type Site struct {
	Name string `json:"name"`
	// Title defaults to the name.
	Title string `json:"title"`
	// Greeting is empty when the site has none.
	Greeting string `json:"greeting"`
	// Color is #rrggbb.
	Color string `json:"color"`
}

// VisitorLimits bound what a visitor sends.
type VisitorLimits struct {
	// MaxText is in characters.
	MaxText     int               `json:"maxText"`
	Attachments []AttachmentLimit `json:"attachments"`
}

// VisitorMessage is a message as a visitor sees it: nothing of what operators alone may know.
type VisitorMessage struct {
	ID             string `json:"id"`
	ConversationID string `json:"conversationId"`
	// ClientID is the id that the visitor's browser chose; left out for messages of others.
	ClientID  string           `json:"clientId,omitempty"`
	Direction chat.Direction   `json:"direction"` // in = the visitor wrote it
	Type      chat.MessageType `json:"type"`
	// Text is left out only of a frame in which it did not fit.
	Text        *string             `json:"text,omitempty" default:"\"\""`
	Attachments []VisitorAttachment `json:"attachments"`
	// Location is null for every type but location.
	Location *Location `json:"location"`
	// Cards are empty for every type but contacts.
	Cards []Card `json:"cards"`
	// Interactive is left out for a message without buttons or a list.
	Interactive *Interactive  `json:"interactive,omitempty"`
	Author      VisitorAuthor `json:"author"`
	// ReplyTo is the id of the message that is quoted; null when none is.
	ReplyTo   *string            `json:"replyTo"`
	Status    chat.MessageStatus `json:"status"`
	EditedAt  *Time              `json:"editedAt"`
	RevokedAt *Time              `json:"revokedAt"`
	SentAt    Time               `json:"sentAt"`
	// Version grows with every change: of two states the one with the higher version is newer.
	Version int64 `json:"version"`
}

// VisitorAttachment is a file; a link to it is asked for when it is needed.
type VisitorAttachment struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Mime string `json:"mime"`
	// Size is in bytes.
	Size  int64                `json:"size"`
	State chat.AttachmentState `json:"state"`
}

// VisitorAuthor is who wrote a message.
type VisitorAuthor struct {
	Kind chat.AuthorKind `json:"kind"`
	Name string          `json:"name"`
	// Picture is a path on this origin; null without a picture.
	Picture *string `json:"picture"`
}

// NewVisitorMessage is what a visitor writes.
type NewVisitorMessage struct {
	// ClientID is an id that the browser chose. The same one again is the same message.
	ClientID string           `json:"clientId" jsonschema:"pattern=^[A-Za-z0-9_-]{1\\,64}$"`
	Type     chat.MessageType `json:"type"`
	Text     string           `json:"text,omitempty"`
	// Attachments are ids of uploads: one for a file, none for any other message.
	Attachments []string `json:"attachments,omitempty" jsonschema:"maxItems=1"`
	// ReplyTo is the id of the message that is quoted.
	ReplyTo *string `json:"replyTo,omitempty" nullable:"true"`
	// Page is where the visitor writes; one of another origin than the session's is ignored.
	Page *SitePage `json:"page,omitempty" nullable:"true"`
}

// VisitorMessageAccepted says that a message was taken. The message itself comes over the socket.
type VisitorMessageAccepted struct {
	ClientID string `json:"clientId"`
}

// VisitorReceipts say that a browser has, or shows, messages to the visitor.
type VisitorReceipts struct {
	Status         ReceiptStatus `json:"status"`
	ConversationID string        `json:"conversationId"`
	MessageIDs     []string      `json:"messageIds" jsonschema:"maxItems=50"`
}

// ReceiptStatus is a status that a browser may report.
type ReceiptStatus string

// The statuses of receipts.
const (
	ReceiptDelivered = ReceiptStatus(chat.StatusDelivered)
	ReceiptRead      = ReceiptStatus(chat.StatusRead)
)

// NewVisitorUpload announces a file.
type NewVisitorUpload struct {
	Name string `json:"name" jsonschema:"minLength=1,maxLength=120"`
	Mime string `json:"mime"`
	// Size is in bytes.
	Size int64 `json:"size" jsonschema:"minimum=1"`
}

// FileLink leads to a file.
type FileLink struct {
	URL string `json:"url"`
	// ExpiresIn is in seconds.
	ExpiresIn int `json:"expiresIn"`
}

// VisitorMessageUpserted carries a new or changed message to a visitor.
type VisitorMessageUpserted struct {
	Type    string         `json:"type" const:"message.upserted"`
	Message VisitorMessage `json:"message"`
	// Partial says that the text did not fit the frame and has to be fetched.
	Partial bool `json:"partial,omitempty" default:"false"`
}

// VisitorTyping says that an operator types, or stopped.
type VisitorTyping struct {
	Type string        `json:"type" const:"typing"`
	By   VisitorAuthor `json:"by"`
	On   bool          `json:"on"`
}

// VisitorMessagesQuery selects a page of a visitor's messages, the newest page first.
type VisitorMessagesQuery struct {
	// Limit is the number of items of a page.
	Limit int `json:"limit,omitempty" jsonschema:"minimum=1,maximum=100,default=30"`
	// Cursor is the nextCursor of the page before; without it the list begins.
	Cursor string `json:"cursor,omitempty"`
}

// VisitorFileQuery names a file of a visitor's message.
type VisitorFileQuery struct {
	Conversation string `json:"conversation"`
	Message      string `json:"message"`
	Attachment   string `json:"attachment"`
	// Download makes browsers save the file even if they could show it.
	Download bool `json:"download,omitempty"`
}

// VisitorFrameQuery names the site of the chat's document.
type VisitorFrameQuery struct {
	// Site is the site's code.
	Site string `json:"site"`
}
