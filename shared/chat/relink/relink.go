// Package relink describes decisions on who an external user is: which contact, which addresses, which conversations belong together. It
// imports chat.
package relink

import (
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/text"
)

// Conversation is what a decision makes of a conversation; Before is nil for a new one.
type Conversation struct {
	Before *chat.Conversation
	After  chat.Conversation
}

// Contact is what a decision makes of a contact.
type Contact struct{ Before, After chat.Contact }

// Address is what an address leads to from now on: an identity under this primary address, an alias of another address, or,
// when both are empty, nobody.
type Address struct {
	Address  string
	Identity *chat.Identity
	AliasOf  string
	// WasAlias says that the address is an alias now; otherwise Version is that of the identity which it is.
	WasAlias bool
	Version  int64
}

// Decision is all that changes about an external user, written in one transaction like a chat.Decision.
type Decision struct {
	AccountID     chat.AccountID
	ChannelID     chat.ChannelID
	Contacts      []Contact
	Addresses     []Address
	Conversations []Conversation
	Events        []chat.Event
	Unread        []chat.ReadCursor // what operators have to read again
	Jobs          []chat.Job        // move all other conversations
	Activity      *chat.Activity
}

// Field is one field of a contact's card that a merge may fill.
type Field struct {
	Name string
	Of   func(*chat.Contact) *string
}

// Fields are the fields that a contact takes from one who is merged into it, where it has no value of its own.
var Fields = []Field{
	{"name", func(c *chat.Contact) *string { return &c.Name }},
	{"firstName", func(c *chat.Contact) *string { return &c.FirstName }},
	{"lastName", func(c *chat.Contact) *string { return &c.LastName }},
	{"email", func(c *chat.Contact) *string { return &c.Email }},
	{"phone", func(c *chat.Contact) *string { return &c.Phone }},
	{"identityPhone", func(c *chat.Contact) *string { return &c.Identities[0].Phone }},
	{"identityUsername", func(c *chat.Contact) *string { return &c.Identities[0].Username }},
}

// NewJob moves a contact's conversations: with a merge, back to whom they were of before it, and without one to whom the contact
// was merged into, or to the contact's present primary address.
func NewJob(account chat.AccountID, contact chat.ContactID, mergeID string, now time.Time) chat.Job {
	subject := string(contact)
	if mergeID != "" {
		subject += " " + mergeID
	}
	return chat.Job{ID: chat.NewID(now), AccountID: account, Kind: chat.JobRelink, Subject: subject, CreatedAt: now, Version: 1}
}

// PhoneName is the name of a contact of whom only the phone is known.
func PhoneName(phone string) string { return "+" + phone }

// maxAddressName bounds AddressName, in characters.
const maxAddressName = 128

// AddressName is the name of a contact of whom only an address is known. It is empty when nothing of the address is visible.
func AddressName(address string) string { return text.Line(address, maxAddressName) }

// Unnamed reports whether a contact's name is nothing but an address: neither the profile nor an operator gave another.
func Unnamed(c chat.Contact) bool {
	return c.Name == "" || c.Name == PhoneName(c.Phone) || slices.ContainsFunc(c.Identities, func(i chat.IdentityRef) bool {
		return c.Name == AddressName(i.ExternalID) || c.Name == PhoneName(i.Phone)
	})
}

// KeptApart reports whether a person has separated two identities.
func KeptApart(a, b chat.Identity) bool {
	return slices.ContainsFunc(a.Apart, b.Has) || slices.ContainsFunc(b.Apart, a.Has)
}

// Addresses are all addresses of an identity, the primary one first.
func Addresses(i chat.Identity) []string { return append([]string{i.ExternalID}, i.Aliases...) }
