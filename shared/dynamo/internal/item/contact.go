package item

import (
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type contactItem struct {
	table.Header
	contactFields
	Identities []identityPart `dynamodbav:"identities,omitempty"`
	StoreIDs   []string       `dynamodbav:"storeIds,omitempty"`
	Merges     []mergePart    `dynamodbav:"merges,omitempty"`
	MergedInto string         `dynamodbav:"mergedInto,omitempty"`
	OptedOut   bool           `dynamodbav:"optedOut,omitempty"`
	OptedAt    table.Millis   `dynamodbav:"optedAt,omitempty"`
	CreatedAt  table.Millis   `dynamodbav:"createdAt,omitempty"`
	Version    int64          `dynamodbav:"version"`
	Place
	Reader string `dynamodbav:"for,omitempty"` // of the write that created it
}

// Place is a contact's place in the list of a store, in the waiting index.
type Place struct {
	WaitingPK string `dynamodbav:"waitingPk,omitempty"`
	WaitingSK string `dynamodbav:"waitingSk,omitempty"`
}

// FirstPlace is the place that a contact's own item has: in the first of its stores. One who was merged into another has none.
func FirstPlace(c chat.Contact) Place {
	if c.MergedInto != "" || len(c.StoreIDs) == 0 {
		return Place{}
	}
	return placeIn(c.AccountID, c.StoreIDs[0], c.ID)
}

func placeIn(account chat.AccountID, store chat.StoreID, contact chat.ContactID) Place {
	return Place{WaitingPK: key.ContactList(account, store), WaitingSK: key.ListedSort(contact)}
}

// contactFields are the editable fields, which a revision keeps before and after a change.
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

type mergePart struct {
	ID        string       `dynamodbav:"id"`
	At        table.Millis `dynamodbav:"at"`
	ContactID string       `dynamodbav:"contactId"`
	ChannelID string       `dynamodbav:"channelId"`
	External  string       `dynamodbav:"external"`
	Aliases   []string     `dynamodbav:"aliases,omitempty"`
	Address   string       `dynamodbav:"address,omitempty"`
	Version   int64        `dynamodbav:"version"`
	Filled    []string     `dynamodbav:"filled,omitempty"`
	ClosedID  string       `dynamodbav:"closedId,omitempty"`
	WaitingAt table.Millis `dynamodbav:"waitingAt,omitempty"`
}

// NewContact is a contact that is created, of which fanout is told.
func NewContact(c chat.Contact) contactItem {
	it := Contact(c)
	it.Reader = ReaderSignals
	return it
}

func Contact(c chat.Contact) contactItem {
	it := contactItem{
		Header:        table.NewHeader(key.Contact(c.AccountID, c.ID), KindContact),
		contactFields: fieldsOf(c), OptedOut: c.MarketingConsent.OptedOut, OptedAt: table.MillisOf(c.MarketingConsent.At),
		StoreIDs: table.Strings(c.StoreIDs), MergedInto: string(c.MergedInto), CreatedAt: table.MillisOf(c.CreatedAt), Version: c.Version,
		Place: FirstPlace(c),
	}
	for _, m := range c.Merges {
		it.Merges = append(it.Merges, mergePart{
			ID: m.ID, At: table.MillisOf(m.At), ContactID: string(m.ContactID), ChannelID: string(m.ChannelID), External: m.ExternalID,
			Aliases: m.Aliases, Address: m.Address, Version: m.Version, Filled: m.Filled, ClosedID: string(m.ClosedID), WaitingAt: table.MillisOf(m.WaitingAt),
		})
	}
	for _, i := range c.Identities {
		it.Identities = append(it.Identities, identityPart{
			ChannelID: string(i.ChannelID), Type: string(i.Type), External: i.ExternalID, Username: i.Username, Phone: i.Phone,
		})
	}
	return it
}

func DecodeContact(av table.Item) (chat.Contact, error) {
	it, err := table.Decode[contactItem](av, KindContact)
	if err != nil {
		return chat.Contact{}, err
	}
	account, id, err := key.ParseContact(it.PK)
	if err != nil {
		return chat.Contact{}, table.Damaged(KindContact, err)
	}
	c := chat.Contact{
		ID: id, AccountID: account, Name: it.Name, FirstName: it.FirstName, LastName: it.LastName, Email: it.Email,
		Phone: it.Phone, Blocked: it.Blocked, MarketingConsent: chat.MarketingConsent{OptedOut: it.OptedOut, At: it.OptedAt.Time()},
		StoreIDs: table.IDs[chat.StoreID](it.StoreIDs), MergedInto: chat.ContactID(it.MergedInto), CreatedAt: it.CreatedAt.Time(), Version: it.Version,
	}
	for _, i := range it.Identities {
		c.Identities = append(c.Identities, chat.IdentityRef{
			ChannelID: chat.ChannelID(i.ChannelID), Type: chat.ChannelType(i.Type), ExternalID: i.External,
			Username: i.Username, Phone: i.Phone,
		})
	}
	for _, m := range it.Merges {
		c.Merges = append(c.Merges, chat.ContactMerge{
			ID: m.ID, At: m.At.Time(), ContactID: chat.ContactID(m.ContactID), ChannelID: chat.ChannelID(m.ChannelID), ExternalID: m.External,
			Aliases: m.Aliases, Address: m.Address, Version: m.Version, Filled: m.Filled, ClosedID: chat.ConversationID(m.ClosedID), WaitingAt: m.WaitingAt.Time(),
		})
	}
	return c, nil
}

// contactConversationItem is the edge from a contact to one of its conversations.
type contactConversationItem struct{ table.Header }

func ContactConversation(c chat.Conversation) contactConversationItem {
	return contactConversationItem{table.NewHeader(key.ContactConversation(c.AccountID, c.ContactID, c.ID), KindContactConversation)}
}

// listedItem is a contact's place in the list of another store than its first.
type listedItem struct {
	table.Header
	Place
}

func Listed(account chat.AccountID, store chat.StoreID, contact chat.ContactID) listedItem {
	return listedItem{table.NewHeader(key.Listed(account, store, contact), KindListed), placeIn(account, store, contact)}
}

// revisionItem records a change of a contact. It is in the contact's partition, so that erasing the contact removes it.
type revisionItem struct {
	table.Header
	At        table.Millis  `dynamodbav:"at"`
	RequestID string        `dynamodbav:"requestId,omitempty"`
	Before    contactFields `dynamodbav:"before"`
	After     contactFields `dynamodbav:"after"`
}

func Revision(before, after chat.Contact, at time.Time, requestID string) revisionItem {
	return revisionItem{
		Header: table.NewHeader(key.Revision(after.AccountID, after.ID, after.Version), KindRevision),
		At:     table.MillisOf(at), RequestID: requestID, Before: fieldsOf(before), After: fieldsOf(after),
	}
}

// searchItem is one token of a contact. Most of it is in its key.
type searchItem struct {
	table.Header
	Before string `dynamodbav:"before,omitempty"`
}

func Search(c chat.Contact, t Token) searchItem {
	return searchItem{table.NewHeader(key.Search(c.AccountID, string(t.Field), t.Text, c.ID), KindSearch), t.Before}
}

// SearchBefore reads the characters that stand before a token's text.
func SearchBefore(av table.Item) (string, error) {
	it, err := table.Decode[searchItem](av, KindSearch)
	return it.Before, err
}

func DecodeContactConversation(av table.Item) (chat.ConversationID, error) {
	return conversationOfEdge(av, KindContactConversation)
}

// conversationOfEdge reads the conversation's id from an edge.
func conversationOfEdge(av table.Item, kind string) (chat.ConversationID, error) {
	it, err := table.Decode[table.Header](av, kind)
	if err != nil {
		return "", err
	}
	parts, err := key.Split(it.SK, "C", 1)
	if err != nil {
		return "", table.Damaged(kind, err)
	}
	return chat.ConversationID(parts[0]), nil
}
