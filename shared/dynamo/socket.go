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
	OperatorID string `dynamodbav:"operatorId"`
	Session    string `dynamodbav:"session,omitempty"` // of a ticket
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
	_, _, err := s.putItem(ctx, s.tables.Live, secretItem{
		header: headed(ticketKey(t.Hash), kindTicket), AccountID: string(t.AccountID), OperatorID: string(t.OperatorID),
		Session: t.Session, ExpiresAt: millisOf(t.ExpiresAt), Expires: expiry(t.ExpiresAt),
	}, nil, "put a ticket")
	return err
}

// TakeTicket uses a ticket up. NotFound means that there is none, that it was used, or that it has expired.
func (s *Store) TakeTicket(ctx context.Context, hash string, now time.Time) (chat.Ticket, error) {
	it, err := s.take(ctx, ticketKey(hash), kindTicket, now)
	return chat.Ticket{
		Hash: hash, AccountID: chat.AccountID(it.AccountID), OperatorID: chat.OperatorID(it.OperatorID), Session: it.Session,
		ExpiresAt: it.ExpiresAt.time(),
	}, err
}

// PutToken makes a link's secret.
func (s *Store) PutToken(ctx context.Context, t Token) error {
	_, _, err := s.putItem(ctx, s.tables.Live, secretItem{
		header: headed(tokenKey(t.Kind, t.Hash), kindToken), AccountID: string(t.AccountID), OperatorID: string(t.OperatorID),
		ExpiresAt: millisOf(t.ExpiresAt), Expires: expiry(t.ExpiresAt),
	}, nil, "put a token")
	return err
}

// Token reads a link's secret, consistently, and leaves it. NotFound as with TakeToken.
func (s *Store) Token(ctx context.Context, kind, hash string, now time.Time) (Token, error) {
	av, err := s.get(ctx, s.tables.Live, tokenKey(kind, hash), true, kindToken)
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
	av, err := s.takeItem(ctx, s.tables.Live, k, "take a "+kind)
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

// connectionItem is a socket: once in its account's partition with all it has, and once by its id, which is all that the
// gateway tells when it closes.
type connectionItem struct {
	header
	AccountID  string `dynamodbav:"accountId,omitempty"` // of the one found by id
	OperatorID string `dynamodbav:"operatorId,omitempty"`
	Session    string `dynamodbav:"session,omitempty"`
	Viewing    string `dynamodbav:"viewing,omitempty"`
	ViewingIn  string `dynamodbav:"viewingIn,omitempty"`
	ExpiresAt  millis `dynamodbav:"expiresAt,omitempty"`
	Expires    int64  `dynamodbav:"expires,omitempty"`
}

func toConnectionItem(c chat.Connection) connectionItem {
	return connectionItem{
		header:     headed(accountConnectionKey(c.AccountID, c.ID), kindAccountConnection),
		OperatorID: string(c.OperatorID), Session: c.Session, Viewing: string(c.Viewing), ViewingIn: string(c.ViewingIn),
		ExpiresAt: millisOf(c.ExpiresAt), Expires: expiry(c.ExpiresAt),
	}
}

func decodeConnection(av item) (chat.Connection, error) {
	it, err := decode[connectionItem](av, kindAccountConnection)
	if err != nil {
		return chat.Connection{}, err
	}
	account, id, err := it.inAccount("C")
	return chat.Connection{
		ID: id, AccountID: account, OperatorID: chat.OperatorID(it.OperatorID), Session: it.Session,
		Viewing: chat.ConversationID(it.Viewing), ViewingIn: chat.StoreID(it.ViewingIn), ExpiresAt: it.ExpiresAt.time(),
	}, err
}

// PutConnection registers a socket. NotFound means that the session it belongs to has ended.
func (s *Store) PutConnection(ctx context.Context, c chat.Connection) error {
	var t tx
	if c.Session != "" {
		t.check(s.tables.Live, sessionKey(c.Session), present(), ReasonExists)
	}
	t.put(s.tables.Live, connectionItem{
		header: headed(connectionKey(c.ID), kindConnection), AccountID: string(c.AccountID), Expires: expiry(c.ExpiresAt),
	}, nil, "")
	t.put(s.tables.Live, toConnectionItem(c), nil, "")
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
		table: s.tables.Live, condition: inPartition(accountConnectionKey(account, "x").pk, "C#"), consistent: true,
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
			t.update(s.tables.Live, accountConnectionKey(account, c.ID), expression.Remove(expression.Name("expiresAt")), &open, "").done = true
		}
	}
	return nil
}

// connectionAccount finds whose socket it is.
func (s *Store) connectionAccount(ctx context.Context, id string) (chat.AccountID, error) {
	av, err := s.get(ctx, s.tables.Live, connectionKey(id), true, kindConnection)
	if err != nil {
		return "", err
	}
	it, err := decode[connectionItem](av, kindConnection)
	return chat.AccountID(it.AccountID), err
}

// Connection reads a socket, consistently.
func (s *Store) Connection(ctx context.Context, id string) (chat.Connection, error) {
	account, err := s.connectionAccount(ctx, id)
	if err != nil {
		return chat.Connection{}, err
	}
	av, err := s.get(ctx, s.tables.Live, accountConnectionKey(account, id), true, kindConnection)
	if err != nil {
		return chat.Connection{}, err
	}
	return decodeConnection(av)
}

// DeleteConnection forgets a socket and gives what it was. NotFound means that it was forgotten already.
func (s *Store) DeleteConnection(ctx context.Context, id string) (chat.Connection, error) {
	c, err := s.Connection(ctx, id)
	if err != nil {
		return chat.Connection{}, err
	}
	there := present()
	var t tx
	t.remove(s.tables.Live, accountConnectionKey(c.AccountID, id), &there, ReasonExists)
	t.remove(s.tables.Live, connectionKey(id), nil, "")
	err = s.commit(ctx, &t, "delete a connection")
	if fault.Is(err, fault.Conflict) {
		return chat.Connection{}, notFound(kindConnection)
	}
	return c, err
}

// Connections are the sockets of an account. Whether one has expired is the caller's to ask.
func (s *Store) Connections(ctx context.Context, account chat.AccountID) ([]chat.Connection, error) {
	items, err := s.all(ctx, query{
		table: s.tables.Live, condition: inPartition(accountConnectionKey(account, "x").pk, "C#"),
	}, "read the connections")
	if err != nil {
		return nil, err
	}
	return decodeAll(items, decodeConnection)
}

// SetViewing notes which conversation of which store a socket looks at; an empty one means none. NotFound means that the socket is
// gone.
func (s *Store) SetViewing(ctx context.Context, id string, conversation chat.ConversationID, in chat.StoreID) error {
	account, err := s.connectionAccount(ctx, id)
	if err != nil {
		return err
	}
	viewing, viewingIn := expression.Name("viewing"), expression.Name("viewingIn")
	update := expression.Set(viewing, expression.Value(string(conversation))).Set(viewingIn, expression.Value(string(in)))
	if conversation == "" {
		update = expression.Remove(viewing).Remove(viewingIn)
	}
	there := present()
	_, refused, err := s.updateItem(ctx, s.tables.Live, accountConnectionKey(account, id), update, &there, "note what is viewed")
	if err == nil && refused {
		return notFound(kindConnection)
	}
	return err
}
