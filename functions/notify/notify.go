// Package notify sends the product's e-mails.
//
// The attempt is recorded before the mail service is called and the outcome after, because the service has no idempotency key: a mail
// found in the middle of an attempt may have been sent, so it becomes unknown and is never sent again automatically (the user can request
// a new link). A mail that was certainly not sent is retried by its timer, with growing delays. A final mail no longer holds its template
// data. No log line holds an address or a link.
package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/mail"
	"github.com/recado-chat/recado/shared/obs"
	"github.com/recado-chat/recado/shared/queue"
)

type store interface {
	Mail(ctx context.Context, account chat.AccountID, id string) (chat.Mail, error)
	// UpdateMail returns Conflict when the mail differs from before. It deletes the timer of a final mail.
	UpdateMail(ctx context.Context, before, after chat.Mail) error
	PutTimer(ctx context.Context, t chat.Timer) error
}

type sender interface {
	Send(ctx context.Context, m mail.Message) error
}

// Handler does the work of one record.
type Handler struct {
	store  store
	sender sender
	now    func() time.Time
	log    *slog.Logger
}

// New returns an error when a dependency is missing.
func New(store store, sender sender, now func() time.Time, log *slog.Logger) (*Handler, error) {
	if store == nil || sender == nil || now == nil || log == nil {
		return nil, errors.New("notify: store, sender, clock and logger are required")
	}
	return &Handler{store: store, sender: sender, now: now, log: log}, nil
}

// Routes are the signals that the function handles.
func (h *Handler) Routes() queue.Router { return queue.NewRouter(queue.On(h.queued)) }

// queued sends one mail.
func (h *Handler) queued(ctx context.Context, envelope events.Envelope, signal events.MailQueued) error {
	ctx = obs.With(ctx, slog.String("mail_id", signal.MailID))
	m, err := h.store.Mail(ctx, chat.AccountID(envelope.AccountID), signal.MailID)
	if err != nil {
		return fmt.Errorf("read mail %s: %w", signal.MailID, err)
	}
	switch m.State {
	case chat.MailQueued:
		return h.attempt(ctx, m)
	case chat.MailSending:
		return h.settle(ctx, m, chat.MailUnknown, "attempt_died")
	case chat.MailSent, chat.MailFailed, chat.MailUnknown:
		return nil
	}
	return fault.New(fault.Invalid, "unknown mail state").WithReason("unknown_state")
}

func (h *Handler) attempt(ctx context.Context, m chat.Mail) error {
	message, err := render(m)
	if err != nil {
		return errors.Join(err, h.settle(ctx, m, chat.MailFailed, fault.Reason(err)))
	}
	// A timer that is already due would fire during this attempt and treat it as crashed.
	if m.Attempt > 0 {
		if err := h.arm(ctx, m, chat.TimerGrace); err != nil {
			return err
		}
	}
	trying := m
	trying.State, trying.Attempt, trying.Version = chat.MailSending, m.Attempt+1, m.Version+1
	if err := h.store.UpdateMail(ctx, m, trying); err != nil {
		return fmt.Errorf("record the attempt: %w", err)
	}
	err = h.sender.Send(ctx, message)
	// The outcome must be stored even if sending took until the deadline.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), outcomePatience)
	defer cancel()
	switch {
	case err == nil:
		return h.settle(ctx, trying, chat.MailSent, "")
	case mail.Uncertain(err):
		return h.settle(ctx, trying, chat.MailUnknown, fault.Reason(err))
	case fault.Permanent(err) || trying.Attempt >= maxAttempts:
		return h.settle(ctx, trying, chat.MailFailed, fault.Reason(err))
	}
	return h.postpone(ctx, trying, fault.Reason(err))
}

const (
	outcomePatience = 5 * time.Second
	// maxAttempts spans about six hours.
	maxAttempts  = 10
	firstBackoff = 30 * time.Second
	maxBackoff   = 2 * time.Hour
)

// backoff is the delay after the given number of attempts.
func backoff(attempts int) time.Duration {
	wait := firstBackoff
	for range attempts - 1 {
		wait = min(2*wait, maxBackoff)
	}
	return wait
}

// postpone queues the mail for its timer. The mail is written first: if setting the timer fails, the old timer is still there.
func (h *Handler) postpone(ctx context.Context, m chat.Mail, reason string) error {
	if err := h.record(ctx, m, chat.MailQueued, m.Params); err != nil {
		return err
	}
	h.log.LogAttrs(ctx, slog.LevelWarn, "mail postponed", slog.Int("attempt", m.Attempt), slog.String("reason", reason))
	return h.arm(ctx, m, backoff(m.Attempt))
}

func (h *Handler) arm(ctx context.Context, m chat.Mail, wait time.Duration) error {
	timer := chat.Timer{AccountID: m.AccountID, Kind: chat.TimerMail, Subject: m.ID, DueAt: h.now().Add(wait), Attempt: m.Attempt}
	if err := h.store.PutTimer(ctx, timer); err != nil {
		return fmt.Errorf("set the timer of mail %s: %w", m.ID, err)
	}
	return nil
}

// settle writes a final state.
func (h *Handler) settle(ctx context.Context, m chat.Mail, state chat.MailState, reason string) error {
	if err := h.record(ctx, m, state, nil); err != nil {
		return err
	}
	level := slog.LevelInfo
	if state != chat.MailSent {
		level = slog.LevelWarn
	}
	h.log.LogAttrs(ctx, level, "mail settled", slog.String("state", string(state)), slog.Int("attempt", m.Attempt), slog.String("reason", reason))
	return nil
}

// recordTries is how often writing an outcome is tried. The outcome is known only here; a mail whose outcome is lost ends as
// unknown.
const recordTries = 4

// record writes an outcome, if necessary over a concurrent change: a repeated delivery may have marked the attempt unknown
// meanwhile, and the process that made the attempt has the actual outcome.
func (h *Handler) record(ctx context.Context, m chat.Mail, state chat.MailState, params map[string]string) error {
	before := m
	for try := 1; ; try++ {
		after := before
		after.State, after.Params, after.Attempt, after.Version = state, params, m.Attempt, before.Version+1
		err := h.store.UpdateMail(ctx, before, after)
		if err == nil {
			return nil
		}
		if fault.Permanent(err) || try == recordTries {
			return fmt.Errorf("record that mail %s is %s: %w", m.ID, state, err)
		}
		current, err := h.store.Mail(ctx, m.AccountID, m.ID)
		if err != nil {
			continue // the next try detects the change by the version
		}
		if recorded(current, m.Attempt, state) {
			return nil
		}
		before = current
	}
}

// recorded reports whether nothing is left to write: an earlier write succeeded although its response was lost, or another process
// has recorded an outcome that stands.
func recorded(current chat.Mail, attempt int, state chat.MailState) bool {
	if current.State == chat.MailSent || (current.State == state && current.Attempt == attempt) {
		return true
	}
	return state == chat.MailUnknown && current.State != chat.MailSending
}
