package jobs_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/chat"
)

// mails returns the queued mails by their address and template, with their ids.
func (b *fixture) mails() map[string]chat.Mail {
	b.t.Helper()
	found := map[string]chat.Mail{}
	pages := dynamodb.NewScanPaginator(b.db.Client, &dynamodb.ScanInput{TableName: &b.db.Tables.Desk})
	for pages.HasMorePages() {
		page, err := pages.NextPage(b.ctx)
		b.must(err)
		for _, av := range page.Items {
			if kind, ok := av["kind"].(*types.AttributeValueMemberS); !ok || kind.Value != "mail" {
				continue
			}
			pk, _ := av["pk"].(*types.AttributeValueMemberS)
			id := pk.Value[len(pk.Value)-26:]
			m, err := b.store.Mail(b.ctx, "ACC", id)
			b.must(err)
			found[m.To+" "+string(m.Template)+" "+m.Params["since"]] = m
		}
	}
	return found
}

// fails sets the channel's health, and sends the signal that follows from it.
func (b *fixture) fails(health chat.Health, signals int) {
	b.t.Helper()
	before, err := b.store.Channel(b.ctx, "ACC", "CHA")
	b.must(err)
	after := before
	after.Health = health
	b.must(b.store.UpdateChannel(b.ctx, before, after, nil))
	for range signals {
		b.signalsFailure(health.Since)
	}
}

func (b *fixture) signalsFailure(since time.Time) {
	b.t.Helper()
	envelope, err := events.Wrap("signal", "ACC", b.now, events.ChannelFailed{ChannelID: "CHA", Since: since})
	b.must(err)
	b.must(b.Routes().Handle(b.ctx, envelope))
}

// B-22: every owner who may sign in gets one mail for a failure, and another one for the next.
func TestChannelFailed_OwnersMailedOnce(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.employ("ANA", "A")
	second, left := b.person("SECOND", chat.Owner), b.person("LEFT", chat.Owner)
	second.Language, left.Active = chat.Portuguese, false
	b.must(b.store.CreateOperator(b.ctx, second, nil))
	b.must(b.store.CreateOperator(b.ctx, left, nil))
	account := b.acc
	account.TimeZone, account.Language = "America/Argentina/Buenos_Aires", chat.English
	b.must(b.store.UpdateAccount(b.ctx, b.acc, account, nil, nil))

	works := chat.Health{State: chat.HealthOK, At: b.now}
	failed := works.Failed(chat.HealthReauthorise, "190", "Session has expired", b.now)
	b.fails(failed, 2)
	b.now = b.now.Add(time.Hour)
	b.fails(failed.Failed(chat.HealthStopped, "131031", "Locked", b.now), 1)
	want := []string{"OWNER@example.com channel_reauthorise 2026-11-22T09:00:00-03:00", "SECOND@example.com channel_reauthorise 2026-11-22T09:00:00-03:00"}
	if got := slices.Sorted(maps.Keys(b.mails())); !slices.Equal(got, want) {
		t.Fatalf("mails are %q, want %q", got, want)
	}
	m, other := b.mails()[want[0]], b.mails()[want[1]]
	if m.Language != chat.English || other.Language != chat.Portuguese {
		t.Errorf("the languages are %s and %s", m.Language, other.Language)
	}
	if m.Params["url"] != "https://recado.example/settings/channels/CHA" || m.Params["answer"] != "Session has expired" || m.Params["asset"] != "70" || m.Params["name"] != "OWNER" {
		t.Errorf("its parameters are %v", m.Params)
	}

	b.fails(works, 0)
	b.now = b.now.Add(time.Hour)
	b.fails(works.Failed(chat.HealthStopped, "131031", "Locked", b.now), 1)
	want = append(want, "OWNER@example.com channel_stopped 2026-11-22T11:00:00-03:00", "SECOND@example.com channel_stopped 2026-11-22T11:00:00-03:00")
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(b.mails())); !slices.Equal(got, want) {
		t.Errorf("mails are %q, want %q", got, want)
	}
}

// B-22
func TestChannelFailed_WorksAgain_NobodyMailed(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.signalsFailure(b.now)
	ch := b.shop["A"]
	b.must(b.store.DeleteChannel(b.ctx, ch, nil))
	b.signalsFailure(b.now)
	if got := b.mails(); len(got) != 0 {
		t.Errorf("mails are %v", got)
	}
}
