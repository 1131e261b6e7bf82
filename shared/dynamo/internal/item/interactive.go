package item

import (
	"github.com/recado-chat/recado/shared/chat"
)

// interactivePart is the buttons or the list of a message.
type interactivePart struct {
	Footer   string        `dynamodbav:"footer,omitempty"`
	Buttons  []buttonPart  `dynamodbav:"buttons,omitempty"`
	Button   string        `dynamodbav:"button,omitempty"`
	Sections []sectionPart `dynamodbav:"sections,omitempty"`
}

type buttonPart struct {
	ID    string `dynamodbav:"id"`
	Title string `dynamodbav:"title"`
}

type sectionPart struct {
	Title string    `dynamodbav:"title,omitempty"`
	Rows  []rowPart `dynamodbav:"rows"`
}

type rowPart struct {
	ID          string `dynamodbav:"id"`
	Title       string `dynamodbav:"title"`
	Description string `dynamodbav:"description,omitempty"`
}

func interactiveOf(i *chat.Interactive) *interactivePart {
	if i == nil {
		return nil
	}
	part := &interactivePart{Footer: i.Footer, Button: i.Button}
	for _, b := range i.Buttons {
		part.Buttons = append(part.Buttons, buttonPart(b))
	}
	for _, s := range i.Sections {
		section := sectionPart{Title: s.Title}
		for _, r := range s.Rows {
			section.Rows = append(section.Rows, rowPart(r))
		}
		part.Sections = append(part.Sections, section)
	}
	return part
}

func (p *interactivePart) interactive() *chat.Interactive {
	if p == nil {
		return nil
	}
	i := &chat.Interactive{Footer: p.Footer, Button: p.Button}
	for _, b := range p.Buttons {
		i.Buttons = append(i.Buttons, chat.Button(b))
	}
	for _, s := range p.Sections {
		section := chat.Section{Title: s.Title}
		for _, r := range s.Rows {
			section.Rows = append(section.Rows, chat.Row(r))
		}
		i.Sections = append(i.Sections, section)
	}
	return i
}

// templateRefPart is a template with the parameters of one message.
type templateRefPart struct {
	Name     string                `dynamodbav:"name"`
	Language string                `dynamodbav:"language"`
	Format   string                `dynamodbav:"format,omitempty"`
	Header   []parameterPart       `dynamodbav:"header,omitempty"`
	Body     []parameterPart       `dynamodbav:"body,omitempty"`
	Buttons  []buttonParameterPart `dynamodbav:"buttons,omitempty"`
	Heading  string                `dynamodbav:"heading,omitempty"`
	Footer   string                `dynamodbav:"footer,omitempty"`
	Shown    []templateButtonPart  `dynamodbav:"shown,omitempty"`
}

type parameterPart struct {
	Name string `dynamodbav:"name,omitempty"`
	Text string `dynamodbav:"text"`
}

type buttonParameterPart struct {
	Index int    `dynamodbav:"index"`
	Type  string `dynamodbav:"type"`
	Text  string `dynamodbav:"text"`
}

func templateRefOf(r *chat.TemplateRef) *templateRefPart {
	if r == nil {
		return nil
	}
	part := &templateRefPart{Name: r.Name, Language: r.Language, Format: string(r.Format), Heading: r.Heading, Footer: r.Footer}
	for _, b := range r.Shown {
		part.Shown = append(part.Shown, templateButtonPart{Type: string(b.Type), Text: b.Text, Parameter: b.Parameter})
	}
	for _, p := range r.Header {
		part.Header = append(part.Header, parameterPart(p))
	}
	for _, p := range r.Body {
		part.Body = append(part.Body, parameterPart(p))
	}
	for _, p := range r.Buttons {
		part.Buttons = append(part.Buttons, buttonParameterPart{Index: p.Index, Type: string(p.Type), Text: p.Text})
	}
	return part
}

func (p *templateRefPart) ref() *chat.TemplateRef {
	if p == nil {
		return nil
	}
	r := &chat.TemplateRef{Name: p.Name, Language: p.Language, Format: chat.TemplateFormat(p.Format), Heading: p.Heading, Footer: p.Footer}
	for _, b := range p.Shown {
		r.Shown = append(r.Shown, chat.TemplateButton{Type: chat.TemplateButtonType(b.Type), Text: b.Text, Parameter: b.Parameter})
	}
	for _, part := range p.Header {
		r.Header = append(r.Header, chat.TemplateParameter(part))
	}
	for _, part := range p.Body {
		r.Body = append(r.Body, chat.TemplateParameter(part))
	}
	for _, part := range p.Buttons {
		r.Buttons = append(r.Buttons, chat.TemplateButtonParameter{Index: part.Index, Type: chat.TemplateButtonType(part.Type), Text: part.Text})
	}
	return r
}
