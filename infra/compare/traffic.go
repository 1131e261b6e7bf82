package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/recado-chat/recado/shared/httpapi/rest"
)

const (
	password = "compare-password"
	number   = "710000000000001" // the recorded webhooks' phone number id
	numberB  = "710000000000002"
	site     = "https://shop.example"
)

// callerKept is longer than a warm function keeps what it read of a caller or a channel.
const callerKept = 6 * time.Second

// traffic is what the parts of the traffic know of each other.
type traffic struct {
	*run
	nobody, owner, other                          *user // other owns the second account
	admin, editor, supervisor, operator, readonly *user
	visitor                                       *user
	ids                                           map[string]string // the first account's, by the path segment before them
	store, channel, siteChannel, siteCode         string
	conversation                                  string
	messages                                      int
}

// drive makes the whole traffic. A failed expectation ends it with an error.
func (r *run) drive() (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			last := ""
			if len(r.steps) > 0 {
				last = r.steps[len(r.steps)-1].label
			}
			err = fmt.Errorf("after #%d %s: %v", len(r.steps)-1, last, fault)
		}
	}()
	doc, err := r.peek(nil, "/api/v1/openapi.json")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(doc.raw, &r.doc); err != nil {
		return fmt.Errorf("read openapi.json: %w", err)
	}
	for _, route := range r.doc.operations() {
		r.routes[route] = &covered{}
	}
	t := &traffic{run: r, ids: map[string]string{}}
	t.nobody = &user{r: r, name: "nobody"}
	t.accounts()
	t.people()
	t.setUp()
	t.webhooks()
	t.replies()
	t.verbs()
	t.lists()
	t.widget()
	t.refusals()
	t.recorded()
	t.endings()
	r.summaries()
	for _, s := range r.sockets {
		_ = s.conn.Close(websocket.StatusNormalClosure, "")
	}
	r.settle()
	return nil
}

var linkToken = regexp.MustCompile(`token=([^\s"<&]+)`)

// mail waits for the nth mail to an address, the oldest first, records it, and returns the token of its link.
func (t *traffic) mail(to string, nth int) string {
	var found answer
	t.until("mail to "+to, func() bool {
		a, err := t.peek(nil, "/local/api/mail?to="+to)
		found = a
		items, _ := a.decoded.(m)["items"].([]any)
		return err == nil && len(items) >= nth
	})
	t.settle()
	t.nobody.record(http.MethodGet, "/local/api/mail", found)
	match := linkToken.FindStringSubmatch(found.must("items.0.text"))
	if match == nil {
		panic("the mail has no link: " + found.get("items.0.text"))
	}
	return match[1]
}

func (t *traffic) signIn(name, address, password string) *user {
	a := t.nobody.post("/auth/sign-in", m{"email": address, "password": password, "client": "api"})
	return &user{r: t.run, name: name, token: a.must("accessToken")}
}

// accounts signs two accounts up, and takes the ways around passwords.
func (t *traffic) accounts() {
	t.nobody.get("/healthz")
	t.nobody.get("/openapi.json")
	t.nobody.get("/no-such-route")
	up := m{"accountName": "Tienda Uno", "name": "Ana Ruiz", "email": "ana@one.example", "password": password, "language": "es", "timeZone": "America/Argentina/Buenos_Aires", "client": "api"}
	but := func(key string, value any) m {
		other := m{}
		for k, v := range up {
			other[k] = v
		}
		other[key] = value
		return other
	}
	for _, body := range []any{"{", "[]", m{}, but("name", ""), but("accountName", strings.Repeat("x", 121)), but("email", "ana"), but("password", "short"), but("language", "xx"), but("timeZone", "Mars"), but("name", 7)} {
		t.nobody.post("/auth/sign-up", body)
	}
	t.nobody.with("Origin", "https://evil.example").post("/auth/sign-up", up)
	a := t.nobody.post("/auth/sign-up", up)
	t.owner = &user{r: t.run, name: "owner", token: a.must("accessToken")}
	t.nobody.post("/auth/sign-up", up)
	b := t.nobody.post("/auth/sign-up", m{"accountName": "Loja Dois", "name": "Bia Reis", "email": "Bia@two.example", "password": password, "language": "pt"})
	cookie := (&user{r: t.run, name: "cookie"}).with("Cookie", strings.Split(firstCookie(b), ";")[0])
	cookie.get("/me")
	cookie.put("/me/availability", m{"status": "available"}) // without an origin
	cookie.with("Origin", "https://evil.example").put("/me/availability", m{"status": "available"})
	cookie.with("Origin", t.url).put("/me/availability", m{"status": "available"})
	cookie.with("Origin", t.url).post("/auth/sign-out", nil)
	cookie.get("/sessions")
	t.nobody.post("/auth/sign-out", nil)
	t.other = t.signIn("other", "bia@two.example", password)
	for _, body := range []any{m{}, m{"email": "ana@one.example", "password": "wrong-password"}, m{"email": "who@one.example", "password": password}, "nonsense"} {
		t.nobody.post("/auth/sign-in", body)
	}

	token := t.mail("ana@one.example", 1)
	t.owner.post("/auth/verify/resend", nil)
	t.mail("ana@one.example", 2)
	for _, body := range []any{m{}, m{"token": "x"}, m{"token": token}, m{"token": token}} {
		t.nobody.post("/auth/verify", body)
	}
	t.owner.post("/auth/verify/resend", nil)
	t.owner.get("/me")
	t.mail("bia@two.example", 1)

	t.nobody.post("/auth/forgot", m{"email": "nonsense"})
	t.nobody.post("/auth/forgot", m{"email": "who@one.example"})
	t.nobody.post("/auth/forgot", m{"email": "ana@one.example"})
	token = t.mail("ana@one.example", 3)
	t.nobody.post("/auth/reset", m{"token": "x", "password": password + "2"})
	t.nobody.post("/auth/reset", m{"token": token, "password": "short"})
	t.nobody.post("/auth/reset", m{"token": token, "password": password + "2"})
	letCallersExpire()
	t.nobody.post("/auth/reset", m{"token": token, "password": password + "3"})
	t.owner.get("/me") // its session has ended
	t.nobody.post("/auth/sign-in", m{"email": "ana@one.example", "password": password})
	second := t.signIn("owner", "ana@one.example", password+"2")
	t.owner = t.signIn("owner", "ana@one.example", password+"2")
	t.owner.put("/me/password", m{"current": "wrong-password", "password": password})
	t.owner.put("/me/password", m{"current": password + "2", "password": "short"})
	t.owner.put("/me/password", m{"current": password + "2", "password": password})
	second.get("/me")
	second = t.signIn("second", "ana@one.example", password)
	sessions := t.owner.get("/sessions")
	t.owner.del("/sessions/no-such-session")
	t.owner.del("/sessions/" + sessions.must("items.0.id"))
	second.get("/me")
}

func firstCookie(a answer) string {
	if cookies := a.header.Values("Set-Cookie"); len(cookies) > 0 {
		return cookies[0]
	}
	panic("no cookie was set")
}

// people makes the operators of every role, a store, and changes what they may change of themselves.
func (t *traffic) people() {
	store := m{"name": "Sucursal Norte"}
	made := t.owner.with("Idempotency-Key", "store-1").post("/stores", store)
	t.owner.with("Idempotency-Key", "store-1").post("/stores", store)
	t.owner.with("Idempotency-Key", "store-1").post("/stores", m{"name": "Otra"})
	t.owner.with("Idempotency-Key", strings.Repeat("k", 129)).post("/stores", store)
	t.owner.post("/stores", m{"name": " "})
	t.store = made.must("id")
	t.owner.get("/stores")

	for _, role := range []string{"admin", "editor", "supervisor", "operator", "readonly"} {
		t.owner.post("/operators", m{"name": "Op " + role, "email": role + "@one.example", "password": password, "role": role, "languages": []string{"es", "en"}})
	}
	for _, body := range []m{{}, {"name": "X"}, {"name": "X", "role": "owner", "email": "x@one.example", "password": password},
		{"name": "X", "role": "operator", "email": "operator@one.example", "password": password}, {"name": "X", "role": "operator", "email": "x@one.example", "password": "short"},
		{"name": "X", "role": "operator", "email": "x@one.example", "password": password, "capacity": 2000},
		{"name": "X", "role": "operator", "email": "x@one.example", "password": password, "storeIds": []string{"NOPE"}}} {
		t.owner.post("/operators", body)
	}
	key := t.owner.with("Idempotency-Key", "operator-1")
	spare := m{"name": "Op spare", "email": "spare@one.example", "password": password, "role": "readonly", "storeIds": []string{t.store}}
	gone := key.post("/operators", spare)
	key.post("/operators", spare)
	for name, at := range map[string]**user{"admin": &t.admin, "editor": &t.editor, "supervisor": &t.supervisor, "operator": &t.operator, "readonly": &t.readonly} {
		*at = &user{r: t.run, name: name}
	}
	for _, u := range []*user{t.admin, t.editor, t.supervisor, t.operator, t.readonly} {
		*u = *t.signIn(u.name, u.name+"@one.example", password)
		u.get("/me")
	}
	spareUser := t.signIn("spare", "spare@one.example", password)
	path := "/operators/" + gone.must("id")
	t.owner.patch(path, m{"name": "Op spare two", "version": 9})
	t.owner.patch(path, m{"role": "owner", "version": 1})
	t.owner.patch(path, m{"name": "Op spare two", "capacity": 3, "storeIds": []string{}, "languages": []string{"pt"}, "version": 1})
	t.admin.patch(path, m{"role": "operator", "version": 2})
	spareUser.get("/me")
	t.admin.patch(path, m{"active": false, "version": 3})
	letCallersExpire()
	spareUser.get("/me")
	t.nobody.post("/auth/sign-in", m{"email": "spare@one.example", "password": password})
	t.other.patch(path, m{"active": true, "version": 4})
	me := t.owner.get("/me")
	t.owner.patch("/operators/"+me.must("operator.id"), m{"active": false, "version": 1 + me.opVersion()})
	t.owner.patch("/operators/"+me.must("operator.id"), m{"active": false, "version": me.opVersion()})
	t.owner.patch("/operators/"+me.must("operator.id"), m{"role": "admin", "version": me.opVersion()})
	list := t.owner.get("/operators")
	t.operator.get("/operators")
	t.ids["operators"] = list.must("items.0.id")

	me = t.operator.get("/me")
	t.operator.patch("/me", m{"name": "Op Uno", "language": "en", "version": me.opVersion() + 1})
	t.operator.patch("/me", m{"language": "xx", "version": me.opVersion()})
	t.operator.patch("/me", m{"picture": "nonsense", "version": me.opVersion()})
	picture := t.upload(t.operator, "/uploads", m{"name": "me.png", "mime": "image/png", "size": len(pixel), "purpose": "picture"}, pixel)
	t.operator.patch("/me", m{"name": "Op Uno", "language": "en", "picture": picture, "version": me.opVersion()})
	t.settle()
	t.nobody.get(t.operator.get("/me").must("operator.picture"))
	t.nobody.get("/widget/v1/pictures/NOPE/NOPE")
	t.operator.put("/me/availability", m{"status": "asleep"})
	t.operator.put("/me/availability", m{"status": "available"})
	t.operator.put("/me/availability", m{"status": "available"})
}

// opVersion is the version of the operator in an answer of /me.
func (a answer) opVersion() int {
	var n int
	if _, err := fmt.Sscan(a.must("operator.version"), &n); err != nil {
		panic(err)
	}
	return n
}

// upload announces a file, uploads it and returns its id.
func (t *traffic) upload(u *user, path string, file m, content []byte) string {
	a := u.post(path, file)
	to := &user{r: t.run, name: "uploader", header: map[string]string{}}
	headers, _ := a.decoded.(m)["headers"].(m)
	for name, value := range headers {
		to.header[name], _ = value.(string)
	}
	to.put(a.must("url"), content)
	return a.must("id")
}

// setUp makes settings and channels.
func (t *traffic) setUp() {
	settings := t.owner.get("/settings")
	v := settings.version()
	for _, body := range []m{{"timeZone": "Mars", "version": v}, {"language": "xx", "version": v}, {"closing": m{"idleMinutes": 0}, "version": v}, {"language": "es", "version": v + 7},
		{"timeZone": "America/Montevideo", "closing": m{"idleMinutes": 2880}, "version": v}} {
		t.owner.patch("/settings", body)
	}
	t.supervisor.patch("/settings", m{"language": "pt", "version": v + 1})
	for _, body := range []m{{"mode": "nonsense"}, {"mode": "manager"}, {"mode": "manager", "managerId": "NOPE"}, {"mode": "groups"}, {"mode": "account"}} {
		t.owner.put("/distribution", body)
	}
	t.owner.get("/settings")

	connect := m{"type": "whatsapp", "name": "WhatsApp Uno", "externalId": number, "displayPhone": "+54 9 11 4000-1234", "credentials": m{"accessToken": "good-token"}, "settings": m{"businessAccountId": business}}
	for _, body := range []any{m{}, m{"type": "fax", "name": "X"}, m{"type": "whatsapp", "name": "X", "externalId": "1"}, m{"type": "whatsapp", "externalId": "1", "credentials": m{"accessToken": "x"}},
		m{"type": "whatsapp", "name": "X", "externalId": "1", "credentials": m{}}, m{"type": "whatsapp", "name": "X", "externalId": "1", "storeId": "NOPE", "credentials": m{"accessToken": "x"}},
		m{"type": "whatsapp", "name": "X", "credentials": m{"accessToken": "x"}}, m{"type": "webchat", "name": "X"}, m{"type": "webchat", "name": "X", "externalId": "mine"}, m{"type": "webchat", "name": "X", "settings": m{"origins": []string{"ftp://x"}}},
		m{"type": "webchat", "name": "X", "settings": m{"origins": []string{site}, "color": "red"}}, m{"type": "webchat", "name": "X", "credentials": m{"accessToken": "x"}}, "[]"} {
		t.owner.post("/channels", body)
	}
	t.operator.post("/channels", connect)
	made := t.admin.with("Idempotency-Key", "channel-1").post("/channels", connect)
	t.admin.with("Idempotency-Key", "channel-1").post("/channels", connect)
	t.owner.post("/channels", connect)
	t.other.post("/channels", connect)
	t.channel = made.must("id")
	t.ids["channels"] = t.channel
	t.settle()
	t.other.post("/channels", m{"type": "whatsapp", "name": "WhatsApp Dois", "externalId": numberB, "credentials": m{"accessToken": "good-token"}})
	chat := t.owner.post("/channels", m{"type": "webchat", "name": "Sitio", "settings": m{"origins": []string{site + "/", "http://localhost:3000"}, "title": "Hola", "greeting": "¿En qué ayudamos?", "color": "#336699"}})
	t.siteChannel, t.siteCode = chat.must("id"), chat.must("externalId")
	extra := t.owner.post("/channels", m{"type": "webchat", "name": "Otro sitio", "storeId": t.store, "settings": m{"origins": []string{site}}})
	t.owner.get("/channels")
	t.operator.get("/channels")
	t.operator.get("/channels/" + extra.must("id")) // of another store
	t.operator.get("/channels/" + t.channel)
	path := "/channels/" + t.channel
	t.owner.patch(path, m{"name": "WhatsApp Principal", "version": 9})
	t.owner.patch(path, m{"name": "", "version": 1})
	t.owner.patch(path, m{"settings": m{"x": strings.Repeat("x", 9<<10)}, "version": 1})
	t.owner.patch(path, m{"name": "WhatsApp Principal", "version": t.owner.get(path).version()})
	t.owner.del("/channels/" + extra.must("id"))
	t.owner.del("/channels/" + extra.must("id"))
	t.owner.get("/capabilities")

	t.owner.post(path+"/templates/sync", nil)
	t.settle()
	t.owner.post("/channels/"+t.siteChannel+"/templates/sync", nil)
	t.other.post(path+"/templates/sync", nil)
	for _, query := range []string{"", "?status=approved", "?status=nonsense", "?q=order", "?limit=1", "?limit=0", "?limit=2&status=paused"} {
		t.operator.get(path + "/templates" + query)
	}
	t.page(t.operator, path+"/templates?limit=2")
	t.owner.get("/channels/" + t.siteChannel + "/templates")
}

// page reads all pages of a list, and one of a cursor that nobody gave out.
func (t *traffic) page(u *user, path string) {
	for cursor, n := "", 0; n < 20; n++ {
		a := u.get(path + "&cursor=" + cursor)
		if cursor = a.get("nextCursor"); cursor == "" {
			break
		}
	}
	u.get(path + "&cursor=nonsense")
}

// letCallersExpire waits until no process holds a caller for what they were before the last request (infra/adr/0008-api-and-admin.md).
func letCallersExpire() { time.Sleep(rest.CallerMaxAge + 100*time.Millisecond) }
