package notify

import (
	"reflect"
	"strings"
	"testing"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

func TestTemplates_CompleteInEveryLanguage(t *testing.T) {
	t.Parallel()
	const link = "https://recado.example/verify?token=a-b_c"
	for _, template := range []chat.MailTemplate{
		chat.MailVerify, chat.MailReset, chat.MailReauthorise, chat.MailStopped, chat.MailSilent, chat.MailDiverted,
		chat.MailInvitation, chat.MailInvitationTaken,
	} {
		channel := strings.HasPrefix(string(template), "channel_")
		subjects := map[string]bool{}
		for _, language := range []chat.Language{chat.Spanish, chat.Portuguese, chat.English} {
			words := reflect.ValueOf(mailTexts[template][language])
			for i := range words.NumField() {
				if name := words.Type().Field(i).Name; words.Field(i).String() == "" && (channel || name != "Answered") {
					t.Errorf("%s in %s has no %s", template, language, name)
				}
			}
			m, err := render(chat.Mail{
				To: "ana@example.com", Template: template, Language: language, Params: map[string]string{
					"url": link, "name": "Ana López", "channel": "Ventas", "since": "2026-11-22T09:30:00-03:00", "answer": "Session has expired",
				},
			})
			if err != nil {
				t.Fatal(err)
			}
			subjects[m.Subject] = true
			if strings.Count(m.Text, link) != 1 || !strings.Contains(m.HTML, `href="`+link+`"`) || !strings.Contains(m.HTML, `lang="`+string(language)+`"`) ||
				!strings.Contains(m.Text, "Ana López") || !strings.Contains(m.HTML, "Ana López") || strings.ContainsAny(m.Text, "%{}") {
				t.Errorf("%s in %s:\n%s\n%s", template, language, m.Text, m.HTML)
			}
		}
		if len(subjects) != 3 {
			t.Errorf("the subjects of %s are %v", template, subjects)
		}
	}
}

// S0-01
func TestRender_Invitation_NamesInviterAndAccount(t *testing.T) {
	t.Parallel()
	for _, template := range []chat.MailTemplate{chat.MailInvitation, chat.MailInvitationTaken} {
		for language, want := range map[chat.Language][2]string{
			chat.Spanish:    {"Ana te invita a Pan & Té en Recado", "Alguien te invita a una empresa en Recado"},
			chat.Portuguese: {"Ana convidou você para Pan & Té no Recado", "Alguém convidou você para uma empresa no Recado"},
			chat.English:    {"Ana invites you to Pan & Té on Recado", "Someone invites you to a business on Recado"},
		} {
			invitation := func(inviter, account string) chat.Mail {
				return chat.Mail{Template: template, Language: language, Params: map[string]string{"url": "https://recado.example/x", "inviter": inviter, "account": account}}
			}
			named, err := render(invitation("Ana", "Pan & Té"))
			if err != nil || named.Subject != want[0] || !strings.Contains(named.Text, "Pan & Té") || !strings.Contains(named.HTML, "Pan &amp; Té") {
				t.Errorf("%s in %s: %q, %v\n%s", template, language, named.Subject, err, named.HTML)
			}
			// Whoever signs up chooses both names: neither may carry a link to a stranger.
			hidden, err := render(invitation("win at evil.example", "http://evil.example"))
			if err != nil || hidden.Subject != want[1] || strings.Contains(hidden.Text, "evil") || strings.Contains(hidden.HTML, "evil") {
				t.Errorf("%s in %s: %q, %v\n%s", template, language, hidden.Subject, err, hidden.Text)
			}
		}
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	mailTo := func(name string) chat.Mail {
		return chat.Mail{Template: chat.MailVerify, Language: chat.English, Params: map[string]string{"url": "https://recado.example/x", "name": name}}
	}

	t.Run("a name cannot carry a message", func(t *testing.T) {
		t.Parallel()
		for name, greeting := range map[string]string{
			"Ana":                        "Hello Ana,",
			"J. R. Pérez":                "Hello J. R. Pérez,",
			"  Ana \r\n Bcc  ":           "Hello Ana Bcc,",
			"":                           "Hello,",
			"win at evil.example":        "Hello,",
			"http://evil":                "Hello,",
			"me@evil":                    "Hello,",
			"win at evil。example":        "Hello,",
			"win at evil．example":        "Hello,",
			"win at evil｡example":        "Hello,",
			"http：／／evil":                "Hello,",
			"\u202emoc evil ta niw":      "Hello,",
			"नाम\u200dका":                "Hello नाम\u200dका,",
			"田中。":                        "Hello 田中。,",
			strings.Repeat("very ", 30):  "Hello,",
			"{url}":                      "Hello {url},",
			"<script>alert(1)<\u200b/b>": "Hello,",
		} {
			m, err := render(mailTo(name))
			if err != nil {
				t.Fatal(err)
			}
			if first, _, _ := strings.Cut(m.Text, "\n"); first != greeting {
				t.Errorf("%q is greeted %q", name, first)
			}
		}
	})

	// B-22
	t.Run("a failed channel is named, with its time and the provider's answer", func(t *testing.T) {
		t.Parallel()
		for _, test := range []struct {
			channel, asset, answer, want string
		}{
			{"Ventas", "+54 11 5263-1188", "(#131031) Business Account locked", "The provider stopped the account of the channel Ventas, which has not sent messages since 22 November 2026, 09:30 (UTC-03:00). " +
				"Your team's replies are held. See in the provider's account what it asks for, and check the channel in Recado once that is done. " +
				"The provider's answer: “(#131031) Business Account locked”."},
			{"win at http://evil.example", "+54 11 5263-1188", "", "The provider stopped the account of the channel +54 11 5263-1188, which has not sent messages since " +
				"22 November 2026, 09:30 (UTC-03:00). Your team's replies are held. See in the provider's account what it asks for, and check the channel in Recado once that is done."},
		} {
			m, err := render(chat.Mail{Template: chat.MailStopped, Language: chat.English, Params: map[string]string{
				"url": "https://recado.example/settings/channels/1", "channel": test.channel, "asset": test.asset, "answer": test.answer, "since": "2026-11-22T09:30:00-03:00",
			}})
			if err != nil || !strings.Contains(m.Text, "\n"+test.want+"\n") {
				t.Errorf("%v\n%s", err, m.Text)
			}
		}
	})

	t.Run("what is in a name is text in HTML", func(t *testing.T) {
		t.Parallel()
		m, err := render(mailTo("<b>Ana</b>"[:6]))
		if err != nil || strings.Contains(m.HTML, "<b>Ana") || !strings.Contains(m.HTML, "&lt;b&gt;Ana") {
			t.Errorf("%v\n%s", err, m.HTML)
		}
	})

	t.Run("an unknown language is Spanish, an unknown template nothing", func(t *testing.T) {
		t.Parallel()
		m := mailTo("Ana")
		m.Language = "fr"
		if got, err := render(m); err != nil || !strings.HasPrefix(got.Text, "Hola, Ana:") {
			t.Errorf("got %q, %v", got.Text, err)
		}
		m.Template = "greeting"
		if _, err := render(m); !fault.Is(err, fault.Invalid) {
			t.Errorf("got %v", err)
		}
	})
}
