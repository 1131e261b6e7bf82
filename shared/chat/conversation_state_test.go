package chat

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// statuses are all that a conversation may have; "" is one that is being made.
var statuses = []Status{"", AwaitingConsent, Held, Open, Pending, Snoozed, Resolved}

// of is a conversation in a state as the methods leave it.
func of(status Status, operator OperatorID) Conversation {
	c := Conversation{Status: status, AssigneeID: operator, AccountID: "account", ChannelID: "channel", ExternalID: "1"}
	if operator != "" {
		c.AssignedAt = noon
	}
	if status == Resolved {
		c.ResolvedAt = noon
	}
	c.enterPool(noon)
	return c
}

func TestConversation_Transitions(t *testing.T) {
	t.Parallel()
	admit := func(metered bool) func(*Conversation) error {
		return func(c *Conversation) error { c.Admit(noon, metered); return nil }
	}
	for name, test := range map[string]struct {
		do    func(*Conversation) error
		legal map[Status]Status // the status after, for each in which the method changes something
	}{
		"Admit":          {admit(false), map[Status]Status{"": Open}},
		"Admit, metered": {admit(true), map[Status]Status{"": Held}},
		"AdmitPending":   {func(c *Conversation) error { c.AdmitPending(); return nil }, map[Status]Status{"": Pending}},
		"AdmitPast":      {func(c *Conversation) error { c.AdmitPast(noon); return nil }, map[Status]Status{"": Resolved}},
		"Assign":         {func(c *Conversation) error { return c.Assign("bruno", noon) }, map[Status]Status{Open: Open, Pending: Pending, Snoozed: Snoozed}},
		"Unassign": {func(c *Conversation) error { return c.Unassign(noon) }, map[Status]Status{
			"": "", AwaitingConsent: AwaitingConsent, Held: Held, Open: Open, Pending: Pending, Snoozed: Snoozed,
		}},
		"Release": {func(c *Conversation) error { return c.Release(noon) }, map[Status]Status{
			"": "", AwaitingConsent: AwaitingConsent, Held: Held, Open: Open, Pending: Pending, Snoozed: Snoozed,
		}},
		"Resolve": {func(c *Conversation) error { return c.Resolve(noon, Author{}) }, map[Status]Status{
			"": Resolved, AwaitingConsent: Resolved, Held: Resolved, Open: Resolved, Pending: Resolved, Snoozed: Resolved,
		}},
		"Reopen":     {func(c *Conversation) error { return c.Reopen(noon, "bruno") }, map[Status]Status{Resolved: Open}},
		"SetPending": {(*Conversation).SetPending, map[Status]Status{Open: Pending}},
		"SetOpen":    {func(c *Conversation) error { return c.SetOpen(noon) }, map[Status]Status{Pending: Open, Snoozed: Open}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, from := range statuses {
				c := of(from, "ana")
				err := test.do(&c)
				to, legal := test.legal[from]
				switch {
				case legal && (err != nil || c.Status != to):
					t.Errorf("%q became %q, %v, want %q", from, c.Status, err, to)
				case !legal && (c.Status != from || c.AssigneeID != "ana"):
					t.Errorf("%q became %q of %q", from, c.Status, c.AssigneeID)
				case legal && c.Status != from && !slices.Contains(conversationTransitions[from], to):
					t.Errorf("%q → %q is not in the table", from, to)
				}
			}
		})
	}
}

func TestConversation_IllegalAssignments(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		c  Conversation
		do func(*Conversation) error
	}{
		"assign to nobody":       {of(Open, ""), func(c *Conversation) error { return c.Assign("", noon) }},
		"assign to the assignee": {of(Open, "ana"), func(c *Conversation) error { return c.Assign("ana", noon) }},
		"unassign from nobody":   {of(Open, ""), func(c *Conversation) error { return c.Unassign(noon) }},
		"release from nobody":    {of(Open, ""), func(c *Conversation) error { return c.Release(noon) }},
	} {
		before := test.c
		if err := test.do(&test.c); err == nil || test.c.AssigneeID != before.AssigneeID || test.c.Status != before.Status {
			t.Errorf("%s: %v, now %s of %q", name, err, test.c.Status, test.c.AssigneeID)
		}
	}
}

// No sequence of methods, legal or refused, leaves a conversation in an illegal state.
func TestConversation_AnySequence(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now, c := noon, of("", "")
		operator := func() OperatorID { return rapid.SampledFrom([]OperatorID{"", "ana", "bruno"}).Draw(t, "operator") }
		do := func(change func() error) func(*rapid.T) {
			return func(t *rapid.T) {
				now = now.Add(time.Minute)
				before := c
				if err := change(); err != nil && (c.Status != before.Status || c.AssigneeID != before.AssigneeID) {
					t.Fatalf("refused (%v), and changed %s of %q to %s of %q", err, before.Status, before.AssigneeID, c.Status, c.AssigneeID)
				}
				if c.Status != before.Status && !slices.Contains(conversationTransitions[before.Status], c.Status) {
					t.Fatalf("%q became %q", before.Status, c.Status)
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"Admit":        do(func() error { c.Admit(now, rapid.Bool().Draw(t, "metered")); return nil }),
			"AdmitPending": do(func() error { c.AdmitPending(); return nil }),
			"AdmitPast":    do(func() error { c.AdmitPast(now); return nil }),
			"Assign":       do(func() error { return c.Assign(operator(), now) }),
			"Unassign":     do(func() error { return c.Unassign(now) }),
			"Release":      do(func() error { return c.Release(now) }),
			"Resolve":      do(func() error { return c.Resolve(now, Author{Kind: BySystem}) }),
			"Reopen":       do(func() error { return c.Reopen(now, operator()) }),
			"SetPending":   do(func() error { return c.SetPending() }),
			"SetOpen":      do(func() error { return c.SetOpen(now) }),
			"ApplyMessage": do(func() error {
				direction := rapid.SampledFrom([]Direction{In, Out}).Draw(t, "direction")
				c.ApplyMessage(Message{ID: NewMessageID(now, now, "m"), Direction: direction, SentAt: now, ReceivedAt: now})
				return nil
			}),
			"": func(t *rapid.T) {
				switch {
				case c.InPool() == c.PoolSince.IsZero():
					t.Fatalf("in the pool: %t, since %s", c.InPool(), c.PoolSince)
				case !c.InPool() && !c.AssignAt.IsZero():
					t.Fatalf("%s of %q is to be assigned at %s", c.Status, c.AssigneeID, c.AssignAt)
				case (c.Status == Resolved) == c.ResolvedAt.IsZero():
					t.Fatalf("%s, resolved at %s", c.Status, c.ResolvedAt)
				case (c.AssigneeID == "") != c.AssignedAt.IsZero():
					t.Fatalf("of %q since %s", c.AssigneeID, c.AssignedAt)
				case c.AssigneeID != "" && (c.Status == "" || c.Status == Held || c.Status == AwaitingConsent):
					t.Fatalf("%q before it is admitted, of %q", c.Status, c.AssigneeID)
				}
			},
		})
	})
}
