package contact

import (
	"context"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// maxListed is in how many stores a contact is listed beside its first: a transaction has at most 100 items.
const maxListed = 40

// moreLists are the stores in whose lists a contact is beside the first, of which its own item has the place. One who was merged into
// another is in none.
func moreLists(c chat.Contact) []chat.StoreID {
	if c.MergedInto != "" || len(c.StoreIDs) == 0 {
		return nil
	}
	return c.StoreIDs[1:min(len(c.StoreIDs), maxListed+1)]
}

// replaceListed writes the places in lists that a change of a contact adds and removes.
func replaceListed(t *table.Tx, before, after chat.Contact) {
	old, new := moreLists(before), moreLists(after)
	for _, store := range new {
		if !slices.Contains(old, store) {
			t.Put(table.Desk, item.Listed(after.AccountID, store, after.ID), nil, "")
		}
	}
	for _, store := range old {
		if !slices.Contains(new, store) {
			t.Remove(table.Desk, key.Listed(after.AccountID, store, after.ID), nil, "")
		}
	}
}

// ListContacts pages through the contacts that have a conversation in one of the stores. The last that was seen for the first time comes
// first. A contact of several stores is listed once. What is inserted between two pages neither repeats nor hides others.
//
// A page reads as many places and contacts as it shows, plus the first places of every store, whatever number of contacts there is. A page
// with a Next may be short.
func (s *Store) ListContacts(ctx context.Context, account chat.AccountID, stores []chat.StoreID, p chat.PageRequest) (chat.Page[chat.Contact], error) {
	const name = "contacts"
	limit := table.LimitOf(p)
	m := table.Merge{DB: s.db, Index: key.IndexWaiting, HashKey: "waitingPk", RangeKey: "waitingSk", Descending: true, Batch: limit + 1}
	last, err := s.db.Cursors.Verify(ctx, p.Cursor, name, account, 1)
	if err != nil {
		return chat.Page[chat.Contact]{}, err
	}
	for _, store := range stores {
		m.Lanes = append(m.Lanes, &table.Lane{PK: key.ContactList(account, store)})
	}
	if last != nil {
		m.Position = last[0]
	}
	var ids []chat.ContactID
	for len(ids) < limit {
		entry, err := m.Next(ctx)
		if err != nil {
			return chat.Page[chat.Contact]{}, err
		}
		if entry == nil {
			break
		}
		id, err := key.ParseListed(table.Text(entry["waitingSk"]))
		if err != nil {
			return chat.Page[chat.Contact]{}, table.Damaged(item.KindListed, err)
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	found, err := s.byID(ctx, account, ids)
	if err != nil {
		return chat.Page[chat.Contact]{}, err
	}
	page := chat.Page[chat.Contact]{Items: []chat.Contact{}}
	for _, id := range ids {
		if c, ok := found[id]; ok && c.MergedInto == "" {
			page.Items = append(page.Items, c)
		}
	}
	if !m.Ended() {
		page.Next, err = s.db.Cursors.Sign(ctx, name, account, m.Position)
	}
	return page, err
}
