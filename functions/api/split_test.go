package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

func TestContacts_MergedContact_ShownAsOneAndSplit(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	account, _ := owner.Me()
	ch := owner.Connect("phone-1")
	juan, _ := owner.Employ(chat.OperatorRole, "juan@example.com")
	kept := contactOf(t, b, account.ID, owner.Receive(ch, "573001", "Luisa", "hola"))
	b.Clock.Advance(time.Second)
	gone := contactOf(t, b, account.ID, owner.Receive(ch, "CO.1", "Luisa", "hola"))
	found, err := b.Store.Identities(t.Context(), account.ID, ch.ID, []string{"573001", "CO.1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Desk.Join(t.Context(), account, found[0], found[1]); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{kept, gone} { // an old link leads to the one who stayed
		one := apitest.Into[wire.Contact](juan.Do("GET", "/api/v1/contacts/"+id, nil), http.StatusOK)
		if one.ID != kept || len(one.Merges) != 1 || one.Merges[0].ExternalID != "CO.1" {
			t.Errorf("%+v", one)
		}
	}
	one := apitest.Into[wire.Contact](owner.Do("GET", "/api/v1/contacts/"+kept, nil), http.StatusOK)
	body := apitest.Fields{"mergeId": one.Merges[0].ID}
	juan.Do("POST", "/api/v1/contacts/"+kept+"/split", body).WantError(http.StatusForbidden, "forbidden", "")
	owner.Do("POST", "/api/v1/contacts/"+kept+"/split", apitest.Fields{"mergeId": "other"}).WantError(http.StatusBadRequest, "invalid", "mergeId")
	split := apitest.Into[wire.Contact](owner.Do("POST", "/api/v1/contacts/"+kept+"/split", body), http.StatusOK)
	if split.ID != kept || len(split.Merges) != 0 {
		t.Errorf("%+v", split)
	}
	if again := apitest.Into[wire.Contact](owner.Do("GET", "/api/v1/contacts/"+gone, nil), http.StatusOK); again.ID != gone {
		t.Errorf("%+v", again)
	}
}

func contactOf(t *testing.T, b *apitest.Fixture, account chat.AccountID, id chat.ConversationID) string {
	t.Helper()
	c, err := b.Store.Conversation(t.Context(), account, id)
	if err != nil {
		t.Fatal(err)
	}
	return string(c.ContactID)
}
