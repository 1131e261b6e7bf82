package directory

import (
	"context"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/activity"
	"github.com/recado-chat/recado/shared/dynamo/internal/item"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
	"github.com/recado-chat/recado/shared/fault"
)

// ChannelsOfBusiness are the channels whose settings name a provider's business account, in any account.
func (s *Store) ChannelsOfBusiness(ctx context.Context, t chat.ChannelType, business string) ([]chat.Channel, error) {
	pk := key.Business(t, business, "x", "x").PK
	if pk == "" {
		return nil, nil
	}
	items, err := s.db.All(ctx, table.Query{Table: table.Directory, Condition: table.InPartition(pk, key.BusinessPrefix)}, "read the channels of a business account")
	if err != nil {
		return nil, err
	}
	var channels []chat.Channel
	for _, av := range items {
		edge, err := table.Decode[item.Claim](av, item.KindBusiness)
		if err != nil {
			return nil, err
		}
		c, err := s.Channel(ctx, chat.AccountID(edge.AccountID), chat.ChannelID(edge.ID))
		if fault.Is(err, fault.NotFound) {
			continue // it was deleted since
		}
		if err != nil {
			return nil, err
		}
		channels = append(channels, c)
	}
	return channels, nil
}

// addBusiness keeps the edge from a business account to its channel. before is empty for a new channel, after for a deleted one.
func addBusiness(t *table.Tx, before, after chat.Channel) {
	was, is := before.BusinessAccountID(), after.BusinessAccountID()
	if was == is {
		return
	}
	if was != "" {
		t.Remove(table.Directory, key.Business(before.Type, was, before.AccountID, before.ID), nil, "")
	}
	if is != "" {
		t.Put(table.Directory, item.Business(after), nil, "")
	}
}

// Channels are all channels of an account, in order of creation.
func (s *Store) Channels(ctx context.Context, account chat.AccountID) ([]chat.Channel, error) {
	return inDirectory(ctx, s, account, key.ChannelPrefix, item.DecodeChannel)
}

// Channel reads one with a consistent read.
func (s *Store) Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error) {
	av, err := s.db.Get(ctx, table.Directory, key.Channel(account, id), true, item.KindChannel)
	if err != nil {
		return chat.Channel{}, err
	}
	return item.DecodeChannel(av)
}

// ChannelByAsset finds the channel that a provider's asset is connected as, in any account.
func (s *Store) ChannelByAsset(ctx context.Context, channel chat.ChannelType, externalID string) (chat.Channel, error) {
	claim, err := s.claim(ctx, key.Asset(channel, externalID), item.KindAsset, item.KindChannel)
	if err != nil {
		return chat.Channel{}, err
	}
	return s.Channel(ctx, chat.AccountID(claim.AccountID), chat.ChannelID(claim.ID))
}

// CreateChannel connects an asset. One that is connected already, in any account, is Conflict "claimed" with the field
// "externalId".
func (s *Store) CreateChannel(ctx context.Context, c chat.Channel, entry *chat.Activity) error {
	c.Version = 1
	var t table.Tx
	t.Put(table.Directory, item.Asset(c), freeFor(string(c.ID)), table.ReasonClaimed).Field = "externalId"
	t.Put(table.Directory, item.Channel(c), table.Absent(), table.ReasonExists)
	addBusiness(&t, chat.Channel{}, c)
	activity.Add(&t, entry)
	return s.db.Commit(ctx, &t, "create channel "+string(c.ID))
}

// UpdateChannel replaces a channel. When its asset changes, the new one is claimed and the old one released.
func (s *Store) UpdateChannel(ctx context.Context, before, after chat.Channel, entry *chat.Activity) error {
	after.Version = before.Version + 1
	var t table.Tx
	t.Put(table.Directory, item.Channel(after), table.AtVersion(before.Version), table.ReasonVersionChanged)
	if before.Type != after.Type || before.ExternalID != after.ExternalID {
		t.Put(table.Directory, item.Asset(after), freeFor(string(after.ID)), table.ReasonClaimed).Field = "externalId"
		t.Remove(table.Directory, key.Asset(before.Type, before.ExternalID), held(string(before.ID)), table.ReasonVersionChanged)
	}
	addBusiness(&t, before, after)
	activity.Add(&t, entry)
	return s.db.Commit(ctx, &t, "update channel "+string(after.ID))
}

// DeleteChannel removes a channel, if its version is the stored one, and releases its asset.
func (s *Store) DeleteChannel(ctx context.Context, c chat.Channel, entry *chat.Activity) error {
	var t table.Tx
	t.Remove(table.Directory, key.Channel(c.AccountID, c.ID), table.AtVersion(c.Version), table.ReasonVersionChanged)
	t.Remove(table.Directory, key.Asset(c.Type, c.ExternalID), held(string(c.ID)), table.ReasonVersionChanged)
	addBusiness(&t, c, chat.Channel{})
	activity.Add(&t, entry)
	return s.db.Commit(ctx, &t, "delete channel "+string(c.ID))
}
