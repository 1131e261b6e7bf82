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

// RenewTokens writes the search tokens and the places in lists that contacts lack, and removes the tokens that former rules made. It returns
// how many contacts it changed. A contact whose tokens and places are right, or that does not exist, costs no write. Unavailable means that one was changed by others each
// time it was looked at; the rest is done.
func (s *Store) RenewTokens(ctx context.Context, account chat.AccountID, ids []chat.ContactID) (renewed int, err error) {
	for try := 1; ; try++ {
		n, changed, err := s.renewOnce(ctx, account, ids)
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

// renewOnce looks at each contact once. changed are those that others changed after they were read.
func (s *Store) renewOnce(ctx context.Context, account chat.AccountID, ids []chat.ContactID) (renewed int, changed []chat.ContactID, err error) {
	contacts, err := s.byID(ctx, account, ids)
	if err != nil {
		return 0, nil, err
	}
	var keys []table.Key
	for _, c := range contacts {
		for _, t := range slices.Concat(item.Tokens(c), item.FormerTokens(c)) {
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
			if _, ok := stored[keyOf(c, tok)]; !ok {
				t.Put(table.Desk, item.Search(c, tok), nil, "")
				writes++
			}
		}
		for _, tok := range item.FormerTokens(c) {
			if _, ok := stored[keyOf(c, tok)]; ok {
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
