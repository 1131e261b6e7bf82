package channel_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
)

func TestFormFields(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		`{"token":"x","b":"1","a":"2"}`:                                            "b: 1\na: 2",
		`{"n":1.50,"big":12345678901234567890,"t":true,"nothing":null,"empty":""}`: "n: 1.50\nbig: 12345678901234567890\nt: true",
		`{"list":["a",2,null,"b"]}`:                                                "list: a, 2, b",
		`{"a":{"b":{"c":"d"}}}`:                                                    "a.b.c: d",
		`{"rows":[{"x":"1"},{"x":"2"}]}`:                                           "rows.x: 1\nrows.x: 2",
		`"only a text"`:                                                            "only a text",
		`{}`:                                                                       "",
		`{"open"`:                                                                  "",
		"":                                                                         "",
		strings.Repeat(`{"a":`, 9) + "1" + strings.Repeat("}", 9): `a.a.a.a.a.a.a.a: {"a":1}`,
	} {
		fields := channel.FormFields(document, "token")
		if got := channel.FormText(&chat.Form{Fields: fields}); got != want {
			t.Errorf("%s: got %q, want %q", document, got, want)
		}
	}
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	if got := channel.FormFields(deep); len(got) > 1 {
		t.Errorf("%d fields", len(fmt.Sprint(got)))
	}
}

// PROVIDERS §11.1-40
func TestFileNameOf(t *testing.T) {
	t.Parallel()
	const docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	for _, test := range []struct{ given, kind, mime, want string }{
		{"", "document", docx, "document.docx"},
		{"", "video", "video/quicktime", "video.mov"},
		{"", "document", "text/csv", "document.csv"},
		{"Contrato", "document", "application/pdf", "Contrato.pdf"},
		{"Contrato.doc", "document", "application/pdf", "Contrato.doc"},
		{"", "document", "application/x-unheard-of", "document"},
		{strings.Repeat("x", 300), "document", docx, strings.Repeat("x", 115) + ".docx"},
	} {
		if got := channel.FileNameOf(test.given, test.kind, test.mime); got != test.want {
			t.Errorf("%.20q: got %q, want %q", test.given, got, test.want)
		}
	}
}
