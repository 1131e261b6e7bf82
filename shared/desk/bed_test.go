package desk_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

// bed is a desk on the real store, with a clock that the test moves.
type bed struct {
	*desk.Desk
	t       *testing.T
	ctx     context.Context
	store   *dynamo.Store
	now     time.Time
	account chat.Account
	shop    chat.Store
	channel chat.Channel
	owner   chat.Actor
	wrote   int
}

func newBed(t *testing.T) *bed {
	t.Helper()
	b := &bed{t: t, ctx: t.Context(), now: dynamotest.Noon()}
	b.store = dynamotest.New(t, dynamo.WithClock(func() time.Time { return b.now }))
	var err error
	if b.Desk, err = desk.New(b.store, capabilities, func() time.Time { return b.now }); err != nil {
		t.Fatal(err)
	}
	b.account = chat.Account{
		ID: "account", Name: "Tienda", StoreID: "shop", TimeZone: "America/Argentina/Buenos_Aires", Language: chat.Spanish,
		Closing: chat.Closing{Idle: time.Hour}, Distribution: chat.Distribution{Mode: chat.DistributeToAccount}, InboxShards: 1, CreatedAt: b.now, Version: 1,
	}
	b.shop = chat.Store{ID: "shop", AccountID: "account", Name: "Tienda", CreatedAt: b.now, Version: 1}
	owner := b.operatorOf("owner", chat.Owner)
	owner.Availability = chat.Away
	b.owner = chat.Actor{Operator: owner, RequestID: "request"}
	b.must(b.store.CreateAccount(b.ctx, b.account, b.shop, owner, nil))
	b.channel = chat.Channel{ID: "channel", AccountID: "account", StoreID: "shop", Type: "whatsapp", Name: "WhatsApp", ExternalID: "71", CreatedAt: b.now, Version: 1}
	b.must(b.store.CreateChannel(b.ctx, b.channel, nil))
	return b
}

func capabilities(chat.ChannelType) (channel.Capabilities, bool) {
	return channel.Capabilities{
		MaxText: 4096, MaxCaption: 1024, Window: 24 * time.Hour,
		Attachments: map[chat.MessageType]channel.Limit{chat.TypeImage: {Mimes: []string{"image/jpeg"}, MaxSize: 5 << 20}},
		Captions:    map[chat.MessageType]bool{chat.TypeImage: true},
		Locations:   true, MaxCards: 2, Templates: true, ReadReceipts: true,
		Interactive: &channel.InteractiveLimits{
			MaxBody: 50, MaxFooter: 10, MaxButtons: 2, MaxButtonTitle: 5, MaxListButton: 5, MaxSections: 2, MaxRows: 3,
			MaxRowTitle: 6, MaxRowDescription: 8, MaxRowID: 10,
		},
	}, true
}

func (b *bed) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) operatorOf(id string, role chat.Role) chat.Operator {
	return chat.Operator{
		ID: chat.OperatorID(id), AccountID: "account", Name: id, Email: id + "@example.com", Role: role, Availability: chat.Available,
		Capacity: chat.DefaultCapacity, Active: true, StoreIDs: []chat.StoreID{"shop"}, CreatedAt: b.now, Version: 1,
	}
}

func (b *bed) operator(id string, capacity int) chat.Operator {
	b.t.Helper()
	o := b.operatorOf(id, chat.OperatorRole)
	o.Capacity = capacity
	b.must(b.store.CreateOperator(b.ctx, o, nil))
	return o
}

// text is a new message of a person.
func (b *bed) text(from, text string) chat.Inbound {
	b.wrote++
	return chat.Inbound{
		Kind: chat.InboundMessage, Asset: "71", ProviderID: fmt.Sprintf("wamid.%d", b.wrote), At: b.now.Truncate(time.Second), ReceivedAt: b.now,
		Sender: chat.Sender{Addresses: []string{from}, Name: from, Phone: from}, Type: chat.TypeText, Text: text,
	}
}

func (b *bed) receive(in chat.Inbound) desk.Received {
	b.t.Helper()
	received, err := b.Receive(b.ctx, b.account, b.channel, in)
	b.must(err)
	return received
}

func (b *bed) conversation(id chat.ConversationID) chat.Conversation {
	b.t.Helper()
	c, err := b.store.Conversation(b.ctx, "account", id)
	b.must(err)
	return c
}

func (b *bed) messages(id chat.ConversationID) []chat.Message {
	b.t.Helper()
	page, err := b.store.Messages(b.ctx, "account", id, chat.PageRequest{Limit: 100})
	b.must(err)
	return page.Items
}

func (b *bed) events(id chat.ConversationID) []chat.Event {
	b.t.Helper()
	page, err := b.store.Events(b.ctx, "account", id, chat.PageRequest{Limit: 100})
	b.must(err)
	return page.Items
}

func (b *bed) loadOf(id chat.OperatorID) int {
	b.t.Helper()
	loads, err := b.store.Loads(b.ctx, "account")
	b.must(err)
	for _, load := range loads {
		if load.OperatorID == id {
			return load.Open
		}
	}
	return 0
}

func (b *bed) wantFault(err error, code fault.Code, reason string) {
	b.t.Helper()
	if !fault.Is(err, code) || (reason != "" && fault.As(err).Reason != reason) {
		b.t.Errorf("got %v, want %s (%s)", err, code, reason)
	}
}

func (b *bed) reply(c chat.ConversationID, clientID, text string) chat.Message {
	b.t.Helper()
	m, _, err := b.Reply(b.ctx, b.owner, c, desk.Draft{ClientID: clientID, Type: chat.TypeText, Text: text})
	b.must(err)
	return m
}
