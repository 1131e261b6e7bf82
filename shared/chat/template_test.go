package chat_test

import (
	"slices"
	"testing"

	"github.com/recado-chat/recado/shared/chat"
)

// B-12: placeholders are found, filled in their order, and never filled twice.
func TestTemplateText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		gaps       []string
		values     []string
		want       string
		fits       bool
	}{
		{"numbered", "Hola {{1}}, su pedido {{2}} salió", []string{"1", "2"}, []string{"Ana", "42"}, "Hola Ana, su pedido 42 salió", true},
		{"numbered in descending order, one twice", "{{2}} de {{1}}: {{ 2 }}", []string{"1", "2"}, []string{"a", "b"}, "b de a: b", true},
		{"more than nine", "{{10}} {{9}}", []string{"9", "10"}, []string{"nueve", "diez"}, "diez nueve", true},
		{"named", "Hola {{nombre}}, {{pedido}}", []string{"nombre", "pedido"}, []string{"Ana", "42"}, "Hola Ana, 42", true},
		{"value that looks like a placeholder", "{{1}} {{2}}", []string{"1", "2"}, []string{"{{2}}", "x"}, "{{2}} x", true},
		{"none", "Hola", nil, nil, "Hola", true},
		{"unclosed placeholder", "Hola {{1", nil, nil, "Hola {{1", true},
		{"too few values", "{{1}} {{2}}", []string{"1", "2"}, []string{"a"}, "", false},
		{"an empty value", "{{1}}", []string{"1"}, []string{""}, "", false},
		{"too many values", "Hola", nil, []string{"a"}, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := chat.NewTemplateText(test.text)
			if !slices.Equal(text.Parameters, test.gaps) {
				t.Errorf("gaps %q, want %q", text.Parameters, test.gaps)
			}
			filled, fits := text.Fill(test.values)
			if fits != test.fits {
				t.Fatalf("fits: %t", fits)
			}
			if got := text.Render(filled); fits && got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestFill_NamesOnlyWords(t *testing.T) {
	t.Parallel()
	numbered, _ := chat.NewTemplateText("{{1}}").Fill([]string{"a"})
	named, _ := chat.NewTemplateText("{{nombre}}").Fill([]string{"a"})
	if numbered[0].Name != "" || named[0].Name != "nombre" {
		t.Errorf("%+v, %+v", numbered, named)
	}
}

func TestBusinessAccountID(t *testing.T) {
	t.Parallel()
	for settings, want := range map[string]string{
		`{"businessAccountId":"700","other":1}`: "700", `{}`: "", ``: "", `{"businessAccountId":7}`: "", `[`: "",
	} {
		if got := (chat.Channel{Settings: []byte(settings)}).BusinessAccountID(); got != want {
			t.Errorf("%s: %q, want %q", settings, got, want)
		}
	}
}
