package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/dynamo"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
)

type tokenStore interface {
	PutToken(ctx context.Context, t dynamo.Token) error
	// TakeToken gives a token once; NotFound when it is unknown, used or expired.
	TakeToken(ctx context.Context, kind, hash string, now time.Time) (dynamo.Token, error)
	PutMail(ctx context.Context, m chat.Mail) error
}

// linkKind is a link that we mail, which works once.
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

// link makes a link's token, and the mail that is to carry it.
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

// take uses a link up and answers whose it was.
func (h *Handler) take(ctx context.Context, kind linkKind, token string) (chat.Operator, error) {
	dead := invalid("token", "this link does not work any more: ask for a new one")
	if token == "" || len(token) > idMax {
		return chat.Operator{}, dead
	}
	taken, err := h.Store.TakeToken(ctx, kind.token, auth.Hash(token), h.Wall())
	if fault.Is(err, fault.NotFound) {
		return chat.Operator{}, dead
	}
	if err != nil {
		return chat.Operator{}, fmt.Errorf("take a link's token: %w", err)
	}
	o, err := h.Store.Operator(ctx, taken.AccountID, taken.OperatorID)
	if fault.Is(err, fault.NotFound) {
		return o, dead
	}
	if err != nil {
		return o, fmt.Errorf("read operator %s: %w", taken.OperatorID, err)
	}
	return o, nil
}

// verify proves that the owner of an address has it.
func (h *Handler) verify(ctx context.Context, c *call) (httpapi.Response, error) {
	var body struct {
		Token string `json:"token"`
	}
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	o, err := h.take(ctx, verifyLink, body.Token)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := h.markVerified(ctx, c, o, "operator.verified"); err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.Empty(http.StatusNoContent), nil
}

// markVerified notes that the address is the operator's, and what they did to show it.
func (h *Handler) markVerified(ctx context.Context, c *call, o chat.Operator, action string) error {
	_, err := h.changeOperator(ctx, o.AccountID, o.ID, func(o *chat.Operator) (*chat.Activity, error) {
		o.EmailVerified = true
		by := *c
		by.caller = caller{operator: *o, account: chat.Account{ID: o.AccountID}}
		return h.activity(&by, action, operatorTarget(o.ID)), nil
	})
	return err
}

// resendVerification mails another link, of which the newest and the older ones all work.
func (h *Handler) resendVerification(ctx context.Context, c *call) (httpapi.Response, error) {
	if err := h.throttle.count(ctx, limit{"verify " + string(c.operator.ID), linksPerEmail, linksWindow}); err != nil {
		return httpapi.Response{}, err
	}
	if !c.operator.EmailVerified {
		if err := h.sendLink(ctx, c.operator, verifyLink); err != nil {
			return httpapi.Response{}, err
		}
	}
	return httpapi.JSON(http.StatusAccepted, struct{}{})
}

// forgot mails a link to set a new password. It answers the same after the same time, whether or not the address is known.
func (h *Handler) forgot(ctx context.Context, c *call) (httpapi.Response, error) {
	var body struct {
		Email string `json:"email"`
	}
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	address, err := email(body.Email)
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
	return httpapi.JSON(http.StatusAccepted, struct{}{})
}

func (h *Handler) mailReset(ctx context.Context, c *call, address string) error {
	err := h.throttle.count(ctx,
		limit{"forgot email " + auth.Hash(address), linksPerEmail, linksWindow}, limit{"forgot ip " + c.IP, linksPerIP, linksWindow})
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

// reset sets a new password for whoever has the link, and ends all sessions.
func (h *Handler) reset(ctx context.Context, c *call) (httpapi.Response, error) {
	var body struct {
		Token    string `json:"token"`
		Password string `json:"password"`
	}
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	if err := password(body.Password); err != nil {
		return httpapi.Response{}, err
	}
	o, err := h.take(ctx, resetLink, body.Token)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := h.Vault.SetPassword(ctx, o.Email, body.Password); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.endSessions(ctx, o, ""); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.markVerified(ctx, c, o, "operator.password_reset"); err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.Empty(http.StatusNoContent), nil
}
