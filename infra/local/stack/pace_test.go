package stack

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

func TestPaced_LongQueue_InboundWaits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, path string
		short        time.Duration // when the queue is short again
		status       int
		after        time.Duration
	}{
		"a short queue":                {http.MethodPost, "/webhooks/whatsapp", 0, http.StatusOK, 0},
		"a webhook, for a second":      {http.MethodPost, "/webhooks/whatsapp", time.Second, http.StatusOK, time.Second},
		"a visitor's message":          {http.MethodPost, "/widget/v1/messages", time.Second, http.StatusOK, time.Second},
		"a webhook, for ever":          {http.MethodPost, "/webhooks/telegram/1", time.Hour, http.StatusServiceUnavailable, patience},
		"a handshake brings nothing":   {http.MethodGet, "/webhooks/whatsapp", time.Hour, http.StatusOK, 0},
		"neither does what people ask": {http.MethodPost, "/api/v1/conversations/1/messages", time.Hour, http.StatusOK, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				waiting := func() int {
					if time.Since(began) < c.short {
						return longQueue
					}
					return longQueue - 1
				}
				answer := httptest.NewRecorder()
				paced(waiting, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(answer, httptest.NewRequest(c.method, c.path, nil))
				if took := time.Since(began); answer.Code != c.status || took < c.after || took > c.after+2*lookAgain {
					t.Errorf("answered %d after %v, want %d after %v", answer.Code, took, c.status, c.after)
				}
			})
		})
	}
}
