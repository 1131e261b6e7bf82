package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

type operatorStore interface {
	Operators(ctx context.Context, account chat.AccountID) ([]chat.Operator, error)
	Operator(ctx context.Context, account chat.AccountID, id chat.OperatorID) (chat.Operator, error)
	OperatorByEmail(ctx context.Context, email string) (chat.Operator, error)
	// CreateOperator answers Conflict with reason "exists" when the e-mail address is somebody's.
	CreateOperator(ctx context.Context, o chat.Operator, activity *chat.Activity) error
	// UpdateOperator answers Conflict when before is no longer what is stored.
	UpdateOperator(ctx context.Context, before, after chat.Operator, activity *chat.Activity, job *chat.Job) error
	Loads(ctx context.Context, account chat.AccountID) ([]chat.Load, error)
	PutActivity(ctx context.Context, a chat.Activity) error
}

func operatorTarget(id chat.OperatorID) string { return "operator/" + string(id) }

// updateOperator reads an operator, changes and writes them. A change that gives no activity leaves everything as it is. One
// after which they may serve less starts, in the same write, the job that gives back what they do not serve any more.
func (h *Handler) updateOperator(ctx context.Context, account chat.AccountID, id chat.OperatorID, change func(*chat.Operator) (*chat.Activity, error)) (chat.Operator, error) {
	before, err := h.Store.Operator(ctx, account, id)
	if err != nil {
		return before, fmt.Errorf("read operator %s: %w", id, err)
	}
	after := before
	after.StoreIDs, after.Languages = slices.Clone(before.StoreIDs), slices.Clone(before.Languages)
	activity, err := change(&after)
	if err != nil || activity == nil {
		return before, err
	}
	if err := h.Store.UpdateOperator(ctx, before, after, activity, h.released(before, after)); err != nil {
		return before, fmt.Errorf("write operator %s: %w", id, err)
	}
	h.callers.forget()
	after.Version = before.Version + 1
	return after, nil
}

// released is the job for an operator who may serve less than before, or nil.
func (h *Handler) released(before, after chat.Operator) *chat.Job {
	if !before.Active || after.Active && before.Role == after.Role && slices.Equal(before.StoreIDs, after.StoreIDs) {
		return nil
	}
	now := h.Now()
	return &chat.Job{
		ID: chat.NewID(now), AccountID: after.AccountID, Kind: chat.JobRelease, Subject: string(after.ID), CreatedAt: now, Version: 1,
	}
}

// changeOperator is updateOperator for changes that do not depend on what was read.
func (h *Handler) changeOperator(ctx context.Context, account chat.AccountID, id chat.OperatorID, change func(*chat.Operator) (*chat.Activity, error)) (o chat.Operator, err error) {
	err = again(func() error {
		o, err = h.updateOperator(ctx, account, id, change)
		return err
	})
	return o, err
}

// state is what is known of an account's operators besides themselves.
type state struct {
	open   map[chat.OperatorID]int
	online map[chat.OperatorID]bool
}

func (h *Handler) operatorState(ctx context.Context, account chat.AccountID) (state, error) {
	loads, err := h.Store.Loads(ctx, account)
	if err != nil {
		return state{}, fmt.Errorf("read loads: %w", err)
	}
	connections, err := h.Store.Connections(ctx, account)
	if err != nil {
		return state{}, fmt.Errorf("read connections: %w", err)
	}
	s := state{open: map[chat.OperatorID]int{}, online: map[chat.OperatorID]bool{}}
	for _, load := range loads {
		s.open[load.OperatorID] = load.Open
	}
	now := h.Wall()
	for _, connection := range connections {
		if now.Before(connection.ExpiresAt) {
			s.online[connection.OperatorID] = true
		}
	}
	return s, nil
}

func (s state) show(o chat.Operator, email bool) wire.Operator {
	return present.Operator(o, present.OperatorState{Open: s.open[o.ID], Online: s.online[o.ID], ShowEmail: email})
}

func (h *Handler) showOperator(ctx context.Context, o chat.Operator, email bool) (wire.Operator, error) {
	s, err := h.operatorState(ctx, o.AccountID)
	if err != nil {
		return wire.Operator{}, err
	}
	return s.show(o, email), nil
}

// listOperators shows everybody by name; addresses only to those who may manage them.
func (h *Handler) listOperators(ctx context.Context, c *call) (httpapi.Response, error) {
	operators, err := h.Store.Operators(ctx, c.account.ID)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read operators: %w", err)
	}
	s, err := h.operatorState(ctx, c.account.ID)
	if err != nil {
		return httpapi.Response{}, err
	}
	slices.SortFunc(operators, func(a, b chat.Operator) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	email := c.may(permission.OperatorManage)
	return ok(present.List(operators, "", func(o chat.Operator) wire.Operator { return s.show(o, email) }))
}

// applyOperator checks the body and writes it into o. There is one owner, who stays that and stays active.
func applyOperator(b wire.OperatorChange, o *chat.Operator) error {
	var err error
	if b.Name != nil {
		if o.Name, err = name("name", *b.Name); err != nil {
			return err
		}
	}
	if b.Role != nil && chat.Role(*b.Role) != o.Role {
		if o.Role, err = role(*b.Role, o.Role); err != nil {
			return err
		}
	}
	if b.Capacity != nil {
		if *b.Capacity < 0 || *b.Capacity > capacityMax {
			return invalid("capacity", "a number from 0 to %d", capacityMax)
		}
		o.Capacity = *b.Capacity
	}
	if b.Languages != nil {
		if o.Languages, err = languages(*b.Languages); err != nil {
			return err
		}
	}
	if b.Availability != nil {
		if o.Availability, err = availability("availability", *b.Availability); err != nil {
			return err
		}
	}
	if b.Active != nil {
		if !*b.Active && o.Role == chat.Owner {
			return fault.New(fault.Conflict, "the owner stays active").WithField("active").WithReason("owner")
		}
		o.Active = *b.Active
	}
	return nil
}

func role(to wire.AssignableRole, from chat.Role) (chat.Role, error) {
	if from == chat.Owner {
		return from, fault.New(fault.Conflict, "the owner stays the owner").WithField("role").WithReason("owner")
	}
	switch r := chat.Role(to); r {
	case chat.Admin, chat.Editor, chat.Supervisor, chat.OperatorRole, chat.ReadOnly:
		return r, nil
	case chat.Owner:
		return from, invalid("role", "an account has one owner")
	}
	return from, invalid("role", "one of admin, editor, supervisor, operator, readonly")
}

// grants checks that the stores are the account's. Those who see only their stores get the first one when none is named.
func (h *Handler) grants(ctx context.Context, account chat.Account, role chat.Role, ids *[]string) ([]chat.StoreID, error) {
	var granted []chat.StoreID
	if ids != nil && len(*ids) > 0 {
		stores, err := h.Store.Stores(ctx, account.ID)
		if err != nil {
			return nil, fmt.Errorf("read stores: %w", err)
		}
		for _, id := range *ids {
			if !slices.ContainsFunc(stores, func(s chat.Store) bool { return s.ID == chat.StoreID(id) }) {
				return nil, noStore()
			}
			if !slices.Contains(granted, chat.StoreID(id)) {
				granted = append(granted, chat.StoreID(id))
			}
		}
	}
	switch role {
	case chat.Editor, chat.OperatorRole, chat.ReadOnly:
		if len(granted) == 0 {
			granted = []chat.StoreID{account.StoreID}
		}
	case chat.Owner, chat.Admin, chat.Supervisor:
	}
	return granted, nil
}

func (h *Handler) createOperator(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.NewOperator
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	o := chat.Operator{
		ID: chat.OperatorID(h.newID(c, "operator")), AccountID: c.account.ID, Availability: chat.Away,
		Capacity: chat.DefaultCapacity, Languages: []chat.Language{c.account.Language}, Language: c.account.Language, Active: true,
		CreatedAt: h.Now(), Version: 1,
	}
	if body.Name == nil {
		return httpapi.Response{}, invalid("name", "a name is needed")
	}
	if body.Role == nil {
		return httpapi.Response{}, invalid("role", "a role is needed")
	}
	var err error
	if o.Email, err = email(body.Email); err != nil {
		return httpapi.Response{}, err
	}
	if err := password(body.Password); err != nil {
		return httpapi.Response{}, err
	}
	change := wire.OperatorChange{
		Name: body.Name, Role: body.Role, Capacity: body.Capacity, StoreIDs: body.StoreIDs, Languages: body.Languages, Availability: body.Availability,
	}
	if err := applyOperator(change, &o); err != nil {
		return httpapi.Response{}, err
	}
	if o.StoreIDs, err = h.grants(ctx, c.account, o.Role, body.StoreIDs); err != nil {
		return httpapi.Response{}, err
	}
	if o, err = h.enlist(ctx, c, o, body.Password); err != nil {
		return httpapi.Response{}, err
	}
	shape, err := h.showOperator(ctx, o, true)
	if err != nil {
		return httpapi.Response{}, err
	}
	return created(shape)
}

// enlist writes a new operator after the vault knows them. One that was enlisted by the same call before is answered again.
func (h *Handler) enlist(ctx context.Context, c *call, o chat.Operator, password string) (chat.Operator, error) {
	release, err := h.reserve(ctx, o.Email)
	if err != nil {
		return o, err
	}
	o, err = h.enlistReserved(ctx, c, o, password)
	return o, errors.Join(err, release())
}

func (h *Handler) enlistReserved(ctx context.Context, c *call, o chat.Operator, password string) (chat.Operator, error) {
	taken := fault.New(fault.Conflict, "this e-mail address is taken").WithField("email").WithReason(exists)
	known, err := h.Store.OperatorByEmail(ctx, o.Email)
	if err == nil {
		if known.AccountID == o.AccountID && known.ID == o.ID {
			return known, nil
		}
		return o, taken
	}
	if !fault.Is(err, fault.NotFound) {
		return o, fmt.Errorf("look for the address: %w", err)
	}
	if o.Subject, err = h.admitToVault(ctx, o.Email, password); err != nil {
		return o, err
	}
	err = h.Store.CreateOperator(ctx, o, h.activity(c, "operator.created", operatorTarget(o.ID)))
	if fault.Is(err, fault.Conflict) && fault.As(err).Reason == exists {
		return o, h.unlessOurs(ctx, o, taken)
	}
	if err != nil {
		return o, fmt.Errorf("create operator %s: %w", o.ID, err)
	}
	return o, nil
}

// unlessOurs forgives a refusal that our own write caused: the answer to it was lost, and it was sent again.
func (h *Handler) unlessOurs(ctx context.Context, o chat.Operator, refusal error) error {
	known, err := h.Store.OperatorByEmail(ctx, o.Email)
	if err == nil && known.AccountID == o.AccountID && known.ID == o.ID {
		return nil
	}
	return refusal
}

func (h *Handler) patchOperator(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.OperatorChange
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	o, err := h.updateOperator(ctx, c.account.ID, chat.OperatorID(c.Param("id")), func(o *chat.Operator) (*chat.Activity, error) {
		if err := stale(body.Version, o.Version); err != nil {
			return nil, err
		}
		if err := applyOperator(body, o); err != nil {
			return nil, err
		}
		if body.StoreIDs != nil || body.Role != nil && len(o.StoreIDs) == 0 {
			var err error
			if o.StoreIDs, err = h.grants(ctx, c.account, o.Role, body.StoreIDs); err != nil {
				return nil, err
			}
		}
		return h.activity(c, "operator.edited", operatorTarget(o.ID)), nil
	})
	if err != nil {
		return httpapi.Response{}, err
	}
	if !o.Active {
		if err := h.endSessions(ctx, o, ""); err != nil {
			return httpapi.Response{}, err
		}
	}
	shape, err := h.showOperator(ctx, o, true)
	if err != nil {
		return httpapi.Response{}, err
	}
	return ok(shape)
}
