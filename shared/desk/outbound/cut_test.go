package outbound_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
)

var errDied = errors.New("the process died")

// delivery delivers a conversation's message to a provider that calls it id. Each call of the tables after the answer has a number, from 0.
type delivery struct {
	*desktest.Fixture
	conversation chat.ConversationID
	id           string
	calls        int
	// posted is called when the provider has the message and did not answer yet; nil: nothing happens.
	posted func()
	// at makes a call or does not; nil: every call is made.
	at func(operation string, call int, does func() error) error
}

// deliverable has a reply of a contact's own conversation queued.
func deliverable(b *desktest.Fixture, n int) *delivery {
	b.Helper()
	c := b.Receive(b.Text(fmt.Sprint(n), "hola")).Conversation.ID
	b.Reply(c, "uno")
	return &delivery{Fixture: b, conversation: c, id: fmt.Sprint("wamid.out", n)}
}

func (d *delivery) run() error {
	d.Helper()
	answered := false
	use := d.DeskOn(d.Through(func(operation string, does func() error) error {
		if !answered || d.at == nil {
			return does()
		}
		d.calls++
		return d.at(operation, d.calls-1, does)
	}))
	said, err := use.Deliver(d.Context(), d.Conversation(d.conversation), d.Channel, nil, func(context.Context, chat.Conversation, chat.Message) (channel.Delivered, error) {
		if d.posted != nil {
			d.posted()
		}
		answered = true
		return channel.Delivered{ProviderID: d.id}, nil
	})
	if said != nil {
		d.Errorf("the provider said %v", said)
	}
	return err
}

// dieAt ends the process at a call, before it is made or after. It reports in died whether the delivery came that far.
func (d *delivery) dieAt(call int, after bool, died *bool) {
	d.at = func(_ string, n int, does func() error) error {
		if n < call {
			return does()
		}
		if n == call && after {
			_ = does() // its answer is lost
		}
		*died = true
		return errDied
	}
}

// waits are the timers of messages to send.
func (d *delivery) waits() []chat.Timer {
	d.Helper()
	timers, err := d.Store.PendingTimers(d.Context(), desktest.Account, d.conversation, chat.TimerSend)
	d.Must(err)
	return timers
}

// told is what the provider says of a message: a status, which may name our attempt, and a reaction, which never does.
type told struct {
	status chat.MessageStatus
	named  bool
}

func (d *delivery) tell(s told) {
	d.Helper()
	update := chat.StatusUpdate{Status: s.status}
	if s.status == chat.StatusFailed {
		update.Error = &chat.MessageError{Code: "131026"}
	}
	if s.named {
		update.Ref = desk.Ref(d.Outbound(d.conversation))
	}
	d.Update(d.UpdateOf(d.id, chat.Reacted, "🙏", 1))
	d.Status(d.id, update)
}

// check compares the message with what the provider told of it.
func (d *delivery) check(s told, what string) {
	d.Helper()
	m := d.Outbound(d.conversation)
	if m.Status != s.status || m.ProviderID != d.id || len(m.Reactions) != 1 {
		d.Errorf("%s: it is %s with the id %q and the reactions %v", what, m.Status, m.ProviderID, m.Reactions)
	}
	failures := 0
	for _, event := range d.Timeline(d.conversation) {
		if event.Type == chat.EventMessageFailed {
			failures++
		}
	}
	if (failures == 1) != (s.status == chat.StatusFailed) || failures > 1 {
		d.Errorf("%s: the timeline tells of %d failures", what, failures)
	}
	if left := d.waits(); len(left) > 0 {
		d.Errorf("%s: %v still waits", what, left)
	}
	quoting := d.Text(string(d.Conversation(d.conversation).ExternalID), "a eso digo que sí")
	quoting.ReplyTo = d.id
	if answer := d.Receive(quoting).Message; answer.ReplyTo != m.ID {
		d.Errorf("%s: an answer to it quotes %q", what, answer.ReplyTo)
	}
}

func statuses() (all []told) {
	for _, status := range []chat.MessageStatus{chat.StatusDelivered, chat.StatusRead, chat.StatusFailed} {
		all = append(all, told{status, false}, told{status, true})
	}
	return all
}

// C-03: a process dies at any call after the provider's answer. What the provider tells before, at that moment or after the next run reaches the
// message, unless the answer is lost and nothing that it tells names the attempt.
func TestDeliver_DiesAtAnyCall_StatusApplied(t *testing.T) {
	t.Parallel()
	const beforeAnswer, whileDead, afterNextRun = 0, 1, 2
	for _, s := range statuses() {
		t.Run(fmt.Sprintf("%s, named %t", s.status, s.named), func(t *testing.T) {
			t.Parallel()
			b, contacts := desktest.New(t), 0
			for _, when := range []int{beforeAnswer, whileDead, afterNextRun} {
				for cut, died := 0, true; died; cut++ {
					died = false
					contacts++
					what := fmt.Sprintf("told at %d, dies at call %d, after it %t", when, cut/2, cut%2 == 1)
					d := deliverable(b, contacts)
					if when == beforeAnswer {
						d.posted = func() { d.tell(s) }
					}
					d.dieAt(cut/2, cut%2 == 1, &died)
					if err := d.run(); died != errors.Is(err, errDied) || !died && err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					answered := d.Outbound(d.conversation).ProviderID != ""
					if when == whileDead {
						d.tell(s)
					}
					next := &desktest.Provider{}
					b.Deliver(d.conversation, next)
					if len(next.Took) > 0 {
						t.Fatalf("%s: it was sent again", what)
					}
					if when == afterNextRun {
						d.tell(s)
					}
					if answered || s.named {
						d.check(s, what)
					} else if m := d.Outbound(d.conversation); m.Status != chat.StatusUnknown || cut > 0 {
						t.Errorf("%s: it is %s", what, m.Status)
					}
				}
			}
		})
	}
}

func TestDeliver_StatusBeforeAnyCall_Applied(t *testing.T) {
	t.Parallel()
	for _, s := range statuses() {
		t.Run(fmt.Sprintf("%s, named %t", s.status, s.named), func(t *testing.T) {
			t.Parallel()
			b := desktest.New(t)
			for n, came := 0, true; came; n++ {
				came = false
				d := deliverable(b, n)
				d.at = func(_ string, call int, does func() error) error {
					if call == n {
						came = true
						d.tell(s)
					}
					return does()
				}
				b.Must(d.run())
				if !came {
					d.tell(s)
				}
				d.check(s, fmt.Sprintf("before call %d", n))
			}
		})
	}
}

// What the provider took is recorded in three writes of one item each, without reading: see TestSend_CapacityUnits for what they cost.
func TestDeliver_Sent_ThreeSingleWrites(t *testing.T) {
	t.Parallel()
	d := deliverable(desktest.New(t), 1)
	var made []string
	d.at = func(operation string, _ int, does func() error) error {
		made = append(made, operation)
		return does()
	}
	d.Must(d.run())
	if want := []string{"PutItem", "UpdateItem", "DeleteItem"}; !slices.Equal(made, want) {
		t.Errorf("%v, want %v", made, want)
	}
}

// A status that names the attempt fails it, and a person retries it, while the answer to the attempt is recorded.
func TestDeliver_RetriedWhileRecorded_SentAgain(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	for n, came := 0, true; came; n++ {
		came = false
		d := deliverable(b, n)
		d.at = func(_ string, call int, does func() error) error {
			if call == n {
				came = true
				d.tell(told{chat.StatusFailed, true})
				b.Advance(time.Second)
				b.Must(desktest.Err(b.Desk.Retry(b.Context(), b.Actor(), d.conversation, b.Outbound(d.conversation).ID)))
			}
			return does()
		}
		b.Must(d.run())
		if !came {
			break
		}
		p := &desktest.Provider{}
		b.Deliver(d.conversation, p)
		if m := b.Outbound(d.conversation); !slices.Equal(p.Took, []string{"uno"}) || m.Status != chat.StatusSent || m.Attempt != 2 || len(d.waits()) > 0 {
			t.Errorf("before call %d: took %v, it is %s in attempt %d", n, p.Took, m.Status, m.Attempt)
		}
	}
}

// The provider gives a message the id of another one.
func TestDeliver_IDOfAnotherMessage_NextIsSent(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	c := b.Write("1")
	b.Reply(c, "uno")
	b.Reply(c, "dos")
	b.DeliverAs(c, "wamid.out.uno")
	b.Reply(c, "tres")
	p := &desktest.Provider{}
	b.Deliver(c, p)
	if got := b.Statuses(c); !slices.Equal(got, []chat.MessageStatus{chat.StatusSent, chat.StatusSent, chat.StatusSent}) || !slices.Equal(p.Took, []string{"tres"}) {
		t.Errorf("%v, took %v", got, p.Took)
	}
}

// A channel is removed after the provider took a message whose timer was not dropped any more.
func TestAbandon_Taken_StaysSent(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	d := deliverable(b, 1)
	var died bool
	d.dieAt(0, true, &died)
	if err := d.run(); !errors.Is(err, errDied) {
		t.Fatal(err)
	}
	b.Must(b.Desk.Abandon(b.Context(), desktest.Account, d.conversation))
	if m := b.Outbound(d.conversation); m.Status != chat.StatusSent || len(d.waits()) > 0 {
		t.Errorf("it is %s, and %v waits", m.Status, d.waits())
	}
}
