package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/jobs"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
	"github.com/recado-chat/recado/shared/fault"
)

// shorten creates conversations in an account without auto-close, and then sets the closing time to ten minutes.
func (b *fixture) shorten(many int) (had []chat.ConversationID) {
	b.t.Helper()
	ana := b.employ("ANA", "A")
	for i := range many {
		id := b.written("A", fmt.Sprintf("54911%03d", i))
		b.give(ana, id)
		had = append(had, id)
	}
	after := b.acc
	after.Closing.Idle = 10 * time.Minute
	b.must(b.store.UpdateAccount(b.ctx, b.acc, after, nil, b.job(chat.JobRearm, "")))
	return had
}

// step sends a handler one signal.
func (b *fixture) step(h *jobs.Handler) error {
	b.t.Helper()
	envelope, err := events.Wrap("signal", "ACC", b.now, events.JobReady{JobID: "JOB"})
	b.must(err)
	return h.Routes().Handle(b.ctx, envelope)
}

// stored returns the job as stored.
func (b *fixture) stored() chat.Job {
	b.t.Helper()
	job, err := b.store.Job(b.ctx, "ACC", "JOB")
	b.must(err)
	return job
}

// armed counts the conversations that close ten minutes after they were assigned.
func (b *fixture) armed(ids []chat.ConversationID) (n int) {
	b.t.Helper()
	for _, id := range ids {
		if c := b.conversation(id); c.CloseAt.Equal(c.AssignedAt.Add(10 * time.Minute)) {
			n++
		}
	}
	return n
}

// timer returns when the job's timer is due; zero without a timer.
func (b *fixture) timer() (due time.Time) {
	b.t.Helper()
	for shard := range schedule.DueShards {
		page, err := b.store.Due(b.ctx, shard, b.now.Add(24*time.Hour), chat.PageRequest{Limit: 1000})
		b.must(err)
		if i := slices.IndexFunc(page.Items, func(d schedule.DueItem) bool { return d.Kind == string(chat.TimerJob) && d.Subject == "JOB" }); i >= 0 {
			due = page.Items[i].DueAt
		}
	}
	return due
}

func TestStep_IsBounded_WritesCheckpoint(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	had := b.shorten(102)
	ended := b.written("A", "54912")
	_, err := b.desk.Resolve(b.ctx, chat.Actor{Operator: b.owner, RequestID: "request"}, ended)
	b.must(err)
	b.now = b.now.Add(time.Minute)

	b.must(b.step(b.Handler))
	if job := b.stored(); job.Count != 100 || job.Checkpoint == "" || job.Done {
		t.Errorf("after a step: %+v", job)
	}
	if n := b.armed(had); n != 100 {
		t.Errorf("one step armed %d conversations", n)
	}
	if want := b.now.Add(chat.TimerGrace); !b.timer().Equal(want) {
		t.Errorf("the job's timer is due at %s, want %s", b.timer(), want)
	}
	b.must(b.step(b.Handler))
	if job := b.stored(); job.Count != 102 || !job.Done {
		t.Errorf("after the last step: %+v", job)
	}
	if n := b.armed(had); n != len(had) || !b.timer().IsZero() {
		t.Errorf("%d of %d armed, timer at %s", n, len(had), b.timer())
	}
	if c := b.conversation(ended); !c.CloseAt.IsZero() {
		t.Errorf("a resolved conversation closes at %s", c.CloseAt)
	}
}

// watched is a store with a hook around the write of a checkpoint.
type watched struct {
	*dynamo.Store
	update func(write func() error) error
}

func (s *watched) UpdateJob(ctx context.Context, before, after chat.Job) error {
	return s.update(func() error { return s.Store.UpdateJob(ctx, before, after) })
}

// over returns the handler on a watched store.
func (b *fixture) over(update func(write func() error) error) *jobs.Handler {
	b.t.Helper()
	deps := b.deps
	deps.Store = &watched{b.store, update}
	h, err := jobs.New(deps)
	b.must(err)
	return h
}

var errCrash = errors.New("the process died")

// C-03
func TestStep_CrashAtCheckpoint_Repeatable(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]bool{"before it was written": false, "after it was written": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newFixture(t)
			had := b.shorten(3)
			died := false
			h := b.over(func(write func() error) error {
				if died {
					return write()
				}
				if died = true; after {
					b.must(write())
				}
				return errCrash
			})
			if err := b.step(h); !errors.Is(err, errCrash) {
				t.Fatalf("no crash: %v", err)
			}
			var versions []int64
			for _, id := range had {
				versions = append(versions, b.conversation(id).Version)
			}
			b.must(b.step(h))
			if job := b.stored(); job.Count != 3 || !job.Done || b.armed(had) != 3 {
				t.Errorf("it ended as %+v, with %d armed", job, b.armed(had))
			}
			for i, id := range had {
				if now := b.conversation(id).Version; now != versions[i] {
					t.Errorf("%s was written again: version %d became %d", id, versions[i], now)
				}
			}
		})
	}
}

func TestStep_ConcurrentRuns_CountOnce(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	had := b.shorten(3)
	b.must(b.step(b.over(func(write func() error) error {
		b.must(b.step(b.Handler)) // a concurrent run finishes first
		return write()
	})))
	if job := b.stored(); job.Count != 3 || !job.Done || b.armed(had) != 3 {
		t.Errorf("it ended as %+v, with %d armed", job, b.armed(had))
	}
}

func TestStep_EarlyOrLateSignal_Ignored(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*fixture, *chat.Job){
		"a job that is done":                 func(_ *fixture, j *chat.Job) { j.Done = true },
		"a job whose next step has its time": func(b *fixture, j *chat.Job) { j.NotBefore = b.now.Add(time.Millisecond) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newFixture(t)
			had := b.shorten(1)
			before := b.stored()
			after := before
			change(b, &after)
			b.must(b.store.UpdateJob(b.ctx, before, after))
			b.must(b.step(b.Handler))
			if now := b.stored(); now.Version != before.Version+1 || b.armed(had) != 0 {
				t.Errorf("it became %+v, with %d armed", now, b.armed(had))
			}
		})
	}
}

func TestJob_Permanent_DeadLetteredWithReason(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	b.must(b.store.PutJob(b.ctx, chat.Job{ID: "NEWER", AccountID: "ACC", Kind: "campaign", CreatedAt: b.now}))
	for name, c := range map[string]struct{ kind, data, reason string }{
		"a kind of a newer version": {events.JobReady{}.EventType(), `{"jobId":"NEWER"}`, "unknown_job"},
		"a job that is not there":   {events.JobReady{}.EventType(), `{"jobId":"NOBODY"}`, "not_found"},
		"data of another form":      {events.JobReady{}.EventType(), `[]`, "undecodable"},
		"another signal":            {events.MailQueued{}.EventType(), `{"mailId":"MAIL"}`, "unknown_type"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := b.Routes().Handle(b.ctx, events.Envelope{ID: "signal", Type: c.kind, AccountID: "ACC", OccurredAt: b.now, Data: json.RawMessage(c.data)})
			if !fault.Permanent(err) || fault.Reason(err) != c.reason {
				t.Errorf("got %v for %s, want the permanent error %s", err, fault.Reason(err), c.reason)
			}
		})
	}
}
