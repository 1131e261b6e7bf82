package conversation

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/activity"
	"github.com/recado-chat/recado/shared/dynamo/contact"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// Commit writes a decision in one transaction, together with what follows from it: the operators' loads and lists, the contact's
// list of conversations, and the identity's open conversation unless the decision sets it.
//
// The stored version is the one after d.Before's; a new conversation starts at 1. Conflicts, most severe first: receipt_exists,
// identity_changed, at_capacity, exists (the new id is taken), version_changed. Messages that exist already are kept.
func (s *Store) Commit(ctx context.Context, d chat.Decision, now time.Time) error {
	var t table.Tx
	after := d.After
	if d.Before == nil {
		after.Version = 1
		t.Put(table.Desk, item.Conversation(after), table.Absent(), table.ReasonExists)
		t.Put(table.Desk, item.ContactConversation(after), nil, "")
	} else {
		after.Version = d.Before.Version + 1
		t.Put(table.Desk, item.Conversation(after), table.AtVersion(d.Before.Version), table.ReasonVersionChanged)
	}
	addProviderRef(&t, d.ProviderRef)
	addIdentity(&t, d, now)
	addLoads(&t, d, now)
	addAssigned(&t, d.Before, after)
	if d.NewContact != nil {
		contact.Add(&t, *d.NewContact)
	}
	if d.ContactStore != "" {
		contact.AddStore(&t, after.AccountID, after.ContactID, d.ContactStore)
	}
	for _, m := range d.Messages {
		m.Version = max(m.Version, 1)
		t.Put(table.Desk, item.Message(m), table.Absent(), "").Done = true
	}
	for _, e := range d.Events {
		t.Put(table.Desk, item.Event(e), nil, "")
	}
	for _, timer := range d.Timers {
		t.Put(table.Desk, item.Timer(timer), nil, "")
	}
	activity.Add(&t, d.Activity)
	return s.db.Commit(ctx, &t, "commit a decision on conversation "+string(after.ID))
}

func addProviderRef(t *table.Tx, r *chat.ProviderRef) {
	if r == nil {
		return
	}
	free := unreserved()
	t.Update(table.Desk, key.ProviderRef(r.AccountID, r.Scope, r.ID), reserve(*r), &free, table.ReasonReceiptExists)
}

// addIdentity writes the identity of the decision, or updates the open conversation of the stored one.
func addIdentity(t *table.Tx, d chat.Decision, now time.Time) {
	if d.Identity != nil {
		identity := *d.Identity
		isNew := identity.Version == 0
		condition := table.Absent()
		if !isNew {
			condition = table.AtVersion(identity.Version)
		}
		identity.Version++
		t.Put(table.Desk, item.Identity(identity), condition, table.ReasonIdentityChanged)
		for _, address := range d.Aliases {
			if isNew {
				// No address of a new identity was known when it was looked up. One that exists now was created in between.
				t.Put(table.Desk, item.Alias(identity, address), table.Absent(), table.ReasonIdentityChanged)
				continue
			}
			free := expression.AttributeNotExists(expression.Name("pk")).
				Or(expression.Name("kind").Equal(expression.Value(item.KindAlias)))
			// An address that has an identity of its own keeps it: only a person merges two.
			t.Put(table.Desk, item.Alias(identity, address), &free, table.ReasonIdentityChanged).Done = true
		}
		return
	}
	if d.Before == nil || d.Before.IsOpen() == d.After.IsOpen() {
		return
	}
	c := d.After
	k := key.Identity(c.AccountID, c.ChannelID, c.ExternalID)
	update := expression.Add(expression.Name("version"), expression.Value(1))
	if c.IsOpen() {
		free := table.Present().And(expression.AttributeNotExists(expression.Name("openId")))
		t.Update(table.Desk, k, update.Set(expression.Name("openId"), expression.Value(string(c.ID))), &free, table.ReasonIdentityChanged)
		return
	}
	// The identity may have another open conversation by now, which stays.
	own := expression.Name("openId").Equal(expression.Value(string(c.ID)))
	t.Update(table.Desk, k, update.Remove(expression.Name("openId")).
		Set(expression.Name("lastId"), expression.Value(string(c.ID))).
		Set(expression.Name("lastAt"), expression.Value(table.MillisOf(now))), &own, table.ReasonIdentityChanged).Done = true
}

func addLoads(t *table.Tx, d chat.Decision, now time.Time) {
	for _, change := range chat.LoadChanges(d.Before, d.After, now) {
		k := key.Load(d.After.AccountID, change.OperatorID)
		update := moveLoad(change.Delta)
		var below *expression.ConditionBuilder
		if change.Delta > 0 {
			update = update.Set(expression.Name("assignedAt"), expression.Value(table.MillisOf(change.AssignedAt)))
			if d.Capacity > 0 {
				c := expression.AttributeNotExists(expression.Name("open")).
					Or(expression.Name("open").LessThan(expression.Value(d.Capacity)))
				below = &c
			}
		}
		t.Update(table.Desk, k, update, below, table.ReasonAtCapacity)
	}
}

// addAssigned keeps the list of open conversations of each operator.
func addAssigned(t *table.Tx, before *chat.Conversation, after chat.Conversation) {
	var was chat.OperatorID
	if before != nil && before.IsOpen() {
		was = before.AssigneeID
	}
	var is chat.OperatorID
	if after.IsOpen() {
		is = after.AssigneeID
	}
	if was != "" && was != is {
		t.Remove(table.Desk, key.OperatorConversation(after.AccountID, was, after.ID), nil, "")
	}
	if is != "" && (was != is || before.Status != after.Status) {
		t.Put(table.Desk, item.Assigned(after), nil, "")
	}
}

// moveLoad adds delta to an operator's number of open conversations.
func moveLoad(delta int) expression.UpdateBuilder {
	return table.HeaderUpdate(item.KindLoad).Add(expression.Name("open"), expression.Value(delta)).Add(expression.Name("moves"), expression.Value(1))
}
