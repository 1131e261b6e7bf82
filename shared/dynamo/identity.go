package dynamo

import (
	"context"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

// identityItem is an identity as stored under its primary address, or, as an alias, a pointer to that.
type identityItem struct {
	header
	External    string   `dynamodbav:"external"`
	Aliases     []string `dynamodbav:"aliases,omitempty"`
	Address     string   `dynamodbav:"address,omitempty"`
	ContactID   string   `dynamodbav:"contactId,omitempty"`
	ContactName string   `dynamodbav:"contactName,omitempty"`
	Blocked     bool     `dynamodbav:"blocked,omitempty"`
	OpenID      string   `dynamodbav:"openId,omitempty"`
	LastID      string   `dynamodbav:"lastId,omitempty"`
	LastAt      millis   `dynamodbav:"lastAt,omitempty"`
	Version     int64    `dynamodbav:"version,omitempty"`
}

func toIdentityItem(i chat.Identity) identityItem {
	return identityItem{
		header:   headed(identityKey(i.AccountID, i.ChannelID, i.ExternalID), kindIdentity),
		External: i.ExternalID, Aliases: i.Aliases, Address: i.Address, ContactID: string(i.ContactID), ContactName: i.ContactName, Blocked: i.Blocked,
		OpenID: string(i.OpenConversationID), LastID: string(i.LastConversationID), LastAt: millisOf(i.LastResolvedAt),
		Version: i.Version,
	}
}

func toAliasItem(primary chat.Identity, address string) identityItem {
	return identityItem{
		header:   headed(identityKey(primary.AccountID, primary.ChannelID, address), kindAlias),
		External: primary.ExternalID,
	}
}

// decodeAlias gives the primary address that an alias leads to.
func decodeAlias(av item) (string, error) {
	it, err := decode[identityItem](av, kindAlias)
	return it.External, err
}

func decodeIdentity(av item) (chat.Identity, error) {
	it, err := decode[identityItem](av, kindIdentity)
	if err != nil {
		return chat.Identity{}, err
	}
	account, channel, err := parseIdentityKey(it.PK)
	if err != nil {
		return chat.Identity{}, damaged(kindIdentity, err)
	}
	return chat.Identity{
		AccountID: account, ChannelID: channel, ExternalID: it.External, Aliases: it.Aliases, Address: it.Address,
		ContactID: chat.ContactID(it.ContactID), ContactName: it.ContactName, Blocked: it.Blocked,
		OpenConversationID: chat.ConversationID(it.OpenID), LastConversationID: chat.ConversationID(it.LastID),
		LastResolvedAt: it.LastAt.time(), Version: it.Version,
	}, nil
}

// Identity finds an external user by the first of their addresses that is known, consistently, and says by which of
// them the user is known already. NotFound means that none is known.
func (s *Store) Identity(ctx context.Context, account chat.AccountID, channel chat.ChannelID, addresses []string) (identity chat.Identity, matched []string, err error) {
	for _, address := range addresses {
		av, err := s.get(ctx, Desk, identityKey(account, channel, address), true, kindIdentity)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return chat.Identity{}, nil, err
		}
		if kindOf(av) == kindAlias {
			primary, err := decodeAlias(av)
			if err != nil {
				return chat.Identity{}, nil, err
			}
			if av, err = s.get(ctx, Desk, identityKey(account, channel, primary), true, kindIdentity); err != nil {
				return chat.Identity{}, nil, err
			}
		}
		identity, err = decodeIdentity(av)
		for _, a := range addresses {
			if a == address || a == identity.ExternalID || slices.Contains(identity.Aliases, a) {
				matched = append(matched, a)
			}
		}
		return identity, matched, err
	}
	return chat.Identity{}, nil, notFound(kindIdentity)
}
