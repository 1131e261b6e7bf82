package chat

import (
	"cmp"
	"slices"
	"time"
)

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
	StoreIDs         []StoreID // in which the contact has conversations; none = stored before they were kept
	MarketingConsent MarketingConsent
	Merges           []ContactMerge // who was merged into this contact, oldest first
	MergedInto       ContactID      // who this contact is now; such a contact has no conversations and is not found
	CreatedAt        time.Time
	Version          int64
}

// MarketingConsent is a contact's last choice about advertising; zero = none was made. At is the provider's time.
type MarketingConsent struct {
	OptedOut bool
	At       time.Time
}

// Supersedes reports whether m replaces another choice: the later one does, and of two at the same time the opt-out.
func (m MarketingConsent) Supersedes(other MarketingConsent) bool {
	return m.At.After(other.At) || m.At.Equal(other.At) && m.OptedOut && !other.OptedOut
}

// MarketingOptOut is when the contact opted out of advertising; zero for one who has not.
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

// Identity is the external user that a channel knows; at most one conversation of it is open. A user whom the provider
// knows by several ids (a phone and a BSUID) has one primary identity, and aliases that point to it.
type Identity struct {
	AccountID          AccountID
	ChannelID          ChannelID
	ExternalID         string // the primary address
	Aliases            []string
	Linked             bool     // all aliases lead here; false = written before that was made sure
	Apart              []string // primary addresses of identities that a person has separated from this one
	Address            string   // where answers go since the user's address or its form changed; "" = ExternalID
	Phone              string   // what the contact's card shows of the user
	Username           string
	ContactID          ContactID
	ContactName        string
	Blocked            bool
	StoreIDs           []StoreID // which the contact is known to have: opening a conversation in one of them need not write the contact
	OpenConversationID ConversationID
	LastConversationID ConversationID
	LastResolvedAt     time.Time
	Version            int64
}

// Has reports whether an address is one of the identity's.
func (i Identity) Has(address string) bool {
	return address == i.ExternalID || slices.Contains(i.Aliases, address)
}

// Missing are the addresses that do not lead to the identity yet.
func (i Identity) Missing(addresses []string) []string {
	var missing []string
	for _, address := range addresses {
		if !i.Has(address) {
			missing = append(missing, address)
		}
	}
	return missing
}

// Answering is the identity with its answers going to the form of the phone that the provider used in a message of s. changed is false
// when answers go to one of the sender's addresses already, or to an address that is no form of the phone.
func (i Identity) Answering(s Sender) (answering Identity, changed bool) {
	to := cmp.Or(i.Address, i.ExternalID)
	if !slices.Contains(s.Addresses, s.Phone) || slices.Contains(s.Addresses, to) || !slices.Contains(s.Variants, to) {
		return i, false
	}
	i.Address = s.Phone
	return i, true
}
