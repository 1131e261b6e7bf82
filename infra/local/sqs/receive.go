package sqs

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Receive waits up to wait for messages and hands out at most limit of them. They are held: hidden until this process
// answers with Delete, Release or Lapse, however the clock moves meanwhile. No message and no error means that the wait is
// over. The error is an *Error, ErrClosed or that of ctx.
func (s *Server) Receive(ctx context.Context, name string, limit int, wait time.Duration) ([]Message, error) {
	return s.receive(ctx, name, limit, wait, func(q *queue, m *message, _ time.Time) { m.state = held })
}

// receiveFor is Receive for consumers in other processes: their messages become visible again after the time given.
func (s *Server) receiveFor(
	ctx context.Context, name string, limit int, wait time.Duration, visibility *time.Duration,
) ([]Message, error) {
	return s.receive(ctx, name, limit, wait, func(q *queue, m *message, now time.Time) {
		d := q.Visibility
		if visibility != nil {
			d = *visibility
		}
		q.schedule(m, now.Add(d), now)
	})
}

func (s *Server) receive(
	ctx context.Context, name string, limit int, wait time.Duration, hide func(*queue, *message, time.Time),
) ([]Message, error) {
	over := time.NewTimer(wait)
	defer over.Stop()
	for {
		s.mu.Lock()
		q, err := s.queue(name)
		if err != nil {
			s.mu.Unlock()
			return nil, err
		}
		now := s.now()
		s.advance(q, now)
		out := s.handOut(q, limit, now, hide)
		changed, next := q.changed, q.next(now)
		s.mu.Unlock()
		if len(out) > 0 || wait <= 0 {
			return out, nil
		}
		again := time.NewTimer(next)
		select {
		case <-changed:
		case <-again.C:
		case <-over.C:
			wait = 0
		case <-s.closed:
			again.Stop()
			return nil, fmt.Errorf("receive from %s: %w", name, ErrClosed)
		case <-ctx.Done():
			again.Stop()
			return nil, fmt.Errorf("receive from %s: %w", name, ctx.Err())
		}
		again.Stop()
	}
}

// handOut takes messages, counts the receive and hides them. s.mu is held.
func (s *Server) handOut(q *queue, limit int, now time.Time, hide func(*queue, *message, time.Time)) []Message {
	taken := q.take(limit)
	out := make([]Message, 0, len(taken))
	for _, m := range taken {
		m.received++
		if m.first.IsZero() {
			m.first = now
			q.longestWait = max(q.longestWait, now.Sub(m.visibleFrom(now)))
		}
		m.last = now
		m.receipt = fmt.Sprintf("%s-%d-%d", s.boot, m.seq, m.received)
		seq, received := m.seq, m.received
		s.store.later(func(t *tx) error { return t.received(seq, received) })
		hide(q, m, now)
		out = append(out, m.deliver(q.FIFO))
	}
	return out
}

// Delete acknowledges a message. Deleting a message that is gone is not an error. The error is an *Error.
func (s *Server) Delete(name, receipt string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, m, err := s.find(name, receipt)
	if err != nil || m == nil {
		return err
	}
	if m.receipt != receipt {
		return nil
	}
	if q.FIFO && m.state == visible {
		return invalid("Value %s for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.", receipt)
	}
	q.remove(m)
	s.store.later(func(t *tx) error { return t.remove(m.seq) })
	return nil
}

// Release makes a message visible again after the delay. The error is an *Error.
func (s *Server) Release(name, receipt string, delay time.Duration) error {
	return s.reschedule(name, receipt, func(_ *queue, _ *message, now time.Time) time.Time { return now.Add(delay) })
}

// Lapse gives up a held message without an answer, as a failed consumer does: the message becomes visible when the queue's
// visibility time-out since its receipt is over, or when the consumer has set another one with ChangeMessageVisibility, when that is
// over. The error is an *Error.
func (s *Server) Lapse(name, receipt string) error {
	return s.reschedule(name, receipt, func(q *queue, m *message, _ time.Time) time.Time {
		if m.state == inFlight {
			return m.at
		}
		return m.last.Add(q.Visibility)
	})
}

func (s *Server) reschedule(name, receipt string, at func(*queue, *message, time.Time) time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	q, m, err := s.find(name, receipt)
	if err != nil {
		return err
	}
	if m == nil || m.receipt != receipt || m.state != inFlight && m.state != held {
		return &Error{Code: "MessageNotInflight", Message: "The specified message isn't in flight."}
	}
	now := s.now()
	q.schedule(m, at(q, m, now), now)
	s.advance(q, now)
	return nil
}

// find looks up a receipt; the message is nil when it is gone. s.mu is held.
func (s *Server) find(name, receipt string) (*queue, *message, error) {
	q, err := s.queue(name)
	if err != nil {
		return nil, nil, err
	}
	s.advance(q, s.now())
	var seq int64
	var count int
	_, rest, _ := strings.Cut(receipt, "-")
	if _, err := fmt.Sscanf(rest, "%d-%d", &seq, &count); err != nil {
		return nil, nil, &Error{Code: "ReceiptHandleIsInvalid", Message: "The input receipt handle is invalid."}
	}
	return q, q.messages[seq], nil
}
