package admin_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/testkit/apitest"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

func TestOnce(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	c := b.Owner("ana@example.com")
	t.Run("the same key and body get the first answer", func(t *testing.T) {
		keyed := c.With("Idempotency-Key", "8a0f5c9e-1")
		first := keyed.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Norte"})
		first.Want(http.StatusCreated)
		second := keyed.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Norte"})
		second.Want(http.StatusCreated)
		if first.Body != second.Body {
			t.Errorf("first %s, then %s", first.Body, second.Body)
		}
		keyed.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Sur"}).Want(http.StatusConflict)
		if stores := apitest.Into[wire.List[wire.Store]](c.Do("GET", "/api/v1/stores", nil), 200).Items; len(stores) != 2 {
			t.Errorf("stores %+v", stores)
		}
		b.Clock.Advance(25 * time.Hour)
		// Forgotten after a day: with something else to say it is another request.
		if other := keyed.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Sur"}).Want(http.StatusCreated); other["name"] != "Sur" || other["id"] == first.Want(http.StatusCreated)["id"] {
			t.Errorf("another store was answered with %v", other)
		}
		keyed.With("Idempotency-Key", "8a0f5c9e-2").Do("POST", "/api/v1/stores", apitest.Fields{"name": "Este"}).Want(http.StatusCreated)
	})
	t.Run("a request that failed may be repeated with another body", func(t *testing.T) {
		keyed := c.With("Idempotency-Key", "8a0f5c9e-3")
		keyed.Do("POST", "/api/v1/stores", apitest.Fields{"name": ""}).WantError(http.StatusBadRequest, "invalid", "name")
		keyed.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Oeste"}).Want(http.StatusCreated)
	})
	t.Run("a request that died after it created meets what it made", func(t *testing.T) {
		account, owner := c.Me()
		for path, body := range map[string]apitest.Fields{
			"/api/v1/stores":    {"name": "Centro"},
			"/api/v1/operators": {"name": "Juan", "email": "juan@example.com", "role": "operator", "password": apitest.Password},
			"/api/v1/channels":  {"type": "whatsapp", "name": "Ventas", "externalId": "phone-1", "credentials": apitest.Fields{"accessToken": "t"}},
		} {
			keyed := c.With("Idempotency-Key", "died")
			first := keyed.Do("POST", path, body).Want(http.StatusCreated)
			key := strings.Join([]string{string(account.ID), string(owner.ID), "POST", path}, " ")
			if err := b.Store.AbandonAnswer(t.Context(), key+" "+auth.Hash("died")); err != nil {
				t.Fatal(err)
			}
			if second := keyed.Do("POST", path, body).Want(http.StatusCreated); second["id"] != first["id"] {
				t.Errorf("%s made %v, then %v", path, first["id"], second["id"])
			}
		}
	})
	t.Run("another request that is at work makes this one wait", func(t *testing.T) {
		account, owner := c.Me()
		now := b.Clock.Now()
		name := strings.Join([]string{string(account.ID), string(owner.ID), "POST", "/api/v1/stores", auth.Hash("busy")}, " ")
		if _, err := b.Store.BeginAnswer(t.Context(), name, apitest.Digest("new", `{"name":"Lejos"}`), now, now.Add(apitest.InProgress)); err != nil {
			t.Fatal(err)
		}
		keyed := c.With("Idempotency-Key", "busy")
		keyed.Do("POST", "/api/v1/stores", `{"name":"Lejos"}`).WantError(http.StatusServiceUnavailable, "unavailable", "")
		b.Clock.Advance(apitest.InProgress)
		keyed.Do("POST", "/api/v1/stores", `{"name":"Lejos"}`).Want(http.StatusCreated)
	})
}

func TestMe(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	c := b.Owner("ana@example.com")
	me := apitest.Into[wire.Me](c.Do("GET", "/api/v1/me", nil), http.StatusOK)
	if me.Operator.Availability != "available" || me.Operator.Email != "ana@example.com" || !slices.Contains(me.Permissions, "administration") || me.Account.Version != 1 {
		t.Errorf("me is %+v", me)
	}
	c.Do("PATCH", "/api/v1/me", apitest.Fields{"name": "Ana Ñ 👩‍👩‍👧‍👦"}).WantError(http.StatusBadRequest, "invalid", "version")
	changed := apitest.Into[wire.Me](c.Do("PATCH", "/api/v1/me", apitest.Fields{"name": "Ana Ñ 👩‍👩‍👧‍👦", "language": "en", "version": me.Operator.Version}), http.StatusOK)
	if changed.Operator.Name != "Ana Ñ 👩‍👩‍👧‍👦" || changed.Operator.Language != "en" || changed.Operator.Version != me.Operator.Version+1 {
		t.Errorf("changed to %+v", changed.Operator)
	}
	c.Do("PATCH", "/api/v1/me", apitest.Fields{"name": "Old", "version": me.Operator.Version}).WantError(http.StatusConflict, "conflict", "version")
	if again := apitest.Into[wire.Me](c.Do("GET", "/api/v1/me", nil), http.StatusOK); again.Operator.Name != "Ana Ñ 👩‍👩‍👧‍👦" {
		t.Errorf("a warm process still answers %+v", again.Operator)
	}
	if o := apitest.Into[wire.Operator](c.Do("PUT", "/api/v1/me/availability", apitest.Fields{"status": "available"}), http.StatusOK); o.Availability != "available" {
		t.Errorf("availability %+v", o)
	}
}

func TestOperators(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	owner := b.Owner("ana@example.com")
	account, me := owner.Me()
	valid := func(change apitest.Fields) apitest.Fields {
		body := apitest.Fields{"name": "Juan", "email": "juan@example.com", "role": "operator", "password": apitest.Password}
		for field, value := range change {
			body[field] = value
		}
		return body
	}
	t.Run("a new one is away with capacity 20 in the first store", func(t *testing.T) {
		o := apitest.Into[wire.Operator](owner.Do("POST", "/api/v1/operators", valid(nil)), http.StatusCreated)
		if o.Availability != "away" || o.Capacity != 20 || !slices.Equal(o.StoreIDs, []string{string(account.StoreID)}) || !o.Active || o.Version != 1 {
			t.Errorf("made %+v", o)
		}
		b.SignedIn("juan@example.com")
	})
	for name, test := range map[string]struct {
		change apitest.Fields
		status int
		field  string
	}{
		"an address that is taken": {nil, 409, "email"},
		"a second owner":           {apitest.Fields{"email": "x@example.com", "role": "owner"}, 400, "role"},
		"a role that is none":      {apitest.Fields{"email": "x@example.com", "role": "king"}, 400, "role"},
		"a short password":         {apitest.Fields{"email": "x@example.com", "password": "short"}, 400, "password"},
		"a capacity below zero":    {apitest.Fields{"email": "x@example.com", "capacity": -1}, 400, "capacity"},
		"a language nobody speaks": {apitest.Fields{"email": "x@example.com", "languages": []string{"tlh"}}, 400, "languages"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			a := owner.Do("POST", "/api/v1/operators", valid(test.change))
			failure := a.Want(test.status)["error"].(map[string]any)
			if failure["field"] != test.field {
				t.Errorf("answered %v", failure)
			}
		})
	}
	t.Run("one who sees only their stores always has one", func(t *testing.T) {
		admin := apitest.Into[wire.Operator](owner.Do("POST", "/api/v1/operators", valid(apitest.Fields{"email": "leo@example.com", "role": "admin", "storeIds": []string{}})), http.StatusCreated)
		if len(admin.StoreIDs) != 0 {
			t.Errorf("an administrator has the stores %q", admin.StoreIDs)
		}
		path := "/api/v1/operators/" + admin.ID
		for version, change := range []apitest.Fields{{"role": "operator"}, {"storeIds": []string{}}} {
			change["version"] = version + 1
			if o := apitest.Into[wire.Operator](owner.Do("PATCH", path, change), http.StatusOK); !slices.Equal(o.StoreIDs, []string{string(account.StoreID)}) {
				t.Errorf("after %v they have the stores %q", change, o.StoreIDs)
			}
		}
	})
	t.Run("addresses are shown to those who manage them", func(t *testing.T) {
		supervisor, _ := owner.Employ(chat.Supervisor, "sofia@example.com")
		for _, o := range apitest.Into[wire.List[wire.Operator]](supervisor.Do("GET", "/api/v1/operators", nil), http.StatusOK).Items {
			if o.Email != "" {
				t.Errorf("a supervisor sees %s", o.Email)
			}
		}
		list := apitest.Into[wire.List[wire.Operator]](owner.Do("GET", "/api/v1/operators", nil), http.StatusOK).Items
		if len(list) != 4 || list[0].Email != "ana@example.com" {
			t.Errorf("the owner sees %+v", list)
		}
	})
	t.Run("the owner stays, and stays active", func(t *testing.T) {
		admin, _ := owner.Employ(chat.Admin, "eva@example.com")
		path := "/api/v1/operators/" + string(me.ID)
		admin.Do("PATCH", path, apitest.Fields{"role": "admin", "version": me.Version}).WantError(http.StatusConflict, "conflict", "role")
		admin.Do("PATCH", path, apitest.Fields{"active": false, "version": me.Version}).WantError(http.StatusConflict, "conflict", "active")
		if o := apitest.Into[wire.Operator](admin.Do("PATCH", path, apitest.Fields{"role": "owner", "capacity": 5, "version": me.Version}), http.StatusOK); o.Capacity != 5 || o.Role != "owner" {
			t.Errorf("changed to %+v", o)
		}
	})
	t.Run("one who leaves is signed out, and their conversations go back to the pool", func(t *testing.T) {
		juan := b.SignedIn("juan@example.com")
		_, operator := juan.Me()
		ch := owner.Connect("phone-1")
		first, second := owner.Receive(ch, "573001", "Uno", "hola"), owner.Receive(ch, "573002", "Dos", "hola")
		for _, id := range []chat.ConversationID{first, second} {
			v := apitest.Into[wire.Conversation](owner.Do("POST", "/api/v1/conversations/"+string(id)+"/assign", apitest.Fields{"operatorId": operator.ID}), http.StatusOK)
			if v.AssigneeID == nil || *v.AssigneeID != string(operator.ID) {
				t.Fatalf("assigned to %v", v.AssigneeID)
			}
		}
		owner.Do("POST", "/api/v1/conversations/"+string(second)+"/pending", nil).Want(http.StatusOK)
		_, operator = juan.Me()
		path := "/api/v1/operators/" + string(operator.ID)
		left := apitest.Into[wire.Operator](owner.Do("PATCH", path, apitest.Fields{"active": false, "version": operator.Version}), http.StatusOK)
		if left.Active {
			t.Errorf("left as %+v", left)
		}
		if jobs := b.Jobs(chat.JobRelease); !slices.ContainsFunc(jobs, func(j chat.Job) bool { return j.Subject == string(operator.ID) }) {
			t.Fatalf("no job gives their conversations back: %+v", jobs)
		}
		for _, id := range []chat.ConversationID{first, second} { // as the job does
			if err := b.Desk.Release(t.Context(), account.ID, id, operator.ID); err != nil {
				t.Fatal(err)
			}
		}
		juan.Do("GET", "/api/v1/me", nil).WantError(http.StatusUnauthorized, "unauthenticated", "")
		b.Client().Do("POST", "/api/v1/auth/sign-in", apitest.Fields{"email": "juan@example.com", "password": apitest.Password}).WantError(http.StatusUnauthorized, "unauthenticated", "")
		for _, id := range []chat.ConversationID{first, second} {
			if v := apitest.Into[wire.Conversation](owner.Do("GET", "/api/v1/conversations/"+string(id), nil), http.StatusOK); v.AssigneeID != nil {
				t.Errorf("conversation %s stays with %s", id, *v.AssigneeID)
			}
		}
		owner.Do("POST", "/api/v1/conversations/"+string(first)+"/assign", apitest.Fields{"operatorId": operator.ID}).WantError(http.StatusConflict, "conflict", "operatorId")
	})
	t.Run("every change leaves a line of who did it", func(t *testing.T) { // S2-23, S2-24
		lines, err := b.Store.Activities(t.Context(), account.ID, "2026-11", chat.PageRequest{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		actions := map[string]int{}
		for _, line := range lines.Items {
			actions[line.Action]++
			if line.Actor.ID == "" || line.IP != "192.0.2.1" || line.UserAgent != "test" || line.Target == "" {
				t.Errorf("a line says %+v", line)
			}
		}
		for action, n := range map[string]int{"operator.created": 4, "operator.edited": 4, "channel.created": 1, "conversation.assigned": 2} {
			if actions[action] != n {
				t.Errorf("%d lines of %s, want %d: %v", actions[action], action, n, actions)
			}
		}
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	c := b.Owner("ana@example.com")
	get := func() wire.Settings {
		return apitest.Into[wire.Settings](c.Do("GET", "/api/v1/settings", nil), http.StatusOK)
	}
	jobs := func() (n int) {
		account, _ := c.Me()
		for shard := range 16 {
			due, err := b.Store.Due(t.Context(), shard, b.Clock.Now().Add(time.Hour), chat.PageRequest{Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range due.Items {
				if item.Kind == string(chat.TimerJob) && item.AccountID == account.ID {
					n++
				}
			}
		}
		return n
	}
	if s := get(); s.Closing.IdleMinutes != nil || s.Distribution.Mode != "manager" || s.TimeZone != "UTC" {
		t.Fatalf("a new account has %+v", s)
	}
	for i, step := range []struct {
		minutes any
		jobs    int // after the step
	}{{60, 1}, {120, 1}, {30, 2}, {nil, 2}, {500, 3}} { // S3-09, D7: only a shorter time arms anew
		s := apitest.Into[wire.Settings](c.Do("PATCH", "/api/v1/settings", apitest.Fields{"closing": apitest.Fields{"idleMinutes": step.minutes}, "version": i + 1}), http.StatusOK)
		if n := jobs(); n != step.jobs {
			t.Errorf("closing after %v minutes: %d jobs, want %d", step.minutes, n, step.jobs)
		}
		if (s.Closing.IdleMinutes == nil) != (step.minutes == nil) {
			t.Errorf("closing after %v minutes is shown as %+v", step.minutes, s.Closing)
		}
	}
	s := apitest.Into[wire.Settings](c.Do("PATCH", "/api/v1/settings", apitest.Fields{"timeZone": "America/Sao_Paulo", "language": "pt", "version": 6}), http.StatusOK)
	if s.TimeZone != "America/Sao_Paulo" || s.Language != "pt" || *s.Closing.IdleMinutes != 500 {
		t.Errorf("changed to %+v", s)
	}
	c.Do("PATCH", "/api/v1/settings", apitest.Fields{"language": "es", "version": 6}).WantError(http.StatusConflict, "conflict", "version")
	c.Do("PATCH", "/api/v1/settings", apitest.Fields{"closing": apitest.Fields{"idleMinutes": 0}, "version": 7}).WantError(http.StatusBadRequest, "invalid", "closing.idleMinutes")
	_, owner := c.Me()
	c.Do("PUT", "/api/v1/distribution", apitest.Fields{"mode": "manager"}).WantError(http.StatusBadRequest, "invalid", "managerId")
	c.Do("PUT", "/api/v1/distribution", apitest.Fields{"mode": "lottery"}).WantError(http.StatusBadRequest, "invalid", "mode")
	c.Do("PUT", "/api/v1/distribution", apitest.Fields{"mode": "manager", "managerId": owner.ID}).Want(http.StatusOK)
	if d := get().Distribution; d.Mode != "manager" || *d.ManagerID != string(owner.ID) {
		t.Errorf("distribution is %+v", d)
	}
	c.Do("PUT", "/api/v1/distribution", apitest.Fields{"mode": "account"}).Want(http.StatusOK)
	if d := get().Distribution; d.Mode != "account" || d.ManagerID != nil {
		t.Errorf("distribution is %+v", d)
	}
}

func TestChannels(t *testing.T) {
	t.Parallel()
	b := apitest.New(t)
	ana, eva := b.Owner("ana@example.com"), b.Owner("eva@example.com")
	valid := func(change apitest.Fields) apitest.Fields {
		body := apitest.Fields{"type": "whatsapp", "name": "Ventas", "externalId": "phone-1", "credentials": apitest.Fields{"accessToken": "EAAG-secret"}, "settings": apitest.Fields{"x": 1}}
		for field, value := range change {
			body[field] = value
		}
		return body
	}
	a := ana.Do("POST", "/api/v1/channels", valid(nil))
	made := apitest.Into[wire.Channel](a, http.StatusCreated)
	account, _ := ana.Me()
	if made.Health.State != "waiting" || made.StoreID != string(account.StoreID) || strings.Contains(a.Body, "secret") || strings.Contains(a.Body, "credentials") {
		t.Errorf("made %s", a.Body)
	}
	stored, err := b.Store.Channel(t.Context(), account.ID, chat.ChannelID(made.ID))
	if err != nil || !strings.HasPrefix(string(stored.Credentials), "sealed for "+string(account.ID)) {
		t.Errorf("the credentials lie as %q, %v", string(stored.Credentials), err)
	}
	ana.Do("POST", "/api/v1/channels", valid(nil)).WantError(http.StatusConflict, "conflict", "externalId")
	eva.Do("POST", "/api/v1/channels", valid(nil)).WantError(http.StatusConflict, "conflict", "externalId")
	for field, change := range map[string]apitest.Fields{
		"type":                    {"type": "pigeon"},
		"name":                    {"name": ""},
		"externalId":              {"externalId": ""},
		"credentials.accessToken": {"credentials": apitest.Fields{"accessToken": ""}},
	} {
		ana.Do("POST", "/api/v1/channels", valid(change)).WantError(http.StatusBadRequest, "invalid", field)
	}
	path := "/api/v1/channels/" + made.ID
	stored.Health = chat.Health{State: chat.HealthReauthorise, Code: "190", At: b.Clock.Now()}
	if err := b.Store.UpdateChannel(t.Context(), stored, stored, nil); err != nil {
		t.Fatal(err)
	}
	renamed := apitest.Into[wire.Channel](ana.Do("PATCH", path, apitest.Fields{"name": "Postventa", "version": 2}), http.StatusOK)
	if renamed.Name != "Postventa" || renamed.Health.State != "reauthorise" {
		t.Errorf("renamed to %+v", renamed)
	}
	ana.Do("PATCH", path, apitest.Fields{"name": "Old", "version": 2}).WantError(http.StatusConflict, "conflict", "version")
	renewed := apitest.Into[wire.Channel](ana.Do("PATCH", path, apitest.Fields{"credentials": apitest.Fields{"accessToken": "EAAG-new"}, "version": 3}), http.StatusOK)
	if renewed.Health.State != "ok" || renewed.Version != 4 {
		t.Errorf("renewed to %+v", renewed)
	}
	if list := apitest.Into[wire.List[wire.Channel]](ana.Do("GET", "/api/v1/channels", nil), http.StatusOK); len(list.Items) != 1 {
		t.Errorf("channels %+v", list.Items)
	}
	editor, _ := ana.Employ(chat.Editor, "juan@example.com")
	elsewhere := ana.Do("POST", "/api/v1/stores", apitest.Fields{"name": "Norte"}).Want(http.StatusCreated)["id"]
	editor.Do("POST", "/api/v1/channels", valid(apitest.Fields{"externalId": "phone-2", "storeId": elsewhere})).WantError(http.StatusNotFound, "not_found", "")
	editor.Do("POST", "/api/v1/channels", valid(apitest.Fields{"externalId": "phone-2"})).Want(http.StatusCreated) // S0-25
	ana.Do("DELETE", path, nil).Want(http.StatusNoContent)
	ana.Do("GET", path, nil).WantError(http.StatusNotFound, "not_found", "")
	eva.Do("POST", "/api/v1/channels", valid(nil)).Want(http.StatusCreated)
}
