// Package wamid decodes WhatsApp's message ids. It imports the standard library only.
package wamid

import (
	"encoding/base64"
	"strings"
)

// Key returns the part of a message's id that all forms of the id share, or "" for an id of an unknown form.
//
// Meta documents no form. An id is seen to be base64 of: 1C 18, the length and text of the other side's address, 15, a byte (02 with a
// number, 14 with a user id), 00, a byte for the kind, 18, the length and text of the message's own key (18 to 32 hexadecimal digits), 00.
// The address is the customer's number in one webhook, their user id in the next, and the business's number where the customer's side is
// quoted. The two bytes change with it, the key does not. https://github.com/chatwoot/chatwoot/issues/14953 (PROVIDERS §11.1-36)
func Key(id string) string {
	encoded, found := strings.CutPrefix(id, "wamid.")
	if !found {
		return ""
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return ""
	}
	rest, ok := strings.CutPrefix(string(raw), "\x1c\x18")
	if !ok {
		return ""
	}
	if _, rest, ok = counted(rest); !ok {
		return ""
	}
	if len(rest) < 5 || rest[0] != 0x15 || rest[2] != 0 || rest[4] != 0x18 {
		return ""
	}
	key, rest, ok := counted(rest[5:])
	if !ok || rest != "\x00" || len(key) < 18 || len(key) > 32 || strings.Trim(key, "0123456789ABCDEF") != "" {
		return ""
	}
	return key
}

// counted reads a text behind the byte of its length.
func counted(s string) (text, rest string, ok bool) {
	if s == "" || len(s) <= int(s[0]) {
		return "", "", false
	}
	return s[1 : 1+int(s[0])], s[1+int(s[0]):], true
}
