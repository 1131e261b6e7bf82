// Package messages is the REST routes of a conversation's messages, its timeline and its files.
package messages

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/recado-chat/recado/shared/channel"
	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/httpapi/upload"
	"github.com/recado-chat/recado/shared/rules/drafts"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// Store is what the routes read.
type Store interface {
	Channels(ctx context.Context, account chat.AccountID) ([]chat.Channel, error)
	Message(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, id chat.MessageID) (chat.Message, error)
	Messages(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, p chat.PageRequest) (chat.Page[chat.Message], error)
	Events(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, p chat.PageRequest) (chat.Page[chat.Event], error)
}

// Desk is the use cases on messages. Each returns NotFound for a conversation of another account or of a store that the actor does not
// see.
type Desk interface {
	Conversation(ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error)
	Reply(ctx context.Context, actor chat.Actor, c chat.Conversation, draft drafts.Draft) (m chat.Message, created bool, err error)
	Retry(ctx context.Context, actor chat.Actor, id chat.ConversationID, message chat.MessageID) (chat.Message, error)
}

// Files makes links with which a browser uploads or downloads one object.
type Files interface {
	upload.Files
	PresignGet(ctx context.Context, key, name, mime string, inline bool, expires time.Duration) (string, error)
}

// Channels returns the capabilities of a channel type.
type Channels interface {
	Capabilities(t chat.ChannelType) (channel.Capabilities, bool)
}

// Handler answers the routes.
type Handler struct {
	*rest.Server
	Store    Store
	Desk     Desk
	Files    Files
	Channels Channels
}

// Routes are the routes of messages and of files that are to be sent.
func (h *Handler) Routes() []rest.Route {
	const (
		conversation = "/api/v1/conversations/{id}"
		message      = conversation + "/messages/{messageId}"
	)
	return []rest.Route{
		{
			Method: http.MethodGet, Pattern: conversation + "/messages", Access: rest.May(permission.ConversationRead), Handle: h.listMessages,
			Status: http.StatusOK, Summary: "Messages, the newest page first", Answer: wire.List[wire.Message]{}, Query: wire.Page{},
		},
		{
			Method: http.MethodGet, Pattern: message, Access: rest.May(permission.ConversationRead), Handle: h.getMessage,
			Status: http.StatusOK, Summary: "A message", Answer: wire.Message{},
		},
		{
			Method: http.MethodGet, Pattern: message + "/attachments/{attachmentId}", Access: rest.May(permission.ConversationRead), Handle: h.getAttachment,
			Status: http.StatusFound, Summary: "Leads on to a file", Query: wire.AttachmentQuery{},
		},
		{
			Method: http.MethodGet, Pattern: conversation + "/events", Access: rest.May(permission.ConversationRead), Handle: h.listEvents,
			Status: http.StatusOK, Summary: "The timeline, the newest page first", Answer: wire.List[wire.Event]{}, Query: wire.Page{},
		},
		{
			Method: http.MethodPost, Pattern: conversation + "/messages", Access: rest.May(permission.ConversationReply), Handle: h.postMessage,
			Status: http.StatusCreated, Summary: "Answer", Body: wire.NewMessage{}, Answer: wire.Message{},
		},
		{
			Method: http.MethodPost, Pattern: message + "/retry", Access: rest.May(permission.ConversationReply), Handle: h.retryMessage,
			Status: http.StatusOK, Summary: "Send a failed message again", Answer: wire.Message{},
		},
		{
			Method: http.MethodPost, Pattern: "/api/v1/uploads", Access: rest.May(permission.ConversationReply), Handle: h.createUpload,
			Status: http.StatusCreated, Summary: "Announce a file", Body: wire.NewUpload{}, Answer: wire.Upload{}, Creates: true,
		},
	}
}

// attachmentsMax limits the attachments of a message, each of which costs one signature check.
const attachmentsMax = 10

func (h *Handler) listMessages(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	request, err := rest.Page(c.Request)
	if err != nil {
		return httpapi.Response{}, err
	}
	v, err := h.Desk.Conversation(ctx, c.Actor(), conversationID(c))
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.List(request, func(p chat.PageRequest) (chat.Page[chat.Message], error) {
		found, err := h.Store.Messages(ctx, c.Account.ID, v.ID, p)
		if err != nil {
			return found, fmt.Errorf("read the messages of conversation %s: %w", v.ID, err)
		}
		return found, nil
	}, present.Message)
}

func (h *Handler) listEvents(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	request, err := rest.Page(c.Request)
	if err != nil {
		return httpapi.Response{}, err
	}
	v, err := h.Desk.Conversation(ctx, c.Actor(), conversationID(c))
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.List(request, func(p chat.PageRequest) (chat.Page[chat.Event], error) {
		found, err := h.Store.Events(ctx, c.Account.ID, v.ID, p)
		if err != nil {
			return found, fmt.Errorf("read the events of conversation %s: %w", v.ID, err)
		}
		return found, nil
	}, present.Event)
}

// message reads the message in the path, in a conversation that the caller sees.
func (h *Handler) message(ctx context.Context, c *rest.Call) (chat.Message, error) {
	v, err := h.Desk.Conversation(ctx, c.Actor(), conversationID(c))
	if err != nil {
		return chat.Message{}, err
	}
	m, err := h.Store.Message(ctx, c.Account.ID, v.ID, chat.MessageID(c.Param("messageId")))
	if err != nil {
		return m, fmt.Errorf("read the message: %w", err)
	}
	return m, nil
}

func (h *Handler) getMessage(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	m, err := h.message(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(present.Message(m))
}

// postMessage queues a reply. A repeated call with the same clientId returns the same message.
func (h *Handler) postMessage(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.NewMessage
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	draft, err := readDraft(body)
	if err != nil {
		return httpapi.Response{}, err
	}
	v, err := h.Desk.Conversation(ctx, c.Actor(), conversationID(c))
	if err != nil {
		return httpapi.Response{}, err
	}
	if draft.Attachments, err = h.attachments(ctx, c, v, draft.Type, body.Attachments); err != nil {
		return httpapi.Response{}, err
	}
	if body.ReplyTo != nil && *body.ReplyTo != "" {
		draft.ReplyTo = chat.MessageID(*body.ReplyTo)
		if _, err := h.Store.Message(ctx, c.Account.ID, v.ID, draft.ReplyTo); fault.Is(err, fault.NotFound) {
			return httpapi.Response{}, fault.New(fault.NotFound, "message not found in this conversation").WithField("replyTo")
		} else if err != nil {
			return httpapi.Response{}, fmt.Errorf("read the message that is answered: %w", err)
		}
	}
	m, fresh, err := h.Desk.Reply(ctx, c.Actor(), v, draft)
	if err != nil {
		return httpapi.Response{}, err
	}
	status := http.StatusOK
	if fresh {
		status = http.StatusCreated
	}
	return httpapi.JSON(status, present.Message(m))
}

func (h *Handler) retryMessage(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	m, err := h.Desk.Retry(ctx, c.Actor(), conversationID(c), chat.MessageID(c.Param("messageId")))
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(present.Message(m))
}

func conversationID(c *rest.Call) chat.ConversationID { return chat.ConversationID(c.Param("id")) }
