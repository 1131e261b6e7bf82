package contact

import (
	"context"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/text"
	"github.com/recado-chat/recado/shared/cursor"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

const (
	minEmail = 2 // characters: a partition holds the tokens with the same first two

	// What one request reads at most: about 750 units, with tokens of 100 bytes and contacts below 4 KB.
	maxContacts = 1000
	maxTokens   = 10_000 // of the word that is looked up, and of the others together

	fewTokens  = table.MaxBatch / 2 // a page whose contacts are all read
	manyTokens = 1000               // a page of which most contacts lack another word
)

// Keep decides whether a search shows a contact.
type Keep = func(context.Context, chat.Contact) (bool, error)

// want is one way in which a contact may match: it has a token for each of these prefixes. The first one is looked up.
type want []item.Token

func (w want) matches(tokens []item.Token) bool {
	for _, prefix := range w {
		if _, ok := firstMatch(prefix, chat.Contact{}, tokens); !ok {
			return false
		}
	}
	return true
}

// lookup is a beginning of tokens that is looked up.
type lookup struct {
	mark string // one letter that names it among the lookups of a prefix
	item.Token
}

func (l lookup) finds(t item.Token) bool {
	return t.Field == l.Field && strings.HasPrefix(t.Text, l.Text) && strings.Contains(t.Before, l.Before)
}

// lookupsOf are the lookups of a prefix, in their order: a word by its beginning first, then by its endings, of which every second one is
// stored with the character before it.
func lookupsOf(prefix item.Token) []lookup {
	lookups := []lookup{{string(prefix.Field), prefix}}
	within, shortest := item.FieldWithin, item.MinWithin
	switch prefix.Field {
	case item.FieldEmail:
		return lookups
	case item.FieldPhone:
		within, shortest = item.FieldPhone, item.MinDigits
	case item.FieldName, item.FieldWithin:
	}
	if utf8.RuneCountInString(prefix.Text) < shortest {
		return lookups
	}
	if within != prefix.Field { // a phone is looked up among its endings already
		lookups = append(lookups, lookup{"w", item.Token{Field: within, Text: prefix.Text}})
	}
	_, first := utf8.DecodeRuneInString(prefix.Text)
	lookups = append(lookups, lookup{"x", item.Token{Field: within, Text: prefix.Text[first:], Before: prefix.Text[:first]}})
	if within != prefix.Field && len(prefix.Text) >= item.MinDigits && item.Digits(prefix.Text) == prefix.Text {
		lookups = append(lookups, lookup{"p", item.Token{Field: item.FieldPhone, Text: prefix.Text}}) // beside a word of the name
	}
	return lookups
}

// firstMatch is the key and the lookup of the first of a contact's sorted tokens that a prefix finds, in the order of tokenPage.
func firstMatch(prefix item.Token, c chat.Contact, tokens []item.Token) (found hit, ok bool) {
	for _, l := range lookupsOf(prefix) {
		if at := slices.IndexFunc(tokens, l.finds); at >= 0 {
			return hit{Key: keyOf(c, tokens[at]), mark: l.mark, contact: c.ID}, true
		}
	}
	return hit{}, false
}

// wantsOf are the ways to interpret what was typed.
func wantsOf(q string) []want {
	q = strings.TrimSpace(q)
	var wants []want
	d, isPhone := text.PhoneDigits(q)
	if isPhone = isPhone && len(d) >= item.MinDigits; isPhone {
		for _, variant := range phoneVariants(d) {
			wants = append(wants, want{{Field: item.FieldPhone, Text: item.CutToken(variant)}})
		}
	}
	if names := item.Words(q); len(names) > 0 && !strings.Contains(strings.TrimPrefix(q, "@"), "@") {
		for _, words := range visitorNames(names) {
			var w want
			for _, word := range words {
				w = append(w, item.Token{Field: item.FieldName, Text: item.CutToken(word)})
			}
			// Look up the longest word: it is likely the rarest.
			sort.Slice(w, func(i, j int) bool {
				if a, b := w[i].Text, w[j].Text; len(a) != len(b) {
					return len(a) > len(b)
				}
				return w[i].Text < w[j].Text
			})
			wants = append(wants, w)
		}
	}
	if isPhone {
		return wants
	}
	if e := item.CutToken(item.Fold(q)); !strings.ContainsFunc(e, unicode.IsSpace) && len([]rune(e)) >= minEmail {
		wants = append(wants, want{{Field: item.FieldEmail, Text: e}})
	}
	return wants
}

// visitorNames are the ways to write a name that may be an anonymous visitor's. The web chat names these in the account's language, such
// as "Visitor PW9T", and each operator reads and types the word of their own: it is the code that tells them apart.
func visitorNames(words []string) [][]string {
	at := slices.IndexFunc(words, func(word string) bool { return slices.Contains(visitorWords, word) })
	if at < 0 {
		return [][]string{words}
	}
	var ways [][]string
	for _, word := range visitorWords {
		way := slices.Clone(words)
		way[at] = word
		ways = append(ways, way)
	}
	return ways
}

// visitorWords are the folded words with which functions/widget names visitors.
var visitorWords = []string{"visitante", "visitor"}

// SearchContacts finds contacts by the words of their names and user names (all words must match; from three characters on anywhere in a
// word, with those that begin so first; one letter finds only a whole word, or the first character of a script that writes words without
// spaces), by the beginning of their email address, and by four digits or more of a phone number, wherever they stand in it. A contact
// that several interpretations find is listed once. Only contacts that keep accepts are shown: a page of them may be short and still have
// a Next.
func (s *Store) SearchContacts(ctx context.Context, account chat.AccountID, q string, keep Keep, p chat.PageRequest) (chat.Page[chat.Contact], error) {
	name := "contacts " + q
	last, err := s.db.Cursors.Verify(ctx, p.Cursor, name, account, 2)
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
	r := &run{Store: s, account: account, wants: wants, keep: keep, limit: table.LimitOf(p), found: []chat.Contact{}}
	for at < len(wants) {
		var ended bool
		if after, ended, err = r.through(ctx, at, after); err != nil {
			return chat.Page[chat.Contact]{}, err
		}
		if !ended {
			next, err := s.db.Cursors.Sign(ctx, name, account, strconv.Itoa(at), after)
			return chat.Page[chat.Contact]{Items: r.found, Next: next}, err
		}
		at, after = at+1, ""
	}
	return chat.Page[chat.Contact]{Items: r.found}, nil
}

// run is one request of a search.
type run struct {
	*Store
	account          chat.AccountID
	wants            []want
	keep             Keep
	limit            int
	found            []chat.Contact
	tokens, contacts int // that were read
}

func (r *run) full() bool {
	return len(r.found) >= r.limit || r.tokens >= maxTokens || r.contacts >= maxContacts
}

// through goes through the tokens of a want after one of them, and returns the last one that is done. ended says that none is left.
func (r *run) through(ctx context.Context, at int, after string) (last string, ended bool, err error) {
	prefix, others := r.wants[at][0], r.wants[at][1:]
	size := max(r.limit-len(r.found), fewTokens)
	var having map[chat.ContactID]bool // of the other words
	for !r.full() {
		hits, more, err := r.tokenPage(ctx, r.account, prefix, after, size)
		if err != nil {
			return "", false, err
		}
		r.tokens += len(hits)
		if more && len(others) > 0 {
			if having, err = r.having(ctx, others); err != nil {
				return "", false, err
			}
			others = nil
			if having != nil && len(having) <= fewTokens {
				return r.among(ctx, at, having, after)
			}
		}
		if having != nil {
			size = manyTokens
		}
		rest := slices.DeleteFunc(slices.Clone(hits), func(h hit) bool { return h.off || having != nil && !having[h.contact] })
		for len(rest) > 0 {
			if r.full() {
				return after, false, nil
			}
			done, err := r.matching(ctx, at, rest[:min(len(rest), max(r.limit-len(r.found), fewTokens))])
			if err != nil {
				return "", false, err
			}
			after, rest = rest[done-1].place(), rest[done:]
		}
		if !more {
			return "", true, nil
		}
		after = hits[len(hits)-1].place()
	}
	return after, false, nil
}

// among goes through a few contacts, all that have another word of a want, in the order of the tokens that its first word finds.
func (r *run) among(ctx context.Context, at int, few map[chat.ContactID]bool, after string) (last string, ended bool, err error) {
	contacts, err := r.byID(ctx, r.account, slices.Collect(maps.Keys(few)))
	if err != nil {
		return "", false, err
	}
	var hits []hit
	for _, c := range contacts {
		if first, ok := firstMatch(r.wants[at][0], c, item.Tokens(c)); ok {
			hits = append(hits, first)
		}
	}
	sort.Slice(hits, func(i, j int) bool { return hits[i].place() < hits[j].place() })
	hits = slices.DeleteFunc(hits, func(h hit) bool { return h.place() <= after })
	done, err := r.check(ctx, at, hits, contacts)
	if err != nil || done == len(hits) {
		return "", err == nil, err
	}
	if done > 0 {
		after = hits[done-1].place()
	}
	return after, false, nil
}

// having are the contacts with a token for the rarest of some prefixes, the one whose tokens end first. nil means that none is rare enough
// to be listed.
func (r *run) having(ctx context.Context, prefixes []item.Token) (map[chat.ContactID]bool, error) {
	lists, after := make([]map[chat.ContactID]bool, len(prefixes)), make([]string, len(prefixes))
	left := maxTokens
	for {
		for i, prefix := range prefixes {
			if left == 0 {
				return nil, nil
			}
			hits, more, err := r.tokenPage(ctx, r.account, prefix, after[i], min(left, maxTokens/4))
			if err != nil {
				return nil, err
			}
			left -= len(hits)
			if lists[i] == nil {
				lists[i] = make(map[chat.ContactID]bool, len(hits))
			}
			for _, h := range hits {
				if after[i] = h.place(); !h.off {
					lists[i][h.contact] = true
				}
			}
			if !more {
				return lists[i], nil
			}
		}
	}
}

// hit is a stored token and the contact that it leads to.
type hit struct {
	table.Key
	mark    string // of the lookup that found it
	contact chat.ContactID
	off     bool // another character stands before it
}

// place is where a search goes on after the token: its lookup and its sort key.
func (h hit) place() string { return h.mark + h.SK }

// tokenPage reads the tokens that a prefix finds, lookup by lookup, after the place of one of them.
func (s *Store) tokenPage(ctx context.Context, account chat.AccountID, prefix item.Token, after string, limit int) (found []hit, more bool, err error) {
	lookups := lookupsOf(prefix)
	if after != "" {
		at := slices.IndexFunc(lookups, func(l lookup) bool { return l.mark == after[:1] })
		if at < 0 {
			return nil, false, cursor.Invalid()
		}
		lookups, after = lookups[at:], after[1:]
	}
	for i, l := range lookups {
		hits, more, err := s.lookUp(ctx, account, l, after, limit-len(found))
		if err != nil {
			return nil, false, err
		}
		if found = append(found, hits...); more || len(found) == limit && i+1 < len(lookups) {
			return found, true, nil
		}
		after = ""
	}
	return found, false, nil
}

// lookUp reads the tokens that a lookup finds, and those that have another character before them, after the sort key of one of them.
func (s *Store) lookUp(ctx context.Context, account chat.AccountID, l lookup, after string, limit int) ([]hit, bool, error) {
	pk := key.SearchPartition(account, string(l.Field), l.Text)
	if pk == "" {
		return nil, false, table.NotFound("account")
	}
	q := table.Query{Table: table.Desk, Limit: limit, Condition: expression.Key("pk").Equal(expression.Value(pk)).
		And(expression.Key("sk").BeginsWith(key.SearchPrefix(l.Text)))}
	if after != "" {
		q.Start = table.Key{PK: pk, SK: after}.Item()
	}
	items, more, err := s.db.Page(ctx, q, "search contacts")
	if err != nil {
		return nil, false, err
	}
	hits, err := table.DecodeAll(items, func(av table.Item) (hit, error) {
		k := table.KeyOf(av)
		id, err := key.ParseSearch(k.SK)
		if err != nil {
			return hit{}, table.Damaged(item.KindSearch, err)
		}
		before, err := item.SearchBefore(av)
		return hit{k, l.mark, id, !strings.Contains(before, l.Before)}, err
	})
	return hits, more, err
}

// matching reads the contacts of tokens, and checks them.
func (r *run) matching(ctx context.Context, at int, hits []hit) (done int, err error) {
	ids := make([]chat.ContactID, len(hits))
	for i, h := range hits {
		ids[i] = h.contact
	}
	contacts, err := r.byID(ctx, r.account, ids)
	if err != nil {
		return 0, err
	}
	return r.check(ctx, at, hits, contacts)
}

// check finds the contacts of tokens that match, were not found before and are to be shown. It stops when enough are found, and returns how
// many of the tokens are done.
func (r *run) check(ctx context.Context, at int, hits []hit, contacts map[chat.ContactID]chat.Contact) (done int, err error) {
	r.contacts += len(hits)
	for i, h := range hits {
		if len(r.found) == r.limit {
			return i, nil
		}
		c, ok := contacts[h.contact]
		if !ok {
			continue
		}
		tokens := item.Tokens(c)
		met := slices.ContainsFunc(r.wants[:at], func(w want) bool { return w.matches(tokens) })
		first, _ := firstMatch(r.wants[at][0], c, tokens)
		if met || !r.wants[at].matches(tokens) || first.Key != h.Key || first.mark != h.mark {
			continue
		}
		shown, err := r.keep(ctx, c)
		if err != nil {
			return 0, err
		}
		if shown {
			r.found = append(r.found, c)
		}
	}
	return len(hits), nil
}
