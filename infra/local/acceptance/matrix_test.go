package acceptance_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// place is a store with what customers left in it. Everything of it has its mark.
type place struct {
	of                             *account
	mark                           string // a word
	store, number, channel, phone  string
	contact, conversation, message string
	colleague                      *client
	session                        string // of the colleague
	invitation                     string
	conversations                  int
	content                        []string // the mark, and the ids of what belongs to the store
}

// viewer is somebody who calls the API and has a socket.
type viewer struct {
	*browser
	name, role string
	of         *account // nil = of none
	grants     []*place
	ended      bool // they may not do anything any more
}

// roles are what each role may do, written out a second time.
var roles = func() map[string][]string {
	reading := []string{"conversation.read", "contact.read", "operator.read", "store.read", "channel.read", "settings.read"}
	working := append(slices.Clone(reading), "conversation.reply", "conversation.assign", "conversation.resolve", "contact.edit", "profile.edit")
	with := func(more ...string) []string { return append(slices.Clone(working), more...) }
	return map[string][]string{
		"readonly": reading, "operator": working, "supervisor": with("settings.manage"), "editor": with("channel.manage"),
		"admin": with("settings.manage", "channel.manage", "operator.manage", "store.manage", "contact.split"),
		"owner": with("settings.manage", "channel.manage", "operator.manage", "store.manage", "contact.split", "administration"),
	}
}()

func (v viewer) may(permission string) bool { return slices.Contains(roles[v.role], permission) }

// everywhere reports whether the viewer sees every store of the account.
func (v viewer) everywhere() bool {
	return v.role == "owner" || len(v.grants) == 0 && (v.role == "admin" || v.role == "supervisor")
}

func (v viewer) sees(p *place) bool {
	return v.inAccount(p) && (v.everywhere() || slices.Contains(v.grants, p))
}

func (v viewer) inAccount(p *place) bool { return !v.ended && v.of == p.of }

// matrix is every route and frame × role × grants × store, by content.
type matrix struct {
	*system
	t          *testing.T
	places     []*place // a store, another store of the account, a store of another account
	viewers    []*viewer
	cells      int
	unexpected int
}

// cell is one square: what is not as expected is an error.
func (m *matrix) cell(v *viewer, p *place, what string, got, want any) {
	m.t.Helper()
	m.cells++
	if got != want {
		m.unexpected++
		m.t.Errorf("%s, %s of %s: %v, want %v", v.name, what, p.mark, got, want)
	}
}

// leaks returns what a text tells of places that a viewer does not see.
func (m *matrix) leaks(v *viewer, text string) (found []string) {
	for _, p := range m.places {
		for _, word := range p.content {
			if !v.sees(p) && strings.Contains(text, word) {
				found = append(found, word)
			}
		}
	}
	return found
}

// openPlace opens a store with a number, a colleague who serves it, and customers who wrote to it.
func (m *matrix) openPlace(a *account, mark string, conversations int) *place {
	m.t.Helper()
	p := &place{of: a, mark: mark, number: fmt.Sprintf("71%013d", serial.Add(1)), conversations: conversations}
	p.store = a.store("Tienda " + mark)
	if err := m.Phone.AddNumber(p.number, "549114"+p.number[8:], accessToken); err != nil {
		m.t.Fatal(err)
	}
	var made struct{ ID string }
	a.owner.post("/api/v1/channels", object{
		"type": "whatsapp", "name": "Canal " + mark, "storeId": p.store, "externalId": p.number, "credentials": object{"accessToken": accessToken},
	}, http.StatusCreated, &made)
	p.channel = made.ID
	p.colleague = a.operator("Colega", object{"storeIds": []string{p.store}})
	p.session = all[struct{ ID string }](p.colleague, "/api/v1/sessions")[0].ID
	p.invitation = a.invite("operator", object{"storeIds": []string{p.store}}, unique("colega")+"@recado.example")[0].Invitation.ID
	p.content = []string{mark, p.channel, p.invitation}
	for i := range conversations {
		phone := fmt.Sprintf("54911%08d", serial.Add(1))
		if _, err := m.Phone.AddCustomer(whatsapp.Customer{ID: phone, Phone: phone, Name: fmt.Sprintf("Vera %s %d", mark, i)}); err != nil {
			m.t.Fatal(err)
		}
		text := fmt.Sprintf("texto %s %d", mark, i)
		m.deliverTo(p, whatsapp.Incoming{From: phone, Type: "document", Text: text, File: &whatsapp.Upload{Name: mark + ".pdf", Mime: "application/pdf", Content: files[3].content}})
		c := a.from(text)
		p.phone, p.contact, p.conversation, p.message = phone, c.Contact.ID, c.ID, c.Preview.MessageID
		p.content = append(p.content, c.ID, c.Contact.ID, c.Preview.MessageID)
	}
	a.owner.call(http.MethodPatch, "/api/v1/contacts/"+p.contact, object{"email": mark + "@correo.example", "version": versionOf(a.owner, "/api/v1/contacts/"+p.contact)}, http.StatusOK)
	eventually(m.t, func() error {
		got := a.owner.message(p.conversation, p.message).Attachments
		if len(got) != 1 || got[0].State != "ready" {
			return fmt.Errorf("the file is %+v", got)
		}
		return nil
	})
	return p
}

func (m *matrix) deliverTo(p *place, in whatsapp.Incoming) {
	m.t.Helper()
	in.Account = p.number
	if _, err := m.Phone.Deliver(in); err != nil {
		m.t.Fatal(err)
	}
}

func versionOf(c *client, path string) int64 {
	c.t.Helper()
	var v struct{ Version int64 }
	c.get(path, &v)
	return v.Version
}

// employ adds a viewer of the account, with the stores granted.
func (m *matrix) employ(a *account, role, name string, grants ...*place) *viewer {
	m.t.Helper()
	stores := []string{}
	for _, p := range grants {
		stores = append(stores, p.store)
	}
	v := &viewer{browser: a.operator(name, object{"role": role, "storeIds": stores}).browse(), name: name, role: role, of: a, grants: grants}
	m.viewers = append(m.viewers, v)
	return v
}

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	m := &matrix{system: begin(t), t: t}
	a, b := m.signUp("UTC"), m.signUp("UTC")
	a.verify()
	b.verify()
	own, other := m.openPlace(a, "Quinoto", 1), m.openPlace(a, "Zarzamora", 2)
	m.places = []*place{own, other, m.openPlace(b, "Jengibre", 4)}
	m.viewers = []*viewer{
		{browser: a.owner.browse(), name: "owner", role: "owner", of: a},
		{browser: b.owner.browse(), name: "owner of the other account", role: "owner", of: b},
		{browser: &browser{client: &client{s: m.system, t: t}}, name: "nobody", ended: true},
	}
	for _, role := range []string{"admin", "supervisor", "editor", "operator", "readonly"} {
		m.employ(a, role, role+" of one store", own)
		m.employ(a, role, role+" of both stores", own, other)
		if role == "admin" || role == "supervisor" {
			m.employ(a, role, role)
		}
	}
	left := m.employ(a, "admin", "deactivated admin")
	left.view(own.conversation)
	a.change(left.id, object{"active": false})
	left.untilSignedOut()
	m.settle()
	left.mu.Lock()
	left.ended, left.raw = true, nil
	left.mu.Unlock()
	return m
}

// home is the place whose account answers what a viewer asks about their own.
func (m *matrix) home(v *viewer) *place {
	for _, p := range m.places {
		if v.of == p.of {
			return p
		}
	}
	return m.places[0]
}

// document is the part of the served OpenAPI document from which the matrix is made.
type document struct {
	Paths map[string]map[string]struct {
		Permission string `json:"x-permission"`
		Security   []any
	}
	Components struct {
		Schemas map[string]struct {
			Items struct {
				AnyOf []struct {
					Ref string `json:"$ref"`
				}
			}
			Properties map[string]struct{ Const string }
		}
	}
}

// S0-03, S0-06, S1-08, S3-05: what anybody is answered and told is of the stores that they see, on every route and by every frame.
func TestMatrix_RoutesAndFrames_ByContent(t *testing.T) {
	t.Parallel()
	m := newMatrix(t)
	var doc document
	m.places[0].of.owner.get("/api/v1/openapi.json", &doc)
	began := time.Now()
	m.reads(doc)
	m.frames(doc)
	m.writes(doc)
	m.moved()
	t.Logf("matrix: %d cells, %d unexpected, after %v", m.cells, m.unexpected, time.Since(began).Round(time.Second))
	m.settle()
	if n := m.dead("dead"); n != 0 {
		t.Errorf("%d dead letters", n)
	}
	if m.cells < 3000 {
		t.Errorf("only %d cells", m.cells)
	}
}

// routes lists the routes of the document that have a row; a route without one fails the test.
func (m *matrix) routes(doc document, visit func(name, method, path, permission string, public bool)) {
	m.t.Helper()
	known := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(doc.Paths[path])) {
			o := doc.Paths[path][method]
			name := strings.ToUpper(method) + " " + path
			known[name] = true
			if _, ok := rows[name]; !ok {
				m.t.Errorf("%s has no row in the matrix", name)
				continue
			}
			visit(name, strings.ToUpper(method), path, o.Permission, len(o.Security) == 0)
		}
	}
	for name := range rows {
		if !known[name] {
			m.t.Errorf("the matrix has a row for %s, which is no route", name)
		}
	}
}

// snapshot is what a place's things are like: a request that was refused has not changed them.
func (m *matrix) snapshot(p *place) string {
	m.t.Helper()
	owner := p.of.owner
	counts := map[string]any{}
	for _, path := range []string{"/api/v1/conversations/" + p.conversation, "/api/v1/contacts/" + p.contact, "/api/v1/channels/" + p.channel} {
		counts[path] = versionOf(owner, path)
	}
	for _, path := range []string{"/api/v1/channels", "/api/v1/operators", "/api/v1/stores", "/api/v1/invitations"} {
		counts[path] = len(all[object](owner, path))
	}
	text, err := json.Marshal(counts)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(text)
}
