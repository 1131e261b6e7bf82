// Package signin is the REST routes of authentication: sign-up, sign-in, mailed links and passwords.
package signin

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/recado-chat/recado/functions/admin/enroll"
	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/httpapi/team"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Store is what the routes read and write.
type Store interface {
	enroll.Store
	team.Store
	enroll.HitStore
	tokenStore
	invitationStore
	// CreateAccount returns Conflict with reason "exists" when the e-mail address is in use.
	CreateAccount(ctx context.Context, a chat.Account, s chat.Store, o chat.Operator, verification *chat.Mail) error
	Account(ctx context.Context, id chat.AccountID) (chat.Account, error)
	PutSession(ctx context.Context, s chat.Session) error
	PutActivity(ctx context.Context, a chat.Activity) error
}

// Handler answers the routes.
type Handler struct {
	*rest.Server
	Store    Store
	Vault    enroll.Vault
	Team     *team.Team
	Enroll   *enroll.Enroller
	throttle *enroll.Throttle
	// ForgotTakes is the fixed duration of a request for a reset link, so that timing does not reveal whether the address exists.
	ForgotTakes time.Duration
}

// New makes a Handler.
func New(server *rest.Server, store Store, vault enroll.Vault, operators *team.Team, enroller *enroll.Enroller, forgotTakes time.Duration) *Handler {
	return &Handler{
		Server: server, Store: store, Vault: vault, Team: operators, Enroll: enroller,
		throttle: enroll.NewThrottle(store, server.Wall), ForgotTakes: forgotTakes,
	}
}

// Routes are the routes of signing up, signing in and passwords.
func (h *Handler) Routes() []rest.Route {
	return []rest.Route{
		{
			Method: http.MethodPost, Pattern: "/api/v1/auth/sign-up", Access: rest.Public, Handle: h.signUp,
			Status: http.StatusCreated, Summary: "Make an account and its owner", Body: wire.SignUp{}, Answer: wire.SignedIn{},
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/auth/sign-in", Access: rest.Public, Handle: h.signIn,
			Status: http.StatusOK, Summary: "Begin a session", Body: wire.SignIn{}, Answer: wire.SignedIn{},
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/auth/verify", Access: rest.Public, Handle: h.verify,
			Status: http.StatusNoContent, Summary: "Prove an e-mail address", Body: wire.Token{},
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/auth/verify/resend", Access: rest.SignedIn, Handle: h.resendVerification,
			Status: http.StatusAccepted, Summary: "Mail another link", Answer: wire.Empty{},
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/auth/forgot", Access: rest.Public, Handle: h.forgot,
			Status: http.StatusAccepted, Summary: "Mail a link to set a new password", Body: wire.Forgot{}, Answer: wire.Empty{},
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/auth/reset", Access: rest.Public, Handle: h.reset,
			Status: http.StatusNoContent, Summary: "Set a new password", Body: wire.Reset{},
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/auth/invitation", Access: rest.Public, Handle: h.showInvitation,
			Status: http.StatusOK, Summary: "What the link of an invitation offers", Body: wire.Token{}, Answer: wire.InvitationOffer{},
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/auth/invitation/accept", Access: rest.Public, Handle: h.acceptInvitation,
			Status: http.StatusCreated, Summary: "Become an operator by an invitation", Body: wire.InvitationAcceptance{}, Answer: wire.SignedIn{},
		},
		{
			Method: http.MethodPut, Pattern: "/api/v1/me/password", Access: rest.May(permission.ProfileEdit), Handle: h.putPassword,
			Status: http.StatusNoContent, Summary: "Change one's own password", Body: wire.PasswordChange{},
		},
	}
}

// SessionLasts is the lifetime of a session.
const SessionLasts = 30 * 24 * time.Hour

// Rate limits: failed sign-ins, accounts created and links requested. A place is a network address, of IPv6 its /64. Failures to sign in
// as one person are counted for each place apart, so that guesses from elsewhere lock nobody out, and a browser that signed in before has
// a count of its own (device.go). FailuresPerPerson bounds what many places guess together, and with it what somebody can do on a
// new device meanwhile: a mailed link makes that browser a known one.
const (
	attemptsWindow    = 10 * time.Minute
	FailuresPerPlace  = 10  // as one person
	FailuresPerDevice = 10  // of a browser that signed in as them before
	FailuresPerPerson = 200 // of all unknown browsers together
	FailuresPerIP     = 100 // as anybody
	accountsPerIP     = 300
	linksWindow       = time.Hour
	linksPerEmail     = 5
	linksPerIP        = 100
)

// checkSignUp validates the body and fills in defaults.
func checkSignUp(b *wire.SignUp) error {
	var err error
	if b.AccountName, err = rest.Name("accountName", b.AccountName); err != nil {
		return err
	}
	if b.Name, err = rest.Name("name", b.Name); err != nil {
		return err
	}
	if b.Email, err = rest.Email(b.Email); err != nil {
		return err
	}
	if err := enroll.CheckPassword(b.Password, b.Email, b.Name, b.AccountName); err != nil {
		return err
	}
	if b.Language == "" {
		b.Language = chat.Spanish
	}
	if _, err := rest.Language("language", b.Language); err != nil {
		return err
	}
	if b.TimeZone == "" {
		b.TimeZone = "UTC"
	}
	b.TimeZone, err = rest.TimeZone(b.TimeZone)
	return err
}

// signUp creates an account with its first store and its owner. It may be repeated: an attempt that died left at most a password in the
// vault.
func (h *Handler) signUp(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.SignUp
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	if err := checkSignUp(&body); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.throttle.Count(ctx, enroll.Limit{Key: "sign-up ip " + httpapi.Place(c.IP), Most: accountsPerIP, Window: attemptsWindow}); err != nil {
		return httpapi.Response{}, err
	}
	release, err := h.Enroll.Reserve(ctx, body.Email)
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

// found writes the account in one transaction, after the vault has the owner's password. The owner is available and gets every
// conversation until they change the distribution, so that a first message always has somebody who sees it (D25).
func (h *Handler) found(ctx context.Context, body wire.SignUp) (chat.Account, chat.Operator, error) {
	taken := fault.New(fault.Conflict, "e-mail address already in use").WithField("email").WithReason(chat.ConflictExists)
	_, err := h.Store.OperatorByEmail(ctx, body.Email)
	if err == nil {
		return chat.Account{}, chat.Operator{}, taken
	}
	if !fault.Is(err, fault.NotFound) {
		return chat.Account{}, chat.Operator{}, fmt.Errorf("look for the address: %w", err)
	}
	subject, err := h.Enroll.SetPassword(ctx, body.Email, body.Password)
	if err != nil {
		return chat.Account{}, chat.Operator{}, err
	}
	now := h.Now()
	ownerID := chat.OperatorID(chat.NewID(now))
	account := chat.Account{
		ID: chat.AccountID(chat.NewID(now)), Name: body.AccountName, StoreID: chat.StoreID(chat.NewID(now)),
		TimeZone: body.TimeZone, Language: body.Language,
		Distribution: chat.Distribution{Mode: chat.DistributeToManager, ManagerID: ownerID}, InboxShards: 1, CreatedAt: now, Version: 1,
	}
	store := chat.Store{ID: account.StoreID, AccountID: account.ID, Name: body.AccountName, CreatedAt: now, Version: 1}
	owner := chat.Operator{
		ID: ownerID, AccountID: account.ID, Name: body.Name, Email: body.Email, Role: chat.Owner,
		Availability: chat.Available, Capacity: chat.DefaultCapacity, Languages: []chat.Language{account.Language},
		Language: account.Language, Active: true, Subject: subject, CreatedAt: now, Version: 1,
	}
	mail, err := h.link(ctx, owner, verifyLink)
	if err != nil {
		return account, owner, err
	}
	err = h.Store.CreateAccount(ctx, account, store, owner, &mail)
	if fault.Is(err, fault.Conflict) && fault.As(err).Reason == chat.ConflictExists {
		return account, owner, h.Enroll.UnlessOurs(ctx, owner, taken)
	}
	if err != nil {
		return account, owner, fmt.Errorf("create account %s: %w", account.ID, err)
	}
	return account, owner, nil
}

// signIn does not reveal whether an address exists: the vault is always asked, and a wrong password, an unknown address and an inactive
// operator get the same response.
func (h *Handler) signIn(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.SignIn
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	address, err := rest.Email(body.Email)
	if err != nil {
		return httpapi.Response{}, err
	}
	if body.Password == "" || len(body.Password) > rest.PasswordMax {
		return httpapi.Response{}, rest.Invalid("password", "password is required")
	}
	limits, err := h.signInLimits(ctx, c, address)
	if err != nil {
		return httpapi.Response{}, err
	}
	forgive, err := h.throttle.Try(ctx, limits...)
	if err != nil {
		return httpapi.Response{}, err
	}
	operator, err := h.authenticate(ctx, address, body.Password)
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

// authenticate returns the operator with this address and password.
func (h *Handler) authenticate(ctx context.Context, address, password string) (chat.Operator, error) {
	wrong := fault.New(fault.Unauthenticated, "wrong e-mail address or password")
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

// signInAs starts a session. A browser gets the token as a cookie, an API client in the response.
func (h *Handler) signInAs(ctx context.Context, c *rest.Call, o chat.Operator, a chat.Account, client wire.Client, status int) (httpapi.Response, error) {
	token, now := auth.NewToken(), h.Wall()
	session := chat.Session{
		Hash: auth.Hash(token), AccountID: a.ID, OperatorID: o.ID, CreatedAt: now, LastSeenAt: now,
		ExpiresAt: now.Add(SessionLasts), UserAgent: cut(c.UserAgent, 300), IP: c.IP,
	}
	if err := h.Store.PutSession(ctx, session); err != nil {
		return httpapi.Response{}, fmt.Errorf("begin a session: %w", err)
	}
	c.Caller = rest.Caller{Session: session, Operator: o, Account: a}
	if client == wire.ClientAPI {
		return httpapi.JSON(status, present.SignedIn(o, a, token))
	}
	known, err := h.deviceCookie(ctx, c, o.Email)
	if err != nil {
		return httpapi.Response{}, err
	}
	response, err := httpapi.JSON(status, present.SignedIn(o, a, ""))
	response.Cookies = []string{auth.SessionCookie(token, session.ExpiresAt, h.Secure()), known}
	return response, err
}

// cut limits the length of a header that a client sent.
func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}
