package widget

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/recado-chat/recado/events"
	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/channel/webchat"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/upload"
	"github.com/recado-chat/recado/shared/limit"
	"github.com/recado-chat/recado/shared/queue"
	"github.com/recado-chat/recado/shared/wire"
)

// clientID is the pattern of a message id from the browser, which becomes part of keys.
var clientID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// urlMax and titleMax are the maximum lengths stored of the page on which a message was written.
const (
	urlMax   = 2048
	titleMax = 256
)

// pageOf returns the page on which the visitor wrote, if it belongs to the origin that the session is bound to.
func pageOf(b wire.NewVisitorMessage, origin string) *webchat.Page {
	if b.Page == nil || len(b.Page.URL) > urlMax {
		return nil
	}
	u, err := url.Parse(b.Page.URL)
	if err != nil {
		return nil
	}
	if named, err := webchat.Origin(u.Scheme + "://" + u.Host); err != nil || named != origin {
		return nil
	}
	title := []rune(strings.ToValidUTF8(b.Page.Title, ""))
	return &webchat.Page{URL: b.Page.URL, Title: string(title[:min(len(title), titleMax)])}
}

// postMessage accepts a visitor's message once the queue has it; the message itself is pushed over the socket.
func (h *Handler) postMessage(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.NewVisitorMessage
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	item, err := h.message(ctx, c.caller, body)
	if err != nil {
		return httpapi.Response{}, err
	}
	if _, err := h.talks.Get(ctx, c.counted()); err != nil {
		return httpapi.Response{}, err
	}
	if err := h.accept(ctx, c.caller, item); err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.JSON(http.StatusAccepted, wire.VisitorMessageAccepted{ClientID: body.ClientID})
}

// talk lets a visitor write who has an open conversation. The message of any other opens one, which has limits of its own.
func (h *Handler) talk(ctx context.Context, v limit.Visitor) (struct{}, error) {
	identity, _, err := h.Store.Identity(ctx, chat.AccountID(v.Account), chat.ChannelID(v.Site), []string{v.ID})
	switch {
	case err != nil && !fault.Is(err, fault.NotFound):
		return struct{}{}, fmt.Errorf("look up visitor %s: %w", v.ID, err)
	case identity.OpenConversationID != "":
		return struct{}{}, nil
	}
	return struct{}{}, h.Limits.Take(ctx, limit.NewConversation.Of(v)...)
}

// message validates a visitor's message against the channel's capabilities.
func (h *Handler) message(ctx context.Context, who caller, body wire.NewVisitorMessage) (webchat.Item, error) {
	capabilities := h.Chat.Capabilities()
	item := webchat.Item{Kind: webchat.Message, ID: body.ClientID, Type: body.Type, Text: body.Text, Page: pageOf(body, who.session.Visitor.Origin), Preview: h.isPreview(who.session.Visitor.Origin)}
	_, file := capabilities.Attachments[item.Type]
	switch {
	case !clientID.MatchString(body.ClientID):
		return item, invalid("clientId", "clientId is required")
	case !file && item.Type != chat.TypeText && item.Type != chat.TypeInteractive:
		return item, invalid("type", "unsupported message type")
	case utf8.RuneCountInString(body.Text) > capabilities.MaxText:
		return item, invalid("text", "at most %d characters", capabilities.MaxText)
	case !file && strings.TrimSpace(body.Text) == "":
		return item, invalid("text", "text is required")
	case file && len(body.Attachments) != 1, !file && len(body.Attachments) != 0:
		return item, invalid("attachments", "exactly one file for a file message, none for other types")
	}
	taken, err := h.uploads().Take(ctx, who.owner(), capabilities, item.Type, body.Attachments)
	if err != nil {
		return item, err
	}
	for _, a := range taken {
		item.Attachments = append(item.Attachments, webchat.Attachment{Name: a.Name, Mime: a.Mime, Size: a.Size, Key: a.Key})
	}
	if body.ReplyTo != nil && *body.ReplyTo != "" {
		item.ReplyTo, err = h.quoted(ctx, who, chat.MessageID(*body.ReplyTo))
	}
	return item, err
}

// quoted returns the provider's id of the quoted message. Only messages of the open conversation, else of the last one (which a new
// message may reopen), can be quoted. For any other message it returns "", and the message is sent without a quote.
func (h *Handler) quoted(ctx context.Context, who caller, id chat.MessageID) (string, error) {
	identity, ok, err := h.identity(ctx, who)
	in := cmp.Or(identity.OpenConversationID, identity.LastConversationID)
	if err != nil || !ok || in == "" {
		return "", err
	}
	m, err := h.Store.Message(ctx, who.session.AccountID, in, id)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the quoted message: %w", err)
	}
	return m.ProviderID, nil
}

// accept puts the visitor's items on the inbound queue, in order.
func (h *Handler) accept(ctx context.Context, who caller, items ...webchat.Item) error {
	name, err := h.nameOf(ctx, who)
	if err != nil {
		return err
	}
	for i := range items {
		items[i].Visitor = webchat.Visitor{ID: who.visitor(), Name: name}
	}
	body, err := webchat.Encode(webchat.Body{Site: who.channel.ExternalID, Items: items})
	if err != nil {
		return err
	}
	split, err := h.Chat.Split(channel.Request{Body: body})
	if err != nil {
		return err
	}
	now := h.Now()
	out := make([]queue.Message, 0, len(split))
	for i, item := range split {
		o, err := queue.Inbound(events.InboundReceived{
			Provider: string(webchat.Type), Asset: item.Asset, ItemID: item.ID, Kind: string(item.Kind), State: item.State,
			ReceivedAt: now.Add(time.Duration(i) * time.Microsecond), Body: item.Body,
		}, item.Group)
		if err != nil {
			return err
		}
		out = append(out, o)
	}
	return h.Inbound.Send(ctx, out...)
}

// visitors are the default display names of unnamed visitors by the account's language.
var visitors = map[chat.Language]string{chat.Spanish: "Visitante", chat.Portuguese: "Visitante", chat.English: "Visitor"}

// nameOf returns a default name for the visitor; the end of the id tells visitors apart.
func (h *Handler) nameOf(ctx context.Context, who caller) (string, error) {
	account, err := h.Store.Account(ctx, who.session.AccountID)
	if err != nil {
		return "", fmt.Errorf("read account %s: %w", who.session.AccountID, err)
	}
	id := string(who.visitor())
	return visitors[account.Language] + " " + id[max(len(id)-4, 0):], nil
}

// receiptsMax is the maximum number of messages in one request.
const receiptsMax = 50

// postReceipts records that a browser received or showed operators' messages.
func (h *Handler) postReceipts(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.VisitorReceipts
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	status := chat.MessageStatus(body.Status)
	switch {
	case status != chat.StatusDelivered && status != chat.StatusRead:
		return httpapi.Response{}, invalid("status", "must be one of delivered, read")
	case len(body.MessageIDs) > receiptsMax:
		return httpapi.Response{}, invalid("messageIds", "at most %d messages", receiptsMax)
	}
	v, err := h.conversation(ctx, c.caller, chat.ConversationID(body.ConversationID))
	if err != nil {
		return httpapi.Response{}, err
	}
	var items []webchat.Item
	for _, id := range body.MessageIDs {
		news, err := h.news(ctx, v, chat.MessageID(id), status)
		if err != nil {
			return httpapi.Response{}, err
		}
		if news {
			items = append(items, webchat.Item{Kind: webchat.Receipt, Target: webchat.MessageName(v.ID, chat.MessageID(id)), Status: status})
		}
	}
	if len(items) > 0 {
		if err := h.accept(ctx, c.caller, items...); err != nil {
			return httpapi.Response{}, err
		}
	}
	return httpapi.JSON(http.StatusAccepted, wire.Empty{})
}

// news reports whether a receipt is new, for a message that was sent to the visitor.
func (h *Handler) news(ctx context.Context, v chat.Conversation, id chat.MessageID, status chat.MessageStatus) (bool, error) {
	if id == "" {
		return false, nil
	}
	m, err := h.Store.Message(ctx, v.AccountID, v.ID, id)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read message %s: %w", id, err)
	}
	return m.Direction == chat.Out && m.Status.Rank() < status.Rank(), nil
}

// owner binds an upload to the visitor.
func (c caller) owner() upload.Owner {
	return upload.Owner{Account: c.session.AccountID, For: "visitor " + string(c.visitor())}
}

func (h *Handler) uploads() upload.Uploads {
	return upload.Uploads{Files: h.Files, Keys: h.signingKeys, Now: h.Now, Wall: h.Wall}
}

// createUpload stores nothing; see package upload.
func (h *Handler) createUpload(ctx context.Context, c *call) (httpapi.Response, error) {
	var file wire.NewVisitorUpload
	if err := c.JSON(&file); err != nil {
		return httpapi.Response{}, err
	}
	shape, err := h.uploads().Announce(ctx, c.owner(), h.fileLimits(), upload.File(file))
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.JSON(http.StatusCreated, shape)
}
