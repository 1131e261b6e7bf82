package contact

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// Identity finds an external user by the first of their addresses that is known, with consistent reads. matched are those of the
// addresses that are known. NotFound means that none is.
func (s *Store) Identity(ctx context.Context, account chat.AccountID, channel chat.ChannelID, addresses []string) (identity chat.Identity, matched []string, err error) {
	for _, address := range addresses {
		identity, err = s.behind(ctx, account, channel, address)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return chat.Identity{}, nil, err
		}
		for _, a := range addresses {
			if a == address || identity.Has(a) {
				matched = append(matched, a)
			}
		}
		return identity, matched, nil
	}
	return chat.Identity{}, nil, table.NotFound(item.KindIdentity)
}

// Identities are the different external users to whom addresses lead, in the order of the addresses, with consistent reads. An address
// is not looked up when one before it has it for sure.
func (s *Store) Identities(ctx context.Context, account chat.AccountID, channel chat.ChannelID, addresses []string) ([]chat.Identity, error) {
	var found []chat.Identity
	for _, address := range addresses {
		if slices.ContainsFunc(found, func(i chat.Identity) bool { return i.ExternalID == address || i.Linked && i.Has(address) }) {
			continue
		}
		identity, err := s.behind(ctx, account, channel, address)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(found, func(i chat.Identity) bool { return i.ExternalID == identity.ExternalID }) {
			found = append(found, identity)
		}
	}
	return found, nil
}

// maxAliases is how many aliases may lead from one to the next: each merge of a merged identity adds one.
const maxAliases = 16

// behind is the identity to which an address leads. NotFound means that it leads to none.
func (s *Store) behind(ctx context.Context, account chat.AccountID, channel chat.ChannelID, address string) (chat.Identity, error) {
	for range maxAliases {
		av, err := s.db.Get(ctx, table.Desk, key.Identity(account, channel, address), true, item.KindIdentity)
		if err != nil {
			return chat.Identity{}, err
		}
		if table.KindOf(av) != item.KindAlias {
			return item.DecodeIdentity(av)
		}
		if address, err = item.DecodeAlias(av); err != nil {
			return chat.Identity{}, err
		}
	}
	return chat.Identity{}, table.NotFound(item.KindIdentity)
}

// NoteShown sets what an identity knows of its contact's card. It does nothing when the identity changed since it was read.
func (s *Store) NoteShown(ctx context.Context, identity chat.Identity) error {
	update := expression.Set(expression.Name("phone"), expression.Value(identity.Phone)).
		Set(expression.Name("username"), expression.Value(identity.Username)).
		Add(expression.Name("version"), expression.Value(1))
	_, _, err := s.db.Update(ctx, table.Desk, key.Identity(identity.AccountID, identity.ChannelID, identity.ExternalID), update,
		table.AtVersion(identity.Version), "note what a contact's card shows")
	return err
}
