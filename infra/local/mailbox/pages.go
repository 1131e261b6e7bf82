package mailbox

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
)

const pageSize = 100

//go:embed pages.html
var pagesHTML string

var pages = template.Must(template.New("pages").Funcs(template.FuncMap{"linked": linked}).Parse(pagesHTML))

func (b *Box) page(w http.ResponseWriter, r *http.Request) {
	found, ok := b.query(w, r)
	if !ok {
		return
	}
	older := ""
	if len(found) == pageSize {
		older = found[len(found)-1].ID
	}
	show(w, "list", map[string]any{"Messages": found, "To": r.FormValue("to"), "Older": older})
}

func (b *Box) messagePage(w http.ResponseWriter, r *http.Request) {
	if m, ok := b.named(w, r); ok {
		show(w, "message", m)
	}
}

// messageHTML is the document in the frame. Its links open in a window of their own.
func (b *Box) messageHTML(w http.ResponseWriter, r *http.Request) {
	m, ok := b.named(w, r)
	if !ok {
		return
	}
	protect(w, "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; frame-ancestors 'self'")
	_, _ = fmt.Fprintf(w, "<base target=\"_blank\">%s", m.HTML)
}

func (b *Box) list(w http.ResponseWriter, r *http.Request) {
	if found, ok := b.query(w, r); ok {
		answerJSON(w, map[string]any{"items": found})
	}
}

func (b *Box) get(w http.ResponseWriter, r *http.Request) {
	if m, ok := b.named(w, r); ok {
		answerJSON(w, m)
	}
}

// query returns the messages that a request asks for. On a failure it writes the error response.
func (b *Box) query(w http.ResponseWriter, r *http.Request) ([]Message, bool) {
	to := r.FormValue("to")
	found, err := b.newest(pageSize, r.FormValue("before"), func(m Message) bool { return m.sentTo(to) })
	if err != nil {
		http.Error(w, "the mail box cannot be read", http.StatusInternalServerError)
		return nil, false
	}
	return found, true
}

// named returns the message in a request's path. If there is none it writes the error response.
func (b *Box) named(w http.ResponseWriter, r *http.Request) (Message, bool) {
	m, ok, err := b.byID(r.PathValue("id"))
	switch {
	case err != nil:
		http.Error(w, "the mail box cannot be read", http.StatusInternalServerError)
	case !ok:
		http.NotFound(w, r)
	}
	return m, ok && err == nil
}

func show(w http.ResponseWriter, name string, data any) {
	protect(w, "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	_ = pages.ExecuteTemplate(w, name, data) // fails only when the client has disconnected
}

func protect(w http.ResponseWriter, policy string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
}

func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// segment is a piece of a text; a link where URL is set.
type segment struct{ Text, URL string }

var link = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,;:!?)\]]`)

// linked cuts a text at its web addresses.
func linked(text string) []segment {
	var out []segment
	from := 0
	for _, at := range link.FindAllStringIndex(text, -1) {
		out = append(out, segment{Text: text[from:at[0]]}, segment{Text: text[at[0]:at[1]], URL: text[at[0]:at[1]]})
		from = at[1]
	}
	return append(out, segment{Text: text[from:]})
}
