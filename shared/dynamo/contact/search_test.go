package contact_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/contact"
	"github.com/recado-chat/recado/shared/fault"
)

var noon = dynamotest.Noon()

const (
	account = dynamotest.Account
	channel = dynamotest.Channel
)

// addContact stores a contact with a conversation: contacts are created by decisions only.
func addContact(t *testing.T, db dynamotest.DB, c chat.Contact) chat.Contact {
	t.Helper()
	d := dynamotest.Opening(string(c.ID))
	c.AccountID, c.CreatedAt = account, noon
	d.After.ContactID, d.After.ContactName, d.Identity.ContactID, d.NewContact = c.ID, c.Name, c.ID, &c
	dynamotest.Must(t, db.Commit(t.Context(), d, noon))
	dynamotest.Must(t, db.AddTokens(t.Context(), account, c.ID))
	c.Version = 1
	return c
}

func search(t *testing.T, db dynamotest.DB, q string, limit int) []string {
	t.Helper()
	return searchKept(t, db, q, func(context.Context, chat.Contact) (bool, error) { return true, nil }, limit)
}

func searchKept(t *testing.T, db dynamotest.DB, q string, keep contact.Keep, limit int) []string {
	t.Helper()
	var found []string
	cursor := ""
	for range 50 {
		page, err := db.SearchContacts(t.Context(), account, q, keep, chat.PageRequest{Limit: limit, Cursor: cursor})
		dynamotest.Must(t, err)
		for _, c := range page.Items {
			found = append(found, string(c.ID))
		}
		if cursor = page.Next; cursor == "" {
			slices.Sort(found)
			return found
		}
	}
	t.Fatal("the search never ends")
	return nil
}

func TestSearchContacts_AnySpelling(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		for _, c := range []chat.Contact{
			{ID: "garcia", Name: "José García Pérez", Email: "Jose.Garcia@Example.com"},
			{ID: "garces", Name: "ANA GARCÉS", FirstName: "Ana", LastName: "Garcés"},
			{ID: "nunez", Name: "Núñez, Ana María", Email: "anamaria@correo.com.ar"},
			{ID: "joao", Name: "João Gonçalves", Phone: "5511987654321"},
			{ID: "ar", Name: "Teléfono", Phone: "5491155551234"},
			{ID: "mx", Name: "Móvil", Identities: []chat.IdentityRef{{ChannelID: channel, Type: "whatsapp", Phone: "5215512345678"}}},
			{ID: "br", Name: "Celular", Phone: "551187654321"},
			{ID: "ig", Name: "María", Identities: []chat.IdentityRef{{ChannelID: channel, Type: "instagram", Username: "tienda_luna"}}},
			{ID: "irish", Name: "Sinéad O\u2019Connor"}, {ID: "hindi", Name: "राम प्रसाद"}, {ID: "tamil", Name: "காமராஜ்"},
			{ID: "li", Name: "李明"}, {ID: "wang", Name: "王"}, {ID: "x", Name: "Equis X"}, {ID: "kiosk", Name: "Kiosco 24365 Centro"},
			{ID: "visitor", Name: "Visitor PW9T"}, {ID: "visitante", Name: "Visitante 7M0R"}, {ID: "zero", Name: "0 800", Phone: "5493414440087"},
			{ID: "odd", Name: "#hash 100% ~ 👩‍👧", Email: "a!b#c@example.com"},
		} {
			addContact(t, db, c)
		}
		for q, want := range map[string][]string{
			// S1-08: by name.
			"garcia": {"garcia"}, "GARCÍA": {"garcia"}, "garc": {"garces", "garcia"}, "jose gar": {"garcia"}, "perez jose": {"garcia"},
			"ana": {"garces", "nunez"}, "ana g": {"garces"}, "nunez ana": {"nunez"}, "Núñez": {"nunez"}, "goncalves": {"joao"},
			"jose garces": nil, "zzz": nil, "": nil, "  ": nil, "tienda": {"ig"}, "@tienda_luna": {"ig"}, "hash": {"odd"},
			"oconnor": {"irish"}, "O'Connor": {"irish"}, "connor": {"irish"}, "o connor": {"irish"}, "राम": {"hindi"}, "கா": {"tamil"},
			"李": {"li"}, "李明": {"li"}, "王": {"wang"}, "x": {"x"}, "24365": {"kiosk"}, "2436": {"kiosk"}, "kiosco 24": {"kiosk"},
			"arci": {"garcia"}, "ARCÉ": {"garces"}, "onçal": {"joao"}, "end": {"ig"}, "arc rez": {"garcia"}, "osé arc": {"garcia"}, "aleb": nil,
			"visitante pw9t": {"visitor"}, "Visitor 7m0r": {"visitante"}, "visitante": {"visitante", "visitor"}, "w9t": {"visitor"},
			// S1-09: by phone.
			"0087": {"zero"}, "44400": {"zero"}, "1234": {"ar", "mx"}, "999": nil, "9115555": {"ar"},
			"15 5555-1234": {"ar"}, "\u202a+54 9 11 5555\u20111234\u202c": {"ar"}, "tel:+5491155551234": {"ar"}, "wa.me/5491155551234": {"ar"},
			"044 55 1234 5678": {"mx"}, "0 15 11 98765-4321": {"br", "joao"},
			"+54 9 11 5555-1234": {"ar"}, "5491155551234": {"ar"}, "541155551234": {"ar"}, "54 11 5555": {"ar"}, "11 5555 1234": {"ar"},
			"55551234": {"ar"}, "011 15 5555-1234": {"ar"}, "(11) 5555-1234": {"ar"}, "00 54 9 11 5555 1234": {"ar"},
			"+52 1 55 1234 5678": {"mx"}, "+52 55 1234 5678": {"mx"}, "55 1234 5678": {"mx"}, "12345678": {"mx"}, "345678": {"mx"},
			"+55 11 98765-4321": {"br", "joao"}, "+55 11 8765-4321": {"br", "joao"}, "11 98765-4321": {"br", "joao"},
			"98765-4321": {"br", "joao"}, "8765-4321": {"br", "joao"}, "34567": {"mx"}, "3456789": nil,
			// S1-10: by email.
			"jose.garcia@example.com": {"garcia"}, "JOSE.GARCIA@EXAMPLE.COM": {"garcia"}, "jose.garcia@": {"garcia"}, "jose.g": {"garcia"},
			"anamaria@correo": {"nunez"}, "a!b#c@ex": {"odd"}, "nobody@example.com": nil,
		} {
			for _, limit := range []int{1, 50} {
				if got := search(t, db, q, limit); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%q by %d finds %v, want %v", q, limit, got, want)
				}
			}
		}
		page, err := db.SearchContacts(t.Context(), "ACC2", "garcia", nil, chat.PageRequest{})
		if dynamotest.Must(t, err); len(page.Items) != 0 {
			t.Error("another account's contact was found")
		}
	})
}

// What the filter leaves out costs no page: pages go on until the end, and nothing is shown twice.
func TestSearchContacts_Filtered_EveryPageAndNothingElse(t *testing.T) { // S1-08
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		var want []string
		for i := range 23 {
			c := chat.Contact{ID: chat.ContactID(fmt.Sprintf("c%02d", i)), Name: "Ana Pérez", StoreIDs: []chat.StoreID{"SHOP"}}
			if i%3 == 0 {
				c.StoreIDs = []chat.StoreID{"OTHER"}
				want = append(want, string(c.ID))
			}
			addContact(t, db, c)
		}
		keep := func(_ context.Context, c chat.Contact) (bool, error) {
			return slices.Contains(c.StoreIDs, "OTHER"), nil
		}
		for _, limit := range []int{1, 3, 100} {
			if got := searchKept(t, db, "ana", keep, limit); !slices.Equal(got, want) {
				t.Errorf("pages of %d: %v, want %v", limit, got, want)
			}
		}
	})
}

func TestAddStore_KeptByConcurrentUpdate(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		before := addContact(t, db, chat.Contact{ID: "x", Name: "Ana", StoreIDs: []chat.StoreID{"SHOP"}})
		d := dynamotest.Opening("second")
		d.NewContact, d.After.ContactID, d.Identity.ContactID, d.ContactStore = nil, before.ID, before.ID, "OTHER"
		dynamotest.Must(t, db.Commit(t.Context(), d, noon))
		after := before
		after.Name = "Ana María"
		dynamotest.WantFault(t, db.UpdateContact(t.Context(), before, after, nil, nil), fault.Conflict, "version_changed")
		stored, err := db.Contact(t.Context(), account, "x")
		dynamotest.Must(t, err)
		slices.Sort(stored.StoreIDs)
		if !slices.Equal(stored.StoreIDs, []chat.StoreID{"OTHER", "SHOP"}) || stored.Version != 2 {
			t.Errorf("the contact has %q, version %d", stored.StoreIDs, stored.Version)
		}
	})
}

func TestUpdateContact_SearchFollows(t *testing.T) {
	dynamotest.OnEngines(t, func(t *testing.T, db dynamotest.DB) {
		before := addContact(t, db, chat.Contact{ID: "x", Name: "Ana García", Email: "ana@example.com", Phone: "5491155551234"})
		after := before
		after.Name, after.Email, after.Phone = "Ana Núñez", "", "5491166660000"
		activity := chat.Activity{AccountID: account, RequestID: "REQ", At: noon, Actor: chat.Author{Kind: chat.ByOperator, ID: "O"}, Action: "contact.update", Target: "x"}
		dynamotest.Must(t, db.UpdateContact(t.Context(), before, after, &activity, nil))
		for q, want := range map[string]int{
			"garcia": 0, "nunez": 1, "ana": 1, "ana@example.com": 0, "55551234": 0, "66660000": 1,
		} {
			if got := search(t, db, q, 10); len(got) != want {
				t.Errorf("%q finds %v", q, got)
			}
		}
		dynamotest.WantFault(t, db.UpdateContact(t.Context(), before, after, nil, nil), fault.Conflict, "version_changed")
		stored, err := db.Contact(t.Context(), account, "x")
		dynamotest.Must(t, err)
		after.Version = 2
		dynamotest.Same(t, stored, after)
		log, err := db.Activities(t.Context(), account, "2026-11", chat.PageRequest{})
		dynamotest.Must(t, err)
		dynamotest.Same(t, log.Items, []chat.Activity{activity})
	})
}
