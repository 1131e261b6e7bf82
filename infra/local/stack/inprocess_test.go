package stack

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/sdk"
)

func TestInProcess_ServicesDirectly_OthersOverNetwork(t *testing.T) {
	t.Parallel()
	serve := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			w.Header().Set("X-Amzn-Requestid", "1")
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, name+" "+r.Host+r.URL.Path+" "+string(body))
		})
	}
	network := httptest.NewServer(serve("network"))
	t.Cleanup(network.Close)
	c := inProcess{HTTPClient: sdk.NewHTTPClient(), host: "127.0.0.1:1", services: serve("service")}
	for url, want := range map[string]string{
		"http://127.0.0.1:1/queue": "service 127.0.0.1:1/queue hola",
		network.URL + "/bucket":    "network " + strings.TrimPrefix(network.URL, "http://") + "/bucket hola",
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("hola"))
		if err != nil {
			t.Fatal(err)
		}
		response, err := c.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil || string(body) != want || response.StatusCode != http.StatusAccepted || response.Header.Get("X-Amzn-Requestid") != "1" {
			t.Errorf("%s answered %d %q, %v; want %q", url, response.StatusCode, body, err, want)
		}
		response.Body.Close()
	}
}

// A caller that no longer waits gets its own error, and the service finishes.
func TestInProcess_CallerGone_ServiceFinishes(t *testing.T) {
	t.Parallel()
	begun, finished, leave := make(chan struct{}), make(chan struct{}), make(chan struct{})
	c := inProcess{host: "127.0.0.1:1", services: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(begun)
		<-leave
		close(finished)
	})}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-begun
		cancel()
	}()
	request, err := http.NewRequestWithContext(ctx, http.MethodDelete, "http://127.0.0.1:1/@connections/1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Do(request); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(leave)
	<-finished
}
