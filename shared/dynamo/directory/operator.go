package directory

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/activity"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
	"github.com/recado-chat/recado/shared/fault"
)

// freeFor holds while no one else has the claim.
func freeFor(id string) *expression.ConditionBuilder {
	c := expression.AttributeNotExists(expression.Name("pk")).Or(expression.Name("id").Equal(expression.Value(id)))
	return &c
}

// held holds while the claim belongs to the id.
func held(id string) *expression.ConditionBuilder {
	c := expression.Name("id").Equal(expression.Value(id))
	return &c
}

func addOperator(t *table.Tx, o chat.Operator) {
	o.Version = 1
	t.Put(table.Directory, item.Email(o), freeFor(string(o.ID)), table.ReasonExists).Field = "email"
	t.Put(table.Directory, item.Operator(o), table.Absent(), table.ReasonExists)
}

// Operators are all operators of an account, in order of creation.
func (s *Store) Operators(ctx context.Context, account chat.AccountID) ([]chat.Operator, error) {
	return inDirectory(ctx, s, account, key.OperatorPrefix, item.DecodeOperator)
}

// Operator reads one with a consistent read.
func (s *Store) Operator(ctx context.Context, account chat.AccountID, id chat.OperatorID) (chat.Operator, error) {
	av, err := s.db.Get(ctx, table.Directory, key.Operator(account, id), true, item.KindOperator)
	if err != nil {
		return chat.Operator{}, err
	}
	return item.DecodeOperator(av)
}

// OperatorByEmail finds the operator who signs in with an address, in any account.
func (s *Store) OperatorByEmail(ctx context.Context, email string) (chat.Operator, error) {
	claim, err := s.claim(ctx, key.Email(email), item.KindEmail, item.KindOperator)
	if err != nil {
		return chat.Operator{}, err
	}
	return s.Operator(ctx, chat.AccountID(claim.AccountID), chat.OperatorID(claim.ID))
}

func (s *Store) claim(ctx context.Context, k table.Key, kind, what string) (item.Claim, error) {
	av, err := s.db.Get(ctx, table.Directory, k, true, what)
	if err != nil {
		return item.Claim{}, err
	}
	return table.Decode[item.Claim](av, kind)
}

// CreateOperator creates an operator. An email address that is taken is Conflict "exists" with the field "email".
func (s *Store) CreateOperator(ctx context.Context, o chat.Operator, entry *chat.Activity) error {
	var t table.Tx
	addOperator(&t, o)
	activity.Add(&t, entry)
	return s.db.Commit(ctx, &t, "create operator "+string(o.ID))
}

// UpdateOperator replaces an operator. A new email address is claimed and the old one released. An upload that is to become the picture has
// a timer while it waits. The activity entry and the job are written with it, if given.
func (s *Store) UpdateOperator(ctx context.Context, before, after chat.Operator, entry *chat.Activity, job *chat.Job) error {
	var t table.Tx
	replaceOperator(&t, before, after, entry)
	if after.PictureUpload != before.PictureUpload {
		timer := chat.Timer{AccountID: after.AccountID, Kind: chat.TimerPicture, Subject: string(after.ID), DueAt: s.db.Now().Add(chat.TimerGrace)}
		if after.PictureUpload != "" {
			t.Put(table.Desk, item.Timer(timer), nil, "")
		} else {
			t.Remove(table.Desk, key.Timer(timer), nil, "")
		}
	}
	if job != nil {
		schedule.AddJob(&t, *job)
	}
	return s.db.Commit(ctx, &t, "update operator "+string(after.ID))
}

// RedeemToken deletes a token and replaces the operator in one transaction. NotFound means that the token was used already.
func (s *Store) RedeemToken(ctx context.Context, kind, hash string, before, after chat.Operator, entry *chat.Activity) error {
	there := table.Present()
	var t table.Tx
	t.Remove(table.Live, key.Token(kind, hash), &there, table.ReasonClaimed)
	replaceOperator(&t, before, after, entry)
	err := s.db.Commit(ctx, &t, "redeem a link of operator "+string(after.ID))
	if fault.Is(err, fault.Conflict) && fault.As(err).Reason == table.ReasonClaimed {
		return table.NotFound(item.KindToken)
	}
	return err
}

func replaceOperator(t *table.Tx, before, after chat.Operator, entry *chat.Activity) {
	after.Version = before.Version + 1
	t.Put(table.Directory, item.Operator(after), table.AtVersion(before.Version), table.ReasonVersionChanged)
	if !strings.EqualFold(before.Email, after.Email) {
		t.Put(table.Directory, item.Email(after), freeFor(string(after.ID)), table.ReasonExists).Field = "email"
		t.Remove(table.Directory, key.Email(before.Email), held(string(before.ID)), table.ReasonVersionChanged)
	}
	activity.Add(t, entry)
}
