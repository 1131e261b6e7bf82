package contact_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/fault"
)

// age replaces a contact's tokens of the present rules by those of former ones.
func age(t *testing.T, db dynamotest.DB, c chat.Contact, lacks ...string) {
	t.Helper()
	for _, text := range lacks {
		_, err := db.Client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
			TableName: &db.Tables.Desk, Key: key.Search(account, string(item.FieldName), text, c.ID).Item(),
		})
		dynamotest.Must(t, err)
	}
	for _, former := range item.FormerTokens(c) {
		av, err := attributevalue.MarshalMap(item.Search(c, former))
		dynamotest.Must(t, err)
		_, err = db.Client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &db.Tables.Desk, Item: av})
		dynamotest.Must(t, err)
	}
}

// tokens are the stored names of contacts, sorted.
func tokens(t *testing.T, db dynamotest.DB) (stored []string) {
	t.Helper()
	all, err := db.Client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(db.Tables.Desk)})
	dynamotest.Must(t, err)
	for _, av := range all.Items {
		var k struct{ Kind, SK string }
		dynamotest.Must(t, attributevalue.UnmarshalMap(av, &k))
		if k.Kind == item.KindSearch {
			stored = append(stored, k.SK)
		}
	}
	slices.Sort(stored)
	return stored
}

func TestRenewTokens_FormerRules_TokensOfPresentRules(t *testing.T) { // S1-08
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		irish := addContact(t, db, chat.Contact{ID: "irish", Name: "Sinéad O\u2019Connor", Phone: "5491155551234"})
		mexican := addContact(t, db, chat.Contact{ID: "mexican", Name: "Óscar", Phone: "5215512345678"})
		addContact(t, db, chat.Contact{ID: "ana", Name: "Ana"})
		want := tokens(t, db)
		age(t, db, irish, "oconnor")
		age(t, db, mexican)
		if got := search(t, db, "oconnor", 10); got != nil || len(tokens(t, db)) <= len(want) {
			t.Fatalf("%q is stored, and oconnor finds %q", tokens(t, db), got)
		}
		ids := []chat.ContactID{"irish", "mexican", "nobody", "ana", "irish"}
		n, err := db.RenewTokens(t.Context(), account, ids)
		if dynamotest.Must(t, err); n != 2 || !slices.Equal(tokens(t, db), want) {
			t.Errorf("%d renewed, %q is stored, want %q", n, tokens(t, db), want)
		}
		if got := search(t, db, "oconnor", 10); !slices.Equal(got, []string{"irish"}) {
			t.Errorf("oconnor finds %q", got)
		}
		meter := dynamotest.NewMeter(db)
		n, err = meter.RenewTokens(t.Context(), account, ids)
		if dynamotest.Must(t, err); n != 0 || meter.Write != 0 || meter.Read > 3*25 {
			t.Errorf("again: %d renewed, %v", n, meter.Lines)
		}
	})
}

// renamed is a store whose contact is renamed before each of the first n transactions.
func renamed(t *testing.T, db dynamotest.DB, id chat.ContactID, n int) interface {
	RenewTokens(ctx context.Context, account chat.AccountID, ids []chat.ContactID) (int, error)
} {
	t.Helper()
	return dynamotest.Around(db, func(input any, call func() (any, error)) (any, error) {
		if _, writes := input.(*dynamodb.TransactWriteItemsInput); writes && n > 0 {
			n--
			before, err := db.Contact(t.Context(), account, id)
			dynamotest.Must(t, err)
			after := before
			after.Name = fmt.Sprintf("Seán O'Brien %d", n)
			dynamotest.Must(t, db.UpdateContact(t.Context(), before, after, nil, nil))
			age(t, db, after, "obrien")
		}
		return call()
	})
}

func TestRenewTokens_ContactChangedMeanwhile_TokensOfTheNewName(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	c := addContact(t, db, chat.Contact{ID: "x", Name: "Sinéad O'Connor"})
	age(t, db, c, "oconnor")
	n, err := renamed(t, db, "x", 1).RenewTokens(t.Context(), account, []chat.ContactID{"x"})
	if dynamotest.Must(t, err); n != 1 {
		t.Errorf("%d renewed", n)
	}
	stored, err := db.Contact(t.Context(), account, "x")
	dynamotest.Must(t, err)
	var want []string
	for _, tok := range item.Tokens(stored) {
		want = append(want, key.Search(account, string(tok.Field), tok.Text, "x").SK)
	}
	if slices.Sort(want); !slices.Equal(tokens(t, db), want) || stored.Name != "Seán O'Brien 0" {
		t.Errorf("%s has the tokens %q, want %q", stored.Name, tokens(t, db), want)
	}
}

func TestRenewTokens_ContactChangesEachTime_Unavailable(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	c := addContact(t, db, chat.Contact{ID: "x", Name: "Sinéad O'Connor"})
	age(t, db, c, "oconnor")
	_, err := renamed(t, db, "x", 100).RenewTokens(t.Context(), account, []chat.ContactID{"x"})
	dynamotest.WantFault(t, err, fault.Unavailable, "store_busy")
	if got := search(t, db, "obrien", 10); got != nil {
		t.Errorf("found %q", got)
	}
}

// A contact's tokens are written one by one, a unit each, and those of the name that it had meanwhile are removed.
func TestAddTokens_RenamedMeanwhile_TokensOfTheNewName(t *testing.T) { // S1-08
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		c := addContact(t, db, chat.Contact{ID: "x", Name: "Sinéad O'Connor", Phone: "5491155551234"})
		age(t, db, c, "sinead", "oconnor")
		renames := 1
		around := dynamotest.Around(db, func(input any, call func() (any, error)) (any, error) {
			if _, writes := input.(*dynamodb.PutItemInput); writes && renames > 0 {
				renames--
				before, err := db.Contact(t.Context(), account, "x")
				dynamotest.Must(t, err)
				after := before
				after.Name = "Seán O'Brien"
				dynamotest.Must(t, db.UpdateContact(t.Context(), before, after, nil, nil))
			}
			return call()
		})
		dynamotest.Must(t, around.AddTokens(t.Context(), account, "x"))
		for q, want := range map[string]int{"sean": 1, "rien": 1, "brie": 1, "1155": 1, "5551": 1, "sinead": 0, "connor": 0} {
			if got := search(t, db, q, 10); len(got) != want {
				t.Errorf("%q finds %v", q, got)
			}
		}
		meter := dynamotest.NewMeter(db)
		dynamotest.Must(t, meter.AddTokens(t.Context(), account, "x"))
		stored, err := db.Contact(t.Context(), account, "x")
		dynamotest.Must(t, err)
		if n := float64(len(item.Tokens(stored))); meter.Write != n {
			t.Errorf("%.1f units for %.0f tokens", meter.Write, n)
		}
	})
}

// Whatever begins at any place of a word or a phone is found, and nothing else.
func TestSearchContacts_EveryPartOfWords_Found(t *testing.T) { // S1-08, S1-09
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	const name, phone = "bananarama", "5493414440087"
	addContact(t, db, chat.Contact{ID: "x", Name: name, Phone: phone})
	for text, shortest := range map[string]int{name: item.MinWithin, phone: item.MinDigits} {
		for at := range len(text) {
			for end := at + shortest; end <= len(text); end++ {
				if got := search(t, db, text[at:end], 10); !slices.Equal(got, []string{"x"}) {
					t.Errorf("%s finds %v", text[at:end], got)
				}
			}
		}
	}
	for _, q := range []string{"xana", "nanb", "9341555", "1440", "0877"} {
		if got := search(t, db, q, 10); got != nil {
			t.Errorf("%s finds %v", q, got)
		}
	}
}
