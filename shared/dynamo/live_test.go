package dynamo_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

func TestSessionsAreListedAndEnded(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		session := func(hash string, operator chat.OperatorID, n int) chat.Session {
			return chat.Session{
				Hash: hash, AccountID: account, OperatorID: operator, CreatedAt: noon.Add(time.Duration(n) * time.Minute), LastSeenAt: noon,
				ExpiresAt: noon.Add(day), UserAgent: "Mozilla/5.0", IP: "::1",
			}
		}
		h1, h2, h3, other := session("h1", ana, 1), session("h2", ana, 2), session("h3", ana, 3), session("o1", beto, 1)
		for _, se := range []chat.Session{h1, h2, h3, other} {
			must(t, db.PutSession(ctx, se))
		}
		got, err := db.Sessions(ctx, account, ana)
		must(t, err)
		same(t, got, []chat.Session{h3, h2, h1})
		must(t, db.TouchSession(ctx, "h1", noon.Add(time.Hour), noon.Add(2*day)))
		h1.LastSeenAt, h1.ExpiresAt = noon.Add(time.Hour), noon.Add(2*day)
		one, err := db.Session(ctx, "h1")
		must(t, err)
		same(t, one, h1)

		wantFault(t, db.DeleteSession(ctx, account, beto, "h1"), fault.NotFound, "")
		must(t, db.DeleteSession(ctx, account, ana, "h2"))
		wantFault(t, db.DeleteSession(ctx, account, ana, "h2"), fault.NotFound, "")
		wantFault(t, db.TouchSession(ctx, "h2", noon, noon), fault.NotFound, "")
		must(t, db.DeleteSessions(ctx, account, ana, "h3"))
		got, err = db.Sessions(ctx, account, ana)
		must(t, err)
		same(t, got, []chat.Session{h3})
		_, err = db.Session(ctx, "h1")
		wantFault(t, err, fault.NotFound, "")
		_, err = db.Session(ctx, "o1")
		must(t, err)
		must(t, db.DeleteSessions(ctx, account, ana, ""))
		_, err = db.Session(ctx, "h3")
		wantFault(t, err, fault.NotFound, "")
	})
}

func TestTicketsAndTokensAreUsedOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		ticket := chat.Ticket{Hash: "t1", AccountID: account, OperatorID: ana, ExpiresAt: noon.Add(30 * time.Second)}
		must(t, db.PutTicket(ctx, ticket))
		token := dynamo.Token{Hash: "k1", Kind: "reset", AccountID: account, OperatorID: ana, ExpiresAt: noon.Add(time.Hour)}
		must(t, db.PutToken(ctx, token))
		_, err := db.TakeToken(ctx, "verify", "k1", noon)
		wantFault(t, err, fault.NotFound, "")
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
		must(t, db.PutTicket(ctx, ticket))
		must(t, db.PutToken(ctx, token))
		_, err = db.TakeTicket(ctx, "t2", ticket.ExpiresAt) // swept up or not: it has expired
		wantFault(t, err, fault.NotFound, "")
		_, err = db.TakeToken(ctx, "reset", "k2", noon.Add(2*time.Hour))
		wantFault(t, err, fault.NotFound, "")
		_, err = db.TakeTicket(ctx, "", noon)
		wantFault(t, err, fault.NotFound, "")
	})
}

func TestConnectionsComeAndGo(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		one := chat.Connection{ID: "abc#=1", AccountID: account, OperatorID: ana, ExpiresAt: noon.Add(2 * time.Hour)}
		two := chat.Connection{ID: "abd", AccountID: account, OperatorID: beto, Viewing: chat.Viewed{ConversationID: "CNV1"}, ExpiresAt: noon.Add(2 * time.Hour)}
		other := chat.Connection{ID: "abe", AccountID: "ACC2", OperatorID: "X", ExpiresAt: noon}
		for _, c := range []chat.Connection{one, two, other} {
			must(t, db.PutConnection(ctx, c))
		}
		must(t, db.SetViewing(ctx, one.ID, chat.Viewed{ConversationID: "CNV1", StoreID: shop}))
		must(t, db.SetViewing(ctx, two.ID, chat.Viewed{}))
		one.Viewing, two.Viewing = chat.Viewed{ConversationID: "CNV1", StoreID: shop}, chat.Viewed{}
		got, err := db.Connections(ctx, account)
		must(t, err)
		same(t, got, []chat.Connection{one, two})
		found, err := db.Connection(ctx, one.ID)
		must(t, err)
		same(t, found, one)
		gone, err := db.DeleteConnection(ctx, one.ID)
		must(t, err)
		same(t, gone, one)
		_, err = db.DeleteConnection(ctx, one.ID)
		wantFault(t, err, fault.NotFound, "")
		wantFault(t, db.SetViewing(ctx, one.ID, chat.Viewed{ConversationID: "CNV1", StoreID: shop}), fault.NotFound, "")
		got, err = db.Connections(ctx, account)
		must(t, err)
		same(t, got, []chat.Connection{two})
	})
}

func TestARepeatedRequestGetsTheFirstAnswer(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		deadline := noon.Add(30 * time.Second)
		begin := func(digest string, now time.Time) *dynamo.Answer {
			t.Helper()
			a, err := db.BeginAnswer(ctx, "O1 POST /stores k", digest, now, now.Add(30*time.Second))
			must(t, err)
			return a
		}
		if begin("d1", noon) != nil {
			t.Fatal("a new key has an answer")
		}
		if a := begin("d1", noon.Add(time.Second)); a == nil || !a.InProgress {
			t.Fatalf("while it is at work: %+v", a)
		}
		_, err := db.BeginAnswer(ctx, "O1 POST /stores k", "d2", noon, deadline)
		wantFault(t, err, fault.Conflict, "digest_changed")
		if begin("d1", deadline) != nil {
			t.Fatal("a request that died locks its key")
		}
		want := dynamo.Answer{Status: 201, Body: []byte(`{"id":"1"}`), Digest: "d1"}
		must(t, db.FinishAnswer(ctx, "O1 POST /stores k", want, noon))
		same(t, *begin("d1", noon.Add(time.Minute)), want)
		_, err = db.BeginAnswer(ctx, "O1 POST /stores k", "d2", noon, deadline)
		wantFault(t, err, fault.Conflict, "digest_changed")
		if begin("d2", noon.Add(25*time.Hour)) != nil {
			t.Fatal("an answer of yesterday is still given")
		}
		must(t, db.AbandonAnswer(ctx, "O1 POST /stores k"))
		if begin("d1", noon.Add(25*time.Hour)) != nil {
			t.Fatal("an abandoned key is not free")
		}
	})
}

func TestTriesAreCountedInTheirWindow(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		for i, now := range []time.Time{noon, noon.Add(time.Second), noon.Add(59 * time.Second)} {
			n, err := db.Hit(t.Context(), "sign-in é#1", time.Minute, now)
			if must(t, err); n != i+1 {
				t.Fatalf("try %d counts %d", i+1, n)
			}
		}
		if n, err := db.Hit(t.Context(), "sign-in é#1", time.Minute, noon.Add(time.Minute)); err != nil || n != 1 {
			t.Fatalf("%d, %v", n, err)
		}
		if n, err := db.Hit(t.Context(), "sign-in é#2", time.Minute, noon); err != nil || n != 1 {
			t.Fatalf("%d, %v", n, err)
		}
	})
}

func TestVisitorsSocketsLieApart(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		visitor := chat.Visitor{ID: "V1", ChannelID: "CH1", Origin: "https://shop.example"}
		session := chat.Session{Hash: "v1", AccountID: account, Visitor: visitor, CreatedAt: noon, LastSeenAt: noon, ExpiresAt: noon.Add(day)}
		must(t, db.PutSession(ctx, session))
		must(t, db.TouchSession(ctx, "v1", noon.Add(time.Hour), noon.Add(2*day)))
		session.LastSeenAt, session.ExpiresAt = noon.Add(time.Hour), noon.Add(2*day)
		got, err := db.Session(ctx, "v1")
		must(t, err)
		same(t, got, session)

		must(t, db.PutTicket(ctx, chat.Ticket{Hash: "tv", AccountID: account, Visitor: visitor, Session: "v1", ExpiresAt: noon.Add(time.Minute)}))
		ticket, err := db.TakeTicket(ctx, "tv", noon)
		must(t, err)
		same(t, ticket.Visitor, visitor)
		one := chat.Connection{ID: "s1", AccountID: account, Visitor: visitor, Session: "v1", ExpiresAt: noon.Add(time.Hour)}
		must(t, db.PutConnection(ctx, one))
		operators := chat.Connection{ID: "s2", AccountID: account, OperatorID: ana, ExpiresAt: noon.Add(time.Hour)}
		must(t, db.PutConnection(ctx, operators))
		theirs, err := db.VisitorConnections(ctx, account, "V1")
		must(t, err)
		same(t, theirs, []chat.Connection{one})
		ours, err := db.Connections(ctx, account)
		must(t, err)
		same(t, ours, []chat.Connection{operators})
		for _, nobody := range []chat.VisitorID{"V2", ""} {
			none, err := db.VisitorConnections(ctx, account, nobody)
			must(t, err)
			if len(none) != 0 {
				t.Errorf("%q has %v", nobody, none)
			}
		}
		found, err := db.Connection(ctx, "s1")
		must(t, err)
		same(t, found, one)
		gone, err := db.DeleteConnection(ctx, "s1")
		must(t, err)
		same(t, gone, one)
		wantFault(t, db.PutConnection(ctx, chat.Connection{ID: "s3", AccountID: account, Visitor: visitor, Session: "ended"}), fault.NotFound, "")
	})
}
