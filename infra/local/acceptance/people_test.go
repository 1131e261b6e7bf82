package acceptance_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

// mailed waits for a mail with a link of the kind and returns its token, unless that is one of known.
func (s *system) mailed(to, kind string, known ...string) string {
	s.t.Helper()
	link := regexp.MustCompile(`/` + kind + `\?token=([A-Za-z0-9_%-]+)`)
	var token string
	eventually(s.t, func() error {
		ctx, cancel := context.WithTimeout(s.t.Context(), patience)
		defer cancel()
		m, err := s.Mail.Wait(ctx, to, "")
		if err != nil {
			return err
		}
		found := link.FindStringSubmatch(m.Text)
		if found == nil {
			return fmt.Errorf("the newest mail has no link to %s: %s", kind, m.Subject)
		}
		for _, k := range known {
			if k == found[1] {
				return fmt.Errorf("no new mail")
			}
		}
		token = found[1]
		return nil
	})
	return token
}

// signIn begins a session with a cookie, as a browser does.
func (s *system) signIn(email, password string) *client {
	s.t.Helper()
	c := &client{s: s, t: s.t}
	got := c.call(http.MethodPost, "/api/v1/auth/sign-in", object{"email": email, "password": password}, http.StatusOK)
	cookie := got.header.Get("Set-Cookie")
	for _, attribute := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(cookie, attribute) {
			s.t.Errorf("the cookie lacks %s: %.40s…", attribute, cookie[strings.Index(cookie, ";"):])
		}
	}
	c.cookie, _, _ = strings.Cut(cookie, ";")
	return c
}

// untilSignedOut waits until the API refuses the client's session. A session that the function admin ended is in the cache of
// callers of the function api for up to rest.CallerMaxAge.
func (c *client) untilSignedOut() {
	c.t.Helper()
	eventually(c.t, func() error {
		got, err := c.try(http.MethodGet, "/api/v1/me", nil)
		if err == nil && got.status != http.StatusUnauthorized {
			err = fmt.Errorf("an ended session got %d %s, want 401", got.status, got.body)
		}
		return err
	})
}

// Concurrent and repeated sign-ups with one address create one account.
func TestSignUp_Concurrent_OneAccount(t *testing.T) {
	t.Parallel()
	s := begin(t)
	nobody := &client{s: s, t: t}
	body := object{"accountName": "Tienda", "name": "Ana", "email": "Ana@Recado.example", "password": password, "client": "api"}
	statuses := make([]int, 8)
	var group errgroup.Group
	for i := range statuses {
		group.Go(func() error {
			got, err := nobody.try(http.MethodPost, "/api/v1/auth/sign-up", body)
			statuses[i] = got.status
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	made := 0
	for _, status := range statuses {
		switch status {
		case http.StatusCreated:
			made++
		case http.StatusConflict, http.StatusServiceUnavailable: // the address is taken, or another request is taking it
		default:
			t.Errorf("a sign-up was answered %d", status)
		}
	}
	if made != 1 {
		t.Fatalf("%d accounts were made", made)
	}
	body["email"], body["password"] = "ana@recado.EXAMPLE", "another long password"
	got := nobody.call(http.MethodPost, "/api/v1/auth/sign-up", body, http.StatusConflict)
	if code, field := got.fault(); code != "conflict" || field != "email" {
		t.Errorf("a second sign-up got %s", got.body)
	}
	s.signIn("ana@recado.example", password)
	nobody.call(http.MethodPost, "/api/v1/auth/sign-in", object{"email": "ana@recado.example", "password": "another long password"}, http.StatusUnauthorized)
	body["email"], body["password"] = "corta@recado.example", "corta"
	got = nobody.call(http.MethodPost, "/api/v1/auth/sign-up", body, http.StatusBadRequest)
	if _, field := got.fault(); field != "password" {
		t.Errorf("a short password got %s", got.body)
	}
}

// A mailed link works once. A reset password ends all sessions; a changed password ends all but the current one.
func TestMailedLinks_Once_PasswordEndsSessions(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := s.signUp("UTC")
	var me struct {
		Operator struct{ EmailVerified bool }
	}
	nobody := &client{s: s, t: t}
	verify := s.mailed(a.email, "verify")
	nobody.call(http.MethodPost, "/api/v1/auth/reset", object{"token": verify, "password": password + "!"}, http.StatusBadRequest)
	nobody.call(http.MethodPost, "/api/v1/auth/verify", object{"token": verify}, http.StatusNoContent)
	nobody.call(http.MethodPost, "/api/v1/auth/verify", object{"token": verify}, http.StatusBadRequest)
	if a.owner.get("/api/v1/me", &me); !me.Operator.EmailVerified {
		t.Error("the address is not verified")
	}

	laptop, phone := s.signIn(a.email, password), s.signIn(a.email, password)
	sessions := all[struct {
		ID, UserAgent string
		Current       bool
	}](laptop, "/api/v1/sessions")
	if len(sessions) != 3 {
		t.Fatalf("%d sessions are listed", len(sessions))
	}
	for _, session := range all[struct {
		ID      string
		Current bool
	}](phone, "/api/v1/sessions") {
		if session.Current {
			laptop.call(http.MethodDelete, "/api/v1/sessions/"+session.ID, nil, http.StatusNoContent)
		}
	}
	phone.call(http.MethodGet, "/api/v1/me", nil, http.StatusUnauthorized)

	changed := password + " nueva"
	laptop.call(http.MethodPut, "/api/v1/me/password", object{"current": "no es esta", "password": changed}, http.StatusBadRequest)
	laptop.call(http.MethodPut, "/api/v1/me/password", object{"current": password, "password": changed}, http.StatusNoContent)
	a.owner.untilSignedOut()
	laptop.call(http.MethodGet, "/api/v1/me", nil, http.StatusOK)
	nobody.call(http.MethodPost, "/api/v1/auth/sign-in", object{"email": a.email, "password": password}, http.StatusUnauthorized)

	nobody.call(http.MethodPost, "/api/v1/auth/forgot", object{"email": "nadie@recado.example"}, http.StatusAccepted)
	nobody.call(http.MethodPost, "/api/v1/auth/forgot", object{"email": a.email}, http.StatusAccepted)
	reset := s.mailed(a.email, "reset")
	again := password + " otra vez"
	statuses := make([]int, 4)
	var group errgroup.Group
	for i := range statuses {
		group.Go(func() error {
			got, err := nobody.try(http.MethodPost, "/api/v1/auth/reset", object{"token": reset, "password": again})
			statuses[i] = got.status
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	worked := 0
	for _, status := range statuses {
		if status == http.StatusNoContent {
			worked++
		} else if status != http.StatusBadRequest {
			t.Errorf("a reset was answered %d", status)
		}
	}
	if worked != 1 {
		t.Errorf("a link worked %d times", worked)
	}
	laptop.untilSignedOut()
	back := s.signIn(a.email, again)
	back.call(http.MethodPost, "/api/v1/auth/sign-out", nil, http.StatusNoContent)
	back.call(http.MethodGet, "/api/v1/me", nil, http.StatusUnauthorized)
}

// S1-21, S1-02: read marks belong to one operator, apply to all of their devices, and internal actions do not change them.
func TestReadMarks_PerOperator(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	other := a.operator("Otra", nil)
	a.say("5491150008001", "léeme")
	v := a.only()
	a.owner.does(v.ID, "assign", object{"operatorId": a.owner.id})
	laptop, phone := a.owner.browse(), a.signIn(a.email, password).browse()
	theirs := other.browse()
	unread := func(want int) {
		t.Helper()
		var counts struct {
			Mine struct{ Unread struct{ Value int } }
		}
		a.owner.get("/api/v1/conversations/counts", &counts)
		if err := wantCount(counts.Mine.Unread.Value, want); err != nil {
			t.Errorf("unread: %v", err)
		}
	}
	unread(1)

	if now := a.owner.does(v.ID, "read", object{"readUpTo": *v.LastInboundID}); now.Unread {
		t.Error("unread after it was read")
	}
	for _, b := range []*browser{laptop, phone} {
		b.told("read", func(f frame) bool { return f.ConversationID == v.ID && f.ReadUpTo == *v.LastInboundID })
		if b.conversation(v.ID).Unread {
			t.Error("still unread on another device")
		}
	}
	unread(0)
	if !other.conversation(v.ID).Unread {
		t.Error("one operator's read mark applies to another")
	}
	// Internal actions.
	a.owner.does(v.ID, "pending", nil)
	a.owner.does(v.ID, "reopen", nil)
	a.owner.does(v.ID, "assign", object{"operatorId": other.id})
	a.owner.does(v.ID, "assign", object{"operatorId": a.owner.id})
	if a.owner.conversation(v.ID).Unread || !other.conversation(v.ID).Unread {
		t.Error("an internal action changed a read mark")
	}
	if now := a.owner.does(v.ID, "unread", nil); !now.Unread {
		t.Error("read after it was marked unread")
	}
	unread(1)
	a.owner.does(v.ID, "read", object{"readUpTo": *v.LastInboundID})
	a.say("5491150008001", "y esto")
	a.owner.until(v.ID, func(c conversation) bool { return c.Preview.Text == "y esto" && c.Unread })
	unread(1)
	a.settle()
	if n := theirs.count("read", func(frame) bool { return true }); n != 0 {
		t.Errorf("another operator got %d read events", n)
	}
}

// S1-08, S1-09, S1-10: contacts are found by name, phone and e-mail in any usual spelling.
func TestSearch_ContactsByNamePhoneEmail(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	people := []struct{ phone, name, email string }{
		{"5491150009001", "María José García", "maria.garcia@correo.example"},
		{"5215512345678", "Ñoño López", "nono@correo.example"},
		{"5511987654321", "João Gonçalves", "joao@correio.example"},
	}
	for _, p := range people {
		body := payload(t, value(a.number, []any{textOf(p.phone, "wamid."+p.phone, "soy "+p.name, a.Clock.Now())}, nil, person(p.phone, p.name)))
		if _, err := a.Phone.Post(t.Context(), body); err != nil {
			t.Fatal(err)
		}
		v := a.from("soy " + p.name)
		var contact struct{ Version int64 }
		a.owner.get("/api/v1/contacts/"+v.Contact.ID, &contact)
		a.owner.call(http.MethodPatch, "/api/v1/contacts/"+v.Contact.ID, object{"email": p.email, "version": contact.Version}, http.StatusOK)
	}
	for _, tt := range []struct {
		q    string
		want int // index into people, -1 for no result
	}{
		{"garcia", 0}, {"GARCÍA", 0}, {"maria jose", 0}, {"jose gar", 0}, {"garc", 0}, {"garcia lopez", -1},
		{"nono", 1}, {"Ñoño", 1}, {"joao", 2}, {"goncalves", 2}, {"Gonçal", 2}, {"pérez", -1},
		{"5491150009001", 0}, {"+54 9 11 5000-9001", 0}, {"54 11 5000 9001", 0}, {"50009001", 0}, {"1150009001", 0},
		{"+52 1 55 1234 5678", 1}, {"+52 55 1234 5678", 1}, {"5512345678", 1},
		{"+55 11 98765-4321", 2}, {"+55 11 8765-4321", 2}, {"987654321", 2}, {"99999999", -1},
		{"maria.garcia@correo.example", 0}, {"MARIA.GARCIA@", 0}, {"nono@correo", 1}, {"joao@correio.example", 2}, {"joao@correo.example", -1},
	} {
		want := []string{}
		if tt.want >= 0 {
			want = append(want, people[tt.want].name)
		}
		var found []string
		for _, c := range all[struct{ Name string }](a.owner, "/api/v1/contacts?q="+escaped(tt.q)) {
			found = append(found, c.Name)
		}
		var listed []string
		for _, v := range a.owner.conversations("status=all&q=" + escaped(tt.q)) {
			listed = append(listed, v.Contact.Name)
		}
		if fmt.Sprint(found) != fmt.Sprint(want) || fmt.Sprint(listed) != fmt.Sprint(want) {
			t.Errorf("%q finds people %v and conversations of %v, want %v", tt.q, found, listed, want)
		}
	}
}

// S1-11, S1-13, S1-15, S1-16: filtered and sorted lists agree with the counts, and every browser is told of a resolved conversation.
func TestLists_AgreeWithCounts(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	one := a.operator("Uno", nil)
	var ids []string
	for i := range 9 {
		text := fmt.Sprintf("caso %d", i)
		a.say(fmt.Sprintf("549115001000%d", i), text)
		ids = append(ids, a.from(text).ID)
	}
	for _, id := range ids[:6] {
		a.owner.does(id, "assign", object{"operatorId": one.id})
	}
	b := a.owner.browse()
	one.does(ids[0], "resolve", nil)
	b.told("conversation.upserted", func(f frame) bool { return f.Conversation.ID == ids[0] && f.Conversation.Status == "resolved" })
	one.does(ids[1], "resolve", nil)
	one.does(ids[2], "pending", nil)
	a.settle()

	index := func(query string) (found []int) {
		t.Helper()
		for _, v := range a.owner.conversations(query) {
			for i, id := range ids {
				if id == v.ID {
					found = append(found, i)
				}
			}
		}
		return found
	}
	for _, tt := range []struct {
		query string
		want  []int
	}{
		{"status=open", []int{8, 7, 6, 5, 4, 3}},
		{"status=pending", []int{2}},
		{"status=resolved", []int{1, 0}},
		{"status=active", []int{8, 7, 6, 5, 4, 3, 2}},
		{"", []int{8, 7, 6, 5, 4, 3, 2}},
		{"status=all", []int{8, 7, 6, 5, 4, 3, 2, 1, 0}},
		{"status=snoozed", nil},
		{"status=open&sort=oldest", []int{3, 4, 5, 6, 7, 8}},
		{"status=all&assignee=none", []int{6, 7, 8}}, // unassigned conversations are sorted by waiting time
		{"status=all&assignee=none&sort=newest", []int{8, 7, 6}},
		{"status=open&assignee=" + one.id, []int{5, 4, 3}},
		{"status=active&assignee=me", nil},
		{"status=open&sort=waiting", []int{3, 4, 5, 6, 7, 8}},
		{"status=open&assignee=none&sort=waiting", []int{6, 7, 8}},
		{"status=open&channelId=" + a.channel, []int{8, 7, 6, 5, 4, 3}},
	} {
		if got := index(tt.query); fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%q lists %v, want %v", tt.query, got, tt.want)
		}
	}
	type count struct {
		Value int
		More  bool
	}
	var counts struct {
		Mine       struct{ Open, Pending, Unread count }
		Unassigned count
		All        struct{ Open, Pending, Snoozed, Resolved count }
	}
	one.get("/api/v1/conversations/counts", &counts)
	if counts.Mine.Open.Value != 3 || counts.Mine.Pending.Value != 1 || counts.Mine.Unread.Value != 4 || counts.Unassigned.Value != 3 ||
		counts.All.Open.Value != 6 || counts.All.Pending.Value != 1 || counts.All.Snoozed.Value != 0 || counts.All.Resolved.Value != 2 {
		t.Errorf("the counts are %+v", counts)
	}
	// A cursor stays valid when a message arrives between two pages.
	var page list[conversation]
	a.owner.get("/api/v1/conversations?status=open&sort=oldest&limit=3", &page)
	a.say("5491150010003", "el más viejo escribe otra vez")
	a.from("el más viejo escribe otra vez")
	if page.NextCursor == nil {
		t.Fatal("there is no second page")
	}
	seen := map[string]int{}
	rest := all[conversation](a.owner, "/api/v1/conversations?status=open&sort=oldest&limit=3&cursor="+*page.NextCursor)
	for _, v := range append(page.Items, rest...) {
		seen[v.ID]++
	}
	for i, id := range ids[3:] {
		if seen[id] == 0 {
			t.Errorf("row %d is missing", i+3)
		}
	}
	// A reopened conversation leaves the resolved list.
	one.does(ids[0], "reopen", nil)
	a.settle()
	if got := index("status=resolved"); fmt.Sprint(got) != "[1]" {
		t.Errorf("after reopening, resolved lists %v", got)
	}
	a.loadsEqualARecount()
}
