package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/jobs"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
)

// beside is the real store with hooks that run during a call, each once.
type beside struct {
	*dynamo.Store
	beforeRepair, afterRepair func()
	counting                  func([]chat.Conversation) []chat.Conversation
	update                    func() error
}

func once[T any](f *T) (take T) {
	var none T
	take, *f = *f, none
	return take
}

func (s *beside) RepairLoad(ctx context.Context, seen chat.Load, open int) error {
	if f := once(&s.beforeRepair); f != nil {
		f()
	}
	err := s.Store.RepairLoad(ctx, seen, open)
	if f := once(&s.afterRepair); f != nil {
		f()
	}
	return err
}

func (s *beside) Carried(ctx context.Context, account chat.AccountID, operator chat.OperatorID, after chat.ConversationID, limit int) ([]chat.Conversation, error) {
	list, err := s.Store.Carried(ctx, account, operator, after, limit)
	if operator == "ANA" && s.counting != nil {
		list = once(&s.counting)(list)
	}
	return list, err
}

func (s *beside) UpdateJob(ctx context.Context, before, after chat.Job) error {
	if f := once(&s.update); f != nil {
		if err := f(); err != nil {
			return err
		}
	}
	return s.Store.UpdateJob(ctx, before, after)
}

// on makes the handler use a store with hooks.
func (b *fixture) on(s *beside) {
	b.t.Helper()
	s.Store = b.store
	deps := b.deps
	deps.Store = s
	var err error
	b.Handler, err = jobs.New(deps)
	b.must(err)
}

func (b *fixture) recountID() string { return chat.NewRecount(b.acc).ID }

// recounts moves the clock by a day and runs the recount.
func (b *fixture) recounts() chat.Job {
	b.t.Helper()
	b.now = b.now.Add(chat.RecountEvery)
	return b.runs(b.recountID())
}

func (b *fixture) load(operator chat.OperatorID) chat.Load {
	b.t.Helper()
	load, err := b.store.Load(b.ctx, "ACC", operator)
	b.must(err)
	return load
}

// drift sets a load to a wrong value.
func (b *fixture) drift(operator chat.OperatorID, open int) {
	b.t.Helper()
	b.must(b.store.RepairLoad(b.ctx, b.load(operator), open))
}

func (b *fixture) wantLoad(operator chat.OperatorID, want int) {
	b.t.Helper()
	if got := b.load(operator).Open; got != want {
		b.t.Errorf("%s carries %d, want %d", operator, got, want)
	}
}

// gives creates n conversations and assigns them to the operator.
func (b *fixture) gives(o chat.Operator, n int) (had []chat.ConversationID) {
	b.t.Helper()
	for i := range n {
		id := b.written("A", fmt.Sprintf("%s%03d", o.ID, i))
		b.give(o, id)
		had = append(had, id)
	}
	return had
}

func (b *fixture) resolves(id chat.ConversationID) {
	b.t.Helper()
	_, err := b.desk.Resolve(b.ctx, chat.Actor{Operator: b.owner, RequestID: "resolve"}, id)
	b.must(err)
}

func TestRecount_DriftedCounts_Repaired(t *testing.T) { // S1-11
	t.Parallel()
	b := newFixture(t)
	ana := b.employ("ANA", "A")
	had := b.gives(ana, 4)
	_, err := b.desk.SetPending(b.ctx, chat.Actor{Operator: b.owner, RequestID: "pending"}, had[0])
	b.must(err)
	b.resolves(had[1])
	want := b.load("ANA")
	b.must(b.store.RepairCounts(b.ctx, want, chat.Counts{{StoreID: "A", Status: chat.Open}: 7, {StoreID: "B", Status: chat.Pending}: 1}))
	b.recounts()
	if got := b.load("ANA"); got.Open != 3 || !maps.Equal(got.Counts, want.Counts) || len(want.Counts) != 3 {
		t.Errorf("counted %+v, want %+v", got, want)
	}
}

func TestRecount_DriftedLoad_Repaired(t *testing.T) { // B-04
	t.Parallel()
	tests := []struct {
		name  string
		given int
		says  int
	}{
		{"upwards", 3, 5},
		{"downwards", 3, 1},
		{"to more than nothing", 0, 2},
		{"over two pages", 105, 7},
		{"a page exactly", 100, 101},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newFixture(t)
			ana, bea := b.employ("ANA", "A"), b.employ("BEA", "A")
			had := b.gives(ana, test.given)
			b.gives(bea, 2)
			if test.given == 3 { // a pending conversation counts, a closed one does not
				_, err := b.desk.SetPending(b.ctx, chat.Actor{Operator: b.owner, RequestID: "pending"}, had[0])
				b.must(err)
				b.resolves(had[1])
				test.given--
			}
			b.drift("ANA", test.says)
			before := b.load("BEA")
			job := b.recounts()
			b.wantLoad("ANA", test.given)
			if job.Done || job.Count != 1 || job.Checkpoint != "" || !job.NotBefore.After(b.now) {
				t.Errorf("%+v", job)
			}
			if after := b.load("BEA"); !reflect.DeepEqual(after, before) {
				t.Errorf("a correct load became %+v", after)
			}
			logs := b.logs.String()
			if !strings.Contains(logs, fmt.Sprintf(`"operator_id":"ANA","was":%d,"is":%d`, test.says, test.given)) || !strings.Contains(logs, `"LoadsRepaired":1`) {
				t.Errorf("it was reported as %s", logs)
			}
			repaired := b.load("ANA")
			if job = b.recounts(); job.Count != 1 || !reflect.DeepEqual(b.load("ANA"), repaired) {
				t.Errorf("the next day's recount changed a correct load: %+v, %+v", job, b.load("ANA"))
			}
		})
	}
}

func TestRecount_ConcurrentChanges_Kept(t *testing.T) { // B-04
	t.Parallel()
	tests := []struct {
		name   string
		beside func(b *fixture, o chat.Operator, had []chat.ConversationID) *beside
		want   int
	}{
		{"an assignment before the repair", func(b *fixture, o chat.Operator, _ []chat.ConversationID) *beside {
			return &beside{beforeRepair: func() { b.give(o, b.written("A", "54999")) }}
		}, 4},
		{"an assignment after the repair", func(b *fixture, o chat.Operator, _ []chat.ConversationID) *beside {
			return &beside{afterRepair: func() { b.give(o, b.written("A", "54999")) }}
		}, 4},
		{"one is closed before the repair", func(b *fixture, _ chat.Operator, had []chat.ConversationID) *beside {
			return &beside{beforeRepair: func() { b.resolves(had[0]) }}
		}, 2},
		{"the load moves there and back while it is counted", func(b *fixture, o chat.Operator, had []chat.ConversationID) *beside {
			return &beside{counting: func(list []chat.Conversation) []chat.Conversation {
				b.give(o, b.written("A", "54999"))
				b.resolves(had[0])
				return list[1:]
			}}
		}, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newFixture(t)
			ana := b.employ("ANA", "A")
			had := b.gives(ana, 3)
			b.drift("ANA", 9)
			b.on(test.beside(b, ana, had))
			b.recounts()
			b.wantLoad("ANA", test.want)
		})
	}
}

func TestRecount_PartlyVisibleTransaction_NotRepaired(t *testing.T) { // B-04
	t.Parallel()
	b := newFixture(t)
	b.gives(b.employ("ANA", "A"), 3)
	before := b.load("ANA")
	b.on(&beside{counting: func(list []chat.Conversation) []chat.Conversation { return list[1:] }}) // one conversation is not readable yet
	if job := b.recounts(); job.Count != 0 || !reflect.DeepEqual(b.load("ANA"), before) {
		t.Errorf("%+v became %+v", before, b.load("ANA"))
	}
}

func TestRecount_BusyLoad_LeftForNextDay(t *testing.T) { // B-04
	t.Parallel()
	b := newFixture(t)
	ana := b.employ("ANA", "A")
	b.gives(ana, 3)
	b.drift("ANA", 9)
	s := &beside{}
	var move func(list []chat.Conversation) []chat.Conversation
	move = func(list []chat.Conversation) []chat.Conversation {
		b.give(ana, b.written("A", "54"+b.now.Format("150405")))
		s.counting = move
		return list
	}
	s.counting = move
	b.on(s)
	if job := b.recounts(); job.Count != 0 || !strings.Contains(b.logs.String(), `"busy":1`) {
		t.Errorf("%+v, %s", job, b.logs.String())
	}
	s.counting = nil
	b.recounts()
	b.wantLoad("ANA", len(b.carried("ANA")))
}

func (b *fixture) carried(operator chat.OperatorID) []chat.Conversation {
	b.t.Helper()
	list, err := b.store.Carried(b.ctx, "ACC", operator, "", 1000)
	b.must(err)
	return list
}

func TestRecount_CrashBetweenSteps_Resumes(t *testing.T) { // C-03
	t.Parallel()
	died := errors.New("the process dies")
	for dies := range 3 { // crash at the end of the first, second or third run
		t.Run(fmt.Sprint(dies), func(t *testing.T) {
			t.Parallel()
			b := newFixture(t)
			b.gives(b.employ("ANA", "A"), 105)
			b.drift("ANA", 1)
			s := &beside{}
			b.on(s)
			b.now = b.now.Add(chat.RecountEvery)
			envelope, err := events.Wrap("signal", "ACC", b.now, events.JobReady{JobID: b.recountID()})
			b.must(err)
			for range dies {
				b.must(b.Routes().Handle(b.ctx, envelope))
			}
			s.update = func() error { return died }
			if err := b.Routes().Handle(b.ctx, envelope); !errors.Is(err, died) {
				t.Fatalf("no crash: %v", err)
			}
			b.runs(b.recountID())
			b.wantLoad("ANA", 105)
			repaired := b.load("ANA")
			b.recounts()
			if !reflect.DeepEqual(b.load("ANA"), repaired) {
				t.Errorf("%+v became %+v", repaired, b.load("ANA"))
			}
		})
	}
}

func TestRecount_KeepsDailyHour(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	due := b.acc.CreatedAt.Add(chat.RecountEvery)
	for _, late := range []time.Duration{0, time.Hour, 23 * time.Hour} {
		b.now = due.Add(late)
		job := b.runs(b.recountID())
		if due = due.Add(chat.RecountEvery); !job.NotBefore.Equal(due) {
			t.Fatalf("after a delay of %s the next is at %s, want %s", late, job.NotBefore, due)
		}
	}
	b.now = due.Add(72 * time.Hour) // nothing ran for days
	if job := b.runs(b.recountID()); !job.NotBefore.Equal(b.now.Add(chat.RecountEvery)) {
		t.Errorf("the next is at %s", job.NotBefore)
	}
}
