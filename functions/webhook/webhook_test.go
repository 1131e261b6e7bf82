package webhook_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/functions/webhook"
	"github.com/recado-chat/recado/infra/testkit/dynamotest"
	"github.com/recado-chat/recado/infra/testkit/queuetest"
	"github.com/recado-chat/recado/shared/channel/all"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/obs"
)

const (
	inbound     = "to-ingest.fifo"
	secret      = "local-app-secret" // signs the samples
	nextSecret  = "the-next-secret"
	verifyToken = "local-verify-token"
)

// parameters is a fake parameter store; err is returned instead of a value.
type parameters struct {
	lists map[string][]string
	err   error
}

func (p *parameters) List(_ context.Context, name string) ([]string, error) {
	return p.lists[name], p.err
}

// bucket is a bucket in memory; err is returned instead of storing.
type bucket struct {
	objects map[string][]byte
	err     error
}

func (b *bucket) Put(_ context.Context, key, _ string, body io.Reader, size int64) error {
	if b.err != nil {
		return b.err
	}
	content, err := io.ReadAll(body)
	if err != nil || int64(len(content)) != size {
		return fmt.Errorf("%d bytes instead of %d: %w", len(content), size, err)
	}
	b.objects[key] = content
	return nil
}

// fixture is the handler with real queues.
type fixture struct {
	*webhook.Handler
	t          *testing.T
	queues     *queuetest.Queues
	parameters *parameters
	bucket     *bucket
	metrics    *obs.Metrics
	counted    *bytes.Buffer // what metrics wrote
	logs       *bytes.Buffer
}

func open(t *testing.T) *fixture {
	t.Helper()
	w := &fixture{
		t: t, queues: queuetest.New(t, dynamotest.Noon), bucket: &bucket{objects: map[string][]byte{}}, counted: &bytes.Buffer{}, logs: &bytes.Buffer{},
		parameters: &parameters{lists: map[string][]string{"app-secret": {secret, nextSecret}, "verify-token": {"an-old-token", verifyToken}}},
	}
	var err error
	if w.metrics, err = obs.NewMetrics(w.counted, dynamotest.Noon, "webhook", webhook.SignaturesRejected); err != nil {
		t.Fatal(err)
	}
	w.Handler, err = webhook.New(webhook.Deps{
		Channels: all.Offline(), Ingest: w.queues.Sender(inbound), Bodies: w.bucket, Secrets: w.parameters,
		SecretNames: all.Secrets{"META_APP_SECRET_NAME": "app-secret", "META_VERIFY_TOKEN_NAME": "verify-token"}, Metrics: w.metrics, Now: dynamotest.Noon, Log: obs.NewLogger(w.logs, "webhook"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *fixture) request(r lambdaevents.APIGatewayV2HTTPRequest, method, provider string) lambdaevents.APIGatewayV2HTTPResponse {
	w.t.Helper()
	r.RequestContext.HTTP.Method, r.PathParameters = method, map[string]string{"provider": provider}
	answer, err := w.Handle(w.t.Context(), r)
	if err != nil {
		w.t.Fatalf("the provider would see a function error: %v", err)
	}
	return answer
}

// post posts a body with its signature, as text.
func (w *fixture) post(body string) int {
	w.t.Helper()
	return w.request(lambdaevents.APIGatewayV2HTTPRequest{Body: body, Headers: signed(secret, body)}, http.MethodPost, "whatsapp").StatusCode
}

// sent receives the signals on the inbound queue, and the FIFO group and deduplication id of each.
func (w *fixture) sent() (signals []events.InboundReceived, groups, dedups []string) {
	w.t.Helper()
	for _, m := range w.queues.Received(inbound) {
		var envelope events.Envelope
		if err := json.Unmarshal([]byte(m.Body), &envelope); err != nil {
			w.t.Fatal(err)
		}
		signal, ok, err := events.Decode[events.InboundReceived](envelope)
		if !ok || err != nil {
			w.t.Fatalf("the queue holds a %s: %v", envelope.Type, err)
		}
		signals = append(signals, signal)
		groups, dedups = append(groups, m.System["MessageGroupId"]), append(dedups, m.System["MessageDeduplicationId"])
	}
	return signals, groups, dedups
}

func signed(secret, body string) map[string]string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return map[string]string{"x-hub-signature-256": "sha256=" + hex.EncodeToString(mac.Sum(nil))}
}

// text returns a text message in WhatsApp's format.
func text(from, id, body string) string {
	return fmt.Sprintf(`{"from":%q,"id":%q,"timestamp":"1795348800","type":"text","text":{"body":%q}}`, from, id, body)
}

func bodyOf(messages ...string) string {
	return `{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp",` +
		`"metadata":{"phone_number_id":"71"},"messages":[` + strings.Join(messages, ",") + `]}}]}]}`
}

func TestHandshake_ValidToken_EchoesChallenge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		provider, query string
		want            int
	}{
		"the token":                     {"whatsapp", "hub.mode=subscribe&hub.verify_token=local-verify-token&hub.challenge=%3Cb%3E115", http.StatusOK},
		"the other token":               {"whatsapp", "hub.mode=subscribe&hub.verify_token=an-old-token&hub.challenge=%3Cb%3E115", http.StatusOK},
		"a wrong token":                 {"whatsapp", "hub.mode=subscribe&hub.verify_token=guess&hub.challenge=%3Cb%3E115", http.StatusForbidden},
		"no token":                      {"whatsapp", "hub.mode=subscribe&hub.challenge=%3Cb%3E115", http.StatusForbidden},
		"another mode":                  {"whatsapp", "hub.mode=unsubscribe&hub.verify_token=local-verify-token&hub.challenge=%3Cb%3E115", http.StatusForbidden},
		"a query that cannot be read":   {"whatsapp", "hub.mode=%zz", http.StatusForbidden},
		"a provider that nobody has":    {"<script>", "hub.mode=subscribe&hub.verify_token=local-verify-token&hub.challenge=%3Cb%3E115", http.StatusNotFound},
		"a provider that has no folder": {"", "", http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			answer := w.request(lambdaevents.APIGatewayV2HTTPRequest{RawQueryString: c.query}, http.MethodGet, c.provider)
			if want := map[bool]string{true: "<b>115"}[c.want == http.StatusOK]; answer.StatusCode != c.want || answer.Body != want {
				t.Errorf("answered %d %q, want %d %q", answer.StatusCode, answer.Body, c.want, want)
			}
			if !strings.HasPrefix(answer.Headers["Content-Type"], "text/plain") || answer.Headers["X-Content-Type-Options"] != "nosniff" {
				t.Errorf("browsers may render it as a page: %v", answer.Headers)
			}
			if strings.Contains(w.logs.String(), "script") || strings.Contains(w.logs.String(), "token") {
				t.Errorf("the log holds text from the request: %s", w.logs)
			}
		})
	}
}

// PROVIDERS §11-30
func TestWebhook_Signature_OverRawBody(t *testing.T) {
	t.Parallel()
	body := bodyOf(text("549", "wamid.1", "¿llega, Ñandú?"))
	raw := base64.StdEncoding.EncodeToString([]byte(body))
	for name, c := range map[string]struct {
		provider, body string
		base64         bool
		headers        map[string]string
		want           int
	}{
		"signed":                             {"whatsapp", body, false, signed(secret, body), http.StatusOK},
		"signed with the next secret":        {"whatsapp", body, false, signed(nextSecret, body), http.StatusOK},
		"signed, in base64":                  {"whatsapp", raw, true, signed(secret, body), http.StatusOK},
		"signed over the base64":             {"whatsapp", raw, true, signed(secret, raw), http.StatusUnauthorized},
		"signed before a space was added":    {"whatsapp", body + " ", false, signed(secret, body), http.StatusUnauthorized},
		"signed with a guess":                {"whatsapp", body, false, signed("guess", body), http.StatusUnauthorized},
		"signed with nothing":                {"whatsapp", body, false, signed("", body), http.StatusUnauthorized},
		"not signed":                         {"whatsapp", body, false, nil, http.StatusUnauthorized},
		"not base64":                         {"whatsapp", "%", true, signed(secret, body), http.StatusBadRequest},
		"signed, for a channel without one":  {"webchat", body, false, signed(secret, body), http.StatusNotFound},
		"signed, for a provider nobody has":  {"telegraph", body, false, signed(secret, body), http.StatusNotFound},
		"not signed, to an unknown provider": {"telegraph", body, false, nil, http.StatusNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			answer := w.request(lambdaevents.APIGatewayV2HTTPRequest{Body: c.body, IsBase64Encoded: c.base64, Headers: c.headers}, http.MethodPost, c.provider)
			if answer.StatusCode != c.want || answer.Body != "" {
				t.Errorf("answered %d %q, want %d and nothing", answer.StatusCode, answer.Body, c.want)
			}
			if rejected := strings.Contains(w.counted.String(), `"SignaturesRejected":1`); rejected != (c.want == http.StatusUnauthorized) {
				t.Errorf("the counter of rejected signatures: %s", w.counted)
			}
			signals, _, _ := w.sent()
			if taken := c.want == http.StatusOK; taken != (len(signals) == 1) {
				t.Fatalf("%d items on the queue", len(signals))
			} else if taken && (signals[0].Provider != "whatsapp" || signals[0].Asset != "71" || signals[0].ItemID != "wamid.1" ||
				!strings.Contains(string(signals[0].Body), "¿llega, Ñandú?") || !signals[0].ReceivedAt.Equal(dynamotest.Noon())) {
				t.Errorf("the item is %+v", signals[0])
			}
		})
	}
}

func TestWebhook_BodyLimit_3MiB(t *testing.T) {
	t.Parallel()
	body := bodyOf(text("549", "wamid.1", "hola"))
	body += strings.Repeat(" ", 3<<20-len(body))
	for name, c := range map[string]struct {
		body string
		want int
	}{"three mebibytes": {body, http.StatusOK}, "a byte more": {body + " ", http.StatusRequestEntityTooLarge}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			if got := w.post(c.body); got != c.want {
				t.Errorf("as text: %d, want %d", got, c.want)
			}
			encoded := lambdaevents.APIGatewayV2HTTPRequest{
				Body: base64.StdEncoding.EncodeToString([]byte(c.body)), IsBase64Encoded: true, Headers: signed(secret, c.body),
			}
			if got := w.request(encoded, http.MethodPost, "whatsapp").StatusCode; got != c.want {
				t.Errorf("in base64: %d, want %d", got, c.want)
			}
		})
	}
}

func TestWebhook_LargeItem_StoredInBucket(t *testing.T) {
	t.Parallel()
	w := open(t)
	long := strings.Repeat("x", 250<<10)
	if got := w.post(bodyOf(text("549", "wamid.long", long), text("549", "wamid.short", "corta"))); got != http.StatusOK {
		t.Fatalf("answered %d", got)
	}
	signals, _, dedups := w.sent()
	if len(signals) != 2 {
		t.Fatalf("%d items on the queue", len(signals))
	}
	if s := signals[0]; s.BodyKey != "inbound/"+dedups[0] || len(s.Body) != 0 || !bytes.Contains(w.bucket.objects[s.BodyKey], []byte(long)) {
		t.Errorf("the long one has key %q and %d bytes; the bucket %d under it", s.BodyKey, len(s.Body), len(w.bucket.objects[s.BodyKey]))
	}
	if s := signals[1]; s.BodyKey != "" || !strings.Contains(string(s.Body), "corta") || len(w.bucket.objects) != 1 {
		t.Errorf("the short one has key %q and body %s; the bucket has %d objects", s.BodyKey, s.Body, len(w.bucket.objects))
	}
}

func TestWebhook_Undecodable_QueuedWhole(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"broken off": `{"object":"whatsapp_business_account","entry":[`, "no text": "\xff\xfe\x00"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			r := lambdaevents.APIGatewayV2HTTPRequest{
				Body: base64.StdEncoding.EncodeToString([]byte(body)), IsBase64Encoded: true, Headers: signed(secret, body),
			}
			for range 2 { // the provider repeats; the queue deduplicates
				if answer := w.request(r, http.MethodPost, "whatsapp"); answer.StatusCode != http.StatusOK {
					t.Fatalf("answered %d: the provider would retry it for days", answer.StatusCode)
				}
			}
			signals, _, _ := w.sent()
			if len(signals) != 1 || signals[0].Kind != "undecodable" || signals[0].State != "malformed_json" || string(signals[0].Raw) != body {
				t.Errorf("on the queue: %+v", signals)
			}
		})
	}
}

func TestWebhook_QueueRefusesItem_503(t *testing.T) {
	t.Parallel()
	w := open(t)
	body := bodyOf(text("549", "wamid.1", "uno"), text("550", "wamid.2", "dos"), text("549", "wamid.3", "tres"))
	w.queues.Refuse(func(item string) bool { return strings.Contains(item, "wamid.2") })
	if got := w.post(body); got != http.StatusServiceUnavailable {
		t.Fatalf("answered %d though an item is lost", got)
	}
	w.queues.Refuse(nil)
	if got := w.post(body); got != http.StatusOK {
		t.Fatalf("the repeated request was answered %d", got)
	}
	signals, _, _ := w.sent()
	seen := map[string]int{}
	for _, signal := range signals {
		seen[signal.ItemID]++
	}
	if len(signals) != 3 || seen["wamid.1"] != 1 || seen["wamid.2"] != 1 || seen["wamid.3"] != 1 {
		t.Errorf("on the queue: %v", seen)
	}
}

func TestWebhook_DependencyDown_503(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(*fixture){
		"the parameters": func(w *fixture) { w.parameters.err = errors.New("no SSM") },
		"the bucket":     func(w *fixture) { w.bucket.err = fault.New(fault.Unavailable, "no S3") },
		"the queue":      func(w *fixture) { w.queues.Refuse(func(string) bool { return true }) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			breakIt(w)
			if got := w.post(bodyOf(text("549", "wamid.long", strings.Repeat("x", 250<<10)))); got != http.StatusServiceUnavailable {
				t.Errorf("answered %d", got)
			}
			if signals, _, _ := w.sent(); len(signals) != 0 {
				t.Errorf("on the queue: %+v", signals)
			}
		})
	}
}

func TestWebhook_OrderPerPerson_Deduplicated(t *testing.T) {
	t.Parallel()
	w := open(t)
	first, second, other := text("549", "wamid.1", "uno"), text("549", "wamid.2", "dos"), text("550", "wamid.3", "tres")
	for _, body := range []string{bodyOf(first, second, other), bodyOf(first), bodyOf(other, second)} {
		if got := w.post(body); got != http.StatusOK {
			t.Fatalf("answered %d", got)
		}
	}
	signals, groups, dedups := w.sent()
	if len(signals) != 3 {
		t.Fatalf("%d items on the queue, want each once", len(signals))
	}
	place := map[string]int{}
	for i, signal := range signals {
		place[signal.ItemID] = i
	}
	one, two, three := place["wamid.1"], place["wamid.2"], place["wamid.3"]
	if groups[one] != groups[two] || groups[one] == groups[three] || groups[one] == "" {
		t.Errorf("groups %v of %v, want one per person", groups, place)
	}
	if one > two || !signals[one].ReceivedAt.Before(signals[two].ReceivedAt) {
		t.Errorf("%v were received at %s and %s, out of order", place, signals[one].ReceivedAt, signals[two].ReceivedAt)
	}
	if dedups[one] == dedups[two] || dedups[one] == "" {
		t.Errorf("deduplication ids %v", dedups)
	}
}

func TestSamples(t *testing.T) {
	t.Parallel()
	for name, items := range map[string]int{"handshake": 0, "message": 1} {
		w := open(t)
		payload, err := os.ReadFile("../../events/samples/webhook/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var r lambdaevents.APIGatewayV2HTTPRequest
		if err := json.Unmarshal(payload, &r); err != nil {
			t.Fatal(err)
		}
		answer, err := w.Handle(t.Context(), r)
		if signals, _, _ := w.sent(); err != nil || answer.StatusCode != http.StatusOK || len(signals) != items {
			t.Errorf("%s: %d, %d items, %v", name, answer.StatusCode, len(signals), err)
		}
	}
}
