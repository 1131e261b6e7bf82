package notify

import (
	"cmp"
	_ "embed"
	"html"
	"regexp"
	"strings"
	"time"

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

// mailText holds the texts of one mail. A %s in the greeting is the name; {channel}, {since}, {inviter} and {account} are filled in the
// subject and the intro.
type mailText struct {
	Subject  string
	Greeting string
	Hello    string // without a name
	Intro    string
	Answered string // behind the intro, with {answer}, if the provider answered something
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
	facts := strings.NewReplacer(
		"{channel}", channelName(m.Params), "{since}", timeOf(m.Params["since"], language), "{answer}", oneLine(m.Params["answer"], answerRunes),
		"{inviter}", cmp.Or(presentable(m.Params["inviter"]), unnamed[language].inviter),
		"{account}", cmp.Or(presentable(m.Params["account"]), unnamed[language].account))
	if words.Answered != "" && m.Params["answer"] != "" {
		words.Intro += " " + words.Answered
	}
	subject, intro := facts.Replace(words.Subject), facts.Replace(words.Intro)
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

// channelName is what the owner knows a channel by: its name, or else its number or the provider's id. Both were chosen by whoever
// connected it, who may have signed up with another person's address.
func channelName(params map[string]string) string {
	if name := presentable(params["channel"]); name != "" {
		return name
	}
	return presentable(params["asset"])
}

// timeLayouts are how times are written. The offset says which clock is meant.
var timeLayouts = map[chat.Language]string{
	chat.Spanish: "02/01/2006 15:04 (UTC-07:00)", chat.Portuguese: "02/01/2006 15:04 (UTC-07:00)", chat.English: "2 January 2006, 15:04 (UTC-07:00)",
}

// timeOf writes a time that is given as RFC 3339; "" if it is none.
func timeOf(given string, language chat.Language) string {
	at, err := time.Parse(time.RFC3339, given)
	if err != nil {
		return ""
	}
	return at.Format(timeLayouts[language])
}

// answerRunes is the maximum length of a provider's answer, in runes.
const answerRunes = 300

// oneLine returns a text without line breaks, cut to a number of runes.
func oneLine(text string, most int) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	return string(runes[:min(len(runes), most)])
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
