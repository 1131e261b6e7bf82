package conversations

import (
	"context"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// assign assigns a conversation to an operator, or unassigns it with null. An optional version is the one that the caller read.
func (h *Handler) assign(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.Assignment
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	if !body.OperatorID.Set {
		return httpapi.Response{}, rest.Invalid("operatorId", "must be an operator id, or null for the pool")
	}
	var to chat.OperatorID
	if body.OperatorID.Value != nil {
		if to = chat.OperatorID(*body.OperatorID.Value); to == "" {
			return httpapi.Response{}, rest.Invalid("operatorId", "must be an operator id, or null for the pool")
		}
	}
	v, err := h.Desk.Assign(ctx, c.Actor(), conversationID(c), to, body.Version)
	if err != nil {
		return httpapi.Response{}, err
	}
	return h.showConversation(ctx, c, v)
}

// verb is an operation on a conversation without parameters.
type verb func(desk Desk, ctx context.Context, actor chat.Actor, id chat.ConversationID) (chat.Conversation, error)

// does makes the handler of a verb.
func (h *Handler) does(do verb) func(context.Context, *rest.Call) (httpapi.Response, error) {
	return func(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
		v, err := do(h.Desk, ctx, c.Actor(), conversationID(c))
		if err != nil {
			return httpapi.Response{}, err
		}
		return h.showConversation(ctx, c, v)
	}
}

// read moves the caller's read cursor to a message, or to the last one.
func (h *Handler) read(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	var body wire.ReadMark
	if err := c.JSON(&body); err != nil {
		return httpapi.Response{}, err
	}
	v, err := h.Desk.Conversation(ctx, c.Actor(), conversationID(c))
	if err != nil {
		return httpapi.Response{}, err
	}
	upTo := chat.MessageID(body.ReadUpTo)
	if upTo == "" || upTo > v.LastMessageID {
		upTo = v.LastMessageID
	}
	cursor, err := h.Desk.Read(ctx, c.Actor(), v, upTo)
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(present.ConversationFor(v, h.window(v), cursor))
}

func (h *Handler) unread(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	v, err := h.Desk.Conversation(ctx, c.Actor(), conversationID(c))
	if err != nil {
		return httpapi.Response{}, err
	}
	cursor, err := h.Desk.Unread(ctx, c.Actor(), v)
	if err != nil {
		return httpapi.Response{}, err
	}
	return rest.OK(present.ConversationFor(v, h.window(v), cursor))
}
