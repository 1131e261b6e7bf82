// Package admin is the REST API for account administration under /api/v1: accounts, sign-in, operators, stores, channels, settings, and the
// document that describes all APIs. It is the only function that encrypts channel credentials and changes the user pool. The operators' API
// is in functions/api.
//
// Each subpackage holds the routes of one resource and the store interface that they need; this package puts them together. It may import
// what package rest may, the use cases, and dynamo.
package admin

import (
	"errors"
	"net/http"
	"time"

	"github.com/recado-chat/recado/functions/admin/channels"
	"github.com/recado-chat/recado/functions/admin/enroll"
	"github.com/recado-chat/recado/functions/admin/operators"
	"github.com/recado-chat/recado/functions/admin/settings"
	"github.com/recado-chat/recado/functions/admin/signin"
	"github.com/recado-chat/recado/functions/admin/stores"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/httpapi/team"
)

// Store is the data layer as the routes use it.
type Store interface {
	rest.Store
	channels.Store
	operators.Store
	settings.Store
	signin.Store
	stores.Store
}

// Parts are the dependencies of the routes; all are required.
type Parts struct {
	Store    Store
	Desk     channels.Desk
	Claims   channels.Claimer
	Vault    enroll.Vault
	Sealer   channels.Sealer
	Channels channels.Channels
	// ForgotTakes is the fixed duration of a request for a reset link, so that timing does not reveal whether the address exists.
	ForgotTakes time.Duration
}

// New makes the server of the administration API.
func New(deps rest.Deps, parts Parts) (*rest.Server, error) {
	if parts.Store == nil || parts.Desk == nil || parts.Claims == nil || parts.Vault == nil || parts.Sealer == nil || parts.Channels == nil {
		return nil, errors.New("admin: store, use cases, claims, vault, sealer and channels are required")
	}
	server, err := rest.New(deps)
	if err != nil {
		return nil, err
	}
	return server, server.Mount(routes(server, parts)...)
}

// Routes lists all administration routes, for the API document and for tests. Their handlers must not be called.
func Routes() []rest.Route { return routes(new(rest.Server), Parts{}) }

func routes(server *rest.Server, p Parts) []rest.Route {
	people := team.New(server, p.Store)
	enroller := enroll.New(p.Store, p.Vault, server.Wall)
	list := []rest.Route{{
		Method: http.MethodGet, Pattern: "/api/v1/openapi.json", Access: rest.Public, Handle: describe(server),
		Status: http.StatusOK, Summary: "This description",
	}}
	list = append(list, signin.New(server, p.Store, p.Vault, people, enroller, p.ForgotTakes).Routes()...)
	list = append(list, (&operators.Handler{Server: server, Store: p.Store, Team: people, Enroll: enroller, Throttle: enroll.NewThrottle(p.Store, server.Wall)}).Routes()...)
	list = append(list, (&stores.Handler{Server: server, Store: p.Store}).Routes()...)
	list = append(list, (&channels.Handler{Server: server, Store: p.Store, Desk: p.Desk, Claims: p.Claims, Sealer: p.Sealer, Channels: p.Channels}).Routes()...)
	return append(list, (&settings.Handler{Server: server, Store: p.Store}).Routes()...)
}
