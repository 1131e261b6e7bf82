package widget

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"

	"github.com/recado-chat/recado/shared/auth"
	"github.com/recado-chat/recado/shared/channel/webchat"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/chat/filetype"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/limit"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
)

// codeMax is the maximum length of a site's code in bytes.
const codeMax = 64

// site returns the channel of a site's code.
func (h *Handler) site(ctx context.Context, code string) (chat.Channel, error) {
	none := fault.New(fault.NotFound, "site not found").WithField("site")
	if code == "" || len(code) > codeMax {
		return chat.Channel{}, none
	}
	ch, err := h.Store.ChannelByAsset(ctx, webchat.Type, code)
	if fault.Is(err, fault.NotFound) {
		return ch, none
	}
	if err != nil {
		return ch, fmt.Errorf("look up the site: %w", err)
	}
	return ch, nil
}

// allows says whether a page of this origin may show the chat: a page of the site, or the console, which shows it as a preview. Only our own
// pages have the console's origin, and the one that shows the chat asks for a sign-in, so browsers show the chat nowhere else.
func (h *Handler) allows(ch chat.Channel, origin string) (bool, error) {
	settings, err := webchat.ReadSettings(ch.Settings)
	return settings.Allows(origin) || h.isPreview(origin), err
}

// isPreview says whether an origin is the console's.
func (h *Handler) isPreview(origin string) bool {
	normal, err := webchat.Origin(origin)
	return err == nil && normal == h.console
}

// createSession resumes the visitor of the token, if it belongs to this site and page, or creates a new one.
func (h *Handler) createSession(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.NewVisitorSession
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	ch, err := h.site(ctx, body.Site)
	if err != nil {
		return httpapi.Response{}, err
	}
	if allowed, err := h.allows(ch, body.Origin); err != nil {
		return httpapi.Response{}, err
	} else if !allowed {
		return httpapi.Response{}, fault.New(fault.Forbidden, "this origin is not allowed to show the chat").WithField("origin").WithReason("origin")
	}
	c.caller = caller{channel: ch, session: chat.Session{AccountID: ch.AccountID}}
	of := c.counted()
	of.Address = "" // was counted before the site was looked up
	if err := h.Limits.Take(ctx, limit.Session.Of(of)...); err != nil {
		return httpapi.Response{}, err
	}
	status, token := http.StatusOK, body.Token
	session, err := h.resumed(ctx, ch, body.Origin, token)
	if err != nil {
		return httpapi.Response{}, err
	}
	if session.Hash == "" {
		status, token = http.StatusCreated, auth.NewToken()
		session, err = h.begin(ctx, c, ch, body.Origin, token)
		if err != nil {
			return httpapi.Response{}, err
		}
	}
	h.tellShown(ctx, caller{session: session, channel: ch})
	shape := wire.VisitorSession{
		Token: token, ExpiresAt: wire.Time(session.ExpiresAt), VisitorID: string(session.Visitor.ID), Limits: h.limitsShape(),
	}
	if shape.Site, err = h.shown(ctx, ch); err != nil {
		return httpapi.Response{}, err
	}
	if shape.Online, err = h.online(ctx, ch); err != nil {
		return httpapi.Response{}, err
	}
	if status == http.StatusOK {
		if shape.Started, shape.Unread, err = h.unread(ctx, caller{session: session, channel: ch}); err != nil {
			return httpapi.Response{}, err
		}
	}
	return httpapi.JSON(status, shape)
}

// tellShown reports that a page of the site opened the chat, while the channel waits for its first sign of life (B-22). What is lost is
// told with the next session or the first message.
func (h *Handler) tellShown(ctx context.Context, who caller) {
	if who.channel.Health.State != chat.HealthWaiting || h.isPreview(who.session.Visitor.Origin) {
		return
	}
	if err := h.accept(ctx, who, webchat.Item{Kind: webchat.Shown}); err != nil {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "reporting that a page opened the chat failed", slog.String("reason", fault.Reason(err)))
	}
}

// shown is how the site presents itself. The channel's and the store's names are the team's: without a title visitors read the name of the
// business.
func (h *Handler) shown(ctx context.Context, ch chat.Channel) (wire.Site, error) {
	settings, err := webchat.ReadSettings(ch.Settings)
	if err != nil {
		return wire.Site{}, err
	}
	if settings.Title == "" {
		account, err := h.Store.Account(ctx, ch.AccountID)
		if err != nil {
			return wire.Site{}, fmt.Errorf("read account %s: %w", ch.AccountID, err)
		}
		settings.Title = account.Name
	}
	return wire.Site{Title: settings.Title, Greeting: settings.Greeting, Color: settings.Color}, nil
}

// resumed returns the session of a token that was issued for this site and page, and a zero session for any other token.
func (h *Handler) resumed(ctx context.Context, ch chat.Channel, origin, token string) (chat.Session, error) {
	if token == "" {
		return chat.Session{}, nil
	}
	cached, err := h.callers.Get(ctx, auth.Hash(token))
	if fault.Is(err, fault.Unauthenticated) {
		return chat.Session{}, nil
	}
	if err != nil {
		return chat.Session{}, err
	}
	normal, err := webchat.Origin(origin)
	if err != nil || cached.channel.ID != ch.ID || cached.session.Visitor.Origin != normal {
		return chat.Session{}, nil
	}
	return cached.session, nil
}

func (h *Handler) begin(ctx context.Context, c *call, ch chat.Channel, origin, token string) (chat.Session, error) {
	normal, err := webchat.Origin(origin)
	if err != nil {
		return chat.Session{}, err
	}
	if err := h.Limits.Take(ctx, limit.NewVisitor.Of(c.counted())...); err != nil {
		return chat.Session{}, err
	}
	now := h.Wall()
	session := chat.Session{
		Hash: auth.Hash(token), AccountID: ch.AccountID,
		Visitor:   chat.Visitor{ID: chat.VisitorID(chat.NewID(now)), ChannelID: ch.ID, Origin: normal},
		CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(sessionLasts), UserAgent: c.UserAgent, IP: c.IP,
	}
	if err := h.Store.PutSession(ctx, session); err != nil {
		return session, fmt.Errorf("store the session: %w", err)
	}
	return session, nil
}

func (h *Handler) limitsShape() wire.VisitorLimits {
	capabilities := h.Chat.Capabilities()
	shape := wire.VisitorLimits{MaxText: capabilities.MaxText}
	for _, kind := range slices.Sorted(maps.Keys(capabilities.Attachments)) {
		limit := capabilities.Attachments[kind]
		shape.Attachments = append(shape.Attachments, wire.AttachmentLimit{
			Type: wire.FileType(kind), Mimes: limit.Mimes, Accept: filetype.Accept(limit.Mimes), MaxSize: limit.MaxSize, Caption: capabilities.Captions[kind],
		})
	}
	return shape
}

// online reports whether an operator of the site's store is available.
func (h *Handler) online(ctx context.Context, ch chat.Channel) (bool, error) {
	operators, err := h.operators.Get(ctx, ch.AccountID)
	if err != nil {
		return false, fmt.Errorf("read the operators of account %s: %w", ch.AccountID, err)
	}
	return slices.ContainsFunc(operators, func(o chat.Operator) bool {
		return o.Availability == chat.Available && permission.Refuses(o, ch.StoreID) == ""
	}), nil
}

// createSocketTicket returns a ticket with which the visitor's browser opens one socket.
func (h *Handler) createSocketTicket(ctx context.Context, c *call) (httpapi.Response, error) {
	token := auth.NewToken()
	ticket := chat.Ticket{
		Hash: auth.Hash(token), AccountID: c.session.AccountID, Session: c.session.Hash, ExpiresAt: h.Wall().Add(httpapi.TicketLasts),
		Visitor: c.session.Visitor, Address: httpapi.Place(c.IP),
	}
	if err := h.Store.PutTicket(ctx, ticket); err != nil {
		return httpapi.Response{}, fmt.Errorf("store the ticket: %w", err)
	}
	return httpapi.JSON(http.StatusCreated, httpapi.SocketTicket(h.PublicURL, token))
}
