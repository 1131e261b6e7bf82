package inbound_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
)

// as is a message of a sender.
func as(b *desktest.Fixture, sender chat.Sender) chat.Inbound {
	b.Advance(time.Second)
	in := b.Text("", "hola")
	in.At, in.Sender = b.Time, sender
	return in
}

func TestReceive_PhoneAndUserNameComeLater_CardAndSearchHaveThem(t *testing.T) {
	t.Parallel()
	const phone, user = "56987700001", "CL.7700001"
	b := desktest.New(t)
	c := b.Receive(as(b, chat.Sender{Addresses: []string{user}})).Conversation
	if contact := b.Contact(c.ContactID); contact.Name != user || contact.Phone != "" {
		t.Fatalf("%+v", contact)
	}
	later := chat.Sender{Addresses: []string{user, phone}, Name: "Ana", Username: "ana.p", Phone: phone}
	b.Receive(as(b, later))
	contact := b.Contact(c.ContactID)
	if contact.Name != "Ana" || contact.Phone != phone || contact.Identities[0].Phone != phone || contact.Identities[0].Username != "ana.p" {
		t.Errorf("%+v", contact)
	}
	for _, q := range []string{phone, "700001", "ana.p", "ana"} {
		page, err := b.Store.SearchContacts(b.Context(), desktest.Account, q, keepAll, chat.PageRequest{Limit: 5})
		if b.Must(err); len(page.Items) != 1 {
			t.Errorf("%q finds %d contacts", q, len(page.Items))
		}
	}
	b.Receive(as(b, later))
	if again := b.Contact(c.ContactID); again.Version != contact.Version {
		t.Errorf("a message that tells nothing new wrote the contact: %d, %d", contact.Version, again.Version)
	}
	later.Username = "ana.perez"
	b.Receive(as(b, later))
	if again := b.Contact(c.ContactID); again.Identities[0].Username != "ana.perez" {
		t.Errorf("%+v", again)
	}
}

// An address stands for a missing name, within a name's bounds; the real name, when it comes, replaces it.
func TestReceive_AddressAsName_BoundedUntilNamed(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"Z" + strings.Repeat("\u0335", 60): "Z" + strings.Repeat("\u0335", 10),
		"\u202Egnp.exe":                    "gnp.exe",
		strings.Repeat("x", 500):           strings.Repeat("x", 127) + "…",
		"\u200B\u3164":                     "",
	} {
		b := desktest.New(t)
		c := b.Receive(as(b, chat.Sender{Addresses: []string{address}})).Conversation
		if contact := b.Contact(c.ContactID); contact.Name != want {
			t.Errorf("%.40q is listed as %.40q, want %.40q", address, contact.Name, want)
		}
		b.Receive(as(b, chat.Sender{Addresses: []string{address}, Name: "Ana"}))
		if contact := b.Contact(c.ContactID); contact.Name != "Ana" {
			t.Errorf("%.40q stays %.40q", address, contact.Name)
		}
	}
}

func TestReceive_OperatorEnteredAnotherPhone_ItStays(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(as(b, chat.Sender{Addresses: []string{"CL.1"}, Name: "Ana"})).Conversation
	before := b.Contact(c.ContactID)
	after := before
	after.Phone, after.Name = "56222222222", "Ana P."
	b.Must(b.Store.UpdateContact(b.Context(), before, after, nil, nil))
	b.Receive(as(b, chat.Sender{Addresses: []string{"CL.1", "56987700001"}, Name: "Ana", Phone: "56987700001"}))
	if contact := b.Contact(c.ContactID); contact.Phone != "56222222222" || contact.Name != "Ana P." || contact.Identities[0].Phone != "56987700001" {
		t.Errorf("%+v", contact)
	}
}

// ADR 0010: area code and number are one subscriber's, with the mobile digit or without it.
func TestReceive_ArgentineNumberInEitherForm_OneContact(t *testing.T) {
	t.Parallel()
	const with, without = "5491155550101", "541155550101"
	for _, order := range [][2]string{{with, without}, {without, with}} {
		b := desktest.New(t)
		var seen []chat.Conversation
		for i := range 4 {
			number, other := order[i%2], order[(i+1)%2]
			in := as(b, chat.Sender{Addresses: []string{number}, Variants: []string{other}, Name: "Ana", Phone: number})
			seen = append(seen, b.Receive(in).Conversation)
		}
		for _, c := range seen {
			if c.ID != seen[0].ID || c.ContactID != seen[0].ContactID {
				t.Errorf("%v: %+v", order, c)
			}
		}
		if contact := b.Contact(seen[0].ContactID); contact.Phone != order[0] {
			t.Errorf("%v: %+v", order, contact)
		}
	}
}

func keepAll(context.Context, chat.Contact) (bool, error) { return true, nil }

// cardless is a store in which no contact is found.
type cardless struct{ *dynamo.Store }

func (cardless) Contact(context.Context, chat.AccountID, chat.ContactID) (chat.Contact, error) {
	return chat.Contact{}, fault.New(fault.NotFound, "contact not found")
}

func TestReceive_ContactMissing_MessageTaken(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	c := b.Receive(as(b, chat.Sender{Addresses: []string{"CL.1"}})).Conversation
	in := as(b, chat.Sender{Addresses: []string{"CL.1"}, Username: "ana.p"})
	_, err := b.DeskOn(cardless{b.Store}).Receive(b.Context(), b.Account, b.Channel, in)
	b.Must(err)
	page, err := b.Store.Messages(b.Context(), desktest.Account, c.ID, chat.PageRequest{Limit: 5})
	if b.Must(err); len(page.Items) != 2 {
		t.Errorf("%d messages", len(page.Items))
	}
}
