package schedule

import (
	"context"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

func jobTimer(j chat.Job, step time.Time) chat.Timer {
	due := step.Add(chat.TimerGrace)
	if j.NotBefore.After(step) {
		due = j.NotBefore
	}
	return chat.Timer{AccountID: j.AccountID, Kind: chat.TimerJob, Subject: j.ID, DueAt: due}
}

// AddJob puts a new job and its timer into a transaction.
func AddJob(t *table.Tx, j chat.Job) {
	j.Version = 1
	t.Put(table.Desk, item.Job(j), table.Absent(), table.ReasonExists)
	t.Put(table.Desk, item.Timer(jobTimer(j, j.CreatedAt)), nil, "")
}

// PutJob creates a job with its timer.
func (s *Store) PutJob(ctx context.Context, j chat.Job) error {
	var t table.Tx
	AddJob(&t, j)
	return s.db.Commit(ctx, &t, "put job "+j.ID)
}

// Job reads one with a consistent read.
func (s *Store) Job(ctx context.Context, account chat.AccountID, id string) (chat.Job, error) {
	av, err := s.db.Get(ctx, table.Desk, key.Job(account, id), true, item.KindJob)
	if err != nil {
		return chat.Job{}, err
	}
	return item.DecodeJob(av)
}

// UpdateJob replaces a job and sets its timer again, or deletes it when the job is done.
func (s *Store) UpdateJob(ctx context.Context, before, after chat.Job) error {
	after.Version = before.Version + 1
	var t table.Tx
	t.Put(table.Desk, item.Job(after), table.AtVersion(before.Version), table.ReasonVersionChanged)
	timer := jobTimer(after, s.db.Now())
	if after.Done {
		t.Remove(table.Desk, key.Timer(timer), nil, "")
	} else {
		t.Put(table.Desk, item.Timer(timer), nil, "")
	}
	return s.db.Commit(ctx, &t, "update job "+after.ID)
}
