package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

type messageStore interface {
	Message(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, id chat.MessageID) (chat.Message, error)
	Messages(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, p chat.PageRequest) (chat.Page[chat.Message], error)
	Events(ctx context.Context, account chat.AccountID, conversation chat.ConversationID, p chat.PageRequest) (chat.Page[chat.Event], error)
}

// attachmentsMax bounds the signatures that one message makes us check.
const attachmentsMax = 10

func (h *Handler) listMessages(ctx context.Context, c *call) (httpapi.Response, error) {
	request, err := page(c.Request)
	if err != nil {
		return httpapi.Response{}, err
	}
	v, err := h.Desk.Conversation(ctx, c.actor(), conversationID(c))
	if err != nil {
		return httpapi.Response{}, err
	}
	found, err := h.Store.Messages(ctx, c.account.ID, v.ID, request)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read the messages of conversation %s: %w", v.ID, err)
	}
	return ok(present.List(found.Items, found.Next, present.Message))
}

func (h *Handler) listEvents(ctx context.Context, c *call) (httpapi.Response, error) {
	request, err := page(c.Request)
	if err != nil {
		return httpapi.Response{}, err
	}
	v, err := h.Desk.Conversation(ctx, c.actor(), conversationID(c))
	if err != nil {
		return httpapi.Response{}, err
	}
	found, err := h.Store.Events(ctx, c.account.ID, v.ID, request)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read the events of conversation %s: %w", v.ID, err)
	}
	return ok(present.List(found.Items, found.Next, present.Event))
}

// message reads the message that the path names, in a conversation that the caller sees.
func (h *Handler) message(ctx context.Context, c *call) (chat.Message, error) {
	v, err := h.Desk.Conversation(ctx, c.actor(), conversationID(c))
	if err != nil {
		return chat.Message{}, err
	}
	m, err := h.Store.Message(ctx, c.account.ID, v.ID, chat.MessageID(c.Param("messageId")))
	if err != nil {
		return m, fmt.Errorf("read the message: %w", err)
	}
	return m, nil
}

func (h *Handler) getMessage(ctx context.Context, c *call) (httpapi.Response, error) {
	m, err := h.message(ctx, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	return ok(present.Message(m))
}

// postMessage queues a reply. The browser's own id of it makes a repeated call the same message.
func (h *Handler) postMessage(ctx context.Context, c *call) (httpapi.Response, error) {
	var body wire.NewMessage
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	draft, err := readDraft(body)
	if err != nil {
		return httpapi.Response{}, err
	}
	v, err := h.Desk.Conversation(ctx, c.actor(), conversationID(c))
	if err != nil {
		return httpapi.Response{}, err
	}
	if draft.Attachments, err = h.attachments(ctx, c, v, draft.Type, body.Attachments); err != nil {
		return httpapi.Response{}, err
	}
	if body.ReplyTo != nil && *body.ReplyTo != "" {
		draft.ReplyTo = chat.MessageID(*body.ReplyTo)
		if _, err := h.Store.Message(ctx, c.account.ID, v.ID, draft.ReplyTo); fault.Is(err, fault.NotFound) {
			return httpapi.Response{}, fault.New(fault.NotFound, "there is no such message in the conversation").WithField("replyTo")
		} else if err != nil {
			return httpapi.Response{}, fmt.Errorf("read the message that is answered: %w", err)
		}
	}
	m, fresh, err := h.Desk.Reply(ctx, c.actor(), v.ID, draft)
	if err != nil {
		return httpapi.Response{}, err
	}
	status := http.StatusOK
	if fresh {
		status = http.StatusCreated
	}
	return httpapi.JSON(status, present.Message(m))
}

func (h *Handler) retryMessage(ctx context.Context, c *call) (httpapi.Response, error) {
	m, err := h.Desk.Retry(ctx, c.actor(), conversationID(c), chat.MessageID(c.Param("messageId")))
	if err != nil {
		return httpapi.Response{}, err
	}
	return ok(present.Message(m))
}
