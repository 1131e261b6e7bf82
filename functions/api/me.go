package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/upload"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

func (h *Handler) getMe(ctx context.Context, c *call) (httpapi.Response, error) {
	return h.showMe(ctx, c, c.operator)
}

func (h *Handler) showMe(ctx context.Context, c *call, o chat.Operator) (httpapi.Response, error) {
	shape, err := h.showOperator(ctx, o, true)
	if err != nil {
		return httpapi.Response{}, err
	}
	return ok(present.Me(shape, permission.Of(o.Role), c.account, h.Now()))
}

func (h *Handler) patchMe(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.MeChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	picture, err := h.pictureOf(ctx, c, body.Picture.Value)
	if err != nil {
		return httpapi.Response{}, err
	}
	o, err := h.updateOperator(ctx, c.account.ID, c.operator.ID, func(o *chat.Operator) (*chat.Activity, error) {
		if err := stale(body.Version, o.Version); err != nil {
			return nil, err
		}
		var err error
		if body.Name != nil {
			if o.Name, err = name("name", *body.Name); err != nil {
				return nil, err
			}
		}
		if body.Language != nil {
			if o.Language, err = language("language", *body.Language); err != nil {
				return nil, err
			}
		}
		if body.Picture.Set {
			o.Picture = picture
		}
		return h.activity(c, "operator.edited", operatorTarget(o.ID)), nil
	})
	if err != nil {
		return httpapi.Response{}, err
	}
	return h.showMe(ctx, c, o)
}

// pictureLimit bounds an operator's picture, which every visitor loads.
var pictureLimit = channel.Limit{Mimes: upload.PictureMimes(), MaxSize: 2 << 20}

func (c *call) pictureOwner() upload.Owner {
	return upload.Owner{Account: c.account.ID, For: string(c.operator.ID), Folder: upload.Pictures}
}

// pictureOf is the name under which an uploaded picture is found; "" for none.
func (h *Handler) pictureOf(ctx context.Context, c *call, id *string) (string, error) {
	if id == nil {
		return "", nil
	}
	able := channel.Capabilities{Attachments: map[chat.MessageType]channel.Limit{chat.TypeImage: pictureLimit}}
	taken, err := h.uploads().Take(ctx, c.pictureOwner(), able, chat.TypeImage, []string{*id})
	if fault.As(err).Field == "attachments" {
		return "", fault.New(fault.Invalid, "this is no picture that was uploaded").WithField("picture").WithCause(err)
	}
	if err != nil {
		return "", err
	}
	return upload.PictureName(taken[0]), nil
}

func (h *Handler) putAvailability(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.AvailabilityChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	status, err := availability("status", body.Status)
	if err != nil {
		return httpapi.Response{}, err
	}
	o, err := h.changeOperator(ctx, c.account.ID, c.operator.ID, func(o *chat.Operator) (*chat.Activity, error) {
		if o.Availability == status {
			return nil, nil
		}
		o.Availability = status
		return h.activity(c, "operator."+string(status), operatorTarget(o.ID)), nil
	})
	if err != nil {
		return httpapi.Response{}, err
	}
	shape, err := h.showOperator(ctx, o, true)
	if err != nil {
		return httpapi.Response{}, err
	}
	return ok(shape)
}

// putPassword sets a new password for whoever knows the old one, and ends all other sessions.
func (h *Handler) putPassword(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.PasswordChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	if err := password(body.Password); err != nil {
		return httpapi.Response{}, err
	}
	tries := limit{"sign-in email " + auth.Hash(c.operator.Email), failuresPerEmail, attemptsWindow}
	if body.Current == "" || len(body.Current) > passwordMax {
		return httpapi.Response{}, invalid("current", "the current password is needed")
	}
	forgive, err := h.throttle.try(ctx, tries)
	if err != nil {
		return httpapi.Response{}, err
	}
	_, err = h.Vault.Check(ctx, c.operator.Email, body.Current)
	if fault.Is(err, fault.Unauthenticated) {
		return httpapi.Response{}, invalid("current", "this is not the current password")
	}
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := forgive(ctx); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Vault.SetPassword(ctx, c.operator.Email, body.Password); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.endSessions(ctx, c.operator, c.session.Hash); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Store.PutActivity(ctx, *h.activity(c, "operator.password_changed", operatorTarget(c.operator.ID))); err != nil {
		return httpapi.Response{}, fmt.Errorf("write the activity: %w", err)
	}
	return httpapi.Empty(http.StatusNoContent), nil
}
