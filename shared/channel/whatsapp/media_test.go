package whatsapp_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/fault"
)

func info(g **graph) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("phone_number_id") != number {
			http.Error(w, "which number?", http.StatusTeapot)
			return
		}
		answer(200, fmt.Sprintf(`{"url":"%s/download","mime_type":"image/jpeg","sha256":"ab","file_size":5,"id":"990010"}`, (*g).URL))(w, r)
	}
}

// S1-24, PROVIDERS §11-5: an inbound file is read where Meta says, in two steps, each with the token.
func TestFetch(t *testing.T) {
	t.Parallel()
	withToken := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		answer(200, "bytes")(w, r)
	}
	for name, answers := range map[string][]http.HandlerFunc{
		"at once":                       {withToken},
		"after the address has expired": {answer(404, "URL expired"), withToken},
		"after the address was refused": {answer(403, "URL signature expired"), withToken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var g *graph
			g, a := newGraph(t, map[string][]http.HandlerFunc{"990010": {info(&g)}, "download": answers})
			media, err := a.Fetch(t.Context(), credentials, number, "990010")
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(media)
			if err != nil || string(content) != "bytes" || media.Mime != "image/jpeg" || media.Size != 5 {
				t.Errorf("got %q (%s, %d), %v", content, media.Mime, media.Size, err)
			}
			if err := media.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestFetchFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		info, download http.HandlerFunc
		code           fault.Code
	}{
		"an id that Meta does not know":    {answer(400, graphError(100)), nil, fault.NotFound},
		"an address that is gone twice":    {nil, answer(404, ""), fault.NotFound},
		"an address that is refused twice": {nil, answer(403, ""), fault.Unavailable},
		"a dead token":                     {answer(401, graphError(190)), nil, fault.Forbidden},
		"a lookup that fails":              {answer(503, ""), nil, fault.Unavailable},
		"a download that fails":            {nil, answer(503, ""), fault.Unavailable},
		"an answer without an address":     {answer(200, `{}`), nil, fault.Unavailable},
		"an address at another host":       {answer(200, `{"url":"https://evil.example.org/file"}`), nil, fault.Invalid},
		"an address at a look-alike":       {answer(200, `{"url":"https://lookaside.fbsbx.com.example.org/file"}`), nil, fault.Invalid},
		"an address inside":                {answer(200, `{"url":"http://169.254.169.254/latest/meta-data"}`), nil, fault.Invalid},
		"a file announced with more than 100 MB": {nil, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(101<<20))
		}, fault.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var g *graph
			if c.info == nil {
				c.info = info(&g)
			}
			g, a := newGraph(t, map[string][]http.HandlerFunc{"990010": {c.info}, "download": {c.download}})
			_, err := a.Fetch(t.Context(), credentials, number, "990010")
			if !fault.Is(err, c.code) {
				t.Fatalf("got %v, want %s", err, c.code)
			}
			if p := channel.Provider(err); p != nil && p.Class == channel.ClassUncertain {
				t.Errorf("reading cannot be uncertain: %+v", p)
			}
		})
	}
}
