package dynamo_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

func TestWhatIsCommittedIsReadBack(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		preview := chat.Preview{MessageID: "M1", Text: "👩‍👧 ¿qué tal?", Type: chat.TypeText, Direction: chat.In}
		d := opening("Zoë", assigned(ana), func(c *chat.Conversation) {
			c.GroupID, c.FormerID, c.Passed, c.Tags, c.Campaign = "GRP1", beto, []chat.OperatorID{beto}, []string{"vip", "ñ"}, "otoño"
			c.BotEnabled, c.Preview, c.LastMessageID, c.LastInboundID, c.LastInboundAt = true, &preview, "M1", "M1", noon
			c.WaitingSince, c.CloseAt = noon, noon.Add(time.Hour)
		})
		m := text(d.After.ID, 1, "")
		m.Attachments = []chat.Attachment{{ID: "A1", Name: "fótó.png", Mime: "image/png", Size: 12, Ref: "r", Key: "k", State: chat.AttachmentReady}}
		e := chat.Event{
			ID: "EVT1", AccountID: account, ConversationID: d.After.ID, Type: chat.EventAssigned, At: noon,
			Actor: chat.Author{Kind: chat.BySystem},
			Reason: &chat.Reason{Code: chat.ReasonFewestOpen, Considered: []chat.Considered{
				{OperatorID: ana, Name: "Ana", Outcome: chat.OutcomeChosen, Capacity: 20},
			}},
			Data: chat.EventData{AssigneeID: ana, Status: chat.Open},
		}
		d.Messages, d.Events = []chat.Message{m}, []chat.Event{e}
		d.ProviderRef = &chat.ProviderRef{AccountID: account, Scope: "555", ID: m.ProviderID, ConversationID: d.After.ID, MessageID: m.ID, ExpiresAt: noon.Add(chat.ProviderRefRetention)}
		d.Timers = []chat.Timer{{AccountID: account, Kind: chat.TimerMedia, ConversationID: d.After.ID, MessageID: m.ID, DueAt: noon, Attempt: 2}}
		d.Aliases = []string{"bsuid.Ω/1"}
		d.Activity = &chat.Activity{AccountID: account, RequestID: "REQ1", At: noon, Actor: chat.Author{Kind: chat.BySystem}, Action: "open", Target: "x"}
		must(t, db.Commit(ctx, d, noon))

		want := d.After
		want.Version = 1
		c, err := db.Conversation(ctx, account, want.ID)
		must(t, err)
		same(t, c, want)
		gotMessage, err := db.Message(ctx, account, want.ID, m.ID)
		must(t, err)
		same(t, gotMessage, m)
		timeline, err := db.Events(ctx, account, want.ID, chat.PageRequest{})
		must(t, err)
		same(t, timeline.Items, []chat.Event{e})
		receipt, err := db.ProviderRef(ctx, account, "555", m.ProviderID)
		must(t, err)
		same(t, receipt, *d.ProviderRef)
		timers, err := db.PendingTimers(ctx, account, want.ID, chat.TimerMedia)
		must(t, err)
		same(t, timers, d.Timers)
		identity, matched, err := db.Identity(ctx, account, channel, []string{"unknown", "bsuid.Ω/1"})
		must(t, err)
		wantIdentity := *d.Identity
		wantIdentity.Version = 1
		same(t, identity, wantIdentity)
		same(t, matched, []string{"bsuid.Ω/1"})
		contact, err := db.Contact(ctx, account, want.ContactID)
		must(t, err)
		wantContact := *d.NewContact
		wantContact.Version = 1
		same(t, contact, wantContact)
		log, err := db.Activities(ctx, account, "2026-11", chat.PageRequest{})
		must(t, err)
		same(t, log.Items, []chat.Activity{*d.Activity})
		loads, err := db.Loads(ctx, account)
		must(t, err)
		same(t, loads, []chat.Load{{AccountID: account, OperatorID: ana, Open: 1, LastAssignedAt: noon, Moves: 1}})
		of, err := db.ContactConversations(ctx, account, want.ContactID, chat.PageRequest{})
		must(t, err)
		same(t, of.Items, []chat.Conversation{want})
	})
}

func TestOfTwoWritersOfOneConversationOneWins(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		c := open(t, db, "A")
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				operator := chat.OperatorID(fmt.Sprintf("OPE%d", i))
				err := tryChange(t.Context(), db, c, func(c *chat.Conversation) error { return c.Assign(operator, noon) })
				switch {
				case err == nil:
					won.Add(1)
				case fault.As(err).Reason != "version_changed":
					t.Errorf("loser was told %v", err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d writers won", won.Load())
		}
		total := 0
		for _, n := range openLoads(t, db) {
			total += n
		}
		if total != 1 {
			t.Fatalf("loads add up to %d", total)
		}
	})
}

func TestAStaleVersionChangesNothing(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		stale := open(t, db, "A")
		fresh := change(t, db, stale, func(c *chat.Conversation) error { return c.Assign(ana, noon) })
		err := tryChange(t.Context(), db, stale, func(c *chat.Conversation) error { return c.Assign(beto, noon) })
		wantFault(t, err, fault.Conflict, "version_changed")
		stored, err := db.Conversation(t.Context(), account, stale.ID)
		must(t, err)
		same(t, stored, fresh)
		same(t, openLoads(t, db), map[chat.OperatorID]int{ana: 1})
	})
}

func TestAReceiptMakesADecisionHappenOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		c := open(t, db, "A", assigned(ana))
		reply := func(n int) error {
			before, err := db.Conversation(t.Context(), account, c.ID)
			must(t, err)
			m, after := outbound(c.ID, n), before
			after.ApplyMessage(m)
			return db.Commit(t.Context(), chat.Decision{Before: &before, After: after, Messages: []chat.Message{m}, ProviderRef: &chat.ProviderRef{
				AccountID: account, Scope: "client:" + string(ana), ID: "uuid-1", ConversationID: c.ID, MessageID: m.ID, Digest: "d",
			}}, noon)
		}
		must(t, reply(1))
		wantFault(t, reply(2), fault.Conflict, "receipt_exists")
		page, err := db.Messages(t.Context(), account, c.ID, chat.PageRequest{})
		must(t, err)
		if len(page.Items) != 1 {
			t.Fatalf("%d messages were written", len(page.Items))
		}
	})
}

func TestTheGravestReasonIsTold(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		c := open(t, db, "A")
		change(t, db, c, func(c *chat.Conversation) error { return c.SetPending() })
		must(t, db.RepairLoad(ctx, chat.Load{AccountID: account, OperatorID: ana}, 1))
		after := c
		must(t, after.Assign(ana, noon))
		d := chat.Decision{Before: &c, After: after, Capacity: 1}
		wantFault(t, db.Commit(ctx, d, noon), fault.Conflict, "at_capacity")
		identity, _, err := db.Identity(ctx, account, channel, []string{c.ExternalID})
		must(t, err)
		identity.Version--
		d.Identity = &identity
		identity.Version = 7
		wantFault(t, db.Commit(ctx, d, noon), fault.Conflict, "identity_changed")
		r := chat.ProviderRef{AccountID: account, Scope: "s", ID: "1", ConversationID: c.ID, MessageID: "M"}
		_, _, err = db.PutProviderRef(ctx, r)
		must(t, err)
		d.ProviderRef = &r
		wantFault(t, db.Commit(ctx, d, noon), fault.Conflict, "receipt_exists")
	})
}

func TestNobodyIsGivenMoreThanTheyMayCarry(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		var pool []chat.Conversation
		for i := range 20 {
			pool = append(pool, open(t, db, fmt.Sprintf("P%02d", i)))
		}
		var claimed, refused atomic.Int32
		var wg sync.WaitGroup
		for _, c := range pool {
			wg.Go(func() {
				after := c
				if err := after.Assign(ana, noon); err != nil {
					t.Error(err)
					return
				}
				err := db.Commit(t.Context(), chat.Decision{Before: &c, After: after, Capacity: 5}, noon)
				switch {
				case err == nil:
					claimed.Add(1)
				case fault.As(err).Reason == "at_capacity":
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if claimed.Load() != 5 || refused.Load() != 15 {
			t.Fatalf("%d claimed, %d refused", claimed.Load(), refused.Load())
		}
		same(t, openLoads(t, db), map[chat.OperatorID]int{ana: 5})
	})
}

func TestAPersonHasOneOpenConversation(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 6 {
			d := opening("Uma")
			d.After.ID = chat.ConversationID(fmt.Sprintf("CNV%d", i))
			d.Identity.OpenConversationID, d.NewContact = d.After.ID, nil
			wg.Go(func() {
				err := db.Commit(t.Context(), d, noon)
				switch {
				case err == nil:
					won.Add(1)
				case fault.As(err).Reason != "identity_changed":
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d conversations were opened", won.Load())
		}
	})
}

func TestTheIdentityFollowsItsConversation(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		identity := func() chat.Identity {
			t.Helper()
			i, _, err := db.Identity(ctx, account, channel, []string{"ext-A"})
			must(t, err)
			return i
		}
		resolve := func(c *chat.Conversation) error { return c.Resolve(noon, chat.Author{Kind: chat.ByOperator, ID: "O"}) }
		reopen := func(c *chat.Conversation) error { return c.Reopen(noon, ana) }

		first := change(t, db, open(t, db, "A", assigned(ana)), resolve)
		i := identity()
		if i.OpenConversationID != "" || i.LastConversationID != first.ID || !i.LastResolvedAt.Equal(noon) || i.Version != 2 {
			t.Fatalf("after resolving: %+v", i)
		}
		same(t, openLoads(t, db), map[chat.OperatorID]int{ana: 0})

		first = change(t, db, first, reopen)
		if i = identity(); i.OpenConversationID != first.ID || i.Version != 3 {
			t.Fatalf("after reopening: %+v", i)
		}
		same(t, openLoads(t, db), map[chat.OperatorID]int{ana: 1})

		first = change(t, db, first, resolve)
		second := opening("A")
		second.After.ID, second.NewContact = "CNVA2", nil
		i = identity()
		i.OpenConversationID, second.Identity = "CNVA2", &i
		must(t, db.Commit(ctx, second, noon))
		wantFault(t, tryChange(ctx, db, first, reopen), fault.Conflict, "identity_changed")
	})
}

func TestResolvingDoesNotTouchAnIdentityThatHasGoneOn(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		c := open(t, db, "A")
		identity, _, err := db.Identity(ctx, account, channel, []string{"ext-A"})
		must(t, err)
		identity.OpenConversationID = "CNVOTHER"
		must(t, db.Commit(ctx, chat.Decision{Before: &c, After: c, Identity: &identity}, noon))
		c, err = db.Conversation(ctx, account, c.ID)
		must(t, err)
		c = change(t, db, c, func(c *chat.Conversation) error { return c.Resolve(noon, chat.Author{Kind: chat.BySystem}) })
		if c.Status != chat.Resolved {
			t.Fatalf("status is %s", c.Status)
		}
		if identity, _, err = db.Identity(ctx, account, channel, []string{"ext-A"}); err != nil || identity.OpenConversationID != "CNVOTHER" {
			t.Fatalf("identity became %+v, %v", identity, err)
		}
	})
}

func TestAMessageThatIsThereAlreadyStaysAsItIs(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		c := open(t, db, "A", assigned(ana))
		m := outbound(c.ID, 1)
		created, err := db.PutMessage(ctx, m)
		if must(t, err); !created {
			t.Fatal("the first put did not create it")
		}
		_, applied, err := db.AdvanceStatus(ctx, account, c.ID, m.ID, 1, chat.StatusRead, nil, "")
		if must(t, err); !applied {
			t.Fatal("the status did not advance")
		}
		after := c
		after.ApplyMessage(m)
		must(t, db.Commit(ctx, chat.Decision{Before: &c, After: after, Messages: []chat.Message{m, outbound(c.ID, 2)}}, noon))
		page, err := db.Messages(ctx, account, c.ID, chat.PageRequest{})
		must(t, err)
		if len(page.Items) != 2 || page.Items[0].Status != chat.StatusRead || page.Items[1].Status != chat.StatusQueued {
			t.Fatalf("got %+v", page.Items)
		}
		if created, err = db.PutMessage(ctx, m); err != nil || created {
			t.Fatalf("a second put: %t, %v", created, err)
		}
	})
}

func TestAnAliasNeverReplacesAnIdentity(t *testing.T) {
	onEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		open(t, db, "A")
		stays := func() {
			t.Helper()
			identity, _, err := db.Identity(ctx, account, channel, []string{"ext-A"})
			must(t, err)
			if identity.OpenConversationID != "CNVA" || identity.ExternalID != "ext-A" {
				t.Fatalf("the address was taken from its identity: %+v", identity)
			}
		}
		// Whoever opens one found none of its addresses: the address was taken meanwhile, by the same person.
		d := opening("B")
		d.Aliases = []string{"ext-A"}
		wantFault(t, db.Commit(ctx, d, noon), fault.Conflict, dynamo.ReasonIdentityChanged)
		stays()
		// A person who is known already may have two identities, until somebody merges them.
		b := open(t, db, "B")
		known, _, err := db.Identity(ctx, account, channel, []string{"ext-B"})
		must(t, err)
		must(t, db.Commit(ctx, chat.Decision{Before: &b, After: b, Identity: &known, Aliases: []string{"ext-A"}}, noon))
		stays()
	})
}
