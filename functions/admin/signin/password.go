package signin

import (
	"context"
	"fmt"
	"net/http"

	"github.com/recado-chat/recado/functions/admin/enroll"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/httpapi/team"
	"github.com/recado-chat/recado/shared/wire"
)

// putPassword changes the caller's password after checking the current one, and ends all other sessions.
func (h *Handler) putPassword(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.PasswordChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	if err := enroll.CheckPassword(body.Password, c.Operator.Email, c.Operator.Name); err != nil {
		return httpapi.Response{}, err
	}
	tries := enroll.Limit{Key: "password " + string(c.Operator.ID), Most: FailuresPerDevice, Window: attemptsWindow}
	if body.Current == "" || len(body.Current) > rest.PasswordMax {
		return httpapi.Response{}, rest.Invalid("current", "current password is required")
	}
	forgive, err := h.throttle.Try(ctx, tries)
	if err != nil {
		return httpapi.Response{}, err
	}
	_, err = h.Vault.Check(ctx, c.Operator.Email, body.Current)
	if fault.Is(err, fault.Unauthenticated) {
		return httpapi.Response{}, rest.Invalid("current", "wrong current password")
	}
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := forgive(ctx); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Vault.SetPassword(ctx, c.Operator.Email, body.Password); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Team.EndSessions(ctx, c.Operator, c.Session.Hash); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Store.PutActivity(ctx, *h.Activity(c, "operator.password_changed", team.Target(c.Operator.ID))); err != nil {
		return httpapi.Response{}, fmt.Errorf("write the activity: %w", err)
	}
	return httpapi.Empty(http.StatusNoContent), nil
}
