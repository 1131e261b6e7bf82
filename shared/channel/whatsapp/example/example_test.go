package example_test

import (
	"slices"
	"testing"

	"github.com/recado-chat/recado/shared/channel/whatsapp/example"
)

// B-12
func TestText_Examples_InOrderOfParameters(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, document string
		want           []string
	}{
		"numbered body":     {"Pedido {{1}} sale {{2}}.", `{"body_text":[["42","mañana"]]}`, []string{"42", "mañana"}},
		"header":            {"Hola {{1}}", `{"header_text":["Ana"]}`, []string{"Ana"}},
		"named body":        {"{{b}} y {{a}}", `{"body_text_named_params":[{"param_name":"a","example":"A"},{"param_name":"b","example":"B"}]}`, []string{"B", "A"}},
		"named header":      {"Hola {{name}}", `{"header_text_named_params":[{"param_name":"name","example":"Ana"}]}`, []string{"Ana"}},
		"a value is absent": {"{{1}} {{2}}", `{"body_text":[["42"]]}`, nil},
		"no parameters":     {"Hola", `{"body_text":[["42"]]}`, nil},
		"no document":       {"{{1}}", ``, nil},
		"another shape":     {"{{1}}", `["PROMO"]`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := example.Text(c.text, example.Document(c.document))
			if got.Text != c.text || !slices.Equal(got.Examples, c.want) {
				t.Errorf("got %q, want %q", got.Examples, c.want)
			}
		})
	}
}
