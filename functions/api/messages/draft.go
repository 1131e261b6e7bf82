package messages

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/rules/drafts"
	"github.com/recado-chat/recado/shared/wire"
)

// readDraft reads a draft from the body; attachments and the quoted message are resolved later.
func readDraft(b wire.NewMessage) (drafts.Draft, error) {
	draft := drafts.Draft{ClientID: b.ClientID, Type: chat.MessageType(b.Type), Text: b.Text}
	if draft.ClientID == "" || len(draft.ClientID) > rest.IDMax || strings.ContainsAny(draft.ClientID, "# \t\r\n") {
		return draft, rest.Invalid("clientId", "clientId is required")
	}
	if draft.Type == chat.TypeText && strings.TrimSpace(draft.Text) == "" {
		return draft, rest.Invalid("text", "text is required")
	}
	if len(b.Attachments) > attachmentsMax {
		return draft, rest.Invalid("attachments", "at most %d attachments", attachmentsMax)
	}
	if l := b.Location; l != nil {
		if l.Latitude == nil || l.Longitude == nil {
			return draft, rest.Invalid("location", "latitude and longitude are required")
		}
		draft.Location = &chat.Location{Latitude: *l.Latitude, Longitude: *l.Longitude, Name: l.Name, Address: l.Address}
	}
	for _, card := range b.Cards {
		draft.Cards = append(draft.Cards, chat.Card(card))
	}
	if b.Interactive != nil {
		draft.Interactive = newInteractive(*b.Interactive)
	}
	var err error
	if b.Template != nil {
		draft.Template, err = newTemplate(*b.Template)
	}
	return draft, err
}

func newInteractive(b wire.NewInteractive) *chat.Interactive {
	i := chat.Interactive{Footer: b.Footer, Button: b.Button}
	for _, button := range b.Buttons {
		i.Buttons = append(i.Buttons, chat.Button(button))
	}
	for _, section := range b.Sections {
		s := chat.Section{Title: section.Title}
		for _, row := range section.Rows {
			s.Rows = append(s.Rows, chat.Row(row))
		}
		i.Sections = append(i.Sections, s)
	}
	return &i
}

const (
	templateName = 512  // characters of a template's name, as providers bound it
	templateGap  = 1024 // characters that fill a gap
)

func newTemplate(b wire.NewTemplateRef) (*drafts.Template, error) {
	t := drafts.Template{Name: b.Name, Language: b.Language, Header: b.Parameters.Header, Body: b.Parameters.Body}
	if b.Name == "" || b.Language == "" || utf8.RuneCountInString(b.Name) > templateName || len(b.Language) > rest.IDMax {
		return nil, rest.Invalid("template", "template name and language are required")
	}
	for index, value := range b.Parameters.Buttons {
		i, err := strconv.Atoi(index)
		if err != nil || utf8.RuneCountInString(value) > templateGap {
			return nil, rest.Invalid("template.parameters", "each button parameter needs an index and at most %d characters", templateGap)
		}
		if t.Buttons == nil {
			t.Buttons = map[int]string{}
		}
		t.Buttons[i] = value
	}
	for _, value := range append(append([]string{}, t.Header...), t.Body...) {
		if utf8.RuneCountInString(value) > templateGap {
			return nil, rest.Invalid("template.parameters", "each parameter may have at most %d characters", templateGap)
		}
	}
	return &t, nil
}
