package sim

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
)

//go:embed page
var pageFiles embed.FS

// Page is the phone page of a provider: the customers' side in the browser. Its title is Link.Title.
type Page struct {
	Link
	API       string   // the path of the control API
	Accounts  string   // what the accounts are called: "Business number"
	Fields    []Field  // of the form for a new customer
	Reactions []string // emojis that the page offers
	NoDelete  bool     // customers cannot delete a message for both sides
	Block     bool     // customers can block an account: POST /customers/{id}/block
}

// Field is one input of the form for a new customer. Its value is sent under Name to POST /customers.
type Field struct {
	Name        string // of Customer's JSON
	Label       string
	Placeholder string
	Pattern     string // a regular expression of HTML
	Required    bool
	Digits      bool // only the digits count; a phone keyboard shows them
	Check       bool // a check box
}

var indexPage = template.Must(template.ParseFS(pageFiles, "page/index.html"))

// Register serves the page. It loads nothing but its own files.
func (p Page) Register(mux *http.ServeMux) {
	var index bytes.Buffer
	err := indexPage.Execute(&index, p)
	files, sub := fs.Sub(pageFiles, "page")
	if err != nil || sub != nil {
		panic("sim: the embedded page cannot be rendered") // impossible: a test renders it
	}
	serve := http.StripPrefix(p.Path, http.FileServerFS(files))
	secured := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'")
			w.Header().Set("Cache-Control", "no-cache")
			h.ServeHTTP(w, r)
		})
	}
	mux.Handle("GET "+p.Path, secured(serve))
	mux.Handle("GET "+p.Path+"{$}", secured(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(index.Bytes()) // the caller may be gone
	})))
}
