package contact

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/relink"
	"github.com/recado-chat/recado/shared/dynamo/activity"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/dynamo/schedule"
)

// Add creates a contact with its places in lists. Its search tokens follow by AddTokens: a transaction would take two units for each.
func Add(t *table.Tx, c chat.Contact) {
	c.Version = 1
	t.Put(table.Desk, item.NewContact(c), table.Absent(), table.ReasonExists)
	replaceListed(t, chat.Contact{}, c)
}

// AddStore adds a store to those in which a contact has conversations. The contact's version grows, so that an update that was prepared
// before does not remove the store again.
func AddStore(t *table.Tx, account chat.AccountID, id chat.ContactID, store chat.StoreID) {
	stores := expression.Name("storeIds")
	update := expression.Set(stores, expression.ListAppend(expression.IfNotExists(stores, expression.Value([]string{})), expression.Value([]string{string(store)}))).
		Add(expression.Name("version"), expression.Value(1))
	missing := table.Present().And(expression.Not(expression.Contains(stores, string(store))))
	t.Update(table.Desk, key.Contact(account, id), update, &missing, "").Done = true
	t.Put(table.Desk, item.Listed(account, store, id), nil, "")
}

// Contact reads one with a consistent read.
func (s *Store) Contact(ctx context.Context, account chat.AccountID, id chat.ContactID) (chat.Contact, error) {
	av, err := s.db.Get(ctx, table.Desk, key.Contact(account, id), true, item.KindContact)
	if err != nil {
		return chat.Contact{}, err
	}
	return item.DecodeContact(av)
}

// UpdateContact replaces a contact and updates its search tokens, and writes a revision with the values before and after. The
// activity entry and the job are written with it, if given. A new name, phone or user name is also set on the contact's identities, from
// which new conversations take the name.
func (s *Store) UpdateContact(ctx context.Context, before, after chat.Contact, entry *chat.Activity, job *chat.Job) error {
	var t table.Tx
	at, requestID := s.db.Now(), ""
	if entry != nil {
		at, requestID = entry.At, entry.RequestID
	}
	activity.Add(&t, entry)
	Replace(&t, relink.Contact{Before: before, After: after}, at, requestID)
	addShown(&t, before, after)
	if job != nil {
		schedule.AddJob(&t, *job)
	}
	return s.db.Commit(ctx, &t, "update contact "+string(after.ID))
}

// Replace writes a contact that is stored as before, its search tokens, its places in lists, and a revision with the values before and after.
func Replace(t *table.Tx, c relink.Contact, at time.Time, requestID string) {
	before, after := c.Before, c.After
	after.Version = before.Version + 1
	t.Put(table.Desk, item.Contact(after), table.AtVersion(before.Version), table.ReasonVersionChanged)
	old, new := item.Tokens(before), item.Tokens(after)
	for _, tok := range new {
		if !slices.Contains(old, tok) {
			t.Put(table.Desk, item.Search(after, tok), nil, "")
		}
	}
	for _, tok := range old {
		if !slices.ContainsFunc(new, tok.SameKey) {
			t.Remove(table.Desk, keyOf(before, tok), nil, "")
		}
	}
	replaceListed(t, before, after)
	t.Put(table.Desk, item.Revision(before, after, at, requestID), nil, "")
}

// addShown sets on the contact's identities what they know of the card, where that changed. Their version grows, so that a decision that
// read the old values is retried.
func addShown(t *table.Tx, before, after chat.Contact) {
	theirs := expression.Name("contactId").Equal(expression.Value(string(after.ID)))
	for _, i := range after.Identities {
		if before.Name == after.Name && slices.Contains(before.Identities, i) {
			continue
		}
		update := expression.Set(expression.Name("contactName"), expression.Value(after.Name)).
			Set(expression.Name("phone"), expression.Value(i.Phone)).
			Set(expression.Name("username"), expression.Value(i.Username)).
			Add(expression.Name("version"), expression.Value(1))
		t.Update(table.Desk, key.Identity(after.AccountID, i.ChannelID, i.ExternalID), update, &theirs, "").Done = true
	}
}
