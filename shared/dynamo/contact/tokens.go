package contact

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// TokenRules is the version of the rules that make a contact's search tokens. Whoever changes the tokens raises it, and every account's
// contacts get those of the new rules.
const TokenRules = item.TokenRules

// ListRules is the version of the rules that place a contact in lists. Whoever changes them raises it, likewise.
const ListRules = 1

// renewTries is how often RenewTokens looks at a contact that others change meanwhile.
const renewTries = 3

// AddTokens writes the search tokens of a new contact, one unit each. It may be repeated. A contact that was changed meanwhile is read again,
// and loses the tokens that it no longer has: the change knew of none to remove. Unavailable means that it was changed each time.
func (s *Store) AddTokens(ctx context.Context, account chat.AccountID, id chat.ContactID) error {
	var written []item.Token
	for version, try := int64(0), 1; ; try++ {
		c, err := s.Contact(ctx, account, id)
		if err != nil || c.Version == version {
			return err
		}
		if try > renewTries {
			return table.Unavailable("write the search tokens of contact "+string(id), table.Conflict(table.ReasonVersionChanged))
		}
		tokens := item.Tokens(c)
		for _, tok := range tokens {
			if slices.Contains(written, tok) {
				continue
			}
			if _, _, err := s.db.Put(ctx, table.Desk, item.Search(c, tok), nil, "write a search token"); err != nil {
				return err
			}
		}
		for _, tok := range written {
			if slices.ContainsFunc(tokens, tok.SameKey) {
				continue
			}
			if err := s.db.Delete(ctx, table.Desk, keyOf(c, tok), nil, "remove a search token"); err != nil {
				return err
			}
		}
		version, written = c.Version, tokens
	}
}

// RenewTokens writes the search tokens and the places in lists that contacts lack, and removes the tokens that former rules made. It returns
// how many contacts it changed. A contact whose tokens and places are right, or that does not exist, costs no write. Unavailable means that one was changed by others each
// time it was looked at; the rest is done.
func (s *Store) RenewTokens(ctx context.Context, account chat.AccountID, ids []chat.ContactID) (renewed int, err error) {
	former := map[chat.ContactID][]item.Token{}
	for try := 1; ; try++ {
		n, changed, err := s.renewOnce(ctx, account, ids, former)
		renewed += n
		switch {
		case err != nil || len(changed) == 0:
			return renewed, err
		case try == renewTries:
			return renewed, table.Unavailable("renew the search tokens of contact "+string(changed[0]), table.Conflict(table.ReasonVersionChanged))
		}
		ids = changed
	}
}

// renewOnce looks at each contact once. changed are those that others changed after they were read; former keeps what is to be removed of
// them under the names that they had.
func (s *Store) renewOnce(ctx context.Context, account chat.AccountID, ids []chat.ContactID, former map[chat.ContactID][]item.Token) (renewed int, changed []chat.ContactID, err error) {
	contacts, err := s.byID(ctx, account, ids)
	if err != nil {
		return 0, nil, err
	}
	var keys []table.Key
	for _, c := range contacts {
		tokens := item.Tokens(c)
		former[c.ID] = slices.DeleteFunc(append(former[c.ID], item.FormerTokens(c)...), func(t item.Token) bool { return slices.ContainsFunc(tokens, t.SameKey) })
		for _, t := range slices.Concat(tokens, former[c.ID]) {
			keys = append(keys, keyOf(c, t))
		}
		keys = append(keys, key.Contact(account, c.ID))
		for _, store := range moreLists(c) {
			keys = append(keys, key.Listed(account, store, c.ID))
		}
	}
	stored, err := s.db.BatchGet(ctx, table.Desk, keys)
	if err != nil {
		return 0, nil, fmt.Errorf("read search tokens: %w", err)
	}
	for _, c := range contacts {
		writes := 0
		var t table.Tx
		if place := item.FirstPlace(c); place.WaitingPK != "" && stored[key.Contact(account, c.ID)]["waitingPk"] == nil {
			update := expression.Set(expression.Name("waitingPk"), expression.Value(place.WaitingPK)).
				Set(expression.Name("waitingSk"), expression.Value(place.WaitingSK))
			t.Update(table.Desk, key.Contact(account, c.ID), update, table.AtVersion(c.Version), table.ReasonVersionChanged)
			writes++
		} else {
			t.Check(table.Desk, key.Contact(account, c.ID), *table.AtVersion(c.Version), table.ReasonVersionChanged)
		}
		for _, tok := range item.Tokens(c) {
			before, err := item.SearchBefore(stored[keyOf(c, tok)])
			if err != nil || before != tok.Before {
				t.Put(table.Desk, item.Search(c, tok), nil, "")
				writes++
			}
		}
		for _, tok := range former[c.ID] {
			k := keyOf(c, tok)
			if _, ok := stored[k]; ok {
				delete(stored, k) // a transaction names an item once
				t.Remove(table.Desk, keyOf(c, tok), nil, "")
				writes++
			}
		}
		for _, store := range moreLists(c) {
			if _, ok := stored[key.Listed(account, store, c.ID)]; !ok {
				t.Put(table.Desk, item.Listed(account, store, c.ID), nil, "")
				writes++
			}
		}
		if writes == 0 {
			continue
		}
		switch err := s.db.Commit(ctx, &t, "renew the search tokens of contact "+string(c.ID)); {
		case fault.Is(err, fault.Conflict):
			changed = append(changed, c.ID)
		case err != nil:
			return renewed, nil, err
		default:
			renewed++
		}
	}
	return renewed, changed, nil
}

// byID reads contacts with reads that may be a moment old. Those that do not exist are left out.
func (s *Store) byID(ctx context.Context, account chat.AccountID, ids []chat.ContactID) (map[chat.ContactID]chat.Contact, error) {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = key.Contact(account, id)
	}
	found, err := s.db.BatchGet(ctx, table.Desk, keys)
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	contacts := make(map[chat.ContactID]chat.Contact, len(found))
	for _, av := range found {
		c, err := item.DecodeContact(av)
		if err != nil {
			return nil, err
		}
		contacts[c.ID] = c
	}
	return contacts, nil
}

func keyOf(c chat.Contact, t item.Token) table.Key {
	return key.Search(c.AccountID, string(t.Field), t.Text, c.ID)
}
