package desktest

import (
	"fmt"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk/inbound"
)

// Text is a new message of a contact to Shop.
func (f *Fixture) Text(from, text string) chat.Inbound {
	f.wrote++
	return chat.Inbound{
		Kind: chat.InboundMessage, Asset: Number, ProviderID: fmt.Sprintf("wamid.%d", f.wrote), At: f.Time.Truncate(time.Second), ReceivedAt: f.Time,
		Sender: chat.Sender{Addresses: []string{from}, Name: from, Phone: from}, Type: chat.TypeText, Text: text,
	}
}

// Receive takes in a message to Shop.
func (f *Fixture) Receive(in chat.Inbound) inbound.Received {
	f.Helper()
	received, err := f.Desk.Receive(f.Context(), f.Account, f.Channel, in)
	f.Must(err)
	f.Must(f.Store.AddTokens(f.Context(), f.Account.ID, received.Conversation.ContactID)) // as jobs does
	return received
}

// Write lets a contact write to Shop, a second after whatever happened last.
func (f *Fixture) Write(from string) chat.ConversationID {
	f.Helper()
	return f.WriteTo(f.Channel, from)
}

// WriteTo lets a contact write to a number, a second after whatever happened last.
func (f *Fixture) WriteTo(ch chat.Channel, from string) chat.ConversationID {
	f.Helper()
	f.Advance(time.Second)
	in := f.Text(from, "hola")
	in.Asset, in.At = ch.ExternalID, f.Time
	received, err := f.Desk.Receive(f.Context(), f.Account, ch, in)
	f.Must(err)
	return received.Conversation.ID
}

// EchoOf is what the business wrote to somebody in the provider's own app.
func (f *Fixture) EchoOf(to, id, text string) chat.Inbound {
	return chat.Inbound{
		Kind: chat.InboundEcho, Asset: Number, ProviderID: id, At: f.Time.Truncate(time.Second), ReceivedAt: f.Time,
		Sender: chat.Sender{Addresses: []string{to}, Phone: to}, Type: chat.TypeText, Text: text,
	}
}

// Echo takes in an echo.
func (f *Fixture) Echo(in chat.Inbound) {
	f.Helper()
	f.Must(f.Desk.Echo(f.Context(), f.Account, f.Channel, in))
}

// Status is a provider's status of the message that has its id.
func (f *Fixture) Status(providerID string, status chat.StatusUpdate) {
	f.Helper()
	status.At = f.Time
	f.Must(f.Desk.UpdateStatus(f.Context(), f.Account, f.Channel, chat.Inbound{Kind: chat.InboundStatus, ProviderID: providerID, Status: status}))
}

// UpdateOf is a contact's update of a message, so many seconds from now: text is a reaction's emoji or an edit's text.
func (f *Fixture) UpdateOf(target string, kind chat.MessageUpdateKind, text string, second int) chat.Inbound {
	at := f.Time.Add(time.Duration(second) * time.Second)
	u := chat.MessageUpdate{Kind: kind, From: chat.In, When: chat.Moment{At: at, ReceivedAt: at}}
	if kind == chat.Reacted {
		u.Emoji = text
	} else {
		u.Text = text
	}
	return chat.Inbound{Kind: chat.InboundUpdate, Asset: Number, At: at, ReceivedAt: at, Target: target, Update: &u}
}

// Update applies a message update.
func (f *Fixture) Update(in chat.Inbound) {
	f.Helper()
	f.Must(f.Desk.ApplyMessageUpdate(f.Context(), f.Account, f.Channel, in))
}
