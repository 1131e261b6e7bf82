package stack

import (
	"net/http"
	"strings"
	"time"
)

const (
	// longQueue is the number of inbound messages behind which requests that bring more have to wait. Accepting one takes a fraction of the
	// work that it causes, on the same processors: a flood would otherwise be accepted and not worked off. On AWS the two do not share any.
	longQueue = 2000
	// patience is how long a request waits before it is refused; providers and browsers try again.
	patience = 5 * time.Second
	// lookAgain is how often the queue is looked at meanwhile.
	lookAgain = 20 * time.Millisecond
)

// paced lets requests that bring inbound messages wait while many of them wait already.
func paced(waiting func() int, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		brings := r.Method == http.MethodPost && (strings.HasPrefix(r.URL.Path, "/webhooks/") || r.URL.Path == "/widget/v1/messages")
		if brings && !admitted(r, waiting) {
			w.Header().Set("Retry-After", "5")
			http.Error(w, "the inbound queue is long", http.StatusServiceUnavailable)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// admitted waits until the inbound queue is short enough, and says whether it was within the patience.
func admitted(r *http.Request, waiting func() int) bool {
	for end := time.Now().Add(patience); waiting() >= longQueue; {
		if time.Now().After(end) {
			return false
		}
		select {
		case <-r.Context().Done():
			return false
		case <-time.After(lookAgain):
		}
	}
	return true
}
