package live_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/live"
	"github.com/recado-chat/recado/shared/fault"
)

var noon = dynamotest.Noon()

const (
	account = dynamotest.Account
	shop    = dynamotest.Shop
	ana     = dynamotest.Ana
	beto    = dynamotest.Beto
)

func TestSessions_ListAndEnd(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		session := func(hash string, operator chat.OperatorID, n int) chat.Session {
			return chat.Session{
				Hash: hash, AccountID: account, OperatorID: operator, CreatedAt: noon.Add(time.Duration(n) * time.Minute), LastSeenAt: noon,
				ExpiresAt: noon.Add(24 * time.Hour), UserAgent: "Mozilla/5.0", IP: "::1",
			}
		}
		h1, h2, h3, other := session("h1", ana, 1), session("h2", ana, 2), session("h3", ana, 3), session("o1", beto, 1)
		for _, se := range []chat.Session{h1, h2, h3, other} {
			dynamotest.Must(t, db.PutSession(ctx, se))
		}
		got, err := db.Sessions(ctx, account, ana)
		dynamotest.Must(t, err)
		dynamotest.Same(t, got, []chat.Session{h3, h2, h1})
		dynamotest.Must(t, db.TouchSession(ctx, "h1", noon.Add(time.Hour), noon.Add(48*time.Hour)))
		h1.LastSeenAt, h1.ExpiresAt = noon.Add(time.Hour), noon.Add(48*time.Hour)
		one, err := db.Session(ctx, "h1")
		dynamotest.Must(t, err)
		dynamotest.Same(t, one, h1)

		dynamotest.WantFault(t, db.DeleteSession(ctx, account, beto, "h1"), fault.NotFound, "")
		dynamotest.Must(t, db.DeleteSession(ctx, account, ana, "h2"))
		dynamotest.WantFault(t, db.DeleteSession(ctx, account, ana, "h2"), fault.NotFound, "")
		dynamotest.WantFault(t, db.TouchSession(ctx, "h2", noon, noon), fault.NotFound, "")
		dynamotest.Must(t, db.DeleteSessions(ctx, account, ana, "h3"))
		got, err = db.Sessions(ctx, account, ana)
		dynamotest.Must(t, err)
		dynamotest.Same(t, got, []chat.Session{h3})
		_, err = db.Session(ctx, "h1")
		dynamotest.WantFault(t, err, fault.NotFound, "")
		_, err = db.Session(ctx, "o1")
		dynamotest.Must(t, err)
		dynamotest.Must(t, db.DeleteSessions(ctx, account, ana, ""))
		_, err = db.Session(ctx, "h3")
		dynamotest.WantFault(t, err, fault.NotFound, "")
	})
}

func TestTicketsAndTokens_UsedOnce(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		ticket := chat.Ticket{Hash: "t1", AccountID: account, OperatorID: ana, ExpiresAt: noon.Add(30 * time.Second)}
		dynamotest.Must(t, db.PutTicket(ctx, ticket))
		token := live.Token{Hash: "k1", Kind: "reset", AccountID: account, OperatorID: ana, ExpiresAt: noon.Add(time.Hour)}
		dynamotest.Must(t, db.PutToken(ctx, token))
		_, err := db.TakeToken(ctx, "verify", "k1", noon)
		dynamotest.WantFault(t, err, fault.NotFound, "")
		var tickets, tokens atomic.Int32
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if got, err := db.TakeTicket(ctx, "t1", noon); err == nil && got == ticket {
					tickets.Add(1)
				}
				if got, err := db.TakeToken(ctx, "reset", "k1", noon); err == nil && got == token {
					tokens.Add(1)
				}
			})
		}
		wg.Wait()
		if tickets.Load() != 1 || tokens.Load() != 1 {
			t.Fatalf("the ticket was used %d times, the token %d times", tickets.Load(), tokens.Load())
		}
		ticket.Hash, token.Hash = "t2", "k2"
		dynamotest.Must(t, db.PutTicket(ctx, ticket))
		dynamotest.Must(t, db.PutToken(ctx, token))
		_, err = db.TakeTicket(ctx, "t2", ticket.ExpiresAt) // the item still exists, but it has expired
		dynamotest.WantFault(t, err, fault.NotFound, "")
		_, err = db.TakeToken(ctx, "reset", "k2", noon.Add(2*time.Hour))
		dynamotest.WantFault(t, err, fault.NotFound, "")
		_, err = db.TakeTicket(ctx, "", noon)
		dynamotest.WantFault(t, err, fault.NotFound, "")
	})
}

func TestConnections_PutAndDelete(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		one := chat.Connection{ID: "abc#=1", AccountID: account, OperatorID: ana, ExpiresAt: noon.Add(2 * time.Hour)}
		two := chat.Connection{ID: "abd", AccountID: account, OperatorID: beto, ExpiresAt: noon.Add(2 * time.Hour)}
		other := chat.Connection{ID: "abe", AccountID: "ACC2", OperatorID: "X", ExpiresAt: noon}
		want := func(operator chat.OperatorID, watching, ofOperator, all []chat.Connection) {
			t.Helper()
			got, err := db.WatchingConnections(ctx, account)
			dynamotest.Must(t, err)
			dynamotest.Same(t, got, watching)
			got, err = db.OperatorConnections(ctx, account, operator)
			dynamotest.Must(t, err)
			dynamotest.Same(t, got, ofOperator)
			got, err = db.Connections(ctx, account)
			dynamotest.Must(t, err)
			dynamotest.Same(t, got, all)
		}
		for _, c := range []chat.Connection{one, two, other} {
			dynamotest.Must(t, db.PutConnection(ctx, c))
		}
		want(ana, []chat.Connection{}, []chat.Connection{one}, []chat.Connection{one, two})

		one.Watching, one.Own, one.Viewing = true, true, chat.Viewed{ConversationID: "CNV1", StoreID: shop}
		dynamotest.Must(t, db.SetViewing(ctx, one))
		two.Watching = true
		dynamotest.Must(t, db.SetViewing(ctx, two))
		want(beto, []chat.Connection{one, two}, []chat.Connection{two}, []chat.Connection{one, two})
		two.Watching = false
		dynamotest.Must(t, db.SetViewing(ctx, two))
		want(beto, []chat.Connection{one}, []chat.Connection{two}, []chat.Connection{one, two})

		found, err := db.Connection(ctx, one.ID)
		dynamotest.Must(t, err)
		dynamotest.Same(t, found, one)
		gone, err := db.DeleteConnection(ctx, one.ID)
		dynamotest.Must(t, err)
		dynamotest.Same(t, gone, one)
		_, err = db.DeleteConnection(ctx, one.ID)
		dynamotest.WantFault(t, err, fault.NotFound, "")
		dynamotest.WantFault(t, db.SetViewing(ctx, one), fault.NotFound, "")
		want(ana, []chat.Connection{}, []chat.Connection{}, []chat.Connection{two})
	})
}

// The browsers of a session that ended are told nothing, however many there are.
func TestDeleteSession_ManyConnections_AllEnd(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		dynamotest.Must(t, db.PutSession(ctx, chat.Session{Hash: "s1", AccountID: account, OperatorID: ana, CreatedAt: noon, ExpiresAt: noon.Add(time.Hour)}))
		for i := range 95 {
			c := chat.Connection{ID: fmt.Sprintf("c%02d", i), AccountID: account, OperatorID: ana, Session: "s1", ExpiresAt: noon.Add(time.Hour)}
			dynamotest.Must(t, db.PutConnection(ctx, c))
			c.Watching = i%2 == 0
			dynamotest.Must(t, db.SetViewing(ctx, c))
		}
		dynamotest.Must(t, db.DeleteSession(ctx, account, ana, "s1"))
		watching, err := db.WatchingConnections(ctx, account)
		dynamotest.Must(t, err)
		all, err := db.Connections(ctx, account)
		dynamotest.Must(t, err)
		if len(watching) != 0 || len(all) != 95 {
			t.Fatalf("%d connections watch, %d are stored, want 0 and 95", len(watching), len(all))
		}
		for _, c := range all {
			if !c.ExpiresAt.IsZero() {
				t.Errorf("%s expires at %v", c.ID, c.ExpiresAt)
			}
			c.Watching, c.ExpiresAt = true, noon.Add(time.Hour)
			dynamotest.WantFault(t, db.SetViewing(ctx, c), fault.NotFound, "")
		}
	})
}

func TestBeginAnswer_RepeatedRequest(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		deadline := noon.Add(30 * time.Second)
		begin := func(digest string, now time.Time) *live.Answer {
			t.Helper()
			a, err := db.BeginAnswer(ctx, "O1 POST /stores k", digest, now, now.Add(30*time.Second))
			dynamotest.Must(t, err)
			return a
		}
		if begin("d1", noon) != nil {
			t.Fatal("a new key has an answer")
		}
		if a := begin("d1", noon.Add(time.Second)); a == nil || !a.InProgress {
			t.Fatalf("while in progress: %+v", a)
		}
		_, err := db.BeginAnswer(ctx, "O1 POST /stores k", "d2", noon, deadline)
		dynamotest.WantFault(t, err, fault.Conflict, "digest_changed")
		if begin("d1", deadline) != nil {
			t.Fatal("an unfinished request still holds its key")
		}
		want := live.Answer{Status: 201, Body: []byte(`{"id":"1"}`), Digest: "d1"}
		dynamotest.Must(t, db.FinishAnswer(ctx, "O1 POST /stores k", want, noon))
		dynamotest.Same(t, *begin("d1", noon.Add(time.Minute)), want)
		_, err = db.BeginAnswer(ctx, "O1 POST /stores k", "d2", noon, deadline)
		dynamotest.WantFault(t, err, fault.Conflict, "digest_changed")
		if begin("d2", noon.Add(25*time.Hour)) != nil {
			t.Fatal("an expired answer was returned")
		}
		dynamotest.Must(t, db.AbandonAnswer(ctx, "O1 POST /stores k"))
		if begin("d1", noon.Add(25*time.Hour)) != nil {
			t.Fatal("an abandoned key was not released")
		}
	})
}

func TestHit_CountsPerWindow(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		for i, now := range []time.Time{noon, noon.Add(time.Second), noon.Add(59 * time.Second)} {
			n, err := db.Hit(t.Context(), "sign-in é#1", time.Minute, now)
			if dynamotest.Must(t, err); n != i+1 {
				t.Fatalf("try %d counts %d", i+1, n)
			}
		}
		if n, err := db.Hit(t.Context(), "sign-in é#1", time.Minute, noon.Add(time.Minute)); err != nil || n != 1 {
			t.Fatalf("%d, %v", n, err)
		}
		if n, err := db.Hit(t.Context(), "sign-in é#2", time.Minute, noon); err != nil || n != 1 {
			t.Fatalf("%d, %v", n, err)
		}
		var wg sync.WaitGroup
		var most atomic.Int64
		for range 8 {
			wg.Go(func() {
				n, err := db.HitTimes(t.Context(), "message V1", 5, time.Minute, noon)
				if err != nil {
					t.Error(err)
				}
				for old := most.Load(); int64(n) > old && !most.CompareAndSwap(old, int64(n)); old = most.Load() {
				}
			})
		}
		wg.Wait()
		if most.Load() != 40 {
			t.Fatalf("eight batches of five count %d", most.Load())
		}
	})
}

func TestVisitorConnections_OwnPartition(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		visitor := chat.Visitor{ID: "V1", ChannelID: "CH1", Origin: "https://shop.example"}
		session := chat.Session{Hash: "v1", AccountID: account, Visitor: visitor, CreatedAt: noon, LastSeenAt: noon, ExpiresAt: noon.Add(24 * time.Hour)}
		dynamotest.Must(t, db.PutSession(ctx, session))
		dynamotest.Must(t, db.TouchSession(ctx, "v1", noon.Add(time.Hour), noon.Add(48*time.Hour)))
		session.LastSeenAt, session.ExpiresAt = noon.Add(time.Hour), noon.Add(48*time.Hour)
		got, err := db.Session(ctx, "v1")
		dynamotest.Must(t, err)
		dynamotest.Same(t, got, session)

		dynamotest.Must(t, db.PutTicket(ctx, chat.Ticket{Hash: "tv", AccountID: account, Visitor: visitor, Address: "203.0.113.7", Session: "v1", ExpiresAt: noon.Add(time.Minute)}))
		ticket, err := db.TakeTicket(ctx, "tv", noon)
		dynamotest.Must(t, err)
		dynamotest.Same(t, ticket.Visitor, visitor)
		dynamotest.Same(t, ticket.Address, "203.0.113.7")
		one := chat.Connection{ID: "s1", AccountID: account, Visitor: visitor, Address: ticket.Address, Session: "v1", ExpiresAt: noon.Add(time.Hour)}
		dynamotest.Must(t, db.PutConnection(ctx, one))
		operators := chat.Connection{ID: "s2", AccountID: account, OperatorID: ana, ExpiresAt: noon.Add(time.Hour)}
		dynamotest.Must(t, db.PutConnection(ctx, operators))
		theirs, err := db.VisitorConnections(ctx, account, "V1")
		dynamotest.Must(t, err)
		dynamotest.Same(t, theirs, []chat.Connection{one})
		ours, err := db.Connections(ctx, account)
		dynamotest.Must(t, err)
		dynamotest.Same(t, ours, []chat.Connection{operators})
		atSite := one
		atSite.Address, atSite.Session, atSite.ExpiresAt = "", "", time.Time{}
		onSite, err := db.SiteConnections(ctx, account, "CH1")
		dynamotest.Must(t, err)
		dynamotest.Same(t, onSite, []chat.Connection{atSite})
		for _, nobody := range []chat.VisitorID{"V2", ""} {
			none, err := db.VisitorConnections(ctx, account, nobody)
			dynamotest.Must(t, err)
			if len(none) != 0 {
				t.Errorf("%q has %v", nobody, none)
			}
		}
		found, err := db.Connection(ctx, "s1")
		dynamotest.Must(t, err)
		dynamotest.Same(t, found, one)
		gone, err := db.DeleteConnection(ctx, "s1")
		dynamotest.Must(t, err)
		dynamotest.Same(t, gone, one)
		onSite, err = db.SiteConnections(ctx, account, "CH1")
		dynamotest.Must(t, err)
		dynamotest.Same(t, len(onSite), 0)
		dynamotest.WantFault(t, db.PutConnection(ctx, chat.Connection{ID: "s3", AccountID: account, Visitor: visitor, Session: "ended"}), fault.NotFound, "")
	})
}
