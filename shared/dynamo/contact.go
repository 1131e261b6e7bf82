package dynamo

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
)

type contactItem struct {
	header
	contactFields
	Identities []identityPart `dynamodbav:"identities,omitempty"`
	OptedOut   bool           `dynamodbav:"optedOut,omitempty"`
	OptedAt    millis         `dynamodbav:"optedAt,omitempty"`
	CreatedAt  millis         `dynamodbav:"createdAt,omitempty"`
	Version    int64          `dynamodbav:"version"`
}

// contactFields are what people edit, and what a revision keeps of before and after.
type contactFields struct {
	Name      string `dynamodbav:"name,omitempty"`
	FirstName string `dynamodbav:"firstName,omitempty"`
	LastName  string `dynamodbav:"lastName,omitempty"`
	Email     string `dynamodbav:"email,omitempty"`
	Phone     string `dynamodbav:"phone,omitempty"`
	Blocked   bool   `dynamodbav:"blocked,omitempty"`
}

func fieldsOf(c chat.Contact) contactFields {
	return contactFields{
		Name: c.Name, FirstName: c.FirstName, LastName: c.LastName, Email: c.Email, Phone: c.Phone, Blocked: c.Blocked,
	}
}

type identityPart struct {
	ChannelID string `dynamodbav:"channelId"`
	Type      string `dynamodbav:"type"`
	External  string `dynamodbav:"external"`
	Username  string `dynamodbav:"username,omitempty"`
	Phone     string `dynamodbav:"phone,omitempty"`
}

func toContactItem(c chat.Contact) contactItem {
	it := contactItem{
		header:        headed(contactKey(c.AccountID, c.ID), kindContact),
		contactFields: fieldsOf(c), OptedOut: c.MarketingConsent.OptedOut, OptedAt: millisOf(c.MarketingConsent.At),
		CreatedAt: millisOf(c.CreatedAt), Version: c.Version,
	}
	for _, i := range c.Identities {
		it.Identities = append(it.Identities, identityPart{
			ChannelID: string(i.ChannelID), Type: string(i.Type), External: i.ExternalID, Username: i.Username, Phone: i.Phone,
		})
	}
	return it
}

func decodeContact(av item) (chat.Contact, error) {
	it, err := decode[contactItem](av, kindContact)
	if err != nil {
		return chat.Contact{}, err
	}
	account, id, err := parseContactKey(it.PK)
	if err != nil {
		return chat.Contact{}, damaged(kindContact, err)
	}
	c := chat.Contact{
		ID: id, AccountID: account, Name: it.Name, FirstName: it.FirstName, LastName: it.LastName, Email: it.Email,
		Phone: it.Phone, Blocked: it.Blocked, MarketingConsent: chat.MarketingConsent{OptedOut: it.OptedOut, At: it.OptedAt.time()},
		CreatedAt: it.CreatedAt.time(), Version: it.Version,
	}
	for _, i := range it.Identities {
		c.Identities = append(c.Identities, chat.IdentityRef{
			ChannelID: chat.ChannelID(i.ChannelID), Type: chat.ChannelType(i.Type), ExternalID: i.External,
			Username: i.Username, Phone: i.Phone,
		})
	}
	return c, nil
}

// contactConversationItem is a contact's way to one of its conversations.
type contactConversationItem struct{ header }

func toContactConversationItem(c chat.Conversation) contactConversationItem {
	return contactConversationItem{headed(contactConversationKey(c.AccountID, c.ContactID, c.ID), kindContactConversation)}
}

// revisionItem is what a change made of a contact. It lies with the contact, so that erasing the contact finds it.
type revisionItem struct {
	header
	At        millis        `dynamodbav:"at"`
	RequestID string        `dynamodbav:"requestId,omitempty"`
	Before    contactFields `dynamodbav:"before"`
	After     contactFields `dynamodbav:"after"`
}

func toRevisionItem(before, after chat.Contact, at time.Time, requestID string) revisionItem {
	return revisionItem{
		header: headed(revisionKey(after.AccountID, after.ID, after.Version), kindRevision),
		At:     millisOf(at), RequestID: requestID, Before: fieldsOf(before), After: fieldsOf(after),
	}
}

// searchItem is one token of a contact. Everything it says is in its key.
type searchItem struct{ header }

func toSearchItem(c chat.Contact, t token) searchItem {
	return searchItem{headed(searchKey(c.AccountID, t, c.ID), kindSearch)}
}

// addContact creates a contact with what finds it.
func addContact(t *tx, c chat.Contact) {
	c.Version = 1
	t.put(Desk, toContactItem(c), absent(), ReasonExists)
	for _, tok := range tokensOf(c) {
		t.put(Desk, toSearchItem(c, tok), nil, "")
	}
}

// Contact reads one, consistently.
func (s *Store) Contact(ctx context.Context, account chat.AccountID, id chat.ContactID) (chat.Contact, error) {
	av, err := s.get(ctx, Desk, contactKey(account, id), true, kindContact)
	if err != nil {
		return chat.Contact{}, err
	}
	return decodeContact(av)
}

// UpdateContact replaces a contact, with what finds it, a revision of the values, and the line of the activity log and the job
// that follows from the change if there are any. Its identities get a new name with it, since they name the conversations to come.
func (s *Store) UpdateContact(ctx context.Context, before, after chat.Contact, activity *chat.Activity, job *chat.Job) error {
	after.Version = before.Version + 1
	var t tx
	t.put(Desk, toContactItem(after), atVersion(before.Version), ReasonVersionChanged)
	old, new := tokensOf(before), tokensOf(after)
	for _, tok := range new {
		if !slices.Contains(old, tok) {
			t.put(Desk, toSearchItem(after, tok), nil, "")
		}
	}
	for _, tok := range old {
		if !slices.Contains(new, tok) {
			t.remove(Desk, searchKey(before.AccountID, tok, before.ID), nil, "")
		}
	}
	at, requestID := s.clock(), ""
	if activity != nil {
		at, requestID = activity.At, activity.RequestID
	}
	addActivity(&t, activity)
	t.put(Desk, toRevisionItem(before, after, at, requestID), nil, "")
	if before.Name != after.Name {
		addNames(&t, after)
	}
	if job != nil {
		addJob(&t, *job)
	}
	return s.commit(ctx, &t, "update contact "+string(after.ID))
}

// addNames gives a contact's identities its name. Their version moves, so that a decision which read the old name begins again.
func addNames(t *tx, c chat.Contact) {
	theirs := expression.Name("contactId").Equal(expression.Value(string(c.ID)))
	for _, i := range c.Identities {
		update := expression.Set(expression.Name("contactName"), expression.Value(c.Name)).
			Add(expression.Name("version"), expression.Value(1))
		t.update(Desk, identityKey(c.AccountID, i.ChannelID, i.ExternalID), update, &theirs, "").done = true
	}
}

// ContactConversations pages through a contact's conversations, the newest first.
func (s *Store) ContactConversations(ctx context.Context, account chat.AccountID, contact chat.ContactID, p chat.PageRequest) (chat.Page[chat.Conversation], error) {
	pk := contactKey(account, contact).pk
	if pk == "" {
		return chat.Page[chat.Conversation]{}, notFound(kindContact)
	}
	found, err := pageOf(ctx, s, account, "conversations of "+pk, p, query{
		table: Desk, condition: inPartition(pk, edgePrefix), descending: true,
	}, decodeContactConversation)
	if err != nil {
		return chat.Page[chat.Conversation]{}, err
	}
	conversations, err := s.Conversations(ctx, account, found.Items)
	return chat.Page[chat.Conversation]{Items: conversations, Next: found.Next}, err
}

// ConversationsOfContact are the next conversations of a contact after one, in the order of their ids, consistently.
func (s *Store) ConversationsOfContact(ctx context.Context, account chat.AccountID, contact chat.ContactID, after chat.ConversationID, limit int) ([]chat.ConversationID, error) {
	return edgesAfter(ctx, s, contactConversationKey(account, contact, "x").pk, after, limit, decodeContactConversation)
}

// edgesAfter walks the edges of one partition that lead to conversations.
func edgesAfter[T any](ctx context.Context, s *Store, pk string, after chat.ConversationID, limit int, decode func(item) (T, error)) ([]T, error) {
	if pk == "" {
		return nil, nil
	}
	q := query{table: Desk, condition: inPartition(pk, edgePrefix), consistent: true, limit: limit}
	if after != "" {
		q.start = edgeKey(pk, after).item()
	}
	items, _, err := s.page(ctx, q, "read the conversations of "+pk)
	if err != nil {
		return nil, err
	}
	return decodeAll(items, decode)
}

func decodeContactConversation(av item) (chat.ConversationID, error) {
	return conversationOfEdge(av, kindContactConversation)
}

// conversationOfEdge reads which conversation an edge leads to.
func conversationOfEdge(av item, kind string) (chat.ConversationID, error) {
	it, err := decode[header](av, kind)
	if err != nil {
		return "", err
	}
	parts, err := split(it.SK, "C", 1)
	if err != nil {
		return "", damaged(kind, err)
	}
	return chat.ConversationID(parts[0]), nil
}
