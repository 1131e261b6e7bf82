package apitest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Graph is the provider that admin asks whether a token opens an asset. It opens every asset to every token, until a test says otherwise.
type Graph struct {
	URL string

	mu     sync.Mutex
	down   bool
	tokens map[string][]string // by asset: the tokens that open it
	dead   []string
	asked  []string // the assets, in order
}

func newGraph(t *testing.T) *Graph {
	t.Helper()
	g := &Graph{tokens: map[string][]string{}}
	server := httptest.NewServer(http.HandlerFunc(g.answer))
	t.Cleanup(server.Close)
	g.URL = server.URL
	return g
}

// Down makes it unavailable, or available again.
func (g *Graph) Down(down bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.down = down
}

// Opens makes an asset known to these tokens only.
func (g *Graph) Opens(asset string, tokens ...string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tokens[asset] = tokens
}

// Revokes makes a token invalid.
func (g *Graph) Revokes(token string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dead = append(g.dead, token)
}

// Asked are the assets that were asked for.
func (g *Graph) Asked() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.asked)
}

func (g *Graph) answer(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	asset, token := path.Base(r.URL.Path), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	g.asked = append(g.asked, asset)
	refuse := func(status, code int) {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(Fields{"error": Fields{"code": code, "message": "refused"}})
	}
	tokens, known := g.tokens[asset]
	switch {
	case g.down:
		refuse(http.StatusServiceUnavailable, 2)
	case slices.Contains(g.dead, token):
		refuse(http.StatusUnauthorized, 190)
	case known && !slices.Contains(tokens, token):
		refuse(http.StatusBadRequest, 100)
	default:
		_ = json.NewEncoder(w).Encode(Fields{"id": asset})
	}
}
