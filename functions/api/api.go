// Package api is the operators' REST API under /api/v1, and /healthz: conversations, messages, contacts, the caller's own profile, and
// reading what the account has configured. Administration is in functions/admin.
//
// Each subpackage holds the routes of one resource and the store interface that they need; this package puts them together. It may import
// what package rest may, the use cases, and dynamo.
package api

import (
	"errors"
	"net/http"

	"github.com/recado-chat/recado/functions/api/contacts"
	"github.com/recado-chat/recado/functions/api/conversations"
	"github.com/recado-chat/recado/functions/api/directory"
	"github.com/recado-chat/recado/functions/api/me"
	"github.com/recado-chat/recado/functions/api/messages"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/httpapi/team"
	"github.com/recado-chat/recado/shared/wire"
)

// Store is the data layer as the routes use it.
type Store interface {
	rest.Store
	contacts.Store
	conversations.Store
	directory.Store
	me.Store
	messages.Store
}

// Desk is the use cases that the routes call.
type Desk interface {
	contacts.Desk
	conversations.Desk
	messages.Desk
}

// Parts are the dependencies of the routes; all are required.
type Parts struct {
	Store    Store
	Desk     Desk
	Files    messages.Files
	Channels directory.Channels
}

// New makes the server of the API.
func New(deps rest.Deps, parts Parts) (*rest.Server, error) {
	if parts.Store == nil || parts.Desk == nil || parts.Files == nil || parts.Channels == nil {
		return nil, errors.New("api: store, use cases, files and channels are required")
	}
	server, err := rest.New(deps)
	if err != nil {
		return nil, err
	}
	return server, server.Mount(routes(server, parts)...)
}

// Routes lists all routes of the API, for its document and for tests. Their handlers must not be called.
func Routes() []rest.Route { return routes(new(rest.Server), Parts{}) }

func routes(server *rest.Server, p Parts) []rest.Route {
	operators := team.New(server, p.Store)
	list := []rest.Route{
		{
			Method: http.MethodGet, Pattern: rest.HealthPath, Access: rest.Public, Handle: rest.Health,
			Status: http.StatusOK, Summary: "Whether the service answers", Answer: wire.ServiceHealth{},
		},
	}
	list = append(list, (&me.Handler{Server: server, Store: p.Store, Team: operators, Files: p.Files}).Routes()...)
	list = append(list, (&directory.Handler{Server: server, Store: p.Store, Team: operators, Channels: p.Channels}).Routes()...)
	list = append(list, (&conversations.Handler{Server: server, Store: p.Store, Desk: p.Desk, Channels: p.Channels}).Routes()...)
	list = append(list, (&messages.Handler{Server: server, Store: p.Store, Desk: p.Desk, Files: p.Files, Channels: p.Channels}).Routes()...)
	return append(list, (&contacts.Handler{Server: server, Store: p.Store, Desk: p.Desk}).Routes()...)
}
