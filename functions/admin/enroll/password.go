package enroll

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/recado-chat/recado/shared/httpapi/rest"
)

// passwordMin is in characters.
const passwordMin = 10

// commonList has the passwords of at least passwordMin characters, in lower case, that are in the list of Django 5.1 (20,000 passwords,
// BSD-3-Clause) or of zxcvbn 4.4.28 (30,000, MIT). Both are made of the passwords that were used most in published breaches.
//
//go:embed common_passwords.txt
var commonList string

var common = sync.OnceValue(func() map[string]bool {
	passwords := map[string]bool{}
	for line := range strings.Lines(commonList) {
		passwords[strings.TrimSuffix(line, "\n")] = true
	}
	return passwords
})

// CheckPassword returns Invalid with the field for a new password that is too short or too long, that shows no character, that is among
// the most common, or that is something of its owner's own, such as the address. Only its length and its being easy to guess are judged:
// NIST SP 800-63B, 3.1.1.2, advises against other rules.
func CheckPassword(value string, own ...string) error {
	seen := func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }
	switch {
	case utf8.RuneCountInString(value) < passwordMin:
		return rest.Invalid("password", "use at least %d characters", passwordMin)
	case len(value) > rest.PasswordMax:
		return rest.Invalid("password", "use at most %d bytes", rest.PasswordMax)
	case !strings.ContainsFunc(value, seen):
		return rest.Invalid("password", "use characters that can be seen")
	case common()[strings.ToLower(value)]:
		return rest.Invalid("password", "this password is among the most common ones")
	}
	for _, name := range own {
		local, _, _ := strings.Cut(name, "@")
		for _, taken := range []string{name, local} {
			if plain(taken) != "" && plain(value) == plain(taken) {
				return rest.Invalid("password", "use a password that is not your address or name")
			}
		}
	}
	return nil
}

// plain is a text's letters and digits, in lower case.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}
