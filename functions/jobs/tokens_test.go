package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/jobs"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/dynamo/contact"
)

// named creates a conversation of a contact with a name.
func (b *fixture) named(from, name string) chat.ConversationID {
	b.t.Helper()
	id := b.written("A", from)
	before, err := b.store.Contact(b.ctx, "ACC", b.conversation(id).ContactID)
	b.must(err)
	after := before
	after.Name = name
	b.must(b.store.UpdateContact(b.ctx, before, after, nil, nil))
	return id
}

// forget deletes the tokens that begin with a text, and returns how many there were.
func (b *fixture) forget(text string) (n int) {
	b.t.Helper()
	pages := dynamodb.NewScanPaginator(b.db.Client, &dynamodb.ScanInput{TableName: &b.db.Tables.Desk})
	for pages.HasMorePages() {
		page, err := pages.NextPage(b.ctx)
		b.must(err)
		for _, av := range page.Items {
			if sk, ok := av["sk"].(*types.AttributeValueMemberS); !ok || !strings.HasPrefix(sk.Value, text+"#") {
				continue
			}
			_, err := b.db.Client.DeleteItem(b.ctx, &dynamodb.DeleteItemInput{
				TableName: &b.db.Tables.Desk, Key: map[string]types.AttributeValue{"pk": av["pk"], "sk": av["sk"]},
			})
			b.must(err)
			n++
		}
	}
	return n
}

func (b *fixture) finds(q string) (n int) {
	b.t.Helper()
	all := func(context.Context, chat.Contact) (bool, error) { return true, nil }
	page, err := b.store.SearchContacts(b.ctx, "ACC", q, all, chat.PageRequest{Limit: 1000})
	b.must(err)
	return len(page.Items)
}

// S1-08
func TestContactAdded_SearchFindsItAnywhere(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	c := b.conversation(b.written("A", "5491155551234"))
	envelope, err := events.Wrap("signal", "ACC", b.now, events.ContactAdded{ContactID: string(c.ContactID)})
	b.must(err)
	for _, want := range []int{0, 1, 1} { // a repeated signal changes nothing
		for _, q := range []string{"perfil", "erf", "rfil"} {
			if got := b.finds(q); got != want {
				t.Errorf("%s finds %d, want %d", q, got, want)
			}
		}
		b.must(b.Routes().Handle(b.ctx, envelope))
	}
}

func tokensID() string {
	return chat.DeterministicID(time.Time{}, 0, "tokens", "ACC", strconv.Itoa(contact.TokenRules), strconv.Itoa(contact.ListRules))
}

// tokensJob lets the daily recount run, and returns the id of the job that it started.
func (b *fixture) tokensJob() string {
	b.t.Helper()
	b.recounts()
	id := tokensID()
	job, err := b.store.Job(b.ctx, "ACC", id)
	b.must(err)
	if want := b.now.Add(time.Hour); !job.NotBefore.Equal(want) || job.Done {
		b.t.Fatalf("the job is %+v, want its first step at %s", job, want)
	}
	b.now = b.now.Add(time.Hour)
	return id
}

func TestTokens_ContactsOfFormerRules_FoundOnce(t *testing.T) { // S1-08
	t.Parallel()
	b := newFixture(t)
	const many = 105 // more than one step
	for i := range many {
		id := b.named(fmt.Sprintf("54911%03d", i), "Sinéad O'Connor")
		if i%2 == 0 {
			b.resolves(id)
		}
	}
	if n := b.forget("oconnor"); n != many || b.finds("oconnor") != 0 || b.finds("connor") != many {
		t.Fatalf("%d tokens removed, oconnor finds %d, connor %d", n, b.finds("oconnor"), b.finds("connor"))
	}
	id := b.tokensJob()
	envelope, err := events.Wrap("signal", "ACC", b.now, events.JobReady{JobID: id})
	b.must(err)
	b.must(b.Routes().Handle(b.ctx, envelope))
	if job, err := b.store.Job(b.ctx, "ACC", id); err != nil || job.Done || job.Count != 100 || b.finds("oconnor") != 100 {
		t.Errorf("after a step: %+v, %v, oconnor finds %d", job, err, b.finds("oconnor"))
	}
	if job := b.runs(id); !job.Done || job.Count != many || b.finds("oconnor") != many {
		t.Errorf("at the end: %+v, oconnor finds %d", job, b.finds("oconnor"))
	}
	b.forget("oconnor") // would come back in a second renewal
	b.recounts()
	b.now = b.now.Add(2 * time.Hour)
	if job := b.runs(id); !job.Done || job.Count != many || b.finds("oconnor") != 0 {
		t.Errorf("after the next recount: %+v, oconnor finds %d", job, b.finds("oconnor"))
	}
}

// halting is the real store, in whose next call of a kind the process dies.
type halting struct {
	*dynamo.Store
	renewal, checkpoint, newJob bool
	renewed                     []int // contacts of each finished step
}

func (s *halting) RenewTokens(ctx context.Context, account chat.AccountID, ids []chat.ContactID) (int, error) {
	if once(&s.renewal) {
		_, err := s.Store.RenewTokens(ctx, account, ids[:len(ids)/2])
		return 0, errors.Join(errCrash, err)
	}
	n, err := s.Store.RenewTokens(ctx, account, ids)
	s.renewed = append(s.renewed, n)
	return n, err
}

func (s *halting) UpdateJob(ctx context.Context, before, after chat.Job) error {
	if once(&s.checkpoint) {
		return errCrash
	}
	return s.Store.UpdateJob(ctx, before, after)
}

func (s *halting) PutJob(ctx context.Context, j chat.Job) error {
	if once(&s.newJob) {
		return errCrash
	}
	return s.Store.PutJob(ctx, j)
}

// halts makes the handler use a store in which the process can die.
func (b *fixture) halts() *halting {
	b.t.Helper()
	s := &halting{Store: b.store}
	deps := b.deps
	deps.Store = s
	var err error
	b.Handler, err = jobs.New(deps)
	b.must(err)
	return s
}

// crashes runs a job's next step, in which the process dies.
func (b *fixture) crashes(id string) {
	b.t.Helper()
	envelope, err := events.Wrap("signal", "ACC", b.now, events.JobReady{JobID: id})
	b.must(err)
	if err := b.Routes().Handle(b.ctx, envelope); !errors.Is(err, errCrash) {
		b.t.Fatalf("no crash: %v", err)
	}
}

// C-03
func TestTokens_CrashInStep_ResumesWithTheRest(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	for i := range 104 {
		b.named(fmt.Sprintf("54911%03d", i), "Sinéad O'Connor")
	}
	b.forget("oconnor")
	id := b.tokensJob()
	s := b.halts()
	s.renewal = true
	if b.crashes(id); b.finds("oconnor") != 50 {
		t.Fatalf("half a page died, oconnor finds %d", b.finds("oconnor"))
	}
	s.checkpoint = true
	b.crashes(id)
	job := b.runs(id)
	if want := []int{50, 0, 4}; !job.Done || b.finds("oconnor") != 104 || !slices.Equal(s.renewed, want) {
		t.Errorf("%+v, oconnor finds %d, the steps wrote for %v contacts, want %v", job, b.finds("oconnor"), s.renewed, want)
	}
}

func TestTokens_CrashBeforeStart_StartedByTheRepeatedRecount(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	s := b.halts()
	b.now = b.now.Add(chat.RecountEvery)
	s.newJob = true
	b.crashes(b.recountID())
	s.checkpoint = true
	b.crashes(b.recountID())
	b.runs(b.recountID())
	if _, err := b.store.Job(b.ctx, "ACC", tokensID()); err != nil {
		t.Errorf("the job was not started: %v", err)
	}
}
