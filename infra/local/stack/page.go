package stack

import (
	"embed"
	"net/http"
)

//go:embed page
var page embed.FS

// index lists what a newcomer may open.
func (s *Stack) index(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, page, "page/index.html")
}

func pageFile(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, page, "page/"+name) }
}
