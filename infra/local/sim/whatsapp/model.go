package whatsapp

import (
	"encoding/json"
	"time"
)

// Number is a business's phone number.
type Number struct {
	ID      string `json:"id"` // phone_number_id
	Display string `json:"display"`
	Name    string `json:"name,omitempty"`
	Token   string `json:"token,omitempty"` // never shown to the page
}

// Customer is a person with a phone.
type Customer struct {
	Phone     string `json:"phone"` // digits, as WhatsApp writes it
	Name      string `json:"name,omitempty"`
	Username  string `json:"username,omitempty"`
	UserID    string `json:"userId"`              // business-scoped: AR.8812300045
	HidePhone bool   `json:"hidePhone,omitempty"` // webhooks name the user id only
}

// File is a media file.
type File struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Name   string `json:"name,omitempty"`
	Mime   string `json:"mime"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // hex
}

// Message is one message of either side.
type Message struct {
	ID           string          `json:"id"`
	Number       string          `json:"number"`
	Customer     string          `json:"customer"` // phone
	FromBusiness bool            `json:"fromBusiness"`
	Type         string          `json:"type"`
	Text         string          `json:"text,omitempty"` // or the caption
	File         *File           `json:"file,omitempty"`
	Place        *Place          `json:"place,omitempty"`
	Cards        []Card          `json:"cards,omitempty"`
	Footer       string          `json:"footer,omitempty"`
	Button       string          `json:"button,omitempty"`   // opens the list of the options
	Options      []Option        `json:"options,omitempty"`  // what there is to tap
	Template     string          `json:"template,omitempty"` // its name
	ReplyTo      string          `json:"replyTo,omitempty"`
	Callback     string          `json:"callback,omitempty"` // biz_opaque_callback_data
	Status       string          `json:"status"`             // accepted, sent, delivered, read, failed
	ErrorCode    int             `json:"errorCode,omitempty"`
	ToUserID     bool            `json:"toUserId,omitempty"` // the business named the user id, not the phone
	Reaction     string          `json:"reaction,omitempty"` // the customer's
	Edited       bool            `json:"edited,omitempty"`
	Revoked      bool            `json:"revoked,omitempty"`
	At           time.Time       `json:"at"`
	Raw          json.RawMessage `json:"raw,omitempty"` // the request, if the business sent it
}

// The statuses, in the order in which they come.
const (
	Accepted  = "accepted"
	Sent      = "sent"
	Delivered = "delivered"
	Read      = "read"
	Failed    = "failed"
)

var ranks = map[string]int{Accepted: 0, Sent: 1, Delivered: 2, Read: 3, Failed: 4}

// Incoming is what a customer writes.
type Incoming struct {
	Number  string // phone_number_id; "" = the first number
	From    string // the customer's phone
	Type    string // "" = text, or what the file is
	Text    string // or the caption
	ReplyTo string
	File    *Upload
	Fields  map[string]any // laid over the message as it goes over the wire: any kind, any oddity
}

// Upload is a file that a customer sends.
type Upload struct {
	Name    string
	Mime    string
	Content []byte
}
