package signin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/recado-chat/recado/functions/admin/enroll"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/httpapi/team"
	"github.com/recado-chat/recado/shared/wire"
)

type tokenStore interface {
	PutToken(ctx context.Context, t dynamo.Token) error
	// Token reads a token. It returns NotFound for a token that is unknown, used or expired.
	Token(ctx context.Context, kind, hash string, now time.Time) (dynamo.Token, error)
	// TakeToken reads and consumes a token. It returns NotFound for a token that is unknown, used or expired.
	TakeToken(ctx context.Context, kind, hash string, now time.Time) (dynamo.Token, error)
	// RedeemToken consumes a token in the same transaction as the operator's change. It returns NotFound for an unknown or used token,
	// and Conflict when the operator has changed since before.
	RedeemToken(ctx context.Context, kind, hash string, before, after chat.Operator, activity *chat.Activity) error
	PutMail(ctx context.Context, m chat.Mail) error
}

// linkKind is a kind of single-use link sent by mail.
type linkKind struct {
	token    string
	template chat.MailTemplate
	path     string
	lasts    time.Duration
}

var (
	verifyLink = linkKind{"verify", chat.MailVerify, "/verify", 7 * 24 * time.Hour}
	resetLink  = linkKind{"reset", chat.MailReset, "/reset", time.Hour}
)

// link makes the token of a link and the mail that carries it.
func (h *Handler) link(ctx context.Context, o chat.Operator, kind linkKind) (chat.Mail, error) {
	token, now := auth.NewToken(), h.Now()
	err := h.Store.PutToken(ctx, dynamo.Token{
		Hash: auth.Hash(token), Kind: kind.token, AccountID: o.AccountID, OperatorID: o.ID, ExpiresAt: h.Wall().Add(kind.lasts),
	})
	if err != nil {
		return chat.Mail{}, fmt.Errorf("keep a link's token: %w", err)
	}
	return chat.Mail{
		ID: chat.NewID(now), AccountID: o.AccountID, To: o.Email, Template: kind.template, Language: o.Language,
		Params: map[string]string{"url": h.PublicURL + kind.path + "?token=" + url.QueryEscape(token), "name": o.Name},
		State:  chat.MailQueued, CreatedAt: now, Version: 1,
	}, nil
}

func (h *Handler) sendLink(ctx context.Context, o chat.Operator, kind linkKind) error {
	mail, err := h.link(ctx, o, kind)
	if err != nil {
		return err
	}
	if err := h.Store.PutMail(ctx, mail); err != nil {
		return fmt.Errorf("queue a mail: %w", err)
	}
	return nil
}

// whose finds the operator of a link. The link stays valid until the change is written, so that a request whose process died can be
// repeated.
func (h *Handler) whose(ctx context.Context, kind linkKind, token string) (chat.Operator, error) {
	if token == "" || len(token) > rest.IDMax {
		return chat.Operator{}, deadLink()
	}
	found, err := h.Store.Token(ctx, kind.token, auth.Hash(token), h.Wall())
	if fault.Is(err, fault.NotFound) {
		return chat.Operator{}, deadLink()
	}
	if err != nil {
		return chat.Operator{}, fmt.Errorf("read a link's token: %w", err)
	}
	o, err := h.Store.Operator(ctx, found.AccountID, found.OperatorID)
	if fault.Is(err, fault.NotFound) {
		return o, deadLink()
	}
	if err != nil {
		return o, fmt.Errorf("read operator %s: %w", found.OperatorID, err)
	}
	if issued := found.ExpiresAt.Add(-kind.lasts); kind.token == resetLink.token && issued.Before(o.PasswordAt) {
		return o, deadLink()
	}
	return o, nil
}

// useUp consumes a link. Of two concurrent requests with one link, the second fails.
func (h *Handler) useUp(ctx context.Context, kind linkKind, token string) error {
	_, err := h.Store.TakeToken(ctx, kind.token, auth.Hash(token), h.Wall())
	if fault.Is(err, fault.NotFound) {
		return deadLink()
	}
	if err != nil {
		return fmt.Errorf("take a link's token: %w", err)
	}
	return nil
}

func deadLink() error {
	return rest.Invalid("token", "link expired or already used, request a new one")
}

// verify confirms the operator's e-mail address.
func (h *Handler) verify(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.Token
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	o, err := h.whose(ctx, verifyLink, body.Token)
	if err != nil {
		return httpapi.Response{}, err
	}
	if !o.EmailVerified {
		if err := h.markVerified(ctx, c, o); err != nil {
			return httpapi.Response{}, err
		}
	}
	if err := h.useUp(ctx, verifyLink, body.Token); err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.Empty(http.StatusNoContent), nil
}

// markVerified records that the address is verified.
func (h *Handler) markVerified(ctx context.Context, c *rest.Call, o chat.Operator) error {
	_, err := h.Team.Change(ctx, o.AccountID, o.ID, func(o *chat.Operator) (*chat.Activity, error) {
		o.EmailVerified = true
		return h.activityOf(c, *o, "operator.verified"), nil
	})
	return err
}

// resendVerification mails another verification link. Earlier links stay valid.
func (h *Handler) resendVerification(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	if err := h.throttle.Count(ctx, enroll.Limit{Key: "verify " + string(c.Operator.ID), Most: linksPerEmail, Window: linksWindow}); err != nil {
		return httpapi.Response{}, err
	}
	if !c.Operator.EmailVerified {
		if err := h.sendLink(ctx, c.Operator, verifyLink); err != nil {
			return httpapi.Response{}, err
		}
	}
	return httpapi.JSON(http.StatusAccepted, wire.Empty{})
}

// forgot mails a link to set a new password. Response and duration are the same whether or not the address exists.
func (h *Handler) forgot(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.Forgot
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	address, err := rest.Email(body.Email)
	if err != nil {
		return httpapi.Response{}, err
	}
	timer := time.NewTimer(h.ForgotTakes)
	defer timer.Stop()
	if err := h.mailReset(ctx, c, address); err != nil {
		return httpapi.Response{}, err
	}
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return httpapi.JSON(http.StatusAccepted, wire.Empty{})
}

func (h *Handler) mailReset(ctx context.Context, c *rest.Call, address string) error {
	err := h.throttle.Count(ctx,
		enroll.Limit{Key: "forgot ip " + httpapi.Place(c.IP), Most: linksPerIP, Window: linksWindow},
		enroll.Limit{Key: "forgot email " + auth.Hash(address), Most: linksPerEmail, Window: linksWindow})
	if fault.Is(err, fault.RateLimited) {
		return nil
	}
	if err != nil {
		return err
	}
	o, err := h.Store.OperatorByEmail(ctx, address)
	if fault.Is(err, fault.NotFound) || err == nil && !o.Active {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the address: %w", err)
	}
	return h.sendLink(ctx, o, resetLink)
}

// reset sets a new password with a link and ends all sessions. Using one link invalidates all links mailed before. The browser becomes a
// known one, whatever attempts from elsewhere are counted.
func (h *Handler) reset(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.Reset
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	o, err := h.whose(ctx, resetLink, body.Token)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := enroll.CheckPassword(body.Password, o.Email, o.Name); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Vault.SetPassword(ctx, o.Email, body.Password); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Team.EndSessions(ctx, o, ""); err != nil {
		return httpapi.Response{}, err
	}
	err = rest.Retry(func() error { return h.redeemReset(ctx, c, o, body.Token) })
	if fault.Is(err, fault.NotFound) {
		return httpapi.Response{}, deadLink()
	}
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("redeem a link of operator %s: %w", o.ID, err)
	}
	known, err := h.deviceCookie(ctx, c, o.Email)
	if err != nil {
		return httpapi.Response{}, err
	}
	response := httpapi.Empty(http.StatusNoContent)
	response.Cookies = []string{known}
	return response, nil
}

// redeemReset consumes the link and marks the address as verified, because the link was mailed to it.
func (h *Handler) redeemReset(ctx context.Context, c *rest.Call, o chat.Operator, token string) error {
	before, err := h.Store.Operator(ctx, o.AccountID, o.ID)
	if err != nil {
		return fmt.Errorf("read operator %s: %w", o.ID, err)
	}
	after := before
	after.EmailVerified, after.PasswordAt = true, h.Wall()
	err = h.Store.RedeemToken(ctx, resetLink.token, auth.Hash(token), before, after, h.activityOf(c, after, "operator.password_reset"))
	h.Forget()
	return err
}

// activityOf is the activity-log entry of an operator who is identified by a link.
func (h *Handler) activityOf(c *rest.Call, o chat.Operator, action string) *chat.Activity {
	by := *c
	by.Caller = rest.Caller{Operator: o, Account: chat.Account{ID: o.AccountID}}
	return h.Activity(&by, action, team.Target(o.ID))
}
