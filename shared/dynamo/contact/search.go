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
	minEmail  = 2    // characters: a partition holds the tokens with the same first two
	maxScan   = 1000 // tokens that one request reads
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
	page := chat.Page[chat.Contact]{Items: []chat.Contact{}}
	for scanned := 0; at < len(wants); {
		if len(page.Items) >= table.LimitOf(p) || scanned >= maxScan {
			page.Next, err = s.db.Cursors.Sign(ctx, name, account, strconv.Itoa(at), after)
			return page, err
		}
		items, more, err := s.tokenPage(ctx, account, wants[at][0], after, max(table.LimitOf(p)-len(page.Items), table.MaxBatch/2))
		if err != nil {
			return chat.Page[chat.Contact]{}, err
		}
		scanned += len(items)
		read, found, err := s.matching(ctx, account, wants, at, items, keep, table.LimitOf(p)-len(page.Items))
		if err != nil {
			return chat.Page[chat.Contact]{}, err
		}
		page.Items = append(page.Items, found...)
		switch {
		case read < len(items) || more:
			after = table.Text(items[read-1]["sk"])
		default:
			at, after = at+1, ""
		}
	}
	return page, nil
}

// tokenPage reads the tokens that begin with a prefix, after one of them.
func (s *Store) tokenPage(ctx context.Context, account chat.AccountID, prefix item.Token, after string, limit int) ([]table.Item, bool, error) {
	pk := key.SearchPartition(account, string(prefix.Field), prefix.Text)
	if pk == "" {
		return nil, false, table.NotFound("account")
	}
	q := table.Query{Table: table.Desk, Limit: limit, Condition: expression.Key("pk").Equal(expression.Value(pk)).
		And(expression.Key("sk").BeginsWith(key.SearchPrefix(prefix.Text)))}
	if after != "" {
		q.Start = table.Key{PK: pk, SK: after}.Item()
	}
	return s.db.Page(ctx, q, "search contacts")
}

// matching reads the contacts of the tokens and takes those that match, were not found before and are to be shown. It stops after enough contacts,
// and returns how many tokens it used.
func (s *Store) matching(ctx context.Context, account chat.AccountID, wants []want, at int, items []table.Item, keep Keep, enough int) (read int, found []chat.Contact, err error) {
	keys := make([]table.Key, len(items))
	for i, av := range items {
		id, err := key.ParseSearch(table.Text(av["sk"]))
		if err != nil {
			return 0, nil, table.Damaged(item.KindSearch, err)
		}
		keys[i] = key.Contact(account, id)
	}
	contacts, err := s.db.BatchGet(ctx, table.Desk, keys)
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
		c, err := item.DecodeContact(stored)
		if err != nil {
			return 0, nil, err
		}
		tokens := item.Tokens(c)
		met := slices.ContainsFunc(wants[:at], func(w want) bool { return w.matches(tokens) })
		first, _ := firstMatch(wants[at][0], tokens)
		if met || !wants[at].matches(tokens) || keyOf(c, first) != table.KeyOf(av) {
			continue
		}
		shown, err := keep(ctx, c)
		if err != nil {
			return 0, nil, err
		}
		if shown {
			found = append(found, c)
		}
	}
	return len(items), found, nil
}
