package acceptance_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

type operator struct {
	ID, Name, Availability      string
	Capacity, OpenConversations int
	StoreIDs                    []string
	Active, Online              bool
	Version                     int64
}

func (a *account) operators() map[string]operator {
	a.t.Helper()
	byID := map[string]operator{}
	for _, o := range all[operator](a.owner, "/api/v1/operators") {
		byID[o.ID] = o
	}
	return byID
}

// loadsEqualARecount compares every operator's load with the conversations that are theirs.
func (a *account) loadsEqualARecount() {
	a.t.Helper()
	counted := map[string]int{}
	for _, v := range a.owner.conversations("status=active") {
		counted[v.assignee()]++
	}
	for id, o := range a.operators() {
		if o.OpenConversations != counted[id] {
			a.t.Errorf("%s carries %d conversations and a load of %d", o.Name, counted[id], o.OpenConversations)
		}
	}
}

// change edits an operator as the owner does.
func (a *account) change(id string, what object) {
	a.t.Helper()
	what["version"] = a.operators()[id].Version
	a.owner.call(http.MethodPatch, "/api/v1/operators/"+id, what, http.StatusOK)
}

// waiting are the conversations in the pool, the one that waits longest first.
func (a *account) waiting() []conversation {
	a.t.Helper()
	return a.owner.conversations("status=open&assignee=none&sort=waiting")
}

// flood lets customers write for the first time, all at once.
func (a *account) flood(first, n int) {
	a.t.Helper()
	var group errgroup.Group
	for i := range n {
		phone := fmt.Sprintf("54911600%05d", first+i)
		body := payload(a.t, value(a.number, []any{textOf(phone, "wamid."+phone, "hola", a.Clock.Now())}, nil, person(phone, "Cliente "+phone)))
		group.Go(func() error {
			status, err := a.Phone.Post(a.t.Context(), body)
			if err == nil && status != http.StatusOK {
				err = fmt.Errorf("a webhook was answered %d", status)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		a.t.Fatal(err)
	}
}

// Bar 6, B-04, C-05: capacity is never exceeded, whoever waits is taken the moment it frees, oldest first, and each decision
// says why.
func TestAssignment_100Conversations_4Operators(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	a.distribute("account", "")
	var team []*client
	for _, name := range []string{"Ada", "Bo", "Cyd", "Dov"} {
		o := a.operator(name, nil)
		o.be("available")
		team = append(team, o)
	}
	began := time.Now()
	a.flood(0, 100)
	a.settle()
	t.Logf("a hundred conversations were decided on after %v", time.Since(began).Round(time.Millisecond))

	taken := map[string]int{}
	for _, v := range a.owner.conversations("status=open") {
		taken[v.assignee()]++
		a.explained(v, len(team)+1)
	}
	for _, o := range team {
		if taken[o.id] != 20 {
			t.Errorf("%s has %d conversations", o.id, taken[o.id])
		}
	}
	if taken[""] != 20 {
		t.Fatalf("%d conversations wait", taken[""])
	}
	a.loadsEqualARecount()

	// What frees takes the oldest, at once.
	pool := a.waiting()
	theirs := team[0].conversations("status=open&assignee=me")
	for i := range 3 {
		team[0].does(theirs[i].ID, "resolve", nil)
		a.owner.until(pool[i].ID, func(c conversation) bool { return c.assignee() == team[0].id })
	}
	a.settle()
	if now := a.waiting(); len(now) != 17 || now[0].ID != pool[3].ID {
		t.Errorf("%d wait after three were resolved", len(now))
	}
	// Pending still counts, a reassignment frees.
	team[0].does(theirs[3].ID, "pending", nil)
	a.settle()
	if err := wantCount(len(a.waiting()), 17); err != nil {
		t.Errorf("after one was put aside: %v", err)
	}

	// A higher limit, somebody who comes online, somebody new: each takes the next ones.
	a.change(team[1].id, object{"capacity": 22})
	a.settle()
	if now := a.waiting(); len(now) != 15 || now[0].ID != pool[5].ID {
		t.Errorf("%d wait after a limit was raised", len(now))
	}
	for _, id := range []string{pool[3].ID, pool[4].ID} {
		if got := a.owner.conversation(id).assignee(); got != team[1].id {
			t.Errorf("the oldest went to %q", got)
		}
	}
	team[2].be("away")
	late := a.operator("Eva", object{"capacity": 4})
	a.settle()
	if err := wantCount(len(a.waiting()), 15); err != nil {
		t.Errorf("a new operator is away, and yet: %v", err)
	}
	late.be("available")
	a.settle()
	if now := a.waiting(); len(now) != 11 || now[0].ID != pool[9].ID {
		t.Errorf("%d wait after somebody came online", len(now))
	}
	if open := a.operators(); open[late.id].OpenConversations != 4 || open[team[1].id].OpenConversations != 22 {
		t.Errorf("the loads are %+v", open)
	}
	a.loadsEqualARecount()
}

// explained checks that the timeline says who was considered and why.
func (a *account) explained(v conversation, people int) {
	a.t.Helper()
	kind := "assigned"
	if v.AssigneeID == nil {
		kind = "waiting"
	}
	var told []event
	for _, e := range a.owner.events(v.ID) {
		if e.Type == kind {
			told = append(told, e)
		}
	}
	if len(told) != 1 || told[0].Reason == nil || len(told[0].Reason.Considered) != people {
		a.t.Errorf("conversation %s says %+v", v.ID, told)
		return
	}
	reason, chosen := told[0].Reason, 0
	for _, c := range reason.Considered {
		switch {
		case c.Outcome == "chosen" && c.OperatorID == v.assignee() && c.Open < c.Capacity:
			chosen++
		case c.Outcome == "busier", c.Outcome == "served_later", c.Outcome == "away":
		case c.Outcome == "at_capacity" && c.Open >= c.Capacity:
		default:
			a.t.Errorf("conversation %s: %+v", v.ID, c)
		}
	}
	if kind == "assigned" && (chosen != 1 || reason.Code != "fewest_open" && reason.Code != "longest_without") {
		a.t.Errorf("conversation %s was assigned because of %+v", v.ID, reason)
	}
	if kind == "waiting" && (chosen != 0 || reason.Code != "nobody_eligible") {
		a.t.Errorf("conversation %s waits because of %+v", v.ID, reason)
	}
}

// B-04: claims of two operators' frees, at the same moment and from several sides, never lead above the limit.
func TestAssignment_Concurrent_CapacityHolds(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	a.distribute("account", "")
	one, two := a.operator("Uno", object{"capacity": 3}), a.operator("Dos", object{"capacity": 3})
	one.be("available")
	two.be("available")
	a.flood(1000, 20)
	a.settle()
	for range 4 {
		var group errgroup.Group
		for _, o := range []*client{one, two} {
			for _, v := range o.conversations("status=open&assignee=me") {
				group.Go(func() error {
					_, err := o.try(http.MethodPost, "/api/v1/conversations/"+v.ID+"/resolve", object{})
					return err
				})
			}
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		a.settle()
		for _, o := range a.operators() {
			if o.OpenConversations > o.Capacity {
				t.Errorf("%s carries %d of %d", o.Name, o.OpenConversations, o.Capacity)
			}
		}
		a.loadsEqualARecount()
	}
	if err := wantCount(len(a.waiting()), 0); err != nil {
		t.Error(err)
	}
}

// S3-10: a fixed manager gets every new conversation, whatever their capacity and availability.
func TestAssignment_Manager_GetsNewConversations(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	manager, other := a.operator("Gerente", object{"capacity": 1}), a.operator("Otra", nil)
	other.be("available")
	a.distribute("manager", manager.id)
	a.flood(2000, 5)
	a.settle()
	for _, v := range a.owner.conversations("status=open") {
		if v.assignee() != manager.id {
			t.Errorf("a conversation went to %q", v.assignee())
		}
		last := a.owner.events(v.ID)
		if e := last[len(last)-1]; e.Type != "assigned" || e.Reason == nil || e.Reason.Code != "fixed_manager" {
			t.Errorf("the timeline ends with %+v", e)
		}
	}
	a.loadsEqualARecount()
}

// D25: the first message of a new account goes to its owner at once, without a setting; operators added later get nothing until the
// distribution is changed.
func TestSignUp_FirstMessage_AssignedToOwner(t *testing.T) {
	t.Parallel()
	a := begin(t).signUpOnly("UTC")
	const origin = "https://tienda.example"
	code := a.site("Tienda", origin, "")
	console := a.owner.browse()
	a.visit(code, origin).writes("m-1", "hola")
	a.settle()
	v := a.only()
	if v.assignee() != a.owner.id {
		t.Errorf("the first conversation went to %q", v.assignee())
	}
	console.told("notice", func(f frame) bool { return f.Code == "assigned" && f.ConversationID == v.ID })

	later := a.operator("Bruno", nil)
	later.be("available")
	a.visit(code, origin).writes("m-1", "buenas")
	a.settle()
	if mine := later.conversations("assignee=me"); len(mine) != 0 {
		t.Errorf("an operator who was added later got %d conversations", len(mine))
	}
	if mine := a.owner.conversations("assignee=me"); len(mine) != 2 {
		t.Errorf("the owner has %d conversations, want 2", len(mine))
	}
}

// S1-17, S1-18: assigning by hand: the new one has it at once and is told, the old one loses it, and the timeline has one line.
func TestReassign_MovesBetweenOperators(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	one, two := a.operator("Uno", nil), a.operator("Dos", nil)
	a.say("5491150004001", "hola")
	v := a.only()
	first, second := one.browse(), two.browse()

	a.owner.does(v.ID, "assign", object{"operatorId": one.id})
	first.told("notice", func(f frame) bool { return f.Code == "assigned" && f.ConversationID == v.ID })
	first.told("conversation.upserted", func(f frame) bool { return f.Conversation.assignee() == one.id })
	before := len(a.owner.events(v.ID))

	a.owner.does(v.ID, "assign", object{"operatorId": two.id})
	first.told("conversation.upserted", func(f frame) bool { return f.Conversation.assignee() == two.id })
	second.told("conversation.upserted", func(f frame) bool { return f.Conversation.assignee() == two.id })
	second.told("notice", func(f frame) bool { return f.Code == "assigned" && f.ConversationID == v.ID })
	lines := a.owner.events(v.ID)
	if len(lines) != before+1 {
		t.Fatalf("the reassignment left %d lines", len(lines)-before)
	}
	if e := lines[before]; e.Type != "assigned" || e.Data.AssigneeID != two.id || e.Data.PreviousAssigneeID != one.id ||
		e.Actor.ID != a.owner.id || e.Reason.Code != "by_hand" {
		t.Errorf("the line is %+v", e)
	}
	if n := len(one.conversations("status=active&assignee=me")); n != 0 {
		t.Errorf("the old one still lists %d", n)
	}
	if mine := two.conversations("status=active&assignee=me"); len(mine) != 1 || mine[0].ID != v.ID {
		t.Errorf("the new one lists %+v", mine)
	}
	// Ten people reassign at once: it ends with one owner, and the loads are right.
	var group errgroup.Group
	for i := range 10 {
		to := []*client{one, two}[i%2].id
		group.Go(func() error {
			_, err := a.owner.try(http.MethodPost, "/api/v1/conversations/"+v.ID+"/assign", object{"operatorId": to})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	a.settle()
	a.loadsEqualARecount()
	var owners []string
	for _, o := range []*client{one, two} {
		if len(o.conversations("status=active&assignee=me")) == 1 {
			owners = append(owners, o.id)
		}
	}
	if !slices.Equal(owners, []string{a.owner.conversation(v.ID).assignee()}) {
		t.Errorf("it is on the lists of %v", owners)
	}
	// Back into the pool, by null.
	if back := a.owner.does(v.ID, "assign", object{"operatorId": nil}); back.AssigneeID != nil {
		t.Errorf("it is still %s's", *back.AssigneeID)
	}
	a.loadsEqualARecount()
}

// B-04, C-05: somebody who resolved a conversation gets it back when the customer writes again within a day, before others.
func TestReopen_GoesToFormerOperator(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	a.distribute("account", "")
	one, two := a.operator("Uno", nil), a.operator("Dos", nil)
	one.be("available")
	a.say("5491150004002", "hola")
	v := a.only()
	a.owner.until(v.ID, func(c conversation) bool { return c.assignee() == one.id })
	one.does(v.ID, "resolve", nil)
	two.be("available")
	a.settle()
	a.advance(time.Hour)
	a.say("5491150004002", "otra cosa")
	a.owner.until(v.ID, func(c conversation) bool { return c.Status == "open" && c.assignee() == one.id })
	lines := a.owner.events(v.ID)
	if e := lines[len(lines)-1]; e.Type != "assigned" || e.Reason.Code != "former_operator" {
		t.Errorf("the timeline ends with %+v", e)
	}
}
