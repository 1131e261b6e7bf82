package drafts

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/recado-chat/recado/shared/chat"
)

// Fill makes of a draft and its template the reference that the message stores, and the text that its reader sees. Parameters or a
// file that do not match the template are Invalid.
func Fill(able chat.Capabilities, t chat.Template, d Draft) (*chat.TemplateRef, string, error) {
	ref := chat.TemplateRef{Name: t.Name, Language: t.Language, Footer: t.Footer, Shown: t.Buttons}
	values := slices.Concat(d.Template.Header, d.Template.Body, slices.Collect(maps.Values(d.Template.Buttons)))
	if slices.ContainsFunc(values, breaksLine) {
		return nil, "", invalid("template.parameters", "a parameter has no line break, no tab and at most %d spaces in a row", maxSpaces)
	}
	mismatch := invalid("template.parameters", "the parameters do not match the template")
	header := chat.TemplateText{}
	if t.Header != nil {
		header, ref.Format = t.Header.TemplateText, t.Header.Format
	}
	var ok bool
	if ref.Header, ok = header.Fill(d.Template.Header); !ok {
		return nil, "", mismatch
	}
	ref.Heading = header.Render(ref.Header)
	if ref.Body, ok = t.Body.Fill(d.Template.Body); !ok {
		return nil, "", mismatch
	}
	if ref.Buttons, ok = fillButtons(t.Buttons, d.Template.Buttons); !ok {
		return nil, "", mismatch
	}
	if err := fitsHeader(able, ref.Format, d.Attachments); err != nil {
		return nil, "", err
	}
	return &ref, t.Render(ref), nil
}

// maxSpaces is how many spaces may follow each other in a parameter. Meta refuses more, and line breaks and tabs: "Param text cannot have
// new-line/tab characters or more than 4 consecutive spaces", error 132018 of the Cloud API.
const maxSpaces = 4

func breaksLine(value string) bool {
	spaces := 0
	for _, r := range value {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return true
		}
		if spaces++; r != ' ' {
			spaces = 0
		}
		if spaces > maxSpaces {
			return true
		}
	}
	return false
}

// fillButtons needs a value for every button with a parameter. A quick reply may have one too: the payload that comes back with the
// tap.
func fillButtons(buttons []chat.TemplateButton, values map[int]string) ([]chat.TemplateButtonParameter, bool) {
	for i, b := range buttons {
		if b.Parameter && strings.TrimSpace(values[i]) == "" {
			return nil, false
		}
	}
	var filled []chat.TemplateButtonParameter
	for _, i := range slices.Sorted(maps.Keys(values)) {
		if i < 0 || i >= len(buttons) || strings.TrimSpace(values[i]) == "" || !buttons[i].Parameter && buttons[i].Type != chat.ButtonQuickReply {
			return nil, false
		}
		filled = append(filled, chat.TemplateButtonParameter{Index: i, Type: buttons[i].Type, Text: values[i]})
	}
	return filled, true
}

// fitsHeader checks that there is a file if and only if the template's header is one, and that it is of the header's type.
func fitsHeader(able chat.Capabilities, format chat.TemplateFormat, files []chat.Attachment) error {
	kind, media := format.Media()
	if !media {
		if len(files) > 0 {
			return invalid("attachments", "the template takes no file")
		}
		return nil
	}
	if err := fitsFile(able, kind, files); err != nil {
		return err
	}
	if !slices.Contains(able.Attachments[kind].Mimes, files[0].Mime) {
		return invalid("attachments", "the template's header is of type %s", kind)
	}
	return nil
}
