package operators

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Limits of invitations. Each is a mail to an address that its owner did not give us, and a caller could look for known addresses.
const (
	invitedAtOnce      = 20
	InvitedPerAccount  = 60 // in an hour
	InvitedPerAddress  = 5  // in a day, by all accounts together
	InvitationsPending = 200
)

type invitationStore interface {
	Invitations(ctx context.Context, account chat.AccountID) ([]chat.Invitation, error)
	Invitation(ctx context.Context, account chat.AccountID, id chat.InvitationID) (chat.Invitation, error)
	// PutInvitation returns Conflict with reason "exists" when this mail was stored before, and "version_changed" when before is no longer
	// what is stored.
	PutInvitation(ctx context.Context, before *chat.Invitation, i chat.Invitation, mail chat.Mail, activity *chat.Activity) error
	// RevokeInvitation returns Conflict with reason "version_changed" when the invitation is no longer what is stored.
	RevokeInvitation(ctx context.Context, i chat.Invitation, activity *chat.Activity) error
	PutToken(ctx context.Context, t dynamo.Token) error
	Operators(ctx context.Context, account chat.AccountID) ([]chat.Operator, error)
}

func (h *Handler) invitationRoutes() []rest.Route {
	manage := rest.May(permission.OperatorManage)
	return []rest.Route{
		{
			Method: http.MethodPost, Pattern: "/api/v1/invitations", Access: manage, Handle: h.invite,
			Status: http.StatusOK, Summary: "Invite people by e-mail", Body: wire.NewInvitations{}, Answer: wire.Invited{}, Creates: true,
		},
		{
			Method: http.MethodGet, Pattern: "/api/v1/invitations", Access: manage, Handle: h.listInvitations,
			Status: http.StatusOK, Summary: "The pending invitations, newest first", Answer: wire.List[wire.Invitation]{}, Query: wire.Rest{},
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/invitations/{id}/resend", Access: manage, Handle: h.resendInvitation,
			Status: http.StatusOK, Summary: "Send an invitation again, with a new link", Answer: wire.Invitation{},
		},
		{
			Method: http.MethodDelete, Pattern: "/api/v1/invitations/{id}", Access: manage, Handle: h.revokeInvitation,
			Status: http.StatusNoContent, Summary: "Revoke an invitation",
		},
	}
}

// invite sends an invitation to each address. A call that died is repeated without a second mail to those whom it had invited.
func (h *Handler) invite(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.NewInvitations
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	if n := len(body.Emails); n == 0 || n > invitedAtOnce {
		return httpapi.Response{}, rest.Invalid("emails", "must be 1 to %d addresses", invitedAtOnce)
	}
	offer, err := h.offer(ctx, c, body)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := h.requireVerifiedOwner(ctx, c); err != nil {
		return httpapi.Response{}, err
	}
	pending, err := h.Store.Invitations(ctx, c.Account.ID)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read invitations: %w", err)
	}
	known := map[chat.InvitationID]bool{}
	for _, i := range pending {
		known[i.ID] = true
	}
	call, done, results := h.NewID(c, "invitation"), map[string]bool{}, []wire.InvitationResult{}
	for _, text := range body.Emails {
		email, err := rest.Email(text)
		if err != nil {
			results = append(results, wire.InvitationResult{Email: text, Status: wire.InvitationInvalid})
			continue
		}
		if done[email] {
			continue
		}
		done[email] = true
		i := offer
		i.ID, i.Email = chat.InvitationIDOf(c.Account.ID, email), email
		result := wire.InvitationResult{Email: email, Status: wire.InvitationLimited}
		if known[i.ID] || len(known) < InvitationsPending {
			if result.Status, err = statusOf(h.send(ctx, c, &i, call)); err != nil {
				return httpapi.Response{}, err
			}
		}
		if result.Status == wire.InvitationSent {
			known[i.ID] = true
			sent := present.Invitation(i)
			result.Invitation = &sent
		}
		results = append(results, result)
	}
	return rest.OK(wire.Invited{Results: results})
}

// offer is what each invitation of a call gives.
func (h *Handler) offer(ctx context.Context, c *rest.Call, body wire.NewInvitations) (i chat.Invitation, err error) {
	i = chat.Invitation{AccountID: c.Account.ID, Languages: []chat.Language{c.Account.Language}}
	if body.Role == nil {
		return i, rest.Invalid("role", "role is required")
	}
	if i.Role, err = role(chat.Role(*body.Role), ""); err != nil {
		return i, err
	}
	if body.Languages != nil {
		if i.Languages, err = rest.Languages(*body.Languages); err != nil {
			return i, err
		}
	}
	i.StoreIDs, err = h.grants(ctx, c, chat.Operator{Role: i.Role}, body.StoreIDs)
	return i, err
}

// requireVerifiedOwner returns Conflict with reason "owner_unverified" until the account's owner has proved their address.
func (h *Handler) requireVerifiedOwner(ctx context.Context, c *rest.Call) error {
	if c.Operator.Role == chat.Owner && c.Operator.EmailVerified {
		return nil
	}
	// Another process may have verified the address after this one read its caller.
	operators, err := h.Store.Operators(ctx, c.Account.ID)
	if err != nil {
		return fmt.Errorf("read operators: %w", err)
	}
	if slices.ContainsFunc(operators, func(o chat.Operator) bool { return o.Role == chat.Owner && o.EmailVerified }) {
		return nil
	}
	return fault.New(fault.Conflict, "the owner's e-mail address is not verified").WithReason("owner_unverified")
}

func (h *Handler) listInvitations(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	pending, err := h.Store.Invitations(ctx, c.Account.ID)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read invitations: %w", err)
	}
	pending = slices.DeleteFunc(pending, func(i chat.Invitation) bool { return !c.Scope().Invitation(i) })
	slices.SortFunc(pending, func(a, b chat.Invitation) int { return b.SentAt.Compare(a.SentAt) })
	return rest.Whole(ctx, h.Server, c, "invitations", pending, func(i chat.Invitation) string { return string(i.ID) }, present.Invitation)
}

// invitation reads the invitation that the path's id names. NotFound if the caller does not see every store that it grants.
func (h *Handler) invitation(ctx context.Context, c *rest.Call) (chat.Invitation, error) {
	i, err := h.Store.Invitation(ctx, c.Account.ID, chat.InvitationID(c.Param("id")))
	if err != nil {
		return i, fmt.Errorf("read the invitation: %w", err)
	}
	if !c.Scope().Invitation(i) {
		return i, fault.New(fault.NotFound, "invitation not found")
	}
	return i, nil
}

// resendInvitation sends an invitation as it is. The caller becomes its inviter.
func (h *Handler) resendInvitation(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	i, err := h.invitation(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := h.requireVerifiedOwner(ctx, c); err != nil {
		return httpapi.Response{}, err
	}
	template, err := h.admit(ctx, i)
	if err != nil {
		return httpapi.Response{}, err
	}
	err = rest.Retry(func() error {
		before, err := h.invitation(ctx, c)
		if err != nil {
			return err
		}
		i = before
		return h.put(ctx, c, &before, &i, template, chat.NewID(h.Now()))
	})
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(present.Invitation(i))
}

func (h *Handler) revokeInvitation(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	err := rest.Retry(func() error {
		i, err := h.invitation(ctx, c)
		if err != nil {
			return err
		}
		return h.Store.RevokeInvitation(ctx, i, h.Activity(c, "invitation.revoked", target(i.ID)))
	})
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.Empty(http.StatusNoContent), nil
}

// target names an invitation in the activity log.
func target(id chat.InvitationID) string { return "invitation/" + string(id) }
