package desk

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// Ready makes sure that a message can be handed over now, and asks the provider nothing: what it answers is as if the provider had
// said it. An attempt that dies here was none.
type Ready func(ctx context.Context, c chat.Conversation, m chat.Message) error

// Post hands one message to the provider.
type Post func(ctx context.Context, c chat.Conversation, m chat.Message) (channel.Delivered, error)

// maxAttempts bounds how often a message is tried by itself; with retryDelay it spans about a day.
const maxAttempts = 28

// Deliver sends what waits in a conversation, in order. A message whose provider may take it later stops those behind it. It
// answers what the provider said about the channel, if it said anything.
//
// Before an attempt is recorded, ready is asked; nil asks nothing.
//
// A provider without idempotency keys makes one thing unknowable: an attempt that died between asking and recording. Such a
// message becomes unknown, and is not sent again unless a person asks; the provider's status of it, if one comes, tells.
func (d *Desk) Deliver(ctx context.Context, account chat.AccountID, id chat.ConversationID, ch chat.Channel, ready Ready, post Post) (*channel.ProviderError, error) {
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
		next, said, err := d.deliver(ctx, c, ch, timer, ready, post)
		if err != nil || !next {
			return said, err
		}
	}
	return nil, nil
}

// deliver takes one message a step on. next says whether the one behind it may follow.
func (d *Desk) deliver(ctx context.Context, c chat.Conversation, ch chat.Channel, timer chat.Timer, ready Ready, post Post) (next bool, said *channel.ProviderError, err error) {
	m, err := d.store.Message(ctx, c.AccountID, c.ID, timer.MessageID)
	if err != nil {
		return false, nil, fmt.Errorf("read message %s: %w", timer.MessageID, err)
	}
	waits := timer.DueAt.After(d.now())
	switch m.Status {
	case chat.StatusQueued:
		if waits && timer.Attempt > 0 {
			return false, nil, nil // for its next try, and the rest behind it
		}
	case chat.StatusHeld:
		if waits && !d.worthTrying(ch) {
			return true, nil, nil // for its channel, which holds the rest as well
		}
	case chat.StatusSending:
		if able, _ := d.capabilities(c.ChannelType); !able.FirstParty {
			return true, nil, d.finish(ctx, m, timer, chat.StatusUnknown, nil)
		}
	default:
		if err := d.store.DropTimer(ctx, timer); err != nil {
			return false, nil, fmt.Errorf("drop the timer of %s: %w", m.ID, err)
		}
		return true, nil, nil
	}
	if !d.worthTrying(ch) {
		return true, nil, d.hold(ctx, m, ch.ID, timer)
	}
	if ready != nil {
		if err := ready(ctx, c, m); err != nil {
			return d.refused(ctx, m, ch.ID, timer, err)
		}
	}
	attempt := m
	attempt.Status = chat.StatusSending
	if err := d.store.UpdateMessage(ctx, m, attempt, chat.MessageEffects{}); err != nil {
		return false, nil, fmt.Errorf("record the attempt of %s: %w", m.ID, err)
	}
	attempt.Version++
	delivered, err := post(ctx, c, attempt)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordFor)
	defer cancel()
	if err == nil {
		return true, nil, d.sent(ctx, ch, attempt, timer, delivered)
	}
	return d.refused(ctx, attempt, ch.ID, timer, err)
}

// worthTrying says whether a channel takes messages, or has been silent for so long that one may ask it again.
func (d *Desk) worthTrying(ch chat.Channel) bool {
	return ch.Health.Sends() || d.now().Sub(ch.Health.At) >= holdFor
}

// Abandon ends what waits in a conversation whose channel is gone.
func (d *Desk) Abandon(ctx context.Context, account chat.AccountID, id chat.ConversationID) error {
	timers, err := d.store.PendingTimers(ctx, account, id, chat.TimerSend)
	if err != nil {
		return fmt.Errorf("read what waits to be sent: %w", err)
	}
	for _, timer := range timers {
		m, err := d.store.Message(ctx, account, id, timer.MessageID)
		if err != nil {
			return fmt.Errorf("read message %s: %w", timer.MessageID, err)
		}
		reason := &chat.MessageError{Code: "channel_gone", Message: "the channel was disconnected"}
		if err := d.finish(ctx, m, timer, chat.StatusFailed, reason); err != nil {
			return err
		}
	}
	return nil
}

// recordFor is how long writing down an outcome may take, whatever became of the invocation's time.
const recordFor = 2 * time.Second

// sent records that the provider took a message.
func (d *Desk) sent(ctx context.Context, ch chat.Channel, m chat.Message, timer chat.Timer, delivered channel.Delivered) error {
	return d.setProviderID(ctx, ch, m, delivered.ProviderID, chat.StatusUpdate{Status: chat.StatusSent}, &timer)
}

// setProviderID gives a message the provider's id. First comes the receipt under it, through which answers and statuses find the message;
// then the message, with the status that brought the id and those that came before it.
func (d *Desk) setProviderID(ctx context.Context, ch chat.Channel, m chat.Message, providerID string, status chat.StatusUpdate, timer *chat.Timer) error {
	m.ProviderID = providerID
	receipt, err := d.store.RecordSent(ctx, m, Scope(ch))
	for try := 1; conflict(err, refExists) && try < tries; try++ {
		if err := d.mergeEcho(ctx, ch, m); err != nil && !conflict(err, versionChanged) {
			return err
		}
		receipt, err = d.store.RecordSent(ctx, m, Scope(ch))
	}
	if err != nil {
		return fmt.Errorf("record that %s was sent: %w", m.ID, err)
	}
	err = d.updateMessage(ctx, m.AccountID, m.ConversationID, m.ID, func(now *chat.Message) (*chat.MessageEffects, error) {
		if now.Attempt != m.Attempt {
			return nil, nil
		}
		effects := &chat.MessageEffects{DropTimer: timer}
		now.ProviderID = providerID
		for _, status := range append([]chat.StatusUpdate{status}, receipt.ParkedStatuses...) {
			if now.Advance(status.Status, status.Error) && status.Status == chat.StatusFailed {
				effects.Event = d.failure(*now)
			}
		}
		return effects, nil
	})
	if err != nil {
		return err
	}
	return d.applyParked(ctx, receipt)
}

// refused sorts a refusal: what may pass is tried again later, what cannot is final, and what nobody can know is unknown.
func (d *Desk) refused(ctx context.Context, m chat.Message, ch chat.ChannelID, timer chat.Timer, refusal error) (next bool, said *channel.ProviderError, err error) {
	provider := channel.Provider(refusal)
	reason := &chat.MessageError{Code: string(fault.As(refusal).Code), Message: fault.As(refusal).Message}
	if provider != nil {
		reason = &chat.MessageError{Code: provider.Code, Message: provider.Message}
		switch provider.Class {
		case channel.ClassUncertain:
			return true, nil, d.finish(ctx, m, timer, chat.StatusUnknown, reason)
		case channel.ClassReauthorise, channel.ClassStopped:
			return false, provider, d.hold(ctx, m, ch, timer)
		case channel.ClassWait:
			timer.Attempt = max(timer.Attempt, 1) // so that its time is waited for; it was no try
			return false, nil, d.putBack(ctx, m, timer, provider.RetryAfter)
		case channel.ClassMessage:
		}
	}
	if fault.Permanent(refusal) || timer.Attempt >= triesOf(provider) {
		return true, nil, d.finish(ctx, m, timer, chat.StatusFailed, reason)
	}
	timer.Attempt++
	return false, nil, d.putBack(ctx, m, timer, retryDelay(timer, provider))
}

// putBack lets a message wait for its next try.
func (d *Desk) putBack(ctx context.Context, m chat.Message, timer chat.Timer, delay time.Duration) error {
	again := m
	again.Status = chat.StatusQueued
	timer.DueAt = d.now().Add(delay)
	if err := d.store.UpdateMessage(ctx, m, again, chat.MessageEffects{PutTimer: &timer}); err != nil {
		return fmt.Errorf("put %s back: %w", m.ID, err)
	}
	return nil
}

func triesOf(provider *channel.ProviderError) int {
	if provider != nil && provider.MaxTries > 0 {
		return provider.MaxTries
	}
	return maxAttempts
}

// longestDelay bounds the wait before the next try.
const longestDelay = time.Hour

// retryDelay doubles from a minute, the clock's grain, to an hour, unless the provider named a time or how it grows. What all would
// do at once comes up to a quarter earlier, for each message in its own way, so that a step which is repeated waits as long.
func retryDelay(timer chat.Timer, provider *channel.ProviderError) time.Duration {
	if provider == nil || provider.RetryAfter <= 0 {
		delay := min(time.Minute<<min(timer.Attempt-1, 10), longestDelay)
		spread := fnv.New32a()
		_, _ = fmt.Fprint(spread, timer.MessageID, timer.Attempt) // a hash never fails
		return delay - delay*time.Duration(spread.Sum32()%256)/1024
	}
	delay := provider.RetryAfter
	for range timer.Attempt - 1 {
		if provider.Factor == 0 || delay >= longestDelay {
			break
		}
		delay = min(delay*time.Duration(provider.Factor), longestDelay)
	}
	return delay
}

// finish ends an attempt that will not be repeated by itself.
func (d *Desk) finish(ctx context.Context, m chat.Message, timer chat.Timer, to chat.MessageStatus, reason *chat.MessageError) error {
	return d.updateMessage(ctx, m.AccountID, m.ConversationID, m.ID, func(now *chat.Message) (*chat.MessageEffects, error) {
		if now.Attempt != m.Attempt {
			return nil, nil // a person asked for another one meanwhile: the timer is that one's
		}
		effects := &chat.MessageEffects{DropTimer: &timer}
		if now.Advance(to, reason) && to == chat.StatusFailed {
			effects.Event = d.failure(*now)
		}
		return effects, nil
	})
}

// holdFor is how long a held message waits until its channel is tried again: a token may have been renewed, or a bill paid.
const holdFor = 5 * time.Minute

// hold keeps a message until its channel can send again.
func (d *Desk) hold(ctx context.Context, m chat.Message, ch chat.ChannelID, timer chat.Timer) error {
	held := m
	held.Status = chat.StatusHeld
	timer.HeldFor, timer.DueAt = ch, d.now().Add(holdFor)
	if err := d.store.UpdateMessage(ctx, m, held, chat.MessageEffects{PutTimer: &timer}); err != nil {
		return fmt.Errorf("hold %s: %w", m.ID, err)
	}
	return nil
}

// Unhold puts a held message back into the queue of its conversation, whose channel can send again. In what order the messages of
// a conversation are put back does not matter: Deliver takes them in theirs.
func (d *Desk) Unhold(ctx context.Context, account chat.AccountID, id chat.ConversationID, message chat.MessageID) error {
	return d.updateMessage(ctx, account, id, message, func(m *chat.Message) (*chat.MessageEffects, error) {
		if m.Status != chat.StatusHeld {
			return nil, nil
		}
		m.Status = chat.StatusQueued
		return &chat.MessageEffects{PutTimer: &chat.Timer{
			AccountID: account, Kind: chat.TimerSend, ConversationID: id, MessageID: message, DueAt: d.now().Add(chat.TimerGrace),
		}}, nil
	})
}
