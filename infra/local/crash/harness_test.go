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

// harness is a local stack whose functions run under an injector. Many runs share it, each with an account of its own.
type harness struct {
	*stack.Stack
	injector *faultinject.Injector
	store    *dynamo.Store

	mu      sync.Mutex
	runs    map[string]*scenarioRun // by tag
	owners  map[string]*scenarioRun // by account id or connection id
	ticking *scenarioRun            // whose the clock's next invocations are
}

// newHarness starts a stack. cold makes every invocation a cold start.
func newHarness(t *testing.T, cold bool) *harness {
	t.Helper()
	b := &harness{runs: map[string]*scenarioRun{}, owners: map[string]*scenarioRun{}}
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

// add makes a run known.
func (h *harness) add(run *scenarioRun) {
	h.mu.Lock()
	defer h.mu.Unlock()
	run.harness = h
	h.runs[run.tag] = run
}

// own says that an id is a run's.
func (h *harness) own(id string, run *scenarioRun) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.owners[id] = run
}

var (
	tagged     = regexp.MustCompile(`run\d{5}x`)
	asset      = regexp.MustCompile(`7100(\d{5})00001`)
	anID       = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{26}`)
	ofAccount  = regexp.MustCompile(`"(?:A|E)#([0-9A-HJKMNP-TV-Z]{26})`)
	connection = regexp.MustCompile(`"connectionId":"([^"]+)"`)
)

// key finds the run that an event belongs to: by its tag in an address, a header or a number, by the account's id, or by the
// socket that came in with its tag.
func (h *harness) key(function string, payload []byte) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if function == "clock" {
		if h.ticking != nil {
			return h.ticking.tag
		}
		return ""
	}
	tag := string(tagged.Find(payload))
	if tag == "" {
		if number := asset.FindSubmatch(payload); number != nil {
			tag = "run" + string(number[1]) + "x"
		}
	}
	if t := h.runs[tag]; t != nil {
		if account := ofAccount.FindSubmatch(payload); account != nil && function == "fanout" {
			h.owners[string(account[1])] = t
		}
		if socket := connection.FindSubmatch(payload); socket != nil {
			h.owners[string(socket[1])] = t
		}
		return tag
	}
	if socket := connection.FindSubmatch(payload); socket != nil {
		if t := h.owners[string(socket[1])]; t != nil {
			return t.tag
		}
	}
	for _, id := range anID.FindAll(payload, -1) {
		if t := h.owners[string(id)]; t != nil {
			return t.tag
		}
	}
	if account := ofAccount.FindSubmatch(payload); account != nil && function == "fanout" {
		return h.founder(string(account[1]))
	}
	return ""
}

// founder is whose account it is that has just been made: the streams of two tables overtake each other, and who is asked
// is the one that holds the owner's address.
func (h *harness) founder(account string) string {
	operators, err := h.store.Operators(context.Background(), chat.AccountID(account))
	if err != nil {
		return ""
	}
	for _, operator := range operators {
		if t := h.runs[tagged.FindString(operator.Email)]; t != nil {
			h.owners[account] = t
			return t.tag
		}
	}
	return ""
}

func (h *harness) plan(call faultinject.Call) faultinject.Action {
	h.mu.Lock()
	t := h.runs[call.Key]
	h.mu.Unlock()
	if t == nil {
		return faultinject.Pass
	}
	return t.decide(call)
}

func (h *harness) repeat(i *faultinject.Invocation) bool {
	h.mu.Lock()
	t := h.runs[i.Key]
	h.mu.Unlock()
	return t != nil && t.repeats(i)
}

// settle waits until nothing moves: not at the provider, in no queue, no stream and no function.
func (h *harness) settle(ctx context.Context) error {
	if err := h.Phone.WaitIdle(ctx); err != nil {
		return fmt.Errorf("wait for the provider's retries: %w", err)
	}
	if err := h.Settle(ctx); err != nil {
		return fmt.Errorf("wait until everything is done: %w", err)
	}
	return nil
}

// move moves the clock and lets happen what falls due. A clock that died is started again.
func (h *harness) move(ctx context.Context, d time.Duration) error {
	if err := h.Clock.Advance(d); err != nil {
		return err
	}
	h.Queues.Wake()
	return again(ctx, func() error { return h.Tick(ctx) })
}

// dead are the records that no function could do.
func (h *harness) dead(ctx context.Context, t *testing.T) {
	t.Helper()
	for _, queue := range []string{topology.DeadLetters, topology.DeadLettersStandard, topology.DeadLettersFIFO} {
		letters, err := h.Queues.Receive(ctx, queue, sqs.MaxBatch, 0)
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

// open makes a run's account with one available operator who is signed in and a WhatsApp number.
func (h *harness) open(ctx context.Context, run *scenarioRun, s settings) error {
	h.add(run)
	if err := h.Phone.AddNumber(run.asset(), "5491140001234", "local-access-token"); err != nil {
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
	now := h.Clock.Now()
	run.account = chat.Account{
		ID: chat.AccountID(chat.NewID(now)), Name: "Tienda", StoreID: chat.StoreID(chat.NewID(now)), TimeZone: "UTC", Language: chat.Spanish,
		Closing: chat.Closing{Idle: s.idle + run.later}, Distribution: chat.Distribution{Mode: s.mode}, InboxShards: 1, CreatedAt: now,
	}
	run.operator = chat.Operator{
		ID: chat.OperatorID(chat.NewID(now)), AccountID: run.account.ID, Name: "Ana", Email: run.email(), Role: chat.Owner,
		Availability: chat.Available, Capacity: s.capacity, Language: chat.Spanish, Active: true, CreatedAt: now,
	}
	h.own(string(run.account.ID), run)
	store := chat.Store{ID: run.account.StoreID, AccountID: run.account.ID, Name: "Tienda", CreatedAt: now}
	if err := h.store.CreateAccount(ctx, run.account, store, run.operator, nil); err != nil {
		return err
	}
	run.token = auth.NewToken()
	wall := boot.Now()
	if err := h.store.PutSession(ctx, chat.Session{
		Hash: auth.Hash(run.token), AccountID: run.account.ID, OperatorID: run.operator.ID, CreatedAt: wall, LastSeenAt: wall,
		ExpiresAt: wall.Add(time.Hour),
	}); err != nil {
		return err
	}
	_, err := run.call(ctx, http.MethodPost, "/api/v1/channels", map[string]any{
		"type": "whatsapp", "name": "WhatsApp", "externalId": run.asset(), "credentials": map[string]string{"accessToken": "local-access-token"},
	}, "channel")
	return err
}

// call is a browser's request, repeated until it is answered by something else than a failure of ours. key is its idempotency
// key. It answers the body, and an error for what is refused.
func (run *scenarioRun) call(ctx context.Context, method, path string, body any, key string) (map[string]any, error) {
	status, answer, err := run.ask(ctx, method, path, body, key)
	if err == nil && status >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %d %v", method, path, status, answer)
	}
	return answer, err
}

func (run *scenarioRun) ask(ctx context.Context, method, path string, body any, key string) (status int, answer map[string]any, err error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	err = again(ctx, func() error {
		request, err := http.NewRequestWithContext(ctx, method, run.harness.URL+path, bytes.NewReader(encoded))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("User-Agent", "browser "+run.tag)
		if run.token != "" {
			request.Header.Set("Authorization", "Bearer "+run.token)
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
func (run *scenarioRun) writes(customer, text string) error {
	ids, err := run.harness.Phone.Deliver(whatsapp.Incoming{Account: run.asset(), From: customer, Text: text})
	if err == nil {
		run.seen["wrote "+text] = ids[0]
	}
	return err
}

// conversations are all that the run's operator can list, the newest first.
func (run *scenarioRun) conversations(ctx context.Context) ([]string, error) {
	answer, err := run.call(ctx, http.MethodGet, "/api/v1/conversations?status=all&limit=100", nil, "")
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
func (run *scenarioRun) conversation(ctx context.Context) (string, error) {
	ids, err := run.conversations(ctx)
	if err == nil && len(ids) == 0 {
		err = fmt.Errorf("%s has no conversation", run.tag)
	}
	if err != nil {
		return "", err
	}
	return ids[0], nil
}

// received is what the business sent to the customers of this run.
func (run *scenarioRun) received() []whatsapp.Message {
	var mine []whatsapp.Message
	for _, m := range run.harness.Phone.Sent() {
		if m.Account == run.asset() {
			mine = append(mine, m)
		}
	}
	return mine
}
