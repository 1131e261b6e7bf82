package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

func TestOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.owner("ana@example.com")
	t.Run("the same key and body get the first answer", func(t *testing.T) {
		keyed := c.with("Idempotency-Key", "8a0f5c9e-1")
		first := keyed.do("POST", "/api/v1/stores", fields{"name": "Norte"})
		first.want(http.StatusCreated)
		second := keyed.do("POST", "/api/v1/stores", fields{"name": "Norte"})
		second.want(http.StatusCreated)
		if first.body != second.body {
			t.Errorf("first %s, then %s", first.body, second.body)
		}
		keyed.do("POST", "/api/v1/stores", fields{"name": "Sur"}).want(http.StatusConflict)
		if stores := into[wire.List[wire.Store]](c.do("GET", "/api/v1/stores", nil), 200).Items; len(stores) != 2 {
			t.Errorf("stores %+v", stores)
		}
		b.clock.advance(25 * time.Hour)
		// Forgotten after a day: with something else to say it is another request.
		if other := keyed.do("POST", "/api/v1/stores", fields{"name": "Sur"}).want(http.StatusCreated); other["name"] != "Sur" || other["id"] == first.want(http.StatusCreated)["id"] {
			t.Errorf("another store was answered with %v", other)
		}
		keyed.with("Idempotency-Key", "8a0f5c9e-2").do("POST", "/api/v1/stores", fields{"name": "Este"}).want(http.StatusCreated)
	})
	t.Run("a request that failed may be repeated with another body", func(t *testing.T) {
		keyed := c.with("Idempotency-Key", "8a0f5c9e-3")
		keyed.do("POST", "/api/v1/stores", fields{"name": ""}).wantError(http.StatusBadRequest, "invalid", "name")
		keyed.do("POST", "/api/v1/stores", fields{"name": "Oeste"}).want(http.StatusCreated)
	})
	t.Run("a request that died after it created meets what it made", func(t *testing.T) {
		account, owner := c.me()
		for path, body := range map[string]fields{
			"/api/v1/stores":    {"name": "Centro"},
			"/api/v1/operators": {"name": "Juan", "email": "juan@example.com", "role": "operator", "password": secretWord},
			"/api/v1/channels":  {"type": "whatsapp", "name": "Ventas", "externalId": "phone-1", "credentials": fields{"accessToken": "t"}},
		} {
			keyed := c.with("Idempotency-Key", "died")
			first := keyed.do("POST", path, body).want(http.StatusCreated)
			key := strings.Join([]string{string(account.ID), string(owner.ID), "POST", path}, " ")
			if err := b.store.AbandonAnswer(t.Context(), key+" "+auth.Hash("died")); err != nil {
				t.Fatal(err)
			}
			if second := keyed.do("POST", path, body).want(http.StatusCreated); second["id"] != first["id"] {
				t.Errorf("%s made %v, then %v", path, first["id"], second["id"])
			}
		}
	})
	t.Run("another request that is at work makes this one wait", func(t *testing.T) {
		account, owner := c.me()
		now := b.clock.Now()
		name := strings.Join([]string{string(account.ID), string(owner.ID), "POST", "/api/v1/stores", auth.Hash("busy")}, " ")
		if _, err := b.store.BeginAnswer(t.Context(), name, digest("new", []byte(`{"name":"Lejos"}`)), now, now.Add(answerTakes)); err != nil {
			t.Fatal(err)
		}
		keyed := c.with("Idempotency-Key", "busy")
		keyed.do("POST", "/api/v1/stores", `{"name":"Lejos"}`).wantError(http.StatusServiceUnavailable, "unavailable", "")
		b.clock.advance(answerTakes)
		keyed.do("POST", "/api/v1/stores", `{"name":"Lejos"}`).want(http.StatusCreated)
	})
}

func TestMe(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	c := b.owner("ana@example.com")
	me := into[wire.Me](c.do("GET", "/api/v1/me", nil), http.StatusOK)
	if me.Operator.Availability != "away" || me.Operator.Email != "ana@example.com" || !slices.Contains(me.Permissions, "administration") || me.Account.Version != 1 {
		t.Errorf("me is %+v", me)
	}
	c.do("PATCH", "/api/v1/me", fields{"name": "Ana Ñ 👩‍👩‍👧‍👦"}).wantError(http.StatusBadRequest, "invalid", "version")
	changed := into[wire.Me](c.do("PATCH", "/api/v1/me", fields{"name": "Ana Ñ 👩‍👩‍👧‍👦", "language": "en", "version": me.Operator.Version}), http.StatusOK)
	if changed.Operator.Name != "Ana Ñ 👩‍👩‍👧‍👦" || changed.Operator.Language != "en" || changed.Operator.Version != me.Operator.Version+1 {
		t.Errorf("changed to %+v", changed.Operator)
	}
	c.do("PATCH", "/api/v1/me", fields{"name": "Old", "version": me.Operator.Version}).wantError(http.StatusConflict, "conflict", "version")
	if again := into[wire.Me](c.do("GET", "/api/v1/me", nil), http.StatusOK); again.Operator.Name != "Ana Ñ 👩‍👩‍👧‍👦" {
		t.Errorf("a warm process still answers %+v", again.Operator)
	}
	if o := into[wire.Operator](c.do("PUT", "/api/v1/me/availability", fields{"status": "available"}), http.StatusOK); o.Availability != "available" {
		t.Errorf("availability %+v", o)
	}
}

func TestOperators(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	owner := b.owner("ana@example.com")
	account, me := owner.me()
	valid := func(change fields) fields {
		body := fields{"name": "Juan", "email": "juan@example.com", "role": "operator", "password": secretWord}
		for field, value := range change {
			body[field] = value
		}
		return body
	}
	t.Run("a new one is away with capacity 20 in the first store", func(t *testing.T) {
		o := into[wire.Operator](owner.do("POST", "/api/v1/operators", valid(nil)), http.StatusCreated)
		if o.Availability != "away" || o.Capacity != 20 || !slices.Equal(o.StoreIDs, []string{string(account.StoreID)}) || !o.Active || o.Version != 1 {
			t.Errorf("made %+v", o)
		}
		b.signedIn("juan@example.com")
	})
	for name, test := range map[string]struct {
		change fields
		status int
		field  string
	}{
		"an address that is taken": {nil, 409, "email"},
		"a second owner":           {fields{"email": "x@example.com", "role": "owner"}, 400, "role"},
		"a role that is none":      {fields{"email": "x@example.com", "role": "king"}, 400, "role"},
		"a short password":         {fields{"email": "x@example.com", "password": "short"}, 400, "password"},
		"a capacity below zero":    {fields{"email": "x@example.com", "capacity": -1}, 400, "capacity"},
		"a language nobody speaks": {fields{"email": "x@example.com", "languages": []string{"tlh"}}, 400, "languages"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			a := owner.do("POST", "/api/v1/operators", valid(test.change))
			failure := a.want(test.status)["error"].(map[string]any)
			if failure["field"] != test.field {
				t.Errorf("answered %v", failure)
			}
		})
	}
	t.Run("one who sees only their stores always has one", func(t *testing.T) {
		admin := into[wire.Operator](owner.do("POST", "/api/v1/operators", valid(fields{"email": "leo@example.com", "role": "admin", "storeIds": []string{}})), http.StatusCreated)
		if len(admin.StoreIDs) != 0 {
			t.Errorf("an administrator has the stores %q", admin.StoreIDs)
		}
		path := "/api/v1/operators/" + admin.ID
		for version, change := range []fields{{"role": "operator"}, {"storeIds": []string{}}} {
			change["version"] = version + 1
			if o := into[wire.Operator](owner.do("PATCH", path, change), http.StatusOK); !slices.Equal(o.StoreIDs, []string{string(account.StoreID)}) {
				t.Errorf("after %v they have the stores %q", change, o.StoreIDs)
			}
		}
	})
	t.Run("addresses are shown to those who manage them", func(t *testing.T) {
		supervisor, _ := owner.employ(chat.Supervisor, "sofia@example.com")
		for _, o := range into[wire.List[wire.Operator]](supervisor.do("GET", "/api/v1/operators", nil), http.StatusOK).Items {
			if o.Email != "" {
				t.Errorf("a supervisor sees %s", o.Email)
			}
		}
		list := into[wire.List[wire.Operator]](owner.do("GET", "/api/v1/operators", nil), http.StatusOK).Items
		if len(list) != 4 || list[0].Email != "ana@example.com" {
			t.Errorf("the owner sees %+v", list)
		}
	})
	t.Run("the owner stays, and stays active", func(t *testing.T) {
		admin, _ := owner.employ(chat.Admin, "eva@example.com")
		path := "/api/v1/operators/" + string(me.ID)
		admin.do("PATCH", path, fields{"role": "admin", "version": me.Version}).wantError(http.StatusConflict, "conflict", "role")
		admin.do("PATCH", path, fields{"active": false, "version": me.Version}).wantError(http.StatusConflict, "conflict", "active")
		if o := into[wire.Operator](admin.do("PATCH", path, fields{"role": "owner", "capacity": 5, "version": me.Version}), http.StatusOK); o.Capacity != 5 || o.Role != "owner" {
			t.Errorf("changed to %+v", o)
		}
	})
	t.Run("one who leaves is signed out, and their conversations go back to the pool", func(t *testing.T) {
		juan := b.signedIn("juan@example.com")
		_, operator := juan.me()
		ch := owner.connect("phone-1")
		first, second := owner.receive(ch, "573001", "Uno", "hola"), owner.receive(ch, "573002", "Dos", "hola")
		for _, id := range []chat.ConversationID{first, second} {
			v := into[wire.Conversation](owner.do("POST", "/api/v1/conversations/"+string(id)+"/assign", fields{"operatorId": operator.ID}), http.StatusOK)
			if v.AssigneeID == nil || *v.AssigneeID != string(operator.ID) {
				t.Fatalf("assigned to %v", v.AssigneeID)
			}
		}
		owner.do("POST", "/api/v1/conversations/"+string(second)+"/pending", nil).want(http.StatusOK)
		_, operator = juan.me()
		path := "/api/v1/operators/" + string(operator.ID)
		left := into[wire.Operator](owner.do("PATCH", path, fields{"active": false, "version": operator.Version}), http.StatusOK)
		if left.Active {
			t.Errorf("left as %+v", left)
		}
		if jobs := b.jobs(chat.JobRelease); !slices.ContainsFunc(jobs, func(j chat.Job) bool { return j.Subject == string(operator.ID) }) {
			t.Fatalf("no job gives their conversations back: %+v", jobs)
		}
		for _, id := range []chat.ConversationID{first, second} { // as the job does
			if err := b.desk.Release(t.Context(), account.ID, id, operator.ID); err != nil {
				t.Fatal(err)
			}
		}
		juan.do("GET", "/api/v1/me", nil).wantError(http.StatusUnauthorized, "unauthenticated", "")
		b.client().do("POST", "/api/v1/auth/sign-in", fields{"email": "juan@example.com", "password": secretWord}).wantError(http.StatusUnauthorized, "unauthenticated", "")
		for _, id := range []chat.ConversationID{first, second} {
			if v := into[wire.Conversation](owner.do("GET", "/api/v1/conversations/"+string(id), nil), http.StatusOK); v.AssigneeID != nil {
				t.Errorf("conversation %s stays with %s", id, *v.AssigneeID)
			}
		}
		owner.do("POST", "/api/v1/conversations/"+string(first)+"/assign", fields{"operatorId": operator.ID}).wantError(http.StatusConflict, "conflict", "operatorId")
	})
	t.Run("every change leaves a line of who did it", func(t *testing.T) { // S2-23, S2-24
		lines, err := b.store.Activities(t.Context(), account.ID, "2026-11", chat.PageRequest{Limit: 100})
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
	b := newBed(t)
	c := b.owner("ana@example.com")
	get := func() wire.Settings {
		return into[wire.Settings](c.do("GET", "/api/v1/settings", nil), http.StatusOK)
	}
	jobs := func() (n int) {
		account, _ := c.me()
		for shard := range 16 {
			due, err := b.store.Due(t.Context(), shard, b.clock.Now().Add(time.Hour), chat.PageRequest{Limit: 100})
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
	if s := get(); s.Closing.IdleMinutes != nil || s.Distribution.Mode != "groups" || s.TimeZone != "UTC" {
		t.Fatalf("a new account has %+v", s)
	}
	for i, step := range []struct {
		minutes any
		jobs    int // after the step
	}{{60, 1}, {120, 1}, {30, 2}, {nil, 2}, {500, 3}} { // S3-09, D7: only a shorter time arms anew
		s := into[wire.Settings](c.do("PATCH", "/api/v1/settings", fields{"closing": fields{"idleMinutes": step.minutes}, "version": i + 1}), http.StatusOK)
		if n := jobs(); n != step.jobs {
			t.Errorf("closing after %v minutes: %d jobs, want %d", step.minutes, n, step.jobs)
		}
		if (s.Closing.IdleMinutes == nil) != (step.minutes == nil) {
			t.Errorf("closing after %v minutes is shown as %+v", step.minutes, s.Closing)
		}
	}
	s := into[wire.Settings](c.do("PATCH", "/api/v1/settings", fields{"timeZone": "America/Sao_Paulo", "language": "pt", "version": 6}), http.StatusOK)
	if s.TimeZone != "America/Sao_Paulo" || s.Language != "pt" || *s.Closing.IdleMinutes != 500 {
		t.Errorf("changed to %+v", s)
	}
	c.do("PATCH", "/api/v1/settings", fields{"language": "es", "version": 6}).wantError(http.StatusConflict, "conflict", "version")
	c.do("PATCH", "/api/v1/settings", fields{"closing": fields{"idleMinutes": 0}, "version": 7}).wantError(http.StatusBadRequest, "invalid", "closing.idleMinutes")
	_, owner := c.me()
	c.do("PUT", "/api/v1/distribution", fields{"mode": "manager"}).wantError(http.StatusBadRequest, "invalid", "managerId")
	c.do("PUT", "/api/v1/distribution", fields{"mode": "lottery"}).wantError(http.StatusBadRequest, "invalid", "mode")
	c.do("PUT", "/api/v1/distribution", fields{"mode": "manager", "managerId": owner.ID}).want(http.StatusOK)
	if d := get().Distribution; d.Mode != "manager" || *d.ManagerID != string(owner.ID) {
		t.Errorf("distribution is %+v", d)
	}
	c.do("PUT", "/api/v1/distribution", fields{"mode": "account"}).want(http.StatusOK)
	if d := get().Distribution; d.Mode != "account" || d.ManagerID != nil {
		t.Errorf("distribution is %+v", d)
	}
}

func TestChannels(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana, eva := b.owner("ana@example.com"), b.owner("eva@example.com")
	valid := func(change fields) fields {
		body := fields{"type": "whatsapp", "name": "Ventas", "externalId": "phone-1", "credentials": fields{"accessToken": "EAAG-secret"}, "settings": fields{"x": 1}}
		for field, value := range change {
			body[field] = value
		}
		return body
	}
	a := ana.do("POST", "/api/v1/channels", valid(nil))
	made := into[wire.Channel](a, http.StatusCreated)
	account, _ := ana.me()
	if made.Health.State != "unverified" || made.StoreID != string(account.StoreID) || strings.Contains(a.body, "secret") || strings.Contains(a.body, "credentials") {
		t.Errorf("made %s", a.body)
	}
	stored, err := b.store.Channel(t.Context(), account.ID, chat.ChannelID(made.ID))
	if err != nil || !strings.HasPrefix(string(stored.Credentials), "sealed for "+string(account.ID)) {
		t.Errorf("the credentials lie as %q, %v", string(stored.Credentials), err)
	}
	ana.do("POST", "/api/v1/channels", valid(nil)).wantError(http.StatusConflict, "conflict", "externalId")
	eva.do("POST", "/api/v1/channels", valid(nil)).wantError(http.StatusConflict, "conflict", "externalId")
	for field, change := range map[string]fields{
		"type":                    {"type": "pigeon"},
		"name":                    {"name": ""},
		"externalId":              {"externalId": ""},
		"credentials.accessToken": {"credentials": fields{"accessToken": ""}},
	} {
		ana.do("POST", "/api/v1/channels", valid(change)).wantError(http.StatusBadRequest, "invalid", field)
	}
	path := "/api/v1/channels/" + made.ID
	stored.Health = chat.Health{State: chat.HealthReauthorise, Code: "190", At: b.clock.Now()}
	if err := b.store.UpdateChannel(t.Context(), stored, stored, nil); err != nil {
		t.Fatal(err)
	}
	renamed := into[wire.Channel](ana.do("PATCH", path, fields{"name": "Postventa", "version": 2}), http.StatusOK)
	if renamed.Name != "Postventa" || renamed.Health.State != "reauthorise" {
		t.Errorf("renamed to %+v", renamed)
	}
	ana.do("PATCH", path, fields{"name": "Old", "version": 2}).wantError(http.StatusConflict, "conflict", "version")
	renewed := into[wire.Channel](ana.do("PATCH", path, fields{"credentials": fields{"accessToken": "EAAG-new"}, "version": 3}), http.StatusOK)
	if renewed.Health.State != "unverified" || renewed.Version != 4 {
		t.Errorf("renewed to %+v", renewed)
	}
	if list := into[wire.List[wire.Channel]](ana.do("GET", "/api/v1/channels", nil), http.StatusOK); len(list.Items) != 1 {
		t.Errorf("channels %+v", list.Items)
	}
	editor, _ := ana.employ(chat.Editor, "juan@example.com")
	elsewhere := ana.do("POST", "/api/v1/stores", fields{"name": "Norte"}).want(http.StatusCreated)["id"]
	editor.do("POST", "/api/v1/channels", valid(fields{"externalId": "phone-2", "storeId": elsewhere})).wantError(http.StatusNotFound, "not_found", "")
	editor.do("POST", "/api/v1/channels", valid(fields{"externalId": "phone-2"})).want(http.StatusCreated) // S0-25
	ana.do("DELETE", path, nil).want(http.StatusNoContent)
	ana.do("GET", path, nil).wantError(http.StatusNotFound, "not_found", "")
	eva.do("POST", "/api/v1/channels", valid(nil)).want(http.StatusCreated)
}
