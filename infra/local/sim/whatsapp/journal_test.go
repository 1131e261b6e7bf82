package whatsapp_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/recado-chat/recado/infra/local/sim/whatsapp"
)

func TestWebhook_ServerError_Retried(t *testing.T) {
	t.Parallel()
	b := newBusiness(t, 500, 503)
	s, _ := start(t, b, nil)
	if _, err := s.SendText(person, "hola"); err != nil {
		t.Fatal(err)
	}
	if err := s.WaitIdle(timeout(t)); err != nil {
		t.Fatal(err)
	}
	if got := b.seen(); len(got) != 1 || s.GivenUp() != 0 {
		t.Errorf("got %d updates and %d given up", len(got), s.GivenUp())
	}
}

func TestWebhook_RetriesExhausted_GivenUp(t *testing.T) {
	t.Parallel()
	b := newBusiness(t, 500, 500, 500)
	s, _ := start(t, b, nil)
	id, err := s.SendText(person, "hola")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.WaitIdle(timeout(t)); err != nil {
		t.Fatal(err)
	}
	if m, _ := s.Message(id); s.GivenUp() != 1 || m.Status != whatsapp.Sent {
		t.Errorf("got %d given up and %s, want sent", s.GivenUp(), m.Status)
	}
}

func TestDeliver_OneCustomer_InOrder(t *testing.T) {
	t.Parallel()
	b := newBusiness(t)
	s, _ := start(t, b, nil)
	for i := range 20 {
		if _, err := s.SendText(person, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.WaitIdle(timeout(t)); err != nil {
		t.Fatal(err)
	}
	for i, u := range b.seen() {
		if text, _ := u.fields["text"].(map[string]any); text["body"] != fmt.Sprint(i) {
			t.Fatalf("message %d says %v", i, text["body"])
		}
	}
}

func TestDeliver_Batch_OneWebhook(t *testing.T) {
	t.Parallel()
	b := newBusiness(t)
	s, _ := start(t, b, nil)
	other := "5491155550102"
	ids, err := s.Deliver(
		whatsapp.Incoming{From: person, Text: "uno"}, whatsapp.Incoming{From: other, Text: "dos"},
		whatsapp.Incoming{From: person, Type: "reaction", Fields: map[string]any{"reaction": map[string]any{"message_id": "wamid.X", "emoji": "🧡"}}},
	)
	if err != nil || len(ids) != 3 {
		t.Fatalf("got %v, %v", ids, err)
	}
	if err := s.WaitIdle(timeout(t)); err != nil {
		t.Fatal(err)
	}
	got := b.seen()
	if len(got) != 3 || len(got[0].value["messages"].([]any)) != 3 || len(got[0].value["contacts"].([]any)) != 2 {
		t.Errorf("got %+v", got)
	}
	if got[2].fields["type"] != "reaction" || got[2].fields["reaction"] == nil {
		t.Errorf("got %v", got[2].fields)
	}
}

// Accepted messages and unanswered webhooks survive the process.
func TestRestart_KeepsMessagesAndWebhooks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	down := newBusiness(t, 500, 500, 500, 500)
	wait := []time.Duration{time.Hour}
	s, base := start(t, down, func(o *whatsapp.Options) { o.DataDir, o.Retries, o.Statuses.Manual = dir, wait, true })
	id, err := s.SendText(person, "¿están?")
	if err != nil {
		t.Fatal(err)
	}
	if status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, hello(toPhone)); status != http.StatusOK {
		t.Fatalf("got %d %v", status, answer)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(filepath.Join(dir, "journal.jsonl"), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`{"message":{"id":"wamid.CUT`); err != nil { // an interrupted write
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}

	up := newBusiness(t)
	again, _ := start(t, up, func(o *whatsapp.Options) { o.DataDir, o.Retries = dir, wait })
	if sent := again.Sent(); len(sent) != 1 || sent[0].Callback != "ref-1" {
		t.Fatalf("got %+v", sent)
	}
	if err := again.WaitStatus(timeout(t), again.Sent()[0].ID, whatsapp.Delivered); err != nil {
		t.Error(err)
	}
	if err := again.WaitIdle(timeout(t)); err != nil {
		t.Fatal(err)
	}
	var arrived bool
	for _, u := range up.seen() {
		arrived = arrived || u.fields["id"] == id
	}
	if m, _ := again.Message(id); !arrived || m.Status != whatsapp.Delivered {
		t.Errorf("the customer's message is %s, arrived=%v", m.Status, arrived)
	}
}

// S1-24
func TestMedia_BothDirections_Limits(t *testing.T) {
	t.Parallel()
	clock := noon
	b := newBusiness(t)
	s, base := start(t, b, func(o *whatsapp.Options) { o.Now = func() time.Time { return clock } })

	kind, body := form(t, map[string]string{"text": "¿este?"}, "foto.jpg", "image/jpeg", []byte("jpeg"))
	if status, answer := send(t, base+"/local/sim/whatsapp/customers/"+person+"/messages", "", kind, body); status != http.StatusCreated {
		t.Fatalf("got %d %v", status, answer)
	}
	if err := s.WaitIdle(timeout(t)); err != nil {
		t.Fatal(err)
	}
	image, _ := b.seen()[0].fields["image"].(map[string]any)
	if image["caption"] != "¿este?" || image["mime_type"] != "image/jpeg" {
		t.Fatalf("got %v", image)
	}
	status, info := get(t, base+"/graph/v27.0/"+fmt.Sprint(image["id"])+"?phone_number_id="+number, token)
	_, rest, _ := strings.Cut(string(info), `"url":"`)
	address, _, _ := strings.Cut(strings.ReplaceAll(rest, `\u0026`, "&"), `"`)
	if status != http.StatusOK || address == "" {
		t.Fatalf("got %d %s", status, info)
	}
	if status, content := get(t, address, token); status != http.StatusOK || string(content) != "jpeg" {
		t.Errorf("got %d %s", status, content)
	}
	if status, _ := get(t, address, "wrong"); status != http.StatusUnauthorized {
		t.Errorf("a wrong token gets %d", status)
	}
	if status, _ := get(t, base+"/graph/v27.0/12345", token); status != http.StatusBadRequest {
		t.Errorf("an unknown id gets %d", status)
	}

	kind, body = form(t, map[string]string{"messaging_product": "whatsapp"}, "lista.pdf", "application/pdf", []byte("%PDF"))
	_, uploaded := send(t, base+"/graph/v27.0/"+number+"/media", token, kind, body)
	document := fmt.Sprintf(`{"messaging_product":"whatsapp",%s,"type":"document","document":{"id":"%v","filename":"lista.pdf","caption":"c"}}`, toPhone, uploaded["id"])
	if status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, document); status != http.StatusOK {
		t.Fatalf("got %d %v", status, answer)
	}
	sent := s.Sent()[0]
	if sent.File == nil || sent.File.Name != "lista.pdf" || sent.Text != "c" {
		t.Errorf("got %+v", sent)
	}
	if status, content := get(t, base+"/local/sim/whatsapp/media/"+sent.File.ID, ""); status != http.StatusOK || string(content) != "%PDF" {
		t.Errorf("the phone gets %d %s", status, content)
	}
	kind, body = form(t, map[string]string{"messaging_product": "whatsapp"}, "a.exe", "application/x-msdownload", []byte("MZ"))
	if status, answer := send(t, base+"/graph/v27.0/"+number+"/media", token, kind, body); status != http.StatusBadRequest || code(answer) != 100 {
		t.Errorf("got %d %v", status, answer)
	}

	clock = noon.Add(6 * time.Minute)
	if status, _ := get(t, address, token); status != http.StatusNotFound {
		t.Errorf("an address of six minutes ago gets %d", status)
	}
}

func TestHandshake_AndRawWebhooks(t *testing.T) {
	t.Parallel()
	b := newBusiness(t)
	s, base := start(t, b, nil)
	if err := s.Handshake(t.Context()); err != nil {
		t.Error(err)
	}
	wrong, _ := start(t, b, func(o *whatsapp.Options) { o.VerifyToken = "wrong" })
	if wrong.Handshake(t.Context()) == nil {
		t.Error("a wrong verify token is accepted")
	}
	if _, answer := post(t, base+"/local/sim/whatsapp/webhooks", "", `{"object":"page"}`); fmt.Sprint(answer["status"]) != "200" {
		t.Errorf("got %v", answer)
	}
	if status, err := s.PostSigned(t.Context(), []byte(`{}`), "sha256=00"); err != nil || status != http.StatusUnauthorized {
		t.Errorf("got %d, %v", status, err)
	}
}

func TestPage_FilesAndState(t *testing.T) {
	t.Parallel()
	s, base := start(t, newBusiness(t), nil)
	if _, err := s.SendText(person, "hola"); err != nil {
		t.Fatal(err)
	}
	status, body := get(t, base+"/local/sim/whatsapp/state", "")
	if status != http.StatusOK || !strings.Contains(string(body), "hola") || strings.Contains(string(body), token) {
		t.Errorf("got %d %s", status, body)
	}
	for path, want := range map[string]string{"": "<!doctype html>", "phone.js": "EventSource", "phone.css": "prefers-color-scheme"} {
		if status, body := get(t, base+"/local/phone/"+path, ""); status != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%q: got %d", path, status)
		}
	}
}

func TestEvents_StreamNewMessage(t *testing.T) {
	t.Parallel()
	s, base := start(t, newBusiness(t), nil)
	request, err := http.NewRequestWithContext(timeout(t), http.MethodGet, base+"/local/sim/whatsapp/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // only read
	buffer := make([]byte, 4096)
	var stream strings.Builder
	for sent := false; !strings.Contains(stream.String(), "por el stream"); {
		n, err := response.Body.Read(buffer)
		if err != nil {
			t.Fatalf("got %q, %v", stream.String(), err)
		}
		stream.Write(buffer[:n])
		if !sent && strings.Contains(stream.String(), "event: hello") {
			sent = true
			if _, err := s.SendText(person, "por el stream"); err != nil {
				t.Fatal(err)
			}
		}
	}
}
