package wire

import "github.com/recado-chat/recado/shared/chat"

// Contact is a person who writes to the account.
type Contact struct {
	// ID is the contact's id.
	ID string `json:"id"`
	// Name is what lists show: the profile's until an operator sets another.
	Name string `json:"name"`
	// FirstName is empty until an operator sets it.
	FirstName string `json:"firstName"`
	// LastName is empty until an operator sets it.
	LastName string `json:"lastName"`
	// Email is null when it is not known.
	Email *string `json:"email"`
	// Phone is digits with the country code, without a plus; null when it is not known.
	Phone *string `json:"phone"`
	// Blocked says whether an operator blocked the contact.
	Blocked bool `json:"blocked"`
	// Identities are the contact's addresses on the account's channels.
	Identities []Identity `json:"identities"`
	// StoreIDs are the stores in which the contact has conversations and that the caller sees; left out when there are none.
	StoreIDs []string `json:"storeIds,omitempty"`
	// Merges are the contacts that were found to be the same person and became part of this one, oldest first; left out
	// when there are none.
	Merges []ContactMerge `json:"merges,omitempty"`
	// MarketingOptOutAt is since when the contact refuses advertising; left out for those who do not.
	MarketingOptOutAt *Time `json:"marketingOptOutAt,omitempty"`
	// CreatedAt is when the contact was first seen.
	CreatedAt Time `json:"createdAt"`
	// Version is the version to send with the next change.
	Version int64 `json:"version"`
}

// Identity is a contact's address on a channel.
type Identity struct {
	// ChannelID is the channel on which the address is valid.
	ChannelID string `json:"channelId"`
	// Type is the channel's type.
	Type chat.ChannelType `json:"type"`
	// ExternalID is the provider's id of the person.
	ExternalID string `json:"externalId"`
	// Username is left out when the provider has none.
	Username string `json:"username,omitempty"`
	// Phone is left out when the provider gave none.
	Phone string `json:"phone,omitempty"`
}

// ContactMerge is a contact that became part of another one, because a message named both.
type ContactMerge struct {
	// ID names the merge when it is undone.
	ID string `json:"id"`
	// At is when the two became one.
	At Time `json:"at"`
	// ExternalID is the provider's id under which the other contact was known.
	ExternalID string `json:"externalId"`
}

// ContactSplit undoes a merge.
type ContactSplit struct {
	// MergeID is the id of one of the contact's merges.
	MergeID string `json:"mergeId" jsonschema:"minLength=1,maxLength=64"`
}

// ContactChange changes a contact; fields that are left out stay as they are.
type ContactChange struct {
	// Name defaults to first and last name when one of those is given.
	Name *string `json:"name,omitempty" jsonschema:"minLength=1,maxLength=120"`
	// FirstName is removed by an empty text.
	FirstName *string `json:"firstName,omitempty" jsonschema:"maxLength=120"`
	// LastName is removed by an empty text.
	LastName *string `json:"lastName,omitempty" jsonschema:"maxLength=120"`
	// Email is removed by null or an empty text.
	Email Nullable[string] `json:"email,omitzero"`
	// Phone has 6 to 15 digits and is removed by null or an empty text.
	Phone Nullable[string] `json:"phone,omitzero"`
	// Version is the version that was read; another one answers conflict with reason version_changed.
	Version int64 `json:"version"`
}

// ContactQuery lists and searches contacts.
type ContactQuery struct {
	// Q searches by name, phone or address. Without it, all contacts are listed; the last that was seen for the first time comes first.
	Q string `json:"q,omitempty" jsonschema:"maxLength=200"`
	Page
}
