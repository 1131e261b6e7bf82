package wire

import "github.com/recado-chat/recado/shared/chat"

// Message is one message of a conversation.
type Message struct {
	// ID sorts messages of a conversation by time.
	ID string `json:"id"`
	// ConversationID is the conversation that the message belongs to.
	ConversationID string `json:"conversationId"`
	// Direction is in for a message from the contact.
	Direction chat.Direction `json:"direction"`
	// Type says which fields hold the content.
	Type chat.MessageType `json:"type"`
	// Text is left out only of a frame in which it did not fit.
	Text *string `json:"text,omitempty" default:"\"\""`
	// Attachments are empty once the message was revoked.
	Attachments []Attachment `json:"attachments"`
	// Location is null for every type but location.
	Location *Location `json:"location"`
	// Cards are empty for every type but contacts.
	Cards []Card `json:"cards"`
	// Interactive is left out for a message without buttons or a list.
	Interactive *Interactive `json:"interactive,omitempty"`
	// Form is what the contact filled into a form; left out for any other message.
	Form *Form `json:"form,omitempty"`
	// Choice is what the contact tapped; left out for any other message.
	Choice *Choice `json:"choice,omitempty"`
	// Unsupported is content that could not be taken in or that the provider could not deliver; left out when there is none.
	Unsupported *Unsupported `json:"unsupported,omitempty"`
	// Template is the template that the text was made from; left out for any other message.
	Template *TemplateRef `json:"template,omitempty"`
	// Author is who wrote the message.
	Author Author `json:"author"`
	// ReplyTo is the id of the message that is quoted; null when none is.
	ReplyTo *string `json:"replyTo"`
	// Page is where on a site a visitor wrote; left out for any other message.
	Page *SitePage `json:"page,omitempty"`
	// Referral is what led the contact to write; left out when nothing is known of it.
	Referral *Referral `json:"referral,omitempty"`
	// Status is how far a sent message came; received for one from the contact.
	Status chat.MessageStatus `json:"status"`
	// Error is the provider's reason for a failure; null when nothing failed.
	Error *MessageError `json:"error"`
	// Delivery is when a sent message came how far; left out for one from the contact.
	Delivery *Delivery `json:"delivery,omitempty"`
	// Pricing is what the provider charges the message as; left out when it did not tell.
	Pricing *Pricing `json:"pricing,omitempty"`
	// ClientID is the id that the sending client chose; left out for messages that came from a provider.
	ClientID string `json:"clientId,omitempty"`
	// Reactions are at most one of each side.
	Reactions []Reaction `json:"reactions"`
	// EditedAt is the provider's time of the last edit; null when the text is the first one.
	EditedAt *Time `json:"editedAt"`
	// RevokedAt is the provider's time at which the author took the message back; null when they did not.
	RevokedAt *Time `json:"revokedAt"`
	// SentAt is the provider's time for what a contact wrote, and the time of the request for what an operator did.
	SentAt Time `json:"sentAt"`
	// ReceivedAt is when the service received or accepted the message.
	ReceivedAt Time `json:"receivedAt"`
	// Version grows with every change: of two states the one with the higher version is newer.
	Version int64 `json:"version"`
}

// SitePage is a page of a site on which a visitor wrote.
type SitePage struct {
	// URL is the page's address, on the origin of the visitor's session.
	URL string `json:"url"`
	// Title is the page's title; may be empty.
	Title string `json:"title"`
}

// Location is a place. Without name and address it is a pin on the map.
type Location struct {
	// Latitude is in degrees.
	Latitude float64 `json:"latitude" widget:"strict"`
	// Longitude is in degrees.
	Longitude float64 `json:"longitude" widget:"strict"`
	// Name is empty when the sender gave none.
	Name string `json:"name"`
	// Address is empty when the sender gave none.
	Address string `json:"address"`
}

// Card is a contact card that was shared in a message.
type Card struct {
	// Name is the person's name.
	Name string `json:"name"`
	// Company is empty when the card names none.
	Company string `json:"company"`
	// Phones are the card's phone numbers, as the sender wrote them.
	Phones []string `json:"phones"`
	// Emails are the card's email addresses.
	Emails []string `json:"emails"`
}

// Referral is the advertisement or post through which somebody came to write.
type Referral struct {
	// URL is empty when the provider gave no address of the web.
	URL string `json:"url"`
	// Headline is the title of the advertisement or post.
	Headline string `json:"headline"`
	// Body is the text of the advertisement or post.
	Body string `json:"body"`
	// Source is what was tapped.
	Source chat.ReferralSource `json:"source"`
	// SourceID is the provider's id of the advertisement or post.
	SourceID string `json:"sourceId"`
	// ClickID is the advertisement's id of the tap; left out when the provider gave none.
	ClickID string `json:"clickId,omitempty"`
}

// Form is what a contact filled into a form of the provider's app. The message's text has the same as lines.
type Form struct {
	// Name is the provider's name of the form; may be empty.
	Name string `json:"name"`
	// Fields are the answers, in the form's order; empty when the document could not be read.
	Fields []FormField `json:"fields"`
	// Raw is the beginning of the provider's document, as it came.
	Raw string `json:"raw"`
}

// FormField is one answer of a form.
type FormField struct {
	// Name is the field's name. A field within another is named by both, joined by a dot.
	Name string `json:"name"`
	// Value is the answer.
	Value string `json:"value"`
}

// Choice is a button or row that a contact tapped.
type Choice struct {
	// ID is what was sent with it: a button's payload, or a row's id.
	ID string `json:"id"`
}

// Unsupported is content that could not be taken in or delivered.
type Unsupported struct {
	// Kind is the provider's word for the content.
	Kind string `json:"kind"`
	// Code is the provider's error code; empty when it gave none.
	Code string `json:"code"`
	// Reason is the provider's text; empty when it gave none.
	Reason string `json:"reason"`
	// Raw is the beginning of what the provider sent; empty when the content was understood.
	Raw string `json:"raw"`
}

// Delivery is when a sent message came how far, in the provider's times; null where nothing was reported.
type Delivery struct {
	// SentAt is when the provider took the message.
	SentAt *Time `json:"sentAt"`
	// DeliveredAt is when the message reached the contact.
	DeliveredAt *Time `json:"deliveredAt"`
	// ReadAt is when the contact saw the message.
	ReadAt *Time `json:"readAt"`
	// FailedAt is when the provider gave up.
	FailedAt *Time `json:"failedAt"`
}

// Pricing is what a provider charges a message as, in its own words.
type Pricing struct {
	// Category is such as service, utility or marketing.
	Category string `json:"category"`
	// Type says why it is free, or that it is charged.
	Type string `json:"type"`
	// Model is the provider's price model.
	Model string `json:"model"`
	// Billable says that it is charged. Providers call this deprecated.
	Billable bool `json:"billable"`
}

// Reaction is one side's emoji on a message.
type Reaction struct {
	// From is in for the contact's reaction.
	From chat.Direction `json:"from"`
	// Emoji is the emoji.
	Emoji string `json:"emoji"`
	// At is the provider's time.
	At Time `json:"at"`
}

// Attachment is a file of a message.
type Attachment struct {
	// ID names the file among those of its message.
	ID string `json:"id"`
	// Name is the file name, safe to show and to save.
	Name string `json:"name"`
	// Mime is the media type, as the sender's provider says it.
	Mime string `json:"mime"`
	// Size is in bytes; 0 when the provider did not say it and the file is not stored yet.
	Size int64 `json:"size"`
	// URL is a path of the API that redirects to the file; null until the file is stored.
	URL *string `json:"url"`
	// State says whether the file is stored.
	State chat.AttachmentState `json:"state"`
}

// Author is who wrote a message or caused an event.
type Author struct {
	// Kind is what the author is.
	Kind chat.AuthorKind `json:"kind"`
	// ID is of an operator or a contact; empty for the other kinds.
	ID string `json:"id"`
	// Name is the author's name at that time; may be empty.
	Name string `json:"name"`
}

// MessageError is why a message was not delivered.
type MessageError struct {
	// Code is the provider's error code, or the service's own: an error code of this API, or channel_gone.
	Code string `json:"code"`
	// Message is the provider's text, or the service's.
	Message string `json:"message"`
	// Reason is what the code means, independent of the provider, such as window_closed; left out when there is none.
	Reason string `json:"reason,omitempty"`
}

// Interactive is what a message offers to tap: buttons, or a list that one button opens.
type Interactive struct {
	// Footer is a small text below; empty without one.
	Footer string `json:"footer" default:"\"\""`
	// Buttons are empty for a list.
	Buttons []Button `json:"buttons" default:"[]"`
	// Button is the title of the button that opens the list; empty without one.
	Button string `json:"button" default:"\"\""`
	// Sections are the parts of the list; empty without one.
	Sections []Section `json:"sections" default:"[]"`
}

// Button is one button of a message.
type Button struct {
	// ID comes back when the contact taps the button.
	ID string `json:"id" widget:"strict"`
	// Title is what the contact reads.
	Title string `json:"title" widget:"strict"`
}

// Section is a part of a list.
type Section struct {
	// Title is the heading; empty without one.
	Title string `json:"title" default:"\"\""`
	// Rows are the choices of the section.
	Rows []Row `json:"rows"`
}

// Row is one choice of a list.
type Row struct {
	// ID comes back when the contact taps the row.
	ID string `json:"id" widget:"strict"`
	// Title is what the contact reads.
	Title string `json:"title" widget:"strict"`
	// Description is what the contact reads below the title; empty without one.
	Description string `json:"description" default:"\"\""`
}

// NewMessage sends a message: with the fields of its type and no others. How long each may be is said by the capabilities.
type NewMessage struct {
	// ClientID is an id that the client chose. The same one again answers the same message; with another content, conflict.
	ClientID string `json:"clientId" jsonschema:"minLength=1,maxLength=128"`
	// Type says which fields hold the content.
	Type SendableType `json:"type"`
	// Text is the text, or the caption of a file.
	Text string `json:"text,omitempty"`
	// Attachments are ids of uploads.
	Attachments []string `json:"attachments,omitempty" jsonschema:"maxItems=10"`
	// ReplyTo is the id of a message of the same conversation that is quoted.
	ReplyTo *string `json:"replyTo,omitempty" nullable:"true"`
	// Location is the place of a message of type location.
	Location *NewLocation `json:"location,omitempty"`
	// Cards are the contact cards of a message of type contacts.
	Cards []NewCard `json:"cards,omitempty"`
	// Interactive is what a message of type interactive offers to tap.
	Interactive *NewInteractive `json:"interactive,omitempty"`
	// Template is the template of a message of type template.
	Template *NewTemplateRef `json:"template,omitempty"`
}

// SendableType is a type of message that an operator may send, where the channel can.
type SendableType string

// The types that may be sent.
const (
	SendText        = SendableType(chat.TypeText)
	SendImage       = SendableType(chat.TypeImage)
	SendAudio       = SendableType(chat.TypeAudio)
	SendVideo       = SendableType(chat.TypeVideo)
	SendDocument    = SendableType(chat.TypeDocument)
	SendSticker     = SendableType(chat.TypeSticker)
	SendLocation    = SendableType(chat.TypeLocation)
	SendContacts    = SendableType(chat.TypeContacts)
	SendInteractive = SendableType(chat.TypeInteractive)
	SendTemplate    = SendableType(chat.TypeTemplate)
)

// NewLocation is a place to send. Both coordinates are needed.
type NewLocation struct {
	// Latitude is in degrees.
	Latitude *float64 `json:"latitude" jsonschema:"minimum=-90,maximum=90" nullable:"false"`
	// Longitude is in degrees.
	Longitude *float64 `json:"longitude" jsonschema:"minimum=-180,maximum=180" nullable:"false"`
	// Name is the place's name.
	Name string `json:"name,omitempty" jsonschema:"maxLength=1000"`
	// Address is the place's address.
	Address string `json:"address,omitempty" jsonschema:"maxLength=1000"`
}

// NewCard is a contact card to send.
type NewCard struct {
	// Name is the person's name.
	Name string `json:"name"`
	// Company is the person's company.
	Company string `json:"company,omitempty"`
	// Phones are phone numbers.
	Phones []string `json:"phones,omitempty"`
	// Emails are email addresses.
	Emails []string `json:"emails,omitempty"`
}

// NewInteractive is what a message is to offer to tap: buttons, or a list that one button opens.
type NewInteractive struct {
	// Footer is a small text below.
	Footer string `json:"footer,omitempty"`
	// Buttons are left out for a list.
	Buttons []Button `json:"buttons,omitempty"`
	// Button is the title of the button that opens the list.
	Button string `json:"button,omitempty"`
	// Sections are the parts of the list.
	Sections []NewSection `json:"sections,omitempty"`
}

// NewSection is a part of a list to send.
type NewSection struct {
	// Title is the heading of the section.
	Title string `json:"title,omitempty"`
	// Rows are the choices of the section.
	Rows []NewRow `json:"rows"`
}

// NewRow is one choice of a list to send.
type NewRow struct {
	// ID comes back when the contact taps the row.
	ID string `json:"id"`
	// Title is what the contact reads.
	Title string `json:"title"`
	// Description is what the contact reads below the title.
	Description string `json:"description,omitempty"`
}

// AttachmentQuery says how a file is wanted.
type AttachmentQuery struct {
	// Download makes browsers save the file even if they could show it.
	Download bool `json:"download,omitempty"`
}
