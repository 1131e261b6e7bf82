package desk_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/desktest"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/rules/drafts"
)

// counted are the use cases on a store that notes every write that the tables accept. A condition that refuses a write is not one.
type counted struct {
	*desktest.UseCases
	mu     sync.Mutex
	writes []string
}

func count(b *desktest.Fixture) *counted {
	b.Helper()
	u := &counted{}
	u.UseCases = b.DeskOn(b.Through(func(operation string, call func() error) error {
		err := call()
		if err == nil && slices.Contains([]string{"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"}, operation) {
			u.mu.Lock()
			defer u.mu.Unlock()
			u.writes = append(u.writes, operation)
		}
		return err
	}))
	return u
}

// silent are the use cases that write nothing even the first time, and the steps of others that have a case.
var silent = []string{"Conversation", "WithPreview", "SetProviderID", "Sent", "Link", "ApplyParked", "ParkQuote", "Failed", "Find", "Distinct", "Reserve", "Reassigned"}

// TestUseCases_SecondRun_WritesNothing runs every use case twice, a second apart. Each case prepares what it needs and returns the call.
func TestUseCases_SecondRun_WritesNothing(t *testing.T) { // B-04
	t.Parallel()
	type call func(u *counted) error
	mode := func(m chat.DistributionMode) func(*chat.Account) {
		return func(a *chat.Account) { a.Mode = m }
	}
	sent := func(b *desktest.Fixture) {
		id := b.Write("1")
		b.Reply(id, "buenas")
		b.Deliver(id, &desktest.Provider{})
	}
	cases := map[string]struct {
		account func(*chat.Account)
		call    func(b *desktest.Fixture) call
	}{
		"Receive, a new conversation": {call: func(b *desktest.Fixture) call {
			in := b.Text("1", "hola")
			return func(u *counted) error { return desktest.Err(u.Receive(b.Context(), b.Account, b.Channel, in)) }
		}},
		"Receive, an open conversation": {call: func(b *desktest.Fixture) call {
			b.Write("1")
			in := b.Text("1", "sigo")
			return func(u *counted) error { return desktest.Err(u.Receive(b.Context(), b.Account, b.Channel, in)) }
		}},
		"Echo": {call: func(b *desktest.Fixture) call {
			b.Write("1")
			in := b.EchoOf("1", "wamid.echo", "desde el teléfono")
			return func(u *counted) error { return u.Echo(b.Context(), b.Account, b.Channel, in) }
		}},
		"ImportHistory": {call: func(b *desktest.Fixture) call {
			in := b.Text("1", "antes")
			in.Kind, in.Direction, in.At = chat.InboundHistory, chat.In, b.Time.Add(-time.Hour)
			return func(u *counted) error { return u.ImportHistory(b.Context(), b.Account, b.Channel, in) }
		}},
		"Assign": {call: func(b *desktest.Fixture) call {
			id, ana := b.Write("1"), b.Employ("ana")
			return func(u *counted) error { return desktest.Err(u.Assign(b.Context(), b.Actor(), id, ana.ID, 0)) }
		}},
		"Assign, to nobody": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			b.Give(b.Employ("ana"), id)
			return func(u *counted) error { return desktest.Err(u.Assign(b.Context(), b.Actor(), id, "", 0)) }
		}},
		"Release": {call: func(b *desktest.Fixture) call {
			id, ana := b.Write("1"), b.Employ("ana", func(o *chat.Operator) { o.StoreIDs = []chat.StoreID{"OTHER"} })
			b.Give(ana, id)
			return func(u *counted) error { return u.Release(b.Context(), desktest.Account, id, ana.ID) }
		}},
		"Place, somebody is free": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			b.Employ("ana")
			return func(u *counted) error { return u.Place(b.Context(), b.Account, id) }
		}},
		"Place, nobody is": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			return func(u *counted) error { return u.Place(b.Context(), b.Account, id) }
		}},
		"Place, by groups, beside others": {account: mode(chat.DistributeToGroups), call: func(b *desktest.Fixture) call {
			b.Employ("ana")
			for i := range 5 {
				b.Must(b.Desk.Place(b.Context(), b.Account, b.Write(fmt.Sprint("other", i))))
			}
			id := b.Write("1")
			return func(u *counted) error { return u.Place(b.Context(), b.Account, id) }
		}},
		"Distribute": {call: func(b *desktest.Fixture) call {
			for i := range 3 {
				b.Write(fmt.Sprint(i))
			}
			b.Employ("ana", desktest.Carries(2))
			return func(u *counted) error { return u.Distribute(b.Context(), b.Account, desktest.Shop) }
		}},
		"Distribute, by groups": {account: mode(chat.DistributeToGroups), call: func(b *desktest.Fixture) call {
			b.Write("1")
			b.Employ("ana")
			return func(u *counted) error { return u.Distribute(b.Context(), b.Account, desktest.Shop) }
		}},
		"Watch": {call: func(b *desktest.Fixture) call {
			b.Write("1")
			timer, err := b.Store.PoolTimer(b.Context(), desktest.Account, desktest.Shop)
			b.Must(err)
			b.Time = timer.DueAt
			return func(u *counted) error { return u.Watch(b.Context(), b.Account, desktest.Shop, timer.DueAt) }
		}},
		"Resolve": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			return func(u *counted) error { return desktest.Err(u.Resolve(b.Context(), b.Actor(), id)) }
		}},
		"SetPending": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			return func(u *counted) error { return desktest.Err(u.SetPending(b.Context(), b.Actor(), id)) }
		}},
		"Reopen": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), id)))
			return func(u *counted) error { return desktest.Err(u.Reopen(b.Context(), b.Actor(), id)) }
		}},
		"Close": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			b.Give(b.Employ("ana"), id)
			b.Advance(2 * time.Hour)
			return func(u *counted) error { return desktest.Err(u.Close(b.Context(), b.Account, id)) }
		}},
		"Close, too early": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			b.Give(b.Employ("ana"), id)
			b.Advance(time.Minute)
			b.Receive(b.Text("1", "sigo"))
			return func(u *counted) error { return desktest.Err(u.Close(b.Context(), b.Account, id)) }
		}},
		"Rearm": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			b.Give(b.Employ("ana"), id)
			b.Account.Closing.Idle = time.Minute
			return func(u *counted) error { return u.Rearm(b.Context(), b.Account, id) }
		}},
		"Read": {call: func(b *desktest.Fixture) call {
			c := b.Conversation(b.Write("1"))
			return func(u *counted) error { return desktest.Err(u.Read(b.Context(), b.Actor(), c, "")) }
		}},
		"Unread": {call: func(b *desktest.Fixture) call {
			c := b.Conversation(b.Write("1"))
			b.Must(desktest.Err(b.Desk.Read(b.Context(), b.Actor(), c, "")))
			return func(u *counted) error { return desktest.Err(u.Unread(b.Context(), b.Actor(), c)) }
		}},
		"Reply": {call: func(b *desktest.Fixture) call {
			c := b.Conversation(b.Write("1"))
			return func(u *counted) error {
				_, _, err := u.Reply(b.Context(), b.Actor(), c, drafts.Draft{ClientID: "client", Type: chat.TypeText, Text: "buenas"})
				return err
			}
		}},
		"Deliver": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			b.Reply(id, "buenas")
			provider := &desktest.Provider{}
			return func(u *counted) error {
				b.Desk = u.UseCases
				b.Deliver(id, provider)
				return nil
			}
		}},
		"Retry": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			b.Reply(id, "buenas")
			b.Deliver(id, &desktest.Provider{Errors: []error{desktest.Refusal(fault.Invalid, channel.ClassMessage)}})
			m := b.Outbound(id)
			return func(u *counted) error { return desktest.Err(u.Retry(b.Context(), b.Actor(), id, m.ID)) }
		}},
		"Unhold": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			b.Reply(id, "buenas")
			b.Deliver(id, &desktest.Provider{Errors: []error{desktest.Refusal(fault.Forbidden, channel.ClassReauthorise)}})
			m := b.Outbound(id)
			return func(u *counted) error { return u.Unhold(b.Context(), desktest.Account, id, m.ID) }
		}},
		"Abandon": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			b.Reply(id, "buenas")
			return func(u *counted) error { return u.Abandon(b.Context(), desktest.Account, id) }
		}},
		"UpdateStatus": {call: func(b *desktest.Fixture) call {
			sent(b)
			at := b.Time
			return func(u *counted) error {
				return u.UpdateStatus(b.Context(), b.Account, b.Channel, chat.Inbound{
					Kind: chat.InboundStatus, ProviderID: "wamid.out.buenas", Status: chat.StatusUpdate{Status: chat.StatusDelivered, At: at},
				})
			}
		}},
		"ApplyMessageUpdate": {call: func(b *desktest.Fixture) call {
			sent(b)
			in := b.UpdateOf("wamid.out.buenas", chat.Reacted, "👍", 1)
			return func(u *counted) error { return u.ApplyMessageUpdate(b.Context(), b.Account, b.Channel, in) }
		}},
		"SetMarketingConsent": {call: func(b *desktest.Fixture) call {
			b.Write("1")
			in := chat.Inbound{
				Kind: chat.InboundMarketing, At: b.Time, ReceivedAt: b.Time, Sender: chat.Sender{Addresses: []string{"1"}, Phone: "1"},
				MarketingConsent: chat.MarketingConsent{OptedOut: true, At: b.Time},
			}
			return func(u *counted) error { return u.SetMarketingConsent(b.Context(), b.Account, b.Channel, in) }
		}},
		"ChangeIdentity": {call: func(b *desktest.Fixture) call {
			b.Write("1")
			in := chat.Inbound{
				Kind: chat.InboundIdentityChange, Asset: "71", ProviderID: "wamid.S", At: b.Time, ReceivedAt: b.Time,
				Sender: chat.Sender{Addresses: []string{"1"}, Phone: "1"}, NewIdentity: chat.Sender{Addresses: []string{"2"}, Phone: "2"},
			}
			return func(u *counted) error { return u.ChangeIdentity(b.Context(), b.Account, b.Channel, in) }
		}},
		"Rename": {call: func(b *desktest.Fixture) call {
			id := b.Write("1")
			before := b.Contact(b.Conversation(id).ContactID)
			after := before
			after.Name = "Otra"
			b.Must(b.Store.UpdateContact(b.Context(), before, after, nil, nil))
			return func(u *counted) error { return u.Rename(b.Context(), desktest.Account, id) }
		}},
		"Join": {call: func(b *desktest.Fixture) call {
			b.Write("1")
			b.Write("2")
			return func(u *counted) error {
				found, err := b.Store.Identities(b.Context(), desktest.Account, b.Channel.ID, []string{"1", "2"})
				b.Must(err)
				if len(found) == 1 {
					return nil
				}
				return u.Join(b.Context(), b.Account, found[0], found[1])
			}
		}},
		"Move": {call: func(b *desktest.Fixture) call {
			_, second := merged(b)
			return func(u *counted) error {
				return u.Move(b.Context(), desktest.Account, second.ContactID, "", second.ID)
			}
		}},
		"Split": {call: func(b *desktest.Fixture) call {
			first, _ := merged(b)
			kept := b.Contact(first.ContactID)
			return func(u *counted) error {
				return refused(desktest.Err(u.Split(b.Context(), b.Account, kept, kept.Merges[0].ID, nil)))
			}
		}},
		"Reassign": {call: func(b *desktest.Fixture) call {
			merged(b)
			had, _, err := b.Store.Identity(b.Context(), desktest.Account, b.Channel.ID, []string{"1"})
			b.Must(err)
			return func(u *counted) error { return refused(u.Reassign(b.Context(), had, nil, "2", "1")) }
		}},
		"SyncTemplates": {call: func(b *desktest.Fixture) call {
			connected := b.Channel
			connected.Settings = []byte(`{"businessAccountId":"700"}`)
			return func(u *counted) error { return u.SyncTemplates(b.Context(), connected) }
		}},
		"ChangeTemplate": {call: func(b *desktest.Fixture) call {
			b.Must(b.Store.PutTemplate(b.Context(), b.Template(), b.Time))
			change := chat.TemplateChange{Status: chat.TemplatePaused, At: b.Time.Add(time.Second)}
			return func(u *counted) error {
				return u.ChangeTemplate(b.Context(), b.Account, b.Channel, "aviso", "es", change)
			}
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			account := c.account
			if account == nil {
				account = func(*chat.Account) {}
			}
			b := desktest.New(t, account)
			run, u := c.call(b), count(b)
			b.Must(run(u))
			first := len(u.writes)
			if name != "Unread" { // a later one is later
				b.Advance(time.Second)
			}
			b.Must(run(u))
			if again := u.writes[first:]; len(again) > 0 {
				t.Errorf("the second run writes %v", again)
			}
		})
	}
	use := reflect.TypeFor[*desktest.UseCases]()
	for i := range use.NumMethod() {
		method := use.Method(i).Name
		named := func(name string) bool { return name == method || strings.HasPrefix(name, method+",") }
		if !slices.Contains(silent, method) && !slices.ContainsFunc(slices.Collect(maps.Keys(cases)), named) {
			t.Errorf("the use case %s is not run twice", method)
		}
	}
}

// refused is nil for a decision that a repetition finds made: its callers look up again what it is about.
func refused(err error) error {
	if fault.Is(err, fault.Conflict) {
		return nil
	}
	return err
}

// merged are the conversations of two contacts who became one; the second one's earlier conversation is not moved yet.
func merged(b *desktest.Fixture) (first, second chat.Conversation) {
	b.Helper()
	first, second = b.Conversation(b.Write("1")), b.Conversation(b.Write("2"))
	b.Must(desktest.Err(b.Desk.Resolve(b.Context(), b.Actor(), second.ID)))
	found, err := b.Store.Identities(b.Context(), desktest.Account, b.Channel.ID, []string{"1", "2"})
	b.Must(err)
	b.Must(b.Desk.Join(b.Context(), b.Account, found[0], found[1]))
	return first, second
}
