// Package settings is the REST routes that change an account's settings and how its conversations are distributed.
package settings

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Store is what the routes read and write.
type Store interface {
	Account(ctx context.Context, id chat.AccountID) (chat.Account, error)
	Operator(ctx context.Context, account chat.AccountID, id chat.OperatorID) (chat.Operator, error)
	UpdateAccount(ctx context.Context, before, after chat.Account, activity *chat.Activity, job *chat.Job) error
}

// Handler answers the routes.
type Handler struct {
	*rest.Server
	Store Store
}

// Routes are the routes that change the account's settings.
func (h *Handler) Routes() []rest.Route {
	return []rest.Route{
		{
			Method: http.MethodPatch, Pattern: "/api/v1/settings", Access: rest.May(permission.SettingsManage), Handle: h.patchSettings,
			Status: http.StatusOK, Summary: "Change the settings", Body: wire.SettingsChange{}, Answer: wire.Settings{},
		},
		{
			Method: http.MethodPut, Pattern: "/api/v1/distribution", Access: rest.May(permission.SettingsManage), Handle: h.putDistribution,
			Status: http.StatusOK, Summary: "How conversations find their operator", Body: wire.DistributionChange{}, Answer: wire.Distribution{},
		},
	}
}

// idleMost is the longest closing time in minutes: 90 days.
const idleMost = 90 * 24 * 60

func accountTarget(id chat.AccountID) string { return "account/" + string(id) }

// updateAccount reads, changes and writes the account. A shorter closing time starts, in the same write, the job that resets the timers
// of open conversations.
func (h *Handler) updateAccount(ctx context.Context, c *rest.Call, action string, change func(*chat.Account) error) (chat.Account, error) {
	before, err := h.Store.Account(ctx, c.Account.ID)
	if err != nil {
		return before, fmt.Errorf("read account %s: %w", c.Account.ID, err)
	}
	after := before
	if err := change(&after); err != nil {
		return before, err
	}
	var job *chat.Job
	if shorter(before.Closing.Idle, after.Closing.Idle) {
		now := h.Now()
		job = &chat.Job{ID: chat.NewID(now), AccountID: before.ID, Kind: chat.JobRearm, CreatedAt: now, Version: 1}
	}
	if err := h.Store.UpdateAccount(ctx, before, after, h.Activity(c, action, accountTarget(before.ID)), job); err != nil {
		return before, fmt.Errorf("write account %s: %w", before.ID, err)
	}
	h.Forget()
	after.Version = before.Version + 1
	return after, nil
}

// shorter reports whether conversations may now close earlier than their timers. No closing time counts as the longest.
func shorter(before, after time.Duration) bool { return after > 0 && (before == 0 || after < before) }

func (h *Handler) patchSettings(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.SettingsChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	account, err := h.updateAccount(ctx, c, "settings.edited", func(a *chat.Account) error {
		if err := rest.CheckVersion(body.Version, a.Version); err != nil {
			return err
		}
		var err error
		if body.TimeZone != nil {
			if a.TimeZone, err = rest.TimeZone(*body.TimeZone); err != nil {
				return err
			}
		}
		if body.Language != nil {
			if a.Language, err = rest.Language("language", *body.Language); err != nil {
				return err
			}
		}
		if body.Closing == nil || !body.Closing.IdleMinutes.Set {
			return nil
		}
		minutes := body.Closing.IdleMinutes.Value
		if minutes == nil {
			a.Closing.Idle = 0
			return nil
		}
		if *minutes < 1 || *minutes > idleMost {
			return rest.Invalid("closing.idleMinutes", "must be a number of minutes from 1 to %d, or null", idleMost)
		}
		a.Closing.Idle = time.Duration(*minutes) * time.Minute
		return nil
	})
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(present.Settings(account))
}

func (h *Handler) putDistribution(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.DistributionChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	distribution := chat.Distribution{Mode: body.Mode}
	switch distribution.Mode {
	case chat.DistributeToGroups, chat.DistributeToAccount:
	case chat.DistributeToManager:
		if body.ManagerID == nil || *body.ManagerID == "" {
			return httpapi.Response{}, rest.Invalid("managerId", "managerId is required for this mode")
		}
		manager, err := h.Store.Operator(ctx, c.Account.ID, chat.OperatorID(*body.ManagerID))
		if err != nil {
			return httpapi.Response{}, fmt.Errorf("read the manager: %w", err)
		}
		// The manager may serve other stores than the first.
		if refused := permission.Refuses(manager, c.Account.StoreID); refused != "" && refused != chat.OutcomeNotGranted {
			return httpapi.Response{}, rest.Invalid("managerId", "the manager is not active or cannot answer")
		}
		distribution.ManagerID = manager.ID
	default:
		return httpapi.Response{}, rest.Invalid("mode", "must be one of groups, account, manager")
	}
	err := rest.Retry(func() error {
		_, err := h.updateAccount(ctx, c, "distribution.edited", func(a *chat.Account) error {
			a.Distribution = distribution
			return nil
		})
		return err
	})
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(present.Distribution(distribution))
}
