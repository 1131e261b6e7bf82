package jobs_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/jobs"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// registrar is a provider whose webhooks are registered; refuses is the error that it returns next.
type registrar struct {
	channel.Adapter
	calls   []string
	refuses error
	during  func() // runs once, before the next call takes effect
}

func (r *registrar) call(what string) error {
	if during := r.during; during != nil {
		r.during = nil
		during()
	}
	r.calls = append(r.calls, what)
	return r.refuses
}

func (r *registrar) Of(chat.ChannelType) (channel.Adapter, bool) { return r, true }

func (r *registrar) Subscribe(_ context.Context, credentials chat.Credentials, asset, address string, _ channel.Secrets) error {
	return r.call(fmt.Sprintf("subscribe %s at %s with %s", asset, address, []byte(credentials)))
}

func (r *registrar) Unsubscribe(_ context.Context, credentials chat.Credentials) error {
	return r.call(fmt.Sprintf("unsubscribe with %s", []byte(credentials)))
}

func registering(t *testing.T) (*fixture, *registrar) {
	t.Helper()
	b := newFixture(t)
	adapter, _ := all.Offline().Of("whatsapp")
	r := &registrar{Adapter: adapter}
	b.deps.Channels = r
	var err error
	b.Handler, err = jobs.New(b.deps)
	b.must(err)
	after := b.shop["A"]
	after.Credentials, after.Health = chat.Secret("token"), chat.Health{State: chat.HealthWaiting}
	b.must(b.store.UpdateChannel(b.ctx, b.shop["A"], after, nil))
	return b, r
}

func (b *fixture) changes(changed events.ChannelChanged) error {
	b.t.Helper()
	envelope, err := events.Wrap("1", "ACC", b.now, changed)
	b.must(err)
	return b.Routes().Handle(b.ctx, envelope)
}

func (b *fixture) health() chat.Health {
	b.t.Helper()
	ch, err := b.store.Channel(b.ctx, "ACC", "CHA")
	b.must(err)
	return ch.Health
}

func TestChannelChanged_RegistersWebhook_AndMayRepeat(t *testing.T) {
	t.Parallel()
	b, r := registering(t)
	for range 2 {
		b.must(b.changes(events.ChannelChanged{ChannelID: "CHA", Version: 2}))
	}
	want := "subscribe 70 at https://hooks.example/webhooks/whatsapp with token"
	if !slices.Equal(r.calls, []string{want, want}) || b.health().State != chat.HealthWaiting {
		t.Errorf("called %v; the channel is %s", r.calls, b.health().State)
	}
}

func TestChannelChanged_ProviderDown_TriesAgain(t *testing.T) {
	t.Parallel()
	b, r := registering(t)
	r.refuses = fault.New(fault.Unavailable, "down")
	if err := b.changes(events.ChannelChanged{ChannelID: "CHA", Version: 2}); err == nil || fault.Permanent(err) || b.health().State != chat.HealthWaiting {
		t.Errorf("%v; the channel is %s", err, b.health().State)
	}
}

func TestChannelChanged_ProviderRefuses_AsksForCredentials(t *testing.T) {
	t.Parallel()
	b, r := registering(t)
	r.refuses = fault.New(fault.Forbidden, "no").WithCause(&channel.ProviderError{Code: "401", Message: "Unauthorized", Class: channel.ClassReauthorise})
	b.must(b.changes(events.ChannelChanged{ChannelID: "CHA", Version: 2}))
	if got := b.health(); got.State != chat.HealthReauthorise || got.Code != "401" || got.Message != "Unauthorized" {
		t.Errorf("the channel is %+v", got)
	}
}

func TestChannelRemoved_EndsWebhook_UnlessConnectedAgain(t *testing.T) {
	t.Parallel()
	b, r := registering(t)
	removed := func(asset string) events.ChannelChanged {
		return events.ChannelChanged{ChannelID: "GONE", Version: 9, Removed: &events.RemovedChannel{Type: "whatsapp", ExternalID: asset, Credentials: []byte("token")}}
	}
	b.must(b.changes(removed("99")))
	b.must(b.changes(removed("70"))) // the asset belongs to channel CHA
	if !slices.Equal(r.calls, []string{"unsubscribe with token"}) {
		t.Errorf("called %v", r.calls)
	}
	r.refuses = fault.New(fault.Unavailable, "down")
	if err := b.changes(removed("99")); err == nil || fault.Permanent(err) {
		t.Errorf("provider unavailable: %v", err)
	}
}

func TestChannelRemoved_WhileWebhookIsRegistered_WebhookEnds(t *testing.T) {
	t.Parallel()
	b, r := registering(t)
	r.during = func() {
		ch, err := b.store.Channel(b.ctx, "ACC", "CHA")
		b.must(err)
		b.must(b.store.DeleteChannel(b.ctx, ch, nil))
		b.must(b.changes(events.ChannelChanged{ChannelID: "CHA", Version: 3, Removed: &events.RemovedChannel{Type: "whatsapp", ExternalID: "70", Credentials: []byte("token")}}))
	}
	b.must(b.changes(events.ChannelChanged{ChannelID: "CHA", Version: 2}))
	if last := r.calls[len(r.calls)-1]; last != "unsubscribe with token" {
		t.Errorf("called %v", r.calls)
	}
}

func TestChannelReconnected_WhileWebhookEnds_WebhookIsRegistered(t *testing.T) {
	t.Parallel()
	b, r := registering(t)
	ch, err := b.store.Channel(b.ctx, "ACC", "CHA")
	b.must(err)
	b.must(b.store.DeleteChannel(b.ctx, ch, nil))
	r.during = func() {
		again := ch
		b.now = b.now.Add(chat.ClaimRest)
		again.ID, again.Health = "CHN", chat.Health{State: chat.HealthWaiting}
		b.must(b.store.CreateChannel(b.ctx, again, nil))
		b.must(b.changes(events.ChannelChanged{ChannelID: "CHN", Version: 1}))
	}
	b.must(b.changes(events.ChannelChanged{ChannelID: "CHA", Version: 3, Removed: &events.RemovedChannel{Type: "whatsapp", ExternalID: "70", Credentials: []byte("token")}}))
	if last := r.calls[len(r.calls)-1]; last != "subscribe 70 at https://hooks.example/webhooks/whatsapp with token" {
		t.Errorf("called %v", r.calls)
	}
}
