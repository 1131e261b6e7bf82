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

// business listens for webhooks, and answers with the statuses it is given, then 200.
type business struct {
	*httptest.Server
	mu       sync.Mutex
	statuses []int
	updates  []update
	unsigned int
}

// update is one message or status as it came over the wire.
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
	body, _ := io.ReadAll(r.Body) // a broken body has no right signature
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
	_ = json.NewDecoder(response.Body).Decode(&answer) // some answers are no JSON
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

// S0-22, S1-01: what a customer writes reaches the business as Meta would bring it.
func TestACustomerWrites(t *testing.T) {
	t.Parallel()
	b := newBusiness(t)
	s, base := start(t, b, nil)
	if err := s.PutCustomer(whatsapp.Customer{Phone: "+" + person, Name: "Ana Pérez", UserID: "AR.77"}); err != nil {
		t.Fatal(err)
	}
	status, answer := post(t, base+"/local/sim/whatsapp/customers/"+person+"/messages", "", `{"text":"Hola / 👩🏽‍🚀 ñ"}`)
	if status != http.StatusCreated {
		t.Fatalf("got %d %v", status, answer)
	}
	if err := s.WaitIdle(timeout(t)); err != nil {
		t.Fatal(err)
	}
	got := b.seen()
	if len(got) != 1 || got[0].number != number {
		t.Fatalf("got %+v", got)
	}
	text, _ := got[0].fields["text"].(map[string]any)
	want := map[string]any{"from": person, "from_user_id": "AR.77", "type": "text", "id": answer["id"], "timestamp": fmt.Sprint(noon.Unix())}
	for field, value := range want {
		if got[0].fields[field] != value {
			t.Errorf("%s is %v, want %v", field, got[0].fields[field], value)
		}
	}
	if text["body"] != "Hola / 👩🏽‍🚀 ñ" {
		t.Errorf("the text is %q", text["body"])
	}
	if contacts := fmt.Sprint(got[0].value["contacts"]); !strings.Contains(contacts, "Ana Pérez") || !strings.Contains(contacts, "wa_id:"+person) {
		t.Errorf("the contacts are %s", contacts)
	}
	if m, _ := s.Message(fmt.Sprint(answer["id"])); m.Status != whatsapp.Delivered {
		t.Errorf("the customer's message is %s, want its second tick", m.Status)
	}
}

func TestAHiddenPhoneIsNotNamed(t *testing.T) {
	t.Parallel()
	b := newBusiness(t)
	s, _ := start(t, b, nil)
	if err := s.PutCustomer(whatsapp.Customer{Phone: person, UserID: "AR.77", Username: "ana", HidePhone: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SendText(person, "hola"); err != nil {
		t.Fatal(err)
	}
	if err := s.WaitIdle(timeout(t)); err != nil {
		t.Fatal(err)
	}
	got := b.seen()[0]
	whole, err := json.Marshal(got.value)
	if err != nil || strings.Contains(string(whole), person) || got.fields["from_user_id"] != "AR.77" {
		t.Errorf("got %s, %v", whole, err)
	}
}

// B-13: statuses follow each other, carry the reference, and are read when somebody looks.
func TestTheBusinessAnswers(t *testing.T) {
	t.Parallel()
	for name, to := range map[string]string{"a phone": toPhone, "a user id": `"recipient":"AR.77"`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBusiness(t)
			s, base := start(t, b, nil)
			if err := s.PutCustomer(whatsapp.Customer{Phone: person, UserID: "AR.77"}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.SendText(person, "hola"); err != nil {
				t.Fatal(err)
			}
			status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, hello(to))
			if status != http.StatusOK {
				t.Fatalf("got %d %v", status, answer)
			}
			sent, err := s.WaitSent(timeout(t), 1)
			if err != nil || sent[0].Text != "¡Hola! 👨‍👩‍👧" || sent[0].Customer != person {
				t.Fatalf("got %+v, %v", sent, err)
			}
			if !strings.Contains(fmt.Sprint(answer["messages"]), sent[0].ID) {
				t.Errorf("the answer %v does not name %s", answer, sent[0].ID)
			}
			if err := s.WaitStatus(timeout(t), sent[0].ID, whatsapp.Delivered); err != nil {
				t.Fatal(err)
			}
			if err := s.Look(number, person); err != nil {
				t.Fatal(err)
			}
			if err := s.WaitIdle(timeout(t)); err != nil {
				t.Fatal(err)
			}
			var statuses []string
			for _, u := range b.seen() {
				if u.kind != "statuses" {
					continue
				}
				if u.fields["id"] != sent[0].ID || u.fields["biz_opaque_callback_data"] != "ref-1" {
					t.Errorf("a status lacks its message or reference: %v", u.fields)
				}
				statuses = append(statuses, fmt.Sprint(u.fields["status"]))
			}
			if strings.Join(statuses, " ") != "sent delivered read" {
				t.Errorf("got %v", statuses)
			}
		})
	}
}

func TestGraphRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		number, bearer, body string
		status, code         int
	}{
		"a wrong token":         {number, "wrong", hello(toPhone), 401, 190},
		"no token":              {number, "", hello(toPhone), 401, 190},
		"an unknown number":     {"99", token, hello(toPhone), 400, 100},
		"no product":            {number, token, `{}`, 400, 100},
		"nobody to send to":     {number, token, `{"messaging_product":"whatsapp","type":"text","text":{"body":"a"}}`, 400, 131008},
		"an empty text":         {number, token, `{"messaging_product":"whatsapp",` + toPhone + `,"type":"text"}`, 400, 100},
		"an unknown media id":   {number, token, `{"messaging_product":"whatsapp",` + toPhone + `,"type":"image","image":{"id":"1"}}`, 400, 100},
		"a type from elsewhere": {number, token, `{"messaging_product":"whatsapp",` + toPhone + `,"type":"hologram"}`, 400, 100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, base := start(t, newBusiness(t), nil)
			status, answer := post(t, base+"/graph/v27.0/"+c.number+"/messages", c.bearer, c.body)
			if status != c.status || code(answer) != c.code {
				t.Errorf("got %d %v, want %d and code %d", status, answer, c.status, c.code)
			}
			if len(s.Sent()) != 0 {
				t.Error("the message was taken all the same")
			}
		})
	}
}

// B-13: what Meta accepts and does not deliver is told by a failed status.
func TestAcceptedAndFailedLater(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		to    string
		wrote bool
		fault *whatsapp.Fault
		code  int
	}{
		"outside the window":      {toPhone, false, nil, 131047},
		"a user id in to":         {`"to":"AR.77"`, true, nil, 131026},
		"a user id of nobody":     {`"recipient":"AR.1"`, true, nil, 131026},
		"a fault that comes late": {toPhone, true, &whatsapp.Fault{Do: whatsapp.DoFailLater, Code: 131049}, 131049},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBusiness(t)
			s, base := start(t, b, nil)
			if c.wrote {
				if _, err := s.SendText(person, "hola"); err != nil {
					t.Fatal(err)
				}
			}
			if c.fault != nil {
				if err := s.Fail(*c.fault); err != nil {
					t.Fatal(err)
				}
			}
			if status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, hello(c.to)); status != http.StatusOK {
				t.Fatalf("got %d %v", status, answer)
			}
			if err := s.WaitIdle(timeout(t)); err != nil {
				t.Fatal(err)
			}
			var statuses []map[string]any
			for _, u := range b.seen() {
				if u.kind == "statuses" {
					statuses = append(statuses, u.fields)
				}
			}
			if len(statuses) != 1 || statuses[0]["status"] != "failed" || !strings.Contains(fmt.Sprint(statuses[0]["errors"]), fmt.Sprintf("code:%d", c.code)) {
				t.Errorf("got %v, want %d", statuses, c.code)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault  string
		status int
		code   int
		taken  int
	}{
		"a Graph error":               {`{"code":131056}`, 400, 131056, 0},
		"a status alone":              {`{"do":"status","status":503}`, 503, 0, 0},
		"a dropped connection":        {`{"do":"drop"}`, 0, 0, 0},
		"a drop after it was taken":   {`{"do":"drop","accept":true}`, 0, 0, 1},
		"a status after it was taken": {`{"do":"status","accept":true}`, 502, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, base := start(t, newBusiness(t), nil)
			if status, answer := post(t, base+"/local/sim/whatsapp/faults", "", c.fault); status != http.StatusOK {
				t.Fatalf("got %d %v", status, answer)
			}
			status, answer := post(t, base+"/graph/v27.0/"+number+"/messages", token, hello(toPhone))
			if status != c.status || code(answer) != c.code || len(s.Sent()) != c.taken {
				t.Errorf("got %d %v and %d taken, want %+v", status, answer, len(s.Sent()), c)
			}
			if status, _ := post(t, base+"/graph/v27.0/"+number+"/messages", token, hello(toPhone)); status != http.StatusOK {
				t.Errorf("the next call fails too: %d", status)
			}
		})
	}
	t.Run("a call without an answer", func(t *testing.T) {
		t.Parallel()
		s, base := start(t, newBusiness(t), nil)
		if err := s.Fail(whatsapp.Fault{Do: whatsapp.DoHang, Accept: true}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			_, _ = s.WaitSent(timeout(t), 1) // whatever it says, the call ends
			cancel()
		}()
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/graph/v27.0/"+number+"/messages", strings.NewReader(hello(toPhone)))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close() // the test has failed already
			t.Error("there was an answer")
		}
		if len(s.Sent()) != 1 {
			t.Error("the message was not taken")
		}
	})
	t.Run("unknown faults are refused", func(t *testing.T) {
		t.Parallel()
		s, _ := start(t, newBusiness(t), nil)
		if s.Fail(whatsapp.Fault{Do: "explode"}) == nil || s.Fail(whatsapp.Fault{On: "tuesdays"}) == nil {
			t.Error("they were taken")
		}
	})
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
