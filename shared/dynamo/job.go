package dynamo

import (
	"context"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

type jobItem struct {
	header
	JobKind    string `dynamodbav:"job"`
	Subject    string `dynamodbav:"subject,omitempty"`
	Checkpoint string `dynamodbav:"checkpoint,omitempty"`
	NotBefore  millis `dynamodbav:"notBefore,omitempty"`
	Done       bool   `dynamodbav:"done,omitempty"`
	Count      int64  `dynamodbav:"count,omitempty"`
	CreatedAt  millis `dynamodbav:"createdAt,omitempty"`
	Version    int64  `dynamodbav:"version"`
}

func toJobItem(j chat.Job) jobItem {
	return jobItem{
		header: headed(jobKey(j.AccountID, j.ID), kindJob), JobKind: string(j.Kind), Subject: j.Subject,
		Checkpoint: j.Checkpoint, NotBefore: millisOf(j.NotBefore), Done: j.Done, Count: j.Count, CreatedAt: millisOf(j.CreatedAt), Version: j.Version,
	}
}

func decodeJob(av item) (chat.Job, error) {
	it, err := decode[jobItem](av, kindJob)
	if err != nil {
		return chat.Job{}, err
	}
	parts, err := split(it.PK, "J", 2)
	if err != nil {
		return chat.Job{}, damaged(kindJob, err)
	}
	return chat.Job{
		ID: parts[1], AccountID: chat.AccountID(parts[0]), Kind: chat.JobKind(it.JobKind), Subject: it.Subject,
		Checkpoint: it.Checkpoint, NotBefore: it.NotBefore.time(), Done: it.Done, Count: it.Count, CreatedAt: it.CreatedAt.time(), Version: it.Version,
	}, nil
}

func jobTimer(j chat.Job, step time.Time) chat.Timer {
	due := step.Add(chat.TimerGrace)
	if j.NotBefore.After(step) {
		due = j.NotBefore
	}
	return chat.Timer{AccountID: j.AccountID, Kind: chat.TimerJob, Subject: j.ID, DueAt: due}
}

func addJob(t *tx, j chat.Job) {
	j.Version = 1
	t.put(Desk, toJobItem(j), absent(), ReasonExists)
	t.put(Desk, toTimerItem(jobTimer(j, j.CreatedAt)), nil, "")
}

// PutJob creates a job, with the timer that asks for it again.
func (s *Store) PutJob(ctx context.Context, j chat.Job) error {
	var t tx
	addJob(&t, j)
	return s.commit(ctx, &t, "put job "+j.ID)
}

// Job reads one, consistently.
func (s *Store) Job(ctx context.Context, account chat.AccountID, id string) (chat.Job, error) {
	av, err := s.get(ctx, Desk, jobKey(account, id), true, kindJob)
	if err != nil {
		return chat.Job{}, err
	}
	return decodeJob(av)
}

// UpdateJob writes a job's checkpoint. Its timer is set anew, or goes when it is done.
func (s *Store) UpdateJob(ctx context.Context, before, after chat.Job) error {
	after.Version = before.Version + 1
	var t tx
	t.put(Desk, toJobItem(after), atVersion(before.Version), ReasonVersionChanged)
	timer := jobTimer(after, s.clock())
	if after.Done {
		t.remove(Desk, timerKey(timer), nil, "")
	} else {
		t.put(Desk, toTimerItem(timer), nil, "")
	}
	return s.commit(ctx, &t, "update job "+after.ID)
}
