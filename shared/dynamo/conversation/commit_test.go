package conversation_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/fault"
)

func TestCommit_ReadBack(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		preview := chat.Preview{MessageID: "M1", Text: "👩‍👧 ¿qué tal?", Type: chat.TypeText, Direction: chat.In}
		d := dynamotest.Opening("Zoë", dynamotest.Assigned(ana), func(c *chat.Conversation) {
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
		dynamotest.Must(t, db.Commit(ctx, d, noon))

		want := d.After
		want.Version = 1
		c, err := db.Conversation(ctx, account, want.ID)
		dynamotest.Must(t, err)
		dynamotest.Same(t, c, want)
		gotMessage, err := db.Message(ctx, account, want.ID, m.ID)
		dynamotest.Must(t, err)
		dynamotest.Same(t, gotMessage, m)
		timeline, err := db.Events(ctx, account, want.ID, chat.PageRequest{})
		dynamotest.Must(t, err)
		dynamotest.Same(t, timeline.Items, []chat.Event{e})
		receipt, err := db.ProviderRef(ctx, account, "555", m.ProviderID)
		dynamotest.Must(t, err)
		dynamotest.Same(t, receipt, *d.ProviderRef)
		timers, err := db.PendingTimers(ctx, account, want.ID, chat.TimerMedia)
		dynamotest.Must(t, err)
		dynamotest.Same(t, timers, d.Timers)
		identity, matched, err := db.Identity(ctx, account, channel, []string{"unknown", "bsuid.Ω/1"})
		dynamotest.Must(t, err)
		wantIdentity := *d.Identity
		wantIdentity.Version = 1
		dynamotest.Same(t, identity, wantIdentity)
		dynamotest.Same(t, matched, []string{"bsuid.Ω/1"})
		contact, err := db.Contact(ctx, account, want.ContactID)
		dynamotest.Must(t, err)
		wantContact := *d.NewContact
		wantContact.Version = 1
		dynamotest.Same(t, contact, wantContact)
		log, err := db.Activities(ctx, account, "2026-11", chat.PageRequest{})
		dynamotest.Must(t, err)
		dynamotest.Same(t, log.Items, []chat.Activity{*d.Activity})
		loads, err := db.Loads(ctx, account)
		dynamotest.Must(t, err)
		dynamotest.Same(t, loads, []chat.Load{{AccountID: account, OperatorID: ana, Open: 1, LastAssignedAt: noon, Moves: 1, Counts: chat.Counts{{StoreID: shop, Status: chat.Open}: 1}}})
		of, err := db.ContactConversations(ctx, account, want.ContactID, chat.PageRequest{})
		dynamotest.Must(t, err)
		dynamotest.Same(t, of.Items, []chat.Conversation{want})
	})
}

func TestCommit_TwoWriters_OneWins(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		c := dynamotest.NewConversation(t, db, "A")
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
					t.Errorf("the other writer got %v", err)
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

func TestCommit_StaleVersion_WritesNothing(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		stale := dynamotest.NewConversation(t, db, "A")
		fresh := dynamotest.ChangeConversation(t, db, stale, func(c *chat.Conversation) error { return c.Assign(ana, noon) })
		err := tryChange(t.Context(), db, stale, func(c *chat.Conversation) error { return c.Assign(beto, noon) })
		dynamotest.WantFault(t, err, fault.Conflict, "version_changed")
		stored, err := db.Conversation(t.Context(), account, stale.ID)
		dynamotest.Must(t, err)
		dynamotest.Same(t, stored, fresh)
		dynamotest.Same(t, openLoads(t, db), map[chat.OperatorID]int{ana: 1})
	})
}

func TestCommit_SameProviderRef_Once(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		c := dynamotest.NewConversation(t, db, "A", dynamotest.Assigned(ana))
		reply := func(n int) error {
			before, err := db.Conversation(t.Context(), account, c.ID)
			dynamotest.Must(t, err)
			m, after := outbound(c.ID, n), before
			after.ApplyMessage(m)
			return db.Commit(t.Context(), chat.Decision{Before: &before, After: after, Messages: []chat.Message{m}, ProviderRef: &chat.ProviderRef{
				AccountID: account, Scope: "client:" + string(ana), ID: "uuid-1", ConversationID: c.ID, MessageID: m.ID, Digest: "d",
			}}, noon)
		}
		dynamotest.Must(t, reply(1))
		dynamotest.WantFault(t, reply(2), fault.Conflict, "receipt_exists")
		page, err := db.Messages(t.Context(), account, c.ID, chat.PageRequest{})
		dynamotest.Must(t, err)
		if len(page.Items) != 1 {
			t.Fatalf("%d messages were written", len(page.Items))
		}
	})
}

func TestCommit_SeveralConflicts_MostSevere(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		c := dynamotest.NewConversation(t, db, "A")
		dynamotest.ChangeConversation(t, db, c, func(c *chat.Conversation) error { return c.SetPending() })
		dynamotest.Must(t, db.RepairLoad(ctx, chat.Load{AccountID: account, OperatorID: ana}, 1))
		after := c
		dynamotest.Must(t, after.Assign(ana, noon))
		d := chat.Decision{Before: &c, After: after, Load: &chat.Load{}}
		dynamotest.WantFault(t, db.Commit(ctx, d, noon), fault.Conflict, "load_changed")
		identity, _, err := db.Identity(ctx, account, channel, []string{c.ExternalID})
		dynamotest.Must(t, err)
		identity.Version--
		d.Identity = &identity
		identity.Version = 7
		dynamotest.WantFault(t, db.Commit(ctx, d, noon), fault.Conflict, "identity_changed")
		r := chat.ProviderRef{AccountID: account, Scope: "s", ID: "1", ConversationID: c.ID, MessageID: "M"}
		_, _, err = db.PutProviderRef(ctx, r)
		dynamotest.Must(t, err)
		d.ProviderRef = &r
		dynamotest.WantFault(t, db.Commit(ctx, d, noon), fault.Conflict, "receipt_exists")
	})
}

func TestCommit_LoadChanged_Refused(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		var pool []chat.Conversation
		for i := range 20 {
			pool = append(pool, dynamotest.NewConversation(t, db, fmt.Sprintf("P%02d", i)))
		}
		var claimed, refused atomic.Int32
		var wg sync.WaitGroup
		for i, c := range pool {
			wg.Go(func() {
				after := c
				if err := after.Assign(ana, noon); err != nil {
					t.Error(err)
					return
				}
				err := db.Commit(t.Context(), chat.Decision{Before: &c, After: after, Load: &chat.Load{Open: i % 4}}, noon)
				switch {
				case err == nil:
					claimed.Add(1)
				case fault.As(err).Reason == "load_changed":
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		// Each number of open conversations is seen by five, and one of these can be right.
		if n := claimed.Load(); n < 1 || n > 4 || n+refused.Load() != 20 {
			t.Fatalf("%d claimed, %d refused", n, refused.Load())
		}
		dynamotest.Same(t, openLoads(t, db), map[chat.OperatorID]int{ana: int(claimed.Load())})
	})
}

func TestCommit_OneOpenConversationPerIdentity(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 6 {
			d := dynamotest.Opening("Uma")
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

func TestCommit_IdentityFollowsConversation(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		identity := func() chat.Identity {
			t.Helper()
			i, _, err := db.Identity(ctx, account, channel, []string{"ext-A"})
			dynamotest.Must(t, err)
			return i
		}
		resolve := func(c *chat.Conversation) error { return c.Resolve(noon, chat.Author{Kind: chat.ByOperator, ID: "O"}) }
		reopen := func(c *chat.Conversation) error { return c.Reopen(noon, ana) }

		first := dynamotest.ChangeConversation(t, db, dynamotest.NewConversation(t, db, "A", dynamotest.Assigned(ana)), resolve)
		i := identity()
		if i.OpenConversationID != "" || i.LastConversationID != first.ID || !i.LastResolvedAt.Equal(noon) || i.Version != 2 {
			t.Fatalf("after resolving: %+v", i)
		}
		dynamotest.Same(t, openLoads(t, db), map[chat.OperatorID]int{ana: 0})

		first = dynamotest.ChangeConversation(t, db, first, reopen)
		if i = identity(); i.OpenConversationID != first.ID || i.Version != 3 {
			t.Fatalf("after reopening: %+v", i)
		}
		dynamotest.Same(t, openLoads(t, db), map[chat.OperatorID]int{ana: 1})

		first = dynamotest.ChangeConversation(t, db, first, resolve)
		second := dynamotest.Opening("A")
		second.After.ID, second.NewContact = "CNVA2", nil
		i = identity()
		i.OpenConversationID, second.Identity = "CNVA2", &i
		dynamotest.Must(t, db.Commit(ctx, second, noon))
		dynamotest.WantFault(t, tryChange(ctx, db, first, reopen), fault.Conflict, "identity_changed")
	})
}

func TestCommit_ResolveOld_KeepsIdentity(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		c := dynamotest.NewConversation(t, db, "A")
		identity, _, err := db.Identity(ctx, account, channel, []string{"ext-A"})
		dynamotest.Must(t, err)
		identity.OpenConversationID = "CNVOTHER"
		dynamotest.Must(t, db.Commit(ctx, chat.Decision{Before: &c, After: c, Identity: &identity}, noon))
		c, err = db.Conversation(ctx, account, c.ID)
		dynamotest.Must(t, err)
		c = dynamotest.ChangeConversation(t, db, c, func(c *chat.Conversation) error { return c.Resolve(noon, chat.Author{Kind: chat.BySystem}) })
		if c.Status != chat.Resolved {
			t.Fatalf("status is %s", c.Status)
		}
		if identity, _, err = db.Identity(ctx, account, channel, []string{"ext-A"}); err != nil || identity.OpenConversationID != "CNVOTHER" {
			t.Fatalf("identity became %+v, %v", identity, err)
		}
	})
}

func TestCommit_ExistingMessage_Kept(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		c := dynamotest.NewConversation(t, db, "A", dynamotest.Assigned(ana))
		m := outbound(c.ID, 1)
		created, err := db.PutMessage(ctx, m)
		if dynamotest.Must(t, err); !created {
			t.Fatal("the first put did not create it")
		}
		_, applied, err := db.AdvanceStatus(ctx, account, c.ID, m.ID, 1, chat.StatusUpdate{Status: chat.StatusRead}, "")
		if dynamotest.Must(t, err); !applied {
			t.Fatal("the status did not advance")
		}
		after := c
		after.ApplyMessage(m)
		dynamotest.Must(t, db.Commit(ctx, chat.Decision{Before: &c, After: after, Messages: []chat.Message{m, outbound(c.ID, 2)}}, noon))
		page, err := db.Messages(ctx, account, c.ID, chat.PageRequest{})
		dynamotest.Must(t, err)
		if len(page.Items) != 2 || page.Items[0].Status != chat.StatusRead || page.Items[1].Status != chat.StatusQueued {
			t.Fatalf("got %+v", page.Items)
		}
		if created, err = db.PutMessage(ctx, m); err != nil || created {
			t.Fatalf("a second put: %t, %v", created, err)
		}
	})
}

func TestCommit_AliasOfIdentity_Kept(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		dynamotest.NewConversation(t, db, "A")
		stays := func() {
			t.Helper()
			identity, _, err := db.Identity(ctx, account, channel, []string{"ext-A"})
			dynamotest.Must(t, err)
			if identity.OpenConversationID != "CNVA" || identity.ExternalID != "ext-A" {
				t.Fatalf("the address was taken from its identity: %+v", identity)
			}
		}
		// A decision for a new identity found none of its addresses. The same person has created one since.
		d := dynamotest.Opening("B")
		d.Aliases = []string{"ext-A"}
		dynamotest.WantFault(t, db.Commit(ctx, d, noon), fault.Conflict, "identity_changed")
		stays()
		// A known person's decision must not hide that the address is somebody's.
		b := dynamotest.NewConversation(t, db, "B")
		known, _, err := db.Identity(ctx, account, channel, []string{"ext-B"})
		dynamotest.Must(t, err)
		taken := chat.Decision{Before: &b, After: b, Identity: &known, Aliases: []string{"ext-A"}}
		dynamotest.WantFault(t, db.Commit(ctx, taken, noon), fault.Conflict, "identity_changed")
		stays()
	})
}

// A conversation that is still under an address which became an alias opens and closes without writing on the alias.
func TestCommit_AddressIsAnAlias_NotOpened(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		dynamotest.NewConversation(t, db, "A")
		before := dynamotest.NewConversation(t, db, "B")
		resolved := before
		dynamotest.Must(t, resolved.Resolve(noon, chat.Author{Kind: chat.BySystem}))
		dynamotest.Must(t, db.Commit(ctx, chat.Decision{Before: &before, After: resolved}, noon))
		identity, _, err := db.Identity(ctx, account, channel, []string{"ext-B"})
		dynamotest.Must(t, err)
		dynamotest.Must(t, db.Relink(ctx, relink.Decision{AccountID: account, ChannelID: channel, Addresses: []relink.Address{
			{Address: "ext-B", AliasOf: "ext-A", Version: identity.Version},
		}}, noon))
		resolved.Version++
		opened := resolved
		dynamotest.Must(t, opened.Reopen(noon, ""))
		dynamotest.WantFault(t, db.Commit(ctx, chat.Decision{Before: &resolved, After: opened}, noon), fault.Conflict, "identity_changed")
		if identity, _, err = db.Identity(ctx, account, channel, []string{"ext-B"}); err != nil || identity.ExternalID != "ext-A" || identity.OpenConversationID != "CNVA" {
			t.Errorf("%+v, %v", identity, err)
		}
	})
}
