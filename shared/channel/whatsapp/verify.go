package whatsapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/fault"
)

// Handshake answers Meta's registration of the webhook.
func (*Adapter) Handshake(query url.Values, secrets channel.Secrets) (string, error) {
	verifyTokens, err := secrets(verifyToken)
	if err != nil {
		return "", fmt.Errorf("read the verify tokens: %w", err)
	}
	given := sha256.Sum256([]byte(query.Get("hub.verify_token")))
	known := 0
	for _, token := range verifyTokens {
		if token == "" {
			continue
		}
		want := sha256.Sum256([]byte(token))
		known |= subtle.ConstantTimeCompare(given[:], want[:])
	}
	if known != 1 || query.Get("hub.mode") != "subscribe" {
		return "", fault.New(fault.Forbidden, "wrong verify token or mode")
	}
	return query.Get("hub.challenge"), nil
}

// Verify checks X-Hub-Signature-256 over the raw body: Meta signs its own escaped form of the JSON.
// https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads
func (*Adapter) Verify(request channel.Request, secrets channel.Secrets) error {
	accepted, err := secrets(appSecret)
	if err != nil {
		return fmt.Errorf("read the app secrets: %w", err)
	}
	digits, ok := strings.CutPrefix(request.Header.Get("X-Hub-Signature-256"), "sha256=")
	given, err := hex.DecodeString(digits)
	if !ok || err != nil {
		return fault.New(fault.Unauthenticated, "the signature is missing or malformed")
	}
	matches := 0
	for _, secret := range accepted {
		if secret == "" {
			continue
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(request.Body)
		matches |= subtle.ConstantTimeCompare(mac.Sum(nil), given)
	}
	if matches != 1 {
		return fault.New(fault.Unauthenticated, "wrong signature")
	}
	return nil
}
