package templates_test

import (
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// jobs are the jobs that read the channel's templates.
func jobs(b *desktest.Fixture) (ids []string) {
	b.Helper()
	for shard := range 16 {
		due, err := b.Store.Due(b.Context(), shard, b.Time.Add(time.Hour), chat.PageRequest{Limit: 100})
		b.Must(err)
		for _, item := range due.Items {
			if item.Kind != string(chat.TimerJob) {
				continue
			}
			job, err := b.Store.Job(b.Context(), desktest.Account, item.Subject)
			b.Must(err)
			if job.Kind == chat.JobTemplates && job.Subject == string(b.Channel.ID) {
				ids = append(ids, job.ID)
			}
		}
	}
	return ids
}

func TestChangeTemplate(t *testing.T) { // B-12
	t.Parallel()
	b := desktest.New(t)
	b.Must(b.Store.PutTemplate(b.Context(), b.Template(), b.Time))
	change := chat.TemplateChange{Status: chat.TemplatePaused, Reason: "blocked", At: b.Time.Add(time.Second)}
	for range 2 {
		b.Must(b.Desk.ChangeTemplate(b.Context(), b.Account, b.Channel, "aviso", "es", change))
	}
	got, err := b.Store.Template(b.Context(), desktest.Account, b.Channel.ID, "aviso", "es")
	if b.Must(err); got.Status != chat.TemplatePaused || got.Reason != "blocked" || len(jobs(b)) != 0 {
		t.Errorf("%+v, jobs %v", got, jobs(b))
	}
	for range 2 {
		b.Must(b.Desk.ChangeTemplate(b.Context(), b.Account, b.Channel, "nueva", "es", change))
	}
	if jobs := jobs(b); len(jobs) != 1 {
		t.Errorf("an unknown template started %v", jobs)
	}
}

func TestSyncTemplates(t *testing.T) { // B-12
	t.Parallel()
	b := desktest.New(t)
	b.WantFault(b.Desk.SyncTemplates(b.Context(), b.Channel), fault.Conflict, "no_business_account")
	connected := b.Channel
	connected.Settings = []byte(`{"businessAccountId":"700"}`)
	for range 3 {
		b.Must(b.Desk.SyncTemplates(b.Context(), connected))
	}
	if len(jobs(b)) != 1 {
		t.Errorf("three calls within the interval started %v", jobs(b))
	}
	b.Advance(10 * time.Second)
	b.Must(b.Desk.SyncTemplates(b.Context(), connected))
	if len(jobs(b)) != 2 {
		t.Errorf("a later call: %v", jobs(b))
	}
	bare := desktest.NewUseCases(b, b.Store, func(chat.ChannelType) (chat.Capabilities, bool) { return chat.Capabilities{}, true }, b.Now)
	b.WantFault(bare.SyncTemplates(b.Context(), connected), fault.Conflict, "unsupported")
}
