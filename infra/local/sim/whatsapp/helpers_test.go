package whatsapp_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

const (
	number = "710000000000001"
	person = "5491155550101"
	secret = "app-secret"
	token  = "number-token"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// business receives webhooks, and answers with the given statuses, then with 200.
type business struct {
	*httptest.Server
	mu       sync.Mutex
	statuses []int
	updates  []update
	unsigned int
}

// update is one message or status of a webhook.
type update struct {
	kind   string
	number string
	fields map[string]any
	value  map[string]any
}

func newBusiness(t *testing.T, statuses ...int) *business {
	t.Helper()
	b := &business{statuses: statuses}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

func (b *business) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.Method == http.MethodGet {
		if r.URL.Query().Get("hub.verify_token") == "verify" {
			_, _ = io.WriteString(w, r.URL.Query().Get("hub.challenge")) // the caller reads it or not
		} else {
			w.WriteHeader(http.StatusForbidden)
		}
		return
	}
	body, _ := io.ReadAll(r.Body) // an incomplete body fails the signature check
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	if r.Header.Get("X-Hub-Signature-256") != "sha256="+hex.EncodeToString(mac.Sum(nil)) {
		b.unsigned++
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	status := http.StatusOK
	if len(b.statuses) > 0 {
		status, b.statuses = b.statuses[0], b.statuses[1:]
	}
	if status == http.StatusOK {
		b.take(body)
	}
	w.WriteHeader(status)
}

func (b *business) take(body []byte) {
	var envelope struct {
		Object string
		Entry  []struct {
			Changes []struct {
				Field string
				Value map[string]any
			}
		}
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.Object != "whatsapp_business_account" {
		return
	}
	for _, entry := range envelope.Entry {
		for _, change := range entry.Changes {
			metadata, _ := change.Value["metadata"].(map[string]any)
			for _, kind := range []string{"messages", "statuses"} {
				list, _ := change.Value[kind].([]any)
				for _, one := range list {
					fields, _ := one.(map[string]any)
					b.updates = append(b.updates, update{kind, fmt.Sprint(metadata["phone_number_id"]), fields, change.Value})
				}
			}
		}
	}
}

func (b *business) seen() []update {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]update(nil), b.updates...)
}

func start(t *testing.T, b *business, change func(*whatsapp.Options)) (*whatsapp.Simulator, string) {
	t.Helper()
	options := whatsapp.Options{
		DataDir: t.TempDir(), WebhookURL: b.URL + "/webhooks/whatsapp", AppSecret: secret, VerifyToken: "verify",
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: func() time.Time { return noon }, Retries: []time.Duration{time.Millisecond, time.Millisecond},
	}
	if change != nil {
		change(&options)
	}
	return open(t, options)
}

func open(t *testing.T, options whatsapp.Options) (*whatsapp.Simulator, string) {
	t.Helper()
	s, err := whatsapp.New(options)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		_ = s.Close() // a test may have closed it
	})
	if err := s.AddNumber(number, "5491140001234", token); err != nil {
		t.Fatal(err)
	}
	return s, server.URL
}

func timeout(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func post(t *testing.T, address, bearer, body string) (int, map[string]any) {
	t.Helper()
	return send(t, address, bearer, "application/json", strings.NewReader(body))
}

func send(t *testing.T, address, bearer, kind string, body io.Reader) (int, map[string]any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Authorization", "Bearer "+bearer)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = response.Body.Close() }() // only read
	var answer map[string]any
	_ = json.NewDecoder(response.Body).Decode(&answer) // some answers are not JSON
	return response.StatusCode, answer
}

func hello(to string) string {
	return `{"messaging_product":"whatsapp",` + to + `,"type":"text","text":{"body":"¡Hola! 👨‍👩‍👧"},"biz_opaque_callback_data":"ref-1"}`
}

const toPhone = `"to":"` + person + `"`

func code(answer map[string]any) int {
	e, _ := answer["error"].(map[string]any)
	c, _ := e["code"].(float64)
	return int(c)
}

func form(t *testing.T, fields map[string]string, name, kind string, content []byte) (string, io.Reader) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for field, value := range fields {
		if err := w.WriteField(field, value); err != nil {
			t.Fatal(err)
		}
	}
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", multipart.FileContentDisposition("file", name))
	header.Set("Content-Type", kind)
	part, err := w.CreatePart(header)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), &body
}

func get(t *testing.T, address, bearer string) (int, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // only read
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, body
}
