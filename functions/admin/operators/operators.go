// Package operators is the REST routes with which an owner invites, adds and changes operators.
package operators

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/recado-chat/recado/functions/admin/enroll"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/httpapi/team"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
)

// Store is what the routes read and write.
type Store interface {
	enroll.Store
	Stores(ctx context.Context, account chat.AccountID) ([]chat.Store, error)
	// CreateOperator returns Conflict with reason "exists" when the e-mail address is in use.
	CreateOperator(ctx context.Context, o chat.Operator, activity *chat.Activity) error
	invitationStore
}

// Handler answers the routes.
type Handler struct {
	*rest.Server
	Store  Store
	Team   *team.Team
	Enroll *enroll.Enroller
	// Throttle limits how often an account may ask by a new operator's address whether it is taken, and how often it invites.
	Throttle *enroll.Throttle
}

// Routes are the routes that invite, add and change operators.
func (h *Handler) Routes() []rest.Route {
	return append(h.invitationRoutes(), []rest.Route{
		{
			Method: http.MethodPost, Pattern: "/api/v1/operators", Access: rest.May(permission.OperatorManage), Handle: h.createOperator,
			Status: http.StatusCreated, Summary: "Add an operator", Body: wire.NewOperator{}, Answer: wire.Operator{}, Creates: true,
		},
		{
			Method: http.MethodPatch, Pattern: "/api/v1/operators/{id}", Access: rest.May(permission.OperatorManage), Handle: h.patchOperator,
			Status: http.StatusOK, Summary: "Change an operator", Body: wire.OperatorChange{}, Answer: wire.Operator{},
		},
	}...)
}

// AddedPerAccount is how many operators an account may try to add in an hour.
const AddedPerAccount = 60

// applyOperator validates the body and writes it into o. An account has one owner, who cannot be deactivated or change role.
func applyOperator(b wire.OperatorChange, o *chat.Operator) error {
	var err error
	if b.Name != nil {
		if o.Name, err = rest.Name("name", *b.Name); err != nil {
			return err
		}
	}
	if b.Role != nil && *b.Role != o.Role {
		if o.Role, err = role(*b.Role, o.Role); err != nil {
			return err
		}
	}
	if b.Capacity != nil {
		if *b.Capacity < 0 || *b.Capacity > rest.CapacityMax {
			return rest.Invalid("capacity", "must be a number from 0 to %d", rest.CapacityMax)
		}
		o.Capacity = *b.Capacity
	}
	if b.Languages != nil {
		if o.Languages, err = rest.Languages(*b.Languages); err != nil {
			return err
		}
	}
	if b.Availability != nil {
		if o.Availability, err = rest.Availability("availability", *b.Availability); err != nil {
			return err
		}
	}
	if b.Active != nil {
		if !*b.Active && o.Role == chat.Owner {
			return fault.New(fault.Conflict, "the owner cannot be deactivated").WithField("active").WithReason("owner")
		}
		o.Active = *b.Active
	}
	return nil
}

func role(to, from chat.Role) (chat.Role, error) {
	if from == chat.Owner {
		return from, fault.New(fault.Conflict, "the owner's role cannot change").WithField("role").WithReason("owner")
	}
	switch to {
	case chat.Admin, chat.Editor, chat.Supervisor, chat.OperatorRole, chat.ReadOnly:
		return to, nil
	case chat.Owner:
		return from, rest.Invalid("role", "an account has one owner")
	}
	return from, rest.Invalid("role", "must be one of admin, editor, supervisor, operator, readonly")
}

func (h *Handler) createOperator(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.NewOperator
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	o := chat.Operator{
		ID: chat.OperatorID(h.NewID(c, "operator")), AccountID: c.Account.ID, Availability: chat.Away,
		Capacity: chat.DefaultCapacity, Languages: []chat.Language{c.Account.Language}, Language: c.Account.Language, Active: true,
		CreatedAt: h.Now(), Version: 1,
	}
	if body.Name == nil {
		return httpapi.Response{}, rest.Invalid("name", "name is required")
	}
	if body.Role == nil {
		return httpapi.Response{}, rest.Invalid("role", "role is required")
	}
	var err error
	if o.Email, err = rest.Email(body.Email); err != nil {
		return httpapi.Response{}, err
	}
	if err := enroll.CheckPassword(body.Password, o.Email, *body.Name); err != nil {
		return httpapi.Response{}, err
	}
	change := wire.OperatorChange{
		Name: body.Name, Role: (*chat.Role)(body.Role), Capacity: body.Capacity, StoreIDs: body.StoreIDs, Languages: body.Languages, Availability: body.Availability,
	}
	if err := applyOperator(change, &o); err != nil {
		return httpapi.Response{}, err
	}
	if o.StoreIDs, err = h.grants(ctx, c, o, body.StoreIDs); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Throttle.Count(ctx, enroll.Limit{Key: "operators " + string(c.Account.ID), Most: AddedPerAccount, Window: time.Hour}); err != nil {
		return httpapi.Response{}, err
	}
	if o, err = h.enlist(ctx, c, o, body.Password); err != nil {
		return httpapi.Response{}, err
	}
	shape, err := h.Team.Show(ctx, o, true)
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.Created(shape)
}

// enlist writes a new operator after the vault has their password. If the same call already created the operator, it returns that one.
func (h *Handler) enlist(ctx context.Context, c *rest.Call, o chat.Operator, password string) (chat.Operator, error) {
	release, err := h.Enroll.Reserve(ctx, o.Email)
	if err != nil {
		return o, err
	}
	o, err = h.enlistReserved(ctx, c, o, password)
	return o, errors.Join(err, release())
}

func (h *Handler) enlistReserved(ctx context.Context, c *rest.Call, o chat.Operator, password string) (chat.Operator, error) {
	taken := fault.New(fault.Conflict, "e-mail address already in use").WithField("email").WithReason(chat.ConflictExists)
	existing, err := h.Store.OperatorByEmail(ctx, o.Email)
	if err == nil {
		if existing.AccountID == o.AccountID && existing.ID == o.ID {
			return existing, nil
		}
		return o, taken
	}
	if !fault.Is(err, fault.NotFound) {
		return o, fmt.Errorf("look for the address: %w", err)
	}
	if o.Subject, err = h.Enroll.SetPassword(ctx, o.Email, password); err != nil {
		return o, err
	}
	err = h.Store.CreateOperator(ctx, o, h.Activity(c, "operator.created", team.Target(o.ID)))
	if fault.Is(err, fault.Conflict) && fault.As(err).Reason == chat.ConflictExists {
		return o, h.Enroll.UnlessOurs(ctx, o, taken)
	}
	if err != nil {
		return o, fmt.Errorf("create operator %s: %w", o.ID, err)
	}
	return o, nil
}

func (h *Handler) patchOperator(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.OperatorChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	o, err := h.Team.Update(ctx, c.Account.ID, chat.OperatorID(c.Param("id")), func(o *chat.Operator) (*chat.Activity, error) {
		if err := rest.CheckVersion(body.Version, o.Version); err != nil {
			return nil, err
		}
		before := *o
		if err := applyOperator(body, o); err != nil {
			return nil, err
		}
		if err := h.applyGrants(ctx, c, before, o, body.StoreIDs); err != nil {
			return nil, err
		}
		return h.Activity(c, "operator.edited", team.Target(o.ID)), nil
	})
	if err != nil {
		return httpapi.Response{}, err
	}
	if !o.Active {
		if err := h.Team.EndSessions(ctx, o, ""); err != nil {
			return httpapi.Response{}, err
		}
	}
	shape, err := h.Team.Show(ctx, o, true)
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(shape)
}
