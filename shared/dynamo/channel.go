package dynamo

import (
	"context"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
)

type channelItem struct {
	header
	StoreID      string     `dynamodbav:"storeId,omitempty"`
	Type         string     `dynamodbav:"type"`
	Name         string     `dynamodbav:"name"`
	External     string     `dynamodbav:"external"`
	DisplayPhone string     `dynamodbav:"displayPhone,omitempty"`
	Settings     []byte     `dynamodbav:"settings,omitempty"`
	Credentials  []byte     `dynamodbav:"credentials,omitempty"`
	Health       healthPart `dynamodbav:"health"`
	CreatedAt    millis     `dynamodbav:"createdAt,omitempty"`
	Version      int64      `dynamodbav:"version"`
}

type healthPart struct {
	State   string `dynamodbav:"state"`
	Code    string `dynamodbav:"code,omitempty"`
	Message string `dynamodbav:"message,omitempty"`
	At      millis `dynamodbav:"at,omitempty"`
}

func toChannelItem(c chat.Channel) channelItem {
	return channelItem{
		header:  headed(channelKey(c.AccountID, c.ID), kindChannel),
		StoreID: string(c.StoreID), Type: string(c.Type), Name: c.Name, External: c.ExternalID, DisplayPhone: c.DisplayPhone,
		Settings: c.Settings, Credentials: c.Credentials,
		Health: healthPart{
			State: string(c.Health.State), Code: c.Health.Code, Message: c.Health.Message, At: millisOf(c.Health.At),
		},
		CreatedAt: millisOf(c.CreatedAt), Version: c.Version,
	}
}

func decodeChannel(av item) (chat.Channel, error) {
	it, err := decode[channelItem](av, kindChannel)
	if err != nil {
		return chat.Channel{}, err
	}
	account, id, err := inAccount(it.header, "C")
	return chat.Channel{
		ID: chat.ChannelID(id), AccountID: account, StoreID: chat.StoreID(it.StoreID), Type: chat.ChannelType(it.Type),
		Name: it.Name, ExternalID: it.External, DisplayPhone: it.DisplayPhone, Credentials: it.Credentials, Settings: it.Settings,
		Health: chat.Health{
			State: chat.HealthState(it.Health.State), Code: it.Health.Code, Message: it.Health.Message, At: it.Health.At.time(),
		},
		CreatedAt: it.CreatedAt.time(), Version: it.Version,
	}, err
}

func toAssetItem(c chat.Channel) claimItem {
	return claimItem{headed(assetKey(c.Type, c.ExternalID), kindAsset), string(c.AccountID), string(c.ID)}
}

func toBusinessItem(c chat.Channel) claimItem {
	return claimItem{headed(businessKey(c.Type, c.BusinessAccountID(), c.AccountID, c.ID), kindBusiness), string(c.AccountID), string(c.ID)}
}

// ChannelsOfBusiness are the channels whose settings name a provider's business account.
func (s *Store) ChannelsOfBusiness(ctx context.Context, t chat.ChannelType, business string) ([]chat.Channel, error) {
	pk := businessKey(t, business, "x", "x").pk
	if pk == "" {
		return nil, nil
	}
	items, err := s.all(ctx, query{table: Directory, condition: inPartition(pk, businessPrefix)}, "read the channels of a business account")
	if err != nil {
		return nil, err
	}
	var channels []chat.Channel
	for _, av := range items {
		edge, err := decode[claimItem](av, kindBusiness)
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

// addBusiness keeps the edge from a business account to a channel; before is empty for a new channel, after for one that goes.
func addBusiness(t *tx, before, after chat.Channel) {
	was, is := before.BusinessAccountID(), after.BusinessAccountID()
	if was == is {
		return
	}
	if was != "" {
		t.remove(Directory, businessKey(before.Type, was, before.AccountID, before.ID), nil, "")
	}
	if is != "" {
		t.put(Directory, toBusinessItem(after), nil, "")
	}
}

// Channels are all channels of an account, in the order of their creation.
func (s *Store) Channels(ctx context.Context, account chat.AccountID) ([]chat.Channel, error) {
	return inDirectory(ctx, s, account, channelPrefix, decodeChannel)
}

// Channel reads one, consistently.
func (s *Store) Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error) {
	av, err := s.get(ctx, Directory, channelKey(account, id), true, kindChannel)
	if err != nil {
		return chat.Channel{}, err
	}
	return decodeChannel(av)
}

// ChannelByAsset finds the channel that an asset of a provider is connected as, in any account.
func (s *Store) ChannelByAsset(ctx context.Context, channel chat.ChannelType, externalID string) (chat.Channel, error) {
	claim, err := s.claim(ctx, assetKey(channel, externalID), kindAsset, kindChannel)
	if err != nil {
		return chat.Channel{}, err
	}
	return s.Channel(ctx, chat.AccountID(claim.AccountID), chat.ChannelID(claim.ID))
}

// CreateChannel connects an asset. One that is connected already, in whatever account, is Conflict "claimed" with the field
// "externalId".
func (s *Store) CreateChannel(ctx context.Context, c chat.Channel, activity *chat.Activity) error {
	c.Version = 1
	var t tx
	t.put(Directory, toAssetItem(c), freeFor(string(c.ID)), ReasonClaimed).field = "externalId"
	t.put(Directory, toChannelItem(c), absent(), ReasonExists)
	addBusiness(&t, chat.Channel{}, c)
	addActivity(&t, activity)
	return s.commit(ctx, &t, "create channel "+string(c.ID))
}

// UpdateChannel replaces a channel; another asset is claimed and the old one given back.
func (s *Store) UpdateChannel(ctx context.Context, before, after chat.Channel, activity *chat.Activity) error {
	after.Version = before.Version + 1
	var t tx
	t.put(Directory, toChannelItem(after), atVersion(before.Version), ReasonVersionChanged)
	if before.Type != after.Type || before.ExternalID != after.ExternalID {
		t.put(Directory, toAssetItem(after), freeFor(string(after.ID)), ReasonClaimed).field = "externalId"
		t.remove(Directory, assetKey(before.Type, before.ExternalID), held(string(before.ID)), ReasonVersionChanged)
	}
	addBusiness(&t, before, after)
	addActivity(&t, activity)
	return s.commit(ctx, &t, "update channel "+string(after.ID))
}

// DeleteChannel removes a channel as it was read and gives its asset back.
func (s *Store) DeleteChannel(ctx context.Context, c chat.Channel, activity *chat.Activity) error {
	var t tx
	t.remove(Directory, channelKey(c.AccountID, c.ID), atVersion(c.Version), ReasonVersionChanged)
	t.remove(Directory, assetKey(c.Type, c.ExternalID), held(string(c.ID)), ReasonVersionChanged)
	addBusiness(&t, c, chat.Channel{})
	addActivity(&t, activity)
	return s.commit(ctx, &t, "delete channel "+string(c.ID))
}
