package chat

import (
	"strings"
	"time"
)

// InvitationLasts is how long the link of an invitation can be used.
const InvitationLasts = 7 * 24 * time.Hour

// Invitation asks the owner of an address to become an operator of an account. It exists until it is accepted or revoked; an expired one
// stays, so that it can be sent again. An account has one for each address.
type Invitation struct {
	ID          InvitationID
	AccountID   AccountID
	Email       string
	Role        Role
	StoreIDs    []StoreID  // the grants of the operator; empty = every store
	Languages   []Language // that the operator is to answer in
	InviterID   OperatorID // who sent the newest link
	InviterName string     // as it was then
	TokenHash   string     // of the newest link: earlier ones are invalid. It tells what was read from what was sent since
	SentAt      time.Time  // the newest link
	ExpiresAt   time.Time
}

// InvitationIDOf is the id of the invitation of an address, whatever its case, to an account.
func InvitationIDOf(account AccountID, email string) InvitationID {
	return InvitationID(DeterministicID(time.Time{}, 0, "invitation", string(account), strings.ToLower(email)))
}

// Operator is the operator that the invitation creates, still without a name, a language and a password. Whoever has the link received it
// at the address.
func (i Invitation) Operator(id OperatorID, now time.Time) Operator {
	return Operator{
		ID: id, AccountID: i.AccountID, Email: i.Email, EmailVerified: true, Role: i.Role, Availability: Away, Capacity: DefaultCapacity,
		StoreIDs: i.StoreIDs, Languages: i.Languages, Active: true, CreatedAt: now, Version: 1,
	}
}
