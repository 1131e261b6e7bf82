package channel_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/recado-chat/recado/shared/channel"
)

func nested(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }

func TestClean(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, body, want string }{
		{"ordinary", `{"a":[{"b":"c"}]}`, `{"a":[{"b":"c"}]}`},
		{"invalid UTF-8", "{\"a\":\"x\xff\xed\xa0\x80\"}", "{\"a\":\"x\uFFFD\"}"},
		{"as deep as allowed", nested(64), nested(64)},
		{"one level deeper", nested(65), strings.Repeat("[", 64) + "null" + strings.Repeat("]", 64)},
		{"siblings of what is too deep", `{"a":` + nested(20000) + `,"b":` + nested(100) + `,"c":1}`, `{"a":` + strings.Repeat("[", 63) + "null" + strings.Repeat("]", 63) + `,"b":` + strings.Repeat("[", 63) + "null" + strings.Repeat("]", 63) + `,"c":1}`},
		{"brackets in strings", `{"a":"` + strings.Repeat("[{", 200) + `\"]","b":1}`, `{"a":"` + strings.Repeat("[{", 200) + `\"]","b":1}`},
		{"unbalanced", strings.Repeat("[", 100), strings.Repeat("[", 100)},
		{"closed too often", "]]]]", "]]]]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := string(channel.Clean([]byte(test.body))); got != test.want {
				t.Errorf("got %.300q, want %.300q", got, test.want)
			}
		})
	}
}

// What is valid JSON stays valid, and everything becomes valid UTF-8, however it is shaped.
func TestClean_AnyBody_StaysReadable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		depth := rapid.IntRange(0, 12000).Draw(t, "depth")
		text, err := json.Marshal(rapid.String().Draw(t, "text"))
		if err != nil {
			t.Fatal(err)
		}
		body := `{"deep":` + strings.Repeat(`{"x":[`, depth) + string(text) + strings.Repeat("]}", depth) + `,"beside":` + string(text) + "}"
		var read struct{ Beside string }
		if err := json.Unmarshal(channel.Clean([]byte(body)), &read); err != nil {
			t.Fatal(err)
		}
		var want string
		if err := json.Unmarshal(text, &want); err != nil || read.Beside != want {
			t.Fatalf("got %q, want %q, %v", read.Beside, want, err)
		}
		raw := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		if !utf8.Valid(channel.Clean(raw)) {
			t.Fatalf("%q became invalid UTF-8", raw)
		}
	})
}
