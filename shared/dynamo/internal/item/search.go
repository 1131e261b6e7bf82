package item

import (
	"slices"
	"sort"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
)

// A contact is found by tokens: the words of its names, its e-mail address, the digits of its phones, and every second ending of words and
// phones, with the character before it. A search reads the tokens that begin with what was typed, and those that begin with all but its
// first character and have that one before them: together they are all places of a word at which it may stand.

// Field says what a token was made of.
type Field string

// The fields, in the order in which a name's tokens are looked up.
const (
	FieldEmail  Field = "e"
	FieldName   Field = "n"
	FieldPhone  Field = "p" // the digits, and every second of their endings
	FieldWithin Field = "w" // every second ending of the words of names
)

// Token is one folded piece of a contact that a search looks up by its beginning.
type Token struct {
	Field  Field
	Text   string
	Before string // the characters that stand before an ending, sorted: words may share it
}

const (
	maxWords       = 12 // of one contact
	maxPhones      = 4
	maxTokenLength = 60 // characters

	// MinWithin and MinDigits are how many characters of a word, and digits of a phone, are found anywhere in it.
	MinWithin = 3
	MinDigits = 4

	// maxTokens is how many tokens a contact has at most, so that a transaction of 100 items can replace those of one contact, or give one
	// contact a name and remove another. It holds a name of three long words and a phone.
	maxTokens = 30
)

// TokenRules is the version of the rules by which Tokens are made.
const TokenRules = 4

// every is the distance between the endings that are stored. Each halves the writes of a new contact and doubles the lookups.
const every = 2

// Tokens are all tokens of a contact, in the order of their keys. One who was merged into another is not found. Where there are too many,
// the last endings of names are left out.
func Tokens(c chat.Contact) []Token {
	if c.MergedInto != "" {
		return nil
	}
	names := nameTokens(c.Name + " " + c.FirstName + " " + c.LastName)
	for _, i := range c.Identities {
		names = append(names, Words(i.Username)...)
	}
	phones := phonesOf(c)
	var tokens []Token
	add := func(f Field, text string) {
		t := Token{Field: f, Text: CutToken(text)}
		if text != "" && len(tokens) < maxTokens && !slices.Contains(tokens, t) {
			tokens = append(tokens, t)
		}
	}
	addEndings := func(f Field, text string, shortest int) {
		letters := []rune(text)
		for at := every; at <= len(letters)-shortest; at += every {
			before := string(letters[at-1])
			t := Token{f, CutToken(string(letters[at:])), before}
			same := slices.IndexFunc(tokens, t.SameKey)
			switch {
			case same >= 0 && !strings.Contains(tokens[same].Before, before):
				all := []rune(tokens[same].Before + before)
				slices.Sort(all)
				tokens[same].Before = string(all)
			case same < 0 && len(tokens) < maxTokens:
				tokens = append(tokens, t)
			}
		}
	}
	for _, word := range names {
		if len(tokens) < maxWords && !slices.Contains(phones, word) { // who is named by a phone is found by it
			add(FieldName, word)
		}
	}
	words := slices.Clone(tokens)
	add(FieldEmail, Fold(strings.TrimSpace(c.Email)))
	for _, phone := range phones {
		add(FieldPhone, phone)
	}
	for _, phone := range phones {
		addEndings(FieldPhone, phone, MinDigits-1)
	}
	for _, word := range words {
		addEndings(FieldWithin, word.Text, MinWithin-1)
	}
	sort.Slice(tokens, func(i, j int) bool { return tokens[i].before(tokens[j]) })
	return tokens
}

// phonesOf are the digits of a contact's phones, each once.
func phonesOf(c chat.Contact) []string {
	var phones []string
	add := func(phone string) {
		if d := Digits(phone); d != "" && len(phones) < maxPhones && !slices.Contains(phones, d) {
			phones = append(phones, d)
		}
	}
	add(c.Phone)
	for _, i := range c.Identities {
		add(i.Phone)
	}
	return phones
}

// SameKey reports whether another token of the same contact has the same key.
func (t Token) SameKey(other Token) bool { return t.Field == other.Field && t.Text == other.Text }

// FormerTokens are those that former rules made of a contact and the present ones do not: before version 4 every ending from three letters
// and four digits on, and a name that is a phone; before version 3 phones that were reversed.
func FormerTokens(c chat.Contact) []Token {
	if c.MergedInto != "" {
		return nil
	}
	present := Tokens(c)
	var former []Token
	add := func(t Token) {
		if t.Text = CutToken(t.Text); len(former) < maxTokens && !slices.ContainsFunc(present, t.SameKey) && !slices.Contains(former, t) {
			former = append(former, t)
		}
	}
	for _, phone := range phonesOf(c) {
		add(Token{Field: "r", Text: reverse(phone)})
		add(Token{Field: FieldName, Text: phone})
		for at := 1; at <= len(phone)-MinDigits; at++ {
			add(Token{Field: FieldPhone, Text: phone[at:]})
		}
	}
	for _, t := range present {
		if t.Field != FieldName {
			continue
		}
		letters := []rune(t.Text)
		for at := 1; at <= len(letters)-MinWithin; at++ {
			add(Token{Field: FieldWithin, Text: string(letters[at:])})
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

// reverse reverses an ASCII text.
func reverse(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// before sorts tokens as their keys do.
func (t Token) before(other Token) bool {
	if t.Field != other.Field {
		return t.Field < other.Field
	}
	return key.SearchPrefix(t.Text) < key.SearchPrefix(other.Text)
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
