package present

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// InvitationOffer builds what the link of an invitation shows.
func InvitationOffer(i chat.Invitation, inviter chat.Operator, a chat.Account) wire.InvitationOffer {
	return wire.InvitationOffer{AccountName: a.Name, InviterName: inviter.Name, Email: i.Email, Role: wire.AssignableRole(i.Role)}
}

// Invitation builds a pending invitation.
func Invitation(i chat.Invitation) wire.Invitation {
	return wire.Invitation{
		ID: string(i.ID), Email: i.Email, Role: wire.AssignableRole(i.Role), StoreIDs: texts(i.StoreIDs),
		InvitedBy: wire.Inviter{ID: string(i.InviterID), Name: i.InviterName}, SentAt: wire.Time(i.SentAt), ExpiresAt: wire.Time(i.ExpiresAt),
	}
}
