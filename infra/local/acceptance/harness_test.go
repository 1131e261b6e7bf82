package acceptance_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
	"github.com/recado-chat/recado/infra/local/sqs"
	"github.com/recado-chat/recado/infra/local/stack"
	"github.com/recado-chat/recado/shared/boot"
)

// patience is how long a test waits for a condition before it fails.
const patience = 30 * time.Second

const (
	password    = "una contraseña larga"
	accessToken = "EAAG-token-of-a-test"
)

// system is a running stack.
type system struct {
	*stack.Stack
	t   *testing.T
	log *journal
}

// journal collects the log of the functions.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// count returns the sum of a function's metric.
func (j *journal) count(function, metric string) (total int) {
	for line := range strings.Lines(j.String()) {
		var entry map[string]any
		if json.Unmarshal([]byte(line), &entry) != nil || entry["function"] != function {
			continue
		}
		if n, ok := entry[metric].(float64); ok {
			total += int(n)
		}
	}
	return total
}

// begin starts a stack whose clock function runs only when the test says so. The simulated phone sends no statuses by itself.
func begin(t *testing.T, change ...func(*stack.Options)) *system {
	t.Helper()
	s := &system{t: t, log: &journal{}}
	options := stack.Options{Dir: t.TempDir(), Log: s.log, NoTick: true, NoWindow: true, WeakPasswords: true, Statuses: whatsapp.Timing{Manual: true}}
	for _, f := range change {
		f(&options)
	}
	inner := options.Runtime
	options.Runtime = func(function string, rt *boot.Runtime) {
		watch.Function(function, rt)
		if inner != nil {
			inner(function, rt)
		}
	}
	var err error
	if s.Stack, err = stack.Start(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// settle waits until the stack is idle.
func (s *system) settle() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 4*patience)
	defer cancel()
	if err := s.Settle(ctx); err != nil {
		s.t.Fatal(err)
	}
}

// advance moves the clock and waits until the stack is idle.
func (s *system) advance(d time.Duration) {
	s.t.Helper()
	if err := s.Advance(s.t.Context(), d); err != nil {
		s.t.Fatal(err)
	}
	s.settle()
}

// advanceTo moves the clock to an instant, or shortly after it.
func (s *system) advanceTo(at time.Time) {
	s.t.Helper()
	s.advance(at.Sub(s.Clock.Now()))
}

// dead returns the number of messages in a dead-letter queue.
func (s *system) dead(queue string) int {
	s.t.Helper()
	stats, err := s.Queues.Stats(queue)
	if err != nil {
		s.t.Fatal(err)
	}
	return stats.Visible + stats.InFlight
}

// takeDead receives up to ten dead letters and puts them back.
func (s *system) takeDead(queue string) []sqs.Message {
	s.t.Helper()
	list, err := s.Queues.Receive(s.t.Context(), queue, 10, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, m := range list {
		if err := s.Queues.Release(queue, m.Receipt, 0); err != nil {
			s.t.Fatal(err)
		}
	}
	return list
}

// eventually polls until check returns nil, and fails the test after patience.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	deadline, wait := time.Now().Add(patience), 5*time.Millisecond
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		select {
		case <-time.After(wait):
			wait = min(2*wait, 100*time.Millisecond)
		case <-t.Context().Done():
			t.Fatal(err)
		}
	}
}

// object is a JSON object.
type object = map[string]any

// answer is the response to a request.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("read %q: %v", a.body, err)
	}
}

// fault returns the code and field of an error response.
func (a answer) fault() (code, field string) {
	var shape struct {
		Error struct{ Code, Field string }
	}
	_ = json.Unmarshal(a.body, &shape)
	return shape.Error.Code, shape.Error.Field
}

// client calls the API, with a token, a cookie or neither.
type client struct {
	s      *system
	t      *testing.T
	token  string       // of an API client
	cookie string       // of a browser
	id     string       // of the operator
	at     *http.Client // at another network address; nil = 127.0.0.1
}

// stays follows no redirects: tests check them.
var stays = &http.Client{
	Timeout:       2 * patience,
	Transport:     &http.Transport{MaxIdleConnsPerHost: 256},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// try sends a request and returns the response, whatever its status. A string is sent as it is, any other body as JSON.
func (c *client) try(method, path string, body any) (answer, error) {
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			return answer{}, err
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.s.URL+path, reader)
	if err != nil {
		return answer{}, err
	}
	if reader != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.cookie != "" {
		request.Header.Set("Cookie", c.cookie)
		request.Header.Set("Origin", c.s.URL)
	}
	response, err := cmp.Or(c.at, stays).Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return answer{status: response.StatusCode, header: response.Header, body: content}, err
}

// call sends a request and fails the test unless the response has the status.
func (c *client) call(method, path string, body any, status int) answer {
	c.t.Helper()
	got, err := c.try(method, path, body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	if got.status != status {
		c.t.Fatalf("%s %s answered %d %s, want %d", method, path, got.status, got.body, status)
	}
	return got
}

func (c *client) get(path string, into any) {
	c.t.Helper()
	c.call(http.MethodGet, path, nil, http.StatusOK).into(c.t, into)
}

func (c *client) post(path string, body any, status int, into any) {
	c.t.Helper()
	got := c.call(http.MethodPost, path, body, status)
	if into != nil {
		got.into(c.t, into)
	}
}

// account is a company with its owner and a WhatsApp number.
type account struct {
	*system
	owner   *client
	id      string
	email   string
	number  string // phone_number_id
	channel string
}

var serial atomic.Int64

// unique returns a name that no other test uses.
func unique(name string) string { return fmt.Sprintf("%s-%d", name, serial.Add(1)) }

type signedIn struct {
	Operator    struct{ ID, Name, Email, Role string }
	Account     struct{ ID, Name string }
	AccessToken string
}

// signUp creates an account without a channel, in which nothing is assigned until a test says how: its owner is away and the distribution
// is by group.
func (s *system) signUp(zone string) *account {
	s.t.Helper()
	a := s.signUpOnly(zone)
	a.distribute("groups", "")
	a.owner.be("away")
	return a
}

// signUpOnly creates an account and leaves it as sign-up makes it.
func (s *system) signUpOnly(zone string) *account {
	s.t.Helper()
	email := unique("dueña") + "@recado.example"
	email = strings.ReplaceAll(email, "ñ", "n")
	a := &account{system: s, email: email, owner: &client{s: s, t: s.t}}
	var in signedIn
	a.owner.post("/api/v1/auth/sign-up", object{
		"accountName": "Tienda", "name": "Ana Ruiz", "email": email, "password": password, "timeZone": zone, "client": "api",
	}, http.StatusCreated, &in)
	a.owner.token, a.owner.id, a.id = in.AccessToken, in.Operator.ID, in.Account.ID
	return a
}

// open creates an account with a connected WhatsApp number. Its owner is away, so nothing is assigned.
func (s *system) open(zone string) *account {
	s.t.Helper()
	a := s.signUp(zone)
	a.number = fmt.Sprintf("71%013d", serial.Add(1))
	if err := s.Phone.AddNumber(a.number, "549114"+a.number[8:], accessToken); err != nil {
		s.t.Fatal(err)
	}
	a.connect()
	return a
}

// connect creates the channel of the account's number.
func (a *account) connect() {
	a.t.Helper()
	var ch struct{ ID string }
	a.owner.post("/api/v1/channels", object{
		"type": "whatsapp", "name": "WhatsApp", "externalId": a.number, "credentials": object{"accessToken": accessToken},
	}, http.StatusCreated, &ch)
	a.channel = ch.ID
}

// store opens one more store and returns its id.
func (a *account) store(name string) string {
	a.t.Helper()
	var made struct{ ID string }
	a.owner.post("/api/v1/stores", object{"name": name}, http.StatusCreated, &made)
	return made.ID
}

func (a *account) distribute(mode, manager string) {
	a.t.Helper()
	body := object{"mode": mode}
	if manager != "" {
		body["managerId"] = manager
	}
	a.owner.call(http.MethodPut, "/api/v1/distribution", body, http.StatusOK)
}

// operator creates an operator and signs them in. Unless more says otherwise, they are away and have capacity 20.
func (a *account) operator(name string, more object) *client {
	a.t.Helper()
	email := unique("op") + "@recado.example"
	body := object{"name": name, "email": email, "role": "operator", "password": password}
	for key, value := range more {
		body[key] = value
	}
	var made struct{ ID string }
	a.owner.post("/api/v1/operators", body, http.StatusCreated, &made)
	c := &client{s: a.system, t: a.t, id: made.ID}
	var in signedIn
	c.post("/api/v1/auth/sign-in", object{"email": email, "password": password, "client": "api"}, http.StatusOK, &in)
	c.token = in.AccessToken
	return c
}

// be sets the availability of the client's operator.
func (c *client) be(status string) {
	c.t.Helper()
	c.call(http.MethodPut, "/api/v1/me/availability", object{"status": status}, http.StatusOK)
}

// say sends a text from a customer to the account's number.
func (a *account) say(phone, text string) (id string) {
	a.t.Helper()
	return a.deliver(whatsapp.Incoming{From: phone, Text: text})[0]
}

func (a *account) deliver(batch ...whatsapp.Incoming) []string {
	a.t.Helper()
	for i := range batch {
		batch[i].Account = a.number
	}
	ids, err := a.Phone.Deliver(batch...)
	if err != nil {
		a.t.Fatal(err)
	}
	return ids
}
