package admin_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/chat"
)

// death stops a process before or after its nth call of the database: from then on, nothing that it does has an effect.
type death struct {
	inner aws.HTTPClient

	mu    sync.Mutex
	at    int // 0 = it lives
	after bool
	calls int
}

var errDead = errors.New("the process is dead")

func (d *death) Do(r *http.Request) (*http.Response, error) {
	d.mu.Lock()
	d.calls++
	at, after, calls := d.at, d.after, d.calls
	d.mu.Unlock()
	if at == 0 || calls < at {
		return d.inner.Do(r)
	}
	if after && calls == at {
		if response, err := d.inner.Do(r); err == nil {
			_, _ = io.Copy(io.Discard, response.Body) // it has happened when its answer is there
			_ = response.Body.Close()
		}
	}
	return nil, errDead
}

// comeOver stands between a store and its database. Whoever lives tries again when a connection breaks, the dead in vain.
func (d *death) comeOver(o *dynamodb.Options) {
	d.inner = o.HTTPClient
	o.HTTPClient = d
	o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxBackoff, o.RateLimiter = time.Millisecond, ratelimit.None
	})
}

// strike lets the process die at a call, or with 0 lets it live. It answers how many calls there were since the last time.
func (d *death) strike(at int, after bool) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	calls := d.calls
	d.at, d.after, d.calls = at, after, 0
	return calls
}

// C-03: whatever call a request dies at, the same request again leads where an undisturbed one does.
func TestCreatingCalls_CrashAnywhere_Repeatable(t *testing.T) {
	t.Parallel()
	d := &death{}
	b := apitest.New(t, d.comeOver)
	owner := b.Owner("ana@example.com")
	account, _ := owner.Me()
	ch := owner.Connect("phone-1")
	count := func(n int, err error) int {
		t.Helper()
		if err != nil {
			t.Errorf("count: %v", err)
		}
		return n
	}
	conversation := "/api/v1/conversations/" + string(owner.Receive(ch, "573001112233", "Luisa", "hola"))
	for name, story := range map[string]struct {
		path string
		body func(n int) apitest.Fields
		all  func() int // how many there are of what the call makes
	}{
		"a store": {
			"/api/v1/stores", func(n int) apitest.Fields { return apitest.Fields{"name": fmt.Sprint("Store ", n)} },
			func() int { list, err := b.Store.Stores(t.Context(), account.ID); return count(len(list), err) },
		},
		"an operator": {
			"/api/v1/operators", func(n int) apitest.Fields {
				return apitest.Fields{"name": "Juan", "email": fmt.Sprintf("juan%d@example.com", n), "role": "operator", "password": apitest.Password}
			},
			func() int { list, err := b.Store.Operators(t.Context(), account.ID); return count(len(list), err) },
		},
		"a channel": {
			"/api/v1/channels", func(n int) apitest.Fields {
				return apitest.Fields{"type": "whatsapp", "name": "Ventas", "externalId": fmt.Sprint("phone-", n), "credentials": apitest.Fields{"accessToken": "t"}}
			},
			func() int { list, err := b.Store.Channels(t.Context(), account.ID); return count(len(list), err) },
		},
		"a message": {
			conversation + "/messages",
			func(n int) apitest.Fields {
				return apitest.Fields{"clientId": fmt.Sprint("c-", n), "type": "text", "text": fmt.Sprint(n)}
			},
			func() int {
				id := chat.ConversationID(path.Base(conversation))
				list, err := b.Store.Messages(t.Context(), account.ID, id, chat.PageRequest{Limit: 100})
				return count(len(list.Items), err)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			n, struck := 100, 0
			keyed := func() apitest.Answer {
				b.Forget() // another process
				return owner.With("Idempotency-Key", fmt.Sprint("key-", name, n)).Do("POST", story.path, story.body(n))
			}
			for died := true; died; {
				for _, after := range []bool{false, true} {
					n++
					before := story.all()
					d.strike(struck+1, after)
					a := keyed()
					if died = d.strike(0, false) > struck; died == (a.Status < 500) {
						t.Errorf("at call %d: died is %t, and the answer %d: %s", struck+1, died, a.Status, a.Body)
					}
					b.Clock.Advance(apitest.InProgress) // what the dead process had taken is free again
					again := keyed()
					if !slices.Contains([]int{http.StatusCreated, http.StatusOK}, again.Status) {
						t.Fatalf("died at %d (after %t), then %d: %s", struck+1, after, again.Status, again.Body)
					}
					if made := story.all() - before; made != 1 {
						t.Errorf("died at %d (after %t): %d were made", struck+1, after, made)
					}
				}
				struck++
			}
			if struck < 5 {
				t.Errorf("an undisturbed call asks the database %d times only", struck)
			}
		})
	}
}

func TestSignUp_CrashAnywhere_Repeatable(t *testing.T) {
	t.Parallel()
	d := &death{}
	b := apitest.New(t, d.comeOver)
	signUp := func(n int) apitest.Answer {
		return b.Client().Do("POST", "/api/v1/auth/sign-up", apitest.Fields{
			"accountName": "Café", "name": "Ana", "email": fmt.Sprintf("ana%d@example.com", n), "password": apitest.Password,
		})
	}
	d.strike(0, false)
	signUp(0).Want(http.StatusCreated)
	calls := d.strike(0, false)
	n := 0
	for at := 1; at <= calls; at++ { // each call of an undisturbed sign-up
		for _, after := range []bool{false, true} {
			n++
			d.strike(at, after)
			if a := signUp(n); a.Status < 500 {
				t.Errorf("died at %d but answered %d: %s", at, a.Status, a.Body)
			}
			d.strike(0, false)
			b.Clock.Advance(apitest.InProgress)
			again := signUp(n)
			if again.Status == http.StatusConflict { // the account was there, only the answer was lost
				again.WantError(http.StatusConflict, "conflict", "email")
			} else {
				again.Want(http.StatusCreated)
			}
			c := b.SignedIn(fmt.Sprintf("ana%d@example.com", n))
			account, owner := c.Me()
			stores, err := b.Store.Stores(t.Context(), account.ID)
			if err != nil || len(stores) != 1 || owner.Role != chat.Owner {
				t.Errorf("died at %d (after %t): stores %+v, owner %+v, %v", at, after, stores, owner, err)
			}
		}
	}
}

// S0-01: whatever call the acceptance of an invitation dies at, the link creates its one operator, or tells that it has.
func TestAcceptInvitation_CrashAnywhere_Repeatable(t *testing.T) {
	t.Parallel()
	d := &death{}
	b := apitest.New(t, d.comeOver)
	n := 0
	link := func() (token, email string, owner *apitest.Client) {
		n++
		owner = verifiedOwner(t, b, fmt.Sprintf("ana%d@example.com", n))
		email = fmt.Sprintf("beto%d@example.com", n)
		invited(owner, chat.Editor, []string{email})
		return linkOf(t, owner), email, owner
	}
	token, _, _ := link()
	d.strike(0, false)
	accept(b, token).Want(http.StatusCreated)
	calls := d.strike(0, false)
	for at := 1; at <= calls; at++ { // each call of an undisturbed acceptance
		for _, after := range []bool{false, true} {
			token, email, owner := link()
			d.strike(at, after)
			if a := accept(b, token); a.Status < 500 {
				t.Errorf("died at %d but answered %d: %s", at, a.Status, a.Body)
			}
			d.strike(0, false)
			b.Clock.Advance(apitest.InProgress)
			if again := accept(b, token); again.Status == http.StatusConflict {
				refusedLink(t, b, token, "invitation_used")
			} else {
				again.Want(http.StatusCreated)
			}
			account, _ := owner.Me()
			list, err := b.Store.Operators(t.Context(), account.ID)
			if _, o := b.SignedIn(email).Me(); err != nil || len(list) != 2 || o.Role != chat.Editor || len(pending(owner)) != 0 {
				t.Errorf("died at %d (after %t): %d operators, joined as %+v, %v", at, after, len(list), o, err)
			}
		}
	}
}

// S0-01: a call that invites and dies is repeated without a second mail to anybody.
func TestInvite_CrashAnywhere_OneMailEach(t *testing.T) {
	t.Parallel()
	d := &death{}
	b := apitest.New(t, d.comeOver)
	emails := []string{"beto@example.com", "leo@example.com"}
	n := 0
	invite := func(owner *apitest.Client) apitest.Answer {
		b.Forget()
		return owner.With("Idempotency-Key", "invite").Do("POST", "/api/v1/invitations", apitest.Fields{"emails": emails, "role": "operator"})
	}
	struck := 0
	for died := true; died; struck++ {
		for _, after := range []bool{false, true} {
			n++
			emails = []string{fmt.Sprintf("beto%d@example.com", n), fmt.Sprintf("leo%d@example.com", n)}
			owner := verifiedOwner(t, b, fmt.Sprintf("ana%d@example.com", n))
			d.strike(struck+1, after)
			invite(owner)
			died = d.strike(0, false) > struck
			b.Clock.Advance(apitest.InProgress)
			invite(owner).Want(http.StatusOK)
			account, _ := owner.Me()
			mailed := map[string]int{}
			for _, m := range mailsOf(t, b, account.ID) {
				if m.Template == chat.MailInvitation {
					mailed[m.To]++
				}
			}
			if len(mailed) != 2 || mailed[emails[0]] != 1 || mailed[emails[1]] != 1 || len(pending(owner)) != 2 {
				t.Errorf("died at %d (after %t): mailed %v, pending %+v", struck+1, after, mailed, pending(owner))
			}
			accept(b, linkOf(t, owner)).Want(http.StatusCreated)
		}
	}
	if struck < 10 {
		t.Errorf("an undisturbed call asks the database %d times only", struck)
	}
}
