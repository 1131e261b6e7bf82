package notify

import (
	_ "embed"
	"html"
	"regexp"
	"strings"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/mail"
)

// The two bodies that every mail has. Their {fields} are filled by one pass of a replacer: the standard library's templates
// call methods by name, for which the linker keeps every method of the SDK, and that is five megabytes of binary.
var (
	//go:embed templates/mail.txt
	textBody string
	//go:embed templates/mail.html
	htmlBody string
)

// mailText is the texts of one mail; a greeting's %s is the name.
type mailText struct {
	Subject  string
	Greeting string
	Hello    string // without a name
	Intro    string
	Button   string
	Note     string
	Fallback string
}

// render writes a mail; an error is permanent, as the same mail would not render the next time either.
func render(m chat.Mail) (mail.Message, error) {
	language := m.Language
	words, ok := mailTexts[m.Template][language]
	if !ok {
		language = chat.Spanish
		if words, ok = mailTexts[m.Template][language]; !ok {
			return mail.Message{}, fault.New(fault.Invalid, "unknown mail template").WithReason("unknown_template")
		}
	}
	url := m.Params["url"]
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		return mail.Message{}, fault.New(fault.Invalid, "the mail has no link").WithReason("mail_without_link")
	}
	greeting := words.Hello
	if name := presentable(m.Params["name"]); name != "" {
		greeting = strings.ReplaceAll(words.Greeting, "%s", name)
	}
	fields := []string{
		"{language}", string(language), "{subject}", words.Subject, "{greeting}", greeting, "{intro}", words.Intro,
		"{button}", words.Button, "{note}", words.Note, "{fallback}", words.Fallback, "{url}", url,
	}
	text := strings.NewReplacer(fields...).Replace(textBody)
	for i := 1; i < len(fields); i += 2 {
		fields[i] = html.EscapeString(fields[i])
	}
	return mail.Message{To: m.To, Subject: words.Subject, Text: text, HTML: strings.NewReplacer(fields...).Replace(htmlBody)}, nil
}

// nameRunes bounds a name in a greeting.
const nameRunes = 60

// looksLikeLink finds what a mail program would make a link of. Anyone can sign up with anyone's address, so the name must not
// carry a message.
var looksLikeLink = regexp.MustCompile(`[/:@]|\S\.\S`)

// presentable returns a name that is safe in a greeting, or "".
func presentable(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if looksLikeLink.MatchString(name) || len([]rune(name)) > nameRunes {
		return ""
	}
	return name
}
