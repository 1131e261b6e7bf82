package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/jobs"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/directory"
	"github.com/recado-chat/recado/shared/fault"
)

// approver is a provider that lists templates, three per page.
type approver struct {
	channel.Adapter
	names   []string
	refuses error  // error for the next page
	before  func() // runs before a page is returned
	calls   int
}

func (a *approver) Of(chat.ChannelType) (channel.Adapter, bool) { return a, true }

func (a *approver) Templates(_ context.Context, credentials chat.Credentials, business, cursor string) (page []chat.Template, next string, err error) {
	a.calls++
	if string(credentials) != "token" || business != "700" {
		return nil, "", fmt.Errorf("asked for %s with %s", business, string(credentials))
	}
	if err := a.refuses; err != nil {
		a.refuses = nil
		return nil, "", err
	}
	if a.before != nil {
		a.before()
	}
	from := 0
	if cursor != "" {
		_, _ = fmt.Sscan(cursor, &from)
	}
	for _, name := range a.names[from:min(from+3, len(a.names))] {
		page = append(page, chat.Template{ID: name, Name: name, Language: "es", Status: chat.TemplateApproved, Body: chat.NewTemplateText(name)})
	}
	if from+3 < len(a.names) {
		next = fmt.Sprint(from + 3)
	}
	return page, next, nil
}

// approving is a fixture whose first channel has an approver.
func approving(t *testing.T, names ...string) (*fixture, *approver) {
	t.Helper()
	b := newFixture(t)
	adapter, _ := all.Offline().Of("whatsapp")
	provider := &approver{Adapter: adapter, names: names}
	b.deps.Channels = provider
	var err error
	b.Handler, err = jobs.New(b.deps)
	b.must(err)
	after := b.shop["A"]
	after.Credentials, after.Settings = chat.Secret("token"), []byte(`{"businessAccountId":"700"}`)
	b.must(b.store.UpdateChannel(b.ctx, b.shop["A"], after, nil))
	after.Version++
	b.shop["A"] = after
	return b, provider
}

// changed sends the signal of the channel's change, and runs the job that it creates.
func (b *fixture) changed(version int64) chat.Job {
	b.t.Helper()
	id := b.shop["A"].ID
	signal := events.ChannelChanged{ChannelID: string(id), Version: version}
	if _, err := b.store.Channel(b.ctx, "ACC", id); err != nil {
		signal.Removed = &events.RemovedChannel{Type: "whatsapp"}
	}
	envelope, err := events.Wrap("signal", "ACC", b.now, signal)
	b.must(err)
	for range 2 { // a repeated signal creates no second job
		b.must(b.Routes().Handle(b.ctx, envelope))
	}
	return b.runs(chat.NewTemplatesJob("ACC", id, b.now, "changed", fmt.Sprint(version)).ID)
}

func (b *fixture) templates() (names []string) {
	b.t.Helper()
	page, err := b.store.Templates(b.ctx, "ACC", "CHA", directory.TemplateQuery{}, chat.PageRequest{Limit: 100})
	b.must(err)
	for _, it := range page.Items {
		names = append(names, it.Name)
	}
	return names
}

func (b *fixture) wantTemplates(want ...string) {
	b.t.Helper()
	if got := b.templates(); !slices.Equal(got, want) {
		b.t.Errorf("the templates are %q, want %q", got, want)
	}
}

func TestTemplates_ReadPageByPage(t *testing.T) { // B-12
	t.Parallel()
	b, provider := approving(t, "a", "b", "c", "d", "e", "f", "g")
	if job := b.changed(1); !job.Done || job.Count != 7 || provider.calls != 3 {
		t.Errorf("%+v after %d calls", job, provider.calls)
	}
	b.wantTemplates("a", "b", "c", "d", "e", "f", "g")
	provider.names = []string{"b", "h"}
	b.now = b.now.Add(time.Hour)
	if job := b.changed(2); !job.Done {
		t.Errorf("%+v", job)
	}
	b.wantTemplates("b", "h")
	b.now = b.now.Add(time.Hour)
	after := b.shop["A"]
	after.Settings = []byte(`{}`)
	b.must(b.store.UpdateChannel(b.ctx, b.shop["A"], after, nil))
	if job := b.changed(3); !job.Done || !strings.Contains(b.logs.String(), "no business account") {
		t.Errorf("%+v", job)
	}
	b.wantTemplates()
}

func TestTemplates_ChannelRemoved_Deleted(t *testing.T) {
	t.Parallel()
	b, _ := approving(t, "a", "b")
	b.changed(1)
	b.must(b.store.DeleteChannel(b.ctx, b.shop["A"], nil))
	if job := b.changed(2); job.Done {
		t.Error("there is no second pass")
	}
	b.wantTemplates()
	b.must(b.store.PutTemplate(b.ctx, chat.Template{AccountID: "ACC", ChannelID: "CHA", Name: "late", Language: "es", SyncedAt: b.now}, b.now))
	b.now = b.now.Add(chat.TimerGrace)
	if job := b.changed(2); !job.Done {
		t.Errorf("%+v", job)
	}
	b.wantTemplates()
}

func TestTemplates_ProviderFails(t *testing.T) {
	t.Parallel()
	refused := func(code fault.Code, p channel.ProviderError) error {
		return fault.New(code, "no").WithReason("reason").WithCause(&p)
	}
	for name, test := range map[string]struct {
		refusal error
		wait    time.Duration // 0 = the job ends
	}{
		"too many calls":      {refused(fault.RateLimited, channel.ProviderError{Code: "80007"}), time.Minute},
		"and says when":       {refused(fault.RateLimited, channel.ProviderError{Code: "80007", RetryAfter: 5 * time.Minute}), 5 * time.Minute},
		"trouble of its own":  {refused(fault.Unavailable, channel.ProviderError{Code: "2"}), time.Minute},
		"a dead token":        {refused(fault.Forbidden, channel.ProviderError{Code: "190", Class: channel.ClassReauthorise}), 0},
		"no such account":     {refused(fault.Invalid, channel.ProviderError{Code: "100"}), 0},
		"a mistake of a kind": {errors.New("a bug"), time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, provider := approving(t, "a")
			provider.refuses = test.refusal
			job := b.changed(1)
			if job.Done != (test.wait == 0) || test.wait > 0 && !job.NotBefore.Equal(b.now.Add(test.wait)) {
				t.Fatalf("%+v", job)
			}
			b.wantTemplates()
			ch, err := b.store.Channel(b.ctx, "ACC", "CHA")
			if b.must(err); ch.Version != b.shop["A"].Version {
				t.Error("the channel's health changed; only send may change it")
			}
			b.now = b.now.Add(test.wait)
			if job = b.runs(job.ID); !job.Done {
				t.Errorf("%+v", job)
			}
			if test.wait > 0 {
				b.wantTemplates("a")
			}
		})
	}
}

// dying is a store in which the process crashes before or after its n-th write.
type dying struct {
	*dynamo.Store
	at    int
	after bool
	n     int
}

func (s *dying) write(do func() error) error {
	if s.n++; s.n != s.at {
		return do()
	}
	if s.after {
		if err := do(); err != nil {
			return err
		}
	}
	return errCrash
}

func (s *dying) PutTemplate(ctx context.Context, t chat.Template, readAt time.Time) error {
	return s.write(func() error { return s.Store.PutTemplate(ctx, t, readAt) })
}

func (s *dying) SweepTemplates(ctx context.Context, account chat.AccountID, ch chat.ChannelID, before time.Time, limit int) (more bool, err error) {
	err = s.write(func() error {
		more, err = s.Store.SweepTemplates(ctx, account, ch, before, limit)
		return err
	})
	return more, err
}

func (s *dying) UpdateJob(ctx context.Context, before, after chat.Job) error {
	return s.write(func() error { return s.Store.UpdateJob(ctx, before, after) })
}

// C-03: after a crash at any point, the next run ends with the same result.
func TestTemplates_Crash_Resumes(t *testing.T) {
	t.Parallel()
	for at := 1; at <= 8; at++ {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("at write %d, after it %t", at, after), func(t *testing.T) {
				t.Parallel()
				b, provider := approving(t, "a", "gone")
				b.changed(1)
				provider.names = []string{"b", "c", "d", "e"}
				b.now = b.now.Add(time.Hour)
				b.must(b.store.PutJob(b.ctx, *b.job(chat.JobTemplates, "CHA")))
				deps := b.deps
				store := &dying{Store: b.store, at: at, after: after}
				deps.Store = store
				h, err := jobs.New(deps)
				b.must(err)
				for !b.stored().Done {
					b.now = b.now.Add(time.Second)
					if err := b.step(h); err != nil && !errors.Is(err, errCrash) {
						t.Fatal(err)
					}
				}
				if store.n < at {
					t.Fatalf("only %d writes", store.n)
				}
				b.wantTemplates("b", "c", "d", "e")
			})
		}
	}
}

// A template status received by webhook during the reading overrides the page read before it.
func TestTemplates_WebhookDuringRead_Wins(t *testing.T) {
	t.Parallel()
	b, provider := approving(t, "a")
	b.changed(1)
	b.now = b.now.Add(time.Hour)
	provider.before = func() {
		b.must(b.desk.ChangeTemplate(b.ctx, b.acc, b.shop["A"], "a", "es", chat.TemplateChange{Status: chat.TemplatePaused, At: b.now.Add(time.Second)}))
	}
	b.changed(2)
	if got, err := b.store.Template(b.ctx, "ACC", "CHA", "a", "es"); err != nil || got.Status != chat.TemplatePaused {
		t.Errorf("%+v, %v", got, err)
	}
}
