package sim

import (
	"context"
	"fmt"
	"slices"
)

// Account finds an account; an empty id finds the first. It returns nil for none, and needs the lock.
func (s *Store) Account(id string) *Account {
	for _, a := range s.accounts {
		if id == "" || a.ID == id {
			return a
		}
	}
	return nil
}

// AccountWhere finds the first account that matches. It returns nil for none, and needs the lock.
func (s *Store) AccountWhere(matches func(*Account) bool) *Account {
	if i := slices.IndexFunc(s.accounts, matches); i >= 0 {
		return s.accounts[i]
	}
	return nil
}

// CustomerWhere finds the first customer that matches. It returns nil for none, and needs the lock.
func (s *Store) CustomerWhere(matches func(*Customer) bool) *Customer {
	if i := slices.IndexFunc(s.customers, matches); i >= 0 {
		return s.customers[i]
	}
	return nil
}

// Customer finds a customer by id. It returns nil for none, and needs the lock.
func (s *Store) Customer(id string) *Customer {
	return s.CustomerWhere(func(c *Customer) bool { return c.ID == id })
}

// File finds a media file. It returns nil for none, and needs the lock.
func (s *Store) File(id string) *File { return s.files[id] }

// Find finds a message of either side. It returns nil for none, and needs the lock.
func (s *Store) Find(messageID string) *Message { return s.byID[messageID] }

// Messages are all messages, oldest first. They need the lock, and change only by Save.
func (s *Store) Messages() []*Message { return s.messages }

// LastIncoming is the newest message of a customer to an account. It returns nil for none, and needs the lock.
func (s *Store) LastIncoming(account, customer string) *Message {
	for _, m := range slices.Backward(s.messages) {
		if !m.FromBusiness && m.Account == account && m.Customer == customer {
			return m
		}
	}
	return nil
}

// Message returns a message of either side.
func (s *Store) Message(id string) (Message, bool) {
	s.Lock()
	defer s.Unlock()
	if m := s.byID[id]; m != nil {
		return *m, true
	}
	return Message{}, false
}

// Sent lists the messages that the provider accepted from businesses, oldest first.
func (s *Store) Sent() []Message {
	s.Lock()
	defer s.Unlock()
	var sent []Message
	for _, m := range s.messages {
		if m.FromBusiness {
			sent = append(sent, *m)
		}
	}
	return sent
}

// Undelivered counts the webhooks that the business has not accepted yet.
func (s *Store) Undelivered() int {
	s.Lock()
	defer s.Unlock()
	return len(s.pending)
}

// GivenUp counts the webhooks of this run that the business never accepted.
func (s *Store) GivenUp() int {
	s.Lock()
	defer s.Unlock()
	return s.givenUp
}

// WaitSent waits until businesses have sent at least n messages, and returns them.
func (s *Store) WaitSent(ctx context.Context, n int) ([]Message, error) {
	var sent []Message
	if err := s.WaitFor(ctx, func() bool { sent = s.Sent(); return len(sent) >= n }); err != nil {
		return sent, fmt.Errorf("wait for %d messages of the business, got %d: %w", n, len(sent), err)
	}
	return sent, nil
}

// WaitStatus waits until a message has at least reached the status.
func (s *Store) WaitStatus(ctx context.Context, id, status string) error {
	var m Message
	var known bool
	if err := s.WaitFor(ctx, func() bool { m, known = s.Message(id); return known && Reached(m.Status, status) }); err != nil {
		return fmt.Errorf("wait for %s to be %s, it is %q: %w", id, status, m.Status, err)
	}
	return nil
}

// WaitIdle waits until the business has accepted every webhook, or the attempts have ended.
func (s *Store) WaitIdle(ctx context.Context) error {
	return s.WaitFor(ctx, func() bool { return s.Undelivered() == 0 })
}
