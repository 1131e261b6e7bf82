package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// failed mails to the account's owners that a channel stopped working. The mail's id derives from the failure and the owner, so that a
// failure is mailed once, whatever repeats the signal and however the channel fails until it works again.
func (h *Handler) failed(ctx context.Context, envelope events.Envelope, signal events.ChannelFailed) error {
	account, id := chat.AccountID(envelope.AccountID), chat.ChannelID(signal.ChannelID)
	ch, err := h.Store.Channel(ctx, account, id)
	if fault.Is(err, fault.NotFound) || err == nil && !ch.Health.Since.Equal(signal.Since) {
		return nil // it works again; a later failure has its own signal
	}
	if err != nil {
		return fmt.Errorf("read channel %s: %w", id, err)
	}
	acc, err := h.Store.Account(ctx, account)
	if err != nil {
		return fmt.Errorf("read account %s: %w", account, err)
	}
	operators, err := h.Store.Operators(ctx, account)
	if err != nil {
		return fmt.Errorf("read the operators: %w", err)
	}
	console, err := h.Secrets.List(ctx, h.PublicURLName)
	if err != nil || len(console) == 0 {
		return fault.New(fault.Unavailable, "the address of the console cannot be read").WithReason("not_set_up").WithCause(err)
	}
	for _, o := range operators {
		if o.Role != chat.Owner || !o.Active {
			continue
		}
		mail := failureMail(acc, ch, o, console[0], h.Now())
		if err := h.Store.PutMail(ctx, mail); err != nil && !fault.Is(err, fault.Conflict) {
			return fmt.Errorf("queue the mail of channel %s to operator %s: %w", id, o.ID, err)
		}
	}
	return nil
}

// failureMail tells one owner of a channel's failure.
func failureMail(account chat.Account, ch chat.Channel, to chat.Operator, console string, now time.Time) chat.Mail {
	template := chat.MailReauthorise
	switch {
	case ch.Health.State == chat.HealthStopped:
		template = chat.MailStopped
	case ch.Health.State == chat.HealthSilent && ch.Health.Code == chat.HealthDiverted:
		template = chat.MailDiverted
	case ch.Health.State == chat.HealthSilent:
		template = chat.MailSilent
	}
	asset := ch.DisplayPhone
	if asset == "" {
		asset = ch.ExternalID
	}
	since := ch.Health.Since
	if zone, err := time.LoadLocation(account.TimeZone); err == nil {
		since = since.In(zone)
	}
	language := to.Language
	if language == "" {
		language = account.Language
	}
	return chat.Mail{
		ID:        chat.DeterministicID(ch.Health.Since, 0, "channel failed", string(ch.ID), string(to.ID)),
		AccountID: account.ID, To: to.Email, Template: template, Language: language,
		Params: map[string]string{
			"url": console + "/settings/channels/" + string(ch.ID), "name": to.Name, "channel": ch.Name, "asset": asset,
			"since": since.Format(time.RFC3339), "answer": ch.Health.Message,
		},
		State: chat.MailQueued, CreatedAt: now, Version: 1,
	}
}
