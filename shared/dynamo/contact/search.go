package contact

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/text"
	"github.com/recado-chat/recado/shared/cursor"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

const (
	minSuffix = 6 // digits
	minDigits = 3
	minEmail  = 2 // characters: a partition holds the tokens with the same first two

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
		if _, ok := firstMatch(prefix, tokens); !ok {
			return false
		}
	}
	return true
}

// firstMatch is the first of a contact's sorted tokens that begins with a prefix.
func firstMatch(prefix item.Token, tokens []item.Token) (item.Token, bool) {
	for _, t := range tokens {
		if t.Field == prefix.Field && strings.HasPrefix(t.Text, prefix.Text) {
			return t, true
		}
	}
	return item.Token{}, false
}

// wantsOf are the ways to interpret what was typed.
func wantsOf(q string) []want {
	q = strings.TrimSpace(q)
	var wants []want
	d, isPhone := text.PhoneDigits(q)
	if isPhone = isPhone && len(d) >= minDigits; isPhone {
		for _, variant := range phoneVariants(d) {
			wants = append(wants, want{{Field: item.FieldPhone, Text: variant}})
		}
		if len(d) >= minSuffix {
			for _, variant := range localVariants(d) {
				wants = append(wants, want{{Field: item.FieldPhoneReverse, Text: item.Reverse(variant)}})
			}
		}
	}
	if names := item.Words(q); len(names) > 0 && !strings.Contains(strings.TrimPrefix(q, "@"), "@") {
		var w want
		for _, word := range names {
			w = append(w, item.Token{Field: item.FieldName, Text: item.CutToken(word)})
		}
		// Look up the longest word: it is likely the rarest.
		slices.SortStableFunc(w, func(a, b item.Token) int { return len(b.Text) - len(a.Text) })
		wants = append(wants, w)
	}
	if isPhone {
		return wants
	}
	if e := item.CutToken(item.Fold(q)); !strings.ContainsFunc(e, unicode.IsSpace) && len([]rune(e)) >= minEmail {
		wants = append(wants, want{{Field: item.FieldEmail, Text: e}})
	}
	return wants
}

// SearchContacts finds contacts by the beginnings of the words of their names (all words must match; one letter finds only a whole
// word, or the first character of a script that writes words without spaces), by the beginning of their
// email address, and by the beginning of a phone number or, from six digits on, its end. A contact that several interpretations
// find is listed once. Only contacts that keep accepts are shown: a page of them may be short and still have a Next.
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
		}
		rest := slices.Clone(hits)
		if having != nil {
			size = manyTokens
			rest = slices.DeleteFunc(rest, func(h hit) bool { return !having[h.contact] })
		}
		for len(rest) > 0 {
			if r.full() {
				return after, false, nil
			}
			done, err := r.matching(ctx, at, rest[:min(len(rest), max(r.limit-len(r.found), fewTokens))])
			if err != nil {
				return "", false, err
			}
			after, rest = rest[done-1].SK, rest[done:]
		}
		if !more {
			return "", true, nil
		}
		after = hits[len(hits)-1].SK
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
				lists[i][h.contact], after[i] = true, h.SK
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
	contact chat.ContactID
}

// tokenPage reads the tokens that begin with a prefix, after one of them.
func (s *Store) tokenPage(ctx context.Context, account chat.AccountID, prefix item.Token, after string, limit int) ([]hit, bool, error) {
	pk := key.SearchPartition(account, string(prefix.Field), prefix.Text)
	if pk == "" {
		return nil, false, table.NotFound("account")
	}
	q := table.Query{Table: table.Desk, Limit: limit, Condition: expression.Key("pk").Equal(expression.Value(pk)).
		And(expression.Key("sk").BeginsWith(key.SearchPrefix(prefix.Text)))}
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
		return hit{k, id}, nil
	})
	return hits, more, err
}

// matching reads the contacts of tokens and finds those that match, were not found before and are to be shown. It stops when enough are
// found, and returns how many of the tokens are done.
func (r *run) matching(ctx context.Context, at int, hits []hit) (done int, err error) {
	ids := make([]chat.ContactID, len(hits))
	for i, h := range hits {
		ids[i] = h.contact
	}
	contacts, err := r.byID(ctx, r.account, ids)
	if err != nil {
		return 0, err
	}
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
		first, _ := firstMatch(r.wants[at][0], tokens)
		if met || !r.wants[at].matches(tokens) || keyOf(c, first) != h.Key {
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
