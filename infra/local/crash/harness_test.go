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

// patience is the longest that a scenario may take.
const patience = 5 * time.Minute

// harness is a local stack whose functions run under an injector. Many runs share it, each with an account of its own.
type harness struct {
	*stack.Stack
	injector *faultinject.Injector
	store    *dynamo.Store

	mu      sync.Mutex
	runs    map[string]*scenarioRun // by tag
	owners  map[string]*scenarioRun // by account id or connection id
	ticking *scenarioRun            // the run that the clock's next invocations belong to
}

// newHarness starts a stack. cold makes every invocation a cold start.
func newHarness(t *testing.T, cold bool) *harness {
	t.Helper()
	h := &harness{runs: map[string]*scenarioRun{}, owners: map[string]*scenarioRun{}}
	h.injector = faultinject.New(faultinject.Options{Key: h.key, Plan: h.plan, Repeat: h.repeat, Cold: cold})
	var err error
	h.Stack, err = stack.Start(t.Context(), stack.Options{
		Dir: t.TempDir(), NoTick: true, WeakPasswords: true, Backoff: 20 * time.Millisecond, Statuses: whatsapp.Timing{Manual: true},
		Runtime: watch.Function,
		Builder: func(function string, build boot.Builder) boot.Builder { return h.injector.Builder(function, build) },
	})
	if err != nil {
		t.Fatalf("start the stack: %v", err)
	}
	t.Cleanup(func() {
		h.Stop()
		h.injector.Wait()
	})
	h.store = dynamo.New(h.Engine.Client(), tables, dynamo.WithClock(h.Clock.Now))
	return h
}

// add registers a run.
func (h *harness) add(run *scenarioRun) {
	h.mu.Lock()
	defer h.mu.Unlock()
	run.harness = h
	h.runs[run.tag] = run
}

// own assigns an account id or connection id to a run.
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

// founder finds the run of a new account by its owner's address. It is for a stream record that arrives before the one that assigns
// the account to a run.
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

// settle waits until the provider, the queues, the streams and the functions are idle.
func (h *harness) settle(ctx context.Context) error {
	if err := h.Phone.WaitIdle(ctx); err != nil {
		return fmt.Errorf("wait for the provider's retries: %w", err)
	}
	if err := h.Settle(ctx); err != nil {
		return fmt.Errorf("wait until the stack is idle: %w", err)
	}
	return nil
}

// move advances the clock and runs the function clock until it succeeds.
func (h *harness) move(ctx context.Context, d time.Duration) error {
	if err := h.Clock.Advance(d); err != nil {
		return err
	}
	h.Queues.Wake()
	return again(ctx, func() error { return h.Tick(ctx) })
}

// dead reports a test failure for each dead letter.
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

// again repeats do with a growing pause until it returns nil or ctx ends.
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

// settings describe the account of each run of a scenario.
type settings struct {
	capacity int
	idle     time.Duration
	mode     chat.DistributionMode
	none     bool // the scenario creates the account itself
}

// open creates a run's account with a WhatsApp number and one available operator, who is signed in.
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

// call sends a request as a browser and repeats it while it gets a 5xx or no answer. key is the idempotency key, if any. It returns
// the body, and an error for a status from 400 on.
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

// writes sends a text from a customer.
func (run *scenarioRun) writes(customer, text string) error {
	ids, err := run.harness.Phone.Deliver(whatsapp.Incoming{Account: run.asset(), From: customer, Text: text})
	if err == nil {
		run.seen["wrote "+text] = ids[0]
	}
	return err
}

// conversations returns the ids of all conversations that the operator can list, newest first.
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

// conversation returns the id of the newest conversation.
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

// received returns the messages that the business sent to the customers of this run.
func (run *scenarioRun) received() []whatsapp.Message {
	var mine []whatsapp.Message
	for _, m := range run.harness.Phone.Sent() {
		if m.Account == run.asset() {
			mine = append(mine, m)
		}
	}
	return mine
}
