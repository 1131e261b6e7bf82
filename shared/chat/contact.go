package chat

import "time"

// Contact is a person who writes to the account, over one or several identities.
type Contact struct {
	ID               ContactID
	AccountID        AccountID
	Name             string // what lists show: the profile's name until an operator sets one
	FirstName        string
	LastName         string
	Email            string
	Phone            string // digits with country code, no plus
	Blocked          bool
	Identities       []IdentityRef
	MarketingConsent MarketingConsent
	CreatedAt        time.Time
	Version          int64
}

// MarketingConsent is a contact's last word on being sent advertising; zero when they never said any.
type MarketingConsent struct {
	OptedOut bool
	At       time.Time
}

// Supersedes says that m stands against another word: the later one does, and of two of the same second the one that wants none.
func (m MarketingConsent) Supersedes(other MarketingConsent) bool {
	return m.At.After(other.At) || m.At.Equal(other.At) && m.OptedOut && !other.OptedOut
}

// MarketingOptOut is since when a contact wants no advertising; zero for one who takes it.
func (c Contact) MarketingOptOut() time.Time {
	if !c.MarketingConsent.OptedOut {
		return time.Time{}
	}
	return c.MarketingConsent.At
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
