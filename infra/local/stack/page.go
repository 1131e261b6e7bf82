package stack

import (
	"embed"
	"html/template"
	"net/http"
)

//go:embed page
var page embed.FS

var indexPage = template.Must(template.ParseFS(page, "page/index.html"))

// index lists the pages of the local stack.
func (s *Stack) index(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = indexPage.Execute(w, s.Pages()) // fails only when the client has disconnected
}

func pageFile(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, page, "page/"+name) }
}
