package whatsapp_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/fault"
)

func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// accepts are the values of every secret.
func accepts(values ...string) channel.Secrets {
	return func(string) ([]string, error) { return values, nil }
}

func equalFoldHex(a, b string) bool {
	return strings.HasPrefix(a, "sha256=") && strings.EqualFold(a, b)
}

// PROVIDERS §11-30: the signature is over the bytes as they came.
func TestVerify(t *testing.T) {
	t.Parallel()
	body := []byte(`{"text":"\u00e4 \ud83d\ude00"}`)
	for name, c := range map[string]struct {
		signature string
		body      []byte
		secrets   []string
		ok        bool
	}{
		"the right secret is accepted":               {"sha256=" + sign("now", body), body, []string{"now"}, true},
		"any of several secrets is accepted":         {"sha256=" + sign("before", body), body, []string{"now", "before"}, true},
		"upper-case digits are accepted":             {"sha256=" + strings.ToUpper(sign("now", body)), body, []string{"now"}, true},
		"another secret is refused":                  {"sha256=" + sign("else", body), body, []string{"now"}, false},
		"a changed body is refused":                  {"sha256=" + sign("now", body), []byte(`{"text":"ä 😀"}`), []string{"now"}, false},
		"no signature is refused":                    {"", body, []string{"now"}, false},
		"a SHA-1 signature is refused":               {"sha1=" + sign("now", body), body, []string{"now"}, false},
		"a cut signature is refused":                 {"sha256=" + sign("now", body)[:32], body, []string{"now"}, false},
		"no digits are refused":                      {"sha256=zz", body, []string{"now"}, false},
		"no configured secret refuses everything":    {"sha256=" + sign("", body), body, nil, false},
		"an empty secret among them is not accepted": {"sha256=" + sign("", body), body, []string{"", "now"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			if c.signature != "" {
				header.Set("X-Hub-Signature-256", c.signature)
			}
			err := adapter().Verify(channel.Request{Header: header, Body: c.body}, accepts(c.secrets...))
			if c.ok && err != nil {
				t.Errorf("got %v", err)
			}
			if !c.ok && !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("got %v, want unauthenticated", err)
			}
		})
	}
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		query  string
		tokens []string
		ok     bool
	}{
		"the right token gets its challenge": {"hub.mode=subscribe&hub.verify_token=right&hub.challenge=1158201444", []string{"right"}, true},
		"any of several tokens does":         {"hub.mode=subscribe&hub.verify_token=old&hub.challenge=1158201444", []string{"right", "old"}, true},
		"another token does not":             {"hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1158201444", []string{"right"}, false},
		"another mode does not":              {"hub.mode=unsubscribe&hub.verify_token=right&hub.challenge=1158201444", []string{"right"}, false},
		"an empty token never does":          {"hub.mode=subscribe&hub.verify_token=&hub.challenge=1158201444", []string{""}, false},
		"nothing does not":                   {"", []string{"right"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			query, err := url.ParseQuery(c.query)
			if err != nil {
				t.Fatal(err)
			}
			got, err := adapter().Handshake(query, accepts(c.tokens...))
			if c.ok && (err != nil || got != "1158201444") {
				t.Errorf("got %q, %v", got, err)
			}
			if !c.ok && (!fault.Is(err, fault.Forbidden) || got != "") {
				t.Errorf("got %q, %v, want forbidden", got, err)
			}
		})
	}
}
