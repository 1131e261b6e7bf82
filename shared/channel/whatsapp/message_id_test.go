package whatsapp_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/channel/whatsapp"
)

// idOf is an id as Meta makes them: of the other side's address, a byte for the kind, and the message's key.
func idOf(address string, kind byte, key string) string {
	scope := "\x02"
	if strings.Contains(address, ".") {
		scope = "\x14"
	}
	raw := "\x1c\x18" + string(rune(len(address))) + address + "\x15" + scope + "\x00" + string(rune(kind)) + "\x18" + string(rune(len(key))) + key + "\x00"
	return "wamid." + base64.StdEncoding.EncodeToString([]byte(raw))
}

// formOf is the id of a message under the customer's number, their user id, or the business's number.
func formOf(name string, n int) string {
	sum := sha256.Sum256([]byte(name))
	key := strings.ToUpper(hex.EncodeToString(sum[:16]))
	switch n % 3 {
	case 0:
		return idOf("5491155550101", 0x12, key)
	case 1:
		return idOf("CL.1442738230941002", 0x14, key)
	}
	return idOf("5491140001234", 0x11, key)
}

// PROVIDERS §11.1-36
func TestMessageKey(t *testing.T) {
	t.Parallel()
	const key = "BC7A1F00D1E2F3A4B5"
	valid := idOf("5491155550101", 0x12, key)
	decoded, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(valid, "wamid."))
	if err != nil {
		t.Fatal(err)
	}
	changed := func(change func([]byte) []byte) string {
		return "wamid." + base64.StdEncoding.EncodeToString(change(append([]byte(nil), decoded...)))
	}
	for name, test := range map[string]struct{ id, want string }{
		"by number":             {valid, key},
		"by user id":            {idOf("CL.1442738230941002", 0x14, key), key},
		"of 32 digits":          {idOf("5491140001234", 0x11, "A566B545C242DB332755FC281B7A5E98"), "A566B545C242DB332755FC281B7A5E98"},
		"without padding":       {strings.TrimRight(valid, "="), key},
		"written out":           {"wamid.HBgNNTQ5MTE1NTU1MDEwMRUCABIYEkJDN0ExRjAwRDFFMkYzQTRCNQA=", key},
		"of another provider":   {strings.TrimPrefix(valid, "wamid."), ""},
		"not base64":            {"wamid.%%%", ""},
		"opaque":                {"wamid.AAA", ""},
		"empty":                 {"", ""},
		"cut":                   {changed(func(b []byte) []byte { return b[:len(b)-5] }), ""},
		"something behind":      {changed(func(b []byte) []byte { return append(b, 1) }), ""},
		"another beginning":     {changed(func(b []byte) []byte { b[0] = 0x1d; return b }), ""},
		"a length beyond":       {changed(func(b []byte) []byte { b[2] = 0xff; return b }), ""},
		"a key that is not hex": {idOf("5491155550101", 0x12, "not a key not a key"), ""},
		"a key too short":       {idOf("5491155550101", 0x12, "BC7A"), ""},
	} {
		if got := whatsapp.New("", nil).Capabilities().MessageKey(test.id); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
