package channel

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/recado-chat/recado/shared/chat"
)

// formDepth is how deep the fields of a form are taken apart; what nests deeper is a field's value as it is.
const formDepth = 8

// FormFields takes a JSON document that a contact filled into a form apart, without the fields of these names. It is empty for what is no
// JSON.
func FormFields(document string, without ...string) []chat.FormField {
	if !json.Valid([]byte(document)) {
		return nil
	}
	fields := formFields(nil, "", json.RawMessage(document), 0)
	return slices.DeleteFunc(fields, func(f chat.FormField) bool { return slices.Contains(without, f.Name) })
}

// formFields appends the fields of a value, in their order. Those within another are named by both.
func formFields(to []chat.FormField, name string, value json.RawMessage, depth int) []chat.FormField {
	decoder := json.NewDecoder(strings.NewReader(string(value)))
	opening, err := decoder.Token()
	if delim, nests := opening.(json.Delim); err == nil && nests && depth < formDepth {
		if delim == '{' {
			return objectFields(to, name, decoder, depth)
		}
		return listFields(to, name, decoder, depth)
	}
	text := string(value)
	switch plain := opening.(type) {
	case string:
		text = plain
	case nil:
		text = ""
	}
	if text == "" {
		return to
	}
	return append(to, chat.FormField{Name: name, Value: text})
}

func objectFields(to []chat.FormField, name string, decoder *json.Decoder, depth int) []chat.FormField {
	for decoder.More() {
		key, err := decoder.Token()
		field, _ := key.(string)
		var value json.RawMessage
		if err != nil || decoder.Decode(&value) != nil {
			return to
		}
		to = formFields(to, within(name, field), value, depth+1)
	}
	return to
}

// listFields makes one field of a list of plain values. Of others each has its own.
func listFields(to []chat.FormField, name string, decoder *json.Decoder, depth int) []chat.FormField {
	var values []string
	for decoder.More() {
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			break
		}
		if nests := value[0] == '{' || value[0] == '['; nests {
			to = formFields(to, name, value, depth+1)
			continue
		}
		for _, field := range formFields(nil, "", value, depth+1) {
			values = append(values, field.Value)
		}
	}
	if len(values) == 0 {
		return to
	}
	return append(to, chat.FormField{Name: name, Value: strings.Join(values, ", ")})
}

// within names a field of another one.
func within(name, field string) string {
	if name == "" {
		return field
	}
	return name + "." + field
}

// FormText is the form as lines, for where only a text is shown.
func FormText(form *chat.Form) string {
	if form == nil {
		return ""
	}
	lines := make([]string, len(form.Fields))
	for i, field := range form.Fields {
		if lines[i] = field.Value; field.Name != "" {
			lines[i] = field.Name + ": " + field.Value
		}
	}
	return strings.Join(lines, "\n")
}
