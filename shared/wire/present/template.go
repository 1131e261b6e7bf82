package present

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/wire"
)

func interactive(i *chat.Interactive) *wire.Interactive {
	if i == nil {
		return nil
	}
	shape := wire.Interactive{Footer: i.Footer, Button: i.Button, Buttons: make([]wire.Button, len(i.Buttons)), Sections: make([]wire.Section, len(i.Sections))}
	for n, b := range i.Buttons {
		shape.Buttons[n] = wire.Button(b)
	}
	for n, s := range i.Sections {
		shape.Sections[n] = wire.Section{Title: s.Title, Rows: make([]wire.Row, len(s.Rows))}
		for at, row := range s.Rows {
			shape.Sections[n].Rows[at] = wire.Row(row)
		}
	}
	return &shape
}

func templateRef(r *chat.TemplateRef) *wire.TemplateRef {
	if r == nil {
		return nil
	}
	return &wire.TemplateRef{Name: r.Name, Language: r.Language, Heading: r.Heading, Footer: r.Footer, Buttons: templateButtons(r.Shown)}
}

// Template builds a template.
func Template(t chat.Template) wire.Template {
	shape := wire.Template{
		ID: t.ID, Name: t.Name, Language: t.Language, Category: wire.TemplateCategory(t.Category), Status: t.Status, Quality: wire.TemplateQuality(t.Quality), Reason: t.Reason,
		UpdatedAt: wire.Time(t.UpdatedAt), Footer: t.Footer, Buttons: templateButtons(t.Buttons),
		Body: wire.TemplateText{Text: t.Body.Text, Parameters: len(t.Body.Parameters), Examples: texts(t.Body.Examples)},
	}
	if t.Header != nil {
		shape.Header = &wire.TemplateHeader{Format: t.Header.Format, Text: t.Header.Text, Parameters: len(t.Header.Parameters), Examples: texts(t.Header.Examples)}
	}
	return shape
}

func templateButtons(buttons []chat.TemplateButton) []wire.TemplateButton {
	shape := make([]wire.TemplateButton, len(buttons))
	for i, b := range buttons {
		shape[i] = wire.TemplateButton(b)
	}
	return shape
}
