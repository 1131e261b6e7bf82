package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

type storeStore interface {
	Stores(ctx context.Context, account chat.AccountID) ([]chat.Store, error)
	Store(ctx context.Context, account chat.AccountID, id chat.StoreID) (chat.Store, error)
	CreateStore(ctx context.Context, s chat.Store, activity *chat.Activity) error
}

func noStore() error { return fault.New(fault.NotFound, "there is no such store") }

func (h *Handler) listStores(ctx context.Context, c *call) (httpapi.Response, error) {
	stores, err := h.Store.Stores(ctx, c.account.ID)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read stores: %w", err)
	}
	slices.SortFunc(stores, func(a, b chat.Store) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return ok(present.List(stores, "", present.Store))
}

func (h *Handler) createStore(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.NewStore
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	called, err := name("name", body.Name)
	if err != nil {
		return httpapi.Response{}, err
	}
	store := chat.Store{
		ID: chat.StoreID(h.newID(c, "store")), AccountID: c.account.ID, Name: called, CreatedAt: h.Now(), Version: 1,
	}
	err = h.Store.CreateStore(ctx, store, h.activity(c, "store.created", "store/"+string(store.ID)))
	if fault.Is(err, fault.Conflict) {
		store, err = h.Store.Store(ctx, c.account.ID, store.ID)
	}
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("create store %s: %w", store.ID, err)
	}
	return created(present.Store(store))
}
