package outbound

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

// Ready makes sure that a message can be handed over now, without calling the provider. Its error counts as the provider's refusal.
type Ready func(ctx context.Context, c chat.Conversation, m chat.Message) error

// Post hands one message to the provider.
type Post func(ctx context.Context, c chat.Conversation, m chat.Message) (channel.Delivered, error)

const (
	maxAttempts  = 28              // how often a message is tried automatically; with retryDelay they span about a day
	recordFor    = 2 * time.Second // how long recording an outcome may take, beyond the invocation's own time
	longestDelay = time.Hour       // before the next try
	holdFor      = 5 * time.Minute // how long a held message waits until its channel is tried again
)

// Deliver sends what is queued in a conversation, in order. It returns what the provider said about the channel, or nil.
//   - A retryable failure blocks the later messages of the conversation.
//   - ready, if not nil, runs before an attempt is recorded: if the process dies there, no send was attempted.
//   - If the process dies between the recorded attempt and its outcome, the message becomes unknown: it is not sent again until a
//     person retries it, or the provider's status of it comes.
func (s *Sender) Deliver(ctx context.Context, c chat.Conversation, ch chat.Channel, ready Ready, post Post) (*channel.ProviderError, error) {
	timers, err := s.store.PendingTimers(ctx, c.AccountID, c.ID, chat.TimerSend)
	if err != nil {
		return nil, fmt.Errorf("read the queued messages: %w", err)
	}
	for _, timer := range timers {
		next, said, err := s.deliver(ctx, c, ch, timer, ready, post)
		if err != nil || !next {
			return said, err
		}
	}
	return nil, nil
}

// deliver takes one message a step further. next says whether the message behind it may follow.
func (s *Sender) deliver(ctx context.Context, c chat.Conversation, ch chat.Channel, timer chat.Timer, ready Ready, post Post) (next bool, said *channel.ProviderError, err error) {
	m, err := s.store.Message(ctx, c.AccountID, c.ID, timer.MessageID)
	if err != nil {
		return false, nil, fmt.Errorf("read message %s: %w", timer.MessageID, err)
	}
	early := timer.DueAt.After(s.now())
	switch m.Status {
	case chat.StatusQueued:
		if early && timer.Attempt > 0 {
			return false, nil, nil // its next try is not due, and those behind it wait
		}
	case chat.StatusHeld:
		if early && !s.worthTrying(ch) {
			return true, nil, nil // the channel holds the others as well
		}
	case chat.StatusSending:
		if !s.firstParty(c) {
			return true, nil, s.finish(ctx, m, timer, chat.StatusUnknown, nil)
		}
	default:
		return true, nil, s.settle(ctx, ch, m, timer)
	}
	if !s.worthTrying(ch) {
		return true, nil, s.hold(ctx, m, ch.ID, timer)
	}
	if ready != nil {
		if err := ready(ctx, c, m); err != nil {
			return s.refused(ctx, m, ch.ID, timer, err)
		}
	}
	attempt := m
	if err := attempt.StartSending(); err != nil {
		return false, nil, err
	}
	if err := s.store.UpdateMessage(ctx, m, attempt, chat.MessageEffects{}); err != nil {
		return false, nil, fmt.Errorf("record the attempt of %s: %w", m.ID, err)
	}
	attempt.Version++
	delivered, err := post(ctx, c, attempt)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordFor)
	defer cancel()
	if err != nil {
		return s.refused(ctx, attempt, ch.ID, timer, err)
	}
	sent, err := s.tracking.Sent(ctx, attempt, delivered.ProviderID)
	if err != nil {
		return false, nil, err
	}
	return true, nil, s.settle(ctx, ch, sent, timer)
}

// settle ends what a message's timer was for. What the provider took has its receipt by then: the timer outlives the write of the message,
// so that whoever finds it records the receipt if the process died before.
func (s *Sender) settle(ctx context.Context, ch chat.Channel, m chat.Message, timer chat.Timer) error {
	if m.ProviderID != "" {
		if err := s.tracking.Link(ctx, ch, m); err != nil {
			return err
		}
	}
	return s.drop(ctx, timer)
}

func (s *Sender) drop(ctx context.Context, timer chat.Timer) error {
	if err := s.store.DropTimer(ctx, timer); err != nil {
		return fmt.Errorf("drop the timer of %s: %w", timer.MessageID, err)
	}
	return nil
}

// worthTrying says whether a channel takes messages, or has failed for long enough that it is tried again. Through an unverified one
// nothing is sent.
func (s *Sender) worthTrying(ch chat.Channel) bool {
	return ch.Health.Sends() || ch.Health.Verified() && s.now().Sub(ch.Health.At) >= holdFor
}

// Abandon fails what is queued in a conversation whose channel was disconnected.
func (s *Sender) Abandon(ctx context.Context, account chat.AccountID, id chat.ConversationID) error {
	timers, err := s.store.PendingTimers(ctx, account, id, chat.TimerSend)
	if err != nil {
		return fmt.Errorf("read the queued messages: %w", err)
	}
	for _, timer := range timers {
		m, err := s.store.Message(ctx, account, id, timer.MessageID)
		if err != nil {
			return fmt.Errorf("read message %s: %w", timer.MessageID, err)
		}
		if m.ProviderID != "" { // it was taken, and its channel's receipts lead nowhere now
			err = s.drop(ctx, timer)
		} else {
			err = s.finish(ctx, m, timer, chat.StatusFailed, channelGone())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// refused sorts a refusal: a retryable one is tried again later, a permanent one fails the message, and one that leaves the outcome
// open makes it unknown.
func (s *Sender) refused(ctx context.Context, m chat.Message, ch chat.ChannelID, timer chat.Timer, refusal error) (next bool, said *channel.ProviderError, err error) {
	provider := channel.Provider(refusal)
	reason := &chat.MessageError{Code: string(fault.As(refusal).Code), Message: fault.As(refusal).Message}
	if provider != nil {
		reason = &chat.MessageError{Code: provider.Code, Message: provider.Message, Reason: fault.As(refusal).Reason}
		switch provider.Class {
		case channel.ClassUncertain:
			return true, nil, s.finish(ctx, m, timer, chat.StatusUnknown, reason)
		case channel.ClassReauthorise, channel.ClassStopped:
			return false, provider, s.hold(ctx, m, ch, timer)
		case channel.ClassWait:
			timer.Attempt = max(timer.Attempt, 1) // so that its due time is respected; the provider was not called
			return false, nil, s.requeue(ctx, m, timer, provider.RetryAfter)
		case channel.ClassMessage:
		}
	}
	if fault.Permanent(refusal) || timer.Attempt >= triesOf(provider) {
		return true, nil, s.finish(ctx, m, timer, chat.StatusFailed, reason)
	}
	timer.Attempt++
	return false, nil, s.requeue(ctx, m, timer, retryDelay(timer, provider))
}

// requeue lets a message wait for its next try.
func (s *Sender) requeue(ctx context.Context, m chat.Message, timer chat.Timer, delay time.Duration) error {
	again := m
	if err := again.Requeue(); err != nil {
		return err
	}
	timer.DueAt = s.now().Add(delay)
	if err := s.store.UpdateMessage(ctx, m, again, chat.MessageEffects{PutTimer: &timer}); err != nil {
		return fmt.Errorf("requeue %s: %w", m.ID, err)
	}
	return nil
}

func triesOf(provider *channel.ProviderError) int {
	if provider != nil && provider.MaxTries > 0 {
		return provider.MaxTries
	}
	return maxAttempts
}

// retryDelay doubles from one minute, the clock's interval, to longestDelay, unless the provider named a delay or a growth factor. Each
// message comes up to a quarter earlier, by a hash of its id and attempt: messages are spread, and a repeated step has the same delay.
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

// finish ends an attempt that is not repeated automatically.
func (s *Sender) finish(ctx context.Context, m chat.Message, timer chat.Timer, to chat.MessageStatus, reason *chat.MessageError) error {
	return desk.UpdateMessage(ctx, s.store, m.AccountID, m.ConversationID, m.ID, func(stored *chat.Message) (*chat.MessageEffects, error) {
		if stored.Attempt != m.Attempt || stored.ProviderID != "" {
			return nil, nil // a person retried it meanwhile, or a status came: the timer belongs to the new attempt, or to settle
		}
		effects := &chat.MessageEffects{DropTimer: &timer}
		if stored.Advance(to, reason) && to == chat.StatusFailed {
			return effects, s.tracking.Failed(ctx, *stored, s.now(), effects)
		}
		return effects, nil
	})
}

// hold keeps a message until its channel can send again.
func (s *Sender) hold(ctx context.Context, m chat.Message, ch chat.ChannelID, timer chat.Timer) error {
	held := m
	if err := held.Hold(); err != nil {
		return err
	}
	timer.HeldFor, timer.DueAt = ch, s.now().Add(holdFor)
	if err := s.store.UpdateMessage(ctx, m, held, chat.MessageEffects{PutTimer: &timer}); err != nil {
		return fmt.Errorf("hold %s: %w", m.ID, err)
	}
	return nil
}

// Unhold puts a held message back into the queue of its conversation. The order in which a conversation's messages are put back does
// not matter: Deliver sends them in theirs.
func (s *Sender) Unhold(ctx context.Context, account chat.AccountID, id chat.ConversationID, message chat.MessageID) error {
	return desk.UpdateMessage(ctx, s.store, account, id, message, func(m *chat.Message) (*chat.MessageEffects, error) {
		if m.Status != chat.StatusHeld {
			return nil, nil
		}
		if err := m.Requeue(); err != nil {
			return nil, err
		}
		timer := s.sendTimer(*m)
		return &chat.MessageEffects{PutTimer: &timer}, nil
	})
}
