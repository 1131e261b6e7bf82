package contact_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/recado-chat/recado/infra/local/engine"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/fault"
)

const (
	shop  = dynamotest.Shop
	north = chat.StoreID("STO2")
)

// contacts lists all contacts of stores in pages, and checks that none is longer than asked for.
func contacts(t *testing.T, db dynamotest.DB, limit int, stores ...chat.StoreID) (listed []string) {
	t.Helper()
	cursor := ""
	for range 100 {
		page, err := db.ListContacts(t.Context(), account, stores, chat.PageRequest{Limit: limit, Cursor: cursor})
		dynamotest.Must(t, err)
		if len(page.Items) > limit {
			t.Fatalf("a page of %d", len(page.Items))
		}
		for _, c := range page.Items {
			listed = append(listed, c.Name)
		}
		if cursor = page.Next; cursor == "" {
			return listed
		}
	}
	t.Fatal("the list never ends")
	return nil
}

func change(t *testing.T, db dynamotest.DB, id chat.ContactID, change func(*chat.Contact)) {
	t.Helper()
	before, err := db.Contact(t.Context(), account, id)
	dynamotest.Must(t, err)
	after := before
	change(&after)
	dynamotest.Must(t, db.UpdateContact(t.Context(), before, after, nil, nil))
}

func TestListContacts_NewestFirst_EachOnce(t *testing.T) { // S1-08
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		both := []chat.StoreID{shop, north}
		for i, c := range []struct {
			name   string
			stores []chat.StoreID
		}{
			{"Óscar Díaz", both},
			{"5491155550000", []chat.StoreID{shop}},
			{"ana", []chat.StoreID{north}},
			{"Ana Belén", []chat.StoreID{shop}},
			{"Анна", []chat.StoreID{shop}},
			{"✨", []chat.StoreID{shop}},
			{"Zoë", both},
			{"Anabel", []chat.StoreID{shop}},
		} {
			addContact(t, db, chat.Contact{ID: chat.ContactID(fmt.Sprint(i)), Name: c.name, StoreIDs: c.stores})
		}
		for _, limit := range []int{1, 2, 3, 50} {
			for _, c := range []struct {
				stores []chat.StoreID
				want   []string
			}{
				{both, []string{"Anabel", "Zoë", "✨", "Анна", "Ana Belén", "ana", "5491155550000", "Óscar Díaz"}},
				{[]chat.StoreID{north}, []string{"Zoë", "ana", "Óscar Díaz"}},
				{[]chat.StoreID{"STO3"}, nil},
				{nil, nil},
			} {
				if got := contacts(t, db, limit, c.stores...); !slices.Equal(got, c.want) {
					t.Errorf("%v, pages of %d: %q, want %q", c.stores, limit, got, c.want)
				}
			}
		}
	})
}

func TestListContacts_AnotherStoreAndMerged(t *testing.T) { // S1-08, S1-26
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		for i, name := range []string{"Ana", "Beto", "Carla"} {
			addContact(t, db, chat.Contact{ID: chat.ContactID(fmt.Sprint(i)), Name: name, StoreIDs: []chat.StoreID{shop}})
		}
		opening := dynamotest.Opening("again")
		opening.After.ContactID, opening.After.ContactName, opening.After.StoreID = "1", "Beto", north
		opening.ContactStore, opening.NewContact, opening.Identity.ContactID = north, nil, "1"
		dynamotest.Must(t, db.Commit(t.Context(), opening, noon))
		dynamotest.Same(t, contacts(t, db, 2, north), []string{"Beto"})
		dynamotest.Same(t, contacts(t, db, 2, shop, north), []string{"Carla", "Beto", "Ana"})

		change(t, db, "1", func(c *chat.Contact) { c.MergedInto = "2" })
		dynamotest.Same(t, contacts(t, db, 2, shop, north), []string{"Carla", "Ana"})
		change(t, db, "1", func(c *chat.Contact) { c.MergedInto = "" })
		dynamotest.Same(t, contacts(t, db, 2, shop, north), []string{"Carla", "Beto", "Ana"})
		change(t, db, "1", func(c *chat.Contact) { c.StoreIDs = []chat.StoreID{shop} })
		dynamotest.Same(t, contacts(t, db, 2, north), nil)
	})
}

// A change that moves a contact in no list writes no place in one.
func TestListContacts_SameStores_NoWrite(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	addContact(t, db, chat.Contact{ID: "x", Name: "Ana", StoreIDs: []chat.StoreID{shop}})
	units := func(update func(*chat.Contact)) float64 {
		before, err := db.Contact(t.Context(), account, "x")
		dynamotest.Must(t, err)
		after := before
		update(&after)
		meter := dynamotest.NewMeter(db)
		dynamotest.Must(t, meter.UpdateContact(t.Context(), before, after, nil, nil))
		return meter.Write
	}
	// A contact and a revision, in a transaction.
	if got := units(func(c *chat.Contact) { c.Name = "ana" }); got > 4 {
		t.Errorf("writes %.1f units", got)
	}
}

func TestListContacts_ChangesBetweenPages(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		for i := range 6 {
			addContact(t, db, chat.Contact{ID: chat.ContactID(fmt.Sprint(i)), Name: fmt.Sprint("Ana ", i), StoreIDs: []chat.StoreID{shop}})
		}
		first, err := db.ListContacts(t.Context(), account, []chat.StoreID{shop}, chat.PageRequest{Limit: 2})
		dynamotest.Must(t, err)
		addContact(t, db, chat.Contact{ID: "6", Name: "Ana 6", StoreIDs: []chat.StoreID{shop}})
		change(t, db, "3", func(c *chat.Contact) { c.MergedInto = "0" })
		second, err := db.ListContacts(t.Context(), account, []chat.StoreID{shop}, chat.PageRequest{Limit: 9, Cursor: first.Next})
		dynamotest.Must(t, err)
		var names []string
		for _, c := range second.Items {
			names = append(names, c.Name)
		}
		dynamotest.Same(t, names, []string{"Ana 2", "Ana 1", "Ana 0"})
		_, err = db.ListContacts(t.Context(), "ACC2", []chat.StoreID{shop}, chat.PageRequest{Cursor: first.Next})
		dynamotest.WantFault(t, err, fault.Invalid, "")
	})
}

func TestRenewTokens_ContactOfFormerRules_Listed(t *testing.T) { // S1-08
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		addContact(t, db, chat.Contact{ID: "x", Name: "Ana", StoreIDs: []chat.StoreID{shop, north}})
		_, err := db.Client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
			TableName: &db.Tables.Desk, Key: key.Listed(account, north, "x").Item(),
		})
		dynamotest.Must(t, err)
		_, err = db.Client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: &db.Tables.Desk, Key: key.Contact(account, "x").Item(), UpdateExpression: aws.String("REMOVE waitingPk, waitingSk"),
		})
		dynamotest.Must(t, err)
		dynamotest.Same(t, contacts(t, db, 9, shop, north), nil)
		for _, want := range []int{1, 0} {
			n, err := db.RenewTokens(t.Context(), account, []chat.ContactID{"x"})
			if dynamotest.Must(t, err); n != want {
				t.Errorf("%d renewed, want %d", n, want)
			}
			dynamotest.Same(t, contacts(t, db, 9, shop), []string{"Ana"})
			dynamotest.Same(t, contacts(t, db, 9, north), []string{"Ana"})
		}
	})
}

// S1-15: what a page reads does not grow with the contacts. make bench BENCH=growth measures it at 200,000.
func TestListContacts_MoreContacts_SameUnits(t *testing.T) {
	t.Parallel()
	db := dynamotest.Open(t, engine.Default())
	made := 0
	more := func(total int) {
		var writes []types.TransactWriteItem
		add := func(v any) {
			av, err := attributevalue.MarshalMap(v)
			dynamotest.Must(t, err)
			writes = append(writes, types.TransactWriteItem{Put: &types.Put{TableName: &db.Tables.Desk, Item: av}})
		}
		for ; made < total; made++ {
			c := chat.Contact{
				AccountID: account, ID: chat.ContactID(fmt.Sprintf("%06d", made)), Name: "Ana", StoreIDs: []chat.StoreID{shop}, Version: 1,
			}
			add(item.Contact(c))
		}
		for part := range slices.Chunk(writes, 100) {
			_, err := db.Client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: part})
			dynamotest.Must(t, err)
		}
	}
	units := func() float64 {
		meter := dynamotest.NewMeter(db)
		page, err := meter.ListContacts(t.Context(), account, []chat.StoreID{shop, north}, chat.PageRequest{Limit: 10})
		if dynamotest.Must(t, err); len(page.Items) != 10 {
			t.Fatalf("%d of %d contacts", len(page.Items), made)
		}
		return meter.Read
	}
	more(11)
	few := units()
	for _, total := range []int{1000, 10_000} {
		more(total)
		if many := units(); many > few {
			t.Errorf("a page reads %.1f units beside %d contacts, %.1f beside 11", many, total, few)
		}
	}
	t.Logf("a page of 10 reads %.1f units", few)
}
