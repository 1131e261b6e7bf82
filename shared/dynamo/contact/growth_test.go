package contact_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
)

// addNames stores the tokens of contacts, and those contacts that have all the words of a search: no other is to be read.
func addNames(t *testing.T, db dynamotest.DB, n int, nameOf func(int) (name string, stored bool)) {
	t.Helper()
	var writes []types.TransactWriteItem
	add := func(v any) {
		av, err := attributevalue.MarshalMap(v)
		dynamotest.Must(t, err)
		writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: &db.Tables.Desk, Item: av}})
	}
	for i := range n {
		name, stored := nameOf(i)
		c := chat.Contact{AccountID: account, ID: chat.ContactID(fmt.Sprintf("%05d", i)), Name: name, CreatedAt: noon, Version: 1}
		if stored {
			add(item.Contact(c))
		}
		for _, tok := range item.Tokens(c) {
			add(item.Search(c, tok))
		}
	}
	for part := range slices.Chunk(writes, 100) {
		_, err := db.Client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: part})
		dynamotest.Must(t, err)
	}
}

// A search of several words reads the contacts that have tokens for two of them, as long as a request can list those of the rarer one.
func TestSearchContacts_CommonWords_BoundedUnitsAndPages(t *testing.T) { // S1-08
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	var both []string
	addNames(t, db, 10_000, func(i int) (string, bool) {
		switch {
		case i%500 == 7:
			both = append(both, fmt.Sprintf("%05d", i))
			return "María Marín García", true
		case i%3 == 0:
			return "García", false
		}
		return "María Marín", false
	})
	all := func(context.Context, chat.Contact) (bool, error) { return true, nil }
	for _, c := range []struct {
		q            string
		limit, pages int
		units        float64 // of all pages
	}{
		{"maria garcia", 50, 1, 100},
		{"García, María", 50, 1, 100},
		{"garcia maria", 7, 3, 200},
		{"gar mari marin", 50, 1, 200},
		{"mar garcia", 50, 4, 4 * 750}, // 13,000 tokens begin with mar
		{"arin arcia", 50, 1, 200},
		{"arcí", 50, 4, 4 * 750},
	} {
		meter, found, pages, cursor := dynamotest.NewMeter(db), []string(nil), 0, ""
		for pages == 0 || cursor != "" {
			page, err := meter.SearchContacts(t.Context(), account, c.q, all, chat.PageRequest{Limit: c.limit, Cursor: cursor})
			dynamotest.Must(t, err)
			for _, c := range page.Items {
				found = append(found, string(c.ID))
			}
			pages, cursor = pages+1, page.Next
		}
		t.Logf("%s by %d: %.1f units in %d pages", c.q, c.limit, meter.Read, pages)
		if !slices.Equal(found, both) || pages > c.pages || meter.Read > c.units {
			t.Errorf("%s by %d reads %.1f units in %d pages and finds %v, want %v", c.q, c.limit, meter.Read, pages, found, both)
		}
	}
	costsTheSame(t, db)
	few := dynamotest.Open(t, engine.Default())
	addNames(t, few, 100, func(int) (string, bool) { return "María Marín", false })
	costsTheSame(t, few)
}

// costsTheSame searches for what few contacts have, wherever it stands in a name or a phone, whatever others there are.
func costsTheSame(t *testing.T, db dynamotest.DB) {
	t.Helper()
	addContact(t, db, chat.Contact{ID: "rare", Name: "María Zúñiga", Phone: "5493414440087"})
	for _, q := range []string{"úñig", "0087", "14440", "maria ñig"} { // S1-08, S1-09
		meter := dynamotest.NewMeter(db)
		page, err := meter.SearchContacts(t.Context(), account, q, func(context.Context, chat.Contact) (bool, error) { return true, nil }, chat.PageRequest{Limit: 20})
		dynamotest.Must(t, err)
		t.Logf("%s: %.1f units", q, meter.Read)
		if len(page.Items) != 1 || page.Next != "" || meter.Read > 10 {
			t.Errorf("%s: %.1f units, found %v", q, meter.Read, page.Items)
		}
	}
}
