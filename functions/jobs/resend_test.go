package jobs_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/rules/drafts"
)

// holds makes the owner reply, and the reply is held because of the channel's state.
func (b *fixture) holds(ch chat.Channel, id chat.ConversationID, text string) {
	b.t.Helper()
	b.replies(id, text)
	if took := b.delivers(ch, id); len(took) > 0 {
		b.t.Fatalf("the provider accepted %v", took)
	}
}

// replies makes the owner reply.
func (b *fixture) replies(id chat.ConversationID, text string) {
	b.t.Helper()
	b.now = b.now.Add(time.Second)
	c, err := b.store.Conversation(b.ctx, "ACC", id)
	b.must(err)
	_, _, err = b.desk.Reply(b.ctx, chat.Actor{Operator: b.owner, RequestID: text}, c, drafts.Draft{ClientID: text, Type: chat.TypeText, Text: text})
	b.must(err)
}

// delivers simulates send for a conversation, and returns the texts that the provider accepted.
func (b *fixture) delivers(ch chat.Channel, id chat.ConversationID) (took []string) {
	b.t.Helper()
	c, err := b.store.Conversation(b.ctx, "ACC", id)
	b.must(err)
	_, err = b.desk.Deliver(b.ctx, c, ch, nil, func(_ context.Context, _ chat.Conversation, m chat.Message) (channel.Delivered, error) {
		took = append(took, m.Text)
		return channel.Delivered{ProviderID: "wamid.out." + m.Text}, nil
	})
	b.must(err)
	return took
}

func (b *fixture) healthOf(state chat.HealthState) chat.Channel {
	b.t.Helper()
	before, err := b.store.Channel(b.ctx, "ACC", "CHA")
	b.must(err)
	after := before
	after.Health = chat.Health{State: state, At: b.now}
	b.must(b.store.UpdateChannel(b.ctx, before, after, nil))
	after.Version++
	return after
}

// restored sends the signal of a restored channel, and returns the id of the job that it creates.
func (b *fixture) restored(ch chat.Channel) (job string) {
	b.t.Helper()
	envelope, err := events.Wrap("signal", "ACC", b.now, events.ChannelRestored{ChannelID: string(ch.ID), Version: ch.Version})
	b.must(err)
	b.must(b.Routes().Handle(b.ctx, envelope))
	return chat.DeterministicID(time.Time{}, ch.Version, "resend", string(ch.ID))
}

func (b *fixture) held() (texts []string) {
	b.t.Helper()
	page, err := b.store.Held(b.ctx, "ACC", "CHA", chat.PageRequest{Limit: 1000})
	b.must(err)
	for _, t := range page.Items {
		m, err := b.store.Message(b.ctx, "ACC", t.ConversationID, t.MessageID)
		b.must(err)
		texts = append(texts, m.Text)
	}
	return texts
}

func TestResend_HeldMessages_RequeuedByPage(t *testing.T) { // B-22
	t.Parallel()
	b := newFixture(t)
	first, second := b.written("A", "5491"), b.written("A", "5492")
	broken := b.healthOf(chat.HealthReauthorise)
	var want []string
	for i := range 105 { // more than one step
		text := fmt.Sprint(i)
		b.holds(broken, []chat.ConversationID{first, second}[i%2], text)
		want = append(want, text)
	}
	if got := b.held(); !slices.Equal(got, want) {
		t.Fatalf("the held messages are %v", got)
	}
	ch := b.healthOf(chat.HealthOK)
	id := b.restored(ch)
	if again := b.restored(ch); again != id {
		t.Fatal("a repeated signal begins another job")
	}
	job := b.runs(id)
	if got := b.held(); len(got) != 0 || job.Done || job.Count != 105 {
		t.Fatalf("%v are still held, %+v", got, job)
	}
	var took []string
	for _, conversation := range []chat.ConversationID{first, second} {
		took = append(took, b.delivers(ch, conversation)...)
	}
	for i, text := range took {
		if n := (i%53)*2 + i/53; text != fmt.Sprint(n) {
			t.Fatalf("message %d sent is %s, out of order: %v", i, text, took)
		}
	}
	// A delivery that read the channel's old state holds one more message.
	b.holds(broken, first, "late")
	b.now = b.now.Add(chat.TimerGrace)
	if job = b.runs(id); !job.Done {
		t.Fatalf("the job does not end: %+v", job)
	}
	if took := b.delivers(ch, first); !slices.Equal(took, []string{"late"}) {
		t.Errorf("the second pass sent %v", took)
	}
}

func TestResend_ChannelBrokenAgain_KeepsHeld(t *testing.T) { // B-22
	t.Parallel()
	b := newFixture(t)
	b.holds(b.healthOf(chat.HealthReauthorise), b.written("A", "5491"), "uno")
	id := b.restored(b.healthOf(chat.HealthOK))
	b.healthOf(chat.HealthReauthorise)
	if job := b.runs(id); !job.Done || job.Count != 0 {
		t.Errorf("%+v", job)
	}
	if got := b.held(); !slices.Equal(got, []string{"uno"}) {
		t.Errorf("the held messages are %v", got)
	}
}
