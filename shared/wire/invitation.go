package wire

import "github.com/recado-chat/recado/shared/chat"

// InvitationStatus says what became of an address that was to be invited.
type InvitationStatus string

// The states. An address with which somebody signs in to another account is answered as sent, so that nobody learns of it: its owner gets a
// mail that says so.
const (
	InvitationSent    InvitationStatus = "sent"    // a mail with a link goes to the address; an earlier link no longer works
	InvitationMember  InvitationStatus = "member"  // the address is an operator's of this account
	InvitationPending InvitationStatus = "pending" // it is invited to stores that the caller does not see, and stays so
	InvitationLimited InvitationStatus = "limited" // too many invitations: 60 an hour of the account, 5 a day to the address, 200 pending
	InvitationInvalid InvitationStatus = "invalid" // it is no e-mail address
)

// NewInvitations invites people to become operators. The answer has one result for each address, in their order, without repetitions.
type NewInvitations struct {
	// Emails are the addresses, whatever their case.
	Emails []string `json:"emails" jsonschema:"minItems=1,maxItems=20"`
	// Role is the role that each of them is to have.
	Role *AssignableRole `json:"role" nullable:"false"`
	// StoreIDs default to the account's first store, for roles that see only their stores, and to every store for the others.
	StoreIDs *[]string `json:"storeIds,omitempty"`
	// Languages are those that they are to answer in; they default to the account's.
	Languages *[]chat.Language `json:"languages,omitempty" jsonschema:"maxItems=20"`
}

// Invited is what became of the addresses.
type Invited struct {
	// Results are in the order of the addresses.
	Results []InvitationResult `json:"results"`
}

// InvitationResult is what became of one address.
type InvitationResult struct {
	// Email is the address, in lower case if it is one.
	Email string `json:"email"`
	// Status is sent, or why nothing was sent.
	Status InvitationStatus `json:"status"`
	// Invitation is null unless it was sent.
	Invitation *Invitation `json:"invitation"`
}

// Invitation is a pending invitation. An expired one stays until it is sent again or revoked.
type Invitation struct {
	// ID is the invitation's id; an address keeps it when it is invited again.
	ID string `json:"id"`
	// Email is the address invited.
	Email string `json:"email" jsonschema:"format=email"`
	// Role is the role that they will have.
	Role AssignableRole `json:"role"`
	// StoreIDs are the stores that they will be granted; empty = every store.
	StoreIDs []string `json:"storeIds"`
	// InvitedBy is who sent the newest link.
	InvitedBy Inviter `json:"invitedBy"`
	// SentAt is when the newest link was sent.
	SentAt Time `json:"sentAt"`
	// ExpiresAt is when the newest link stops working, seven days after it was sent. It is of the clock of stored times.
	ExpiresAt Time `json:"expiresAt"`
}

// Inviter is who invites.
type Inviter struct {
	// ID is the operator's id.
	ID string `json:"id"`
	// Name is the operator's name.
	Name string `json:"name"`
}

// InvitationOffer is what an invitation's link offers. A link that does not work answers conflict with the reason invitation_expired,
// invitation_used, invitation_replaced (by a newer one), invitation_revoked (also when the inviter may no longer give what it gives), or exists
// (its address signs in to another account by now), and one that never existed invalid.
type InvitationOffer struct {
	// AccountName is the name of the business.
	AccountName string `json:"accountName"`
	// InviterName is the name of who invites.
	InviterName string `json:"inviterName"`
	// Email is the address that will sign in.
	Email string `json:"email" jsonschema:"format=email"`
	// Role is the role that they will have.
	Role AssignableRole `json:"role"`
}

// InvitationAcceptance accepts an invitation, once, and begins a session. It fails as the link's offer does.
type InvitationAcceptance struct {
	// Token is the token of the link.
	Token string `json:"token"`
	// Name is what the others read.
	Name string `json:"name" jsonschema:"minLength=1,maxLength=120"`
	// Password has at most 256 bytes.
	Password string `json:"password" jsonschema:"minLength=10,maxLength=256"`
	// Language is that of the operator's interface; it defaults to the account's.
	Language chat.Language `json:"language,omitempty"`
	// Client is left out by browsers.
	Client Client `json:"client,omitempty"`
}
