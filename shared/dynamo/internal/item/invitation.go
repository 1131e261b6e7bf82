package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type invitationItem struct {
	table.Header
	Email       string       `dynamodbav:"email"`
	Role        string       `dynamodbav:"role"`
	StoreIDs    []string     `dynamodbav:"storeIds,omitempty"`
	Languages   []string     `dynamodbav:"languages,omitempty"`
	InviterID   string       `dynamodbav:"inviterId"`
	InviterName string       `dynamodbav:"inviterName"`
	TokenHash   string       `dynamodbav:"tokenHash"`
	SentAt      table.Millis `dynamodbav:"sentAt"`
	ExpiresAt   table.Millis `dynamodbav:"expiresAt"`
}

func Invitation(i chat.Invitation) invitationItem {
	return invitationItem{
		Header: table.NewHeader(key.Invitation(i.AccountID, i.ID), KindInvitation),
		Email:  i.Email, Role: string(i.Role), StoreIDs: table.Strings(i.StoreIDs), Languages: table.Strings(i.Languages),
		InviterID: string(i.InviterID), InviterName: i.InviterName, TokenHash: i.TokenHash,
		SentAt: table.MillisOf(i.SentAt), ExpiresAt: table.MillisOf(i.ExpiresAt),
	}
}

func DecodeInvitation(av table.Item) (chat.Invitation, error) {
	it, err := table.Decode[invitationItem](av, KindInvitation)
	if err != nil {
		return chat.Invitation{}, err
	}
	account, id, err := inAccount(it.Header, "I")
	return chat.Invitation{
		ID: chat.InvitationID(id), AccountID: account, Email: it.Email, Role: chat.Role(it.Role),
		StoreIDs: table.IDs[chat.StoreID](it.StoreIDs), Languages: table.IDs[chat.Language](it.Languages),
		InviterID: chat.OperatorID(it.InviterID), InviterName: it.InviterName, TokenHash: it.TokenHash,
		SentAt: it.SentAt.Time(), ExpiresAt: it.ExpiresAt.Time(),
	}, err
}
