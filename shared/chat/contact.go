package chat

import "time"

// Contact is a person who writes to the account, over one or several identities.
type Contact struct {
	ID         ContactID
	AccountID  AccountID
	Name       string // what lists show: the profile's name until an operator sets one
	FirstName  string
	LastName   string
	Email      string
	Phone      string // digits with country code, no plus
	Blocked    bool
	Identities []IdentityRef
	CreatedAt  time.Time
	Version    int64
}

// IdentityRef is a contact's address on a channel, as the contact shows it.
type IdentityRef struct {
	ChannelID  ChannelID
	Type       ChannelType
	ExternalID string
	Username   string
	Phone      string
}

// Identity is the external user that a channel knows; at most one conversation of it is open. A person whom the provider
// knows by several ids (a phone and a BSUID) has one primary identity, and aliases that point to it.
type Identity struct {
	AccountID          AccountID
	ChannelID          ChannelID
	ExternalID         string // the primary address: what is written to when nothing better is known
	Aliases            []string
	Address            string // where answers go since the person moved; "" = ExternalID
	ContactID          ContactID
	ContactName        string
	Blocked            bool
	OpenConversationID ConversationID
	LastConversationID ConversationID
	LastResolvedAt     time.Time
	Version            int64
}
