package notify

import (
	"cmp"
	_ "embed"
	"html"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/mail"
)

// The two bodies of every mail. Their {fields} are filled by strings.Replacer: text/template calls methods by name, so the linker
// would keep every method of the SDK, which adds five megabytes to the binary.
var (
	//go:embed templates/mail.txt
	textBody string
	//go:embed templates/mail.html
	htmlBody string
)

// mailText holds the texts of one mail. A %s in the greeting is the name. An invitation's subject and intro name {inviter} and {account}.
type mailText struct {
	Subject  string
	Greeting string
	Hello    string // without a name
	Intro    string
	Button   string
	Note     string
	Fallback string
}

// render builds a mail. Its errors are permanent: rendering the same mail again fails the same way.
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
	names := strings.NewReplacer(
		"{inviter}", cmp.Or(presentable(m.Params["inviter"]), unnamed[language].inviter),
		"{account}", cmp.Or(presentable(m.Params["account"]), unnamed[language].account))
	subject, intro := names.Replace(words.Subject), names.Replace(words.Intro)
	fields := []string{
		"{language}", string(language), "{subject}", subject, "{greeting}", greeting, "{intro}", intro,
		"{button}", words.Button, "{note}", words.Note, "{fallback}", words.Fallback, "{url}", url,
	}
	text := strings.NewReplacer(fields...).Replace(textBody)
	for i := 1; i < len(fields); i += 2 {
		fields[i] = html.EscapeString(fields[i])
	}
	return mail.Message{To: m.To, Subject: subject, Text: text, HTML: strings.NewReplacer(fields...).Replace(htmlBody)}, nil
}

// nameRunes is the maximum length of a name in a greeting, in runes.
const nameRunes = 60

// looksLikeLink matches text that mail programs turn into a link. Anyone can sign up with another person's address, so the name
// must not carry a message. It is for names in NFKC: of the dots of domain names (RFC 3490 §3.1) only the ideographic one is left beside
// the full stop. A name that turns the direction of the text may read like a link.
var looksLikeLink = regexp.MustCompile(`[/:@\x{202A}-\x{202E}\x{2066}-\x{2069}]|\S[.\x{3002}]\S`)

// presentable returns a name that is safe in a greeting, or "".
func presentable(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if looksLikeLink.MatchString(norm.NFKC.String(name)) || len([]rune(name)) > nameRunes {
		return ""
	}
	return name
}
