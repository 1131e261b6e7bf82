package view

import "github.com/recado-chat/recado/shared/chat"

// InteractiveShape is what a message offers to be tapped: buttons, or a list behind one button.
type InteractiveShape struct {
	Footer   string         `json:"footer"`
	Buttons  []ButtonShape  `json:"buttons"`
	Button   string         `json:"button"`
	Sections []SectionShape `json:"sections"`
}

// ButtonShape is one tap.
type ButtonShape struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// SectionShape is a part of a list.
type SectionShape struct {
	Title string     `json:"title"`
	Rows  []RowShape `json:"rows"`
}

// RowShape is one choice of a list.
type RowShape struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

// TemplateRefShape names the template that a message is; the message's text is what it says.
type TemplateRefShape struct {
	Name     string `json:"name"`
	Language string `json:"language"`
}

func interactive(i *chat.Interactive) *InteractiveShape {
	if i == nil {
		return nil
	}
	shape := InteractiveShape{Footer: i.Footer, Button: i.Button, Buttons: make([]ButtonShape, len(i.Buttons)), Sections: make([]SectionShape, len(i.Sections))}
	for n, b := range i.Buttons {
		shape.Buttons[n] = ButtonShape(b)
	}
	for n, s := range i.Sections {
		shape.Sections[n] = SectionShape{Title: s.Title, Rows: make([]RowShape, len(s.Rows))}
		for at, row := range s.Rows {
			shape.Sections[n].Rows[at] = RowShape(row)
		}
	}
	return &shape
}

func templateRef(r *chat.TemplateRef) *TemplateRefShape {
	if r == nil {
		return nil
	}
	return &TemplateRefShape{Name: r.Name, Language: r.Language}
}

// TemplateShape is a message that the provider approved beforehand. Parameters are how many gaps a text has.
type TemplateShape struct {
	ID        string                `json:"id"`
	Name      string                `json:"name"`
	Language  string                `json:"language"`
	Category  string                `json:"category"`
	Status    string                `json:"status"`
	Quality   string                `json:"quality"`
	Reason    string                `json:"reason"`
	UpdatedAt Time                  `json:"updatedAt"`
	Header    *TemplateHeaderShape  `json:"header"`
	Body      TemplateTextShape     `json:"body"`
	Footer    string                `json:"footer"`
	Buttons   []TemplateButtonShape `json:"buttons"`
}

// TemplateHeaderShape is the top of a template: a text, a file, or a place, whose parameters are latitude, longitude, name and
// address.
type TemplateHeaderShape struct {
	Format     string `json:"format"`
	Text       string `json:"text"`
	Parameters int    `json:"parameters"`
}

// TemplateTextShape is a text with gaps.
type TemplateTextShape struct {
	Text       string `json:"text"`
	Parameters int    `json:"parameters"`
}

// TemplateButtonShape is a button of a template; with Parameter it needs a value.
type TemplateButtonShape struct {
	Type      string `json:"type"`
	Text      string `json:"text"`
	Parameter bool   `json:"parameter"`
}

// Template shows a template.
func Template(t chat.Template) TemplateShape {
	shape := TemplateShape{
		ID: t.ID, Name: t.Name, Language: t.Language, Category: t.Category, Status: string(t.Status), Quality: t.Quality, Reason: t.Reason,
		UpdatedAt: Time(t.UpdatedAt), Body: TemplateTextShape{Text: t.Body.Text, Parameters: len(t.Body.Parameters)}, Footer: t.Footer,
		Buttons: make([]TemplateButtonShape, len(t.Buttons)),
	}
	if t.Header != nil {
		shape.Header = &TemplateHeaderShape{Format: string(t.Header.Format), Text: t.Header.Text, Parameters: len(t.Header.Parameters)}
	}
	for i, b := range t.Buttons {
		shape.Buttons[i] = TemplateButtonShape{Type: string(b.Type), Text: b.Text, Parameter: b.Parameter}
	}
	return shape
}
