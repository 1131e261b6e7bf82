package live

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// PutConnection registers a connection. NotFound means that its session has ended.
func (s *Store) PutConnection(ctx context.Context, c chat.Connection) error {
	var t table.Tx
	if c.Session != "" {
		t.Check(table.Live, key.Session(c.Session), table.Present(), table.ReasonExists)
	}
	t.Put(table.Live, item.ConnectionOwner(c), nil, "")
	t.Put(table.Live, item.Connection(c), nil, "")
	if c.Visitor.ChannelID != "" {
		t.Put(table.Live, item.SiteConnection(c), nil, "")
	}
	err := s.db.Commit(ctx, &t, "put a connection")
	if fault.Is(err, fault.Conflict) && fault.As(err).Reason == table.ReasonExists {
		return table.NotFound(item.KindSession)
	}
	return err
}

// endedAtOnce bounds the connections that one transaction ends, with two writes each.
const endedAtOnce = 40

// addEnded removes the expiry of some of a session's connections, which makes them count as expired, and returns how many. The items stay
// until the gateway reports the disconnect, from which others learn who left; nothing is pushed to them any more.
func (s *Store) addEnded(ctx context.Context, t *table.Tx, account chat.AccountID, operator chat.OperatorID, session string) (ended int, err error) {
	items, err := s.db.All(ctx, table.Query{
		Table: table.Live, Condition: table.InPartition(accountPartition(account), key.OperatorConnectionPrefix(operator)), Consistent: true,
	}, "read the connections")
	if err != nil {
		return 0, err
	}
	for _, av := range items {
		c, err := item.DecodeConnection(av)
		if err != nil {
			return ended, err
		}
		if c.Session == session && !c.ExpiresAt.IsZero() && ended < endedAtOnce {
			ended++
			open := stillOpen()
			t.Update(table.Live, key.AccountConnection(account, operator, c.ID), expression.Remove(expression.Name("expiresAt")), &open, "").Done = true
			t.Remove(table.Live, key.WatchingConnection(account, c.ID), nil, "")
		}
	}
	return ended, nil
}

// stillOpen holds for a connection whose session has not ended.
func stillOpen() expression.ConditionBuilder {
	return expression.AttributeExists(expression.Name("expiresAt"))
}

func accountPartition(account chat.AccountID) string { return key.WatchingConnection(account, "x").PK }

// connectionPlace finds the key of a connection's full item.
func (s *Store) connectionPlace(ctx context.Context, id string) (table.Key, error) {
	av, err := s.db.Get(ctx, table.Live, key.Connection(id), true, item.KindConnection)
	if err != nil {
		return table.Key{}, err
	}
	return item.DecodeConnectionOwner(av, id)
}

// Connection reads one with consistent reads.
func (s *Store) Connection(ctx context.Context, id string) (chat.Connection, error) {
	c, _, err := s.connection(ctx, id)
	return c, err
}

func (s *Store) connection(ctx context.Context, id string) (chat.Connection, table.Key, error) {
	place, err := s.connectionPlace(ctx, id)
	if err != nil {
		return chat.Connection{}, place, err
	}
	av, err := s.db.Get(ctx, table.Live, place, true, item.KindConnection)
	if err != nil {
		return chat.Connection{}, place, err
	}
	c, err := item.DecodeConnection(av)
	return c, place, err
}

// DeleteConnection removes a connection and returns it. NotFound means that it was removed already.
func (s *Store) DeleteConnection(ctx context.Context, id string) (chat.Connection, error) {
	c, place, err := s.connection(ctx, id)
	if err != nil {
		return chat.Connection{}, err
	}
	there := table.Present()
	var t table.Tx
	t.Remove(table.Live, place, &there, table.ReasonExists)
	t.Remove(table.Live, key.Connection(id), nil, "")
	if c.Visitor.ChannelID != "" {
		t.Remove(table.Live, key.SiteConnection(c.AccountID, c.Visitor.ChannelID, id), nil, "")
	}
	if c.Visitor.ID == "" {
		t.Remove(table.Live, key.WatchingConnection(c.AccountID, id), nil, "")
	}
	err = s.db.Commit(ctx, &t, "delete a connection")
	if fault.Is(err, fault.Conflict) {
		return chat.Connection{}, table.NotFound(item.KindConnection)
	}
	return c, err
}

// Connections are the connections of an account's operators, including expired ones.
func (s *Store) Connections(ctx context.Context, account chat.AccountID) ([]chat.Connection, error) {
	return s.connectionsIn(ctx, accountPartition(account), key.AccountConnectionPrefix)
}

// OperatorConnections are the connections of an operator, including expired ones.
func (s *Store) OperatorConnections(ctx context.Context, account chat.AccountID, operator chat.OperatorID) ([]chat.Connection, error) {
	return s.connectionsIn(ctx, accountPartition(account), key.OperatorConnectionPrefix(operator))
}

// WatchingConnections are the connections of an account whose browsers somebody looks at, including expired ones.
func (s *Store) WatchingConnections(ctx context.Context, account chat.AccountID) ([]chat.Connection, error) {
	return s.connectionsIn(ctx, accountPartition(account), key.WatchingConnectionPrefix)
}

// VisitorConnections are the connections of a visitor, including expired ones.
func (s *Store) VisitorConnections(ctx context.Context, account chat.AccountID, visitor chat.VisitorID) ([]chat.Connection, error) {
	return s.connectionsIn(ctx, key.VisitorConnection(account, visitor, "x").PK, key.VisitorConnectionPrefix)
}

// SiteConnections are the connections of a site's visitors, without their sessions and expiries.
func (s *Store) SiteConnections(ctx context.Context, account chat.AccountID, channel chat.ChannelID) ([]chat.Connection, error) {
	pk := key.SiteConnection(account, channel, "x").PK
	if pk == "" {
		return nil, nil
	}
	items, err := s.db.All(ctx, table.Query{Table: table.Live, Condition: table.InPartition(pk, key.VisitorConnectionPrefix), Consistent: true}, "read a site's connections")
	if err != nil {
		return nil, err
	}
	return table.DecodeAll(items, item.DecodeSiteConnection)
}

func (s *Store) connectionsIn(ctx context.Context, pk, prefix string) ([]chat.Connection, error) {
	if pk == "" || prefix == "" {
		return nil, nil
	}
	items, err := s.db.All(ctx, table.Query{Table: table.Live, Condition: table.InPartition(pk, prefix)}, "read the connections")
	if err != nil {
		return nil, err
	}
	return table.DecodeAll(items, item.DecodeConnection)
}

// SetViewing stores whether somebody looks at the browser of an operator's connection, and what it shows. NotFound means that there is no
// such connection, or that its session has ended.
func (s *Store) SetViewing(ctx context.Context, c chat.Connection) error {
	var update expression.UpdateBuilder
	for name, value := range map[string]string{
		"viewing": string(c.Viewing.ConversationID), "viewingIn": string(c.Viewing.StoreID), "viewingVisitor": string(c.Viewing.Visitor),
	} {
		if value == "" {
			update = update.Remove(expression.Name(name))
		} else {
			update = update.Set(expression.Name(name), expression.Value(value))
		}
	}
	open := stillOpen()
	var t table.Tx
	t.Update(table.Live, key.AccountConnection(c.AccountID, c.OperatorID, c.ID),
		update.Set(expression.Name("watching"), expression.Value(c.Watching)).Set(expression.Name("own"), expression.Value(c.Own)), &open, table.ReasonExists)
	if c.Watching {
		t.Put(table.Live, item.WatchingConnection(c), nil, "")
	} else {
		t.Remove(table.Live, key.WatchingConnection(c.AccountID, c.ID), nil, "")
	}
	err := s.db.Commit(ctx, &t, "note what is viewed")
	if fault.Is(err, fault.Conflict) {
		return table.NotFound(item.KindConnection)
	}
	return err
}
