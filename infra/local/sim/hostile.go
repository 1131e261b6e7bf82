package sim

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

// Hostile draws what a customer, or a provider, could send to break a conversation. The same seed draws the same.
type Hostile struct {
	*rand.Rand
	Now   time.Time
	Files []string // ids of media files that the provider has; empty means none

	ids []string
}

// NewHostile makes a generator.
func NewHostile(seed uint64, now time.Time) *Hostile {
	return &Hostile{Rand: rand.New(rand.NewPCG(seed, 6)), Now: now} // #nosec G404 -- repeatable on purpose
}

// What cannot be encoded as JSON is put in place of these texts afterwards.
const (
	badUTF8 = "BAD-UTF8"
	tooDeep = "TOO-DEEP"
)

var rawBytes = strings.NewReplacer(badUTF8, "\xff\xfe\xed\xa0\x80", `"`+tooDeep+`"`, strings.Repeat("[", 11_000)+strings.Repeat("]", 11_000))

// Encode makes a body, which may be invalid UTF-8.
func (h *Hostile) Encode(v any) ([]byte, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode a hostile body: %w", err)
	}
	return []byte(rawBytes.Replace(string(body))), nil
}

// One picks a value.
func (h *Hostile) One(of ...any) any { return of[h.IntN(len(of))] }

// Text is any text, or something else in its place. Scripts would set window.pwned.
func (h *Hostile) Text() any {
	if h.IntN(40) == 0 {
		return strings.Repeat(fmt.Sprint(h.One("x", "ñ", "👩‍👩‍👧", "\n", "\u202E")), 60_000)
	}
	return h.One(
		"hola", "", " ", "\u200b\u3164", "\x00\x01", "\u202Eevil\u2066", "👩‍👩‍👧", "a#b%c~d", "../../x.exe", "\ufffe\uffff", "factura\u202Efdp.exe", "Ana {{name}} $1 %s",
		"<script>window.pwned=1</script>", `"><img src=x onerror="window.pwned=1">`, "javascript:window.pwned=1", "https://tienda.example/"+strings.Repeat("a", 1800),
		"Z"+strings.Repeat("\u0335\u0340\u0489\u0362", 60), strings.Repeat("o\u0336\u0315\u033f", 600), strings.Repeat("\u2067א", 200),
		strings.Repeat("z", 5000), strings.Repeat("💬", 3000), strings.Repeat("una línea\n", 3000), strings.Repeat("w", 65_536),
		badUTF8, tooDeep, 7, 1e300, -1, true, nil, map[string]any{"a": "b"}, []any{"c", nil},
	)
}

// Time is any Unix time, or something else in its place.
func (h *Hostile) Time() any {
	unix := func(at time.Time) string { return fmt.Sprint(at.Unix()) }
	return h.One(
		unix(h.Now), unix(h.Now.Add(-time.Hour)), unix(h.Now.AddDate(0, 0, -6)), unix(h.Now.AddDate(-40, 0, 0)), unix(h.Now.AddDate(3, 0, 0)), "253402300799",
		"253402300800", "99999999999999999999", "0", "-5", "1e400", "soon", "", nil, h.Now.Unix(), h.Now.UnixMilli(), 1e30, map[string]any{},
	)
}

// ID is a new id of a message in the provider's form, one that was there, or something else.
func (h *Hostile) ID(form string) any {
	switch {
	case len(h.ids) > 0 && h.IntN(3) == 0:
		return h.ids[h.IntN(len(h.ids))]
	case h.IntN(12) == 0:
		return h.Text()
	}
	id := fmt.Sprintf(form, h.Uint64())
	h.ids = append(h.ids, id)
	return id
}

// File is the id of a media file that the provider has, or something else.
func (h *Hostile) File() any {
	if len(h.Files) > 0 && h.IntN(4) > 0 {
		return h.Files[h.IntN(len(h.Files))]
	}
	return h.Text()
}

// Upload is a file of any name whose content may contradict its type.
func (h *Hostile) Upload() Upload {
	return Upload{
		Name: fmt.Sprint(h.Text()),
		Mime: fmt.Sprint(h.One("image/png", "image/svg+xml", "text/html", "audio/ogg", "video/mp4", "application/pdf", "application/x-msdownload", "x", "")),
		Content: []byte(fmt.Sprint(h.One(
			"", "MZ\x90\x00", "%PDF-1.7\n", "\x89PNG\r\n\x1a\n", "OggS\x00\x02", "\x00\x00\x00\x18ftypmp42", strings.Repeat("\xff\x00", 5000),
			"<html><script>window.pwned=1</script>", `<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=1"/>`,
		))),
	}
}

// postHostile lets customers send webhooks that are drawn from a seed, one after the other.
func (c *Control) postHostile(r *http.Request, in struct {
	Seed      uint64   `json:"seed"`
	Webhooks  int      `json:"webhooks"`
	Account   string   `json:"account"` // empty means the first account
	Customers []string `json:"customers"`
},
) (any, error) {
	if len(in.Customers) == 0 {
		return nil, fmt.Errorf("name the customers")
	}
	h := NewHostile(in.Seed, c.Store.options.Now())
	for range in.Webhooks {
		if err := c.Provider.SendHostile(r.Context(), h, in.Account, in.Customers); err != nil {
			return nil, err
		}
	}
	return nil, nil
}
