package directory

import (
	"context"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/activity"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
)

// CreateAccount creates an account with its first store, its owner, the mail that verifies their address and the job that
// recounts loads, in one transaction. An email address that is taken is Conflict "exists" with the field "email".
func (s *Store) CreateAccount(ctx context.Context, a chat.Account, st chat.Store, o chat.Operator, mail *chat.Mail) error {
	var t table.Tx
	a.Version, st.Version = 1, 1
	addOperator(&t, o)
	t.Put(table.Directory, item.Account(a), table.Absent(), table.ReasonExists)
	t.Put(table.Directory, item.Store(st), table.Absent(), table.ReasonExists)
	schedule.AddJob(&t, chat.NewRecount(a))
	if mail != nil {
		schedule.AddMail(&t, *mail)
	}
	return s.db.Commit(ctx, &t, "create account "+string(a.ID))
}

// Account reads one with a consistent read.
func (s *Store) Account(ctx context.Context, id chat.AccountID) (chat.Account, error) {
	av, err := s.db.Get(ctx, table.Directory, key.Account(id), true, item.KindAccount)
	if err != nil {
		return chat.Account{}, err
	}
	return item.DecodeAccount(av)
}

// UpdateAccount replaces an account. The activity entry and the job are written with it, if given.
func (s *Store) UpdateAccount(ctx context.Context, before, after chat.Account, entry *chat.Activity, job *chat.Job) error {
	after.Version = before.Version + 1
	var t table.Tx
	t.Put(table.Directory, item.Account(after), table.AtVersion(before.Version), table.ReasonVersionChanged)
	activity.Add(&t, entry)
	if job != nil {
		schedule.AddJob(&t, *job)
	}
	return s.db.Commit(ctx, &t, "update account "+string(after.ID))
}
