package acceptance_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/recado-chat/recado/infra/local/sim"
	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

// Bar 3: customers who try to break their conversations leave an inbox that opens. Every good message beside theirs arrives, every list
// and every single item answers, and no time, name or text is more than the contract allows.
func TestInbox_HostileCustomers_EveryRouteAnswers(t *testing.T) {
	t.Parallel()
	a := begin(t).open("America/New_York")
	h := sim.NewHostile(11, a.Clock.Now())
	phones := []string{"5491150009001", "5491150009002", "5491150009003"}
	for n := range 60 {
		good := phones[n%len(phones)]
		message := textOf(good, fmt.Sprint("wamid.good.", n), fmt.Sprint("good ", n), h.Now)
		body, err := whatsapp.HostileBody(h, a.number, phones, []any{message}, []any{person(good, "Ana")})
		if err != nil {
			t.Fatal(err)
		}
		got, err := a.deliverRaw(body, "application/octet-stream", signature(secret, body))
		if err != nil || got.status != http.StatusOK {
			t.Fatalf("body %d: answered %d, %v", n, got.status, err)
		}
	}
	a.settle()

	a.opens(60)
}

// Bar 3, of Telegram's customers, whose files may be what they do not say they are.
func TestInbox_HostileTelegramCustomers_EveryRouteAnswers(t *testing.T) {
	t.Parallel()
	b := begin(t).openBot()
	h := sim.NewHostile(12, b.Clock.Now())
	for n := range 100 {
		if err := b.Telegram.SendHostile(t.Context(), h, b.id, []string{b.person, "600000001", "600000002"}); err != nil {
			t.Fatalf("update %d: %v", n, err)
		}
		if n%5 == 0 {
			b.writes(sim.Incoming{Text: fmt.Sprint("good ", n/5)})
		}
	}
	b.settle()
	b.opens(20)
}

// opens checks that every list and every single item of the inbox answers, that the texts "good 0" and so on arrived, and that no function
// logged an error.
func (a *account) opens(goods int) {
	a.t.Helper()
	arrived := map[string]bool{}
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
			arrived[m["text"].(string)] = true
			a.readable("/api/v1/conversations/" + id + "/messages/" + url.PathEscape(m["id"].(string)))
		}
	}
	for n := range goods {
		if !arrived[fmt.Sprint("good ", n)] {
			a.t.Errorf("good %d did not arrive", n)
		}
	}
	for line := range strings.Lines(a.log.String()) {
		if strings.Contains(line, `"level":"ERROR"`) || strings.Contains(line, `"reason":"internal"`) || strings.Contains(line, `"reason":"item_too_large"`) {
			a.t.Errorf("logged %.500s", line)
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
