// Package stores is the REST routes that change the account's stores.
package stores

import (
	"context"
	"fmt"
	"net/http"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Store is what the routes read and write.
type Store interface {
	Store(ctx context.Context, account chat.AccountID, id chat.StoreID) (chat.Store, error)
	CreateStore(ctx context.Context, s chat.Store, activity *chat.Activity) error
}

// Handler answers the routes.
type Handler struct {
	*rest.Server
	Store Store
}

// Routes are the routes that change stores.
func (h *Handler) Routes() []rest.Route {
	return []rest.Route{
		{
			Method: http.MethodPost, Pattern: "/api/v1/stores", Access: rest.May(permission.StoreManage), Handle: h.createStore,
			Status: http.StatusCreated, Summary: "Add a store", Body: wire.NewStore{}, Answer: wire.Store{}, Creates: true,
		},
	}
}

// createStore refuses callers who are limited to stores: they would not see the new one.
func (h *Handler) createStore(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	if !c.Scope().Every() {
		return httpapi.Response{}, fault.New(fault.Forbidden, "only somebody who sees every store adds one").WithReason("scope")
	}
	var body wire.NewStore
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	called, err := rest.Name("name", body.Name)
	if err != nil {
		return httpapi.Response{}, err
	}
	store := chat.Store{
		ID: chat.StoreID(h.NewID(c, "store")), AccountID: c.Account.ID, Name: called, CreatedAt: h.Now(), Version: 1,
	}
	err = h.Store.CreateStore(ctx, store, h.Activity(c, "store.created", "store/"+string(store.ID)))
	if fault.Is(err, fault.Conflict) {
		store, err = h.Store.Store(ctx, c.Account.ID, store.ID)
	}
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("create store %s: %w", store.ID, err)
	}
	return rest.Created(present.Store(store))
}
