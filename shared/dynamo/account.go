package dynamo

import (
	"context"
	"time"

	"github.com/recado-chat/recado/shared/chat"
)

type accountItem struct {
	header
	Name         string `dynamodbav:"name"`
	StoreID      string `dynamodbav:"storeId,omitempty"`
	TimeZone     string `dynamodbav:"timeZone,omitempty"`
	Language     string `dynamodbav:"language,omitempty"`
	Metered      bool   `dynamodbav:"metered,omitempty"`
	IdleSeconds  int64  `dynamodbav:"idleSeconds,omitempty"`
	Distribution string `dynamodbav:"distribution,omitempty"`
	ManagerID    string `dynamodbav:"managerId,omitempty"`
	InboxShards  int    `dynamodbav:"inboxShards,omitempty"`
	CreatedAt    millis `dynamodbav:"createdAt,omitempty"`
	Version      int64  `dynamodbav:"version"`
}

func toAccountItem(a chat.Account) accountItem {
	return accountItem{
		header: headed(accountKey(a.ID), kindAccount),
		Name:   a.Name, StoreID: string(a.StoreID), TimeZone: a.TimeZone, Language: string(a.Language), Metered: a.Metered,
		IdleSeconds: int64(a.Closing.Idle / time.Second), Distribution: string(a.Mode), ManagerID: string(a.ManagerID),
		InboxShards: a.InboxShards, CreatedAt: millisOf(a.CreatedAt), Version: a.Version,
	}
}

func decodeAccount(av item) (chat.Account, error) {
	it, err := decode[accountItem](av, kindAccount)
	if err != nil {
		return chat.Account{}, err
	}
	parts, err := split(it.PK, "A", 1)
	if err != nil {
		return chat.Account{}, damaged(kindAccount, err)
	}
	return chat.Account{
		ID: chat.AccountID(parts[0]), Name: it.Name, StoreID: chat.StoreID(it.StoreID), TimeZone: it.TimeZone,
		Language: chat.Language(it.Language), Metered: it.Metered,
		Closing: chat.Closing{Idle: time.Duration(it.IdleSeconds) * time.Second},
		Distribution: chat.Distribution{
			Mode: chat.DistributionMode(it.Distribution), ManagerID: chat.OperatorID(it.ManagerID),
		},
		InboxShards: it.InboxShards, CreatedAt: it.CreatedAt.time(), Version: it.Version,
	}, nil
}

// CreateAccount creates an account with its first store, its owner, the mail that greets them and the job that counts its loads
// anew, in one transaction over two tables. An address that somebody signs in with is Conflict "exists" with the field "email".
func (s *Store) CreateAccount(ctx context.Context, a chat.Account, st chat.Store, o chat.Operator, mail *chat.Mail) error {
	var t tx
	a.Version, st.Version = 1, 1
	addOperator(&t, o)
	t.put(Directory, toAccountItem(a), absent(), ReasonExists)
	t.put(Directory, toStoreItem(st), absent(), ReasonExists)
	addJob(&t, chat.NewRecount(a))
	if mail != nil {
		addMail(&t, *mail)
	}
	return s.commit(ctx, &t, "create account "+string(a.ID))
}

// Account reads one, consistently.
func (s *Store) Account(ctx context.Context, id chat.AccountID) (chat.Account, error) {
	av, err := s.get(ctx, Directory, accountKey(id), true, kindAccount)
	if err != nil {
		return chat.Account{}, err
	}
	return decodeAccount(av)
}

// UpdateAccount replaces an account, with the line of the activity log and the job that follows from the change, if there are
// any.
func (s *Store) UpdateAccount(ctx context.Context, before, after chat.Account, activity *chat.Activity, job *chat.Job) error {
	after.Version = before.Version + 1
	var t tx
	t.put(Directory, toAccountItem(after), atVersion(before.Version), ReasonVersionChanged)
	addActivity(&t, activity)
	if job != nil {
		addJob(&t, *job)
	}
	return s.commit(ctx, &t, "update account "+string(after.ID))
}

type storeItem struct {
	header
	Name      string `dynamodbav:"name"`
	CreatedAt millis `dynamodbav:"createdAt,omitempty"`
	Version   int64  `dynamodbav:"version"`
}

func toStoreItem(st chat.Store) storeItem {
	return storeItem{
		header: headed(storeKey(st.AccountID, st.ID), kindStore), Name: st.Name, CreatedAt: millisOf(st.CreatedAt), Version: st.Version,
	}
}

func decodeStore(av item) (chat.Store, error) {
	it, err := decode[storeItem](av, kindStore)
	if err != nil {
		return chat.Store{}, err
	}
	account, id, err := inAccount(it.header, "S")
	return chat.Store{
		ID: chat.StoreID(id), AccountID: account, Name: it.Name, CreatedAt: it.CreatedAt.time(), Version: it.Version,
	}, err
}

// inAccount reads the ids of something that lies in its account's partition of Directory.
func inAccount(h header, prefix string) (chat.AccountID, string, error) {
	account, err := split(h.PK, "A", 1)
	if err != nil {
		return "", "", damaged(h.Kind, err)
	}
	id, err := split(h.SK, prefix, 1)
	if err != nil {
		return "", "", damaged(h.Kind, err)
	}
	return chat.AccountID(account[0]), id[0], nil
}

// inDirectory reads everything of one kind that an account has, consistently.
func inDirectory[T any](ctx context.Context, s *Store, account chat.AccountID, prefix string, decode func(item) (T, error)) ([]T, error) {
	pk := accountKey(account).pk
	if pk == "" {
		return nil, notFound(kindAccount)
	}
	items, err := s.all(ctx, query{
		table: Directory, condition: inPartition(pk, prefix), consistent: true,
	}, "read the directory")
	if err != nil {
		return nil, err
	}
	return decodeAll(items, decode)
}

// Stores are all stores of an account, in the order of their creation.
func (s *Store) Stores(ctx context.Context, account chat.AccountID) ([]chat.Store, error) {
	return inDirectory(ctx, s, account, storePrefix, decodeStore)
}

// Store reads one, consistently.
func (s *Store) Store(ctx context.Context, account chat.AccountID, id chat.StoreID) (chat.Store, error) {
	av, err := s.get(ctx, Directory, storeKey(account, id), true, kindStore)
	if err != nil {
		return chat.Store{}, err
	}
	return decodeStore(av)
}

// CreateStore creates a store.
func (s *Store) CreateStore(ctx context.Context, st chat.Store, activity *chat.Activity) error {
	st.Version = 1
	var t tx
	t.put(Directory, toStoreItem(st), absent(), ReasonExists)
	addActivity(&t, activity)
	return s.commit(ctx, &t, "create store "+string(st.ID))
}

func addActivity(t *tx, a *chat.Activity) {
	if a != nil {
		t.put(Desk, toActivityItem(*a), nil, "")
	}
}
