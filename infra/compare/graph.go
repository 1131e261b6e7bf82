package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// graph is a small Graph API that records its calls. What it answers follows from the call alone.
type graph struct {
	server *httptest.Server
	mu     sync.Mutex
	calls  []m
	sent   int
}

func startGraph(context.Context) (*graph, error) {
	g := &graph{}
	g.server = httptest.NewServer(http.HandlerFunc(g.serve))
	return g, nil
}

func (g *graph) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.calls)
}

const business = "700100200300400"

func (g *graph) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	path := versionPattern.ReplaceAllString(r.URL.Path, "/<version>/")
	call := m{"method": r.Method, "path": path, "query": r.URL.RawQuery, "token": r.Header.Get("Authorization"), "body": bodyOf(r, body)}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.calls = append(g.calls, call)
	w.Header().Set("Content-Type", "application/json")
	status, answer := http.StatusOK, any(m{"success": true})
	switch {
	case r.Header.Get("Authorization") == "Bearer dead-token" && r.Method == http.MethodPost: // it still opens the number
		status, answer = refusal(190, "Error validating access token")
	case strings.HasPrefix(path, "/download/"):
		w.Header().Set("Content-Type", "image/png")
		_, _ = w.Write(pixel)
		return
	case strings.HasSuffix(path, "/message_templates"):
		answer = m{"data": templates, "paging": m{"cursors": m{"after": "end"}}}
	case strings.HasSuffix(path, "/media"):
		g.sent++
		answer = m{"id": fmt.Sprintf("upload%d", g.sent)}
	case strings.HasSuffix(path, "/messages") && strings.Contains(string(body), `"status":"read"`):
	case strings.HasSuffix(path, "/messages"):
		for text, code := range map[string]int{"refuse-undeliverable": 131026, "refuse-window": 131047, "refuse-ours": 100} {
			if strings.Contains(string(body), text) {
				status, answer = refusal(code, "Refused on demand")
			}
		}
		if strings.Contains(string(body), "refuse-once") && g.times("refuse-once") == 1 {
			status, answer = refusal(130429, "Rate limit hit")
		}
		if status == http.StatusOK {
			g.sent++
			answer = m{"messaging_product": "whatsapp", "messages": []m{{"id": fmt.Sprintf("wamid.out.%d", g.sent), "message_status": "accepted"}}}
		}
	case strings.HasSuffix(path, "/media-gone"):
		status, answer = refusal(100, "Unsupported get request")
	default:
		id := path[strings.LastIndex(path, "/")+1:]
		answer = m{"id": id, "url": g.server.URL + "/download/" + id, "mime_type": "image/png", "file_size": len(pixel)}
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// times counts the calls whose body has a text.
func (g *graph) times(text string) (n int) {
	for _, call := range g.calls {
		if strings.Contains(show(call["body"]), text) {
			n++
		}
	}
	return n
}

func refusal(code int, message string) (int, any) {
	return http.StatusBadRequest, m{"error": m{"code": code, "message": fmt.Sprintf("(#%d) %s", code, message), "type": "OAuthException"}}
}

// bodyOf reads JSON, or the parts of a form with the files' sizes.
func bodyOf(r *http.Request, body []byte) any {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && strings.HasPrefix(kind, "multipart/") {
		parts := m{}
		reader := multipart.NewReader(strings.NewReader(string(body)), params["boundary"])
		for {
			part, err := reader.NextPart()
			if err != nil {
				return parts
			}
			content, _ := io.ReadAll(part)
			parts[part.FormName()] = m{"file": part.FileName(), "type": part.Header.Get("Content-Type"), "size": len(content)}
		}
	}
	var decoded any
	if json.Unmarshal(body, &decoded) == nil {
		return decoded
	}
	return string(body)
}

// pixel is a picture of one transparent pixel.
var pixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82")

// templates are what the business account has.
var templates = []m{
	{"id": "1", "name": "order_ready", "language": "es_AR", "category": "UTILITY", "status": "APPROVED", "quality_score": m{"score": "GREEN"}, "components": []m{
		{"type": "HEADER", "format": "TEXT", "text": "Hola {{1}}"}, {"type": "BODY", "text": "Su pedido {{1}} está listo hasta las {{2}}."}, {"type": "FOOTER", "text": "Tienda"},
		{"type": "BUTTONS", "buttons": []m{{"type": "QUICK_REPLY", "text": "Voy"}, {"type": "URL", "text": "Ver", "url": "https://shop.example/{{1}}"}}}}},
	{"id": "2", "name": "offer", "language": "pt_BR", "category": "MARKETING", "status": "PAUSED", "quality_score": m{"score": "RED"}, "components": []m{
		{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Olá {{1}}"}}},
	{"id": "3", "name": "aviso", "language": "es_AR", "category": "UTILITY", "status": "APPROVED", "components": []m{{"type": "BODY", "text": "Aviso"}}},
	{"id": "4", "name": "prize", "language": "en", "category": "MARKETING", "status": "REJECTED", "rejected_reason": "SCAM", "components": []m{{"type": "BODY", "text": "You won"}}},
	{"id": "5", "name": "carousel", "language": "en", "category": "MARKETING", "status": "APPROVED", "components": []m{{"type": "CAROUSEL"}}},
}
