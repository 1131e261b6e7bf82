package whatsapp

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"github.com/recado-chat/recado/shared/fault"
)

// Handshake answers Meta's registration of the webhook.
func (*Adapter) Handshake(query url.Values, verifyTokens []string) (string, error) {
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
		return "", fault.New(fault.Forbidden, "the verify token is not right")
	}
	return query.Get("hub.challenge"), nil
}

// Verify checks X-Hub-Signature-256. The bytes must be those of the wire: Meta signs its own escaped form.
func (*Adapter) Verify(header http.Header, body []byte, secrets []string) error {
	digits, ok := strings.CutPrefix(header.Get("X-Hub-Signature-256"), "sha256=")
	given, err := hex.DecodeString(digits)
	if !ok || err != nil {
		return fault.New(fault.Unauthenticated, "the signature is missing or malformed")
	}
	matches := 0
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		matches |= subtle.ConstantTimeCompare(mac.Sum(nil), given)
	}
	if matches != 1 {
		return fault.New(fault.Unauthenticated, "the signature is not right")
	}
	return nil
}
