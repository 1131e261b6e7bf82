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

// addEnded removes the expiry of a session's connections, which makes them count as expired. The items stay until the gateway
// reports the disconnect, from which others learn who left.
func (s *Store) addEnded(ctx context.Context, t *table.Tx, account chat.AccountID, session string) error {
	items, err := s.db.All(ctx, table.Query{
		Table: table.Live, Condition: table.InPartition(key.AccountConnection(account, "x").PK, key.ConnectionPrefix), Consistent: true,
	}, "read the connections")
	if err != nil {
		return err
	}
	open := expression.AttributeExists(expression.Name("expiresAt"))
	for _, av := range items {
		c, err := item.DecodeConnection(av)
		if err != nil {
			return err
		}
		if c.Session == session && !c.ExpiresAt.IsZero() {
			t.Update(table.Live, key.AccountConnection(account, c.ID), expression.Remove(expression.Name("expiresAt")), &open, "").Done = true
		}
	}
	return nil
}

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
	err = s.db.Commit(ctx, &t, "delete a connection")
	if fault.Is(err, fault.Conflict) {
		return chat.Connection{}, table.NotFound(item.KindConnection)
	}
	return c, err
}

// Connections are the connections of an account's operators, including expired ones.
func (s *Store) Connections(ctx context.Context, account chat.AccountID) ([]chat.Connection, error) {
	return s.connectionsIn(ctx, key.AccountConnection(account, "x").PK)
}

// VisitorConnections are the connections of a visitor, including expired ones.
func (s *Store) VisitorConnections(ctx context.Context, account chat.AccountID, visitor chat.VisitorID) ([]chat.Connection, error) {
	return s.connectionsIn(ctx, key.VisitorConnection(account, visitor, "x").PK)
}

// SiteConnections are the connections of a site's visitors, without their sessions and expiries.
func (s *Store) SiteConnections(ctx context.Context, account chat.AccountID, channel chat.ChannelID) ([]chat.Connection, error) {
	pk := key.SiteConnection(account, channel, "x").PK
	if pk == "" {
		return nil, nil
	}
	items, err := s.db.All(ctx, table.Query{Table: table.Live, Condition: table.InPartition(pk, key.ConnectionPrefix), Consistent: true}, "read a site's connections")
	if err != nil {
		return nil, err
	}
	return table.DecodeAll(items, item.DecodeSiteConnection)
}

func (s *Store) connectionsIn(ctx context.Context, pk string) ([]chat.Connection, error) {
	if pk == "" {
		return nil, nil
	}
	items, err := s.db.All(ctx, table.Query{Table: table.Live, Condition: table.InPartition(pk, key.ConnectionPrefix)}, "read the connections")
	if err != nil {
		return nil, err
	}
	return table.DecodeAll(items, item.DecodeConnection)
}

// SetViewing stores what the operator of a connection is looking at; a zero value means nothing. NotFound means that there is no
// such connection.
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
	there := table.Present()
	_, refused, err := s.db.Update(ctx, table.Live, place, update, &there, "note what is viewed")
	if err == nil && refused {
		return table.NotFound(item.KindConnection)
	}
	return err
}
