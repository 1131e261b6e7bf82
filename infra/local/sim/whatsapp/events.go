package whatsapp

import "context"

// event is what the page hears of: one thing as it is now, or nothing but that something changed.
type event struct {
	Number   *Number   `json:"number,omitempty"`
	Customer *Customer `json:"customer,omitempty"`
	Message  *Message  `json:"message,omitempty"`
	Typing   *Typing   `json:"typing,omitempty"`
}

// watchBuffer is how far a watcher may lag before it is dropped. It starts over then, with the whole state.
const watchBuffer = 256

// watch hears of everything from now on; the channel is closed for one that lags.
func (s *Simulator) watch() (<-chan event, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	events := make(chan event, watchBuffer)
	s.watchers[events] = struct{}{}
	return events, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.unwatch(events)
	}
}

func (s *Simulator) unwatch(events chan event) {
	if _, ok := s.watchers[events]; ok {
		delete(s.watchers, events)
		close(events)
	}
}

// tell passes a record on to who watches. The caller holds the lock.
func (s *Simulator) tell(r record) {
	e := event{}
	switch {
	case r.Number != nil:
		shown := *r.Number
		shown.Token = ""
		e.Number = &shown
	case r.Customer != nil:
		shown := *r.Customer
		e.Customer = &shown
	case r.Message != nil:
		shown := *r.Message
		e.Message = &shown
	}
	s.broadcast(e)
}

// broadcast hands an event to everybody who watches. The caller holds the lock.
func (s *Simulator) broadcast(e event) {
	for events := range s.watchers {
		select {
		case events <- e:
		default:
			s.unwatch(events)
		}
	}
}

// wait looks again after every change until done says so.
func (s *Simulator) wait(ctx context.Context, done func() bool) error {
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
