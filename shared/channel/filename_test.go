package channel_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/recado-chat/recado/shared/channel"
)

func TestFileName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ given, want string }{
		"a plain name stays":                 {"lista de precios (1).pdf", "lista de precios (1).pdf"},
		"accents stay":                       {"año ñandú.pdf", "año ñandú.pdf"},
		"a path is dropped":                  {"../../etc/passwd", "passwd"},
		"a path of Windows is dropped":       {`C:\Users\ana\cv.docx`, "cv.docx"},
		"direction marks are dropped":        {"gpj.\u202eexe.pdf", "gpj.exe.pdf"},
		"control characters are dropped":     {"a\x00b\r\nc.pdf", "abc.pdf"},
		"what shells read is replaced":       {`a"b|c*$d.pdf`, "a_b_c__d.pdf"},
		"a hidden file is shown":             {".bashrc", "bashrc"},
		"nothing is the fallback":            {"", "file"},
		"dots alone are the fallback":        {" .. ", "file"},
		"a directory alone is the fallback":  {"a/b/", "file"},
		"bytes that are no text are dropped": {"a\xff\xfe.pdf", "a.pdf"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := channel.FileName(c.given, "file"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestFileName_TooLong_ShortenedBeforeExtension(t *testing.T) {
	t.Parallel()
	got := channel.FileName(strings.Repeat("ñ", 300)+".pdf", "file")
	if utf8.RuneCountInString(got) != 120 || !strings.HasSuffix(got, "ñ.pdf") {
		t.Errorf("got %q", got)
	}
}
