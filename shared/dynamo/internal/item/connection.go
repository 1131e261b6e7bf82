package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// Secret is a ticket or a token, which is used once.
type Secret struct {
	table.Header
	AccountID    string       `dynamodbav:"accountId"`
	OperatorID   string       `dynamodbav:"operatorId,omitempty"`
	InvitationID string       `dynamodbav:"invitationId,omitempty"` // of a token
	VisitorID    string       `dynamodbav:"visitorId,omitempty"`    // of a ticket, as the next four
	ChannelID    string       `dynamodbav:"channelId,omitempty"`
	Origin       string       `dynamodbav:"origin,omitempty"`
	Address      string       `dynamodbav:"address,omitempty"`
	Session      string       `dynamodbav:"session,omitempty"`
	ExpiresAt    table.Millis `dynamodbav:"expiresAt"`
	Expires      int64        `dynamodbav:"expires,omitempty"`
}

// connectionItem is stored by the connection's id, which is all that the gateway sends on disconnect, and with all fields in the partition of
// its account or visitor; a visitor's also in the partition of its site. While somebody looks at an operator's browser, a copy is among the
// account's watching connections: a message is pushed to those, and reading them must not cost more the more browsers are open.
type connectionItem struct {
	table.Header
	AccountID      string       `dynamodbav:"accountId,omitempty"` // of the one found by id
	VisitorID      string       `dynamodbav:"visitorId,omitempty"` // of the one found by id
	OperatorID     string       `dynamodbav:"operatorId,omitempty"`
	ChannelID      string       `dynamodbav:"channelId,omitempty"` // of a visitor, as the next two
	Origin         string       `dynamodbav:"origin,omitempty"`
	Address        string       `dynamodbav:"address,omitempty"`
	Session        string       `dynamodbav:"session,omitempty"`
	Watching       bool         `dynamodbav:"watching,omitempty"`
	Own            bool         `dynamodbav:"own,omitempty"`
	Viewing        string       `dynamodbav:"viewing,omitempty"`
	ViewingIn      string       `dynamodbav:"viewingIn,omitempty"`
	ViewingVisitor string       `dynamodbav:"viewingVisitor,omitempty"`
	ExpiresAt      table.Millis `dynamodbav:"expiresAt,omitempty"`
	Expires        int64        `dynamodbav:"expires,omitempty"`
}

func Connection(c chat.Connection) connectionItem {
	if c.Visitor.ID != "" {
		return connection(c, table.NewHeader(key.VisitorConnection(c.AccountID, c.Visitor.ID, c.ID), kindVisitorConnection))
	}
	return connection(c, table.NewHeader(key.AccountConnection(c.AccountID, c.OperatorID, c.ID), kindAccountConnection))
}

// WatchingConnection is the copy among the account's watching connections.
func WatchingConnection(c chat.Connection) connectionItem {
	return connection(c, table.NewHeader(key.WatchingConnection(c.AccountID, c.ID), kindWatchingConnection))
}

func connection(c chat.Connection, h table.Header) connectionItem {
	return connectionItem{
		Header: h, OperatorID: string(c.OperatorID), ChannelID: string(c.Visitor.ChannelID), Origin: c.Visitor.Origin, Address: c.Address, Session: c.Session,
		Watching: c.Watching, Own: c.Own, Viewing: string(c.Viewing.ConversationID), ViewingIn: string(c.Viewing.StoreID), ViewingVisitor: string(c.Viewing.Visitor),
		ExpiresAt: table.MillisOf(c.ExpiresAt), Expires: table.Expiry(c.ExpiresAt),
	}
}

// ConnectionOwner is the item by id, which leads to the full one.
func ConnectionOwner(c chat.Connection) connectionItem {
	return connectionItem{
		Header: table.NewHeader(key.Connection(c.ID), KindConnection), AccountID: string(c.AccountID), VisitorID: string(c.Visitor.ID),
		OperatorID: string(c.OperatorID), Expires: table.Expiry(c.ExpiresAt),
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
	return key.AccountConnection(account, chat.OperatorID(it.OperatorID), id), nil
}

func DecodeConnection(av table.Item) (chat.Connection, error) {
	switch table.Text(av["kind"]) {
	case kindVisitorConnection:
		return decodeVisitorConnection(av)
	case kindWatchingConnection:
		it, err := table.Decode[connectionItem](av, kindWatchingConnection)
		if err != nil {
			return chat.Connection{}, err
		}
		account, id, err := inAccount(it.Header, "W")
		return it.connection(account, id), err
	}
	it, err := table.Decode[connectionItem](av, kindAccountConnection)
	if err != nil {
		return chat.Connection{}, err
	}
	account, err := key.Split(it.PK, "A", 1)
	if err != nil {
		return chat.Connection{}, table.Damaged(kindAccountConnection, err)
	}
	place, err := key.Split(it.SK, "O", 2)
	if err != nil {
		return chat.Connection{}, table.Damaged(kindAccountConnection, err)
	}
	return it.connection(chat.AccountID(account[0]), place[1]), nil
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
		ID: id, AccountID: account, OperatorID: chat.OperatorID(it.OperatorID), Address: it.Address, Session: it.Session, Watching: it.Watching, Own: it.Own,
		Viewing: chat.Viewed{
			ConversationID: chat.ConversationID(it.Viewing), StoreID: chat.StoreID(it.ViewingIn), Visitor: chat.VisitorID(it.ViewingVisitor),
		},
		ExpiresAt: it.ExpiresAt.Time(),
	}
}
