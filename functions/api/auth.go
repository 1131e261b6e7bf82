package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

type accountStore interface {
	// CreateAccount answers Conflict with reason "exists" when the e-mail address is somebody's.
	CreateAccount(ctx context.Context, a chat.Account, s chat.Store, o chat.Operator, verification *chat.Mail) error
	Account(ctx context.Context, id chat.AccountID) (chat.Account, error)
	UpdateAccount(ctx context.Context, before, after chat.Account, activity *chat.Activity, job *chat.Job) error
}

// exists is the reason of a conflict with what is there already.
const exists = "exists"

// sessionLasts is how long somebody stays signed in.
const sessionLasts = 30 * 24 * time.Hour

// The limits of those who try. Failures of sign-in count, and every account made and every link asked for.
const (
	attemptsWindow   = 10 * time.Minute
	failuresPerEmail = 10
	failuresPerIP    = 100
	accountsPerIP    = 300
	linksWindow      = time.Hour
	linksPerEmail    = 5
	linksPerIP       = 100
)

// signUpTakes is how long nobody else may sign up with the same address: longer than the function may run.
const signUpTakes = 30 * time.Second

// checkSignUp checks the body and completes it with what was left out.
func checkSignUp(b *wire.SignUp) error {
	var err error
	if b.AccountName, err = name("accountName", b.AccountName); err != nil {
		return err
	}
	if b.Name, err = name("name", b.Name); err != nil {
		return err
	}
	if b.Email, err = email(b.Email); err != nil {
		return err
	}
	if err := password(b.Password); err != nil {
		return err
	}
	if b.Language == "" {
		b.Language = chat.Spanish
	}
	if _, err := language("language", b.Language); err != nil {
		return err
	}
	if b.TimeZone == "" {
		b.TimeZone = "UTC"
	}
	b.TimeZone, err = timeZone(b.TimeZone)
	return err
}

// signUp makes an account with its first store and its owner. One that died in the middle left at most a password in the vault:
// it may be repeated.
func (h *Handler) signUp(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.SignUp
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	if err := checkSignUp(&body); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.throttle.count(ctx, limit{"sign-up ip " + httpapi.Place(c.IP), accountsPerIP, attemptsWindow}); err != nil {
		return httpapi.Response{}, err
	}
	release, err := h.reserve(ctx, body.Email)
	if err != nil {
		return httpapi.Response{}, err
	}
	account, owner, err := h.found(ctx, body)
	if releaseErr := release(); err == nil {
		err = releaseErr
	}
	if err != nil {
		return httpapi.Response{}, err
	}
	return h.signInAs(ctx, c, owner, account, body.Client, http.StatusCreated)
}

// reserve keeps two sign-ups with one address apart: the second one's password must not open the first one's account.
func (h *Handler) reserve(ctx context.Context, address string) (release func() error, err error) {
	key := "sign-up " + auth.Hash(address)
	now := h.Wall()
	stored, err := h.Store.BeginAnswer(ctx, key, "", now, now.Add(signUpTakes))
	if err != nil {
		return nil, fmt.Errorf("reserve an address: %w", err)
	}
	if stored != nil {
		return nil, fault.New(fault.Unavailable, "somebody is signing up with this address").WithReason("in_progress")
	}
	return func() error {
		if err := h.Store.AbandonAnswer(ctx, key); err != nil {
			return fmt.Errorf("release an address: %w", err)
		}
		return nil
	}, nil
}

// found writes the account, in one transaction, after the vault knows its owner.
func (h *Handler) found(ctx context.Context, body wire.SignUp) (chat.Account, chat.Operator, error) {
	taken := fault.New(fault.Conflict, "this e-mail address is taken").WithField("email").WithReason(exists)
	_, err := h.Store.OperatorByEmail(ctx, body.Email)
	if err == nil {
		return chat.Account{}, chat.Operator{}, taken
	}
	if !fault.Is(err, fault.NotFound) {
		return chat.Account{}, chat.Operator{}, fmt.Errorf("look for the address: %w", err)
	}
	subject, err := h.admitToVault(ctx, body.Email, body.Password)
	if err != nil {
		return chat.Account{}, chat.Operator{}, err
	}
	now := h.Now()
	account := chat.Account{
		ID: chat.AccountID(chat.NewID(now)), Name: body.AccountName, StoreID: chat.StoreID(chat.NewID(now)),
		TimeZone: body.TimeZone, Language: body.Language,
		Distribution: chat.Distribution{Mode: chat.DistributeToGroups}, InboxShards: 1, CreatedAt: now, Version: 1,
	}
	store := chat.Store{ID: account.StoreID, AccountID: account.ID, Name: body.AccountName, CreatedAt: now, Version: 1}
	owner := chat.Operator{
		ID: chat.OperatorID(chat.NewID(now)), AccountID: account.ID, Name: body.Name, Email: body.Email, Role: chat.Owner,
		Availability: chat.Away, Capacity: chat.DefaultCapacity, Languages: []chat.Language{account.Language},
		Language: account.Language, Active: true, Subject: subject, CreatedAt: now, Version: 1,
	}
	mail, err := h.link(ctx, owner, verifyLink)
	if err != nil {
		return account, owner, err
	}
	err = h.Store.CreateAccount(ctx, account, store, owner, &mail)
	if fault.Is(err, fault.Conflict) && fault.As(err).Reason == exists {
		return account, owner, h.unlessOurs(ctx, owner, taken)
	}
	if err != nil {
		return account, owner, fmt.Errorf("create account %s: %w", account.ID, err)
	}
	return account, owner, nil
}

// admitToVault gives an address that is nobody's a password, whether or not the vault has seen it before.
func (h *Handler) admitToVault(ctx context.Context, address, password string) (subject string, err error) {
	subject, err = h.Vault.Create(ctx, address, password)
	if err == nil || !fault.Is(err, fault.Conflict) {
		return subject, err
	}
	if err := h.Vault.SetPassword(ctx, address, password); err != nil {
		return "", err
	}
	return h.Vault.Check(ctx, address, password)
}

// signIn tells nobody whether an address exists: the vault is asked in any case, and a wrong password, an unknown address and
// a person who may not come in get the same answer.
func (h *Handler) signIn(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.SignIn
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	address, err := email(body.Email)
	if err != nil {
		return httpapi.Response{}, err
	}
	if body.Password == "" || len(body.Password) > passwordMax {
		return httpapi.Response{}, invalid("password", "a password is needed")
	}
	limits := []limit{
		{"sign-in email " + auth.Hash(address), failuresPerEmail, attemptsWindow},
		{"sign-in ip " + httpapi.Place(c.IP), failuresPerIP, attemptsWindow},
	}
	forgive, err := h.throttle.try(ctx, limits...)
	if err != nil {
		return httpapi.Response{}, err
	}
	operator, err := h.known(ctx, address, body.Password)
	if err != nil {
		return httpapi.Response{}, err
	}
	if err := forgive(ctx); err != nil {
		return httpapi.Response{}, err
	}
	account, err := h.Store.Account(ctx, operator.AccountID)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read account %s: %w", operator.AccountID, err)
	}
	return h.signInAs(ctx, c, operator, account, body.Client, http.StatusOK)
}

// known is the operator of an address and its password.
func (h *Handler) known(ctx context.Context, address, password string) (chat.Operator, error) {
	wrong := fault.New(fault.Unauthenticated, "the e-mail address or the password is wrong")
	if _, err := h.Vault.Check(ctx, address, password); fault.Is(err, fault.Unauthenticated) {
		return chat.Operator{}, wrong.WithCause(err)
	} else if err != nil {
		return chat.Operator{}, err
	}
	operator, err := h.Store.OperatorByEmail(ctx, address)
	if fault.Is(err, fault.NotFound) || err == nil && !operator.Active {
		return chat.Operator{}, wrong
	}
	if err != nil {
		return chat.Operator{}, fmt.Errorf("look for the address: %w", err)
	}
	return operator, nil
}

// signInAs begins a session. A browser gets it as a cookie, an API client in the answer.
func (h *Handler) signInAs(ctx context.Context, c *call, o chat.Operator, a chat.Account, client wire.Client, status int) (httpapi.Response, error) {
	token, now := auth.NewToken(), h.Wall()
	session := chat.Session{
		Hash: auth.Hash(token), AccountID: a.ID, OperatorID: o.ID, CreatedAt: now, LastSeenAt: now,
		ExpiresAt: now.Add(sessionLasts), UserAgent: cut(c.UserAgent, 300), IP: c.IP,
	}
	if err := h.Store.PutSession(ctx, session); err != nil {
		return httpapi.Response{}, fmt.Errorf("begin a session: %w", err)
	}
	c.caller = caller{session: session, operator: o, account: a}
	if client == wire.ClientAPI {
		return httpapi.JSON(status, present.SignedIn(o, a, token))
	}
	response, err := httpapi.JSON(status, present.SignedIn(o, a, ""))
	response.Cookies = []string{auth.SessionCookie(token, session.ExpiresAt, h.secure)}
	return response, err
}

// signOut ends the session, if there still is one: it always works.
func (h *Handler) signOut(ctx context.Context, c *call) (httpapi.Response, error) {
	token := auth.TokenFromHeader(c.Header.Get("Authorization"))
	if token == "" {
		token = auth.TokenFromCookies(c.Cookies)
	}
	response := httpapi.Empty(http.StatusNoContent)
	response.Cookies = []string{auth.EndedCookie(h.secure)}
	if token == "" {
		return response, nil
	}
	session, err := h.Store.Session(ctx, auth.Hash(token))
	if fault.Is(err, fault.NotFound) {
		return response, nil
	}
	if err != nil {
		return response, fmt.Errorf("read the session: %w", err)
	}
	if err := h.endSession(ctx, session); err != nil {
		return response, err
	}
	return response, nil
}

func (h *Handler) endSession(ctx context.Context, s chat.Session) error {
	err := h.Store.DeleteSession(ctx, s.AccountID, s.OperatorID, s.Hash)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return fmt.Errorf("end a session: %w", err)
	}
	h.callers.forget()
	return nil
}

// cut bounds what a client says of itself.
func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
