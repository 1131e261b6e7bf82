package acceptance_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/recado-chat/recado/infra/local/stack"
)

const secret = "local-app-secret"

func signature(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// deliverRaw posts bytes to the webhook. The gateway passes bodies of a non-text content type in base64.
func (s *system) deliverRaw(body []byte, contentType, signed string) (answer, error) {
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.URL+"/webhooks/whatsapp", bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if signed != "" {
		request.Header.Set("X-Hub-Signature-256", signed)
	}
	response, err := stays.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return answer{status: response.StatusCode, header: response.Header, body: content}, err
}

// Bar 8: a body signed with one of the secrets is accepted in every encoding, any other is refused, and no input gives a 5xx.
func TestWebhook_AcceptsSignedBodiesOnly(t *testing.T) {
	t.Parallel()
	a := begin(t, func(o *stack.Options) { o.Secrets = map[string]string{"META_APP_SECRET": secret + ", the-next-secret"} }).open("UTC")
	body := payload(t, value(a.number, []any{textOf("5491150006001", "wamid.signed", "¿llega?", a.Clock.Now())}, nil, person("5491150006001", "Ñandú")))
	other := payload(t, value(a.number, []any{textOf("5491150006001", "wamid.other", "¿y este?", a.Clock.Now())}, nil))
	for _, tt := range []struct {
		name        string
		body        []byte
		contentType string
		signed      string
		want        int
	}{
		{"no signature", body, "application/json", "", http.StatusUnauthorized},
		{"a signature of something else", body, "application/json", signature(secret, other), http.StatusUnauthorized},
		{"a signature by another secret", body, "application/json", signature("guess", body), http.StatusUnauthorized},
		{"a signature by the whole list", body, "application/json", signature(secret+", the-next-secret", body), http.StatusUnauthorized},
		{"a signature by nothing", body, "application/json", signature("", body), http.StatusUnauthorized},
		{"a signature without its digest", body, "application/json", "sha256=", http.StatusUnauthorized},
		{"half a signature", body, "application/json", signature(secret, body)[:40], http.StatusUnauthorized},
		{"an older kind of signature", body, "application/json", "sha1=" + signature(secret, body)[7:], http.StatusUnauthorized},
		{"not hexadecimal", body, "application/json", "sha256=" + strings.Repeat("zz", 32), http.StatusUnauthorized},
		{"nothing in it", nil, "application/json", "", http.StatusUnauthorized},
		{"the first secret", body, "application/json", signature(secret, body), http.StatusOK},
		{"the second secret", other, "application/json", signature("the-next-secret", other), http.StatusOK},
		{"base64", body, "application/octet-stream", signature(secret, body), http.StatusOK},
		{"no content type", body, "", signature(secret, body), http.StatusOK},
		{"nothing, signed", nil, "application/json", signature(secret, nil), http.StatusOK},
	} {
		got, err := a.deliverRaw(tt.body, tt.contentType, tt.signed)
		if err != nil {
			t.Fatal(err)
		}
		if got.status != tt.want {
			t.Errorf("%s was answered %d %s, want %d", tt.name, got.status, got.body, tt.want)
		}
		if len(got.body) > 0 {
			t.Errorf("%s was answered with %q", tt.name, got.body)
		}
	}
	a.settle()
	if list := a.owner.messages(a.only().ID); len(list) != 2 || list[0].Text != "¿llega?" || list[1].Text != "¿y este?" {
		t.Errorf("the messages are %+v", list)
	}
}

// Bar 8: the handshake echoes the challenge as plain text if the token is right.
func TestWebhook_Handshake_ChecksToken(t *testing.T) {
	t.Parallel()
	s := begin(t, func(o *stack.Options) {
		o.Secrets = map[string]string{"META_VERIFY_TOKEN": "first-token, second-token"}
	})
	nobody := &client{s: s, t: t}
	for _, tt := range []struct {
		mode, token string
		want        int
	}{
		{"subscribe", "first-token", http.StatusOK},
		{"subscribe", "second-token", http.StatusOK},
		{"subscribe", "third-token", http.StatusForbidden},
		{"subscribe", "", http.StatusForbidden},
		{"unsubscribe", "first-token", http.StatusForbidden},
		{"", "first-token", http.StatusForbidden},
	} {
		query := url.Values{"hub.mode": {tt.mode}, "hub.verify_token": {tt.token}, "hub.challenge": {"<b>1158201444</b>"}}
		got, err := nobody.try(http.MethodGet, "/webhooks/whatsapp?"+query.Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got.status != tt.want || (tt.want == http.StatusOK) != (string(got.body) == "<b>1158201444</b>") {
			t.Errorf("mode %q with token %q was answered %d %q", tt.mode, tt.token, got.status, got.body)
		}
		if kind := got.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("the answer is %q", kind)
		}
	}
	if err := s.Phone.Handshake(t.Context()); err != nil {
		t.Error(err)
	}
}

// Bar 8: a message to an unknown number is accepted, dead-lettered with its reason, counted, and processed after the number is
// connected.
func TestWebhook_UnknownNumber_KeptUntilConnected(t *testing.T) {
	t.Parallel()
	s := begin(t)
	a := s.signUp("UTC")
	a.number = "710000000000777"
	if err := s.Phone.AddNumber(a.number, "5491140007777", accessToken); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"uno", "dos", "tres"} {
		a.say("5491150006002", text)
	}
	malformed := []byte(`{"object":"whatsapp_business_account","entry":[`)
	if got, err := s.deliverRaw(malformed, "application/json", signature(secret, malformed)); err != nil || got.status != http.StatusOK {
		t.Fatalf("a malformed body was answered %d, %v", got.status, err)
	}
	eventually(t, func() error { return wantCount(s.dead("dead"), 4) })
	s.settle()
	reasons := map[string]int{}
	for _, m := range s.takeDead("dead") {
		reasons[*m.Attributes["reason"].StringValue]++
		if source := *m.Attributes["source"].StringValue; !strings.HasSuffix(source, ":to-ingest.fifo") {
			t.Errorf("a letter came from %s", source)
		}
	}
	if reasons["unknown_asset"] != 3 || reasons["malformed_json"] != 1 {
		t.Errorf("the letters died of %v", reasons)
	}
	if n := s.log.count("ingest", "RecordsBuried"); n != 4 {
		t.Errorf("%d burials were counted", n)
	}

	if n := s.redrive("unknown_asset"); n != 3 {
		t.Errorf("%d letters went back before the number was connected", n)
	}
	eventually(t, func() error { return wantCount(s.dead("dead"), 4) }) // dead-lettered again
	s.settle()
	a.connect()
	if n := s.redrive("unknown_asset"); n != 3 {
		t.Errorf("%d letters went back", n)
	}
	s.settle()
	var texts []string
	for _, m := range a.owner.messages(a.only().ID) {
		texts = append(texts, m.Text)
	}
	if strings.Join(texts, " ") != "uno dos tres" {
		t.Errorf("the conversation says %v", texts)
	}
	if n := s.dead("dead"); n != 1 {
		t.Errorf("%d letters are left, want the malformed one", n)
	}
	if n := s.redrive("unknown_asset"); n != 0 {
		t.Errorf("%d letters went back once more", n)
	}
}

// redrive calls the redrive route of the local stack.
func (s *system) redrive(reason string) int {
	s.t.Helper()
	c := &client{s: s, t: s.t}
	var answer struct{ Sent int }
	c.post("/local/redrive", object{"reason": reason}, http.StatusOK, &answer)
	return answer.Sent
}

// Bar 8: a body of 3 MiB is accepted, one byte more is refused.
func TestWebhook_BodyOf3MiB_Accepted(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	text := strings.Repeat("á", 2_000)
	var messages []any
	for i := range 705 {
		messages = append(messages, textOf("5491150006003", fmt.Sprintf("wamid.big-%d", i), text, a.Clock.Now()))
	}
	body := payload(t, value(a.number, messages, nil, person("5491150006003", "Larga")))
	if len(body) < 2_900_000 || len(body) > 3<<20 {
		t.Fatalf("the body has %d bytes", len(body))
	}
	full := append(body[:len(body):len(body)], bytes.Repeat([]byte(" "), 3<<20-len(body))...)
	for _, tt := range []struct {
		name        string
		body        []byte
		contentType string
		want        int
	}{
		{"3 MiB and a byte", append(full[:len(full):len(full)], ' '), "application/json", http.StatusRequestEntityTooLarge},
		{"3 MiB and a byte in base64", append(full[:len(full):len(full)], ' '), "application/octet-stream", http.StatusRequestEntityTooLarge},
		{"far too much", bytes.Repeat([]byte("x"), 12<<20), "application/json", http.StatusRequestEntityTooLarge},
		{"3 MiB", full, "application/json", http.StatusOK},
	} {
		got, err := a.deliverRaw(tt.body, tt.contentType, signature(secret, tt.body))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if got.status != tt.want {
			t.Errorf("%s was answered %d, want %d", tt.name, got.status, tt.want)
		}
	}
	a.settle()
	list := a.owner.messages(a.only().ID)
	if len(list) != len(messages) || list[0].Text != text {
		t.Errorf("%d messages arrived, want %d", len(list), len(messages))
	}

	// A message that is too large for a queue travels through the bucket, and is cut at the most that is kept of a text, which its end says.
	long := strings.Repeat("ñ", 300_000)
	huge := payload(t, value(a.number, []any{textOf("5491150006003", "wamid.huge", long, a.Clock.Now())}, nil))
	if got, err := a.deliverRaw(huge, "application/json", signature(secret, huge)); err != nil || got.status != http.StatusOK {
		t.Fatalf("a huge message was answered %d, %v", got.status, err)
	}
	a.settle()
	list = a.owner.messages(a.only().ID)
	cut := 0
	for _, m := range list {
		if m.Text == strings.Repeat("ñ", 65_532)+" […]" {
			cut++
		}
	}
	if len(list) != len(messages)+1 || cut != 1 || a.dead("dead") != 0 {
		t.Errorf("%d messages, of which %d are cut", len(list), cut)
	}
}

// nasty returns malformed and unusual bodies.
func nasty(number string) []string {
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	at := func(value string) string {
		return `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":` + value + `}]}]}`
	}
	with := func(message string) string {
		return at(`{"metadata":{"phone_number_id":"` + number + `"},"messages":[` + message + `]}`)
	}
	return []string{
		"", " ", "null", "true", "0", `""`, "[]", "{}", "{", "}", `{"object":`, "\x00", "\xff\xfe", "\ufeff{}", "nan", deep, `{"a":` + deep + `}`,
		`{"object":"page","entry":[]}`, `{"object":["whatsapp_business_account"]}`, `{"object":"whatsapp_business_account"}`,
		`{"object":"whatsapp_business_account","entry":{}}`, `{"object":"whatsapp_business_account","entry":[null,1,"x",[],{}]}`,
		`{"object":"whatsapp_business_account","entry":[{"changes":"x"},{"changes":[null,1,{"field":1},{"field":"messages"}]}]}`,
		at("null"), at("1"), at(`"x"`), at("[]"), at("{}"), at(`{"metadata":null}`), at(`{"metadata":{"phone_number_id":7}}`),
		at(`{"messages":[{}]}`), at(`{"statuses":[{}]}`), at(`{"errors":[{}]}`), at(`{"contacts":[{}],"messages":"x","statuses":7}`),
		with("null"), with("1"), with("{}"), with(`{"id":"a"}`), with(`{"id":{"x":1},"from":[],"timestamp":{}}`),
		with(`{"id":"b","from":"549","timestamp":"-99999999999999999999","type":"text","text":{"body":"x"}}`),
		with(`{"id":"c","from":"549","timestamp":"99999999999999999","type":"text","text":{"body":"del futuro"}}`),
		with(`{"id":"d","from":"549","timestamp":"x","type":"text","text":"x"}`),
		with(`{"id":"e","from":"549","timestamp":1,"type":"image","image":{"id":5}}`),
		with(`{"id":"f","from":"549","type":"nonsense","nonsense":{}}`),
		with(`{"id":"g#h#i","from":"#","type":"text","text":{"body":"\u0000\ud800 #"}}`),
		with(`{"id":"` + strings.Repeat("x", 5_000) + `","from":"` + strings.Repeat("9", 5_000) + `","type":"text","text":{"body":"x"}}`),
		at(`{"metadata":{"phone_number_id":"` + number + `"},"statuses":[{"id":"nobody","status":"delivered"},{"id":1,"status":2},{"status":"read"}]}`),
		at(`{"metadata":{"phone_number_id":"` + number + `"},"statuses":[{"id":"x","status":"failed","errors":[null,{"code":"x"}],"biz_opaque_callback_data":"a.b.c"}]}`),
		at(`{"metadata":{"phone_number_id":"` + strings.Repeat("7", 3_000) + `"},"messages":[{"id":"z","from":"549"}]}`),
	}
}

// Bar 8: no input gives a 5xx and no signed body is refused. Each ends in a conversation, ignored, or dead-lettered with a reason.
func TestWebhook_OddBodies_No5xx(t *testing.T) {
	t.Parallel()
	a := begin(t).open("UTC")
	for _, body := range nasty(a.number) {
		for _, contentType := range []string{"application/json", "application/octet-stream"} {
			if contentType == "application/json" && !utf8.ValidString(body) {
				continue // passing invalid UTF-8 as text changes the body, so its signature cannot match
			}
			got, err := a.deliverRaw([]byte(body), contentType, signature(secret, []byte(body)))
			if err != nil {
				t.Fatal(err)
			}
			if got.status != http.StatusOK {
				t.Errorf("%.80q was answered %d", body, got.status)
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := a.Settle(ctx); err != nil {
		t.Errorf("something is tried again and again: %v", err)
	}
	for _, queue := range []string{"dead-ordered.fifo", "dead-standard"} {
		if n := a.dead(queue); n != 0 {
			t.Errorf("%d records were given up without a reason in %s", n, queue)
		}
	}
	// Later messages are still processed.
	a.say("5491150006009", "¿sigue andando?")
	a.from("¿sigue andando?")
}
