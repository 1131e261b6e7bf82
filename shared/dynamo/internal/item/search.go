package item

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
)

// A contact is found by tokens: the words of its names, its e-mail address, and the digits of its phones, both forwards and
// reversed. A search reads the tokens that begin with what was typed, or with its reversed digits.

// Field says what a token was made of.
type Field string

// The fields.
const (
	FieldName         Field = "n"
	FieldEmail        Field = "e"
	FieldPhone        Field = "p"
	FieldPhoneReverse Field = "r"
)

// Token is one folded piece of a contact that a search looks up by its beginning.
type Token struct {
	Field Field
	Text  string
}

const (
	maxWords       = 12 // of one contact: a transaction has at most 100 items
	maxPhones      = 4
	maxTokenLength = 60 // characters
)

// TokenRules is the version of the rules by which Tokens are made.
const TokenRules = 2

// Tokens are all tokens of a contact, in the order of their keys. One who was merged into another is not found.
func Tokens(c chat.Contact) []Token {
	if c.MergedInto != "" {
		return nil
	}
	names := nameTokens(c.Name + " " + c.FirstName + " " + c.LastName)
	phones := []string{Digits(c.Phone)}
	for _, i := range c.Identities {
		names = append(names, Words(i.Username)...)
		phones = append(phones, Digits(i.Phone))
	}
	var tokens []Token
	add := func(f Field, text string) {
		t := Token{f, CutToken(text)}
		if text != "" && !slices.Contains(tokens, t) {
			tokens = append(tokens, t)
		}
	}
	for _, word := range names {
		if len(tokens) < maxWords {
			add(FieldName, word)
		}
	}
	add(FieldEmail, Fold(strings.TrimSpace(c.Email)))
	for _, phone := range phones[:min(len(phones), maxPhones)] {
		add(FieldPhone, phone)
		add(FieldPhoneReverse, Reverse(phone))
	}
	slices.SortFunc(tokens, compareTokens)
	return tokens
}

// FormerTokens are those that former rules made of a contact and the present ones do not: before version 2, a vowel sign ended a word.
func FormerTokens(c chat.Contact) []Token {
	if c.MergedInto != "" {
		return nil
	}
	text := strings.Join([]string{c.Name, c.FirstName, c.LastName}, " ")
	for _, i := range c.Identities {
		text += " " + i.Username
	}
	kept := Tokens(c)
	var made, former []Token
	for _, word := range strings.FieldsFunc(Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		t := Token{FieldName, CutToken(word)}
		if len(made) == maxWords || slices.Contains(made, t) {
			continue
		}
		if made = append(made, t); !slices.Contains(kept, t) {
			former = append(former, t)
		}
	}
	return former
}

// CutToken cuts a text to the longest token that is stored.
func CutToken(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), maxTokenLength)])
}

// Words are the folded words of a text. A vowel sign belongs to its word.
func Words(s string) []string {
	return strings.FieldsFunc(apostrophes.Replace(Fold(s)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

// apostrophes end a word; some of them are letters to Unicode.
var apostrophes = strings.NewReplacer("\u2018", "'", "\u2019", "'", "\u02bc", "'", "\u02bb", "'", "`", "'")

// nameTokens are the words of a name, then what a search may leave out or ask for alone: words with an apostrophe written together, and
// the first character of words in scripts where a name is often one character.
func nameTokens(name string) []string {
	words := Words(name)
	tokens := slices.Clone(words)
	for _, part := range strings.Fields(apostrophes.Replace(name)) {
		if strings.Contains(part, "'") {
			tokens = append(tokens, Words(strings.ReplaceAll(part, "'", ""))...)
		}
	}
	for _, word := range words {
		if first := []rune(word)[:1]; unicode.In(first[0], unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) {
			tokens = append(tokens, string(first))
		}
	}
	return tokens
}

// Digits are the ASCII digits of a text.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// Reverse reverses an ASCII text.
func Reverse(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// compareTokens sorts tokens as their keys do.
func compareTokens(a, b Token) int {
	if c := strings.Compare(string(a.Field), string(b.Field)); c != 0 {
		return c
	}
	return strings.Compare(key.SearchPrefix(a.Text), key.SearchPrefix(b.Text))
}

// Fold removes case and accents.
func Fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return foldLetters.Replace(b.String())
}

// foldLetters are letters that Unicode does not decompose.
var foldLetters = strings.NewReplacer("ß", "ss", "ø", "o", "ł", "l", "đ", "d", "æ", "ae", "œ", "oe", "ı", "i")
