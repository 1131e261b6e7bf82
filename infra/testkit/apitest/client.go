package apitest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/infra/testkit/contracttest"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
)

// Answer is a response.
type Answer struct {
	T       *testing.T
	Status  int
	Header  map[string]string
	Cookies []string
	Body    string
}

// Want fails the test unless the status is the one given, and reads the body.
func (a Answer) Want(status int) map[string]any {
	a.T.Helper()
	if a.Status != status {
		a.T.Fatalf("status %d, want %d: %s", a.Status, status, a.Body)
	}
	var value map[string]any
	if a.Body != "" {
		if err := json.Unmarshal([]byte(a.Body), &value); err != nil {
			a.T.Fatalf("the body is no JSON object: %v: %s", err, a.Body)
		}
	}
	return value
}

// WantError fails the test unless the answer is an error with this code and field.
func (a Answer) WantError(status int, code, field string) {
	a.T.Helper()
	failure, _ := a.Want(status)["error"].(map[string]any)
	got, _ := failure["field"].(string)
	if failure["code"] != code || got != field {
		a.T.Fatalf("error %v, want code %q and field %q", failure, code, field)
	}
}

// Into reads the body as the type given.
func Into[T any](a Answer, status int) T {
	a.T.Helper()
	a.Want(status)
	var value T
	if err := json.Unmarshal([]byte(a.Body), &value); err != nil {
		a.T.Fatalf("read %T: %v: %s", value, err, a.Body)
	}
	return value
}

// Client is a browser with a session cookie, or without one.
type Client struct {
	*Fixture
	Cookie  string
	headers map[string]string
	IP      string
}

// Client is a browser without a session.
func (b *Fixture) Client() *Client { return &Client{Fixture: b, IP: "192.0.2.1"} }

// With is the same client with one more header.
func (c *Client) With(name, value string) *Client {
	more := *c
	more.headers = map[string]string{name: value}
	for n, v := range c.headers {
		if n != name {
			more.headers[n] = v
		}
	}
	return &more
}

// lambdaPayload is what a function may answer.
const lambdaPayload = 6 << 20

// Do makes a request and checks it and its answer against the contract.
func (c *Client) Do(method, target string, body any) Answer {
	c.T.Helper()
	path, query, _ := strings.Cut(target, "?")
	event := events.APIGatewayV2HTTPRequest{RawPath: path, RawQueryString: query, Headers: map[string]string{}}
	event.RequestContext.HTTP.Method = method
	event.RequestContext.HTTP.SourceIP = c.IP
	event.RequestContext.HTTP.UserAgent = "test"
	event.RequestContext.RequestID = fmt.Sprintf("request-%d", c.requests.Add(1))
	if c.Cookie != "" {
		event.Cookies = []string{auth.Cookie + "=" + c.Cookie}
		event.Headers["origin"] = Origin
	}
	for name, value := range c.headers {
		event.Headers[strings.ToLower(name)] = value
	}
	switch body := body.(type) {
	case nil:
	case string:
		event.Body = body
	default:
		encoded, err := json.Marshal(body)
		if err != nil {
			c.T.Fatal(err)
		}
		event.Body = string(encoded)
	}
	response, err := c.Handle(c.T.Context(), event)
	if err != nil {
		c.T.Fatalf("the handler failed: %v", err)
	}
	if envelope, err := json.Marshal(response); err != nil || len(envelope) > lambdaPayload {
		c.T.Fatalf("%s %s takes %d bytes in the function's response (%v)", method, path, len(envelope), err)
	}
	contracttest.Load(c.T).Check(c.T, contracttest.Exchange{
		Method: method, Path: path, Request: event.Body, Status: response.StatusCode, ContentType: response.Headers["Content-Type"], Answer: response.Body,
	})
	return Answer{c.T, response.StatusCode, response.Headers, response.Cookies, response.Body}
}

// Fields is a JSON object.
type Fields map[string]any

// Password is the password of every operator.
const Password = "correct horse battery"

// Owner signs an owner up and returns their browser.
func (b *Fixture) Owner(email string) *Client {
	b.T.Helper()
	c := b.Client()
	a := c.Do("POST", "/api/v1/auth/sign-up", Fields{"accountName": "Café " + email, "name": "Ana", "email": email, "password": Password})
	a.Want(http.StatusCreated)
	c.Cookie = SessionOf(a)
	return c
}

// SignedIn signs in an operator whom the owner made and returns their browser.
func (b *Fixture) SignedIn(email string) *Client {
	b.T.Helper()
	c := b.Client()
	a := c.Do("POST", "/api/v1/auth/sign-in", Fields{"email": email, "password": Password})
	a.Want(http.StatusOK)
	c.Cookie = SessionOf(a)
	return c
}

// Employ makes an operator in the account and returns their browser and id.
func (c *Client) Employ(role chat.Role, email string) (*Client, string) {
	c.T.Helper()
	made := c.Do("POST", "/api/v1/operators", Fields{"name": string(role), "email": email, "role": role, "password": Password}).Want(http.StatusCreated)
	return c.SignedIn(email), made["id"].(string)
}

// SessionOf reads the session's token from the cookies of an answer.
func SessionOf(a Answer) string {
	a.T.Helper()
	token := auth.TokenFromCookies([]string{strings.SplitN(a.Cookies[0], ";", 2)[0]})
	if token == "" {
		a.T.Fatalf("no session in the cookies %q", a.Cookies)
	}
	return token
}

// Me reads the account and the operator of the session.
func (c *Client) Me() (account chat.Account, operator chat.Operator) {
	c.T.Helper()
	session, err := c.Store.Session(c.T.Context(), auth.Hash(c.Cookie))
	if err != nil {
		c.T.Fatal(err)
	}
	if account, err = c.Store.Account(c.T.Context(), session.AccountID); err != nil {
		c.T.Fatal(err)
	}
	if operator, err = c.Store.Operator(c.T.Context(), session.AccountID, session.OperatorID); err != nil {
		c.T.Fatal(err)
	}
	return account, operator
}

// Connect makes a channel of the account.
func (c *Client) Connect(asset string) chat.Channel {
	c.T.Helper()
	made := c.Do("POST", "/api/v1/channels", Fields{
		"type": "whatsapp", "name": "Ventas", "externalId": asset, "credentials": Fields{"accessToken": "EAAG-secret"},
	}).Want(http.StatusCreated)
	account, _ := c.Me()
	ch, err := c.Store.Channel(c.T.Context(), account.ID, chat.ChannelID(made["id"].(string)))
	if err != nil {
		c.T.Fatal(err)
	}
	return ch
}

// Receive stores an inbound message as ingest does.
func (c *Client) Receive(ch chat.Channel, from, called, text string) chat.ConversationID {
	c.T.Helper()
	account, _ := c.Me()
	now := c.Clock.Now()
	received, err := c.Desk.Receive(c.T.Context(), account, ch, chat.Inbound{
		Kind: chat.InboundMessage, Asset: ch.ExternalID, ProviderID: fmt.Sprintf("wamid.%s.%d", from, now.UnixMilli()), At: now, ReceivedAt: now,
		Sender: chat.Sender{Addresses: []string{from}, Name: called, Phone: from}, Type: chat.TypeText, Text: text,
	})
	if err != nil {
		c.T.Fatal(err)
	}
	if err := c.Store.AddTokens(c.T.Context(), account.ID, received.Conversation.ContactID); err != nil { // as jobs does
		c.T.Fatal(err)
	}
	return received.Conversation.ID
}

// Jobs returns the jobs of a kind that wait for their first step.
func (b *Fixture) Jobs(kind chat.JobKind) []chat.Job {
	b.T.Helper()
	var jobs []chat.Job
	for shard := range schedule.DueShards {
		due, err := b.Store.Due(b.T.Context(), shard, b.Clock.Now().Add(time.Hour), chat.PageRequest{Limit: 100})
		if err != nil {
			b.T.Fatal(err)
		}
		for _, item := range due.Items {
			if item.Kind != string(chat.TimerJob) {
				continue
			}
			job, err := b.Store.Job(b.T.Context(), item.AccountID, item.Subject)
			if err != nil {
				b.T.Fatal(err)
			}
			if job.Kind == kind {
				jobs = append(jobs, job)
			}
		}
	}
	return jobs
}
