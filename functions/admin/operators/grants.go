package operators

import (
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi/rest"
)

// applyGrants changes the stores of an operator who was before, to those asked for and to what their role needs.
//   - Nobody limits the owner.
//   - A caller who does not see every store decides about their own stores only: what the operator has elsewhere stays, and an operator
//     who has every store keeps them.
func (h *Handler) applyGrants(ctx context.Context, c *rest.Call, before chat.Operator, o *chat.Operator, asked *[]string) error {
	if asked == nil && (before.Role == o.Role || len(o.StoreIDs) > 0) {
		return nil
	}
	limits := asked != nil && len(*asked) > 0
	switch {
	case o.Role == chat.Owner && limits:
		return fault.New(fault.Conflict, "the owner has every store").WithField("storeIds").WithReason("owner")
	case c.Scope().Every() || !before.ServesEveryStore():
	case limits || !o.ServesEveryStore():
		return beyondScope()
	default:
		return nil
	}
	var err error
	o.StoreIDs, err = h.grants(ctx, c, *o, asked)
	return err
}

// grants returns the stores of an operator who has o.StoreIDs and is to have those asked for. NotFound for one that does not exist or
// that the caller does not see. A role that sees only its own stores gets the account's first store when none is named, or the caller's
// first one if the caller does not see every store.
func (h *Handler) grants(ctx context.Context, c *rest.Call, o chat.Operator, asked *[]string) ([]chat.StoreID, error) {
	scope := c.Scope()
	var granted []chat.StoreID
	if !scope.Every() {
		granted = slices.DeleteFunc(slices.Clone(o.StoreIDs), scope.Store)
	}
	if asked != nil && len(*asked) > 0 {
		stores, err := h.Store.Stores(ctx, c.Account.ID)
		if err != nil {
			return nil, fmt.Errorf("read stores: %w", err)
		}
		for _, text := range *asked {
			id := chat.StoreID(text)
			if slices.Contains(granted, id) {
				continue
			}
			if !scope.Store(id) || !slices.ContainsFunc(stores, func(s chat.Store) bool { return s.ID == id }) {
				return nil, rest.NoStore()
			}
			granted = append(granted, id)
		}
	}
	o.StoreIDs = granted
	switch {
	case len(granted) > 0:
	case o.ServesEveryStore() && !scope.Every():
		return nil, beyondScope()
	case o.ServesEveryStore():
	case scope.Every():
		granted = []chat.StoreID{c.Account.StoreID}
	default:
		granted = []chat.StoreID{c.Operator.StoreIDs[0]}
	}
	return granted, nil
}

// beyondScope is the fault of a caller who is limited to stores and wants to decide about all of them.
func beyondScope() error {
	return fault.New(fault.Forbidden, "only somebody who sees every store decides this").WithField("storeIds").WithReason("scope")
}
