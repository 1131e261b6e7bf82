package text_test

import (
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/chat/text"
)

func TestOmit_TooLong_SaysSo(t *testing.T) {
	for _, c := range []struct {
		given        string
		runes, bytes int
		want         string
	}{
		{"", 10, 20, ""},
		{"0123456789", 10, 20, "0123456789"},
		{"01234567890", 10, 20, "012345 […]"},
		{"ññññññññññ", 10, 20, "ññññññññññ"},
		{"ñññññññññññ", 10, 20, "ññññññ […]"},
		{"ññññññññññ", 10, 19, "ññññññ […]"},
		{"ññññññññññ", 10, 17, "ñññññ […]"},
		{"💬💬💬💬💬", 5, 13, "💬 […]"}, // not a part of a character
		{"seguiré…", 10, 20, "seguiré…"},
	} {
		if got := text.Omit(c.given, c.runes, c.bytes); got != c.want || len(got) > max(c.bytes, len(c.given)) {
			t.Errorf("%q to %d runes and %d bytes: %q, want %q", c.given, c.runes, c.bytes, got, c.want)
		}
	}
	if got := text.Omit(strings.Repeat("ñ", 70_000), 65_536, 200<<10); got != strings.Repeat("ñ", 65_532)+" […]" {
		t.Errorf("a text of 70,000 characters becomes one of %d", len([]rune(got)))
	}
}

func TestLine_PiledMarks_Bounded(t *testing.T) {
	for given, want := range map[string]string{
		"Z" + strings.Repeat("\u0335", 60) + "oe\u0301": "Z" + strings.Repeat("\u0335", 10) + "oe\u0301",
		"ကြွှို့ ကျွန်ုပ်":                              "ကြွှို့ ကျွန်ုပ်",
		"Nguyê\u0303n Thị":                              "Nguyê\u0303n Thị",
		"👩‍❤️‍💋‍👨 1️⃣":                                  "👩‍❤️‍💋‍👨 1️⃣",
	} {
		if got := text.Line(given, 128); got != want {
			t.Errorf("%q becomes %q, want %q", given, got, want)
		}
	}
}
