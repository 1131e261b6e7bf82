package jobs_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/jobs"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// oracle is a provider that says which asset credentials open.
type oracle struct {
	channel.Adapter
	says  error
	asked int
}

func (o *oracle) Of(chat.ChannelType) (channel.Adapter, bool) { return o, true }

func (o *oracle) Connect(_ context.Context, _ chat.Credentials, asset string, settings []byte) (channel.Asset, error) {
	o.asked++
	return channel.Asset{ExternalID: asset, Settings: settings}, o.says
}

var (
	silent  = fault.New(fault.Unavailable, "no answer").WithCause(&channel.ProviderError{Code: "no_answer", Message: "no answer"})
	refuses = fault.New(fault.Invalid, "no").WithField("credentials.accessToken").WithCause(&channel.ProviderError{Code: "190", Message: "Invalid token"})
)

// verifying is a fixture whose channel A has this health, in version 2.
func verifying(t *testing.T, health chat.HealthState) (*fixture, *oracle) {
	t.Helper()
	b := newFixture(t)
	adapter, _ := all.Offline().Of("whatsapp")
	o := &oracle{Adapter: adapter}
	b.deps.Channels = o
	var err error
	b.Handler, err = jobs.New(b.deps)
	b.must(err)
	after := b.shop["A"]
	after.Credentials, after.Health = chat.Secret("token"), chat.Health{State: health}
	b.must(b.store.UpdateChannel(b.ctx, b.shop["A"], after, nil))
	return b, o
}

// verifies runs the job that follows from the channel's change.
func (b *fixture) verifies() chat.Job {
	b.t.Helper()
	b.must(b.changes(events.ChannelChanged{ChannelID: "CHA", Version: 2}))
	return b.runs(chat.NewVerifyJob(b.shop["A"], b.now, "changed", "2").ID)
}

// B-22: a channel that was connected while the provider was down becomes verified, and claims its asset, when it answers.
func TestVerify_ProviderAnswersLater_ChannelClaims(t *testing.T) {
	t.Parallel()
	b, o := verifying(t, chat.HealthUnverified)
	o.says = silent
	job := b.verifies()
	if got := b.health(); job.Done || job.NotBefore.Sub(b.now) != time.Minute || got.State != chat.HealthUnverified || got.Code != "no_answer" {
		t.Fatalf("%+v, the channel is %+v", job, got)
	}
	if _, err := b.store.ChannelByAsset(b.ctx, "whatsapp", "70"); !fault.Is(err, fault.NotFound) {
		t.Errorf("it has the asset: %v", err)
	}
	o.says = nil
	b.now = job.NotBefore.Add(chat.ClaimRest)
	if job = b.runs(job.ID); !job.Done || b.health().State != chat.HealthWaiting {
		t.Errorf("%+v, the channel is %+v", job, b.health())
	}
	if ch, err := b.store.ChannelByAsset(b.ctx, "whatsapp", "70"); err != nil || ch.ID != "CHA" {
		t.Errorf("the asset leads to %q, %v", ch.ID, err)
	}
}

func TestVerify_ProviderNeverAnswers_Ends(t *testing.T) {
	t.Parallel()
	b, o := verifying(t, chat.HealthUnverified)
	o.says = silent
	job := b.verifies()
	for range 20 {
		if job.Done {
			break
		}
		b.now = job.NotBefore
		job = b.runs(job.ID)
	}
	ch, err := b.store.Channel(b.ctx, "ACC", "CHA")
	b.must(err)
	if !job.Done || o.asked != 12 || ch.Version != 3 {
		t.Errorf("%+v after %d questions, the channel is at version %d", job, o.asked, ch.Version)
	}
}

func TestVerify_ProviderRefuses(t *testing.T) {
	t.Parallel()
	for before, want := range map[chat.HealthState]chat.HealthState{
		chat.HealthUnverified: chat.HealthUnverified, chat.HealthWaiting: chat.HealthReauthorise, chat.HealthOK: chat.HealthReauthorise,
	} {
		t.Run(string(before), func(t *testing.T) {
			t.Parallel()
			b, o := verifying(t, before)
			o.says = refuses
			b.must(b.store.PutJob(b.ctx, *b.job(chat.JobVerify, "CHA")))
			if job := b.run(); !job.Done || b.health().State != want || b.health().Code != "190" {
				t.Errorf("%+v, the channel is %+v", job, b.health())
			}
		})
	}
}

// A channel that proves an asset of another one waits for it, and gets it when the other one's credentials are refused.
func TestVerify_AssetOfAnother_TakenOnceTheHolderIsRefused(t *testing.T) {
	t.Parallel()
	b, _ := verifying(t, chat.HealthUnverified)
	b.now = b.now.Add(chat.ClaimRest)
	holder := b.shop["A"]
	holder.ID, holder.Credentials, holder.Health = "HOLDER", chat.Secret("token"), chat.Health{State: chat.HealthOK}
	b.must(b.store.CreateChannel(b.ctx, holder, nil))
	job := b.verifies()
	if got := b.health(); job.Done || got.State != chat.HealthUnverified || got.Code != chat.HealthClaimed {
		t.Fatalf("%+v, the channel is %+v", job, got)
	}
	refused := holder
	refused.Health = chat.Health{State: chat.HealthReauthorise}
	b.must(b.store.UpdateChannel(b.ctx, holder, refused, nil))
	b.now = job.NotBefore
	if job = b.runs(job.ID); !job.Done || b.health().State != chat.HealthWaiting {
		t.Errorf("%+v, the channel is %+v", job, b.health())
	}
}

func TestChannelChanged_Unverified_ProviderNotUsed(t *testing.T) {
	t.Parallel()
	b, r := registering(t)
	ch, err := b.store.Channel(b.ctx, "ACC", "CHA")
	b.must(err)
	after := ch
	after.Health.State = chat.HealthUnverified
	b.must(b.store.UpdateChannel(b.ctx, ch, after, nil))
	b.must(b.changes(events.ChannelChanged{ChannelID: "CHA", Version: 3}))
	if len(r.calls) != 0 {
		t.Errorf("called %v", r.calls)
	}
}

// site connects a site of the account with sockets of two of its pages.
func (b *fixture) site() chat.Channel {
	b.t.Helper()
	site := chat.Channel{
		ID: "SITE", AccountID: "ACC", StoreID: "A", Type: "webchat", ExternalID: "CODE", Settings: []byte(`{"origins":["https://a.example","https://b.example"]}`),
		Health: chat.Health{State: chat.HealthOK}, CreatedAt: b.now, Version: 1,
	}
	b.must(b.store.CreateChannel(b.ctx, site, nil))
	for id, origin := range map[string]string{"s1": "https://a.example", "s2": "https://b.example"} {
		b.must(b.store.PutConnection(b.ctx, chat.Connection{
			ID: id, AccountID: "ACC", Visitor: chat.Visitor{ID: chat.VisitorID("V" + id), ChannelID: "SITE", Origin: origin}, ExpiresAt: b.now.Add(time.Hour),
		}))
	}
	return site
}

// left are the sockets of the site's visitors.
func (b *fixture) left() (ids []string) {
	b.t.Helper()
	connections, err := b.store.SiteConnections(b.ctx, "ACC", "SITE")
	b.must(err)
	for _, c := range connections {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestSockets_OriginStruck_Closed(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	site := b.site()
	after := site
	after.Settings = []byte(`{"origins":["https://b.example"]}`)
	b.must(b.store.UpdateChannel(b.ctx, site, after, nil))
	b.must(b.changes(events.ChannelChanged{ChannelID: "SITE", Version: 2}))
	job := b.runs(chat.NewSocketsJob("ACC", "SITE", 2, b.now).ID)
	if !slices.Equal(b.sockets.closed, []string{"s1"}) || !slices.Equal(b.left(), []string{"s2"}) || job.Done {
		t.Errorf("closed %v, left %v, %+v", b.sockets.closed, b.left(), job)
	}
	// A ticket from before the change opens one more.
	b.must(b.store.PutConnection(b.ctx, chat.Connection{
		ID: "s3", AccountID: "ACC", Visitor: chat.Visitor{ID: "V3", ChannelID: "SITE", Origin: "https://a.example"}, ExpiresAt: b.now.Add(time.Hour),
	}))
	b.now = job.NotBefore
	if job = b.runs(job.ID); !job.Done || !slices.Equal(b.left(), []string{"s2"}) {
		t.Errorf("left %v, %+v", b.left(), job)
	}
}

func TestSockets_SiteRemoved_AllClosed(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.must(b.store.DeleteChannel(b.ctx, b.site(), nil))
	b.must(b.changes(events.ChannelChanged{ChannelID: "SITE", Version: 2, Removed: &events.RemovedChannel{Type: "webchat", ExternalID: "CODE"}}))
	b.sockets.err = fault.New(fault.Unavailable, "no gateway")
	id := chat.NewSocketsJob("ACC", "SITE", 2, b.now).ID
	envelope, err := events.Wrap("1", "ACC", b.now, events.JobReady{JobID: id})
	b.must(err)
	if err := b.Routes().Handle(b.ctx, envelope); err == nil || fault.Permanent(err) || len(b.left()) != 2 {
		t.Errorf("the gateway is down: %v, left %v", err, b.left())
	}
	b.sockets.err = nil
	if job := b.runs(id); len(b.left()) != 0 || job.Count != 2 {
		t.Errorf("left %v, %+v", b.left(), job)
	}
}

// Replies that wait for a removed channel fail at once, with their reason: queued ones, those that wait for their next try, and held ones.
func TestAbandon_ChannelRemoved_QueuedAndHeldFail(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	queued, held, other := b.written("A", "5491"), b.written("A", "5492"), b.written("B", "5493")
	b.replies(queued, "uno")
	b.replies(other, "tres")
	b.holds(b.healthOf(chat.HealthReauthorise), held, "dos")
	ch, err := b.store.Channel(b.ctx, "ACC", "CHA")
	b.must(err)
	b.must(b.store.DeleteChannel(b.ctx, ch, nil))
	b.must(b.changes(events.ChannelChanged{ChannelID: "CHA", Version: 9, Removed: &events.RemovedChannel{Type: "whatsapp", ExternalID: "70"}}))
	b.runs(chat.NewAbandonJob("ACC", "CHA", b.now).ID)
	for id, want := range map[chat.ConversationID]string{queued: "failed channel_gone", held: "failed channel_gone", other: "queued"} {
		page, err := b.store.Messages(b.ctx, "ACC", id, chat.PageRequest{Limit: 10})
		b.must(err)
		last := page.Items[len(page.Items)-1]
		got := string(last.Status)
		if last.Error != nil {
			got += " " + last.Error.Code
		}
		if got != want {
			t.Errorf("in %s: %s, want %s", id, got, want)
		}
	}
}
