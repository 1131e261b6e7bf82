// Package desktest is the test fixture of the use cases: a company with a store, a WhatsApp number and its owner in a real database,
// contacts who write to it, a provider that takes messages or refuses them, and a clock that the test moves.
//
// Only tests import it.
package desktest

import (
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

// The names that every fixture has.
const (
	Account = chat.AccountID("ACCOUNT")
	Shop    = chat.StoreID("SHOP")
	Number  = "71" // phone_number_id
)

// Fixture is one test's company.
type Fixture struct {
	testing.TB
	DB      dynamotest.DB
	Store   *dynamo.Store
	Desk    *UseCases
	Account chat.Account
	Channel chat.Channel  // of Shop
	Owner   chat.Operator // who is away
	Time    time.Time

	wrote int
}

// New makes a company that assigns new conversations to whoever is available, and closes what was quiet for an hour.
func New(t testing.TB, change ...func(*chat.Account)) *Fixture {
	t.Helper()
	f := &Fixture{TB: t, Time: dynamotest.Noon()}
	f.DB = dynamotest.Open(t, engine.Default(), dynamo.WithClock(f.Now))
	f.Store = f.DB.Store
	f.Desk = f.DeskOn(f.Store)
	f.Account = chat.Account{
		ID: Account, Name: "Tienda", StoreID: Shop, TimeZone: "America/Argentina/Buenos_Aires", Language: chat.Spanish,
		Closing: chat.Closing{Idle: time.Hour}, Distribution: chat.Distribution{Mode: chat.DistributeToAccount}, InboxShards: 1, CreatedAt: f.Time, Version: 1,
	}
	for _, do := range change {
		do(&f.Account)
	}
	f.Owner = f.person("OWNER")
	f.Owner.Role, f.Owner.Availability, f.Owner.StoreIDs = chat.Owner, chat.Away, nil
	f.Must(f.Store.CreateAccount(t.Context(), f.Account, chat.Store{ID: Shop, AccountID: Account, Name: "Tienda", CreatedAt: f.Time, Version: 1}, f.Owner, nil))
	f.Channel = f.connect(Shop, Number)
	return f
}

// DeskOn are the use cases of the same company on another store, such as one in which something fails.
func (f *Fixture) DeskOn(store Store) *UseCases {
	f.Helper()
	return NewUseCases(f, store, all.Offline().Capabilities, f.Now)
}

// Now is the fixture's clock.
func (f *Fixture) Now() time.Time { return f.Time }

// Advance moves the clock.
func (f *Fixture) Advance(d time.Duration) { f.Time = f.Time.Add(d) }

// Must ends the test on an error.
func (f *Fixture) Must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// WantFault checks an error's code, and its reason unless that is empty.
func (f *Fixture) WantFault(err error, code fault.Code, reason string) {
	f.Helper()
	if !fault.Is(err, code) || (reason != "" && fault.As(err).Reason != reason) {
		f.Errorf("got %v, want %s (%s)", err, code, reason)
	}
}

// Actor is the owner who acts.
func (f *Fixture) Actor() chat.Actor { return chat.Actor{Operator: f.Owner, RequestID: "request"} }

// OpenStore opens another store, with a number of its own.
func (f *Fixture) OpenStore(id chat.StoreID, number string) chat.Channel {
	f.Helper()
	f.Must(f.Store.CreateStore(f.Context(), chat.Store{ID: id, AccountID: Account, Name: string(id), CreatedAt: f.Time, Version: 1}, nil))
	return f.connect(id, number)
}

func (f *Fixture) connect(store chat.StoreID, number string) chat.Channel {
	f.Helper()
	ch := chat.Channel{
		ID: chat.ChannelID("CHANNEL" + number), AccountID: Account, StoreID: store, Type: "whatsapp", Name: "WhatsApp", ExternalID: number,
		Credentials: chat.Secret("token"), Health: chat.Health{State: chat.HealthWaiting}, CreatedAt: f.Time, Version: 1,
	}
	f.Must(f.Store.CreateChannel(f.Context(), ch, nil))
	return ch
}

func (f *Fixture) person(id string) chat.Operator {
	return chat.Operator{
		ID: chat.OperatorID(id), AccountID: Account, Name: id, Email: id + "@example.com", Role: chat.OperatorRole, Availability: chat.Available,
		Capacity: chat.DefaultCapacity, Active: true, StoreIDs: []chat.StoreID{Shop}, CreatedAt: f.Time, Version: 1,
	}
}

// Employ adds an operator who is available, for Shop.
func (f *Fixture) Employ(id string, change ...func(*chat.Operator)) chat.Operator {
	f.Helper()
	o := f.person(id)
	for _, do := range change {
		do(&o)
	}
	f.Must(f.Store.CreateOperator(f.Context(), o, nil))
	return o
}

// Carries sets an operator's capacity.
func Carries(capacity int) func(*chat.Operator) {
	return func(o *chat.Operator) { o.Capacity = capacity }
}

// LoadOf is how many conversations count on an operator's load.
func (f *Fixture) LoadOf(id chat.OperatorID) int {
	f.Helper()
	loads, err := f.Store.Loads(f.Context(), Account)
	f.Must(err)
	for _, load := range loads {
		if load.OperatorID == id {
			return load.Open
		}
	}
	return 0
}

// Give assigns a conversation to an operator, as a distribution does.
func (f *Fixture) Give(o chat.Operator, id chat.ConversationID) {
	f.Helper()
	before := f.Conversation(id)
	after := before
	f.Must(after.Assign(o.ID, f.Time))
	after.CloseAt = f.Time.Add(f.Account.Closing.Idle)
	f.Must(f.Store.Commit(f.Context(), chat.Decision{Before: &before, After: after}, f.Time))
}

// Conversation is as it is stored.
func (f *Fixture) Conversation(id chat.ConversationID) chat.Conversation {
	f.Helper()
	c, err := f.Store.Conversation(f.Context(), Account, id)
	f.Must(err)
	return c
}

// ConversationsBy pages through a list of the account, in pages of so many.
func (f *Fixture) ConversationsBy(q dynamo.ConversationQuery, limit int) (ids []chat.ConversationID) {
	f.Helper()
	q.InboxShards = f.Account.InboxShards
	request := chat.PageRequest{Limit: limit}
	for {
		page, err := f.Store.ListConversations(f.Context(), Account, q, request)
		f.Must(err)
		for _, c := range page.Items {
			ids = append(ids, c.ID)
		}
		if request.Cursor = page.Next; request.Cursor == "" {
			return ids
		}
	}
}

// Message is as it is stored.
func (f *Fixture) Message(m chat.Message) chat.Message {
	f.Helper()
	stored, err := f.Store.Message(f.Context(), Account, m.ConversationID, m.ID)
	f.Must(err)
	return stored
}

// Messages are a conversation's first hundred, oldest first.
func (f *Fixture) Messages(id chat.ConversationID) []chat.Message {
	f.Helper()
	page, err := f.Store.Messages(f.Context(), Account, id, chat.PageRequest{Limit: 100})
	f.Must(err)
	return page.Items
}

// Timeline are a conversation's Events.
func (f *Fixture) Timeline(id chat.ConversationID) []chat.Event {
	f.Helper()
	page, err := f.Store.Events(f.Context(), Account, id, chat.PageRequest{Limit: 100})
	f.Must(err)
	return page.Items
}

// Contact is as it is stored.
func (f *Fixture) Contact(id chat.ContactID) chat.Contact {
	f.Helper()
	contact, err := f.Store.Contact(f.Context(), Account, id)
	f.Must(err)
	return contact
}

// Err keeps the error of a use case whose result the test does not look at.
func Err[T any](_ T, err error) error { return err }
