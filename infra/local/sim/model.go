package sim

import (
	"encoding/json"
	"strings"
	"time"
)

// Account is a business's account at the provider: a phone number, a bot, a page.
type Account struct {
	ID      string `json:"id"`
	Display string `json:"display"` // how the page names it when it has no name
	Name    string `json:"name,omitempty"`
	Token   string `json:"token,omitempty"` // never sent to the page
}

// Customer is a person who writes to businesses, or a group chat of several.
type Customer struct {
	ID        string   `json:"id"` // the provider's key of the chat: a phone on WhatsApp, a chat id on Telegram
	Name      string   `json:"name,omitempty"`
	Username  string   `json:"username,omitempty"`
	Language  string   `json:"language,omitempty"`  // IETF tag, where the provider reports one
	Phone     string   `json:"phone,omitempty"`     // digits only
	UserID    string   `json:"userId,omitempty"`    // WhatsApp: business-scoped user id, AR.8812300045
	HidePhone bool     `json:"hidePhone,omitempty"` // WhatsApp: webhooks carry the user id only
	Group     bool     `json:"group,omitempty"`     // a group chat
	Blocked   []string `json:"blocked,omitempty"`   // ids of the accounts that the customer blocked
}

// File is a media file that the provider stores.
type File struct {
	ID      string `json:"id"`
	Account string `json:"account"`
	Name    string `json:"name,omitempty"`
	Mime    string `json:"mime"`
	Size    int64  `json:"size"`   // bytes
	SHA256  string `json:"sha256"` // hex
}

// Upload is a file to store.
type Upload struct {
	Name    string
	Mime    string
	Content []byte
}

// Message is one message of either side.
type Message struct {
	ID               string          `json:"id"` // unique in the store
	Account          string          `json:"account"`
	Customer         string          `json:"customer"`
	FromBusiness     bool            `json:"fromBusiness"`
	Type             string          `json:"type"`
	Text             string          `json:"text,omitempty"` // or the caption
	File             *File           `json:"file,omitempty"`
	Place            *Place          `json:"place,omitempty"`
	Cards            []Card          `json:"cards,omitempty"`
	Footer           string          `json:"footer,omitempty"`
	Button           string          `json:"button,omitempty"`   // opens the list of the options; empty shows them directly
	Options          []Option        `json:"options,omitempty"`  // buttons or list rows
	Template         string          `json:"template,omitempty"` // name of the template it was made from
	ReplyTo          string          `json:"replyTo,omitempty"`  // id of the quoted message
	Callback         string          `json:"callback,omitempty"` // the business's reference, returned with statuses
	Status           string          `json:"status"`             // Accepted, Sent, Delivered, Read or Failed
	ErrorCode        int             `json:"errorCode,omitempty"`
	ToUserID         bool            `json:"toUserId,omitempty"`         // WhatsApp: the business addressed the user id, not the phone
	Reaction         string          `json:"reaction,omitempty"`         // the customer's emoji
	BusinessReaction string          `json:"businessReaction,omitempty"` // the business's emoji
	Edited           bool            `json:"edited,omitempty"`
	Revoked          bool            `json:"revoked,omitempty"` // deleted for both sides
	At               time.Time       `json:"at"`
	Raw              json.RawMessage `json:"raw,omitempty"` // the provider's form of it, where the simulator needs that later
}

// The statuses of a message.
const (
	Accepted  = "accepted"
	Sent      = "sent"
	Delivered = "delivered"
	Read      = "read"
	Failed    = "failed"
)

var statusRanks = map[string]int{Accepted: 0, Sent: 1, Delivered: 2, Read: 3, Failed: 4}

// Reached reports whether a message with one status has come at least as far as the other.
func Reached(status, target string) bool { return statusRanks[status] >= statusRanks[target] }

// Place is a location.
type Place struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

// Card is contact data.
type Card struct {
	Name    string   `json:"name"`
	Company string   `json:"company,omitempty"`
	Phones  []string `json:"phones,omitempty"`
	Emails  []string `json:"emails,omitempty"`
}

// Option is a button or a list row. An option without an id calls a number or opens an address and sends nothing.
type Option struct {
	ID          string `json:"id,omitempty"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	Section     string `json:"section,omitempty"`
}

// Incoming is a message that a customer writes.
type Incoming struct {
	Account string  // empty means the first account
	From    string  // id of the customer
	Type    string  // empty means text
	Text    string  // or the caption
	ReplyTo string  // id of the quoted message
	File    *Upload // nil for none
	Place   *Place
	Card    *Card
	Fields  map[string]any // merged into the message as it goes over the wire
}

// Change is what a customer does to an existing message: exactly one of the three.
type Change struct {
	Emoji  *string `json:"emoji"`  // reacts to a message of either side; empty removes the reaction
	Text   *string `json:"text"`   // edits an own message
	Revoke bool    `json:"revoke"` // deletes an own message for both sides
}

// Typing is a typing indicator that the business sent.
type Typing struct {
	Account  string `json:"account"`
	Customer string `json:"customer"`
}

// KindOf is the message type with which a phone sends a file. Types it cannot show go as documents.
func KindOf(mimeType string) string {
	base, _, _ := strings.Cut(mimeType, ";")
	switch {
	case base == "image/jpeg", base == "image/png":
		return "image"
	case base == "image/webp":
		return "sticker"
	case strings.HasPrefix(base, "audio/"):
		return "audio"
	case base == "video/mp4", base == "video/3gpp":
		return "video"
	}
	return "document"
}

// Digits keeps the digits of a text.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}
