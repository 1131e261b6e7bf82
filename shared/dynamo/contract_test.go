package dynamo_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// noon is when the tests happen.
var noon = dynamotest.Noon()

const (
	account = chat.AccountID("ACC1")
	channel = chat.ChannelID("CHN1")
	shop    = chat.StoreID("STO1")
	ana     = chat.OperatorID("OPEANA")
	beto    = chat.OperatorID("OPEBETO")
)

// onEngines runs a case on both engines, each with tables of its own.
func onEngines(t *testing.T, f func(t *testing.T, db dynamotest.DB)) {
	t.Helper()
	t.Parallel()
	for _, kind := range []engine.Kind{engine.Dynoxide, engine.DynamoDBLocal} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			f(t, dynamotest.Open(t, kind))
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantFault(t *testing.T, err error, code fault.Code, reason string) {
	t.Helper()
	if f := fault.As(err); err == nil || f.Code != code || f.Reason != reason {
		t.Fatalf("got %v, want %s %q", err, code, reason)
	}
}

func same[T any](t *testing.T, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("differs (-want +got):\n%s", diff)
	}
}

// person is an external user with an identity and a contact.
func person(name string) (chat.Identity, chat.Contact) {
	contact := chat.Contact{ID: chat.ContactID("CON" + name), AccountID: account, Name: name, CreatedAt: noon}
	return chat.Identity{
		AccountID: account, ChannelID: channel, ExternalID: "ext-" + name, ContactID: contact.ID, ContactName: name,
	}, contact
}

// opening is the decision that opens a conversation with a new person.
func opening(name string, change ...func(*chat.Conversation)) chat.Decision {
	identity, contact := person(name)
	c := chat.Conversation{
		ID: chat.ConversationID("CNV" + name), AccountID: account, StoreID: shop, ChannelID: channel, ChannelType: "whatsapp",
		ContactID: contact.ID, ContactName: name, ExternalID: identity.ExternalID, Status: chat.Open,
		CreatedAt: noon, LastActivityAt: noon, PoolSince: noon, AssignAt: noon.Add(2 * time.Minute),
	}
	for _, f := range change {
		f(&c)
	}
	identity.OpenConversationID = c.ID
	return chat.Decision{After: c, Identity: &identity, NewContact: &contact}
}

func assigned(to chat.OperatorID) func(*chat.Conversation) {
	return func(c *chat.Conversation) {
		c.AssigneeID, c.PoolSince, c.AssignAt = to, time.Time{}, time.Time{}
	}
}

func activeAt(at time.Time) func(*chat.Conversation) {
	return func(c *chat.Conversation) { c.LastActivityAt = at }
}

// open commits an opening and gives what is stored.
func open(t *testing.T, db dynamotest.DB, name string, change ...func(*chat.Conversation)) chat.Conversation {
	t.Helper()
	d := opening(name, change...)
	must(t, db.Commit(t.Context(), d, noon))
	c, err := db.Conversation(t.Context(), account, d.After.ID)
	must(t, err)
	return c
}

// change commits a change of a stored conversation and gives what is stored after it.
func change(t *testing.T, db dynamotest.DB, c chat.Conversation, f func(*chat.Conversation) error) chat.Conversation {
	t.Helper()
	must(t, tryChange(t.Context(), db, c, f))
	after, err := db.Conversation(t.Context(), account, c.ID)
	must(t, err)
	return after
}

func tryChange(ctx context.Context, db dynamotest.DB, c chat.Conversation, f func(*chat.Conversation) error) error {
	after := c
	if err := f(&after); err != nil {
		return err
	}
	return db.Commit(ctx, chat.Decision{Before: &c, After: after}, noon)
}

// text is an inbound message of a conversation, n seconds after noon.
func text(conv chat.ConversationID, n int, words string) chat.Message {
	at := noon.Add(time.Duration(n) * time.Second)
	return chat.Message{
		ID: chat.NewMessageID(at, at, fmt.Sprint(conv, n)), AccountID: account, ConversationID: conv, Direction: chat.In,
		Type: chat.TypeText, Text: words, Author: chat.Author{Kind: chat.ByContact, ID: "CON"}, Status: chat.StatusReceived,
		ProviderID: fmt.Sprintf("wamid.%s.%d", conv, n), SentAt: at, ReceivedAt: at, Version: 1,
	}
}

// outbound is a message of ours, queued.
func outbound(conv chat.ConversationID, n int) chat.Message {
	m := text(conv, n, "Hola, ¿en qué ayudo?")
	m.Direction, m.Author, m.ProviderID = chat.Out, chat.Author{Kind: chat.ByOperator, ID: string(ana)}, ""
	m.Status, m.Attempt = chat.StatusQueued, 1
	return m
}

func openLoads(t *testing.T, db dynamotest.DB) map[chat.OperatorID]int {
	t.Helper()
	loads, err := db.Loads(t.Context(), account)
	must(t, err)
	out := map[chat.OperatorID]int{}
	for _, l := range loads {
		out[l.OperatorID] = l.Open
	}
	return out
}

func idsOf(conversations []chat.Conversation) []chat.ConversationID {
	var ids []chat.ConversationID
	for _, c := range conversations {
		ids = append(ids, c.ID)
	}
	return ids
}

func cnv(names ...string) []chat.ConversationID {
	var ids []chat.ConversationID
	for _, n := range names {
		ids = append(ids, chat.ConversationID("CNV"+n))
	}
	return ids
}
