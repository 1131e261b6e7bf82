package telegram_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim"
	"github.com/recado-chat/recado/infra/local/sim/telegram"
)

const (
	token  = "123456:ABC-def"
	person = "1000000001"
	secret = "hook_secret"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

type object = map[string]any

// business receives updates, and answers with the given statuses, then with 200.
type business struct {
	*httptest.Server
	mu       sync.Mutex
	statuses []int
	updates  []object
	secrets  []string
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
	status := http.StatusOK
	if len(b.statuses) > 0 {
		status, b.statuses = b.statuses[0], b.statuses[1:]
	}
	update, err := decode(r.Body)
	if err != nil {
		status = http.StatusBadRequest
	}
	if status/100 == 2 {
		b.updates = append(b.updates, update)
		b.secrets = append(b.secrets, r.Header.Get("X-Telegram-Bot-Api-Secret-Token"))
	}
	w.WriteHeader(status)
}

// fixture is a simulator with one bot and its webhook.
type fixture struct {
	*telegram.Simulator
	t        *testing.T
	business *business
	url      string
	dir      string
}

func start(t *testing.T, statuses ...int) *fixture {
	t.Helper()
	f := &fixture{t: t, business: newBusiness(t, statuses...), dir: t.TempDir()}
	f.open()
	if err := f.PutBot(token, "Tienda Demo", "tienda_bot"); err != nil {
		t.Fatal(err)
	}
	f.must("setWebhook", object{"url": f.business.URL, "secret_token": secret, "allowed_updates": []string{
		"message", "edited_message", "message_reaction", "callback_query", "my_chat_member",
	}})
	return f
}

func (f *fixture) open() {
	f.t.Helper()
	s, err := telegram.New(telegram.Options{
		DataDir: f.dir, Now: func() time.Time { return noon }, Retries: []time.Duration{time.Millisecond, time.Millisecond},
		Log: slog.New(slog.NewTextHandler(f.t.Output(), nil)),
	})
	if err != nil {
		f.t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	f.t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		_ = s.Close() // a test may have closed it
	})
	f.Simulator, f.url = s, server.URL
}

// request posts a body to a method and returns the decoded answer; a broken connection has status 0.
func (f *fixture) request(token, method, kind string, body io.Reader) (int, object) {
	f.t.Helper()
	request, err := http.NewRequestWithContext(f.t.Context(), http.MethodPost, f.url+"/telegram/bot"+token+"/"+method, body)
	if err != nil {
		f.t.Fatal(err)
	}
	request.Header.Set("Content-Type", kind)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil
	}
	defer response.Body.Close()
	answer, _ := decode(response.Body) // some answers are not JSON
	return response.StatusCode, answer
}

// decode reads a JSON object and keeps its numbers as they are written.
func decode(body io.Reader) (o object, err error) {
	decoder := json.NewDecoder(body)
	decoder.UseNumber()
	err = decoder.Decode(&o)
	return o, err
}

func (f *fixture) call(method string, args object) (int, object) {
	f.t.Helper()
	body, err := json.Marshal(args)
	if err != nil {
		f.t.Fatal(err)
	}
	return f.request(token, method, "application/json", bytes.NewReader(body))
}

// must calls a method and returns its result.
func (f *fixture) must(method string, args object) any {
	f.t.Helper()
	status, answer := f.call(method, args)
	if status != http.StatusOK || answer["ok"] != true {
		f.t.Fatalf("%s: got %d %v", method, status, answer)
	}
	return answer["result"]
}

// refused calls a method and checks the error.
func (f *fixture) refused(method string, args object, code int, description string) {
	f.t.Helper()
	status, answer := f.call(method, args)
	if status != code || answer["ok"] != false || fmt.Sprint(answer["error_code"]) != fmt.Sprint(code) || answer["description"] != description {
		f.t.Errorf("%s %v: got %d %v, want %d %s", method, args, status, answer, code, description)
	}
}

func (f *fixture) upload(method, field, name string, content []byte, args map[string]string) (int, object) {
	f.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for arg, value := range args {
		_ = w.WriteField(arg, value) // a buffer takes everything
	}
	part, err := w.CreateFormFile(field, name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		f.t.Fatal(err)
	}
	return f.request(token, method, w.FormDataContentType(), &body)
}

func (f *fixture) write(in sim.Incoming) string {
	f.t.Helper()
	if in.From == "" {
		in.From = person
	}
	id, err := f.Write(in)
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

// updates waits for the webhooks to be accepted and returns the updates so far.
func (f *fixture) updates() []object {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 10*time.Second)
	defer cancel()
	if err := f.WaitIdle(ctx); err != nil {
		f.t.Fatal(err)
	}
	f.business.mu.Lock()
	defer f.business.mu.Unlock()
	return append([]object(nil), f.business.updates...)
}

// last is the newest update's object of a kind.
func (f *fixture) last(kind string) object {
	f.t.Helper()
	all := f.updates()
	if len(all) == 0 {
		f.t.Fatal("no update arrived")
	}
	content, ok := all[len(all)-1][kind].(object)
	if !ok {
		f.t.Fatalf("got %v, want %s", all[len(all)-1], kind)
	}
	return content
}

// at is a value inside nested objects and lists: "photo.1.file_id".
func at(v any, path string) any {
	for _, step := range strings.Split(path, ".") {
		switch inner := v.(type) {
		case object:
			v = inner[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(inner) {
				return nil
			}
			v = inner[i]
		default:
			return nil
		}
	}
	return v
}

// want compares values of an object by their paths.
func want(t *testing.T, got any, fields object) {
	t.Helper()
	for path, value := range fields {
		if fmt.Sprint(at(got, path)) != fmt.Sprint(value) {
			t.Errorf("%s is %v, want %v, in %v", path, at(got, path), value, got)
		}
	}
}

func text(chat string) object { return object{"chat_id": chat, "text": "¡Hola! 👨‍👩‍👧"} }
