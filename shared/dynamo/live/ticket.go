package live

import (
	"context"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// Token is the secret of a mailed link, which verifies an email address, resets a password or accepts an invitation, once. Only its hash
// is stored.
type Token struct {
	Hash         string
	Kind         string
	AccountID    chat.AccountID
	OperatorID   chat.OperatorID   // with an invitation, the operator that accepting it creates
	InvitationID chat.InvitationID // "" = the link is an operator's
	ExpiresAt    time.Time
}

// PutTicket stores a ticket for a connection.
func (s *Store) PutTicket(ctx context.Context, t chat.Ticket) error {
	_, _, err := s.db.Put(ctx, table.Live, item.Secret{
		Header: table.NewHeader(key.Ticket(t.Hash), item.KindTicket), AccountID: string(t.AccountID), OperatorID: string(t.OperatorID),
		VisitorID: string(t.Visitor.ID), ChannelID: string(t.Visitor.ChannelID), Origin: t.Visitor.Origin, Address: t.Address,
		Session: t.Session, ExpiresAt: table.MillisOf(t.ExpiresAt), Expires: table.Expiry(t.ExpiresAt),
	}, nil, "put a ticket")
	return err
}

// TakeTicket deletes a ticket and returns it. NotFound means that it never existed, was used or has expired.
func (s *Store) TakeTicket(ctx context.Context, hash string, now time.Time) (chat.Ticket, error) {
	it, err := s.take(ctx, key.Ticket(hash), item.KindTicket, now)
	return chat.Ticket{
		Hash: hash, AccountID: chat.AccountID(it.AccountID), OperatorID: chat.OperatorID(it.OperatorID),
		Visitor: chat.Visitor{ID: chat.VisitorID(it.VisitorID), ChannelID: chat.ChannelID(it.ChannelID), Origin: it.Origin},
		Address: it.Address, Session: it.Session, ExpiresAt: it.ExpiresAt.Time(),
	}, err
}

// PutToken stores a token.
func (s *Store) PutToken(ctx context.Context, t Token) error {
	_, _, err := s.db.Put(ctx, table.Live, item.Secret{
		Header: table.NewHeader(key.Token(t.Kind, t.Hash), item.KindToken), AccountID: string(t.AccountID), OperatorID: string(t.OperatorID),
		InvitationID: string(t.InvitationID), ExpiresAt: table.MillisOf(t.ExpiresAt), Expires: table.Expiry(t.ExpiresAt),
	}, nil, "put a token")
	return err
}

// Token reads a token with a consistent read and keeps it. NotFound as with TakeToken.
func (s *Store) Token(ctx context.Context, kind, hash string, now time.Time) (Token, error) {
	av, err := s.db.Get(ctx, table.Live, key.Token(kind, hash), true, item.KindToken)
	if err != nil {
		return Token{}, err
	}
	it, err := table.Decode[item.Secret](av, item.KindToken)
	if err != nil {
		return Token{}, err
	}
	if !it.ExpiresAt.Time().After(now) {
		return Token{}, table.NotFound(item.KindToken)
	}
	return tokenOf(it, kind, hash), nil
}

func tokenOf(it item.Secret, kind, hash string) Token {
	return Token{
		Hash: hash, Kind: kind, AccountID: chat.AccountID(it.AccountID), OperatorID: chat.OperatorID(it.OperatorID),
		InvitationID: chat.InvitationID(it.InvitationID), ExpiresAt: it.ExpiresAt.Time(),
	}
}

// TakeToken deletes a token and returns it. NotFound means that it never existed, was used or has expired.
func (s *Store) TakeToken(ctx context.Context, kind, hash string, now time.Time) (Token, error) {
	it, err := s.take(ctx, key.Token(kind, hash), item.KindToken, now)
	return tokenOf(it, kind, hash), err
}

// take deletes an item that may be used once: of two concurrent calls, one gets it. It reads first, since a delete of what is not there
// costs a write, and anybody can make up a secret.
func (s *Store) take(ctx context.Context, k table.Key, kind string, now time.Time) (item.Secret, error) {
	if _, err := s.db.Get(ctx, table.Live, k, true, kind); err != nil {
		return item.Secret{}, err
	}
	av, err := s.db.Take(ctx, table.Live, k, "take a "+kind)
	if err != nil {
		return item.Secret{}, err
	}
	if len(av) == 0 {
		return item.Secret{}, table.NotFound(kind)
	}
	it, err := table.Decode[item.Secret](av, kind)
	if err != nil {
		return item.Secret{}, err
	}
	if !now.Before(it.ExpiresAt.Time()) {
		return item.Secret{}, table.NotFound(kind)
	}
	return it, nil
}
