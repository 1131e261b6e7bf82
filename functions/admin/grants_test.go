package admin_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

// Nobody limits the owner, and whoever is limited to stores decides about these alone.
func TestOperators_Grants(t *testing.T) { // S0-06
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	account, me := owner.Me()
	first := string(account.StoreID)
	addStore := func(name string) string {
		return owner.Do("POST", "/api/v1/stores", apitest.Fields{"name": name}).Want(http.StatusCreated)["id"].(string)
	}
	north, south := addStore("Norte"), addStore("Sur")
	admin, _ := owner.Employ(chat.Admin, "eva@example.com")
	limited, limitedID := owner.Employ(chat.Admin, "leo@example.com")
	owner.Do("PATCH", "/api/v1/operators/"+limitedID, apitest.Fields{"storeIds": []string{north}, "version": 1}).Want(http.StatusOK)
	_, team := owner.Employ(chat.OperatorRole, "juan@example.com")
	_, chief := owner.Employ(chat.Supervisor, "sol@example.com")
	b.Forget()

	version := func(id string) int64 {
		o, err := b.Store.Operator(t.Context(), account.ID, chat.OperatorID(id))
		if err != nil {
			t.Fatal(err)
		}
		return o.Version
	}
	none := []string{}
	for _, step := range []struct {
		name   string
		by     *apitest.Client
		id     string
		change apitest.Fields
		status int
		stores []string // after a change that is made
	}{
		{"an admin limits the owner", admin, string(me.ID), apitest.Fields{"storeIds": []string{north}}, 409, nil},
		{"the owner limits themselves", owner, string(me.ID), apitest.Fields{"storeIds": []string{north}}, 409, nil},
		{"an admin leaves the owner every store", admin, string(me.ID), apitest.Fields{"storeIds": none}, 200, none},
		{"a limited admin leaves the owner every store", limited, string(me.ID), apitest.Fields{"storeIds": none, "capacity": 7}, 200, none},
		{"a limited admin frees themselves", limited, limitedID, apitest.Fields{"storeIds": none}, 403, nil},
		{"a limited admin takes another store", limited, limitedID, apitest.Fields{"storeIds": []string{north, south}}, 404, nil},
		{"a limited admin grants another store", limited, team, apitest.Fields{"storeIds": []string{south}}, 404, nil},
		{"a limited admin grants their own store, the rest stays", limited, team, apitest.Fields{"storeIds": []string{north}}, 200, []string{first, north}},
		{"a limited admin names what the operator has", limited, team, apitest.Fields{"storeIds": []string{first, north}}, 200, []string{first, north}},
		{"a limited admin takes their own store back, the rest stays", limited, team, apitest.Fields{"storeIds": none}, 200, []string{first}},
		{"a limited admin limits who sees every store", limited, chief, apitest.Fields{"storeIds": []string{north}}, 403, nil},
		{"a limited admin demotes who sees every store", limited, chief, apitest.Fields{"role": "operator"}, 403, nil},
		{"an admin limits who sees every store", admin, chief, apitest.Fields{"storeIds": []string{north}}, 200, []string{north}},
		{"a limited admin frees who was limited", limited, chief, apitest.Fields{"storeIds": none}, 403, nil},
	} {
		step.change["version"] = version(step.id)
		a := step.by.Do("PATCH", "/api/v1/operators/"+step.id, step.change)
		if a.Status != step.status {
			t.Errorf("%s: status %d, want %d: %s", step.name, a.Status, step.status, a.Body)
			continue
		}
		if step.status == http.StatusOK {
			if o := apitest.Into[wire.Operator](a, http.StatusOK); !slices.Equal(o.StoreIDs, step.stores) {
				t.Errorf("%s: stores %q, want %q", step.name, o.StoreIDs, step.stores)
			}
		}
	}
	add := func(role string, stores ...string) apitest.Answer {
		return limited.Do("POST", "/api/v1/operators", apitest.Fields{
			"name": "Nuevo", "email": role + "-" + string(rune('0'+len(stores))) + "@example.com", "role": role, "password": apitest.Password, "storeIds": append([]string{}, stores...),
		})
	}
	add("admin").WantError(http.StatusForbidden, "forbidden", "storeIds")
	add("operator", north, south).WantError(http.StatusNotFound, "not_found", "")
	if o := apitest.Into[wire.Operator](add("operator"), http.StatusCreated); !slices.Equal(o.StoreIDs, []string{north}) {
		t.Errorf("a new operator of a limited admin has %q", o.StoreIDs)
	}
	limited.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Este"}).WantError(http.StatusForbidden, "forbidden", "")
	if stores := apitest.Into[wire.List[wire.Store]](limited.Do("GET", "/api/v1/stores", nil), http.StatusOK).Items; len(stores) != 1 || stores[0].ID != north {
		t.Errorf("a limited admin lists the stores %+v", stores)
	}
}

// Somebody who was limited before an owner could not be: an owner sees every store whatever is stored.
func TestOwner_LimitedBefore_SeesEveryStore(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	ch := owner.Connect("phone-1")
	id := owner.Receive(ch, "573001", "Uno", "hola")
	_, me := owner.Me()
	limited := me
	limited.StoreIDs = []chat.StoreID{"elsewhere"}
	if err := b.Store.UpdateOperator(t.Context(), me, limited, nil, nil); err != nil {
		t.Fatal(err)
	}
	b.Forget()
	owner.Do("GET", "/api/v1/conversations/"+string(id), nil).Want(http.StatusOK)
	if list := apitest.Into[wire.List[wire.Conversation]](owner.Do("GET", "/api/v1/conversations", nil), http.StatusOK); len(list.Items) != 1 {
		t.Errorf("the owner lists %+v", list.Items)
	}
}

// S3-10: a manager who cannot answer is none.
func TestDistribution_ManagerCannotAnswer_Refused(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	_, reader := owner.Employ(chat.ReadOnly, "leo@example.com")
	owner.Do("PUT", "/api/v1/distribution", apitest.Fields{"mode": "manager", "managerId": reader}).WantError(http.StatusBadRequest, "invalid", "managerId")
}

// Whatever makes an operator serve less starts the job that releases what they have.
func TestOperators_RoleChanged_Released(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	_, id := owner.Employ(chat.OperatorRole, "juan@example.com")
	owner.Do("PATCH", "/api/v1/operators/"+id, apitest.Fields{"role": "readonly", "version": 1}).Want(http.StatusOK)
	if jobs := b.Jobs(chat.JobRelease); len(jobs) != 1 || jobs[0].Subject != id {
		t.Errorf("jobs %+v", jobs)
	}
}
