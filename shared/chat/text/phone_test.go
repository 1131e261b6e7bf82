package text_test

import (
	"testing"

	"github.com/recado-chat/recado/shared/chat/text"
)

func TestPhoneDigits_AnySpelling(t *testing.T) {
	for written, want := range map[string]string{
		"\u202a+56 9 8765 0001\u202c": "56987650001", "\u200e56987650001": "56987650001", "+56\u20119\u20118765\u20110001": "56987650001",
		"+56\u202f9\u00a08765\u20130001": "56987650001", "tel:+56-9-8765-0001": "56987650001", "https://wa.me/56987650001": "56987650001",
		"WA.me/56987650001": "56987650001", "56/9/8765-0001": "56987650001", "\uff0b\uff15\uff16 \uff19": "569", "\u0665\u0666\u0669": "569",
		"\U0001d7d3\U0001d7ce\U0001d7ff": "509", "": "", "+": "", "Ana 56": "", "56x": "",
	} {
		if got, ok := text.PhoneDigits(written); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v, want %q", written, got, ok, want)
		}
	}
}
