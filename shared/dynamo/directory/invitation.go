package directory

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/activity"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
)

// Invitations are all invitations of an account that were neither accepted nor revoked, in no particular order.
func (s *Store) Invitations(ctx context.Context, account chat.AccountID) ([]chat.Invitation, error) {
	return inDirectory(ctx, s, account, key.InvitationPrefix, item.DecodeInvitation)
}

// Invitation reads one with a consistent read.
func (s *Store) Invitation(ctx context.Context, account chat.AccountID, id chat.InvitationID) (chat.Invitation, error) {
	av, err := s.db.Get(ctx, table.Directory, key.Invitation(account, id), true, item.KindInvitation)
	if err != nil {
		return chat.Invitation{}, err
	}
	return item.DecodeInvitation(av)
}

// PutInvitation stores an invitation with its mail, in place of the one given; nil = there is none. Conflict "exists" means that the mail,
// and so the invitation, was stored before; "version_changed" that the one before was sent again, accepted or revoked.
func (s *Store) PutInvitation(ctx context.Context, before *chat.Invitation, i chat.Invitation, mail chat.Mail, entry *chat.Activity) error {
	condition := table.Absent()
	if before != nil {
		condition = linked(before.TokenHash)
	}
	var t table.Tx
	t.Put(table.Directory, item.Invitation(i), condition, table.ReasonVersionChanged)
	schedule.AddMail(&t, mail)
	activity.Add(&t, entry)
	return s.db.Commit(ctx, &t, "put invitation "+string(i.ID))
}

// RevokeInvitation deletes an invitation. Conflict "version_changed" means that it was sent again, accepted or revoked.
func (s *Store) RevokeInvitation(ctx context.Context, i chat.Invitation, entry *chat.Activity) error {
	var t table.Tx
	removeInvitation(&t, i)
	activity.Add(&t, entry)
	return s.db.Commit(ctx, &t, "revoke invitation "+string(i.ID))
}

// AcceptInvitation deletes an invitation and creates its operator, in one transaction. Conflict "exists" with the field "email" means that
// the address was taken meanwhile, "version_changed" that the invitation was sent again, accepted or revoked.
func (s *Store) AcceptInvitation(ctx context.Context, i chat.Invitation, o chat.Operator, entry *chat.Activity) error {
	var t table.Tx
	removeInvitation(&t, i)
	addOperator(&t, o)
	activity.Add(&t, entry)
	return s.db.Commit(ctx, &t, "accept invitation "+string(i.ID))
}

func removeInvitation(t *table.Tx, i chat.Invitation) {
	t.Remove(table.Directory, key.Invitation(i.AccountID, i.ID), linked(i.TokenHash), table.ReasonVersionChanged)
}

// linked holds while the newest link of an invitation is the one with this hash. An address that is invited again after its invitation was
// revoked has another one.
func linked(hash string) *expression.ConditionBuilder {
	c := expression.Name("tokenHash").Equal(expression.Value(hash))
	return &c
}
