package conversation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/conversation"
	"github.com/recado-chat/recado/shared/fault"
)

func TestPutProviderRef_Once(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		r := chat.ProviderRef{
			AccountID: account, Scope: "555#1", ID: "wamid/é#", ConversationID: "CNV1", MessageID: "MSG1", ExpiresAt: noon.Add(chat.ProviderRefRetention),
		}
		_, created, err := db.PutProviderRef(ctx, r)
		if dynamotest.Must(t, err); !created {
			t.Fatal("the first ref was refused")
		}
		again := r
		again.MessageID, again.ConversationID = "MSG2", "CNV2"
		existing, created, err := db.PutProviderRef(ctx, again)
		if dynamotest.Must(t, err); created {
			t.Fatal("the second ref was created")
		}
		dynamotest.Same(t, existing, r)
		_, err = db.ProviderRef(ctx, "ACC2", r.Scope, r.ID)
		dynamotest.WantFault(t, err, fault.NotFound, "")
	})
}

// sent555 is the receipt of a message that was sent by the number 555.
func sent555(m chat.Message) chat.ProviderRef {
	return chat.ProviderRef{AccountID: m.AccountID, Scope: "555", ID: m.ProviderID, ConversationID: m.ConversationID, MessageID: m.ID}
}

func TestParkStatus_UntilMessageKnown(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		early := []chat.StatusUpdate{
			{Status: chat.StatusDelivered, At: noon, Ref: "r"},
			{Status: chat.StatusFailed, At: noon, Error: &chat.MessageError{Code: "131047", Message: "expired"}},
		}
		for _, st := range early {
			_, parked, err := db.ParkStatus(ctx, account, "555", "wamid.1", st)
			if dynamotest.Must(t, err); !parked {
				t.Fatal("the status was not parked")
			}
		}
		m := outbound("CNVA", 1)
		m.ProviderID = "wamid.1"
		sent, err := db.RecordSent(ctx, sent555(m))
		dynamotest.Must(t, err)
		dynamotest.Same(t, sent.ParkedStatuses, early)
		r, isParked, err := db.ParkStatus(ctx, account, "555", "wamid.1", early[0])
		if dynamotest.Must(t, err); isParked || r.MessageID != m.ID || r.ConversationID != "CNVA" {
			t.Fatalf("known message: parked %t, %+v", isParked, r)
		}
		if sent, err = db.RecordSent(ctx, sent555(m)); err != nil || len(sent.ParkedStatuses) != 2 {
			t.Fatalf("recorded again: %v, %v", sent, err)
		}
		other := outbound("CNVB", 1)
		other.ProviderID = "wamid.1"
		_, err = db.RecordSent(ctx, sent555(other))
		dynamotest.WantFault(t, err, fault.Conflict, "receipt_exists")

		// An inbound message whose status came first, stored alone and by a decision.
		for _, id := range []string{"wamid.2", "wamid.3"} {
			_, _, err = db.ParkStatus(ctx, account, "555", id, early[0])
			dynamotest.Must(t, err)
		}
		r = chat.ProviderRef{AccountID: account, Scope: "555", ID: "wamid.2", ConversationID: "CNVA", MessageID: "M", ExpiresAt: noon.Add(time.Hour)}
		existing, created, err := db.PutProviderRef(ctx, r)
		dynamotest.Must(t, err)
		r.ParkedStatuses = early[:1]
		if !created {
			t.Fatal("parked statuses prevented the message")
		}
		dynamotest.Same(t, existing, r)
		d := dynamotest.Opening("C")
		d.ProviderRef = &chat.ProviderRef{AccountID: account, Scope: "555", ID: "wamid.3", ConversationID: "CNVC", MessageID: "M3"}
		dynamotest.Must(t, db.Commit(ctx, d, noon))
		if r, err = db.ProviderRef(ctx, account, "555", "wamid.3"); err != nil || len(r.ParkedStatuses) != 1 || r.MessageID != "M3" {
			t.Fatalf("after the decision: %+v, %v", r, err)
		}
	})
}

func TestApplyInbound_AnyOrder(t *testing.T) {
	const reply = -1 // an outbound message ten seconds after noon
	cases := map[string][]int{
		"in order":                {1, 2, 3},
		"twice":                   {1, 1, 2, 2},
		"out of order":            {3, 1, 2},
		"late, after our answer":  {1, reply, 5},
		"after our answer":        {1, reply, 20},
		"again, after our answer": {1, reply, 1},
	}
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		ctx := t.Context()
		n := 0
		for name, steps := range cases {
			n++
			c := dynamotest.NewConversation(t, db, fmt.Sprintf("I%d", n), dynamotest.Assigned(ana))
			want := c
			applied := map[chat.MessageID]bool{}
			for _, step := range steps {
				if step == reply {
					before, err := db.Conversation(ctx, account, c.ID)
					dynamotest.Must(t, err)
					want.ApplyMessage(outbound(c.ID, 10))
					after := before
					after.ApplyMessage(outbound(c.ID, 10))
					dynamotest.Must(t, db.Commit(ctx, chat.Decision{Before: &before, After: after}, noon))
					continue
				}
				m := text(c.ID, step, fmt.Sprintf("mensaje %d", step))
				got, ok, err := db.ApplyInbound(ctx, account, c.ID, m)
				if dynamotest.Must(t, err); !ok {
					t.Fatalf("%s: not applied", name)
				}
				if !applied[m.ID] {
					want.ApplyMessage(m)
				}
				applied[m.ID] = true
				if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(chat.Conversation{}, "Version")); diff != "" {
					t.Fatalf("%s, after %d (-want +got):\n%s", name, step, diff)
				}
			}
			stored, err := db.Conversation(ctx, account, c.ID)
			dynamotest.Must(t, err)
			dynamotest.Same(t, func() chat.Conversation { stored.Version = 0; return stored }(), func() chat.Conversation { want.Version = 0; return want }())
			rows, err := db.ListConversations(ctx, account, conversation.Query{Statuses: []chat.Status{chat.Open}}, chat.PageRequest{Limit: 100})
			dynamotest.Must(t, err)
			for _, row := range rows.Items {
				if row.ID == c.ID && !row.LastActivityAt.Equal(want.LastActivityAt) {
					t.Fatalf("%s: the list has %s, want %s", name, row.LastActivityAt, want.LastActivityAt)
				}
			}
		}
	})
}

func TestApplyInbound_NotOpen_NotApplied(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		c := dynamotest.ChangeConversation(t, db, dynamotest.NewConversation(t, db, "A"), func(c *chat.Conversation) error { return c.SetPending() })
		got, applied, err := db.ApplyInbound(t.Context(), account, c.ID, text(c.ID, 1, "hola"))
		if dynamotest.Must(t, err); applied {
			t.Fatal("applied to a pending conversation")
		}
		dynamotest.Same(t, got, c)
		_, _, err = db.ApplyInbound(t.Context(), account, "CNVNONE", text("CNVNONE", 1, "hola"))
		dynamotest.WantFault(t, err, fault.NotFound, "")
	})
}

// TestInboundText_CapacityUnits limits what an inbound text costs, indexes included.
func TestInboundText_CapacityUnits(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Dynoxide)
	ids := func(n int) string { return chat.NewID(noon.Add(time.Duration(n) * time.Millisecond)) }
	acc, chn, conv, op := chat.AccountID(ids(1)), chat.ChannelID(ids(2)), chat.ConversationID(ids(3)), chat.OperatorID(ids(4))
	contact := chat.Contact{ID: chat.ContactID(ids(5)), AccountID: acc, Name: "María José Fernández Gutiérrez"}
	identity := chat.Identity{
		AccountID: acc, ChannelID: chn, ExternalID: "5491155557777", ContactID: contact.ID, ContactName: contact.Name, OpenConversationID: conv,
	}
	dynamotest.Must(t, db.Commit(t.Context(), chat.Decision{NewContact: &contact, Identity: &identity, After: chat.Conversation{
		ID: conv, AccountID: acc, StoreID: chat.StoreID(ids(6)), ChannelID: chn, ChannelType: "whatsapp", ContactID: contact.ID,
		ContactName: contact.Name, ExternalID: identity.ExternalID, Status: chat.Open, AssigneeID: op, AssignedAt: noon,
		FormerID: chat.OperatorID(ids(7)), Tags: []string{"mayorista", "envíos"}, CreatedAt: noon, LastActivityAt: noon,
		CloseAt: noon.Add(time.Hour), WaitingSince: noon,
	}}, noon))
	words := strings.Repeat("¿Tienen envíos a Córdoba? Sí, señor 👍🏽 ", 9)
	first := text(conv, 1, words)
	first.AccountID = acc
	_, _, err := db.ApplyInbound(t.Context(), acc, conv, first)
	dynamotest.Must(t, err)

	m := text(conv, 2, words)
	m.AccountID = acc
	m.ProviderID = "wamid.HBgNNTQ5MTE1NTU1Nzc3NxUCABIYFjNFQjBDNzYxQ0ZBMTZGMEE0NDdCNUQA"
	meter := dynamotest.NewMeter(db)
	_, _, err = meter.Identity(t.Context(), acc, chn, []string{identity.ExternalID})
	dynamotest.Must(t, err)
	_, created, err := meter.PutProviderRef(t.Context(), chat.ProviderRef{
		AccountID: acc, Scope: "105550000112345", ID: "=3EB0C761CFA16F0A447B5D", Form: m.ProviderID, ConversationID: conv, MessageID: m.ID, ExpiresAt: noon.Add(chat.ProviderRefRetention),
	})
	dynamotest.Must(t, err)
	put, err := meter.PutMessage(t.Context(), m)
	dynamotest.Must(t, err)
	_, applied, err := meter.ApplyInbound(t.Context(), acc, conv, m)
	dynamotest.Must(t, err)
	if !created || !put || !applied {
		t.Fatalf("receipt %t, message %t, conversation %t", created, put, applied)
	}
	t.Logf("an inbound text: %.1f write units, %.1f read units; %v", meter.Write, meter.Read, meter.Lines)
	if meter.Write > 5 || meter.Read > 2 {
		t.Fatalf("%.1f write units (5 allowed) and %.1f read units (2 allowed): %v", meter.Write, meter.Read, meter.Lines)
	}
	// The first text after an answer puts the conversation among those that wait: one unit more.
	c, err := db.Conversation(t.Context(), acc, conv)
	dynamotest.Must(t, err)
	dynamotest.Must(t, tryChange(t.Context(), db, c, func(c *chat.Conversation) error {
		c.WaitingSince = time.Time{}
		return nil
	}))
	m = text(conv, 3, words)
	m.AccountID = acc
	meter = dynamotest.NewMeter(db)
	_, applied, err = meter.ApplyInbound(t.Context(), acc, conv, m)
	if dynamotest.Must(t, err); !applied || meter.Write > 4 {
		t.Fatalf("applied %t, %.1f write units (4 allowed): %v", applied, meter.Write, meter.Lines)
	}
}

func TestStatus_CapacityUnits(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Dynoxide)
	m := outbound("CNVA", 1)
	m.Text, m.ProviderID = strings.Repeat("Hola, señora. ", 30), "wamid.1"
	_, err := db.PutMessage(t.Context(), m)
	dynamotest.Must(t, err)
	_, err = db.RecordSent(t.Context(), sent555(m))
	dynamotest.Must(t, err)
	meter := dynamotest.NewMeter(db)
	r, err := meter.ProviderRef(t.Context(), account, "555", "wamid.1")
	dynamotest.Must(t, err)
	_, applied, err := meter.AdvanceStatus(t.Context(), account, r.ConversationID, r.MessageID, 1, chat.StatusUpdate{
		Status: chat.StatusDelivered, At: noon, Pricing: &chat.Pricing{Category: "utility", Type: "regular", Model: "PMP", Billable: true},
	}, "wamid.1")
	if dynamotest.Must(t, err); !applied {
		t.Fatal("not applied")
	}
	t.Logf("a status: %.1f write units, %.1f read units; %v", meter.Write, meter.Read, meter.Lines)
	if meter.Write > 2 {
		t.Fatalf("%.1f write units: %v", meter.Write, meter.Lines)
	}
}

func TestSend_CapacityUnits(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Dynoxide)
	queued := outbound("CNVA", 1)
	queued.Text, queued.Version = strings.Repeat("Hola, señora. ", 30), 1
	_, err := db.PutMessage(t.Context(), queued)
	dynamotest.Must(t, err)
	timer := chat.Timer{AccountID: account, Kind: chat.TimerSend, ConversationID: "CNVA", MessageID: queued.ID, DueAt: noon}
	dynamotest.Must(t, db.PutTimer(t.Context(), timer))
	sending := queued
	sending.Status, sending.Version = chat.StatusSending, 2
	sent := sending
	sent.Status, sent.ProviderID = chat.StatusSent, "wamid.1"
	meter := dynamotest.NewMeter(db)
	dynamotest.Must(t, meter.UpdateMessage(t.Context(), queued, sending, chat.MessageEffects{}))
	dynamotest.Must(t, meter.UpdateMessage(t.Context(), sending, sent, chat.MessageEffects{}))
	_, err = meter.RecordSent(t.Context(), sent555(sent))
	dynamotest.Must(t, err)
	dynamotest.Must(t, meter.DropTimer(t.Context(), timer))
	t.Logf("a send: %.1f write units; %v", meter.Write, meter.Lines)
	if meter.Write > 5 {
		t.Fatalf("%.1f write units (5 allowed): %v", meter.Write, meter.Lines)
	}
}
