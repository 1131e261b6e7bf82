package item

import (
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo/internal/key"
	"github.com/recado-chat/recado/shared/dynamo/internal/table"
)

type accountItem struct {
	table.Header
	Name         string       `dynamodbav:"name"`
	StoreID      string       `dynamodbav:"storeId,omitempty"`
	TimeZone     string       `dynamodbav:"timeZone,omitempty"`
	Language     string       `dynamodbav:"language,omitempty"`
	Metered      bool         `dynamodbav:"metered,omitempty"`
	IdleSeconds  int64        `dynamodbav:"idleSeconds,omitempty"`
	Distribution string       `dynamodbav:"distribution,omitempty"`
	ManagerID    string       `dynamodbav:"managerId,omitempty"`
	InboxShards  int          `dynamodbav:"inboxShards,omitempty"`
	CreatedAt    table.Millis `dynamodbav:"createdAt,omitempty"`
	Version      int64        `dynamodbav:"version"`
}

func Account(a chat.Account) accountItem {
	return accountItem{
		Header: table.NewHeader(key.Account(a.ID), KindAccount),
		Name:   a.Name, StoreID: string(a.StoreID), TimeZone: a.TimeZone, Language: string(a.Language), Metered: a.Metered,
		IdleSeconds: int64(a.Closing.Idle / time.Second), Distribution: string(a.Mode), ManagerID: string(a.ManagerID),
		InboxShards: a.InboxShards, CreatedAt: table.MillisOf(a.CreatedAt), Version: a.Version,
	}
}

func DecodeAccount(av table.Item) (chat.Account, error) {
	it, err := table.Decode[accountItem](av, KindAccount)
	if err != nil {
		return chat.Account{}, err
	}
	parts, err := key.Split(it.PK, "A", 1)
	if err != nil {
		return chat.Account{}, table.Damaged(KindAccount, err)
	}
	return chat.Account{
		ID: chat.AccountID(parts[0]), Name: it.Name, StoreID: chat.StoreID(it.StoreID), TimeZone: it.TimeZone,
		Language: chat.Language(it.Language), Metered: it.Metered,
		Closing: chat.Closing{Idle: time.Duration(it.IdleSeconds) * time.Second},
		Distribution: chat.Distribution{
			Mode: chat.DistributionMode(it.Distribution), ManagerID: chat.OperatorID(it.ManagerID),
		},
		InboxShards: it.InboxShards, CreatedAt: it.CreatedAt.Time(), Version: it.Version,
	}, nil
}

type storeItem struct {
	table.Header
	Name      string       `dynamodbav:"name"`
	CreatedAt table.Millis `dynamodbav:"createdAt,omitempty"`
	Version   int64        `dynamodbav:"version"`
}

func Store(st chat.Store) storeItem {
	return storeItem{
		Header: table.NewHeader(key.Store(st.AccountID, st.ID), KindStore), Name: st.Name, CreatedAt: table.MillisOf(st.CreatedAt), Version: st.Version,
	}
}

func DecodeStore(av table.Item) (chat.Store, error) {
	it, err := table.Decode[storeItem](av, KindStore)
	if err != nil {
		return chat.Store{}, err
	}
	account, id, err := inAccount(it.Header, "S")
	return chat.Store{
		ID: chat.StoreID(id), AccountID: account, Name: it.Name, CreatedAt: it.CreatedAt.Time(), Version: it.Version,
	}, err
}

// inAccount reads the ids from the key of an item in its account's partition of Directory.
func inAccount(h table.Header, prefix string) (chat.AccountID, string, error) {
	account, err := key.Split(h.PK, "A", 1)
	if err != nil {
		return "", "", table.Damaged(h.Kind, err)
	}
	id, err := key.Split(h.SK, prefix, 1)
	if err != nil {
		return "", "", table.Damaged(h.Kind, err)
	}
	return chat.AccountID(account[0]), id[0], nil
}
