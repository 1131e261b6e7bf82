// Package pushtest gives tests the management endpoint of a WebSocket API, which records what each connection was sent.
//
// Only tests import it; it imports push.
package pushtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/recado-chat/recado/shared/push"
	"github.com/recado-chat/recado/shared/sdk"
)

// Gateway is the endpoint. Every connection that it is asked for exists, unless Answer says otherwise.
type Gateway struct {
	*push.Poster

	mu      sync.Mutex
	answers map[string][]int
	frames  map[string][]string
	calls   map[string]int
}

// New starts a gateway that ends with the test, and a poster to it on the SDK's real client.
func New(t testing.TB) *Gateway {
	t.Helper()
	g := &Gateway{answers: map[string][]int{}, frames: map[string][]string{}, calls: map[string]int{}}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	poster, err := push.New(push.NewClient(aws.Config{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient:  sdk.NewHTTPClient(),
		Retryer:     sdk.Retryer(func() {}),
	}, server.URL+"/prod/"))
	if err != nil {
		t.Fatal(err)
	}
	g.Poster = poster
	return g
}

// Answer makes the next requests for a connection fail with these statuses, one each.
func (g *Gateway) Answer(connection string, statuses ...int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answers[connection] = statuses
}

// ServeHTTP answers as API Gateway does.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, id, found := strings.Cut(r.URL.Path, "/prod/@connections/")
	body, err := io.ReadAll(r.Body)
	if !found || err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls[r.Method+" "+id]++
	if left := g.answers[id]; len(left) > 0 {
		g.answers[id] = left[1:]
		w.Header().Set("X-Amzn-ErrorType", map[int]string{
			http.StatusGone: "GoneException", http.StatusTooManyRequests: "LimitExceededException",
		}[left[0]])
		w.WriteHeader(left[0])
		return
	}
	if r.Method == http.MethodPost {
		g.frames[id] = append(g.frames[id], string(body))
	}
}

// Calls is how often a connection was asked for with a method.
func (g *Gateway) Calls(method, connection string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.calls[method+" "+connection]
}

// Frames are what a connection was sent, in order.
func (g *Gateway) Frames(connection string) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.frames[connection])
}

// Items are the items of all frames of a connection, in order.
func (g *Gateway) Items(t testing.TB, connection string) []map[string]any {
	t.Helper()
	var items []map[string]any
	for _, frame := range g.Frames(connection) {
		var list []map[string]any
		if err := json.Unmarshal([]byte(frame), &list); err != nil {
			t.Fatalf("a frame is no array of objects: %v: %s", err, frame)
		}
		items = append(items, list...)
	}
	return items
}

// Forget clears what was kept.
func (g *Gateway) Forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	clear(g.frames)
	clear(g.calls)
}
