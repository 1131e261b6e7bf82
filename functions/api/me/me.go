// Package me is the REST routes of the caller: profile, availability, sessions and socket tickets.
package me

import (
	"context"
	"fmt"
	"net/http"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/httpapi/team"
	"github.com/recado-chat/recado/shared/httpapi/upload"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Store is what the routes read and write.
type Store interface {
	team.Store
	Account(ctx context.Context, id chat.AccountID) (chat.Account, error)
	Session(ctx context.Context, hash string) (chat.Session, error)
	Sessions(ctx context.Context, account chat.AccountID, operator chat.OperatorID) ([]chat.Session, error)
	DeleteSession(ctx context.Context, account chat.AccountID, operator chat.OperatorID, hash string) error
	PutTicket(ctx context.Context, t chat.Ticket) error
}

// Handler answers the routes.
type Handler struct {
	*rest.Server
	Store Store
	Team  *team.Team
	Files upload.Files
}

// Routes are the routes of the caller's own profile, sessions and sockets.
func (h *Handler) Routes() []rest.Route {
	return []rest.Route{
		{
			Method: http.MethodGet, Pattern: "/api/v1/me", Access: rest.SignedIn, Handle: h.getMe,
			Status: http.StatusOK, Summary: "Who the caller is", Answer: wire.Me{},
		},
		{
			Method: http.MethodPatch, Pattern: "/api/v1/me", Access: rest.May(permission.ProfileEdit), Handle: h.patchMe,
			Status: http.StatusOK, Summary: "Change one's own profile", Body: wire.MeChange{}, Answer: wire.Me{},
		},
		{
			Method: http.MethodPut, Pattern: "/api/v1/me/availability", Access: rest.May(permission.ProfileEdit), Handle: h.putAvailability,
			Status: http.StatusOK, Summary: "Take conversations, or not", Body: wire.AvailabilityChange{}, Answer: wire.Operator{},
		},
		{
			Method: http.MethodGet, Pattern: "/api/v1/sessions", Access: rest.SignedIn, Handle: h.listSessions,
			Status: http.StatusOK, Summary: "Where the caller is signed in", Answer: wire.List[wire.Session]{}, Query: wire.Rest{},
		},
		{
			Method: http.MethodDelete, Pattern: "/api/v1/sessions/{id}", Access: rest.SignedIn, Handle: h.deleteSession,
			Status: http.StatusNoContent, Summary: "End one of the caller's sessions",
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/socket-tickets", Access: rest.SignedIn, Handle: h.createSocketTicket,
			Status: http.StatusCreated, Summary: "Open one socket", Answer: wire.SocketTicket{},
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/auth/sign-out", Access: rest.Public, Handle: h.signOut,
			Status: http.StatusNoContent, Summary: "End the session",
		},
	}
}

// getMe reads the caller and the account without the cache: the console calls it right after changes made through admin.
func (h *Handler) getMe(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	o, err := h.Store.Operator(ctx, c.Account.ID, c.Operator.ID)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read operator %s: %w", c.Operator.ID, err)
	}
	account, err := h.Store.Account(ctx, c.Account.ID)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read account %s: %w", c.Account.ID, err)
	}
	return h.showMe(ctx, account, o)
}

func (h *Handler) showMe(ctx context.Context, account chat.Account, o chat.Operator) (httpapi.Response, error) {
	shape, err := h.Team.Show(ctx, o, true)
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(present.Me(o, shape, permission.Of(o.Role), account, h.Now()))
}

func (h *Handler) patchMe(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.MeChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	uploaded, err := h.pictureOf(ctx, c, body.Picture.Value)
	if err != nil {
		return httpapi.Response{}, err
	}
	o, err := h.Team.Update(ctx, c.Account.ID, c.Operator.ID, func(o *chat.Operator) (*chat.Activity, error) {
		if err := rest.CheckVersion(body.Version, o.Version); err != nil {
			return nil, err
		}
		var err error
		if body.Name != nil {
			if o.Name, err = rest.Name("name", *body.Name); err != nil {
				return nil, err
			}
		}
		if body.Language != nil {
			if o.Language, err = rest.Language("language", *body.Language); err != nil {
				return nil, err
			}
		}
		if body.Picture.Set {
			o.PictureUpload, o.PictureRefused = uploaded, ""
			if uploaded == "" {
				o.Picture = ""
			}
		}
		return h.Activity(c, "operator.edited", team.Target(o.ID)), nil
	})
	if err != nil {
		return httpapi.Response{}, err
	}
	account, err := h.Store.Account(ctx, c.Account.ID)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read account %s: %w", c.Account.ID, err)
	}
	return h.showMe(ctx, account, o)
}

// pictureOf returns the id under which an uploaded picture lies; "" for none.
func (h *Handler) pictureOf(ctx context.Context, c *rest.Call, id *string) (string, error) {
	if id == nil {
		return "", nil
	}
	capabilities := channel.Capabilities{Attachments: map[chat.MessageType]channel.Limit{chat.TypeImage: upload.PictureLimit}}
	taken, err := upload.Uploads{Files: h.Files, Keys: h.SigningKeys, Now: h.Now, Wall: h.Wall}.Take(ctx, upload.PictureOwner(c.Account.ID, c.Operator.ID), capabilities, chat.TypeImage, []string{*id})
	if fault.As(err).Field == "attachments" {
		return "", fault.New(fault.Invalid, "not an uploaded picture").WithField("picture").WithCause(err)
	}
	if err != nil {
		return "", err
	}
	return taken[0].ID, nil
}

func (h *Handler) putAvailability(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.AvailabilityChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	status, err := rest.Availability("status", body.Status)
	if err != nil {
		return httpapi.Response{}, err
	}
	o, err := h.Team.Change(ctx, c.Account.ID, c.Operator.ID, func(o *chat.Operator) (*chat.Activity, error) {
		if o.Availability == status {
			return nil, nil
		}
		o.Availability = status
		return h.Activity(c, "operator."+string(status), team.Target(o.ID)), nil
	})
	if err != nil {
		return httpapi.Response{}, err
	}
	shape, err := h.Team.Show(ctx, o, true)
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(shape)
}
