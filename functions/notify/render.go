package notify

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	"regexp"
	"strings"
	texttemplate "text/template"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/mail"
)

//go:embed templates
var files embed.FS

// renderer holds the two bodies that every mail has.
type renderer struct {
	text *texttemplate.Template
	html *htmltemplate.Template
}

func newRenderer() (renderer, error) {
	text, err := texttemplate.ParseFS(files, "templates/mail.txt")
	if err != nil {
		return renderer{}, fmt.Errorf("read the mail's text: %w", err)
	}
	html, err := htmltemplate.ParseFS(files, "templates/mail.html")
	if err != nil {
		return renderer{}, fmt.Errorf("read the mail's HTML: %w", err)
	}
	return renderer{text: text, html: html}, nil
}

// letter is the words of one mail; a greeting's %s is the name.
type letter struct {
	Subject  string
	Greeting string
	Hello    string // without a name
	Intro    string
	Button   string
	Note     string
	Fallback string
}

// content is what the two bodies are made of.
type content struct {
	letter
	Language chat.Language
	URL      string
}

// render writes a mail; an error is permanent, as the same mail would not render the next time either.
func (r renderer) render(m chat.Mail) (mail.Message, error) {
	language := m.Language
	words, ok := letters[m.Template][language]
	if !ok {
		language = chat.Spanish
		if words, ok = letters[m.Template][language]; !ok {
			return mail.Message{}, fault.New(fault.Invalid, "there is no such mail").WithReason("unknown_template")
		}
	}
	c := content{letter: words, Language: language, URL: m.Params["url"]}
	if c.URL == "" {
		return mail.Message{}, fault.New(fault.Invalid, "the mail has no link").WithReason("mail_without_link")
	}
	c.Greeting = words.Hello
	if name := presentable(m.Params["name"]); name != "" {
		c.Greeting = strings.ReplaceAll(words.Greeting, "%s", name)
	}
	var text, html strings.Builder
	if r.text.Execute(&text, c) != nil || r.html.Execute(&html, c) != nil {
		// The template's words may repeat the link.
		return mail.Message{}, fault.New(fault.Invalid, "the mail cannot be written").WithReason("mail_unrenderable")
	}
	return mail.Message{To: m.To, Subject: c.Subject, Text: text.String(), HTML: html.String()}, nil
}

// nameRunes bounds a name in a greeting.
const nameRunes = 60

// looksLikeLink finds what a mail program would make a link of. Anyone can sign up with anyone's address, so the name must not
// carry a message.
var looksLikeLink = regexp.MustCompile(`[/:@]|\S\.\S`)

// presentable is a name that is fit for a greeting, or "".
func presentable(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if looksLikeLink.MatchString(name) || len([]rune(name)) > nameRunes {
		return ""
	}
	return name
}
