package chat

import (
	"slices"
	"time"

	"github.com/recado-chat/recado/shared/fault"
)

// conversationTransitions lists for each status the statuses that may follow it. "" is a conversation that is being made.
var conversationTransitions = map[Status][]Status{
	"":              {Open, Held, Pending, Resolved},
	AwaitingConsent: {Resolved},
	Held:            {Resolved},
	Open:            {Pending, Resolved},
	Pending:         {Open, Resolved},
	Snoozed:         {Open, Resolved},
	Resolved:        {Open},
}

// setStatus makes a legal change of status and reports whether it was one; otherwise it changes nothing.
func (c *Conversation) setStatus(to Status) bool {
	if !slices.Contains(conversationTransitions[c.Status], to) {
		return false
	}
	c.Status = to
	return true
}

func unchanged(message string) error {
	return fault.New(fault.Conflict, "%s", message).WithReason("unchanged")
}

func resolved() error {
	return fault.New(fault.Conflict, "the conversation is resolved").WithReason("resolved")
}

// Admit starts a new conversation: open and in the pool, or held while a metered account's credit is being taken. It does nothing
// to one that has started.
func (c *Conversation) Admit(now time.Time, metered bool) {
	if c.Status != "" {
		return
	}
	if metered {
		c.setStatus(Held)
		return
	}
	c.setStatus(Open)
	c.enterPool(now)
}

// AdmitPending starts a new conversation in which the business wrote first: nobody has to answer. It does nothing to one that has
// started.
func (c *Conversation) AdmitPending() {
	if c.Status == "" {
		c.setStatus(Pending)
	}
}

// AdmitPast starts a new conversation that is resolved from the beginning, for what was written before its channel was connected,
// and gives it the id of that one. It does nothing to one that has started.
func (c *Conversation) AdmitPast(now time.Time) {
	if c.Status == "" && c.setStatus(Resolved) {
		c.ID, c.ResolvedAt, c.ResolvedBy = PastConversationID(*c), now, Author{Kind: BySystem}
	}
}

// Assign gives the conversation to an operator, from the pool or from another one.
func (c *Conversation) Assign(to OperatorID, now time.Time) error {
	switch {
	case to == "":
		return fault.New(fault.Invalid, "an operator is needed").WithField("operatorId")
	case c.Status == Resolved:
		return resolved()
	case c.Status == Held || c.Status == AwaitingConsent || c.Status == "":
		return fault.New(fault.Conflict, "the conversation is not admitted yet").WithReason("held")
	case c.AssigneeID == to:
		return unchanged("conversation already assigned to this operator")
	}
	if c.AssigneeID != "" {
		c.FormerID = c.AssigneeID
	}
	c.AssigneeID, c.AssignedAt, c.PoolSince, c.AssignAt = to, now, time.Time{}, time.Time{}
	return nil
}

// Unassign puts the conversation back into the pool; automatic assignment does not give it to the same operator again.
func (c *Conversation) Unassign(now time.Time) error {
	operator := c.AssigneeID
	if err := c.Release(now); err != nil {
		return err
	}
	if !slices.Contains(c.Passed, operator) {
		c.Passed = append(slices.Clone(c.Passed), operator)
	}
	c.FormerID = ""
	return nil
}

// Release puts the conversation back into the pool because its operator may not have it any more. The operator has not let it pass: they
// are the first to get it if they may have it again.
func (c *Conversation) Release(now time.Time) error {
	if c.Status == Resolved {
		return resolved()
	}
	if c.AssigneeID == "" {
		return unchanged("the conversation is not assigned")
	}
	c.FormerID, c.AssigneeID, c.AssignedAt = c.AssigneeID, "", time.Time{}
	c.enterPool(now)
	return nil
}

func (c *Conversation) enterPool(now time.Time) {
	if c.InPool() {
		c.PoolSince, c.AssignAt = now, time.Time{}
	}
}

// Resolve closes the conversation. AssigneeID stays: who resolved it is not always who had it.
func (c *Conversation) Resolve(now time.Time, by Author) error {
	if !c.setStatus(Resolved) {
		return unchanged("the conversation is resolved already")
	}
	c.ResolvedAt, c.ResolvedBy = now, by
	c.PoolSince, c.AssignAt, c.CloseAt, c.WaitingSince = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return nil
}

// Reopen opens a resolved conversation again, for the operator given, or for the pool when operator is empty.
func (c *Conversation) Reopen(now time.Time, operator OperatorID) error {
	if c.Status != Resolved || !c.setStatus(Open) {
		return unchanged("the conversation is not resolved")
	}
	if c.AssigneeID != "" {
		c.FormerID = c.AssigneeID
	}
	c.Passed, c.AssigneeID, c.AssignedAt, c.ResolvedAt, c.ResolvedBy, c.MergedInto = nil, operator, time.Time{}, time.Time{}, Author{}, ""
	if operator != "" {
		c.AssignedAt = now
	}
	c.enterPool(now)
	return nil
}

// SetPending puts an open conversation aside until the contact writes.
func (c *Conversation) SetPending() error {
	if c.Status != Open || !c.setStatus(Pending) {
		return unchanged("only an open conversation can be set pending")
	}
	c.PoolSince, c.AssignAt = time.Time{}, time.Time{}
	return nil
}

// SetOpen opens a pending or snoozed conversation.
func (c *Conversation) SetOpen(now time.Time) error {
	if c.Status != Pending && c.Status != Snoozed || !c.setStatus(Open) {
		return unchanged("only a pending or snoozed conversation can be set open")
	}
	c.enterPool(now)
	return nil
}
