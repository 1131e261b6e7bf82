package crash

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/faultinject"
	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/local/sqs"
	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/infra/topology"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/boot"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
)

// tables are the local stack's.
var tables = dynamo.Tables{Directory: "local-directory", Desk: "local-desk", Ledger: "local-ledger", Live: "local-live"}

// patience bounds every wait of these tests.
const patience = 5 * time.Minute

// bed is a local stack whose functions run under an injector. Many trials share it, each with an account of its own.
type bed struct {
	*stack.Stack
	injector *faultinject.Injector
	store    *dynamo.Store

	mu      sync.Mutex
	trials  map[string]*harness // by tag
	owners  map[string]*harness // by account id or connection id
	ticking *harness            // whose the clock's next invocations are
}

// newBed starts a stack. cold makes every invocation a cold start.
func newBed(t *testing.T, cold bool) *bed {
	t.Helper()
	b := &bed{trials: map[string]*harness{}, owners: map[string]*harness{}}
	b.injector = faultinject.New(faultinject.Options{Key: b.key, Plan: b.plan, Repeat: b.repeat, Cold: cold})
	var err error
	b.Stack, err = stack.Start(t.Context(), stack.Options{
		Dir: t.TempDir(), NoTick: true, WeakPasswords: true, Backoff: 20 * time.Millisecond, Statuses: whatsapp.Timing{Manual: true},
		Runtime: watch.Function,
		Builder: func(function string, build boot.Builder) boot.Builder { return b.injector.Builder(function, build) },
	})
	if err != nil {
		t.Fatalf("start the stack: %v", err)
	}
	t.Cleanup(func() {
		b.Stop()
		b.injector.Wait()
	})
	b.store = dynamo.New(b.Engine.Client(), tables, dynamo.WithClock(b.Clock.Now))
	return b
}

// add makes a trial known.
func (b *bed) add(t *harness) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t.bed = b
	b.trials[t.tag] = t
}

// own says that an id is a trial's.
func (b *bed) own(id string, t *harness) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.owners[id] = t
}

var (
	tagged     = regexp.MustCompile(`trial\d{5}x`)
	asset      = regexp.MustCompile(`7100(\d{5})00001`)
	anID       = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{26}`)
	ofAccount  = regexp.MustCompile(`"(?:A|E)#([0-9A-HJKMNP-TV-Z]{26})`)
	connection = regexp.MustCompile(`"connectionId":"([^"]+)"`)
)

// key finds the trial that an event belongs to: by its tag in an address, a header or a number, by the account's id, or by the
// socket that came in with its tag.
func (b *bed) key(function string, payload []byte) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if function == "clock" {
		if b.ticking != nil {
			return b.ticking.tag
		}
		return ""
	}
	tag := string(tagged.Find(payload))
	if tag == "" {
		if number := asset.FindSubmatch(payload); number != nil {
			tag = "trial" + string(number[1]) + "x"
		}
	}
	if t := b.trials[tag]; t != nil {
		if account := ofAccount.FindSubmatch(payload); account != nil && function == "fanout" {
			b.owners[string(account[1])] = t
		}
		if socket := connection.FindSubmatch(payload); socket != nil {
			b.owners[string(socket[1])] = t
		}
		return tag
	}
	if socket := connection.FindSubmatch(payload); socket != nil {
		if t := b.owners[string(socket[1])]; t != nil {
			return t.tag
		}
	}
	for _, id := range anID.FindAll(payload, -1) {
		if t := b.owners[string(id)]; t != nil {
			return t.tag
		}
	}
	if account := ofAccount.FindSubmatch(payload); account != nil && function == "fanout" {
		return b.founder(string(account[1]))
	}
	return ""
}

// founder is whose account it is that has just been made: the streams of two tables overtake each other, and who is asked
// is the one that holds the owner's address.
func (b *bed) founder(account string) string {
	operators, err := b.store.Operators(context.Background(), chat.AccountID(account))
	if err != nil {
		return ""
	}
	for _, operator := range operators {
		if t := b.trials[tagged.FindString(operator.Email)]; t != nil {
			b.owners[account] = t
			return t.tag
		}
	}
	return ""
}

func (b *bed) plan(call faultinject.Call) faultinject.Action {
	b.mu.Lock()
	t := b.trials[call.Key]
	b.mu.Unlock()
	if t == nil {
		return faultinject.Pass
	}
	return t.decide(call)
}

func (b *bed) repeat(i *faultinject.Invocation) bool {
	b.mu.Lock()
	t := b.trials[i.Key]
	b.mu.Unlock()
	return t != nil && t.repeats(i)
}

// settle waits until nothing moves: not at the provider, in no queue, no stream and no function.
func (b *bed) settle(ctx context.Context) error {
	if err := b.Phone.WaitIdle(ctx); err != nil {
		return fmt.Errorf("wait for the provider's retries: %w", err)
	}
	if err := b.Settle(ctx); err != nil {
		return fmt.Errorf("wait until everything is done: %w", err)
	}
	return nil
}

// move moves the clock and lets happen what falls due. A clock that died is started again.
func (b *bed) move(ctx context.Context, d time.Duration) error {
	if err := b.Clock.Advance(d); err != nil {
		return err
	}
	b.Queues.Wake()
	return again(ctx, func() error { return b.Tick(ctx) })
}

// dead are the records that no function could do.
func (b *bed) dead(ctx context.Context, t *testing.T) {
	t.Helper()
	for _, queue := range []string{topology.DeadLetters, topology.DeadLettersStandard, topology.DeadLettersFIFO} {
		letters, err := b.Queues.Receive(ctx, queue, sqs.MaxBatch, 0)
		if err != nil {
			t.Fatalf("read the dead letters of %s: %v", queue, err)
		}
		for _, letter := range letters {
			reason := ""
			if r := letter.Attributes["reason"].StringValue; r != nil {
				reason = *r
			}
			t.Errorf("dead letter in %s, reason %q: %.600s", queue, reason, letter.Body)
		}
	}
}

// again repeats what failed, ever more slowly, as browsers and schedulers do, until it works.
func again(ctx context.Context, do func() error) error {
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		err := do()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// settings are what a scenario's accounts have.
type settings struct {
	capacity int
	idle     time.Duration
	mode     chat.DistributionMode
	none     bool // no account at all: the scenario makes it
}

// open makes a trial's account with one available operator who is signed in and a WhatsApp number.
func (b *bed) open(ctx context.Context, t *harness, s settings) error {
	b.add(t)
	if err := b.Phone.AddNumber(t.asset(), "5491140001234", "local-access-token"); err != nil {
		return err
	}
	if s.none {
		return nil
	}
	if s.capacity == 0 {
		s.capacity = chat.DefaultCapacity
	}
	if s.mode == "" {
		s.mode = chat.DistributeToAccount
	}
	now := b.Clock.Now()
	t.account = chat.Account{
		ID: chat.AccountID(chat.NewID(now)), Name: "Tienda", StoreID: chat.StoreID(chat.NewID(now)), TimeZone: "UTC", Language: chat.Spanish,
		Closing: chat.Closing{Idle: s.idle + t.later}, Distribution: chat.Distribution{Mode: s.mode}, InboxShards: 1, CreatedAt: now,
	}
	t.operator = chat.Operator{
		ID: chat.OperatorID(chat.NewID(now)), AccountID: t.account.ID, Name: "Ana", Email: t.email(), Role: chat.Owner,
		Availability: chat.Available, Capacity: s.capacity, Language: chat.Spanish, Active: true, CreatedAt: now,
	}
	b.own(string(t.account.ID), t)
	store := chat.Store{ID: t.account.StoreID, AccountID: t.account.ID, Name: "Tienda", CreatedAt: now}
	if err := b.store.CreateAccount(ctx, t.account, store, t.operator, nil); err != nil {
		return err
	}
	t.token = auth.NewToken()
	wall := boot.Now()
	if err := b.store.PutSession(ctx, chat.Session{
		Hash: auth.Hash(t.token), AccountID: t.account.ID, OperatorID: t.operator.ID, CreatedAt: wall, LastSeenAt: wall,
		ExpiresAt: wall.Add(time.Hour),
	}); err != nil {
		return err
	}
	_, err := t.call(ctx, http.MethodPost, "/api/v1/channels", map[string]any{
		"type": "whatsapp", "name": "WhatsApp", "externalId": t.asset(), "credentials": map[string]string{"accessToken": "local-access-token"},
	}, "channel")
	return err
}

// call is a browser's request, repeated until it is answered by something else than a failure of ours. key is its idempotency
// key. It answers the body, and an error for what is refused.
func (t *harness) call(ctx context.Context, method, path string, body any, key string) (map[string]any, error) {
	status, answer, err := t.ask(ctx, method, path, body, key)
	if err == nil && status >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %d %v", method, path, status, answer)
	}
	return answer, err
}

func (t *harness) ask(ctx context.Context, method, path string, body any, key string) (status int, answer map[string]any, err error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	err = again(ctx, func() error {
		request, err := http.NewRequestWithContext(ctx, method, t.bed.URL+path, bytes.NewReader(encoded))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("User-Agent", "browser "+t.tag)
		if t.token != "" {
			request.Header.Set("Authorization", "Bearer "+t.token)
		}
		if key != "" {
			request.Header.Set("Idempotency-Key", key)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		content, err := io.ReadAll(response.Body)
		if err != nil {
			return err
		}
		if response.StatusCode >= http.StatusInternalServerError {
			return fmt.Errorf("%s %s: %d %s", method, path, response.StatusCode, content)
		}
		status, answer = response.StatusCode, nil
		if len(content) > 0 {
			if err := json.Unmarshal(content, &answer); err != nil {
				return fmt.Errorf("%s %s: %w", method, path, err)
			}
		}
		return nil
	})
	return status, answer, err
}

// writes is a message of the customer whose number that is.
func (t *harness) writes(customer, text string) error {
	ids, err := t.bed.Phone.Deliver(whatsapp.Incoming{Account: t.asset(), From: customer, Text: text})
	if err == nil {
		t.seen["wrote "+text] = ids[0]
	}
	return err
}

// conversations are all that the trial's operator can list, the newest first.
func (t *harness) conversations(ctx context.Context) ([]string, error) {
	answer, err := t.call(ctx, http.MethodGet, "/api/v1/conversations?status=all&limit=100", nil, "")
	if err != nil {
		return nil, err
	}
	var ids []string
	items, _ := answer["items"].([]any)
	for _, item := range items {
		if c, ok := item.(map[string]any); ok {
			ids = append(ids, fmt.Sprint(c["id"]))
		}
	}
	return ids, nil
}

// conversation is the newest one.
func (t *harness) conversation(ctx context.Context) (string, error) {
	ids, err := t.conversations(ctx)
	if err == nil && len(ids) == 0 {
		err = fmt.Errorf("%s has no conversation", t.tag)
	}
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

// received is what the business sent to the customers of this trial.
func (t *harness) received() []whatsapp.Message {
	var mine []whatsapp.Message
	for _, m := range t.bed.Phone.Sent() {
		if m.Account == t.asset() {
			mine = append(mine, m)
		}
	}
	return mine
}
