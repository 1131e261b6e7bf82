package jobs_test

import (
	"context"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/jobs"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/silence"
)

// inspected is a provider that says how its calls fare, and where we register the webhook.
type inspected struct {
	registrar
	trouble *channel.WebhookTrouble
	err     error
	asked   int
}

func (i *inspected) Of(chat.ChannelType) (channel.Adapter, bool) { return i, true }

func (i *inspected) InspectWebhook(context.Context, chat.Credentials, string, string, time.Time) (*channel.WebhookTrouble, error) {
	i.asked++
	return i.trouble, i.err
}

func (i *inspected) Connect(_ context.Context, _ chat.Credentials, asset string, settings []byte) (channel.Asset, error) {
	return channel.Asset{ExternalID: asset, Settings: settings}, nil
}

// watching is a fixture whose channel A is watched since now.
func watching(t *testing.T) (b *fixture, job string) {
	t.Helper()
	b = newFixture(t)
	b.must(b.changes(events.ChannelChanged{ChannelID: "CHA", Version: 1}))
	return b, chat.NewWatchJob("ACC", "CHA", b.now).ID
}

// inspecting is a fixture whose channel A is watched by asking its provider.
func inspecting(t *testing.T) (b *fixture, provider *inspected, job string) {
	t.Helper()
	b, job = watching(t)
	adapter, _ := all.Offline().Of("telegram")
	provider = &inspected{registrar: registrar{Adapter: adapter}}
	b.deps.Channels = provider
	var err error
	b.Handler, err = jobs.New(b.deps)
	b.must(err)
	return b, provider, job
}

// looks lets the job look again when it is due, and returns the channel's health.
func (b *fixture) looks(job string) chat.Health {
	b.t.Helper()
	next, err := b.store.Job(b.ctx, "ACC", job)
	b.must(err)
	b.now = next.NotBefore
	b.runs(job)
	return b.health()
}

// B-22: a provider that reports on messages is silent once it reported on none, and was not heard in another way.
func TestWatch_NoReports_Silent(t *testing.T) {
	t.Parallel()
	b, job := watching(t)
	b.runs(job)
	b.must(b.store.NoteHeard(b.ctx, b.shop["A"], b.now))
	heard := b.now
	for range 3 {
		if got := b.looks(job); got.State != chat.HealthOK {
			t.Fatalf("nothing was sent, and the channel is %+v", got)
		}
	}
	b.must(b.store.NoteAwaited(b.ctx, b.shop["A"], b.now.Add(time.Minute)))
	if got := b.looks(job); got.State != chat.HealthOK {
		t.Fatalf("reports may still come, and the channel is %+v", got)
	}
	got := b.looks(job)
	want := chat.Health{State: chat.HealthSilent, Code: chat.HealthUnreported, At: b.now, Since: heard.Add(silence.Grain)}
	if got != want || !got.Sends() {
		t.Fatalf("the channel is %+v, want %+v", got, want)
	}
	if b.looks(job); b.health() != want {
		t.Errorf("it was looked at again, and is %+v", b.health())
	}
}

func TestWatch_ReportCame_StaysOK(t *testing.T) {
	t.Parallel()
	b, job := watching(t)
	b.must(b.store.NoteAwaited(b.ctx, b.shop["A"], b.now))
	b.must(b.store.NoteHeard(b.ctx, b.shop["A"], b.now.Add(time.Second)))
	for range 3 {
		if got := b.looks(job); got.State != chat.HealthOK {
			t.Errorf("the channel is %+v", got)
		}
	}
}

// B-22: a provider that is asked must say it twice, and is not asked while it calls.
func TestWatch_ProviderSaysSo_SilentTheSecondTime(t *testing.T) {
	t.Parallel()
	b, provider, job := inspecting(t)
	b.runs(job)
	if provider.asked != 0 {
		t.Errorf("a channel that was connected just now was asked about %d times", provider.asked)
	}
	provider.trouble = &channel.WebhookTrouble{Code: chat.HealthDiverted}
	if got := b.looks(job); got.State != chat.HealthOK || provider.asked != 1 {
		t.Fatalf("asked %d times, and the channel is %+v", provider.asked, got)
	}
	provider.trouble = nil
	b.looks(job)
	provider.trouble = &channel.WebhookTrouble{Code: "webhook_fails", Message: "Connection timed out"}
	if got := b.looks(job); got.State != chat.HealthOK {
		t.Fatalf("it was well in between, and the channel is %+v", got)
	}
	doubted := b.now
	got := b.looks(job)
	want := chat.Health{State: chat.HealthSilent, Code: "webhook_fails", Message: "Connection timed out", At: doubted.Add(30 * time.Minute), Since: b.shop["A"].CreatedAt}
	if got != want {
		t.Fatalf("the channel is %+v, want %+v", got, want)
	}
	asked := provider.asked
	stored, err := b.store.Channel(b.ctx, "ACC", "CHA")
	b.must(err)
	b.must(b.store.MarkChannelWorking(b.ctx, stored, b.now))
	if got := b.looks(job); got.State != chat.HealthOK || provider.asked != asked+1 {
		t.Errorf("the channel is %+v, asked %d more times", got, provider.asked-asked)
	}
	b.must(b.store.NoteHeard(b.ctx, b.shop["A"], b.now))
	if b.looks(job); provider.asked != asked+1 {
		t.Errorf("a channel that was heard lately was asked about")
	}
}

// B-22: a token that the provider refuses when it is asked is known before anybody replies.
func TestWatch_TokenRefused_Reauthorise(t *testing.T) {
	t.Parallel()
	b, provider, job := inspecting(t)
	b.runs(job)
	provider.err = fault.New(fault.Unavailable, "down")
	if got := b.looks(job); got.State != chat.HealthOK {
		t.Errorf("the provider did not answer, and the channel is %+v", got)
	}
	provider.err = fault.New(fault.Forbidden, "no").WithCause(&channel.ProviderError{Code: "401", Message: "Unauthorized", Class: channel.ClassReauthorise})
	if got := b.looks(job); got.State != chat.HealthReauthorise || got.Code != "401" || !got.Since.Equal(b.now) {
		t.Errorf("the channel is %+v", got)
	}
}

// B-22: who checks a silent channel by hand has its webhook registered again.
func TestVerify_Silent_WebhookRegistered(t *testing.T) {
	t.Parallel()
	b, provider, _ := inspecting(t)
	b.fails(chat.Health{State: chat.HealthSilent, Code: chat.HealthDiverted, At: b.now, Since: b.now}, 0)
	b.must(b.store.PutJob(b.ctx, *b.job(chat.JobVerify, "CHA")))
	if job := b.run(); !job.Done || len(provider.calls) != 1 || b.health().State != chat.HealthOK || !b.health().Since.IsZero() {
		t.Errorf("%+v, called %q, the channel is %+v", job, provider.calls, b.health())
	}
}

func TestWatch_ChannelRemoved_Ends(t *testing.T) {
	t.Parallel()
	b, job := watching(t)
	b.must(b.store.DeleteChannel(b.ctx, b.shop["A"], nil))
	b.now = b.now.Add(chat.WatchEvery)
	if got := b.runs(job); !got.Done {
		t.Errorf("%+v", got)
	}
}

// Channels that were connected before there were such jobs are watched since the daily recount.
func TestRecount_StartsWatching(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	site := b.site()
	b.recounts()
	for _, ch := range []chat.Channel{b.shop["A"], b.shop["B"]} {
		if _, err := b.store.Job(b.ctx, "ACC", chat.NewWatchJob("ACC", ch.ID, b.now).ID); err != nil {
			t.Errorf("channel %s: %v", ch.ID, err)
		}
	}
	if _, err := b.store.Job(b.ctx, "ACC", chat.NewWatchJob("ACC", site.ID, b.now).ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("our own chat is watched: %v", err)
	}
}
