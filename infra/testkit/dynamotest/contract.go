package dynamotest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// The ids that the stores' contract tests use.
const (
	Account = chat.AccountID("ACC1")
	Channel = chat.ChannelID("CHN1")
	Shop    = chat.StoreID("STO1")
	Ana     = chat.OperatorID("OPEANA")
	Beto    = chat.OperatorID("OPEBETO")
)

// OnEngines runs a test on both engines, each with tables of its own.
func OnEngines(t *testing.T, f func(t *testing.T, db DB)) {
	t.Helper()
	t.Parallel()
	for _, kind := range []engine.Kind{engine.Dynoxide, engine.DynamoDBLocal} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			f(t, Open(t, kind))
		})
	}
}

// Must stops the test on an error.
func Must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// WantFault stops the test unless the error is a fault of this code and reason.
func WantFault(t *testing.T, err error, code fault.Code, reason string) {
	t.Helper()
	if f := fault.As(err); err == nil || f.Code != code || f.Reason != reason {
		t.Fatalf("got %v, want %s %q", err, code, reason)
	}
}

// Same stops the test unless both values are equal; an empty slice or map equals a nil one.
func Same[T any](t *testing.T, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("differs (-want +got):\n%s", diff)
	}
}

// Person is an external user: an identity and its contact.
func Person(name string) (chat.Identity, chat.Contact) {
	contact := chat.Contact{ID: chat.ContactID("CON" + name), AccountID: Account, Name: name, CreatedAt: Noon()}
	return chat.Identity{
		AccountID: Account, ChannelID: Channel, ExternalID: "ext-" + name, ContactID: contact.ID, ContactName: name,
	}, contact
}

// Opening is the decision that opens a conversation with a new person.
func Opening(name string, change ...func(*chat.Conversation)) chat.Decision {
	identity, contact := Person(name)
	c := chat.Conversation{
		ID: chat.ConversationID("CNV" + name), AccountID: Account, StoreID: Shop, ChannelID: Channel, ChannelType: "whatsapp",
		ContactID: contact.ID, ContactName: name, ExternalID: identity.ExternalID, Status: chat.Open,
		CreatedAt: Noon(), LastActivityAt: Noon(), PoolSince: Noon(),
	}
	for _, f := range change {
		f(&c)
	}
	identity.OpenConversationID = c.ID
	return chat.Decision{After: c, Identity: &identity, NewContact: &contact}
}

// Assigned gives a new conversation to an operator.
func Assigned(to chat.OperatorID) func(*chat.Conversation) {
	return func(c *chat.Conversation) {
		c.AssigneeID, c.PoolSince = to, time.Time{}
	}
}

// NewConversation commits an Opening and returns the stored conversation.
func NewConversation(t *testing.T, db DB, name string, change ...func(*chat.Conversation)) chat.Conversation {
	t.Helper()
	d := Opening(name, change...)
	Must(t, db.Commit(t.Context(), d, Noon()))
	c, err := db.Conversation(t.Context(), Account, d.After.ID)
	Must(t, err)
	return c
}

// ChangeConversation commits a change and returns the stored conversation.
func ChangeConversation(t *testing.T, db DB, c chat.Conversation, f func(*chat.Conversation) error) chat.Conversation {
	t.Helper()
	after := c
	Must(t, f(&after))
	Must(t, db.Commit(t.Context(), chat.Decision{Before: &c, After: after}, Noon()))
	stored, err := db.Conversation(t.Context(), Account, c.ID)
	Must(t, err)
	return stored
}

// NewAccount creates Account with its store Shop and its owner Ana.
func NewAccount(t *testing.T, db DB, created time.Time) {
	t.Helper()
	a := chat.Account{ID: Account, Name: "Tienda", StoreID: Shop, CreatedAt: created}
	owner := chat.Operator{ID: Ana, AccountID: Account, Email: "ana@example.com", Role: chat.Owner, Active: true}
	Must(t, db.CreateAccount(t.Context(), a, chat.Store{ID: Shop, AccountID: Account, Name: "Tienda"}, owner, nil))
}
