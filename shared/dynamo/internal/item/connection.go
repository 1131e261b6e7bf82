package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// Secret is a ticket or a token, which is used once.
type Secret struct {
	table.Header
	AccountID  string       `dynamodbav:"accountId"`
	OperatorID string       `dynamodbav:"operatorId,omitempty"`
	VisitorID  string       `dynamodbav:"visitorId,omitempty"` // of a ticket, as the next three
	ChannelID  string       `dynamodbav:"channelId,omitempty"`
	Origin     string       `dynamodbav:"origin,omitempty"`
	Session    string       `dynamodbav:"session,omitempty"`
	ExpiresAt  table.Millis `dynamodbav:"expiresAt"`
	Expires    int64        `dynamodbav:"expires,omitempty"`
}

// connectionItem is stored twice: by the connection's id, which is all that the gateway sends on disconnect, and with all fields
// in the partition of its account or visitor. A visitor's is stored a third time, in the partition of its site.
type connectionItem struct {
	table.Header
	AccountID      string       `dynamodbav:"accountId,omitempty"` // of the one found by id
	VisitorID      string       `dynamodbav:"visitorId,omitempty"` // of the one found by id
	OperatorID     string       `dynamodbav:"operatorId,omitempty"`
	ChannelID      string       `dynamodbav:"channelId,omitempty"` // of a visitor, as the next
	Origin         string       `dynamodbav:"origin,omitempty"`
	Session        string       `dynamodbav:"session,omitempty"`
	Viewing        string       `dynamodbav:"viewing,omitempty"`
	ViewingIn      string       `dynamodbav:"viewingIn,omitempty"`
	ViewingVisitor string       `dynamodbav:"viewingVisitor,omitempty"`
	ExpiresAt      table.Millis `dynamodbav:"expiresAt,omitempty"`
	Expires        int64        `dynamodbav:"expires,omitempty"`
}

func Connection(c chat.Connection) connectionItem {
	h := table.NewHeader(key.AccountConnection(c.AccountID, c.ID), kindAccountConnection)
	if c.Visitor.ID != "" {
		h = table.NewHeader(key.VisitorConnection(c.AccountID, c.Visitor.ID, c.ID), kindVisitorConnection)
	}
	return connectionItem{
		Header: h, OperatorID: string(c.OperatorID), ChannelID: string(c.Visitor.ChannelID), Origin: c.Visitor.Origin, Session: c.Session,
		Viewing: string(c.Viewing.ConversationID), ViewingIn: string(c.Viewing.StoreID), ViewingVisitor: string(c.Viewing.Visitor),
		ExpiresAt: table.MillisOf(c.ExpiresAt), Expires: table.Expiry(c.ExpiresAt),
	}
}

// ConnectionOwner is the item by id, which leads to the full one.
func ConnectionOwner(c chat.Connection) connectionItem {
	return connectionItem{
		Header: table.NewHeader(key.Connection(c.ID), KindConnection), AccountID: string(c.AccountID), VisitorID: string(c.Visitor.ID),
		Expires: table.Expiry(c.ExpiresAt),
	}
}

// SiteConnection is a visitor's connection in the partition of its site.
func SiteConnection(c chat.Connection) connectionItem {
	return connectionItem{
		Header:    table.NewHeader(key.SiteConnection(c.AccountID, c.Visitor.ChannelID, c.ID), kindSiteConnection),
		VisitorID: string(c.Visitor.ID), Origin: c.Visitor.Origin, Expires: table.Expiry(c.ExpiresAt),
	}
}

// DecodeSiteConnection returns a visitor's connection without its session and its expiry.
func DecodeSiteConnection(av table.Item) (chat.Connection, error) {
	it, err := table.Decode[connectionItem](av, kindSiteConnection)
	if err != nil {
		return chat.Connection{}, err
	}
	site, err := key.Split(it.PK, "W", 2)
	if err != nil {
		return chat.Connection{}, table.Damaged(kindSiteConnection, err)
	}
	id, err := key.Split(it.SK, "C", 1)
	if err != nil {
		return chat.Connection{}, table.Damaged(kindSiteConnection, err)
	}
	visitor := chat.Visitor{ID: chat.VisitorID(it.VisitorID), ChannelID: chat.ChannelID(site[1]), Origin: it.Origin}
	return chat.Connection{ID: id[0], AccountID: chat.AccountID(site[0]), Visitor: visitor}, nil
}

// DecodeConnectionOwner returns the key of the full item.
func DecodeConnectionOwner(av table.Item, id string) (table.Key, error) {
	it, err := table.Decode[connectionItem](av, KindConnection)
	if err != nil {
		return table.Key{}, err
	}
	account := chat.AccountID(it.AccountID)
	if it.VisitorID != "" {
		return key.VisitorConnection(account, chat.VisitorID(it.VisitorID), id), nil
	}
	return key.AccountConnection(account, id), nil
}

func DecodeConnection(av table.Item) (chat.Connection, error) {
	if table.Text(av["kind"]) == kindVisitorConnection {
		return decodeVisitorConnection(av)
	}
	it, err := table.Decode[connectionItem](av, kindAccountConnection)
	if err != nil {
		return chat.Connection{}, err
	}
	account, id, err := inAccount(it.Header, "C")
	return it.connection(account, id), err
}

func decodeVisitorConnection(av table.Item) (chat.Connection, error) {
	it, err := table.Decode[connectionItem](av, kindVisitorConnection)
	if err != nil {
		return chat.Connection{}, err
	}
	owner, err := key.Split(it.PK, "V", 2)
	if err != nil {
		return chat.Connection{}, table.Damaged(kindVisitorConnection, err)
	}
	id, err := key.Split(it.SK, "C", 1)
	if err != nil {
		return chat.Connection{}, table.Damaged(kindVisitorConnection, err)
	}
	c := it.connection(chat.AccountID(owner[0]), id[0])
	c.Visitor = chat.Visitor{ID: chat.VisitorID(owner[1]), ChannelID: chat.ChannelID(it.ChannelID), Origin: it.Origin}
	return c, nil
}

func (it connectionItem) connection(account chat.AccountID, id string) chat.Connection {
	return chat.Connection{
		ID: id, AccountID: account, OperatorID: chat.OperatorID(it.OperatorID), Session: it.Session,
		Viewing: chat.Viewed{
			ConversationID: chat.ConversationID(it.Viewing), StoreID: chat.StoreID(it.ViewingIn), Visitor: chat.VisitorID(it.ViewingVisitor),
		},
		ExpiresAt: it.ExpiresAt.Time(),
	}
}
