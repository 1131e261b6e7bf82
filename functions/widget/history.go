package widget

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/recado-chat/recado/shared/blob"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/upload"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

const (
	usualLimit = 30
	mostLimit  = 100
)

// location is where a page of a visitor's messages ended: the conversation, and the cursor within it.
type location struct {
	Conversation chat.ConversationID
	Messages     string // the cursor of the store; "" = from the conversation's end
}

// listMessages lists the visitor's messages in pages, across all of their conversations.
func (h *Handler) listMessages(ctx context.Context, c *call) (httpapi.Response, error) {
	limit, err := pageLimit(c.Query.Get("limit"))
	if err != nil {
		return httpapi.Response{}, err
	}
	from, err := h.from(ctx, c.caller, c.Query.Get("cursor"))
	if err != nil || from.Conversation == "" {
		if err != nil {
			return httpapi.Response{}, err
		}
		return httpapi.JSON(http.StatusOK, present.List(nil, "", present.VisitorMessage))
	}
	return httpapi.Fitting(chat.PageRequest{Limit: limit, Cursor: from.Messages}, func(p chat.PageRequest) (chat.Page[chat.Message], error) {
		found, err := h.Store.Messages(ctx, c.session.AccountID, from.Conversation, p)
		if err != nil {
			return found, fmt.Errorf("read the messages of conversation %s: %w", from.Conversation, err)
		}
		return found, nil
	}, func(found chat.Page[chat.Message]) (httpapi.Response, error) {
		next, err := h.next(ctx, c.caller, from.Conversation, found.Next)
		if err != nil {
			return httpapi.Response{}, err
		}
		return httpapi.JSON(http.StatusOK, present.List(found.Items, next, present.VisitorMessage))
	})
}

// next is the cursor after a page of a conversation: within it, or at the one before.
func (h *Handler) next(ctx context.Context, who caller, id chat.ConversationID, within string) (string, error) {
	end := location{id, within}
	if within == "" {
		var err error
		if end.Conversation, err = h.before(ctx, who, id); err != nil {
			return "", err
		}
	}
	return h.sign(ctx, who, end)
}

func pageLimit(given string) (int, error) {
	if given == "" {
		return usualLimit, nil
	}
	limit, err := strconv.Atoi(given)
	if err != nil || limit < 1 {
		return 0, invalid("limit", "must be a number from 1 to %d", mostLimit)
	}
	return min(limit, mostLimit), nil
}

// historyOf is the name of a visitor's message list; cursors are bound to it.
func historyOf(who caller) string { return fmt.Sprintf("history %q %q", who.channel.ID, who.visitor()) }

// sign returns the signed cursor of a location, or "" after the last conversation.
func (h *Handler) sign(ctx context.Context, who caller, at location) (string, error) {
	if at.Conversation == "" {
		return "", nil
	}
	return h.cursors.Sign(ctx, historyOf(who), who.session.AccountID, string(at.Conversation), at.Messages)
}

// from returns where a page begins: at the cursor, which must be of this visitor's list, or at the newest conversation.
func (h *Handler) from(ctx context.Context, who caller, text string) (location, error) {
	last, err := h.cursors.Verify(ctx, text, historyOf(who), who.session.AccountID, 2)
	if err != nil {
		return location{}, err
	}
	if last == nil {
		newest, err := h.before(ctx, who, "")
		return location{Conversation: newest}, err
	}
	at := location{chat.ConversationID(last[0]), last[1]}
	_, err = h.conversation(ctx, who, at.Conversation)
	return at, err
}

// before returns the visitor's conversation before id, or the newest if id is ""; it returns "" when there is none. Conversations
// of the same contact in other channels are left out.
func (h *Handler) before(ctx context.Context, who caller, id chat.ConversationID) (chat.ConversationID, error) {
	identity, _, err := h.identity(ctx, who)
	if err != nil || identity.ContactID == "" {
		return "", err
	}
	request := chat.PageRequest{Limit: mostLimit}
	for {
		found, err := h.Store.ContactConversations(ctx, who.session.AccountID, identity.ContactID, request)
		if err != nil {
			return "", fmt.Errorf("read the conversations of contact %s: %w", identity.ContactID, err)
		}
		i := slices.IndexFunc(found.Items, func(c chat.Conversation) bool { return who.owns(c) && (id == "" || c.ID < id) })
		if i >= 0 {
			return found.Items[i].ID, nil
		}
		if found.Next == "" {
			return "", nil
		}
		request.Cursor = found.Next
	}
}

// owns reports whether a conversation is the visitor's.
func (c caller) owns(v chat.Conversation) bool {
	return v.ChannelID == c.channel.ID && v.ExternalID == string(c.visitor())
}

// identity returns the visitor's identity; ok is false when the visitor has not written yet.
func (h *Handler) identity(ctx context.Context, who caller) (identity chat.Identity, ok bool, err error) {
	identity, _, err = h.Store.Identity(ctx, who.session.AccountID, who.channel.ID, []string{string(who.visitor())})
	if fault.Is(err, fault.NotFound) {
		return chat.Identity{}, false, nil
	}
	if err != nil {
		return identity, false, fmt.Errorf("look up visitor %s: %w", who.visitor(), err)
	}
	return identity, true, nil
}

// conversation reads a conversation by id; it returns NotFound unless it is the visitor's.
func (h *Handler) conversation(ctx context.Context, who caller, id chat.ConversationID) (chat.Conversation, error) {
	none := fault.New(fault.NotFound, "conversation not found")
	if id == "" {
		return chat.Conversation{}, none
	}
	v, err := h.Store.Conversation(ctx, who.session.AccountID, id)
	if fault.Is(err, fault.NotFound) || err == nil && !who.owns(v) {
		return chat.Conversation{}, none
	}
	if err != nil {
		return v, fmt.Errorf("read conversation %s: %w", id, err)
	}
	return v, nil
}

// unread reports whether the visitor has written before, and how many of the newest messages to them are unread.
func (h *Handler) unread(ctx context.Context, who caller) (started bool, unread int, err error) {
	newest, err := h.before(ctx, who, "")
	if err != nil || newest == "" {
		return false, 0, err
	}
	found, err := h.Store.Messages(ctx, who.session.AccountID, newest, chat.PageRequest{Limit: usualLimit})
	if err != nil {
		return true, 0, fmt.Errorf("read the messages of conversation %s: %w", newest, err)
	}
	for _, m := range found.Items {
		if m.Direction == chat.Out && m.Revoked.IsZero() && m.Status.Rank() < chat.StatusRead.Rank() {
			unread++
		}
	}
	return true, unread, nil
}

// picture redirects to an operator's picture. Anyone who knows its name may see it, as visitors do.
func (h *Handler) picture(ctx context.Context, c *call) (httpapi.Response, error) {
	key, mime, ok := upload.Picture(c.Param("account"), c.Param("name"))
	if !ok {
		return httpapi.Response{}, fault.New(fault.NotFound, "picture not found")
	}
	url, err := h.Files.PresignGet(ctx, key, "picture", mime, true, linkLasts)
	if err != nil {
		return httpapi.Response{}, err
	}
	response := httpapi.Redirect(url)
	response.Header["Cache-Control"] = "public, max-age=240" // shorter than the link's validity
	return response, nil
}

// linkLasts is how long a link to a file is valid.
const linkLasts = 5 * time.Minute

// getFile returns a link to a file of one of the visitor's messages. Only types that cannot run a script are shown inline by
// browsers.
func (h *Handler) getFile(ctx context.Context, c *call) (httpapi.Response, error) {
	none := fault.New(fault.NotFound, "file not found")
	v, err := h.conversation(ctx, c.caller, chat.ConversationID(c.Query.Get("conversation")))
	if err != nil {
		return httpapi.Response{}, err
	}
	id := chat.MessageID(c.Query.Get("message"))
	if id == "" {
		return httpapi.Response{}, none
	}
	m, err := h.Store.Message(ctx, c.session.AccountID, v.ID, id)
	if fault.Is(err, fault.NotFound) {
		return httpapi.Response{}, none
	}
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read message %s: %w", id, err)
	}
	i := slices.IndexFunc(m.Attachments, func(a chat.Attachment) bool { return a.ID == c.Query.Get("attachment") })
	if i < 0 || m.Attachments[i].State != chat.AttachmentReady {
		return httpapi.Response{}, none
	}
	a := m.Attachments[i]
	inline := blob.Shown(a.Mime) && c.Query.Get("download") != "true"
	url, err := h.Files.PresignGet(ctx, a.Key, a.Name, a.Mime, inline, linkLasts)
	if err != nil {
		return httpapi.Response{}, err
	}
	return httpapi.JSON(http.StatusOK, wire.FileLink{URL: url, ExpiresIn: int(linkLasts / time.Second)})
}
