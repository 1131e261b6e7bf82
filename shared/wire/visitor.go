package wire

import "github.com/recado-chat/recado/shared/chat"

// NewVisitorSession begins or resumes a visitor's session.
type NewVisitorSession struct {
	// Site is the site's code.
	Site string `json:"site"`
	// Origin is of the page that shows the chat: scheme, host and port. It must be one of the site's, or the console's for a preview.
	Origin string `json:"origin"`
	// Token is of an earlier session; one that is unknown, expired or of another page begins a new visitor.
	Token string `json:"token,omitempty"`
}

// VisitorSession is a visitor's session.
type VisitorSession struct {
	// Token goes into the Authorization header of every other call.
	Token string `json:"token" widget:"strict"`
	// ExpiresAt is of the wall clock and moves on with use.
	ExpiresAt Time `json:"expiresAt" widget:"-"`
	// VisitorID is the visitor's id.
	VisitorID string `json:"visitorId" widget:"strict"`
	// Site is how the site presents itself.
	Site Site `json:"site" widget:"strict"`
	// Online says whether somebody takes conversations of the site now.
	Online bool `json:"online" default:"true"`
	// Started says whether the visitor wrote before.
	Started bool `json:"started"`
	// Unread is how many messages of the newest page the visitor has not read.
	Unread int `json:"unread"`
	// Limits bound what the visitor sends.
	Limits VisitorLimits `json:"limits" widget:"strict"`
}

// Site is how a site presents itself.
type Site struct {
	// Title defaults to the name of the business.
	Title string `json:"title"`
	// Greeting is empty when the site has none.
	Greeting string `json:"greeting"`
	// Color is #rrggbb.
	Color string `json:"color"`
}

// VisitorLimits bound what a visitor sends.
type VisitorLimits struct {
	// MaxText is in characters.
	MaxText int `json:"maxText" default:"4096"`
	// Attachments are the files that may be sent.
	Attachments []AttachmentLimit `json:"attachments"`
}

// VisitorMessage is a message as a visitor sees it: nothing of what operators alone may know.
type VisitorMessage struct {
	// ID sorts messages of a conversation by time.
	ID string `json:"id" widget:"strict"`
	// ConversationID is the conversation that the message belongs to.
	ConversationID string `json:"conversationId" widget:"strict"`
	// ClientID is the id that the visitor's browser chose; left out for messages of others.
	ClientID string `json:"clientId,omitempty" widget:"strict"`
	// Direction is in for a message from the visitor.
	Direction chat.Direction `json:"direction" widget:"strict"`
	// Type says which fields hold the content.
	Type chat.MessageType `json:"type"`
	// Text is left out only of a frame in which it did not fit.
	Text *string `json:"text,omitempty" default:"\"\""`
	// Attachments are empty once the message was revoked.
	Attachments []VisitorAttachment `json:"attachments"`
	// Location is null for every type but location.
	Location *Location `json:"location"`
	// Cards are empty for every type but contacts.
	Cards []Card `json:"cards"`
	// Interactive is left out for a message without buttons or a list.
	Interactive *Interactive `json:"interactive,omitempty"`
	// Author is who wrote the message.
	Author VisitorAuthor `json:"author"`
	// ReplyTo is the id of the message that is quoted; null when none is.
	ReplyTo *string `json:"replyTo"`
	// Status is how far a message came.
	Status chat.MessageStatus `json:"status"`
	// EditedAt is null when the text was never edited.
	EditedAt *Time `json:"editedAt"`
	// RevokedAt is null unless the author took the message back.
	RevokedAt *Time `json:"revokedAt"`
	// SentAt is when the message was written.
	SentAt Time `json:"sentAt" widget:"strict"`
	// Version grows with every change: of two states the one with the higher version is newer.
	Version int64 `json:"version"`
}

// VisitorAttachment is a file; a link to it is asked for when it is needed.
type VisitorAttachment struct {
	// ID names the file among those of its message.
	ID string `json:"id" widget:"strict"`
	// Name is the file name, safe to show and to save.
	Name string `json:"name"`
	// Mime is the media type.
	Mime string `json:"mime"`
	// Size is in bytes.
	Size int64 `json:"size"`
	// State says whether the file is stored.
	State chat.AttachmentState `json:"state" default:"\"failed\""`
}

// VisitorAuthor is who wrote a message.
type VisitorAuthor struct {
	// Kind is what the author is.
	Kind chat.AuthorKind `json:"kind"`
	// Name is the author's first name; may be empty.
	Name string `json:"name"`
	// Picture is a path on this origin; null without a picture.
	Picture *string `json:"picture"`
}

// NewVisitorMessage is what a visitor writes.
type NewVisitorMessage struct {
	// ClientID is an id that the browser chose. The same one again is the same message.
	ClientID string `json:"clientId" jsonschema:"pattern=^[A-Za-z0-9_-]{1\\,64}$"`
	// Type is text, interactive or a type of file.
	Type chat.MessageType `json:"type"`
	// Text is the text, or the caption of a file.
	Text string `json:"text,omitempty"`
	// Attachments are ids of uploads: one for a file, none for any other message.
	Attachments []string `json:"attachments,omitempty" jsonschema:"maxItems=1"`
	// ReplyTo is the id of the message that is quoted.
	ReplyTo *string `json:"replyTo,omitempty" nullable:"true"`
	// Page is where the visitor writes; one of another origin than the session's is ignored.
	Page *SitePage `json:"page,omitempty" nullable:"true"`
}

// VisitorMessageAccepted says that a message was taken. The message itself comes over the socket.
type VisitorMessageAccepted struct {
	// ClientID is the id that the request gave.
	ClientID string `json:"clientId"`
}

// VisitorReceipts say that a browser has, or shows, messages to the visitor.
type VisitorReceipts struct {
	// Status is what happened to the messages.
	Status ReceiptStatus `json:"status"`
	// ConversationID is the conversation of the messages.
	ConversationID string `json:"conversationId"`
	// MessageIDs are messages to the visitor; unknown ones are ignored.
	MessageIDs []string `json:"messageIds" jsonschema:"maxItems=50"`
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
	// Name is the file name.
	Name string `json:"name" jsonschema:"minLength=1,maxLength=120"`
	// Mime is the media type that the bytes will have.
	Mime string `json:"mime"`
	// Size is in bytes.
	Size int64 `json:"size" jsonschema:"minimum=1"`
}

// FileLink leads to a file.
type FileLink struct {
	// URL opens the file without further credentials.
	URL string `json:"url" widget:"strict"`
	// ExpiresIn is in seconds.
	ExpiresIn int `json:"expiresIn" widget:"strict"`
}

// VisitorMessageUpserted carries a new or changed message to a visitor.
type VisitorMessageUpserted struct {
	Type string `json:"type" const:"message.upserted"`
	// Message is the message as it is now.
	Message VisitorMessage `json:"message" widget:"strict"`
	// Partial says that the content did not fit the frame and has to be fetched: without the text, or without any.
	Partial bool `json:"partial,omitempty" default:"false"`
}

// VisitorTyping says that an operator types, or stopped.
type VisitorTyping struct {
	Type string `json:"type" const:"typing"`
	// By is who types.
	By VisitorAuthor `json:"by" widget:"strict"`
	// On is false when the operator stopped.
	On bool `json:"on" widget:"strict"`
}

// VisitorLimited says that the browser sent too many frames. Those that it sends until then are dropped, and close the socket when they
// are many.
type VisitorLimited struct {
	Type string `json:"type" const:"limited"`
	// RetryAfter is in seconds.
	RetryAfter int `json:"retryAfter" widget:"strict"`
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
	// Conversation is the id of the message's conversation.
	Conversation string `json:"conversation"`
	// Message is the id of the file's message.
	Message string `json:"message"`
	// Attachment is the file's id.
	Attachment string `json:"attachment"`
	// Download makes browsers save the file even if they could show it.
	Download bool `json:"download,omitempty"`
}

// VisitorFrameQuery names the site of the chat's document.
type VisitorFrameQuery struct {
	// Site is the site's code.
	Site string `json:"site"`
}
