package acceptance_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// kind says what a route leads to.
type kind int

const (
	ofStore   kind = iota // something of a store: 404 unless it is seen
	listed                // what is seen of every store
	ofAccount             // the account's or the caller's own
	colleague             // an operator: 404 in another account
	theirs                // a colleague's own: 404 for everybody else
	open                  // no session
)

// row is what the matrix does with a route.
type row struct {
	kind    kind
	status  int  // for who may; 0 = anything but a refusal
	shows   bool // the answer tells something of the place
	every   bool // only for who sees every store
	queries []string
	body    func(m *matrix, p *place) any
	path    func(m *matrix, p *place) string // for who may, in place of the place's own
	check   func(m *matrix, v *viewer, body []byte) string
}

func fixed(body any) func(*matrix, *place) any { return func(*matrix, *place) any { return body } }

// current is a change of something, with its version.
func current(path string, change object) func(*matrix, *place) any {
	return func(_ *matrix, p *place) any {
		body := object{"version": versionOf(p.of.owner, filled(path, p))}
		for name, value := range change {
			body[name] = value
		}
		return body
	}
}

func site(p *place) object {
	return object{"type": "webchat", "name": "Sitio", "storeId": p.store, "settings": object{"origins": []string{"https://tienda.example"}}}
}

const (
	conversationPath = "/api/v1/conversations/{id}"
	messagePath      = conversationPath + "/messages/{messageId}"
)

var rows = map[string]row{
	"GET /api/v1/conversations": {kind: listed, queries: []string{
		"", "status=all", "status=all&sort=oldest", "sort=waiting", "sort=due", "assignee=none", "assignee=none&sort=newest", "status=all&storeId={store}",
		"assignee=none&storeId={store}", "status=all&channelId={channel}", "q=Vera", "q={mark}", "q={phone}", "q={mark}@correo.example",
		"ids={conversation}",
	}},
	"GET /api/v1/contacts": {kind: listed, queries: []string{"", "q=Vera", "q={mark}", "q={phone}", "q={mark}@correo.example"}},
	"GET /api/v1/channels": {kind: listed, queries: []string{""}},
	"GET /api/v1/stores":   {kind: listed, queries: []string{""}},

	"GET /api/v1/invitations":              {kind: listed, queries: []string{""}},
	"POST /api/v1/invitations":             {status: http.StatusOK, body: invitees},
	"POST /api/v1/invitations/{id}/resend": {status: http.StatusOK, path: anotherInvitation("/resend")},
	"DELETE /api/v1/invitations/{id}":      {status: http.StatusNoContent, path: anotherInvitation("")},

	"GET /api/v1/conversations/counts":                   {kind: ofAccount, status: http.StatusOK, check: counted},
	"GET " + conversationPath:                            {status: http.StatusOK, shows: true},
	"GET " + conversationPath + "/events":                {status: http.StatusOK, shows: true},
	"GET " + conversationPath + "/messages":              {status: http.StatusOK, shows: true},
	"GET " + messagePath:                                 {status: http.StatusOK, shows: true},
	"GET " + messagePath + "/attachments/{attachmentId}": {status: http.StatusFound, shows: true},
	"POST " + conversationPath + "/assign":               {status: http.StatusOK, shows: true, body: fixed(object{"operatorId": nil})},
	"POST " + conversationPath + "/pending":              {status: http.StatusOK, shows: true},
	"POST " + conversationPath + "/read":                 {status: http.StatusOK, shows: true, body: fixed(object{})},
	"POST " + conversationPath + "/reopen":               {status: http.StatusOK, shows: true},
	"POST " + conversationPath + "/resolve":              {status: http.StatusOK, shows: true},
	"POST " + conversationPath + "/unread":               {status: http.StatusOK, shows: true},
	"POST " + messagePath + "/retry":                     {},
	"POST " + conversationPath + "/messages":             {status: http.StatusCreated, shows: true, body: reply},
	"POST /api/v1/uploads":                               {status: http.StatusCreated, body: announced},
	"GET /api/v1/contacts/{id}":                          {status: http.StatusOK, shows: true},
	"PATCH /api/v1/contacts/{id}":                        {status: http.StatusOK, shows: true, body: current("/api/v1/contacts/{id}", object{"lastName": "Sosa"})},
	"GET /api/v1/contacts/{id}/conversations":            {status: http.StatusOK, shows: true},
	"POST /api/v1/contacts/{id}/split":                   {status: http.StatusBadRequest, body: fixed(object{"mergeId": "none"})},
	"POST /api/v1/channels":                              {status: http.StatusCreated, body: func(_ *matrix, p *place) any { return site(p) }},
	"GET /api/v1/channels/{id}":                          {status: http.StatusOK, shows: true},
	"PATCH /api/v1/channels/{id}":                        {status: http.StatusOK, shows: true, body: current("/api/v1/channels/{id}", object{"displayPhone": "54 11 4000"})},
	"DELETE /api/v1/channels/{id}":                       {status: http.StatusNoContent, path: anotherSite},
	"GET /api/v1/channels/{id}/templates":                {status: http.StatusOK},
	"POST /api/v1/channels/{id}/verify":                  {status: http.StatusAccepted},
	"POST /api/v1/channels/{id}/templates/sync":          {},
	"POST /api/v1/operators":                             {status: http.StatusCreated, body: recruit},
	"PATCH /api/v1/operators/{id}":                       {kind: colleague, status: http.StatusOK, body: employed},
	"GET /api/v1/operators":                              {kind: ofAccount, status: http.StatusOK},
	"POST /api/v1/stores":                                {kind: ofAccount, status: http.StatusCreated, every: true, body: fixed(object{"name": "Nueva"})},
	"GET /api/v1/capabilities":                           {kind: ofAccount, status: http.StatusOK},
	"GET /api/v1/settings":                               {kind: ofAccount, status: http.StatusOK},
	"PATCH /api/v1/settings":                             {kind: ofAccount, status: http.StatusOK, body: current("/api/v1/settings", object{"language": "es"})},
	"PUT /api/v1/distribution":                           {kind: ofAccount, status: http.StatusOK, body: fixed(object{"mode": "groups"})},
	"GET /api/v1/me":                                     {kind: ofAccount, status: http.StatusOK},
	"PATCH /api/v1/me":                                   {kind: ofAccount, status: http.StatusConflict, body: fixed(object{"name": "Yo", "version": 999})},
	"PUT /api/v1/me/availability":                        {kind: ofAccount, status: http.StatusOK, body: fixed(object{"status": "away"})},
	"PUT /api/v1/me/password":                            {kind: ofAccount, status: http.StatusBadRequest, body: fixed(object{"current": "otra", "password": password})},
	"POST /api/v1/auth/verify/resend":                    {kind: ofAccount},
	"GET /api/v1/sessions":                               {kind: ofAccount, status: http.StatusOK},
	"DELETE /api/v1/sessions/{id}":                       {kind: theirs},
	"POST /api/v1/socket-tickets":                        {kind: ofAccount, status: http.StatusCreated},
	"GET /healthz":                                       {kind: open},
	"GET /api/v1/openapi.json":                           {kind: open},
	"POST /api/v1/auth/forgot":                           {kind: open},
	"POST /api/v1/auth/invitation":                       {kind: open},
	"POST /api/v1/auth/invitation/accept":                {kind: open},
	"POST /api/v1/auth/reset":                            {kind: open},
	"POST /api/v1/auth/sign-in":                          {kind: open},
	"POST /api/v1/auth/sign-out":                         {kind: open},
	"POST /api/v1/auth/sign-up":                          {kind: open},
	"POST /api/v1/auth/verify":                           {kind: open},
	"GET /widget/v1/frame":                               {kind: open},
	"GET /widget/v1/pictures/{account}/{name}":           {kind: open},
	"POST /widget/v1/sessions":                           {kind: open},
	"GET /widget/v1/files":                               {kind: open},
	"GET /widget/v1/messages":                            {kind: open},
	"POST /widget/v1/messages":                           {kind: open},
	"POST /widget/v1/receipts":                           {kind: open},
	"POST /widget/v1/socket-tickets":                     {kind: open},
	"POST /widget/v1/uploads":                            {kind: open},
}

func reply(*matrix, *place) any {
	return object{"clientId": unique("client"), "type": "text", "text": "buenas"}
}

func announced(_ *matrix, p *place) any {
	return object{"name": "foto.png", "mime": "image/png", "size": 100, "conversationId": p.conversation}
}

func recruit(_ *matrix, p *place) any {
	return object{"name": "Nueva", "email": unique("nueva") + "@recado.example", "role": "operator", "password": password, "storeIds": []string{p.store}}
}

func employed(m *matrix, p *place) any {
	return object{"name": "Colega", "version": p.of.operators()[p.colleague.id].Version}
}

// anotherSite is the path of a channel that may be deleted.
func anotherSite(_ *matrix, p *place) string {
	var made struct{ ID string }
	p.of.owner.post("/api/v1/channels", site(p), http.StatusCreated, &made)
	return "/api/v1/channels/" + made.ID
}

// counted compares the counts with the conversations that are seen. It runs before anything was assigned.
func counted(m *matrix, v *viewer, body []byte) string {
	var counts struct {
		Unassigned struct{ Value int }
		All        struct{ Open struct{ Value int } }
	}
	(answer{body: body}).into(m.t, &counts)
	want := 0
	for _, p := range m.places {
		if v.sees(p) {
			want += p.conversations
		}
	}
	if counts.All.Open.Value != want || counts.Unassigned.Value != want {
		return fmt.Sprintf("%d open and %d unassigned instead of %d", counts.All.Open.Value, counts.Unassigned.Value, want)
	}
	return ""
}

// filled puts a place's ids into a path.
func filled(path string, p *place) string {
	id := p.conversation
	for prefix, other := range map[string]string{"channels": p.channel, "contacts": p.contact, "operators": p.colleague.id, "sessions": p.session, "invitations": p.invitation} {
		if strings.HasPrefix(path, "/api/v1/"+prefix+"/") {
			id = other
		}
	}
	return strings.NewReplacer("{id}", id, "{messageId}", p.message, "{attachmentId}", "1", "{account}", "a", "{name}", "b.png",
		"{store}", p.store, "{channel}", p.channel, "{mark}", p.mark, "{phone}", p.phone,
		"{conversation}", p.conversation).Replace(path)
}

// outcome is what a viewer is to be answered.
func (m *matrix) outcome(v *viewer, p *place, r row, permission string) (status int, shows bool) {
	switch {
	case v.ended:
		return http.StatusUnauthorized, false
	case permission != "" && !v.may(permission), r.every && !v.everywhere():
		return http.StatusForbidden, false
	case r.kind == listed:
		return http.StatusOK, v.sees(p)
	case r.kind == ofStore && !v.sees(p), r.kind == colleague && !v.inAccount(p), r.kind == theirs:
		return http.StatusNotFound, false
	}
	return r.status, r.shows
}

// visit makes one request and compares the whole answer with what is to be seen.
func (m *matrix) visit(v *viewer, p *place, name, method, path string, r row, permission string) {
	m.t.Helper()
	status, shows := m.outcome(v, p, r, permission)
	allowed := status != http.StatusUnauthorized && status != http.StatusForbidden && status != http.StatusNotFound
	target := filled(path, p)
	if allowed && r.path != nil {
		target = r.path(m, p)
	}
	var body any
	if r.body != nil {
		body = r.body(m, p)
	} else if method != http.MethodGet {
		body = object{}
	}
	got, text := m.whole(v, method, target, body)
	want := fmt.Sprint(status)
	seen := fmt.Sprint(got.status)
	if allowed && status == 0 && got.status != http.StatusUnauthorized && got.status != http.StatusForbidden && got.status != http.StatusNotFound && got.status < 500 {
		seen = want
	}
	if shows {
		want += " with it"
	}
	if m.tells(p, text) {
		seen += " with it"
	}
	if leaks := m.leaks(v, text); len(leaks) > 0 {
		seen += fmt.Sprint(" and what is hidden: ", leaks)
	}
	if r.check != nil && allowed {
		seen += r.check(m, v, got.body)
	}
	m.cell(v, p, name, seen, want)
}

// tells reports whether a text tells anything of a place.
func (m *matrix) tells(p *place, text string) bool {
	for _, word := range p.content {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// whole reads an answer with all pages that follow.
func (m *matrix) whole(v *viewer, method, target string, body any) (first answer, text string) {
	m.t.Helper()
	for page := 0; ; page++ {
		got, err := v.try(method, target, body)
		if err != nil {
			m.t.Fatal(err)
		}
		if page == 0 {
			first = got
		}
		text += string(got.body) + got.header.Get("Location")
		var next struct{ NextCursor *string }
		if method == http.MethodGet && got.status == http.StatusOK && strings.Contains(string(got.body), `"nextCursor"`) {
			got.into(m.t, &next)
		}
		if next.NextCursor == nil {
			return first, text
		}
		at, err := url.Parse(target)
		if err != nil || page == 50 {
			m.t.Fatalf("%s does not end: %v", target, err)
		}
		query := at.Query()
		query.Set("cursor", *next.NextCursor)
		at.RawQuery = query.Encode()
		target = at.String()
	}
}

// reads visits what only reads.
func (m *matrix) reads(doc document) {
	m.t.Helper()
	m.routes(doc, func(name, method, path, permission string, public bool) {
		r := rows[name]
		if method != http.MethodGet || r.kind == open {
			return
		}
		for _, v := range m.viewers {
			for _, p := range m.places {
				switch {
				case r.kind == listed:
					for _, query := range r.queries {
						m.visit(v, p, name+"?"+query, method, path+"?limit=3&"+query, r, permission)
					}
				case r.kind != ofAccount || p == m.home(v):
					m.visit(v, p, name, method, path, r, permission)
				}
			}
		}
	})
}

// writes visits what changes something, and the routes without a session. What was refused has changed nothing.
func (m *matrix) writes(doc document) {
	m.t.Helper()
	for _, v := range m.viewers {
		for i, p := range m.places {
			refused := !v.sees(p) || v.role == "readonly"
			var before string
			if refused {
				before = m.snapshot(p)
			}
			m.routes(doc, func(name, method, path, permission string, public bool) {
				r := rows[name]
				switch {
				case r.kind == open && i == 0:
					m.stranger(v, p, name, method, path)
				case method == http.MethodGet, r.kind == open, r.kind == ofAccount && p != m.home(v):
				default:
					if !refused && strings.HasPrefix(path, conversationPath) {
						p.of.owner.does(p.conversation, "reopen", nil)
					}
					m.visit(v, p, name, method, path, r, permission)
				}
			})
			if refused {
				m.cell(v, p, "what was refused changes", m.snapshot(p), before)
			}
		}
	}
}

// moved lets a contact write to two stores of one account, through a number that moves from one to the other: whoever sees either sees the
// contact, and of its conversations those of the stores that they see.
func (m *matrix) moved() {
	m.t.Helper()
	from, to := m.places[0], m.places[1]
	owner, phone := from.of.owner, fmt.Sprintf("54911%08d", serial.Add(1))
	if _, err := m.Phone.AddCustomer(whatsapp.Customer{ID: phone, Phone: phone, Name: "Mudanza"}); err != nil {
		m.t.Fatal(err)
	}
	m.deliverTo(from, whatsapp.Incoming{From: phone, Text: "primera tienda"})
	first := from.of.from("primera tienda")
	owner.does(first.ID, "resolve", nil)
	m.advance(25 * time.Hour)
	owner.call(http.MethodPatch, "/api/v1/channels/"+from.channel, object{"storeId": to.store, "version": versionOf(owner, "/api/v1/channels/"+from.channel)}, http.StatusOK)
	m.deliverTo(from, whatsapp.Incoming{From: phone, Text: "segunda tienda"})
	var second conversation
	eventually(m.t, func() error {
		for _, c := range owner.conversations("status=all&storeId=" + to.store) {
			if c.Contact.ID == first.Contact.ID {
				second = c
				return nil
			}
		}
		return errors.New("nothing came to the second store")
	})
	for _, v := range m.viewers {
		either := v.sees(from) || v.sees(to)
		_, contact := m.whole(v, http.MethodGet, "/api/v1/contacts/"+first.Contact.ID, nil)
		m.cell(v, from, "a contact of two stores", strings.Contains(contact, first.Contact.ID), either)
		_, found := m.whole(v, http.MethodGet, "/api/v1/contacts?q=Mudanza", nil)
		m.cell(v, from, "a contact of two stores in a search", strings.Contains(found, first.Contact.ID), either)
		for _, path := range []string{"/api/v1/contacts/" + first.Contact.ID + "/conversations", "/api/v1/conversations?status=all&q=Mudanza", "/api/v1/conversations?status=all"} {
			_, list := m.whole(v, http.MethodGet, path, nil)
			m.cell(v, from, "the first conversation in "+path, strings.Contains(list, first.ID), v.sees(from))
			m.cell(v, to, "the second conversation in "+path, strings.Contains(list, second.ID), v.sees(to))
		}
	}
}

// stranger visits a route that knows no operators: of the API without a session, of the widget also with an operator's.
func (m *matrix) stranger(v *viewer, p *place, name, method, path string) {
	m.t.Helper()
	if v.token != "" && !strings.HasPrefix(path, "/widget/") {
		return
	}
	var body any
	if method != http.MethodGet {
		body = object{}
	}
	got, text := m.whole(v, method, filled(path, p), body)
	seen := "below 500"
	if got.status >= 500 {
		seen = fmt.Sprint(got.status)
	}
	for _, hidden := range m.places {
		if m.tells(hidden, text) {
			seen += " with " + hidden.mark
		}
	}
	m.cell(v, p, name, seen, "below 500")
}
