package acceptance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// hostile draws what a customer, or a provider, could send to break a conversation. The same seed draws the same.
type hostile struct {
	*rand.Rand
	now time.Time
	ids []string
}

// What cannot be encoded as JSON is put in place of these texts afterwards.
const (
	badUTF8 = "BAD-UTF8"
	tooDeep = "TOO-DEEP"
)

var rawBytes = strings.NewReplacer(badUTF8, "\xff\xfe\xed\xa0\x80", `"`+tooDeep+`"`, strings.Repeat("[", 11_000)+strings.Repeat("]", 11_000))

func (h *hostile) one(of ...any) any { return of[h.IntN(len(of))] }

// text is any text, or something else in its place.
func (h *hostile) text() any {
	if h.IntN(40) == 0 {
		return strings.Repeat(fmt.Sprint(h.one("x", "ñ", "👩‍👩‍👧", "\n", "\u202E")), 60_000)
	}
	return h.one(
		"hola", "", " ", "\u200b\u3164", "\x00\x01", "\u202Eevil\u2066", "👩‍👩‍👧", "<script>alert(1)</script>", "a#b%c~d", "../../x.exe", "\ufffe\uffff",
		strings.Repeat("z", 5000), strings.Repeat("💬", 3000), badUTF8, tooDeep, 7, 1e300, -1, true, nil, object{"a": "b"}, []any{"c", nil},
	)
}

func (h *hostile) time() any {
	unix := func(at time.Time) string { return fmt.Sprint(at.Unix()) }
	return h.one(
		unix(h.now), unix(h.now.Add(-time.Hour)), unix(h.now.AddDate(0, 0, -6)), unix(h.now.AddDate(-40, 0, 0)), unix(h.now.AddDate(3, 0, 0)), "253402300799",
		"253402300800", "99999999999999999999", "0", "-5", "1e400", "soon", "", nil, h.now.Unix(), 1e30, object{},
	)
}

// id is a new id of a message, one that was there, or something else.
func (h *hostile) id() any {
	switch {
	case len(h.ids) > 0 && h.IntN(3) == 0:
		return h.ids[h.IntN(len(h.ids))]
	case h.IntN(12) == 0:
		return h.text()
	}
	id := fmt.Sprintf("wamid.%d", h.Uint64())
	h.ids = append(h.ids, id)
	return id
}

// message is one of any kind, with anything in its fields.
func (h *hostile) message(phone string) object {
	file := func() object {
		return object{"id": h.text(), "mime_type": h.text(), "filename": h.text(), "caption": h.text(), "sha256": h.text()}
	}
	document := fmt.Sprint(h.one(`{"hora":"10:30"}`, `{"a":{"b":[1,2,{"c":null}]}}`, strings.Repeat("[", 20_000), `"x"`, "{", strings.Repeat(`{"k":`, 12)+"1"+strings.Repeat("}", 12)))
	kind, content := "text", any(object{"body": h.text()})
	switch h.IntN(18) {
	case 0, 1:
		kind = fmt.Sprint(h.one("image", "video", "audio", "document", "sticker"))
		content = file()
	case 2:
		kind, content = "location", object{"latitude": h.one(-34.6, 91, "NaN", 1e300, h.text()), "longitude": h.one(-58.3, h.text()), "name": h.text(), "address": h.text()}
	case 3:
		card := object{"name": object{"formatted_name": h.text()}, "phones": []any{object{"phone": h.text()}}, "emails": []any{object{"email": h.text()}}}
		kind, content = "contacts", slices.Repeat([]any{card}, h.one(0, 1, 300).(int))
	case 4:
		kind, content = "interactive", object{"type": "nfm_reply", "nfm_reply": object{"name": h.text(), "body": h.text(), "response_json": document}}
	case 5:
		kind, content = "interactive", object{"type": h.text(), "list_reply": object{"id": h.text(), "title": h.text(), "description": h.text()}}
	case 6:
		kind, content = "button", object{"payload": h.text(), "text": h.text()}
	case 7, 8:
		kind, content = "reaction", object{"message_id": h.id(), "emoji": h.text()}
	case 9:
		kind, content = "edit", object{"original_message_id": h.id(), "message": object{"type": "text", "text": object{"body": h.text()}}}
	case 10:
		kind, content = "revoke", object{"original_message_id": h.id()}
	case 11:
		kind, content = "order", object{"text": h.text(), "product_items": []any{object{"product_retailer_id": h.text(), "quantity": h.text(), "item_price": h.text()}}}
	case 12:
		kind, content = "unsupported", object{"type": h.text()}
	case 13:
		kind, content = "hologram", h.text()
	}
	m := object{"from": phone, "from_user_id": "AR." + phone, "id": h.id(), "timestamp": h.time(), "type": kind, kind: content}
	if h.IntN(3) == 0 {
		m["context"] = object{"id": h.id(), "from": h.text()}
	}
	if h.IntN(5) == 0 {
		m["referral"] = object{"source_url": h.text(), "source_id": h.text(), "source_type": h.text(), "headline": h.text(), "body": h.text(), "ctwa_clid": h.text()}
	}
	if h.IntN(6) == 0 {
		m["errors"] = []any{object{"code": h.one(131052, "x", nil), "title": h.text(), "error_data": object{"details": h.text()}}}
	}
	if h.IntN(15) == 0 {
		m["from"], m["from_user_id"] = h.text(), h.text()
	}
	return m
}

func (h *hostile) status() object {
	return object{
		"id": h.id(), "status": h.one("sent", "delivered", "read", "failed", h.text()), "timestamp": h.time(), "recipient_id": h.text(),
		"biz_opaque_callback_data": h.text(), "pricing": object{"category": h.text(), "type": h.text(), "billable": h.text()}, "errors": []any{object{"code": 1, "title": h.text()}},
	}
}

func (h *hostile) body(t *testing.T, number string, messages, people []any) []byte {
	t.Helper()
	return []byte(rawBytes.Replace(string(payload(t, value(number, messages, []any{h.status()}, people...)))))
}

// Bar 3: customers who try to break their conversations leave an inbox that opens. Every good message beside theirs arrives, every list
// and every single item answers, and no time, name or text is more than the contract allows.
func TestInbox_HostileCustomers_EveryRouteAnswers(t *testing.T) {
	t.Parallel()
	a := begin(t).open("America/New_York")
	h := &hostile{Rand: rand.New(rand.NewPCG(11, 6)), now: a.Clock.Now()}
	phones := []string{"5491150009001", "5491150009002", "5491150009003"}
	for n := range 60 {
		var messages []any
		for range 1 + h.IntN(4) {
			messages = append(messages, h.message(phones[h.IntN(len(phones))]))
		}
		good := phones[n%len(phones)]
		messages = append(messages, textOf(good, fmt.Sprint("wamid.good.", n), fmt.Sprint("good ", n), h.now))
		people := []any{person(good, "Ana")}
		for _, phone := range phones {
			people = append(people, object{"profile": object{"name": h.text(), "username": h.text()}, "wa_id": phone, "user_id": "AR." + phone})
		}
		body := h.body(t, a.number, messages, people)
		for ; len(body) > 3<<20; messages = messages[1:] { // more is refused at the door
			body = h.body(t, a.number, messages[1:], people)
		}
		got, err := a.deliverRaw(body, "application/octet-stream", signature(secret, body))
		if err != nil || got.status != http.StatusOK {
			t.Fatalf("body %d: answered %d, %v", n, got.status, err)
		}
	}
	a.settle()

	goods := map[string]bool{}
	for _, path := range []string{"/api/v1/conversations?status=all&limit=100", "/api/v1/conversations/counts", "/api/v1/contacts?q=ana", "/api/v1/contacts?q=549115000"} {
		a.readable(path)
	}
	for _, sort := range []string{"newest", "oldest", "waiting", "due"} {
		a.readable("/api/v1/conversations?status=open&limit=100&sort=" + sort)
	}
	for _, c := range a.readable("/api/v1/conversations?status=all&limit=100") {
		id := url.PathEscape(c["id"].(string))
		a.readable("/api/v1/conversations/" + id)
		a.readable("/api/v1/conversations/" + id + "/events?limit=100")
		contact := url.PathEscape(c["contact"].(map[string]any)["id"].(string))
		a.readable("/api/v1/contacts/" + contact)
		a.readable("/api/v1/contacts/" + contact + "/conversations")
		for _, m := range a.readable("/api/v1/conversations/" + id + "/messages?limit=100") {
			goods[m["text"].(string)] = true
			a.readable("/api/v1/conversations/" + id + "/messages/" + url.PathEscape(m["id"].(string)))
		}
	}
	for n := range 60 {
		if !goods[fmt.Sprint("good ", n)] {
			t.Errorf("good %d did not arrive", n)
		}
	}
	for line := range strings.Lines(a.log.String()) {
		if strings.Contains(line, `"level":"ERROR"`) || strings.Contains(line, `"reason":"internal"`) || strings.Contains(line, `"reason":"item_too_large"`) {
			t.Errorf("logged %.500s", line)
		}
	}
}

// readable reads a route, page after page, and checks everything in its answers. It returns the items.
func (a *account) readable(path string) (items []map[string]any) {
	a.t.Helper()
	for next := path; next != ""; {
		got := a.owner.call(http.MethodGet, next, nil, http.StatusOK)
		var body any
		decoder := json.NewDecoder(bytes.NewReader(got.body))
		if err := decoder.Decode(&body); err != nil || !utf8.Valid(got.body) || len(got.body) > 6<<20 {
			a.t.Fatalf("%s: %d bytes, %v", next, len(got.body), err)
		}
		a.within(path, "", body)
		next = ""
		if page, ok := body.(map[string]any); ok {
			list, _ := page["items"].([]any)
			for _, item := range list {
				items = append(items, item.(map[string]any))
			}
			if cursor, _ := page["nextCursor"].(string); cursor != "" {
				separator := "?"
				if strings.Contains(path, "?") {
					separator = "&"
				}
				next = path + separator + "cursor=" + url.QueryEscape(cursor)
			}
		}
	}
	return items
}

// within checks that times are near the present and names are short.
func (a *account) within(path, field string, value any) {
	a.t.Helper()
	switch v := value.(type) {
	case map[string]any:
		for name, part := range v {
			a.within(path, name, part)
		}
	case []any:
		for _, part := range v {
			a.within(path, field, part)
		}
	case string:
		if strings.HasSuffix(field, "At") || strings.HasSuffix(field, "Until") || strings.HasSuffix(field, "Since") {
			at, err := time.Parse("2006-01-02T15:04:05.000Z", v)
			if now := a.Clock.Now(); err != nil || at.After(now.AddDate(0, 1, 2)) || at.Before(now.AddDate(0, -2, 0)) {
				a.t.Errorf("%s: %s is %.100q, %v", path, field, v, err)
			}
		}
		if field == "name" && utf8.RuneCountInString(v) > 256 {
			a.t.Errorf("%s: a name of %d characters", path, utf8.RuneCountInString(v))
		}
	}
}
