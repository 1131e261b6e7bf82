package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/recado-chat/recado/functions/admin/enroll"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

type invitationStore interface {
	Invitation(ctx context.Context, account chat.AccountID, id chat.InvitationID) (chat.Invitation, error)
	// AcceptInvitation returns Conflict with reason "exists" when the address is in use, and "version_changed" when the invitation is no
	// longer what is stored.
	AcceptInvitation(ctx context.Context, i chat.Invitation, o chat.Operator, activity *chat.Activity) error
	Stores(ctx context.Context, account chat.AccountID) ([]chat.Store, error)
}

// offer is what a link offers, by whom and in which account, and the operator that accepting it creates.
type offer struct {
	invitation chat.Invitation
	inviter    chat.Operator
	account    chat.Account
	operator   chat.OperatorID
}

// offerOf reads what the link of an invitation offers. Conflict with a reason for one that cannot be accepted any more: also one whose
// inviter may no longer give what it gives.
func (h *Handler) offerOf(ctx context.Context, text string) (offer, error) {
	var o offer
	if text == "" || len(text) > rest.IDMax {
		return o, deadLink()
	}
	token, err := h.Store.Token(ctx, enroll.InvitationToken, auth.Hash(text), h.Wall())
	if fault.Is(err, fault.NotFound) {
		return o, deadLink()
	}
	if err != nil {
		return o, fmt.Errorf("read a link's token: %w", err)
	}
	o.operator = token.OperatorID
	o.invitation, err = h.Store.Invitation(ctx, token.AccountID, token.InvitationID)
	if fault.Is(err, fault.NotFound) || err == nil && o.invitation.TokenHash != token.Hash {
		return o, h.spent(ctx, token, err == nil)
	}
	if err != nil {
		return o, fmt.Errorf("read invitation %s: %w", token.InvitationID, err)
	}
	if !h.Now().Before(o.invitation.ExpiresAt) {
		return o, refused("expired")
	}
	if o.account, err = h.Store.Account(ctx, token.AccountID); err != nil {
		return o, fmt.Errorf("read account %s: %w", token.AccountID, err)
	}
	o.inviter, err = h.Store.Operator(ctx, token.AccountID, o.invitation.InviterID)
	if err != nil {
		return o, fmt.Errorf("read operator %s: %w", o.invitation.InviterID, err)
	}
	stores, err := h.Store.Stores(ctx, token.AccountID)
	if err != nil {
		return o, fmt.Errorf("read stores: %w", err)
	}
	gone := func(id chat.StoreID) bool {
		return !slices.ContainsFunc(stores, func(s chat.Store) bool { return s.ID == id })
	}
	if !permission.MayInvite(o.inviter, o.invitation) || slices.ContainsFunc(o.invitation.StoreIDs, gone) {
		return o, refused("revoked")
	}
	return o, h.free(ctx, o.invitation.Email)
}

// spent is why a link is not the one of a pending invitation.
func (h *Handler) spent(ctx context.Context, token dynamo.Token, pending bool) error {
	_, err := h.Store.Operator(ctx, token.AccountID, token.OperatorID)
	switch {
	case err == nil:
		return refused("used")
	case !fault.Is(err, fault.NotFound):
		return fmt.Errorf("read operator %s: %w", token.OperatorID, err)
	case pending:
		return refused("replaced")
	}
	return refused("revoked")
}

func refused(why string) error {
	return fault.New(fault.Conflict, "invitation %s", why).WithField("token").WithReason("invitation_" + why)
}

// free returns Conflict with reason "exists" for an address that signs somebody in.
func (h *Handler) free(ctx context.Context, address string) error {
	_, err := h.Store.OperatorByEmail(ctx, address)
	switch {
	case err == nil:
		return fault.New(fault.Conflict, "e-mail address already in use").WithField("token").WithReason(chat.ConflictExists)
	case !fault.Is(err, fault.NotFound):
		return fmt.Errorf("look for the address: %w", err)
	}
	return nil
}

// showInvitation tells who opens a link what it offers.
func (h *Handler) showInvitation(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.Token
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	o, err := h.offerOf(ctx, body.Token)
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(present.InvitationOffer(o.invitation, o.inviter, o.account))
}

// acceptInvitation creates the operator of an invitation, with exactly what it offers, and signs them in. It may be repeated: an attempt that
// died left at most a password in the vault.
func (h *Handler) acceptInvitation(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.InvitationAcceptance
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	name, err := rest.Name("name", body.Name)
	if err != nil {
		return httpapi.Response{}, err
	}
	offered, err := h.offerOf(ctx, body.Token)
	if err != nil {
		return httpapi.Response{}, err
	}
	o := offered.invitation.Operator(offered.operator, h.Now())
	o.Name, o.Language = name, offered.account.Language
	if body.Language != "" {
		if o.Language, err = rest.Language("language", body.Language); err != nil {
			return httpapi.Response{}, err
		}
	}
	if err := enroll.CheckPassword(body.Password, o.Email, o.Name, offered.account.Name); err != nil {
		return httpapi.Response{}, err
	}
	release, err := h.Enroll.Reserve(ctx, o.Email)
	if err != nil {
		return httpapi.Response{}, err
	}
	err = h.join(ctx, c, offered.invitation, &o, body.Password)
	if err := errors.Join(err, release()); err != nil {
		if _, why := h.offerOf(ctx, body.Token); why != nil && fault.As(err).Reason == chat.ConflictVersionChanged {
			err = why
		}
		return httpapi.Response{}, err
	}
	return h.signInAs(ctx, c, o, offered.account, body.Client, http.StatusCreated)
}

// join writes the operator after the vault has their password. The address is reserved: it is free until then, or its password stays.
func (h *Handler) join(ctx context.Context, c *rest.Call, i chat.Invitation, o *chat.Operator, password string) error {
	err := h.free(ctx, o.Email)
	if err != nil {
		return err
	}
	if o.Subject, err = h.Enroll.SetPassword(ctx, o.Email, password); err != nil {
		return err
	}
	err = h.Store.AcceptInvitation(ctx, i, *o, h.activityOf(c, *o, "invitation.accepted"))
	if fault.Is(err, fault.Conflict) && fault.As(err).Reason == chat.ConflictExists {
		return h.Enroll.UnlessOurs(ctx, *o, err)
	}
	return err
}
