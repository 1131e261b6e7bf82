package sqs

import "fmt"

// bury moves a message that reached its maximum receive count to the dead-letter queue, with its id, attributes and body. s.mu is held.
func (s *Server) bury(q *queue, m *message) {
	s.move(q, m, s.queues[q.DeadLetter], func(r *record) { r.Source = q.Name })
}

// move puts a message at the end of another queue, in one write. s.mu is held.
func (s *Server) move(from *queue, m *message, to *queue, change func(*record)) {
	from.remove(m)
	s.lastSeq++
	moved := &message{record: m.record, seq: s.lastSeq, heapIndex: -1}
	moved.Queue, moved.DelayMS = to.Name, 0
	change(&moved.record)
	s.store.later(func(t *tx) error {
		if err := t.remove(m.seq); err != nil {
			return err
		}
		return t.put(moved.seq, moved.record)
	})
	to.add(moved)
	to.offer(moved)
}

// Redrive moves the visible messages of a dead-letter queue to the queue named, or with an empty name each back to where
// it came from; those that came from nowhere else then stay. As in SQS a message begins anew there: it gets a new id and
// time. The error is an *Error.
func (s *Server) Redrive(deadLetter, destination string) (moved int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, err := s.queue(deadLetter)
	if err != nil {
		return 0, err
	}
	if !s.dead[deadLetter] {
		return 0, invalid("Source queue must be configured as a Dead Letter Queue.")
	}
	if destination != "" {
		if to, err := s.queue(destination); err != nil {
			return 0, err
		} else if to.FIFO != from.FIFO || to == from {
			return 0, invalid("The destination must be another queue of the same type.")
		}
	}
	now := s.now()
	s.advance(from, now)
	for _, m := range from.visibleInOrder() {
		to, ok := s.queues[destination]
		if destination == "" {
			to, ok = s.queues[m.Source]
		}
		if !ok {
			continue
		}
		s.move(from, m, to, func(r *record) { r.ID, r.SentMS, r.Source = newID(), now.UnixMilli(), "" })
		moved++
	}
	return moved, nil
}

// moveTask is the handle that StartMessageMoveTask answers.
func moveTask(source string) string { return fmt.Sprintf("%s-%s", source, randomHex(8)) }
