package outbound_test

import (
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func TestDeliver(t *testing.T) { // B-13
	t.Parallel()
	tests := []struct {
		name  string
		first error
		want  []chat.MessageStatus // of the two messages after one run
		took  []string
		said  channel.ErrorClass
	}{
		{"sent in order", nil, []chat.MessageStatus{chat.StatusSent, chat.StatusSent}, []string{"uno", "dos"}, ""},
		{"permanent refusal fails the message, the next is sent", desktest.Refusal(fault.Invalid, channel.ClassMessage), []chat.MessageStatus{chat.StatusFailed, chat.StatusSent}, []string{"dos"}, ""},
		{"retryable refusal blocks the later ones", desktest.Refusal(fault.RateLimited, channel.ClassMessage), []chat.MessageStatus{chat.StatusQueued, chat.StatusQueued}, nil, ""},
		{"uncertain refusal makes it unknown", desktest.Refusal(fault.Unavailable, channel.ClassUncertain), []chat.MessageStatus{chat.StatusUnknown, chat.StatusSent}, []string{"dos"}, ""},
		{"expired token holds it and reports the channel", desktest.Refusal(fault.Forbidden, channel.ClassReauthorise), []chat.MessageStatus{chat.StatusHeld, chat.StatusQueued}, nil, channel.ClassReauthorise},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := desktest.New(t)
			c := b.Receive(b.Text("1", "hola")).Conversation.ID
			b.Reply(c, "uno")
			b.Advance(time.Second)
			b.Reply(c, "dos")
			p := &desktest.Provider{Errors: []error{test.first}}
			b.Deliver(c, p)
			said := p.Said
			if got := b.Statuses(c); !slices.Equal(got, test.want) || !slices.Equal(p.Took, test.took) {
				t.Errorf("statuses %v, took %v", got, p.Took)
			}
			if (said == nil) != (test.said == "") || (said != nil && said.Class != test.said) {
				t.Errorf("said %v", said)
			}
			b.Deliver(c, p) // a repeated signal
			if test.first == nil && len(p.Took) != 2 {
				t.Errorf("sent again: %v", p.Took)
			}
		})
	}
}

func TestDeliver_RetriesWhenDue(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation.ID
	b.Reply(c, "uno")
	p := &desktest.Provider{Errors: []error{desktest.Refusal(fault.Unavailable, channel.ClassMessage)}}
	b.Deliver(c, p)
	b.Deliver(c, p)
	if len(p.Took) != 0 {
		t.Fatal("tried before its time")
	}
	b.Advance(time.Minute)
	b.Deliver(c, p)
	if len(p.Took) != 1 || b.Statuses(c)[0] != chat.StatusSent {
		t.Errorf("took %v, %v", p.Took, b.Statuses(c))
	}
}

// PROVIDERS §2.2, rates: the pair limit waits 4^X seconds, everything else has its own growing delay.
func TestDeliver_RetryDelay(t *testing.T) {
	t.Parallel()
	pair := channel.ProviderError{Code: "131056", Class: channel.ClassMessage, RetryAfter: time.Second, Factor: 4}
	fixed := channel.ProviderError{Code: "131057", Class: channel.ClassMessage, RetryAfter: time.Minute}
	few := channel.ProviderError{Code: "131000", Class: channel.ClassMessage, MaxTries: 2}
	wait := channel.ProviderError{Code: "rate", Class: channel.ClassWait, RetryAfter: 7 * time.Second}
	usual := channel.ProviderError{Code: "130429", Class: channel.ClassMessage}
	second, minute := time.Second, time.Minute
	for name, test := range map[string]struct {
		refusal channel.ProviderError
		waits   []time.Duration // at most; a quarter less where they are spread
		spread  bool
		ends    chat.MessageStatus
	}{
		"pair limit":                  {pair, []time.Duration{second, 4 * second, 16 * second, 64 * second, 256 * second, 1024 * second, time.Hour, time.Hour}, false, chat.StatusQueued},
		"delay named by the provider": {fixed, []time.Duration{minute, minute, minute}, false, chat.StatusQueued},
		"default back-off":            {usual, []time.Duration{minute, 2 * minute, 4 * minute, 8 * minute, 16 * minute, 32 * minute, time.Hour, time.Hour}, true, chat.StatusQueued},
		"MaxTries":                    {few, []time.Duration{minute, 2 * minute, 0}, true, chat.StatusFailed},
		"our own rate limit":          {wait, slices.Repeat([]time.Duration{7 * second}, 40), false, chat.StatusQueued},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := desktest.New(t)
			c := b.Receive(b.Text("1", "hola")).Conversation.ID
			b.Reply(c, "uno")
			for i, most := range test.waits {
				refused := test.refusal
				b.Deliver(c, &desktest.Provider{Errors: []error{fault.New(fault.RateLimited, "slowly").WithCause(&refused)}})
				if most == 0 {
					break
				}
				timers, err := b.Store.PendingTimers(b.Context(), desktest.Account, c, chat.TimerSend)
				b.Must(err)
				least := most
				if test.spread {
					least = most * 3 / 4
				}
				if got := timers[0].DueAt.Sub(b.Time); got > most || got < least {
					t.Fatalf("try %d waits %v, want %v", i+1, got, most)
				}
				b.Advance(most - time.Nanosecond)
				if !test.spread {
					b.Deliver(c, &desktest.Provider{Errors: []error{fault.New(fault.Invalid, "too early")}})
				}
				b.Advance(time.Nanosecond)
			}
			if got := b.Statuses(c)[0]; got != test.ends {
				t.Errorf("it ends %s", got)
			}
		})
	}
}

func TestDeliver_HeldIsRetriedAfterHoldFor(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation.ID
	b.Reply(c, "uno")
	b.Channel.Health = chat.Health{State: chat.HealthReauthorise, At: b.Time}
	p := &desktest.Provider{}
	b.Deliver(c, p)
	if got := b.Statuses(c); len(p.Took) != 0 || got[0] != chat.StatusHeld {
		t.Fatalf("took %v, %v", p.Took, got)
	}
	b.Advance(5 * time.Minute)
	b.Deliver(c, p)
	if got := b.Statuses(c); len(p.Took) != 1 || got[0] != chat.StatusSent {
		t.Errorf("took %v, %v", p.Took, got)
	}
}

// B-22: through a channel that is not verified nothing is sent, however long it waits.
func TestDeliver_ChannelUnverified_Held(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation.ID
	b.Reply(c, "uno")
	b.Channel.Health = chat.Health{State: chat.HealthUnverified, At: b.Time}
	p := &desktest.Provider{}
	for range 2 {
		b.Deliver(c, p)
		b.Advance(time.Hour)
	}
	if got := b.Statuses(c); len(p.Took) != 0 || got[0] != chat.StatusHeld {
		t.Errorf("took %v, %v", p.Took, got)
	}
}

func TestAbandon_FailsQueued(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(b.Text("1", "hola")).Conversation.ID
	b.Reply(c, "uno")
	b.Must(b.Desk.Abandon(b.Context(), desktest.Account, c))
	if m := b.Outbound(c); m.Status != chat.StatusFailed || m.Error.Code != "channel_gone" {
		t.Errorf("%+v", m)
	}
	timers, err := b.Store.PendingTimers(b.Context(), desktest.Account, c, chat.TimerSend)
	b.Must(err)
	if len(timers) != 0 {
		t.Errorf("%+v still waits", timers)
	}
}
