package api_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// TestContacts_StoredWithoutStores_ByTheirChannels: contacts did not always name their stores. What a scope shows is in the matrix of
// infra/local/acceptance.
func TestContacts_StoredWithoutStores_ByTheirChannels(t *testing.T) { // S1-08
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	account, _ := owner.Me()
	north := owner.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Norte"}).Want(http.StatusCreated)["id"].(string)
	own, other := owner.Connect("phone-1"), owner.Connect("phone-2")
	owner.Do("PATCH", "/api/v1/channels/"+string(other.ID), apitest.Fields{"storeId": north, "version": 1}).Want(http.StatusOK)
	other.StoreID = chat.StoreID(north)
	juan, _ := owner.Employ(chat.OperatorRole, "juan@example.com") // of the first store
	contacts := map[string]chat.ContactID{}
	for name, ch := range map[string]chat.Channel{"Luisa": own, "Luis": other} {
		id := owner.Receive(ch, "573001"+name, name, "hola")
		v, err := b.Store.Conversation(t.Context(), account.ID, id)
		if err != nil {
			t.Fatal(err)
		}
		before, err := b.Store.Contact(t.Context(), account.ID, v.ContactID)
		if err != nil {
			t.Fatal(err)
		}
		after := before
		after.StoreIDs = nil
		if err := b.Store.UpdateContact(t.Context(), before, after, nil, nil); err != nil {
			t.Fatal(err)
		}
		contacts[name] = before.ID
	}
	for client, want := range map[*apitest.Client]int{juan: 1, owner: 2} {
		found := apitest.Into[wire.List[wire.Contact]](client.Do("GET", "/api/v1/contacts?q=luis", nil), http.StatusOK).Items
		if len(found) != want || client == juan && found[0].Name != "Luisa" {
			t.Errorf("found %+v, want %d", found, want)
		}
	}
	juan.Do("GET", "/api/v1/contacts/"+string(contacts["Luisa"]), nil).Want(http.StatusOK)
	juan.Do("GET", "/api/v1/contacts/"+string(contacts["Luis"]), nil).WantError(http.StatusNotFound, "not_found", "")
	juan.Do("GET", "/api/v1/contacts/"+string(contacts["Luis"])+"/conversations", nil).WantError(http.StatusNotFound, "not_found", "")
	juan.Do("PATCH", "/api/v1/contacts/"+string(contacts["Luis"]), apitest.Fields{"name": "Otro", "version": 2}).WantError(http.StatusNotFound, "not_found", "")
}

// TestContacts_List_StoresOfTheCaller: what each role is shown is in the matrix of infra/local/acceptance.
func TestContacts_List_StoresOfTheCaller(t *testing.T) { // S1-08
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	north := owner.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Norte"}).Want(http.StatusCreated)["id"].(string)
	first, second := owner.Connect("phone-1"), owner.Connect("phone-2")
	owner.Do("PATCH", "/api/v1/channels/"+string(second.ID), apitest.Fields{"storeId": north, "version": 1}).Want(http.StatusOK)
	second.StoreID = chat.StoreID(north)
	juan, _ := owner.Employ(chat.OperatorRole, "juan@example.com") // of the first store
	for i, name := range []string{"Zoë", "Ana", "Beto", "Carla"} {
		b.Clock.Advance(1e9)
		ch := first
		if i%2 == 1 {
			ch = second
		}
		owner.Receive(ch, "57300"+name, name, "hola")
	}
	list := func(client *apitest.Client) (names []string, stores int) {
		cursor := ""
		for range 10 {
			page := apitest.Into[wire.List[wire.Contact]](client.Do("GET", "/api/v1/contacts?limit=1&cursor="+cursor, nil), http.StatusOK)
			for _, c := range page.Items {
				names, stores = append(names, c.Name), stores+len(c.StoreIDs)
			}
			if page.NextCursor == nil {
				return names, stores
			}
			cursor = *page.NextCursor
		}
		t.Fatal("the list never ends")
		return nil, 0
	}
	for client, want := range map[*apitest.Client][]string{
		owner: {"Carla", "Beto", "Ana", "Zoë"},
		juan:  {"Beto", "Zoë"},
	} {
		if got, stores := list(client); !slices.Equal(got, want) || stores != len(want) {
			t.Errorf("lists %q with %d stores, want %q", got, stores, want)
		}
	}
}
