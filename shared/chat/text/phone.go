package text

import (
	"strings"
	"unicode"
)

const phonePunctuation = "+.()/\uff0b\uff08\uff09\u2212" // beside blanks, dashes and direction marks

// PhoneDigits reads a phone number as people write or paste it: with direction marks, dashes and blanks of any kind, digits of any script,
// or as a tel: or wa.me link. ok is false for a text that holds anything else.
func PhoneDigits(text string) (digits string, ok bool) {
	text = strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
	lower := strings.ToLower(text)
	for _, prefix := range []string{"tel:", "https://wa.me/", "http://wa.me/", "wa.me/"} {
		if strings.HasPrefix(lower, prefix) {
			text = text[len(prefix):]
			break
		}
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			b.WriteByte('0' + digitValue(r))
		case unicode.IsSpace(r), unicode.In(r, unicode.Cf, unicode.Pd), strings.ContainsRune(phonePunctuation, r):
		default:
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}

// digitValue relies on Unicode's digits standing in runs of ten, from 0 to 9.
func digitValue(r rune) byte {
	first := r
	for unicode.IsDigit(first - 1) {
		first--
	}
	return byte((r - first) % 10)
}
