// Package example reads the example values that Meta keeps with the components of a template (Meta's page "Message templates", field
// example). It may import chat.
package example

import (
	"encoding/json"

	"github.com/recado-chat/recado/shared/chat"
)

type named struct {
	Name    string `json:"param_name"`
	Example string `json:"example"`
}

// values are those of a header, or of a body: each list by number or by name.
type values struct {
	Header      []string   `json:"header_text"`
	Body        [][]string `json:"body_text"`
	HeaderNamed []named    `json:"header_text_named_params"`
	BodyNamed   []named    `json:"body_text_named_params"`
}

// Document is what Meta keeps with one component. It is decoded apart, so that an unknown shape costs no template.
type Document = json.RawMessage

// Text is the text of a header or body with the example of each placeholder. A document that cannot be read, or that lacks a value, gives
// no examples: they only help whoever fills in the template.
func Text(text string, doc Document) chat.TemplateText {
	t := chat.NewTemplateText(text)
	var d values
	if len(t.Parameters) == 0 || json.Unmarshal(doc, &d) != nil {
		return t
	}
	inOrder := d.Header
	if len(d.Body) > 0 {
		inOrder = d.Body[0]
	}
	byName := map[string]string{}
	for _, n := range append(d.HeaderNamed, d.BodyNamed...) {
		byName[n.Name] = n.Example
	}
	var examples []string
	for i, parameter := range t.Parameters {
		value := byName[parameter]
		if value == "" && i < len(inOrder) {
			value = inOrder[i]
		}
		if value == "" {
			return t
		}
		examples = append(examples, value)
	}
	t.Examples = examples
	return t
}
