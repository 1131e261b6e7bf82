package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/jobs"
	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk/claims"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/obs"
)

// fixture is the handler with the real desk and store, and a clock that the test moves.
type fixture struct {
	*jobs.Handler
	deps  jobs.Deps
	t     *testing.T
	ctx   context.Context
	db    dynamotest.DB
	store *dynamo.Store // of db, by the fixture's clock
	desk  *desktest.UseCases
	now   time.Time
	logs  bytes.Buffer // logs and metrics
	owner chat.Operator
	acc   chat.Account
	shop  map[chat.StoreID]chat.Channel

	sockets *sockets
}

// sockets is a gateway: a socket that it closes has its connection removed by $disconnect.
type sockets struct {
	store  *dynamo.Store
	closed []string
	err    error
}

func (s *sockets) Hangup(ctx context.Context, connection string) error {
	if s.err != nil {
		return s.err
	}
	s.closed = append(s.closed, connection)
	_, err := s.store.DeleteConnection(ctx, connection)
	return err
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	b := &fixture{t: t, ctx: t.Context(), now: dynamotest.Noon(), shop: map[chat.StoreID]chat.Channel{}}
	clock := func() time.Time { return b.now }
	b.db = dynamotest.Open(t, engine.Default(), dynamo.WithClock(clock))
	b.store = b.db.Store
	b.desk = desktest.NewUseCases(t, b.store, all.Offline().Capabilities, clock)
	metrics, err := obs.NewMetrics(&b.logs, clock, "jobs", jobs.LoadsRepaired)
	if err != nil {
		t.Fatal(err)
	}
	claimer, err := claims.New(b.store, clock, func(_ context.Context, d time.Duration) error { b.now = b.now.Add(d); return nil })
	if err != nil {
		t.Fatal(err)
	}
	b.sockets = &sockets{store: b.store}
	b.deps = jobs.Deps{Store: b.store, Desk: b.desk, Claims: claimer, Live: b.store, Sockets: b.sockets, Channels: all.Offline(), Sealer: open{}, WebhookURL: "https://hooks.example/webhooks", SecretNames: all.HookSecrets{}, PublicURLName: "https://recado.example", Secrets: parameters{}, Now: clock, Metrics: metrics, Log: slog.New(slog.NewJSONHandler(&b.logs, nil))}
	if b.Handler, err = jobs.New(b.deps); err != nil {
		t.Fatal(err)
	}
	b.acc = chat.Account{ID: "ACC", Name: "Tienda", StoreID: "A", TimeZone: "UTC", Distribution: chat.Distribution{Mode: chat.DistributeToAccount}, CreatedAt: b.now, Version: 1}
	b.owner = b.person("OWNER", chat.Owner)
	b.must(b.store.CreateAccount(b.ctx, b.acc, chat.Store{ID: "A", AccountID: "ACC", Name: "A", CreatedAt: b.now}, b.owner, nil))
	b.must(b.store.CreateStore(b.ctx, chat.Store{ID: "B", AccountID: "ACC", Name: "B", CreatedAt: b.now}, nil))
	for i, store := range []chat.StoreID{"A", "B"} {
		ch := chat.Channel{ID: chat.ChannelID("CH" + store), AccountID: "ACC", StoreID: store, Type: "whatsapp", ExternalID: fmt.Sprintf("7%d", i), Health: chat.Health{State: chat.HealthOK}, CreatedAt: b.now, Version: 1}
		b.must(b.store.CreateChannel(b.ctx, ch, nil))
		b.shop[store] = ch
	}
	return b
}

// open is a fake sealer that returns its input unchanged.
type open struct{}

// parameters is a fake parameter store in which each value is the parameter's name.
type parameters struct{}

func (parameters) List(_ context.Context, name string) ([]string, error) { return []string{name}, nil }

func (open) OpenCredentials(_ context.Context, _ chat.AccountID, secret chat.Secret) (chat.Credentials, error) {
	return chat.Credentials(secret), nil
}

func (b *fixture) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *fixture) person(id string, role chat.Role, stores ...chat.StoreID) chat.Operator {
	return chat.Operator{
		ID: chat.OperatorID(id), AccountID: "ACC", Name: id, Email: id + "@example.com", Role: role, Availability: chat.Available,
		Capacity: 1000, StoreIDs: stores, Active: true, CreatedAt: b.now, Version: 1,
	}
}

func (b *fixture) employ(id string, stores ...chat.StoreID) chat.Operator {
	b.t.Helper()
	o := b.person(id, chat.OperatorRole, stores...)
	b.must(b.store.CreateOperator(b.ctx, o, nil))
	return o
}

// written creates a conversation: a customer writes to a store.
func (b *fixture) written(store chat.StoreID, from string) chat.ConversationID {
	b.t.Helper()
	b.now = b.now.Add(time.Second)
	received, err := b.desk.Receive(b.ctx, b.acc, b.shop[store], chat.Inbound{
		Kind: chat.InboundMessage, ProviderID: "wamid." + from + b.now.String(), At: b.now, ReceivedAt: b.now,
		Sender: chat.Sender{Addresses: []string{from}, Name: "Perfil"}, Type: chat.TypeText, Text: "hola",
	})
	b.must(err)
	return received.Conversation.ID
}

// give assigns waiting conversations to an operator, as a distribution does that read the operator's state before the change.
func (b *fixture) give(o chat.Operator, id chat.ConversationID) {
	b.t.Helper()
	before := b.conversation(id)
	after := before
	b.must(after.Assign(o.ID, b.now))
	b.must(b.store.Commit(b.ctx, chat.Decision{Before: &before, After: after}, b.now))
}

func (b *fixture) conversation(id chat.ConversationID) chat.Conversation {
	b.t.Helper()
	c, err := b.store.Conversation(b.ctx, "ACC", id)
	b.must(err)
	return c
}

func (b *fixture) job(kind chat.JobKind, subject string) *chat.Job {
	return &chat.Job{ID: "JOB", AccountID: "ACC", Kind: kind, Subject: subject, CreatedAt: b.now, Version: 1}
}

// run executes the job's steps as fanout requests them, until a step changes nothing, and returns the job.
func (b *fixture) run() chat.Job {
	b.t.Helper()
	return b.runs("JOB")
}

func (b *fixture) runs(id string) chat.Job {
	b.t.Helper()
	for {
		before, err := b.store.Job(b.ctx, "ACC", id)
		b.must(err)
		envelope, err := events.Wrap("signal", "ACC", b.now, events.JobReady{JobID: id})
		b.must(err)
		b.must(b.Routes().Handle(b.ctx, envelope))
		after, err := b.store.Job(b.ctx, "ACC", id)
		b.must(err)
		if after.Version == before.Version {
			return after
		}
	}
}

func (b *fixture) wantAssignee(id chat.ConversationID, want chat.OperatorID) {
	b.t.Helper()
	if got := b.conversation(id).AssigneeID; got != want {
		b.t.Errorf("conversation %s belongs to %q, want %q", id, got, want)
	}
}

func TestRelease_InactiveOperator_BackToPool(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	ana := b.employ("ANA", "A")
	const many = 105 // more than one step
	var had []chat.ConversationID
	for i := range many {
		id := b.written("A", fmt.Sprintf("54911%03d", i))
		b.give(ana, id)
		had = append(had, id)
	}
	gone := ana
	gone.Active = false
	b.must(b.store.UpdateOperator(b.ctx, ana, gone, nil, b.job(chat.JobRelease, "ANA")))
	job := b.run()
	for _, id := range had {
		if c := b.conversation(id); c.AssigneeID != "" || !c.InPool() {
			t.Fatalf("conversation %s is %s of %q and not in the pool", id, c.Status, c.AssigneeID)
		}
	}
	timeline, err := b.store.Events(b.ctx, "ACC", had[0], chat.PageRequest{Limit: 10})
	b.must(err)
	if len(timeline.Items) == 0 {
		t.Fatal("the timeline has no such event")
	}
	found := false
	for _, event := range timeline.Items {
		if event.Type == chat.EventUnassigned && event.Reason != nil && event.Reason.Code == chat.ReasonNoLongerServes && event.Data.PreviousAssigneeID == "ANA" {
			found = true
		}
	}
	if !found {
		t.Errorf("no log line with the reason: %+v", timeline.Items)
	}

	// A distribution that read her as active assigns one more conversation, after the first pass.
	late := b.written("A", "54911999")
	b.give(ana, late)
	if job.Done {
		t.Fatal("the job ended while a distribution may still be running")
	}
	b.run()
	b.wantAssignee(late, "ANA")
	b.now = b.now.Add(chat.TimerGrace)
	if job = b.run(); !job.Done {
		t.Fatalf("the job does not end: %+v", job)
	}
	b.wantAssignee(late, "")
}

func TestRelease_KeepsServedStores(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	ana := b.employ("ANA", "A", "B")
	stays, goes := b.written("A", "5491"), b.written("B", "5492")
	b.give(ana, stays)
	b.give(ana, goes)
	narrow := ana
	narrow.StoreIDs = []chat.StoreID{"A"}
	b.must(b.store.UpdateOperator(b.ctx, ana, narrow, nil, b.job(chat.JobRelease, "ANA")))
	b.run()
	b.wantAssignee(stays, "ANA")
	b.wantAssignee(goes, "")
}

func TestRename_UpdatesConversations(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	id := b.written("A", "5491")
	before, err := b.store.Contact(b.ctx, "ACC", b.conversation(id).ContactID)
	b.must(err)
	after := before
	after.Name = "María"
	b.must(b.store.UpdateContact(b.ctx, before, after, nil, b.job(chat.JobRename, string(before.ID))))
	if job := b.run(); !job.Done {
		t.Fatalf("the job did not end: %+v", job)
	}
	if c := b.conversation(id); c.ContactName != "María" {
		t.Errorf("the list shows %q", c.ContactName)
	}
	_, err = b.desk.Resolve(b.ctx, chat.Actor{Operator: b.owner, RequestID: "request"}, id)
	b.must(err)
	b.now = b.now.Add(25 * time.Hour)
	if next := b.written("A", "5491"); next == id || b.conversation(next).ContactName != "María" {
		t.Errorf("the next conversation has the name %q", b.conversation(next).ContactName)
	}
}

func TestRelink_CrashInTheMiddle_AllConversationsMoveOnce(t *testing.T) { // C-03
	t.Parallel()
	b := newFixture(t)
	kept := b.conversation(b.written("A", "5491")).ContactID
	var had []chat.ConversationID
	for range 3 {
		b.now = b.now.Add(48 * time.Hour)
		id := b.written("A", "AR.1")
		had = append(had, id)
		_, err := b.desk.Resolve(b.ctx, chat.Actor{Operator: b.owner, RequestID: "request"}, id)
		b.must(err)
	}
	found, err := b.store.Identities(b.ctx, "ACC", b.shop["A"].ID, []string{"5491", "AR.1"})
	b.must(err)
	b.must(b.desk.Join(b.ctx, b.acc, found[0], found[1]))
	b.must(b.store.PutJob(b.ctx, *b.job(chat.JobRelink, string(found[1].ContactID))))

	deps := b.deps
	deps.Desk = &dyingMover{UseCases: b.desk, after: 2}
	h, err := jobs.New(deps)
	b.must(err)
	if err := b.step(h); !errors.Is(err, errCrash) {
		t.Fatalf("no crash: %v", err)
	}
	if job := b.run(); job.Done || job.NotBefore.IsZero() {
		t.Errorf("the second pass is not planned: %+v", job)
	}
	b.now = b.now.Add(chat.TimerGrace)
	if job := b.run(); !job.Done {
		t.Errorf("the job did not end: %+v", job)
	}
	for _, id := range had {
		if c := b.conversation(id); c.ContactID != kept || c.ExternalID != "5491" || len(c.Moves) != 1 {
			t.Errorf("%+v", c)
		}
	}
	if left, err := b.store.ConversationsOfContact(b.ctx, "ACC", found[1].ContactID, "", 10); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// dyingMover are use cases of a process that dies after some conversations were moved.
type dyingMover struct {
	*desktest.UseCases
	after int
}

func (d *dyingMover) Move(ctx context.Context, account chat.AccountID, contact chat.ContactID, mergeID string, id chat.ConversationID) error {
	if d.after--; d.after < 0 {
		return errCrash
	}
	return d.UseCases.Move(ctx, account, contact, mergeID, id)
}

func TestRearm_ShorterClosingTime_AllShards(t *testing.T) { // S3-11
	t.Parallel()
	b := newFixture(t)
	ana := b.employ("ANA", "A")
	before, after := b.acc, b.acc
	after.InboxShards, after.Closing.Idle = 4, time.Hour
	b.acc = after
	had := b.gives(ana, 12)
	b.must(b.store.UpdateAccount(b.ctx, before, after, nil, b.job(chat.JobRearm, "")))
	if job := b.run(); !job.Done || job.Count != 12 {
		t.Errorf("%+v", job)
	}
	for _, id := range had {
		if c := b.conversation(id); !c.CloseAt.Equal(c.LastActivityAt.Add(time.Hour)) {
			t.Errorf("conversation %s closes at %s", id, c.CloseAt)
		}
	}
}
