// Package desktest gives tests a desk at work: a company with a store, a WhatsApp number and its owner in a real database, people who
// write to it, and a clock that the test moves.
//
// Only tests import it.
package desktest

import (
	"fmt"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/channel/whatsapp"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/dynamo"
)

// The names of what every bed has.
const (
	Account = chat.AccountID("ACCOUNT")
	Shop    = chat.StoreID("SHOP")
	Number  = "71" // phone_number_id
)

// Bed is one test's company.
type Bed struct {
	testing.TB
	DB      dynamotest.DB
	Store   *dynamo.Store
	Desk    *desk.Desk
	Account chat.Account
	Channel chat.Channel  // of Shop
	Owner   chat.Operator // who is away
	Time    time.Time

	wrote int
}

// New opens a company that gives new conversations to whoever is available, and closes what was quiet for an hour.
func New(t testing.TB, change ...func(*chat.Account)) *Bed {
	t.Helper()
	b := &Bed{TB: t, Time: dynamotest.Noon()}
	b.DB = dynamotest.Open(t, engine.Default(), dynamo.WithClock(b.Now))
	b.Store = b.DB.Store
	b.Desk = b.DeskOn(b.Store)
	b.Account = chat.Account{
		ID: Account, Name: "Tienda", StoreID: Shop, TimeZone: "America/Argentina/Buenos_Aires", Language: chat.Spanish,
		Closing: chat.Closing{Idle: time.Hour}, Distribution: chat.Distribution{Mode: chat.DistributeToAccount}, InboxShards: 1, CreatedAt: b.Time, Version: 1,
	}
	for _, f := range change {
		f(&b.Account)
	}
	b.Owner = b.person("OWNER")
	b.Owner.Role, b.Owner.Availability, b.Owner.StoreIDs = chat.Owner, chat.Away, nil
	b.Must(b.Store.CreateAccount(t.Context(), b.Account, chat.Store{ID: Shop, AccountID: Account, Name: "Tienda", CreatedAt: b.Time, Version: 1}, b.Owner, nil))
	b.Channel = b.connect(Shop, Number)
	return b
}

// DeskOn is a desk of the same company on another store, such as one in which something fails.
func (b *Bed) DeskOn(store desk.Store) *desk.Desk {
	b.Helper()
	d, err := desk.New(store, all.Offline().Capabilities, b.Now)
	b.Must(err)
	return d
}

// Now is what the bed's clock shows.
func (b *Bed) Now() time.Time { return b.Time }

// Advance moves the clock.
func (b *Bed) Advance(d time.Duration) { b.Time = b.Time.Add(d) }

// Must ends the test on an error.
func (b *Bed) Must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// OpenStore opens another store, with a number of its own.
func (b *Bed) OpenStore(id chat.StoreID, number string) chat.Channel {
	b.Helper()
	b.Must(b.Store.CreateStore(b.Context(), chat.Store{ID: id, AccountID: Account, Name: string(id), CreatedAt: b.Time, Version: 1}, nil))
	return b.connect(id, number)
}

func (b *Bed) connect(store chat.StoreID, number string) chat.Channel {
	b.Helper()
	ch := chat.Channel{
		ID: chat.ChannelID("CHANNEL" + number), AccountID: Account, StoreID: store, Type: whatsapp.Type, Name: "WhatsApp", ExternalID: number,
		Credentials: chat.Secret("token"), Health: chat.Health{State: chat.HealthUnverified}, CreatedAt: b.Time, Version: 1,
	}
	b.Must(b.Store.CreateChannel(b.Context(), ch, nil))
	return ch
}

func (b *Bed) person(id string) chat.Operator {
	return chat.Operator{
		ID: chat.OperatorID(id), AccountID: Account, Name: id, Email: id + "@example.com", Role: chat.OperatorRole, Availability: chat.Available,
		Capacity: chat.DefaultCapacity, Active: true, StoreIDs: []chat.StoreID{Shop}, CreatedAt: b.Time, Version: 1,
	}
}

// Employ hires somebody who is available, for Shop.
func (b *Bed) Employ(id string, change ...func(*chat.Operator)) chat.Operator {
	b.Helper()
	o := b.person(id)
	for _, f := range change {
		f(&o)
	}
	b.Must(b.Store.CreateOperator(b.Context(), o, nil))
	return o
}

// Carries bounds how many conversations somebody takes.
func Carries(capacity int) func(*chat.Operator) {
	return func(o *chat.Operator) { o.Capacity = capacity }
}

// Write lets a person write to Shop, a second after whatever happened last.
func (b *Bed) Write(from string) chat.ConversationID {
	b.Helper()
	return b.WriteTo(b.Channel, from)
}

// WriteTo lets a person write to a number.
func (b *Bed) WriteTo(ch chat.Channel, from string) chat.ConversationID {
	b.Helper()
	b.Advance(time.Second)
	b.wrote++
	received, err := b.Desk.Receive(b.Context(), b.Account, ch, chat.Inbound{
		Kind: chat.InboundMessage, Asset: ch.ExternalID, ProviderID: fmt.Sprintf("wamid.%d", b.wrote), At: b.Time, ReceivedAt: b.Time,
		Sender: chat.Sender{Addresses: []string{from}, Name: from, Phone: from}, Type: chat.TypeText, Text: "hola",
	})
	b.Must(err)
	return received.Conversation.ID
}

// Give assigns a conversation, as a distribution does that has read everything as it is now.
func (b *Bed) Give(o chat.Operator, id chat.ConversationID) {
	b.Helper()
	before := b.Conversation(id)
	after := before
	b.Must(after.Assign(o.ID, b.Time))
	after.CloseAt = b.Time.Add(b.Account.Closing.Idle)
	b.Must(b.Store.Commit(b.Context(), chat.Decision{Before: &before, After: after}, b.Time))
}

// Reply lets the owner answer.
func (b *Bed) Reply(id chat.ConversationID, text string) chat.Message {
	b.Helper()
	b.Advance(time.Second)
	b.wrote++
	m, _, err := b.Desk.Reply(b.Context(), chat.Actor{Operator: b.Owner, RequestID: "request"}, id,
		desk.Draft{ClientID: fmt.Sprint("client", b.wrote), Type: chat.TypeText, Text: text})
	b.Must(err)
	return m
}

// Conversation is as it is stored.
func (b *Bed) Conversation(id chat.ConversationID) chat.Conversation {
	b.Helper()
	c, err := b.Store.Conversation(b.Context(), Account, id)
	b.Must(err)
	return c
}

// Message is as it is stored.
func (b *Bed) Message(m chat.Message) chat.Message {
	b.Helper()
	now, err := b.Store.Message(b.Context(), Account, m.ConversationID, m.ID)
	b.Must(err)
	return now
}

// Timeline are a conversation's Events.
func (b *Bed) Timeline(id chat.ConversationID) []chat.Event {
	b.Helper()
	page, err := b.Store.Events(b.Context(), Account, id, chat.PageRequest{Limit: 100})
	b.Must(err)
	return page.Items
}
