// Package directory is the REST routes that read what an account has set up: operators, stores, channels, templates, settings.
package directory

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"sort"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/httpapi/team"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Store is what the routes read.
type Store interface {
	Account(ctx context.Context, id chat.AccountID) (chat.Account, error)
	Operators(ctx context.Context, account chat.AccountID) ([]chat.Operator, error)
	Stores(ctx context.Context, account chat.AccountID) ([]chat.Store, error)
	Channels(ctx context.Context, account chat.AccountID) ([]chat.Channel, error)
	Channel(ctx context.Context, account chat.AccountID, id chat.ChannelID) (chat.Channel, error)
	Templates(ctx context.Context, account chat.AccountID, channel chat.ChannelID, q dynamo.TemplateQuery, p chat.PageRequest) (chat.Page[chat.Template], error)
}

// Channels are the channel types.
type Channels interface {
	Types() []chat.ChannelType
	Capabilities(t chat.ChannelType) (channel.Capabilities, bool)
}

// Handler answers the routes.
type Handler struct {
	*rest.Server
	Store    Store
	Team     *team.Team
	Channels Channels
}

// Routes are the routes that read the directory.
func (h *Handler) Routes() []rest.Route {
	return []rest.Route{
		{
			Method: http.MethodGet, Pattern: "/api/v1/operators", Access: rest.May(permission.OperatorRead), Handle: h.listOperators,
			Status: http.StatusOK, Summary: "The account's operators", Answer: wire.List[wire.Operator]{}, Query: wire.Rest{},
		},
		{
			Method: http.MethodGet, Pattern: "/api/v1/stores", Access: rest.May(permission.StoreRead), Handle: h.listStores,
			Status: http.StatusOK, Summary: "The stores that the caller sees", Answer: wire.List[wire.Store]{}, Query: wire.Rest{},
		},
		{
			Method: http.MethodGet, Pattern: "/api/v1/channels", Access: rest.May(permission.ChannelRead), Handle: h.listChannels,
			Status: http.StatusOK, Summary: "The connected channels", Answer: wire.List[wire.Channel]{}, Query: wire.Rest{},
		},
		{
			Method: http.MethodGet, Pattern: "/api/v1/channels/{id}", Access: rest.May(permission.ChannelRead), Handle: h.getChannel,
			Status: http.StatusOK, Summary: "A channel", Answer: wire.Channel{},
		},
		{
			Method: http.MethodGet, Pattern: "/api/v1/channels/{id}/templates", Access: rest.May(permission.ConversationRead), Handle: h.listTemplates,
			Status: http.StatusOK, Summary: "What the channel's provider approved beforehand", Answer: wire.List[wire.Template]{}, Query: wire.TemplateQuery{},
		},
		{
			Method: http.MethodGet, Pattern: "/api/v1/capabilities", Access: rest.May(permission.ConversationRead), Handle: h.listCapabilities,
			Status: http.StatusOK, Summary: "What the kinds of channels can do", Answer: wire.List[wire.Capabilities]{},
		},
		{
			Method: http.MethodGet, Pattern: "/api/v1/settings", Access: rest.May(permission.SettingsRead), Handle: h.getSettings,
			Status: http.StatusOK, Summary: "The account's settings", Answer: wire.Settings{},
		},
	}
}

// byName sorts items by name, and those of one name by id.
func byName[T any](items []T, key func(T) (name, id string)) []T {
	type entry struct {
		name, id string
		at       int
	}
	entries := make([]entry, len(items))
	for i, item := range items {
		name, id := key(item)
		entries[i] = entry{name, id, i}
	}
	sort.Slice(entries, func(i, j int) bool {
		a, b := entries[i], entries[j]
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.id, b.id)) < 0
	})
	sorted := make([]T, len(items))
	for i, e := range entries {
		sorted[i] = items[e.at]
	}
	return sorted
}

// listOperators lists all operators by name; e-mail addresses only for callers who may manage operators.
func (h *Handler) listOperators(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	operators, err := h.Store.Operators(ctx, c.Account.ID)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read operators: %w", err)
	}
	s, err := h.Team.ReadState(ctx, c.Account.ID)
	if err != nil {
		return httpapi.Response{}, err
	}
	operators = byName(operators, func(x chat.Operator) (name, id string) { return x.Name, string(x.ID) })
	email := c.May(permission.OperatorManage)
	return rest.Whole(ctx, h.Server, c, "operators", operators, func(o chat.Operator) string { return string(o.ID) }, func(o chat.Operator) wire.Operator {
		return s.Show(o, email)
	})
}

// listStores lists the stores that the caller sees.
func (h *Handler) listStores(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	stores, err := h.Store.Stores(ctx, c.Account.ID)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read stores: %w", err)
	}
	scope := c.Scope()
	stores = slices.DeleteFunc(stores, func(s chat.Store) bool { return !scope.Store(s.ID) })
	stores = byName(stores, func(x chat.Store) (name, id string) { return x.Name, string(x.ID) })
	return rest.Whole(ctx, h.Server, c, "stores", stores, func(s chat.Store) string { return string(s.ID) }, present.Store)
}

// listChannels lists the channels of the stores that the caller sees.
func (h *Handler) listChannels(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	channels, err := h.Store.Channels(ctx, c.Account.ID)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read channels: %w", err)
	}
	scope := c.Scope()
	channels = slices.DeleteFunc(channels, func(ch chat.Channel) bool { return !scope.Store(ch.StoreID) })
	channels = byName(channels, func(x chat.Channel) (name, id string) { return x.Name, string(x.ID) })
	return rest.Whole(ctx, h.Server, c, "channels", channels, func(ch chat.Channel) string { return string(ch.ID) }, present.Channel)
}

func (h *Handler) getChannel(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	ch, err := rest.FindChannel(ctx, h.Store, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(present.Channel(ch))
}

func (h *Handler) getSettings(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	account, err := h.Store.Account(ctx, c.Account.ID)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read account %s: %w", c.Account.ID, err)
	}
	return rest.OK(present.Settings(account))
}
