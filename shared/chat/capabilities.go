package chat

import "time"

// FileLimit bounds one kind of attachment.
type FileLimit struct {
	Mimes   []string
	MaxSize int64 // bytes
}

// InteractiveLimits are the limits of a message's buttons and lists: texts in runes. MaxRows counts all sections.
type InteractiveLimits struct {
	MaxBody, MaxFooter                       int
	MaxButtons, MaxButtonTitle               int
	MaxListButton, MaxSections, MaxRows      int
	MaxRowTitle, MaxRowDescription, MaxRowID int // MaxRowID is the buttons' too
}

// Capabilities are what a channel can do. The composer, the API and the automatic messages read this table and nothing else about a
// channel.
type Capabilities struct {
	MaxText     int                       // runes
	MaxCaption  int                       // runes; 0 = attachments carry no text
	Window      time.Duration             // how long after the contact's last message free text may be sent; 0 = always
	Attachments map[MessageType]FileLimit // the types that may be sent
	Captions    map[MessageType]bool      // the types that may carry text
	ReplyTo     bool                      // a message may quote another
	Locations   bool
	MaxCards    int                // 0 = none
	Interactive *InteractiveLimits // nil = none
	Templates   bool               // approved templates may be sent outside the window
	// TakesTemplate is the provider's refusal of a template for a contact with this address: Conflict with a reason. nil accepts all.
	TakesTemplate func(t Template, address string) error
	ReadReceipts  bool          // the adapter is a channel.Marker
	Reports       bool          // the provider calls the webhook, within seconds, about every message that it accepted
	Typing        time.Duration // how long one ShowTyping of the adapter (channel.Typer) is shown; 0 = no typing indicator
	Rate          SendRate
	// AssetByCredentials says that the provider tells the external id by the credentials, so that a client names none.
	AssetByCredentials bool
	// FirstParty says that the channel is our own: no provider and no credentials, we make its external id, a send may be repeated, and
	// messages are pushed to the external user's browsers.
	FirstParty bool
	// MessageKey returns the part of a message's provider id that all forms of the id share, "" for an id without one. nil where an id has
	// one form.
	MessageKey func(providerID string) string
	// UserID reports whether an address is one that the provider never gives to a second person, unlike a phone. nil where an external
	// user has one address only.
	UserID func(address string) bool
}

// SendRate is how fast the provider takes messages; a zero field is no limit.
type SendRate struct {
	PerSecond int           // from one asset
	PairBurst int           // to one person at once
	PairEvery time.Duration // and then one for each such interval
}

// Types are the types of messages that may be sent.
func (c Capabilities) Types() []MessageType {
	var types []MessageType
	add := func(can bool, t MessageType) {
		if can {
			types = append(types, t)
		}
	}
	add(c.MaxText > 0, TypeText)
	for _, t := range []MessageType{TypeImage, TypeAudio, TypeVideo, TypeDocument, TypeSticker} {
		_, can := c.Attachments[t]
		add(can, t)
	}
	add(c.Locations, TypeLocation)
	add(c.MaxCards > 0, TypeContacts)
	add(c.Interactive != nil, TypeInteractive)
	add(c.Templates, TypeTemplate)
	return types
}
