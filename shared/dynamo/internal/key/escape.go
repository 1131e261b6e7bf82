package key

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// join builds a key from a prefix and escaped parts. If a part is empty, the key is empty.
func join(prefix string, parts ...string) string {
	var b strings.Builder
	b.WriteString(prefix)
	for _, part := range parts {
		if part == "" {
			return ""
		}
		b.WriteByte('#')
		b.WriteString(escape(part))
	}
	return b.String()
}

// Split returns the n parts of a key that join built.
func Split(s, prefix string, n int) ([]string, error) {
	parts := strings.Split(s, "#")
	if len(parts) != n+1 || parts[0] != prefix {
		return nil, fmt.Errorf("key %q is not %s with %d parts", s, prefix, n)
	}
	for i, part := range parts[1:] {
		plain, err := unescape(part)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", s, err)
		}
		parts[i+1] = plain
	}
	return parts[1:], nil
}

// longestPart keeps keys far below DynamoDB's limits. A longer part is replaced by its hash.
const longestPart = 256

const hexDigits = "0123456789ABCDEF"

// escape keeps printable ASCII except the three reserved characters: # separates parts, % escapes, ~ marks a hash.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c > ' ' && c < 0x7f && c != '#' && c != '%' && c != '~' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hexDigits[c>>4])
		b.WriteByte(hexDigits[c&15])
	}
	if b.Len() > longestPart {
		sum := sha256.Sum256([]byte(s))
		return "~" + base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return b.String()
}

// unescape undoes escape. A hash cannot be undone: items with a long outside id hold it as an attribute too.
func unescape(s string) (string, error) {
	if strings.HasPrefix(s, "~") || !strings.Contains(s, "%") {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", fmt.Errorf("cut escape in %q", s)
		}
		c, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", fmt.Errorf("escape in %q: %w", s, err)
		}
		b.WriteByte(byte(c))
		i += 2
	}
	return b.String(), nil
}
