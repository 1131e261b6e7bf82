package contact

import (
	"context"
	"slices"

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
		av, err := s.db.Get(ctx, table.Desk, key.Identity(account, channel, address), true, item.KindIdentity)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return chat.Identity{}, nil, err
		}
		if table.KindOf(av) == item.KindAlias {
			primary, err := item.DecodeAlias(av)
			if err != nil {
				return chat.Identity{}, nil, err
			}
			if av, err = s.db.Get(ctx, table.Desk, key.Identity(account, channel, primary), true, item.KindIdentity); err != nil {
				return chat.Identity{}, nil, err
			}
		}
		identity, err = item.DecodeIdentity(av)
		for _, a := range addresses {
			if a == address || a == identity.ExternalID || slices.Contains(identity.Aliases, a) {
				matched = append(matched, a)
			}
		}
		return identity, matched, err
	}
	return chat.Identity{}, nil, table.NotFound(item.KindIdentity)
}
