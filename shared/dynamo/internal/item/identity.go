package item

import (
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

// identityItem is an identity under its primary address, or, as an alias, a pointer to that address.
type identityItem struct {
	table.Header
	External    string       `dynamodbav:"external"`
	Aliases     []string     `dynamodbav:"aliases,omitempty"`
	Linked      bool         `dynamodbav:"linked,omitempty"`
	Apart       []string     `dynamodbav:"apart,omitempty"`
	Address     string       `dynamodbav:"address,omitempty"`
	Phone       string       `dynamodbav:"phone,omitempty"`
	Username    string       `dynamodbav:"username,omitempty"`
	ContactID   string       `dynamodbav:"contactId,omitempty"`
	ContactName string       `dynamodbav:"contactName,omitempty"`
	Blocked     bool         `dynamodbav:"blocked,omitempty"`
	StoreIDs    []string     `dynamodbav:"storeIds,omitempty"`
	OpenID      string       `dynamodbav:"openId,omitempty"`
	LastID      string       `dynamodbav:"lastId,omitempty"`
	LastAt      table.Millis `dynamodbav:"lastAt,omitempty"`
	Version     int64        `dynamodbav:"version,omitempty"`
}

func Identity(i chat.Identity) identityItem {
	return identityItem{
		Header:   table.NewHeader(key.Identity(i.AccountID, i.ChannelID, i.ExternalID), KindIdentity),
		External: i.ExternalID, Aliases: i.Aliases, Linked: i.Linked, Apart: i.Apart, Address: i.Address, Phone: i.Phone, Username: i.Username,
		ContactID: string(i.ContactID), ContactName: i.ContactName, Blocked: i.Blocked, StoreIDs: table.Strings(i.StoreIDs),
		OpenID: string(i.OpenConversationID), LastID: string(i.LastConversationID), LastAt: table.MillisOf(i.LastResolvedAt),
		Version: i.Version,
	}
}

func Alias(primary chat.Identity, address string) identityItem {
	return identityItem{
		Header:   table.NewHeader(key.Identity(primary.AccountID, primary.ChannelID, address), KindAlias),
		External: primary.ExternalID,
	}
}

// DecodeAlias returns the primary address of an alias.
func DecodeAlias(av table.Item) (string, error) {
	it, err := table.Decode[identityItem](av, KindAlias)
	return it.External, err
}

func DecodeIdentity(av table.Item) (chat.Identity, error) {
	it, err := table.Decode[identityItem](av, KindIdentity)
	if err != nil {
		return chat.Identity{}, err
	}
	account, channel, err := key.ParseIdentity(it.PK)
	if err != nil {
		return chat.Identity{}, table.Damaged(KindIdentity, err)
	}
	return chat.Identity{
		AccountID: account, ChannelID: channel, ExternalID: it.External, Aliases: it.Aliases, Linked: it.Linked, Apart: it.Apart,
		Address: it.Address, Phone: it.Phone, Username: it.Username,
		ContactID: chat.ContactID(it.ContactID), ContactName: it.ContactName, Blocked: it.Blocked, StoreIDs: table.IDs[chat.StoreID](it.StoreIDs),
		OpenConversationID: chat.ConversationID(it.OpenID), LastConversationID: chat.ConversationID(it.LastID),
		LastResolvedAt: it.LastAt.Time(), Version: it.Version,
	}, nil
}
