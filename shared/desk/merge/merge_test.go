package merge_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/chattest"
	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/desk"
	"github.com/recado-chat/recado/shared/dynamo"
)

const (
	phone = "56987700001"
	user  = "CL.7700001"
)

// from is a message of a person as the provider names them: by phone, by user id, or by both.
func from(b *desktest.Fixture, number, id string) chat.Inbound {
	b.Advance(time.Second)
	in := b.Text(number, "hola "+number+" "+id)
	in.At = b.Time
	in.Sender = chat.Sender{Name: "Ana", Phone: number}
	for _, address := range []string{id, number} {
		if address != "" {
			in.Sender.Addresses = append(in.Sender.Addresses, address)
		}
	}
	return in
}

// move does the jobs that a merge or a split of a contact leaves behind.
func move(b *desktest.Fixture, contact chat.ContactID, mergeID string) {
	b.Helper()
	list, err := b.Store.ConversationsOfContact(b.Context(), desktest.Account, contact, "", 100)
	b.Must(err)
	for _, id := range list {
		b.Must(b.Desk.Move(b.Context(), desktest.Account, contact, mergeID, id))
	}
}

// found are the contacts that a search finds.
func found(b *desktest.Fixture, q string) []chat.Contact {
	b.Helper()
	page, err := b.Store.SearchContacts(b.Context(), desktest.Account, q, func(context.Context, chat.Contact) (bool, error) { return true, nil }, chat.PageRequest{Limit: 20})
	b.Must(err)
	return page.Items
}

// theirs are all conversations of a contact.
func theirs(b *desktest.Fixture, contact chat.ContactID) []chat.Conversation {
	b.Helper()
	page, err := b.Store.ContactConversations(b.Context(), desktest.Account, contact, chat.PageRequest{Limit: 50})
	b.Must(err)
	return page.Items
}

func identityOf(b *desktest.Fixture, address string) chat.Identity {
	b.Helper()
	identity, _, err := b.Store.Identity(b.Context(), desktest.Account, b.Channel.ID, []string{address})
	b.Must(err)
	return identity
}

func texts(b *desktest.Fixture, conversations []chat.Conversation) (all []string) {
	b.Helper()
	for _, c := range conversations {
		for _, m := range b.Messages(c.ID) {
			all = append(all, m.Text)
		}
	}
	slices.Sort(all)
	return all
}

// PROVIDERS §2.1.3: whatever comes first of a phone, a user id and an echo, the message that names both makes one person of them.
func TestReceive_PhoneAndUserIDInAnyOrder_OneContactOneOpenConversation(t *testing.T) {
	t.Parallel()
	steps := []string{"phone", "id", "both", "echo"}
	for order := range chattest.Permutations(len(steps)) {
		b := desktest.New(t)
		var want []string
		for range 2 { // and again afterwards
			for _, i := range order {
				var in chat.Inbound
				switch steps[i] {
				case "phone":
					in = from(b, phone, "")
				case "id":
					in = from(b, "", user)
				case "both":
					in = from(b, phone, user)
				case "echo":
					b.Advance(time.Second)
					in = b.EchoOf(phone, fmt.Sprint("wamid.echo", len(want)), "eco")
					b.Echo(in)
					want = append(want, in.Text)
					continue
				}
				b.Receive(in)
				want = append(want, in.Text)
			}
		}
		people := found(b, "56987700001")
		if len(people) != 1 || people[0].Name != "Ana" || people[0].Phone != phone {
			t.Errorf("%v: contacts %+v", order, people)
			continue
		}
		for _, merged := range people[0].Merges {
			move(b, merged.ContactID, "")
		}
		move(b, people[0].ID, "")
		all := theirs(b, people[0].ID)
		open := slices.DeleteFunc(slices.Clone(all), func(c chat.Conversation) bool { return !c.IsOpen() })
		slices.Sort(want)
		if len(open) != 1 || !slices.Equal(texts(b, all), want) {
			t.Errorf("%v: %d open of %d conversations\n got %v\nwant %v", order, len(open), len(all), texts(b, all), want)
		}
		for _, c := range all {
			if c.ContactID != people[0].ID || c.ExternalID != people[0].Identities[0].ExternalID || c.ContactName != "Ana" {
				t.Errorf("%v: %+v", order, c)
			}
		}
		for _, address := range []string{phone, user} {
			if identity := identityOf(b, address); identity.ContactID != people[0].ID || len(open) == 1 && identity.OpenConversationID != open[0].ID {
				t.Errorf("%v: %s leads to %+v", order, address, identity)
			}
		}
	}
}

// meetApart lets a person write by phone and by user id.
func meetApart(b *desktest.Fixture) (byPhone, byID chat.Conversation) {
	byPhone, byID = b.Receive(from(b, phone, "")).Conversation, b.Receive(from(b, "", user)).Conversation
	if byPhone.ContactID == byID.ContactID {
		b.Fatal("they were one from the beginning")
	}
	return byPhone, byID
}

func TestJoin_BothOpenAndOneAssigned_TheAssignedOneStaysAndLoadsAreRight(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	ana, eva := b.Employ("ANA"), b.Employ("EVA")
	first, second := meetApart(b)
	b.Give(ana, second.ID)
	b.Receive(from(b, phone, user))
	stays, closed := b.Conversation(second.ID), b.Conversation(first.ID)
	if !stays.IsOpen() || stays.AssigneeID != ana.ID || closed.IsOpen() || closed.MergedInto != stays.ID {
		t.Fatalf("stays %+v\nclosed %+v", stays, closed)
	}
	if b.LoadOf(ana.ID) != 1 || b.LoadOf(eva.ID) != 0 {
		t.Errorf("loads %d and %d", b.LoadOf(ana.ID), b.LoadOf(eva.ID))
	}
	if listed := b.ConversationsBy(dynamo.ConversationQuery{}, 10); !slices.Equal(listed, []chat.ConversationID{stays.ID}) {
		t.Errorf("the lists show %v", listed)
	}
	counts, err := b.Store.Counts(b.Context(), desktest.Account)
	b.Must(err)
	if n := counts[ana.ID][chat.CountKey{StoreID: desktest.Shop, Status: chat.Open}]; n != 1 {
		t.Errorf("counts %+v", counts)
	}
	for id, other := range map[chat.ConversationID]chat.ConversationID{stays.ID: closed.ID, closed.ID: stays.ID} {
		timeline := b.Timeline(id)
		if !slices.ContainsFunc(timeline, func(e chat.Event) bool { return e.Type == chat.EventMerged && e.Data.OtherID == other }) {
			t.Errorf("%s does not tell of %s: %+v", id, other, timeline)
		}
	}
}

func TestJoin_BothAssigned_TheOtherOperatorIsReleased(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	ana, eva := b.Employ("ANA"), b.Employ("EVA")
	first, second := meetApart(b)
	b.Give(ana, first.ID)
	b.Give(eva, second.ID)
	b.Receive(from(b, phone, user))
	if b.LoadOf(ana.ID) != 1 || b.LoadOf(eva.ID) != 0 {
		t.Errorf("loads %d and %d", b.LoadOf(ana.ID), b.LoadOf(eva.ID))
	}
	if list, err := b.Store.ConversationsOfOperator(b.Context(), desktest.Account, eva.ID, "", 10); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

func TestJoin_UnansweredInTheClosedOne_WaitsInTheOther(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	b.Advance(time.Second)
	b.Echo(b.EchoOf(phone, "wamid.echo", "hola"))
	asked := b.Receive(from(b, "", user)).Conversation
	ana := b.Employ("ANA")
	quiet := identityOf(b, phone).OpenConversationID
	b.Give(ana, quiet)
	b.Advance(time.Second)
	b.Must(b.Desk.ChangeIdentity(b.Context(), b.Account, b.Channel, chat.Inbound{ // an item without a message
		At: b.Time, ReceivedAt: b.Time, Sender: chat.Sender{Addresses: []string{user}},
		NewIdentity: chat.Sender{Addresses: []string{phone}, Phone: phone},
	}))
	stays := b.Conversation(quiet)
	if stays.Status != chat.Open || !stays.WaitingSince.Equal(asked.WaitingSince) || !stays.LastInboundAt.Equal(asked.LastInboundAt) {
		t.Errorf("%+v", stays)
	}
}

func TestJoin_ClosedOneUnread_OtherIsUnreadForItsOperator(t *testing.T) {
	t.Parallel()
	for name, readsBoth := range map[string]bool{"unread": false, "read": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := desktest.New(t)
			ana := b.Employ("ANA")
			first, second := meetApart(b)
			b.Give(ana, second.ID)
			read(b, ana, second.ID)
			if readsBoth {
				read(b, ana, first.ID)
			}
			b.Advance(time.Second)
			b.Must(b.Desk.ChangeIdentity(b.Context(), b.Account, b.Channel, chat.Inbound{ // an item without a message
				At: b.Time, ReceivedAt: b.Time, Sender: chat.Sender{Addresses: []string{user}},
				NewIdentity: chat.Sender{Addresses: []string{phone}, Phone: phone},
			}))
			if closed := b.Conversation(first.ID); closed.MergedInto != second.ID {
				t.Fatalf("%+v", closed)
			}
			if got := unread(b, ana.ID, second.ID); got == readsBoth {
				t.Errorf("unread %t", got)
			}
		})
	}
}

// read lets an operator read a conversation to its end.
func read(b *desktest.Fixture, o chat.Operator, id chat.ConversationID) {
	b.Helper()
	b.Must(desktest.Err(b.Desk.Read(b.Context(), chat.Actor{Operator: o}, b.Conversation(id), "")))
}

func unread(b *desktest.Fixture, o chat.OperatorID, id chat.ConversationID) bool {
	b.Helper()
	cursor, err := b.Store.ReadCursor(b.Context(), desktest.Account, o, id)
	b.Must(err)
	return cursor.Unread(b.Conversation(id))
}

func TestReceive_TwoDeliveriesWithBothAddressesAtOnce_OneMerge(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	first, second := meetApart(b)
	var items []chat.Inbound
	for range 6 {
		items = append(items, from(b, phone, user))
	}
	var wait sync.WaitGroup
	for _, in := range items {
		wait.Go(func() {
			if _, err := b.Desk.Receive(b.Context(), b.Account, b.Channel, in); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	people := found(b, phone)
	if len(people) != 1 || len(people[0].Merges) != 1 {
		t.Fatalf("%+v", people)
	}
	open := 0
	for _, id := range []chat.ConversationID{first.ID, second.ID} {
		if b.Conversation(id).IsOpen() {
			open++
			if n := len(b.Messages(id)); n != 7 {
				t.Errorf("%d messages", n)
			}
		}
	}
	if open != 1 {
		t.Errorf("%d are open", open)
	}
}

func TestReceive_ConversationMergedWhileTheMessageCame_WaitsInTheOther(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	first, second := meetApart(b)
	b.Must(b.Desk.Join(b.Context(), b.Account, identityOf(b, phone), identityOf(b, user)))
	b.Reply(first.ID, "sí")
	read(b, b.Owner, first.ID)
	late := from(b, "", user)
	stale := staleIdentities{b.Store, map[string]chat.Identity{user: {
		AccountID: desktest.Account, ChannelID: b.Channel.ID, ExternalID: user, ContactID: second.ContactID, OpenConversationID: second.ID, ContactName: "Ana",
	}}}
	_, err := b.DeskOn(stale).Receive(b.Context(), b.Account, b.Channel, late)
	b.Must(err)
	closed, stays := b.Conversation(second.ID), b.Conversation(first.ID)
	if closed.IsOpen() || closed.LastInboundAt != late.At {
		t.Errorf("closed %+v", closed)
	}
	if !stays.IsOpen() || !stays.WaitingSince.Equal(late.At) {
		t.Errorf("stays %+v", stays)
	}
	if !unread(b, b.Owner.ID, first.ID) {
		t.Error("its operator has read it")
	}
	b.Reply(first.ID, "otra vez")
	read(b, b.Owner, first.ID)
	_, err = b.DeskOn(stale).Receive(b.Context(), b.Account, b.Channel, late) // delivered again
	b.Must(err)
	if stays = b.Conversation(first.ID); !stays.WaitingSince.IsZero() {
		t.Errorf("an answered message waits again since %v", stays.WaitingSince)
	}
	if unread(b, b.Owner.ID, first.ID) {
		t.Error("a message that was read is unread again")
	}
}

// A process that died between two steps of the job repeats at most one conversation, and a crash inside a step leaves it as it was.
func TestMove_DiedBetweenSteps_RepeatedSafely(t *testing.T) {
	t.Parallel()
	b := desktest.New(t)
	var mine []chat.ConversationID
	b.Receive(from(b, phone, ""))
	for range 4 { // four conversations by user id, all but the last long resolved
		mine = append(mine, b.Receive(from(b, "", user)).Conversation.ID)
		before := b.Conversation(mine[len(mine)-1])
		after := before
		b.Must(after.Resolve(b.Time, desk.System))
		b.Must(b.Store.Commit(b.Context(), chat.Decision{Before: &before, After: after}, b.Time))
		b.Advance(48 * time.Hour)
	}
	b.Receive(from(b, phone, user))
	kept := found(b, "ana")[0]
	if len(kept.Merges) != 1 {
		t.Fatalf("%+v", kept)
	}
	gone := kept.Merges[0].ContactID
	for pass := range 3 {
		move(b, gone, "")
		move(b, kept.ID, "")
		if all := theirs(b, kept.ID); len(all) != 5 {
			t.Errorf("pass %d: %d conversations", pass, len(all))
		}
		for _, id := range mine {
			if c := b.Conversation(id); c.ContactID != kept.ID || len(c.Moves) > 1 {
				t.Errorf("pass %d: %+v", pass, c)
			}
		}
	}
}

// staleIdentities answers some addresses as they were before.
type staleIdentities struct {
	desktest.Store
	was map[string]chat.Identity
}

func (s staleIdentities) Identities(ctx context.Context, account chat.AccountID, channel chat.ChannelID, addresses []string) ([]chat.Identity, error) {
	if len(addresses) > 0 {
		if identity, ok := s.was[addresses[0]]; ok {
			return []chat.Identity{identity}, nil
		}
	}
	return s.Store.Identities(ctx, account, channel, addresses)
}
