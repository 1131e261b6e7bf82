package sim

import "context"

// Event tells a watcher of one change. An empty one says only that something changed.
type Event struct {
	Account  *Account  `json:"account,omitempty"`
	Customer *Customer `json:"customer,omitempty"`
	Message  *Message  `json:"message,omitempty"`
	Typing   *Typing   `json:"typing,omitempty"`
}

// watchBuffer is how many events a watcher may lag behind before it is dropped. It then starts over from the whole state.
const watchBuffer = 256

// watch returns the events from now on. The channel is closed when the watcher lags.
func (s *Store) watch() (<-chan Event, func()) {
	s.Lock()
	defer s.Unlock()
	events := make(chan Event, watchBuffer)
	s.watchers[events] = struct{}{}
	return events, func() {
		s.Lock()
		defer s.Unlock()
		s.unwatch(events)
	}
}

func (s *Store) unwatch(events chan Event) {
	if _, ok := s.watchers[events]; ok {
		delete(s.watchers, events)
		close(events)
	}
}

// tell sends a record to the watchers. The caller holds the lock.
func (s *Store) tell(r Record) {
	e := Event{}
	switch {
	case r.Account != nil:
		shown := withoutToken(*r.Account)
		e.Account = &shown
	case r.Customer != nil:
		shown := *r.Customer
		e.Customer = &shown
	case r.Message != nil:
		shown := *r.Message
		e.Message = &shown
	}
	s.Broadcast(e)
}

func withoutToken(a Account) Account {
	a.Token = ""
	return a
}

// Broadcast sends an event to every watcher. It needs the lock.
func (s *Store) Broadcast(e Event) {
	for events := range s.watchers {
		select {
		case events <- e:
		default:
			s.unwatch(events)
		}
	}
}

// WaitFor checks done after every change until it returns true or the context ends.
func (s *Store) WaitFor(ctx context.Context, done func() bool) error {
	for {
		events, stop := s.watch()
		for open := true; open; {
			if done() {
				stop()
				return nil
			}
			select {
			case _, open = <-events:
			case <-ctx.Done():
				stop()
				return ctx.Err()
			}
		}
	}
}
