package dynamo

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/cursor"
)

// A contact is found by tokens: the words of its names, its e-mail address, and its phones' digits, forwards for what they
// begin with and backwards for what they end with. A search reads the tokens that begin with what was asked for; a contact
// that several of them lead to is told once, at the first.

type field string

const (
	fieldName         field = "n"
	fieldEmail        field = "e"
	fieldPhone        field = "p"
	fieldPhoneReverse field = "r"
)

type token struct {
	field field
	text  string
}

const (
	wordsMost    = 12 // of one contact; transactions have an end
	phonesMost   = 4
	tokenLongest = 60 // characters
	suffixLeast  = 6  // digits
	digitsLeast  = 3
	wordLeast    = 2 // characters: partitions are cut by two
	scanMost     = 1000
)

func tokensOf(c chat.Contact) []token {
	names := words(c.Name + " " + c.FirstName + " " + c.LastName)
	phones := []string{digits(c.Phone)}
	for _, i := range c.Identities {
		names = append(names, words(i.Username)...)
		phones = append(phones, digits(i.Phone))
	}
	var tokens []token
	add := func(f field, text string) {
		t := token{f, cut(text)}
		if text != "" && !slices.Contains(tokens, t) {
			tokens = append(tokens, t)
		}
	}
	for _, word := range names {
		if len(tokens) < wordsMost {
			add(fieldName, word)
		}
	}
	add(fieldEmail, fold(strings.TrimSpace(c.Email)))
	for _, phone := range phones[:min(len(phones), phonesMost)] {
		add(fieldPhone, phone)
		add(fieldPhoneReverse, reverse(phone))
	}
	slices.SortFunc(tokens, compareTokens)
	return tokens
}

// compareTokens sorts tokens as their keys do.
func compareTokens(a, b token) int {
	if c := strings.Compare(string(a.field), string(b.field)); c != 0 {
		return c
	}
	return strings.Compare(searchPrefix(a), searchPrefix(b))
}

func cut(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), tokenLongest)])
}

// fold takes case and accents away.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return foldLetters.Replace(b.String())
}

// foldLetters are the letters of our customers' neighbours that do not decompose.
var foldLetters = strings.NewReplacer("ß", "ss", "ø", "o", "ł", "l", "đ", "d", "æ", "ae", "œ", "oe", "ı", "i")

func words(s string) []string {
	return strings.FieldsFunc(fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func reverse(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// want is one way in which a contact may match: all of its prefixes, the first of which is looked up.
type want []token

func (w want) matches(tokens []token) bool {
	for _, prefix := range w {
		if _, ok := firstMatch(prefix, tokens); !ok {
			return false
		}
	}
	return true
}

// firstMatch is the first of a contact's tokens, in their order, that begins with a prefix.
func firstMatch(prefix token, tokens []token) (token, bool) {
	for _, t := range tokens {
		if t.field == prefix.field && strings.HasPrefix(t.text, prefix.text) {
			return t, true
		}
	}
	return token{}, false
}

// wantsOf are the ways in which what somebody typed may be meant.
func wantsOf(q string) []want {
	q = strings.TrimSpace(q)
	var wants []want
	if d := digits(q); len(d) >= digitsLeast && strings.Trim(q, "+0123456789 -().\u00a0") == "" {
		for _, variant := range phoneVariants(d) {
			wants = append(wants, want{{fieldPhone, variant}})
		}
		if len(d) >= suffixLeast {
			for _, variant := range localVariants(d) {
				wants = append(wants, want{{fieldPhoneReverse, reverse(variant)}})
			}
		}
		return wants
	}
	if names := words(q); len(names) > 0 && !strings.Contains(strings.TrimPrefix(q, "@"), "@") {
		var w want
		for _, word := range names {
			w = append(w, token{fieldName, cut(word)})
		}
		// The longest word is the rarest, as far as one can tell without looking.
		slices.SortStableFunc(w, func(a, b token) int { return len(b.text) - len(a.text) })
		if len([]rune(w[0].text)) >= wordLeast {
			wants = append(wants, w)
		}
	}
	if e := cut(fold(q)); !strings.ContainsFunc(e, unicode.IsSpace) && len([]rune(e)) >= wordLeast {
		wants = append(wants, want{{fieldEmail, e}})
	}
	return wants
}

// SearchContacts finds contacts by the beginnings of the words of their names (all words must match), by the beginning of
// their e-mail address, and by the beginning or, from six digits on, the end of a phone number, however it was typed.
func (s *Store) SearchContacts(ctx context.Context, account chat.AccountID, q string, p chat.PageRequest) (chat.Page[chat.Contact], error) {
	name := "contacts " + q
	last, err := s.cursors.Verify(ctx, p.Cursor, name, account, 2)
	if err != nil {
		return chat.Page[chat.Contact]{}, err
	}
	wants := wantsOf(q)
	at, after := 0, ""
	if last != nil {
		if at, err = strconv.Atoi(last[0]); err != nil || at > len(wants) {
			return chat.Page[chat.Contact]{}, cursor.Invalid()
		}
		after = last[1]
	}
	page := chat.Page[chat.Contact]{Items: []chat.Contact{}}
	for scanned := 0; at < len(wants); {
		if len(page.Items) >= limitOf(p) || scanned >= scanMost {
			page.Next, err = s.cursors.Sign(ctx, name, account, strconv.Itoa(at), after)
			return page, err
		}
		items, more, err := s.tokenPage(ctx, account, wants[at][0], after, max(limitOf(p)-len(page.Items), batchMost/2))
		if err != nil {
			return chat.Page[chat.Contact]{}, err
		}
		scanned += len(items)
		read, found, err := s.matching(ctx, account, wants, at, items, limitOf(p)-len(page.Items))
		if err != nil {
			return chat.Page[chat.Contact]{}, err
		}
		page.Items = append(page.Items, found...)
		switch {
		case read < len(items) || more:
			after = text(items[read-1]["sk"])
		default:
			at, after = at+1, ""
		}
	}
	return page, nil
}

// tokenPage reads the tokens that begin with a prefix, from after one of them on.
func (s *Store) tokenPage(ctx context.Context, account chat.AccountID, prefix token, after string, limit int) ([]item, bool, error) {
	pk := searchPartition(account, prefix)
	if pk == "" {
		return nil, false, notFound("account")
	}
	q := query{table: Desk, limit: limit, condition: expression.Key("pk").Equal(expression.Value(pk)).
		And(expression.Key("sk").BeginsWith(searchPrefix(prefix)))}
	if after != "" {
		q.start = key{pk, after}.item()
	}
	return s.page(ctx, q, "search contacts")
}

// matching reads the contacts that tokens lead to and keeps those that match and are first met here. It stops when it has
// enough, and says how many tokens it has used.
func (s *Store) matching(ctx context.Context, account chat.AccountID, wants []want, at int, items []item, enough int) (read int, found []chat.Contact, err error) {
	keys := make([]key, len(items))
	for i, av := range items {
		id, err := parseSearchKey(text(av["sk"]))
		if err != nil {
			return 0, nil, damaged(kindSearch, err)
		}
		keys[i] = contactKey(account, id)
	}
	contacts, err := s.batchGet(ctx, Desk, keys)
	if err != nil {
		return 0, nil, err
	}
	for i, av := range items {
		if len(found) == enough {
			return i, found, nil
		}
		stored, ok := contacts[keys[i]]
		if !ok {
			continue
		}
		c, err := decodeContact(stored)
		if err != nil {
			return 0, nil, err
		}
		tokens := tokensOf(c)
		met := slices.ContainsFunc(wants[:at], func(w want) bool { return w.matches(tokens) })
		first, _ := firstMatch(wants[at][0], tokens)
		if !met && wants[at].matches(tokens) && searchKey(account, first, c.ID) == keyOf(av) {
			found = append(found, c)
		}
	}
	return len(items), found, nil
}
