package chat

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/recado-chat/recado/shared/fault"
)

var messageStatuses = []MessageStatus{
	StatusReceived, StatusQueued, StatusHeld, StatusSending, StatusUnknown, StatusSent, StatusDelivered, StatusRead, StatusFailed,
}

func outbound(status MessageStatus) Message {
	return Message{Direction: Out, Status: status, Attempt: 1, ProviderID: "wamid.1", Error: &MessageError{Code: "1"}}
}

func TestMessage_Transitions(t *testing.T) {
	t.Parallel()
	inQueue := []MessageStatus{StatusQueued, StatusHeld, StatusSending}
	for name, test := range map[string]struct {
		do   func(*Message) error
		from []MessageStatus
		to   MessageStatus
	}{
		"StartSending": {(*Message).StartSending, inQueue, StatusSending},
		"Requeue":      {(*Message).Requeue, inQueue, StatusQueued},
		"Hold":         {(*Message).Hold, inQueue, StatusHeld},
		"Retry":        {(*Message).Retry, []MessageStatus{StatusHeld, StatusUnknown, StatusFailed}, StatusQueued},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, from := range messageStatuses {
				m := outbound(from)
				err := test.do(&m)
				if legal := slices.Contains(test.from, from); legal != (err == nil) || legal && m.Status != test.to || !legal && m.Status != from {
					t.Errorf("%s became %s, %v", from, m.Status, err)
				}
			}
		})
	}
}

func TestMessage_Advance(t *testing.T) {
	t.Parallel()
	for _, from := range messageStatuses {
		for _, to := range messageStatuses {
			m := outbound(from)
			want := from != StatusReceived && to.Rank() > from.Rank()
			if got := m.Advance(to, nil); got != want || want && (m.Status != to || m.Error != nil) || !want && m.Status != from {
				t.Errorf("%s → %s: %t, now %s", from, to, got, m.Status)
			}
		}
	}
}

func TestMessage_Retry(t *testing.T) {
	t.Parallel()
	m := outbound(StatusFailed)
	if err := m.Retry(); err != nil || m.Attempt != 2 || m.ProviderID != "" || m.Error != nil {
		t.Errorf("%+v, %v", m, err)
	}
	for reason, m := range map[string]Message{"inbound": NewReceived(Message{}, Author{Kind: ByContact}), "delivered": outbound(StatusRead)} {
		if err := m.Retry(); !fault.Is(err, fault.Conflict) || fault.As(err).Reason != reason {
			t.Errorf("got %v, want %s", err, reason)
		}
	}
}

// No sequence of methods, legal or refused, leaves a message in an illegal state.
func TestMessage_AnySequence(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom([]Message{
			NewReceived(Message{}, Author{Kind: ByContact}), NewQueued(Message{}, Author{Kind: ByOperator}),
			NewEchoed(Message{}, StatusUpdate{}), NewEchoed(Message{}, StatusUpdate{Status: StatusFailed, Error: &MessageError{Code: "1"}}),
		}).Draw(t, "message")
		kind := m.Author.Kind
		do := func(change func(*Message) error) func(*rapid.T) {
			return func(t *rapid.T) {
				before := m
				if err := change(&m); err != nil && (m.Status != before.Status || m.Attempt != before.Attempt) {
					t.Fatalf("refused (%v), and changed %+v to %+v", err, before, m)
				}
				if m.Attempt < before.Attempt || m.Attempt == before.Attempt && m.Status.Rank() < before.Status.Rank() && before.Status != StatusSending {
					t.Fatalf("went back from %s to %s", before.Status, m.Status)
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"StartSending": do((*Message).StartSending),
			"Requeue":      do((*Message).Requeue),
			"Hold":         do((*Message).Hold),
			"Retry":        do((*Message).Retry),
			"Advance": do(func(m *Message) error {
				to := rapid.SampledFrom(messageStatuses).Draw(t, "to")
				m.Advance(to, map[MessageStatus]*MessageError{StatusFailed: {Code: "2"}}[to])
				return nil
			}),
			"": func(t *rapid.T) {
				switch {
				case (m.Direction == In) != (m.Status == StatusReceived):
					t.Fatalf("a message %s is %s", m.Direction, m.Status)
				case m.Error != nil && m.Status != StatusFailed:
					t.Fatalf("%s with the error %s", m.Status, m.Error.Code)
				case kind == ByExternal && m.Attempt == 0 && m.Status.Rank() < StatusSent.Rank():
					t.Fatalf("an echo is %s", m.Status)
				}
			},
		})
	})
}
