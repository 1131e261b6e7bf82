package whatsapp

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf16"

	"github.com/recado-chat/recado/infra/local/sim"
)

// deliver attempts a webhook once. Meta takes only 200 for an acceptance.
func (s *Simulator) deliver(ctx context.Context, w *sim.Webhook) error {
	status, err := s.Post(ctx, w.Body)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the business answered %d", status)
	}
	return err
}

// Post signs a body and sends it to the business once, without retries. It returns the status.
func (s *Simulator) Post(ctx context.Context, body []byte) (int, error) {
	mac := hmac.New(sha256.New, []byte(s.options.AppSecret))
	mac.Write(body)
	return s.PostSigned(ctx, body, "sha256="+hex.EncodeToString(mac.Sum(nil)))
}

// PostSigned sends a body with the given signature.
func (s *Simulator) PostSigned(ctx context.Context, body []byte, signature string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.options.WebhookURL, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("make the request of a webhook: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "facebookexternalua")
	request.Header.Set("X-Hub-Signature-256", signature)
	status, _, err := sim.Call(s.options.Client, request)
	return status, err
}

// Handshake verifies the webhook address as Meta does: the business must echo the challenge.
func (s *Simulator) Handshake(ctx context.Context) error {
	const challenge = "1158201444"
	query := url.Values{"hub.mode": {"subscribe"}, "hub.verify_token": {s.options.VerifyToken}, "hub.challenge": {challenge}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.options.WebhookURL+"?"+query.Encode(), nil)
	if err != nil {
		return fmt.Errorf("make the request of a handshake: %w", err)
	}
	status, answer, err := sim.Call(s.options.Client, request)
	if err != nil {
		return err
	}
	if status != http.StatusOK || string(answer) != challenge {
		return fmt.Errorf("the business answered the handshake with %d and %q", status, answer)
	}
	return nil
}

// object is a piece of JSON.
type object = map[string]any

// envelope makes the body of a webhook of the field "messages".
func envelope(value object) ([]byte, error) { return bodyOf("messages", value) }

func bodyOf(field string, value object) ([]byte, error) {
	return escaped(object{
		"object": "whatsapp_business_account",
		"entry":  []any{object{"id": BusinessAccount, "changes": []any{object{"field": field, "value": value}}}},
	})
}

func valueOf(n *Account) object {
	return object{
		"messaging_product": "whatsapp",
		"metadata":          object{"display_phone_number": n.Display, "phone_number_id": n.ID},
	}
}

func contactOf(c *Customer) object {
	profile := object{}
	if c.Name != "" {
		profile["name"] = c.Name
	}
	if c.Username != "" {
		profile["username"] = c.Username
	}
	contact := object{"profile": profile, "user_id": c.UserID}
	if !c.HidePhone {
		contact["wa_id"] = c.Phone
	}
	return contact
}

func epoch(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }

// escaped encodes JSON in the form that Meta sends and signs: characters outside ASCII as \uXXXX with lower-case digits, slashes
// with a backslash.
func escaped(v any) ([]byte, error) {
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode a webhook: %w", err)
	}
	out := make([]byte, 0, plain.Len()+plain.Len()/8)
	for _, r := range string(bytes.TrimSpace(plain.Bytes())) {
		switch {
		case r == '/':
			out = append(out, '\\', '/')
		case r < 0x80:
			out = append(out, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
	}
	return out, nil
}
