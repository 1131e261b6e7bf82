package dynamo

import (
	"context"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

type mailItem struct {
	header
	To        string            `dynamodbav:"to"`
	Template  string            `dynamodbav:"template"`
	Language  string            `dynamodbav:"language,omitempty"`
	Params    map[string]string `dynamodbav:"params,omitempty"`
	State     string            `dynamodbav:"state"`
	Attempt   int               `dynamodbav:"attempt,omitempty"`
	CreatedAt millis            `dynamodbav:"createdAt,omitempty"`
	Version   int64             `dynamodbav:"version"`
}

func toMailItem(m chat.Mail) mailItem {
	return mailItem{
		header: headed(mailKey(m.AccountID, m.ID), kindMail),
		To:     m.To, Template: string(m.Template), Language: string(m.Language), Params: m.Params, State: string(m.State),
		Attempt: m.Attempt, CreatedAt: millisOf(m.CreatedAt), Version: m.Version,
	}
}

func decodeMail(av item) (chat.Mail, error) {
	it, err := decode[mailItem](av, kindMail)
	if err != nil {
		return chat.Mail{}, err
	}
	parts, err := split(it.PK, "E", 2)
	if err != nil {
		return chat.Mail{}, damaged(kindMail, err)
	}
	return chat.Mail{
		ID: parts[1], AccountID: chat.AccountID(parts[0]), To: it.To, Template: chat.MailTemplate(it.Template),
		Language: chat.Language(it.Language), Params: it.Params, State: chat.MailState(it.State), Attempt: it.Attempt,
		CreatedAt: it.CreatedAt.time(), Version: it.Version,
	}, nil
}

func mailTimer(m chat.Mail, step time.Time) chat.Timer {
	return chat.Timer{AccountID: m.AccountID, Kind: chat.TimerMail, Subject: m.ID, DueAt: step.Add(chat.TimerGrace)}
}

// mailWaits says whether a mail still has a step before it.
func mailWaits(m chat.Mail) bool { return m.State == chat.MailQueued || m.State == chat.MailSending }

func addMail(t *tx, m chat.Mail) {
	m.Version = 1
	t.put(Desk, toMailItem(m), absent(), ReasonExists)
	t.put(Desk, toTimerItem(mailTimer(m, m.CreatedAt)), nil, "")
}

// PutMail creates a mail that is to leave, with the timer that asks for it again.
func (s *Store) PutMail(ctx context.Context, m chat.Mail) error {
	var t tx
	addMail(&t, m)
	return s.commit(ctx, &t, "put mail "+m.ID)
}

// Mail reads one, consistently.
func (s *Store) Mail(ctx context.Context, account chat.AccountID, id string) (chat.Mail, error) {
	av, err := s.get(ctx, Desk, mailKey(account, id), true, kindMail)
	if err != nil {
		return chat.Mail{}, err
	}
	return decodeMail(av)
}

// UpdateMail replaces a mail. Its timer is set anew, or goes when nothing is left to be done.
func (s *Store) UpdateMail(ctx context.Context, before, after chat.Mail) error {
	after.Version = before.Version + 1
	var t tx
	t.put(Desk, toMailItem(after), atVersion(before.Version), ReasonVersionChanged)
	timer := mailTimer(after, s.clock())
	if mailWaits(after) {
		t.put(Desk, toTimerItem(timer), nil, "")
	} else {
		t.remove(Desk, timerKey(timer), nil, "")
	}
	return s.commit(ctx, &t, "update mail "+after.ID)
}
