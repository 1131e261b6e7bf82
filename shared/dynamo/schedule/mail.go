package schedule

import (
	"context"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

func mailTimer(m chat.Mail, step time.Time) chat.Timer {
	return chat.Timer{AccountID: m.AccountID, Kind: chat.TimerMail, Subject: m.ID, DueAt: step.Add(chat.TimerGrace)}
}

// mailWaits is true while a mail has not reached a final state.
func mailWaits(m chat.Mail) bool { return m.State == chat.MailQueued || m.State == chat.MailSending }

// AddMail puts a new mail and its timer into a transaction.
func AddMail(t *table.Tx, m chat.Mail) {
	m.Version = 1
	t.Put(table.Desk, item.Mail(m), table.Absent(), table.ReasonExists)
	t.Put(table.Desk, item.Timer(mailTimer(m, m.CreatedAt)), nil, "")
}

// PutMail creates a mail with its timer.
func (s *Store) PutMail(ctx context.Context, m chat.Mail) error {
	var t table.Tx
	AddMail(&t, m)
	return s.db.Commit(ctx, &t, "put mail "+m.ID)
}

// Mail reads one with a consistent read.
func (s *Store) Mail(ctx context.Context, account chat.AccountID, id string) (chat.Mail, error) {
	av, err := s.db.Get(ctx, table.Desk, key.Mail(account, id), true, item.KindMail)
	if err != nil {
		return chat.Mail{}, err
	}
	return item.DecodeMail(av)
}

// UpdateMail replaces a mail and sets its timer again, or deletes it in a final state.
func (s *Store) UpdateMail(ctx context.Context, before, after chat.Mail) error {
	after.Version = before.Version + 1
	var t table.Tx
	t.Put(table.Desk, item.Mail(after), table.AtVersion(before.Version), table.ReasonVersionChanged)
	timer := mailTimer(after, s.db.Now())
	if mailWaits(after) {
		t.Put(table.Desk, item.Timer(timer), nil, "")
	} else {
		t.Remove(table.Desk, key.Timer(timer), nil, "")
	}
	return s.db.Commit(ctx, &t, "update mail "+after.ID)
}
