package desk_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/fault"
)

// provider takes messages, or refuses them with the next of its errors.
type provider struct {
	took   []string
	errors []error
	said   *channel.ProviderError // of the channel, in the last run
}

func (p *provider) post(_ context.Context, _ chat.Conversation, m chat.Message) (channel.Delivered, error) {
	if len(p.errors) > 0 {
		err := p.errors[0]
		p.errors = p.errors[1:]
		if err != nil {
			return channel.Delivered{}, err
		}
	}
	p.took = append(p.took, m.Text)
	return channel.Delivered{ProviderID: "wamid.out." + m.Text}, nil
}

func refusal(code fault.Code, meaning channel.ErrorClass) error {
	return fault.New(code, "refused").WithCause(&channel.ProviderError{Code: "131000", Message: "no", Class: meaning})
}

func (b *bed) deliver(c chat.ConversationID, p *provider) {
	b.t.Helper()
	said, err := b.Deliver(b.ctx, "account", c, b.channel, nil, p.post)
	b.must(err)
	p.said = said
}

func (b *bed) statuses(c chat.ConversationID) []chat.MessageStatus {
	b.t.Helper()
	var statuses []chat.MessageStatus
	for _, m := range b.messages(c) {
		if m.Direction == chat.Out {
			statuses = append(statuses, m.Status)
		}
	}
	return statuses
}

func (b *bed) outbound(c chat.ConversationID) chat.Message {
	b.t.Helper()
	for _, m := range b.messages(c) {
		if m.Direction == chat.Out {
			return m
		}
	}
	b.t.Fatal("nothing was written")
	return chat.Message{}
}

func TestDeliver(t *testing.T) { // B-13
	t.Parallel()
	tests := []struct {
		name  string
		first error
		want  []chat.MessageStatus // of the two messages after one run
		took  []string
		said  channel.ErrorClass
	}{
		{"what waits leaves in order", nil, []chat.MessageStatus{chat.StatusSent, chat.StatusSent}, []string{"uno", "dos"}, ""},
		{"a final refusal is shown and lets the next one pass", refusal(fault.Invalid, channel.ClassMessage), []chat.MessageStatus{chat.StatusFailed, chat.StatusSent}, []string{"dos"}, ""},
		{"one that may pass holds back those behind it", refusal(fault.RateLimited, channel.ClassMessage), []chat.MessageStatus{chat.StatusQueued, chat.StatusQueued}, nil, ""},
		{"what nobody can know is unknown, and is not sent again", refusal(fault.Unavailable, channel.ClassUncertain), []chat.MessageStatus{chat.StatusUnknown, chat.StatusSent}, []string{"dos"}, ""},
		{"a dead token holds it, and tells of the channel", refusal(fault.Forbidden, channel.ClassReauthorise), []chat.MessageStatus{chat.StatusHeld, chat.StatusQueued}, nil, channel.ClassReauthorise},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			c := b.receive(b.text("1", "hola")).Conversation.ID
			b.reply(c, "a", "uno")
			b.now = b.now.Add(time.Second)
			b.reply(c, "b", "dos")
			p := &provider{errors: []error{test.first}}
			b.deliver(c, p)
			said := p.said
			if got := b.statuses(c); !slices.Equal(got, test.want) || !slices.Equal(p.took, test.took) {
				t.Errorf("statuses %v, took %v", got, p.took)
			}
			if (said == nil) != (test.said == "") || (said != nil && said.Class != test.said) {
				t.Errorf("said %v", said)
			}
			b.deliver(c, p) // a repeated signal
			if test.first == nil && len(p.took) != 2 {
				t.Errorf("sent again: %v", p.took)
			}
		})
	}
}

func TestDeliverTriesAgainWhenItsTimeHasCome(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.receive(b.text("1", "hola")).Conversation.ID
	b.reply(c, "a", "uno")
	p := &provider{errors: []error{refusal(fault.Unavailable, channel.ClassMessage)}}
	b.deliver(c, p)
	b.deliver(c, p)
	if len(p.took) != 0 {
		t.Fatal("tried before its time")
	}
	b.now = b.now.Add(time.Minute)
	b.deliver(c, p)
	if len(p.took) != 1 || b.statuses(c)[0] != chat.StatusSent {
		t.Errorf("took %v, %v", p.took, b.statuses(c))
	}
}

// PROVIDERS §2.2, rates: what is too fast for one person waits 4^X seconds, everything else longer from try to try, each in its own way.
func TestHowLongAMessageWaits(t *testing.T) {
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
		"the pair's limit":      {pair, []time.Duration{second, 4 * second, 16 * second, 64 * second, 256 * second, 1024 * second, time.Hour, time.Hour}, false, chat.StatusQueued},
		"a time that is told":   {fixed, []time.Duration{minute, minute, minute}, false, chat.StatusQueued},
		"what passes by itself": {usual, []time.Duration{minute, 2 * minute, 4 * minute, 8 * minute, 16 * minute, 32 * minute, time.Hour, time.Hour}, true, chat.StatusQueued},
		"few tries":             {few, []time.Duration{minute, 2 * minute, 0}, true, chat.StatusFailed},
		"we wait by ourselves":  {wait, slices.Repeat([]time.Duration{7 * second}, 40), false, chat.StatusQueued},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			c := b.receive(b.text("1", "hola")).Conversation.ID
			b.reply(c, "a", "uno")
			for i, most := range test.waits {
				refused := test.refusal
				b.deliver(c, &provider{errors: []error{fault.New(fault.RateLimited, "slowly").WithCause(&refused)}})
				if most == 0 {
					break
				}
				timers, err := b.store.PendingTimers(b.ctx, "account", c, chat.TimerSend)
				b.must(err)
				least := most
				if test.spread {
					least = most * 3 / 4
				}
				if got := timers[0].DueAt.Sub(b.now); got > most || got < least {
					t.Fatalf("try %d waits %v, want %v", i+1, got, most)
				}
				b.now = b.now.Add(most - time.Nanosecond)
				if !test.spread {
					b.deliver(c, &provider{errors: []error{fault.New(fault.Invalid, "too early")}})
				}
				b.now = b.now.Add(time.Nanosecond)
			}
			if got := b.statuses(c)[0]; got != test.ends {
				t.Errorf("it ends %s", got)
			}
		})
	}
}

// died lets the process of an attempt die after the provider took the message.
func (b *bed) died(c chat.ConversationID) {
	b.t.Helper()
	defer func() { _ = recover() }()
	_, _ = b.Deliver(b.ctx, "account", c, b.channel, nil, func(context.Context, chat.Conversation, chat.Message) (channel.Delivered, error) {
		panic("the process dies")
	})
}

func TestAnAttemptThatDiedIsUnknownUntilTheProviderTells(t *testing.T) { // C-03
	t.Parallel()
	const it = "wamid.it.was"
	named, bare := true, false // does the status say what we called the message?
	type told struct {
		status chat.MessageStatus
		named  bool
	}
	tests := []struct {
		name          string
		before, after []told // of the moment at which the attempt is given up
		want          chat.MessageStatus
	}{
		{"a status after that", nil, []told{{chat.StatusDelivered, named}}, chat.StatusDelivered},
		{"a status before that", []told{{chat.StatusSent, named}}, nil, chat.StatusSent},
		{"one before and one after", []told{{chat.StatusSent, named}}, []told{{chat.StatusRead, bare}}, chat.StatusRead},
		{"two after, the second without our name", nil, []told{{chat.StatusSent, named}, {chat.StatusDelivered, bare}}, chat.StatusDelivered},
		{"two after, the higher one first", nil, []told{{chat.StatusRead, named}, {chat.StatusDelivered, named}}, chat.StatusRead},
		{"one that waited for its message", []told{{chat.StatusRead, bare}}, []told{{chat.StatusSent, named}}, chat.StatusRead},
		{"a failure", nil, []told{{chat.StatusFailed, named}, {chat.StatusSent, named}}, chat.StatusFailed},
		{"the same one twice", nil, []told{{chat.StatusDelivered, named}, {chat.StatusDelivered, named}}, chat.StatusDelivered},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			c := b.receive(b.text("1", "hola")).Conversation.ID
			b.reply(c, "a", "uno")
			ref := desk.Ref(b.outbound(c))
			tell := func(list []told) {
				for _, s := range list {
					in := chat.Inbound{Kind: chat.InboundStatus, ProviderID: it, Status: chat.StatusUpdate{Status: s.status, At: b.now}}
					if s.named {
						in.Status.Ref = ref
					}
					b.must(b.Acknowledge(b.ctx, b.account, b.channel, in))
				}
			}
			b.died(c)
			tell(test.before)
			p := &provider{}
			b.deliver(c, p)
			if got := b.statuses(c); len(p.took) != 0 || (got[0] == chat.StatusUnknown) == slices.ContainsFunc(test.before, func(s told) bool { return s.named }) {
				t.Fatalf("took %v, %v: nobody knows whether it was sent, so it is not sent again", p.took, got)
			}
			tell(test.after)
			got := b.outbound(c)
			if got.Status != test.want || got.ProviderID != it {
				t.Errorf("%+v", got)
			}
			failures := 0
			for _, event := range b.events(c) {
				if event.Type == chat.EventMessageFailed {
					failures++
				}
			}
			if (failures == 1) != (test.want == chat.StatusFailed) || failures > 1 {
				t.Errorf("the timeline tells of %d failures", failures)
			}
			if pending, err := b.store.PendingTimers(b.ctx, "account", c, chat.TimerSend); err != nil || len(pending) != 0 {
				t.Errorf("%v still waits, %v", pending, err)
			}
			quoting := b.text("1", "a eso digo que sí")
			quoting.ReplyTo = it
			if m := b.receive(quoting).Message; m.ReplyTo != got.ID {
				t.Errorf("the answer quotes %q, want %q", m.ReplyTo, got.ID)
			}
		})
	}
}

// TestAStatusThatOvertakesTheAnswer: the provider tells of a message before send knows that it took it.
func TestAStatusThatOvertakesTheAnswer(t *testing.T) { // B-13, §11-10
	t.Parallel()
	b := newBed(t)
	c := b.receive(b.text("1", "hola")).Conversation.ID
	b.reply(c, "a", "uno")
	_, err := b.Deliver(b.ctx, "account", c, b.channel, nil, func(_ context.Context, _ chat.Conversation, m chat.Message) (channel.Delivered, error) {
		b.must(b.Acknowledge(b.ctx, b.account, b.channel, chat.Inbound{
			Kind: chat.InboundStatus, ProviderID: "wamid.out", Status: chat.StatusUpdate{Status: chat.StatusDelivered, At: b.now, Ref: desk.Ref(m)},
		}))
		return channel.Delivered{ProviderID: "wamid.out"}, nil
	})
	b.must(err)
	if got := b.outbound(c); got.Status != chat.StatusDelivered || got.ProviderID != "wamid.out" {
		t.Errorf("%+v", got)
	}
}

// Bar 4, PROVIDERS §11-9, §11-10: in whatever order statuses come, and before their message is known or after, it ends where they say
// that it is; a failure stays.
func TestStatusesEndRightInEveryOrder(t *testing.T) {
	t.Parallel()
	good := permutations([]chat.MessageStatus{chat.StatusSent, chat.StatusDelivered, chat.StatusRead})
	bad := permutations([]chat.MessageStatus{chat.StatusSent, chat.StatusDelivered, chat.StatusFailed})
	for i, order := range slices.Concat(good, bad) {
		want := slices.MaxFunc(order, func(a, b chat.MessageStatus) int { return a.Rank() - b.Rank() })
		for _, sentFirst := range []bool{true, false} {
			t.Run(fmt.Sprintf("%v recorded %v", order, sentFirst), func(t *testing.T) {
				t.Parallel()
				b := newBed(t)
				c := b.receive(b.text("1", "hola")).Conversation.ID
				b.reply(c, "a", "uno")
				p := &provider{}
				if sentFirst {
					b.deliver(c, p)
				}
				for j, status := range order {
					in := chat.Inbound{Kind: chat.InboundStatus, ProviderID: "wamid.out.uno", Status: chat.StatusUpdate{Status: status, At: b.now}}
					if sentFirst && (i+j)%2 == 0 {
						in.Status.Ref = desk.Ref(b.outbound(c))
					}
					b.must(b.Acknowledge(b.ctx, b.account, b.channel, in))
				}
				if !sentFirst {
					b.deliver(c, p)
				}
				if got := b.statuses(c); got[0] != want {
					t.Errorf("ended %v, want %s", got, want)
				}
			})
		}
	}
}

func permutations(all []chat.MessageStatus) [][]chat.MessageStatus {
	if len(all) == 1 {
		return [][]chat.MessageStatus{all}
	}
	var out [][]chat.MessageStatus
	for i, first := range all {
		rest := slices.Concat(all[:i], all[i+1:])
		for _, tail := range permutations(rest) {
			out = append(out, append([]chat.MessageStatus{first}, tail...))
		}
	}
	return out
}

func TestRetryIsANewAttempt(t *testing.T) { // B-13, PROVIDERS §11-9
	t.Parallel()
	b := newBed(t)
	c := b.receive(b.text("1", "hola")).Conversation.ID
	m := b.reply(c, "a", "uno")
	p := &provider{errors: []error{refusal(fault.Invalid, channel.ClassMessage)}}
	b.deliver(c, p)
	retried, err := b.Retry(b.ctx, b.owner, c, m.ID)
	b.must(err)
	if retried.Status != chat.StatusQueued || retried.Attempt != 2 || retried.Error != nil {
		t.Errorf("%+v", retried)
	}
	late := chat.Inbound{Kind: chat.InboundStatus, ProviderID: "wamid.of.the.first", Status: chat.StatusUpdate{Status: chat.StatusFailed, Ref: desk.Ref(m)}}
	b.must(b.Acknowledge(b.ctx, b.account, b.channel, late))
	b.deliver(c, p)
	if got := b.statuses(c); got[0] != chat.StatusSent {
		t.Errorf("ended %v: a status of the first attempt counted", got)
	}
	_, err = b.Retry(b.ctx, b.owner, c, m.ID)
	b.wantFault(err, fault.Conflict, "delivered")
}
