package item

import (
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type channelItem struct {
	table.Header
	StoreID      string       `dynamodbav:"storeId,omitempty"`
	Type         string       `dynamodbav:"type"`
	Name         string       `dynamodbav:"name"`
	External     string       `dynamodbav:"external"`
	DisplayPhone string       `dynamodbav:"displayPhone,omitempty"`
	Settings     []byte       `dynamodbav:"settings,omitempty"`
	Credentials  []byte       `dynamodbav:"credentials,omitempty"`
	Health       healthPart   `dynamodbav:"health"`
	HeardAt      table.Millis `dynamodbav:"heardAt,omitempty"`
	AwaitedSince table.Millis `dynamodbav:"awaitedSince,omitempty"`
	CreatedAt    table.Millis `dynamodbav:"createdAt,omitempty"`
	Version      int64        `dynamodbav:"version"`
}

type healthPart struct {
	State   string       `dynamodbav:"state"`
	Code    string       `dynamodbav:"code,omitempty"`
	Message string       `dynamodbav:"message,omitempty"`
	At      table.Millis `dynamodbav:"at,omitempty"`
	Since   table.Millis `dynamodbav:"since,omitempty"`
}

// HealthOf is a channel's health as it is stored.
func HealthOf(h chat.Health) healthPart {
	return healthPart{State: string(h.State), Code: h.Code, Message: h.Message, At: table.MillisOf(h.At), Since: table.MillisOf(h.Since)}
}

func Channel(c chat.Channel) channelItem {
	return channelItem{
		Header:  table.NewHeader(key.Channel(c.AccountID, c.ID), KindChannel),
		StoreID: string(c.StoreID), Type: string(c.Type), Name: c.Name, External: c.ExternalID, DisplayPhone: c.DisplayPhone,
		Settings: c.Settings, Credentials: c.Credentials,
		Health: HealthOf(c.Health), HeardAt: table.MillisOf(c.HeardAt), AwaitedSince: table.MillisOf(c.AwaitedSince),
		CreatedAt: table.MillisOf(c.CreatedAt), Version: c.Version,
	}
}

func DecodeChannel(av table.Item) (chat.Channel, error) {
	it, err := table.Decode[channelItem](av, KindChannel)
	if err != nil {
		return chat.Channel{}, err
	}
	account, id, err := inAccount(it.Header, "C")
	return chat.Channel{
		ID: chat.ChannelID(id), AccountID: account, StoreID: chat.StoreID(it.StoreID), Type: chat.ChannelType(it.Type),
		Name: it.Name, ExternalID: it.External, DisplayPhone: it.DisplayPhone, Credentials: it.Credentials, Settings: it.Settings,
		Health: chat.Health{
			State: chat.HealthState(it.Health.State), Code: it.Health.Code, Message: it.Health.Message,
			At: it.Health.At.Time(), Since: it.Health.Since.Time(),
		},
		HeardAt: it.HeardAt.Time(), AwaitedSince: it.AwaitedSince.Time(),
		CreatedAt: it.CreatedAt.Time(), Version: it.Version,
	}, err
}

// assetItem is the claim on an asset. It stays after its channel released it, so that the next one can wait.
type assetItem struct {
	Claim
	ReleasedAt table.Millis `dynamodbav:"releasedAt,omitempty"`
}

func Asset(c chat.Channel) assetItem { return ReleasedAsset(c, time.Time{}) }

func ReleasedAsset(c chat.Channel, at time.Time) assetItem {
	return assetItem{Claim{table.NewHeader(key.Asset(c.Type, c.ExternalID), KindAsset), string(c.AccountID), string(c.ID)}, table.MillisOf(at)}
}

func DecodeAsset(av table.Item) (chat.Claim, error) {
	it, err := table.Decode[assetItem](av, KindAsset)
	return chat.Claim{AccountID: chat.AccountID(it.AccountID), ChannelID: chat.ChannelID(it.ID), ReleasedAt: it.ReleasedAt.Time()}, err
}

func Business(c chat.Channel) Claim {
	return Claim{table.NewHeader(key.Business(c.Type, c.BusinessAccountID(), c.AccountID, c.ID), KindBusiness), string(c.AccountID), string(c.ID)}
}
