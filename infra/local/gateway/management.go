package gateway

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// Management is the API that functions write to browsers with: POST, GET and DELETE /@connections/{id}, under
// any path prefix.
func (s *Socket) Management() http.Handler { return http.HandlerFunc(s.manage) }

func (s *Socket) manage(w http.ResponseWriter, r *http.Request) {
	_, id, ok := strings.Cut(r.URL.Path, "/@connections/")
	if !ok || id == "" {
		answerFault(w, http.StatusNotFound, "NotFoundException")
		return
	}
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		answerFault(w, http.StatusForbidden, "ForbiddenException")
		return
	}
	c, ok := s.find(id)
	if !ok {
		answerFault(w, http.StatusGone, "GoneException")
		return
	}
	switch r.Method {
	case http.MethodPost:
		c.managePost(w, r)
	case http.MethodGet:
		c.manageGet(w)
	case http.MethodDelete:
		c.end(closing{websocket.StatusNormalClosure, "Connection Closed Normally"})
		w.WriteHeader(http.StatusNoContent)
	default:
		answerFault(w, http.StatusMethodNotAllowed, "MethodNotAllowedException")
	}
}

func (c *connection) managePost(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		answerFault(w, http.StatusRequestEntityTooLarge, "PayloadTooLargeException")
		return
	}
	if err != nil {
		answerFault(w, http.StatusBadRequest, "BadRequestException")
		return
	}
	if err := c.post(data); err != nil {
		answerFault(w, http.StatusGone, "GoneException")
		return
	}
	w.WriteHeader(http.StatusOK)
}

func (c *connection) manageGet(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"connectedAt":  c.connectedAt.Format(time.RFC3339),
		"lastActiveAt": time.UnixMilli(c.lastActive.Load()).UTC().Format(time.RFC3339),
		"identity":     map[string]string{"sourceIp": c.ip, "userAgent": c.userAgent},
	})
}

// answerFault answers an error as the SDK's clients expect it.
func answerFault(w http.ResponseWriter, status int, code string) {
	w.Header().Set("X-Amzn-ErrorType", code)
	answerMessage(w, status, code)
}
