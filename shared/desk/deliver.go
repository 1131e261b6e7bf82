package desk

import (
	"context"
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Post hands one message to the provider.
type Post func(ctx context.Context, c chat.Conversation, m chat.Message) (channel.Delivered, error)

// maxAttempts bounds how often a message is tried by itself; with retryDelay it spans about a day.
const maxAttempts = 30

// Deliver sends what waits in a conversation, in order. A message whose provider may take it later stops those behind it. It
// answers what the provider said about the channel, if it said anything.
//
// A provider without idempotency keys makes one thing unknowable: an attempt that died between asking and recording. Such a
// message becomes unknown, and is not sent again unless a person asks; the provider's status of it, if one comes, tells.
func (d *Desk) Deliver(ctx context.Context, account chat.AccountID, id chat.ConversationID, ch chat.Channel, post Post) (*channel.ProviderError, error) {
	timers, err := d.store.PendingTimers(ctx, account, id, chat.TimerSend)
	if err != nil {
		return nil, fmt.Errorf("read what waits to be sent: %w", err)
	}
	if len(timers) == 0 {
		return nil, nil
	}
	c, err := d.store.Conversation(ctx, account, id)
	if err != nil {
		return nil, fmt.Errorf("read conversation %s: %w", id, err)
	}
	for _, timer := range timers {
		if timer.Attempt > 0 && timer.DueAt.After(d.now()) {
			return nil, nil // the head waits for its next try, and the rest behind it
		}
		next, said, err := d.deliver(ctx, c, ch, timer, post)
		if err != nil || !next {
			return said, err
		}
	}
	return nil, nil
}

// deliver takes one message a step on. next says whether the one behind it may follow.
func (d *Desk) deliver(ctx context.Context, c chat.Conversation, ch chat.Channel, timer chat.Timer, post Post) (next bool, said *channel.ProviderError, err error) {
	m, err := d.store.Message(ctx, c.AccountID, c.ID, timer.MessageID)
	if err != nil {
		return false, nil, fmt.Errorf("read message %s: %w", timer.MessageID, err)
	}
	switch m.Status {
	case chat.StatusQueued, chat.StatusHeld:
	case chat.StatusSending:
		return true, nil, d.finish(ctx, m, timer, chat.StatusUnknown, nil)
	default:
		if err := d.store.DropTimer(ctx, timer); err != nil {
			return false, nil, fmt.Errorf("drop the timer of %s: %w", m.ID, err)
		}
		return true, nil, nil
	}
	if !ch.Health.Sends() {
		return false, nil, d.hold(ctx, m, timer)
	}
	attempt := m
	attempt.Status = chat.StatusSending
	if err := d.store.UpdateMessage(ctx, m, attempt, chat.MessageEffects{}); err != nil {
		return false, nil, fmt.Errorf("record the attempt of %s: %w", m.ID, err)
	}
	attempt.Version++
	delivered, err := post(ctx, c, attempt)
	if err == nil {
		return true, nil, d.sent(ctx, ch, attempt, timer, delivered)
	}
	return d.refused(ctx, attempt, timer, err)
}

// sent records the provider's id, and the statuses that came before it.
func (d *Desk) sent(ctx context.Context, ch chat.Channel, m chat.Message, timer chat.Timer, delivered channel.Delivered) error {
	m.ProviderID = delivered.ProviderID
	parked, err := d.store.RecordSent(ctx, m, Scope(ch))
	if err != nil {
		return fmt.Errorf("record that %s was sent: %w", m.ID, err)
	}
	return d.updateMessage(ctx, m.AccountID, m.ConversationID, m.ID, func(now *chat.Message) (*chat.MessageEffects, error) {
		effects := &chat.MessageEffects{DropTimer: &timer}
		if now.Attempt != m.Attempt {
			return nil, nil
		}
		now.ProviderID = m.ProviderID
		now.Advance(chat.StatusSent, nil)
		for _, status := range parked {
			if now.Advance(status.Status, status.Error) && status.Status == chat.StatusFailed {
				effects.Event = d.failure(*now)
			}
		}
		return effects, nil
	})
}

// refused sorts a refusal: what may pass is tried again later, what cannot is final, and what nobody can know is unknown.
func (d *Desk) refused(ctx context.Context, m chat.Message, timer chat.Timer, refusal error) (next bool, said *channel.ProviderError, err error) {
	provider := channel.Provider(refusal)
	reason := &chat.MessageError{Code: string(fault.As(refusal).Code), Message: fault.As(refusal).Message}
	if provider != nil {
		reason = &chat.MessageError{Code: provider.Code, Message: provider.Message}
		switch provider.Meaning {
		case channel.MeansUncertain:
			return true, nil, d.finish(ctx, m, timer, chat.StatusUnknown, reason)
		case channel.MeansReauthorise, channel.MeansStopped:
			return false, provider, d.hold(ctx, m, timer)
		case channel.MeansMessage:
		}
	}
	if fault.Permanent(refusal) || timer.Attempt >= maxAttempts {
		return true, nil, d.finish(ctx, m, timer, chat.StatusFailed, reason)
	}
	again := m
	again.Status = chat.StatusQueued
	timer.Attempt++
	timer.DueAt = d.now().Add(retryDelay(timer.Attempt, provider))
	if err := d.store.UpdateMessage(ctx, m, again, chat.MessageEffects{PutTimer: &timer}); err != nil {
		return false, nil, fmt.Errorf("put %s back: %w", m.ID, err)
	}
	return false, nil, nil
}

// retryDelay doubles from ten seconds to an hour, unless the provider named a time.
func retryDelay(attempt int, provider *channel.ProviderError) time.Duration {
	if provider != nil && provider.RetryAfter > 0 {
		return provider.RetryAfter
	}
	return min(10*time.Second<<min(attempt-1, 10), time.Hour)
}

// finish ends an attempt that will not be repeated by itself.
func (d *Desk) finish(ctx context.Context, m chat.Message, timer chat.Timer, to chat.MessageStatus, reason *chat.MessageError) error {
	return d.updateMessage(ctx, m.AccountID, m.ConversationID, m.ID, func(now *chat.Message) (*chat.MessageEffects, error) {
		effects := &chat.MessageEffects{DropTimer: &timer}
		if now.Attempt == m.Attempt && now.Advance(to, reason) && to == chat.StatusFailed {
			effects.Event = d.failure(*now)
		}
		return effects, nil
	})
}

// holdFor is how long a held message waits until its channel is looked at again.
const holdFor = time.Hour

// hold keeps a message until its channel can send again.
func (d *Desk) hold(ctx context.Context, m chat.Message, timer chat.Timer) error {
	held := m
	held.Status = chat.StatusHeld
	timer.DueAt = d.now().Add(holdFor)
	timer.Attempt++
	if err := d.store.UpdateMessage(ctx, m, held, chat.MessageEffects{PutTimer: &timer}); err != nil {
		return fmt.Errorf("hold %s: %w", m.ID, err)
	}
	return nil
}
