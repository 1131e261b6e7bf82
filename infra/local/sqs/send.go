package sqs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// Error is an error with SQS's error code.
type Error struct {
	Code    string
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// ErrClosed is the answer of a server after Close.
var ErrClosed = errors.New("the queues are closed")

func invalid(format string, args ...any) error {
	return &Error{Code: "InvalidParameterValue", Message: fmt.Sprintf(format, args...)}
}

// Outgoing is a message to be sent.
type Outgoing struct {
	Body string
	// Group and Dedup are a FIFO queue's MessageGroupId and MessageDeduplicationId.
	Group, Dedup string
	// Delay holds the message back, on standard queues only; at most 15 minutes.
	Delay      time.Duration
	Attributes map[string]Attribute
	// System holds the attributes that SQS defines itself: AWSTraceHeader.
	System map[string]Attribute
}

// Sent is the receipt of a stored message, or of the earlier one with the same deduplication id.
type Sent struct {
	MessageID string
	// Sequence is empty on a standard queue.
	Sequence string
}

// Send stores one message. It returns when the message is stored, even if ctx ends before.
func (s *Server) Send(ctx context.Context, queue string, out Outgoing) (Sent, error) {
	sent, errs, err := s.send(ctx, queue, []Outgoing{out})
	if err != nil {
		return Sent{}, err
	}
	return sent[0], errs[0]
}

// send stores the valid ones of several messages in one write. errs holds the refusal of each entry, by index.
func (s *Server) send(ctx context.Context, name string, outs []Outgoing) (sent []Sent, errs []error, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, fmt.Errorf("send to %s: %w", name, err)
	}
	s.mu.Lock()
	q, err := s.queue(name)
	if err != nil {
		s.mu.Unlock()
		return nil, nil, err
	}
	sent, errs = make([]Sent, len(outs)), make([]error, len(outs))
	var fresh []*message
	now := s.now()
	for i, out := range outs {
		if errs[i] = out.check(q.FIFO); errs[i] != nil {
			continue
		}
		m, answer := s.accept(q, out, now)
		if sent[i] = answer; m != nil {
			fresh = append(fresh, m)
		}
	}
	stored := make(chan error, 1)
	s.sending++
	// A send that was only a duplicate waits too: the original may not be stored yet.
	s.store.now(
		func(t *tx) error { return putAll(t, q, fresh) },
		func(err error) { s.arrived(q, fresh, err); stored <- err },
	)
	s.mu.Unlock()
	select {
	case err = <-stored:
	case <-s.store.finished:
		select {
		case err = <-stored:
		default:
			err = ErrClosed
		}
	}
	if err != nil {
		return nil, nil, fmt.Errorf("send to %s: %w", name, err)
	}
	return sent, errs, nil
}

// accept numbers a message, or finds the one that it repeats. s.mu is held.
func (s *Server) accept(q *queue, out Outgoing, now time.Time) (*message, Sent) {
	if d, ok := q.dedup[out.Dedup]; q.FIFO && ok && now.Before(d.expires) {
		return nil, Sent{MessageID: d.messageID, Sequence: sequence(d.seq)}
	}
	s.lastSeq++
	m := &message{seq: s.lastSeq, heapIndex: -1, record: record{
		Queue: q.Name, ID: newID(), Body: out.Body, Group: out.Group, Dedup: out.Dedup,
		Attributes: out.Attributes, System: out.System,
		SentMS: now.UnixMilli(), DelayMS: out.Delay.Milliseconds(),
	}}
	sent := Sent{MessageID: m.ID}
	if q.FIFO {
		sent.Sequence = sequence(m.seq)
		q.dedup[out.Dedup] = duplicate{expires: now.Add(dedupWindow), seq: m.seq, messageID: m.ID}
	}
	return m, sent
}

func putAll(t *tx, q *queue, fresh []*message) error {
	for _, m := range fresh {
		if err := t.put(m.seq, m.record); err != nil {
			return err
		}
		if !q.FIFO {
			continue
		}
		d := duplicate{expires: m.sentAt().Add(dedupWindow), seq: m.seq, messageID: m.ID}
		if err := t.remember(q.Name, m.Dedup, d); err != nil {
			return err
		}
	}
	return nil
}

// arrived shows stored messages to the consumers, or forgets those that could not be stored.
func (s *Server) arrived(q *queue, fresh []*message, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sending--
	now := s.now()
	for _, m := range fresh {
		if err != nil {
			delete(q.dedup, m.Dedup)
			continue
		}
		q.add(m)
		q.schedule(m, m.visibleFrom(now), now)
	}
	s.advance(q, now)
}

func (o Outgoing) check(fifo bool) error {
	if err := checkBody(o.Body); err != nil {
		return err
	}
	if err := checkAttributes(o.Attributes); err != nil {
		return err
	}
	if o.size() > MaxBytes {
		return invalid("One or more parameters are invalid. Reason: Message must be shorter than %d bytes.", MaxBytes)
	}
	if o.Delay < 0 || o.Delay > maxDelay {
		return invalid("Value %d for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
			int(o.Delay.Seconds()))
	}
	for name, a := range o.System {
		if name != "AWSTraceHeader" || a.DataType != "String" || a.StringValue == nil {
			return invalid("Message system attribute name '%s' is invalid.", name)
		}
	}
	return o.checkKind(fifo)
}

func (o Outgoing) size() int { return len(o.Body) + weigh(o.Attributes) }

func (o Outgoing) checkKind(fifo bool) error {
	switch {
	case !fifo && o.Dedup != "":
		return invalid("The request includes a parameter that is not valid for this queue type. " +
			"Reason: MessageDeduplicationId is for FIFO queues.")
	case fifo && o.Group == "":
		return &Error{Code: "MissingParameter", Message: "The request must contain the parameter MessageGroupId."}
	case fifo && o.Dedup == "":
		return invalid("The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly")
	case fifo && o.Delay != 0:
		return invalid("Value %d for parameter DelaySeconds is invalid. "+
			"Reason: The request include parameter that is not valid for this queue type.", int(o.Delay.Seconds()))
	case !token(o.Group) || !token(o.Dedup):
		return invalid("MessageGroupId and MessageDeduplicationId can only include alphanumeric and punctuation characters, at most 128.")
	}
	return nil
}

// token reports whether s is at most 128 characters of those that SQS allows in its ids.
func token(s string) bool {
	for _, r := range s {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return len(s) <= 128
}

func checkBody(body string) error {
	if body == "" {
		return &Error{Code: "MissingParameter", Message: "The request must contain the parameter MessageBody."}
	}
	if !text(body) {
		return &Error{Code: "InvalidMessageContents", Message: "The message contains characters outside the allowed set."}
	}
	return nil
}

// text reports whether s holds only the characters that XML 1.0 allows, which is what SQS takes.
func text(s string) bool {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return false
			}
		}
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return false
		}
	}
	return true
}

func checkAttributes(attributes map[string]Attribute) error {
	if len(attributes) > 10 {
		return invalid("Number of message attributes [%d] exceeds the allowed maximum [10].", len(attributes))
	}
	for name, a := range attributes {
		if name == "" || len(name) > 256 {
			return invalid("Message attribute name '%s' is invalid.", name)
		}
		if err := a.check(name); err != nil {
			return err
		}
	}
	return nil
}

func (a Attribute) check(name string) error {
	kind := a.DataType
	for i, r := range kind {
		if r == '.' {
			kind = kind[:i]
			break
		}
	}
	switch kind {
	case "String", "Number":
		if a.StringValue == nil || *a.StringValue == "" || !text(*a.StringValue) {
			return invalid("Message attribute '%s' must contain a non-empty string value of allowed characters.", name)
		}
		if _, err := strconv.ParseFloat(*a.StringValue, 64); kind == "Number" && err != nil {
			return invalid("Can't cast the value of message attribute '%s' to a number.", name)
		}
	case "Binary":
		if len(a.BinaryValue) == 0 {
			return invalid("Message attribute '%s' must contain a non-empty binary value.", name)
		}
	default:
		return invalid("The type of message attribute '%s' is invalid. It must be String, Number or Binary.", name)
	}
	return nil
}
