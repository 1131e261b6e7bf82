package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
)

// Commit writes a decision, all of it or nothing, and with it what changes because of it: the loads of the operators, their
// lists of conversations, the contact's list, and the identity's open conversation when the decision does not set it itself.
//
// The stored conversation gets the version after the one of d.Before; a new one begins with 1. Conflicts: receipt_exists,
// identity_changed, at_capacity, exists (a new id that is taken), version_changed. Messages that are there already stay as
// they are.
func (s *Store) Commit(ctx context.Context, d chat.Decision, now time.Time) error {
	var t tx
	after := d.After
	if d.Before == nil {
		after.Version = 1
		t.put(Desk, toConversationItem(after), absent(), ReasonExists)
		t.put(Desk, toContactConversationItem(after), nil, "")
	} else {
		after.Version = d.Before.Version + 1
		t.put(Desk, toConversationItem(after), atVersion(d.Before.Version), ReasonVersionChanged)
	}
	addReceipt(&t, d.ProviderRef)
	addIdentity(&t, d, now)
	addLoads(&t, d, now)
	addAssigned(&t, d.Before, after)
	if d.NewContact != nil {
		addContact(&t, *d.NewContact)
	}
	for _, m := range d.Messages {
		m.Version = max(m.Version, 1)
		t.put(Desk, toMessageItem(m), absent(), "").done = true
	}
	for _, e := range d.Events {
		t.put(Desk, toEventItem(e), nil, "")
	}
	for _, timer := range d.Timers {
		t.put(Desk, toTimerItem(timer), nil, "")
	}
	addActivity(&t, d.Activity)
	return s.commit(ctx, &t, "commit a decision on conversation "+string(after.ID))
}

func addReceipt(t *tx, r *chat.ProviderRef) {
	if r == nil {
		return
	}
	free := receiptFree()
	t.update(Desk, receiptKey(r.AccountID, r.Scope, r.ID), takeReceipt(*r), &free, ReasonReceiptExists)
}

// addIdentity writes the identity that the decision names, or keeps the stored one's open conversation true.
func addIdentity(t *tx, d chat.Decision, now time.Time) {
	if d.Identity != nil {
		identity := *d.Identity
		isNew := identity.Version == 0
		condition := absent()
		if !isNew {
			condition = atVersion(identity.Version)
		}
		identity.Version++
		t.put(Desk, toIdentityItem(identity), condition, ReasonIdentityChanged)
		for _, address := range d.Aliases {
			if isNew {
				// None of a new identity's addresses was known when it was looked up: one that is known now was taken meanwhile.
				t.put(Desk, toAliasItem(identity, address), absent(), ReasonIdentityChanged)
				continue
			}
			free := expression.AttributeNotExists(expression.Name("pk")).
				Or(expression.Name("kind").Equal(expression.Value(kindAlias)))
			// An address that is an identity of its own stays one: merging two is a person's decision.
			t.put(Desk, toAliasItem(identity, address), &free, ReasonIdentityChanged).done = true
		}
		return
	}
	if d.Before == nil || d.Before.IsOpen() == d.After.IsOpen() {
		return
	}
	c := d.After
	k := identityKey(c.AccountID, c.ChannelID, c.ExternalID)
	update := expression.Add(expression.Name("version"), expression.Value(1))
	if c.IsOpen() {
		free := present().And(expression.AttributeNotExists(expression.Name("openId")))
		t.update(Desk, k, update.Set(expression.Name("openId"), expression.Value(string(c.ID))), &free, ReasonIdentityChanged)
		return
	}
	// An identity that has gone on to another conversation by now has nothing to forget.
	own := expression.Name("openId").Equal(expression.Value(string(c.ID)))
	t.update(Desk, k, update.Remove(expression.Name("openId")).
		Set(expression.Name("lastId"), expression.Value(string(c.ID))).
		Set(expression.Name("lastAt"), expression.Value(millisOf(now))), &own, ReasonIdentityChanged).done = true
}

func addLoads(t *tx, d chat.Decision, now time.Time) {
	for _, change := range chat.LoadChanges(d.Before, d.After, now) {
		k := loadKey(d.After.AccountID, change.OperatorID)
		update := moveLoad(change.Delta)
		var below *expression.ConditionBuilder
		if change.Delta > 0 {
			update = update.Set(expression.Name("assignedAt"), expression.Value(millisOf(change.AssignedAt)))
			if d.Capacity > 0 {
				c := expression.AttributeNotExists(expression.Name("open")).
					Or(expression.Name("open").LessThan(expression.Value(d.Capacity)))
				below = &c
			}
		}
		t.update(Desk, k, update, below, ReasonAtCapacity)
	}
}

// addAssigned keeps the operators' lists: whoever has an open conversation has an item for it.
func addAssigned(t *tx, before *chat.Conversation, after chat.Conversation) {
	var was chat.OperatorID
	if before != nil && before.IsOpen() {
		was = before.AssigneeID
	}
	var is chat.OperatorID
	if after.IsOpen() {
		is = after.AssigneeID
	}
	if was != "" && was != is {
		t.remove(Desk, operatorConversationKey(after.AccountID, was, after.ID), nil, "")
	}
	if is != "" && (was != is || before.Status != after.Status) {
		t.put(Desk, toAssignedItem(after), nil, "")
	}
}
