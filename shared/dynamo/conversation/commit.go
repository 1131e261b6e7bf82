package conversation

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/dynamo/activity"
	"github.com/recado-chat/recado/shared/dynamo/contact"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// Commit writes a decision in one transaction, together with what follows from it: the operators' loads and lists, the contact's
// list of conversations, and the identity's open conversation unless the decision sets it. The timer of a pool that the conversation
// enters is written before.
//
// The stored version is the one after d.Before's; a new conversation starts at 1. Conflicts, most severe first: receipt_exists,
// identity_changed, load_changed, exists (the new id is taken), version_changed. Messages that exist already are kept.
func (s *Store) Commit(ctx context.Context, d chat.Decision, now time.Time) error {
	change := relink.Conversation{Before: d.Before, After: d.After}
	if err := s.enterPool(ctx, change, now); err != nil {
		return err
	}
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
	addLoads(&t, now, d.Load, change)
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
		condition := table.Absent()
		if identity.Version > 0 {
			condition = table.AtVersion(identity.Version)
		}
		identity.Version++
		t.Put(table.Desk, item.Identity(identity), condition, table.ReasonIdentityChanged)
		// The addresses were looked up: one that leads to somebody else does so since then.
		free := table.Absent().Or(expression.Name("external").Equal(expression.Value(identity.ExternalID)))
		for _, address := range d.Aliases {
			t.Put(table.Desk, item.Alias(identity, address), &free, table.ReasonIdentityChanged)
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
		free := expression.Name("kind").Equal(expression.Value(item.KindIdentity)).And(expression.AttributeNotExists(expression.Name("openId")))
		t.Update(table.Desk, k, update.Set(expression.Name("openId"), expression.Value(string(c.ID))), &free, table.ReasonIdentityChanged)
		return
	}
	// The identity may have another open conversation by now, which stays.
	own := expression.Name("openId").Equal(expression.Value(string(c.ID)))
	t.Update(table.Desk, k, update.Remove(expression.Name("openId")).
		Set(expression.Name("lastId"), expression.Value(string(c.ID))).
		Set(expression.Name("lastAt"), expression.Value(table.MillisOf(now))), &own, table.ReasonIdentityChanged).Done = true
}

// addLoads keeps each operator's number of open conversations, and the counts of the lists. Both are in one item for each operator, which
// is written once, whatever number of conversations changes. seen, if given, is the load by which a new assignee was chosen.
func addLoads(t *table.Tx, now time.Time, seen *chat.Load, conversations ...relink.Conversation) {
	changes := map[chat.OperatorID]*loadChange{}
	of := func(operator chat.OperatorID) *loadChange {
		if changes[operator] == nil {
			changes[operator] = &loadChange{counts: map[string]int{}}
		}
		return changes[operator]
	}
	count := func(c chat.Conversation, delta int) {
		holder, k, ok := c.CountedAs()
		if holder == "" {
			holder = key.Nobody(c.ID)
		}
		if ok {
			of(holder).counts[item.CountName(k)] += delta
		}
	}
	for _, c := range conversations {
		for _, change := range chat.LoadChanges(c.Before, c.After, now) {
			of(change.OperatorID).add(change)
		}
		if c.Before != nil {
			count(*c.Before, -1)
		}
		count(c.After, 1)
	}
	for _, operator := range slices.Sorted(maps.Keys(changes)) {
		change := changes[operator]
		maps.DeleteFunc(change.counts, func(_ string, delta int) bool { return delta == 0 })
		if change.Delta == 0 && len(change.counts) == 0 {
			continue
		}
		update := moveLoad(change.Delta)
		for _, name := range slices.Sorted(maps.Keys(change.counts)) {
			update = update.Add(expression.NameNoDotSplit(name), expression.Value(change.counts[name]))
		}
		var unmoved *expression.ConditionBuilder
		if change.Delta > 0 {
			update = update.Set(expression.Name("assignedAt"), expression.Value(table.MillisOf(change.AssignedAt)))
			if seen != nil {
				unmoved = sameOpen(seen.Open)
			}
		}
		t.Update(table.Desk, key.Load(conversations[0].After.AccountID, operator), update, unmoved, table.ReasonLoadChanged)
	}
}

// loadChange is what a decision changes of one load.
type loadChange struct {
	chat.LoadChange
	counts map[string]int
}

func (l *loadChange) add(change chat.LoadChange) {
	l.Delta += change.Delta
	if change.AssignedAt.After(l.AssignedAt) {
		l.AssignedAt = change.AssignedAt
	}
}

// sameOpen holds when an operator has n open conversations. One who never had any has no load.
func sameOpen(n int) *expression.ConditionBuilder {
	c := expression.Name("open").Equal(expression.Value(n))
	if n == 0 {
		c = expression.AttributeNotExists(expression.Name("open")).Or(c)
	}
	return &c
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
	if is != "" && (was != is || before.Status != after.Status || before.StoreID != after.StoreID || !before.ClosesAt().Equal(after.ClosesAt())) {
		t.Put(table.Desk, item.Assigned(after), nil, "")
	}
}

// moveLoad adds delta to an operator's number of open conversations.
func moveLoad(delta int) expression.UpdateBuilder {
	return table.HeaderUpdate(item.KindLoad).Add(expression.Name("open"), expression.Value(delta)).Add(expression.Name("moves"), expression.Value(1))
}
