package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// secretItem is something that may be used once.
type secretItem struct {
	header
	AccountID  string `dynamodbav:"accountId"`
	OperatorID string `dynamodbav:"operatorId,omitempty"`
	VisitorID  string `dynamodbav:"visitorId,omitempty"` // of a ticket, as the next three
	ChannelID  string `dynamodbav:"channelId,omitempty"`
	Origin     string `dynamodbav:"origin,omitempty"`
	Session    string `dynamodbav:"session,omitempty"`
	ExpiresAt  millis `dynamodbav:"expiresAt"`
	Expires    int64  `dynamodbav:"expires,omitempty"`
}

// Token is a link's secret, stored hashed: it proves an e-mail address or lets a password be set, once.
type Token struct {
	Hash       string
	Kind       string
	AccountID  chat.AccountID
	OperatorID chat.OperatorID
	ExpiresAt  time.Time
}

// PutTicket makes a ticket for a socket.
func (s *Store) PutTicket(ctx context.Context, t chat.Ticket) error {
	_, _, err := s.putItem(ctx, Live, secretItem{
		header: headed(ticketKey(t.Hash), kindTicket), AccountID: string(t.AccountID), OperatorID: string(t.OperatorID),
		VisitorID: string(t.Visitor.ID), ChannelID: string(t.Visitor.ChannelID), Origin: t.Visitor.Origin,
		Session: t.Session, ExpiresAt: millisOf(t.ExpiresAt), Expires: expiry(t.ExpiresAt),
	}, nil, "put a ticket")
	return err
}

// TakeTicket uses a ticket up. NotFound means that there is none, that it was used, or that it has expired.
func (s *Store) TakeTicket(ctx context.Context, hash string, now time.Time) (chat.Ticket, error) {
	it, err := s.take(ctx, ticketKey(hash), kindTicket, now)
	return chat.Ticket{
		Hash: hash, AccountID: chat.AccountID(it.AccountID), OperatorID: chat.OperatorID(it.OperatorID),
		Visitor: chat.Visitor{ID: chat.VisitorID(it.VisitorID), ChannelID: chat.ChannelID(it.ChannelID), Origin: it.Origin},
		Session: it.Session, ExpiresAt: it.ExpiresAt.time(),
	}, err
}

// PutToken makes a link's secret.
func (s *Store) PutToken(ctx context.Context, t Token) error {
	_, _, err := s.putItem(ctx, Live, secretItem{
		header: headed(tokenKey(t.Kind, t.Hash), kindToken), AccountID: string(t.AccountID), OperatorID: string(t.OperatorID),
		ExpiresAt: millisOf(t.ExpiresAt), Expires: expiry(t.ExpiresAt),
	}, nil, "put a token")
	return err
}

// Token reads a link's secret, consistently, and leaves it. NotFound as with TakeToken.
func (s *Store) Token(ctx context.Context, kind, hash string, now time.Time) (Token, error) {
	av, err := s.get(ctx, Live, tokenKey(kind, hash), true, kindToken)
	if err != nil {
		return Token{}, err
	}
	it, err := decode[secretItem](av, kindToken)
	if err != nil {
		return Token{}, err
	}
	if !it.ExpiresAt.time().After(now) {
		return Token{}, notFound(kindToken)
	}
	return tokenOf(it, kind, hash), nil
}

func tokenOf(it secretItem, kind, hash string) Token {
	return Token{
		Hash: hash, Kind: kind, AccountID: chat.AccountID(it.AccountID), OperatorID: chat.OperatorID(it.OperatorID),
		ExpiresAt: it.ExpiresAt.time(),
	}
}

// TakeToken uses a link's secret up. NotFound means that there is none, that it was used, or that it has expired.
func (s *Store) TakeToken(ctx context.Context, kind, hash string, now time.Time) (Token, error) {
	it, err := s.take(ctx, tokenKey(kind, hash), kindToken, now)
	return tokenOf(it, kind, hash), err
}

// take removes what may be used once: of two that try, one gets it.
func (s *Store) take(ctx context.Context, k key, kind string, now time.Time) (secretItem, error) {
	av, err := s.takeItem(ctx, Live, k, "take a "+kind)
	if err != nil {
		return secretItem{}, err
	}
	if len(av) == 0 {
		return secretItem{}, notFound(kind)
	}
	it, err := decode[secretItem](av, kind)
	if err != nil {
		return secretItem{}, err
	}
	if !now.Before(it.ExpiresAt.time()) {
		return secretItem{}, notFound(kind)
	}
	return it, nil
}

// connectionItem is a socket: once by its id, which is all that the gateway tells when it closes, and once with all it has in a
// partition that is read as a whole: its account's or, if it is a visitor's, the visitor's.
type connectionItem struct {
	header
	AccountID      string `dynamodbav:"accountId,omitempty"` // of the one found by id
	VisitorID      string `dynamodbav:"visitorId,omitempty"` // of the one found by id
	OperatorID     string `dynamodbav:"operatorId,omitempty"`
	ChannelID      string `dynamodbav:"channelId,omitempty"` // of a visitor, as the next
	Origin         string `dynamodbav:"origin,omitempty"`
	Session        string `dynamodbav:"session,omitempty"`
	Viewing        string `dynamodbav:"viewing,omitempty"`
	ViewingIn      string `dynamodbav:"viewingIn,omitempty"`
	ViewingVisitor string `dynamodbav:"viewingVisitor,omitempty"`
	ExpiresAt      millis `dynamodbav:"expiresAt,omitempty"`
	Expires        int64  `dynamodbav:"expires,omitempty"`
}

func toConnectionItem(c chat.Connection) connectionItem {
	h := headed(accountConnectionKey(c.AccountID, c.ID), kindAccountConnection)
	if c.Visitor.ID != "" {
		h = headed(visitorConnectionKey(c.AccountID, c.Visitor.ID, c.ID), kindVisitorConnection)
	}
	return connectionItem{
		header: h, OperatorID: string(c.OperatorID), ChannelID: string(c.Visitor.ChannelID), Origin: c.Visitor.Origin, Session: c.Session,
		Viewing: string(c.Viewing.ConversationID), ViewingIn: string(c.Viewing.StoreID), ViewingVisitor: string(c.Viewing.Visitor),
		ExpiresAt: millisOf(c.ExpiresAt), Expires: expiry(c.ExpiresAt),
	}
}

// toConnectionOwnerItem is the item that is found by the connection's id and leads to the other one.
func toConnectionOwnerItem(c chat.Connection) connectionItem {
	return connectionItem{
		header: headed(connectionKey(c.ID), kindConnection), AccountID: string(c.AccountID), VisitorID: string(c.Visitor.ID),
		Expires: expiry(c.ExpiresAt),
	}
}

// decodeConnectionOwner gives the key of the item with all that a connection has.
func decodeConnectionOwner(av item, id string) (key, error) {
	it, err := decode[connectionItem](av, kindConnection)
	if err != nil {
		return key{}, err
	}
	account := chat.AccountID(it.AccountID)
	if it.VisitorID != "" {
		return visitorConnectionKey(account, chat.VisitorID(it.VisitorID), id), nil
	}
	return accountConnectionKey(account, id), nil
}

func decodeConnection(av item) (chat.Connection, error) {
	if text(av["kind"]) == kindVisitorConnection {
		return decodeVisitorConnection(av)
	}
	it, err := decode[connectionItem](av, kindAccountConnection)
	if err != nil {
		return chat.Connection{}, err
	}
	account, id, err := inAccount(it.header, "C")
	return it.connection(account, id), err
}

func decodeVisitorConnection(av item) (chat.Connection, error) {
	it, err := decode[connectionItem](av, kindVisitorConnection)
	if err != nil {
		return chat.Connection{}, err
	}
	owner, err := split(it.PK, "V", 2)
	if err != nil {
		return chat.Connection{}, damaged(kindVisitorConnection, err)
	}
	id, err := split(it.SK, "C", 1)
	if err != nil {
		return chat.Connection{}, damaged(kindVisitorConnection, err)
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
		ExpiresAt: it.ExpiresAt.time(),
	}
}

// PutConnection registers a socket. NotFound means that the session it belongs to has ended.
func (s *Store) PutConnection(ctx context.Context, c chat.Connection) error {
	var t tx
	if c.Session != "" {
		t.check(Live, sessionKey(c.Session), present(), ReasonExists)
	}
	t.put(Live, toConnectionOwnerItem(c), nil, "")
	t.put(Live, toConnectionItem(c), nil, "")
	err := s.commit(ctx, &t, "put a connection")
	if fault.Is(err, fault.Conflict) && fault.As(err).Reason == ReasonExists {
		return notFound(kindSession)
	}
	return err
}

// addEnded ends the sockets of a session: without an expiry they count as expired, and nothing is pushed to them any more. The
// items stay for the gateway's farewell, by which the others learn who left.
func (s *Store) addEnded(ctx context.Context, t *tx, account chat.AccountID, session string) error {
	items, err := s.all(ctx, query{
		table: Live, condition: inPartition(accountConnectionKey(account, "x").pk, connectionPrefix), consistent: true,
	}, "read the connections")
	if err != nil {
		return err
	}
	open := expression.AttributeExists(expression.Name("expiresAt"))
	for _, av := range items {
		c, err := decodeConnection(av)
		if err != nil {
			return err
		}
		if c.Session == session && !c.ExpiresAt.IsZero() {
			t.update(Live, accountConnectionKey(account, c.ID), expression.Remove(expression.Name("expiresAt")), &open, "").done = true
		}
	}
	return nil
}

// connectionPlace finds where a socket has all it has.
func (s *Store) connectionPlace(ctx context.Context, id string) (key, error) {
	av, err := s.get(ctx, Live, connectionKey(id), true, kindConnection)
	if err != nil {
		return key{}, err
	}
	return decodeConnectionOwner(av, id)
}

// Connection reads a socket, consistently.
func (s *Store) Connection(ctx context.Context, id string) (chat.Connection, error) {
	c, _, err := s.connection(ctx, id)
	return c, err
}

func (s *Store) connection(ctx context.Context, id string) (chat.Connection, key, error) {
	place, err := s.connectionPlace(ctx, id)
	if err != nil {
		return chat.Connection{}, place, err
	}
	av, err := s.get(ctx, Live, place, true, kindConnection)
	if err != nil {
		return chat.Connection{}, place, err
	}
	c, err := decodeConnection(av)
	return c, place, err
}

// DeleteConnection forgets a socket and gives what it was. NotFound means that it was forgotten already.
func (s *Store) DeleteConnection(ctx context.Context, id string) (chat.Connection, error) {
	c, place, err := s.connection(ctx, id)
	if err != nil {
		return chat.Connection{}, err
	}
	there := present()
	var t tx
	t.remove(Live, place, &there, ReasonExists)
	t.remove(Live, connectionKey(id), nil, "")
	err = s.commit(ctx, &t, "delete a connection")
	if fault.Is(err, fault.Conflict) {
		return chat.Connection{}, notFound(kindConnection)
	}
	return c, err
}

// Connections are the sockets of an account's operators. Whether one has expired is the caller's to ask.
func (s *Store) Connections(ctx context.Context, account chat.AccountID) ([]chat.Connection, error) {
	return s.connectionsIn(ctx, accountConnectionKey(account, "x").pk)
}

// VisitorConnections are the sockets of one visitor. Whether one has expired is the caller's to ask.
func (s *Store) VisitorConnections(ctx context.Context, account chat.AccountID, visitor chat.VisitorID) ([]chat.Connection, error) {
	return s.connectionsIn(ctx, visitorConnectionKey(account, visitor, "x").pk)
}

func (s *Store) connectionsIn(ctx context.Context, pk string) ([]chat.Connection, error) {
	if pk == "" {
		return nil, nil
	}
	items, err := s.all(ctx, query{table: Live, condition: inPartition(pk, connectionPrefix)}, "read the connections")
	if err != nil {
		return nil, err
	}
	return decodeAll(items, decodeConnection)
}

// SetViewing notes what an operator's socket looks at; a zero one means nothing. NotFound means that the socket is gone.
func (s *Store) SetViewing(ctx context.Context, id string, viewed chat.Viewed) error {
	place, err := s.connectionPlace(ctx, id)
	if err != nil {
		return err
	}
	var update expression.UpdateBuilder
	for name, value := range map[string]string{
		"viewing": string(viewed.ConversationID), "viewingIn": string(viewed.StoreID), "viewingVisitor": string(viewed.Visitor),
	} {
		if value == "" {
			update = update.Remove(expression.Name(name))
		} else {
			update = update.Set(expression.Name(name), expression.Value(value))
		}
	}
	there := present()
	_, refused, err := s.updateItem(ctx, Live, place, update, &there, "note what is viewed")
	if err == nil && refused {
		return notFound(kindConnection)
	}
	return err
}
