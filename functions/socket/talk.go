package socket

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/fault"
	"github.com/recado-chat/recado/shared/push/audience"
	"github.com/recado-chat/recado/shared/rules/permission"
	"github.com/recado-chat/recado/shared/wire"
	"github.com/recado-chat/recado/shared/wire/present"
)

// pong answers a ping.
func (h *Handler) pong(ctx context.Context, me chat.Connection) error {
	item, err := present.Pong()
	if err != nil {
		return err
	}
	return h.answer(ctx, me.ID, item)
}

// answer posts an item to the connection whose frame is handled. That it did not arrive is logged: the browser notices a missing pong.
func (h *Handler) answer(ctx context.Context, id string, item json.RawMessage) error {
	frames, err := present.Frames([]json.RawMessage{item})
	if err != nil {
		return err
	}
	for _, frame := range frames {
		if err := h.poster.Post(ctx, id, frame); err != nil {
			h.log.WarnContext(ctx, "a frame was not answered", slog.Any("error", err))
		}
	}
	return nil
}

// view records that somebody looks at the browser, the conversation that it views, "" for none, and whether its list is the operator's
// own, or that nobody looks. It notifies the viewers of the new and the previous conversation. The answer tells the browser that the lists
// that it shows are pushed to it from now on; a browser that repeats a view may have missed it.
func (h *Handler) view(ctx context.Context, me chat.Connection, conversation chat.ConversationID, hidden, own bool) error {
	now := me
	now.Watching, now.Own, now.Viewing = !hidden, own && !hidden, chat.Viewed{}
	var refused error // the lists are shown beside a conversation that is not
	if conversation != "" && !hidden {
		viewed, err := h.mayView(ctx, me, conversation)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		now.Viewing, refused = viewed, err
	}
	same := now.Watching == me.Watching && now.Own == me.Own && now.Viewing == me.Viewing
	items := audience.Items{}
	if now.Watching && (same || !me.Watching || me.Own && !now.Own) {
		answer, err := present.Watching()
		if err != nil {
			return err
		}
		items.Add(audience.Audience{Connections: []chat.Connection{now}}, answer)
	}
	if same {
		h.rooms.Broadcast(ctx, audience.Audience{Account: me.AccountID}, items)
		return refused
	}
	if err := h.store.SetViewing(ctx, now); err != nil {
		return fmt.Errorf("keep what is looked at: %w", err)
	}
	everybody, err := h.others(ctx, me)
	if err != nil {
		everybody = audience.Audience{Account: me.AccountID}
	}
	if now.Watching {
		everybody = everybody.With(now)
	}
	for _, seen := range []chat.ConversationID{me.Viewing.ConversationID, now.Viewing.ConversationID} {
		if seen != "" {
			h.rooms.AddViewing(ctx, items, everybody, seen)
		}
	}
	h.rooms.Broadcast(ctx, everybody, items)
	return refused
}

// mayView returns the viewed conversation. It returns NotFound for a conversation of another account, or one that the operator may
// not see.
func (h *Handler) mayView(ctx context.Context, me chat.Connection, conversation chat.ConversationID) (chat.Viewed, error) {
	c, err := h.store.Conversation(ctx, me.AccountID, conversation)
	if err != nil {
		return chat.Viewed{}, fmt.Errorf("read the conversation: %w", err)
	}
	operator, err := h.operator(ctx, me)
	if err != nil {
		return chat.Viewed{}, err
	}
	if !permission.Has(operator.Role, permission.ConversationRead) || !permission.ScopeOf(operator).Conversation(c) {
		return chat.Viewed{}, fault.New(fault.NotFound, "conversation not found")
	}
	viewed := chat.Viewed{ConversationID: c.ID, StoreID: c.StoreID}
	if capabilities, _ := h.capabilities(c.ChannelType); capabilities.FirstParty {
		viewed.Visitor = chat.VisitorID(c.ExternalID)
	}
	return viewed, nil
}

// operator returns the active operator of a connection.
func (h *Handler) operator(ctx context.Context, me chat.Connection) (chat.Operator, error) {
	people, err := h.rooms.People(ctx, audience.Audience{Account: me.AccountID, Connections: []chat.Connection{me}})
	if err != nil {
		return chat.Operator{}, err
	}
	operator := people[me.OperatorID]
	if !operator.Active {
		return chat.Operator{}, fault.New(fault.NotFound, "operator not found").WithReason("inactive")
	}
	return operator, nil
}

// typing notifies the other viewers of the conversation. Only a viewer can type, who may still see the conversation.
func (h *Handler) typing(ctx context.Context, me chat.Connection, conversation chat.ConversationID, on bool) error {
	if conversation == "" || conversation != me.Viewing.ConversationID {
		return fault.New(fault.NotFound, "the connection is not viewing this conversation").WithReason("not_viewing")
	}
	operator, err := h.operator(ctx, me)
	if err != nil {
		return err
	}
	if !audience.Shows(operator, me.Viewing.StoreID) {
		return fault.New(fault.NotFound, "conversation not found").WithReason("not_viewing")
	}
	if !permission.Has(operator.Role, permission.ConversationReply) {
		return fault.New(fault.NotFound, "the operator's role does not allow writing").WithReason("not_permitted")
	}
	others, err := h.others(ctx, me)
	if err != nil {
		return nil
	}
	by := chat.Actor{Operator: operator}.Author()
	item, err := present.Typing(conversation, by, on)
	if err != nil {
		return err
	}
	items := audience.Items{}
	items.Add(h.rooms.Viewers(ctx, others, conversation), item)
	h.rooms.Broadcast(ctx, others.With(me), items)
	if on {
		h.tellProvider(ctx, me.AccountID, conversation)
	}
	return h.toVisitor(ctx, me, by, on)
}

// toVisitor notifies the visitor that an operator types. A failure to find the visitor's connections is logged, and the operator's
// action succeeds.
func (h *Handler) toVisitor(ctx context.Context, me chat.Connection, by chat.Author, on bool) error {
	if me.Viewing.Visitor == "" {
		return nil
	}
	visitor, err := h.rooms.OfVisitor(ctx, me.AccountID, me.Viewing.Visitor)
	if err != nil {
		h.log.WarnContext(ctx, "typing was not sent to the visitor", slog.Any("error", err))
		return nil
	}
	item, err := present.VisitorTyping(by, on)
	if err != nil {
		return err
	}
	items := audience.Items{}
	items.Add(visitor, item)
	h.rooms.Broadcast(ctx, visitor, items)
	return nil
}

// actVisitor performs a visitor's action: a ping, or typing, which is sent to the viewers of the visitor's conversation.
func (h *Handler) actVisitor(ctx context.Context, me chat.Connection, a wire.Action) error {
	if err := h.visitorMayTalk(ctx, me); err != nil {
		return err
	}
	switch a.Action {
	case wire.ActionPing:
		return h.pong(ctx, me)
	case wire.ActionTyping:
	default:
		return fault.New(fault.Invalid, "invalid action").WithReason("unknown_action")
	}
	identity, _, err := h.store.Identity(ctx, me.AccountID, me.Visitor.ChannelID, []string{string(me.Visitor.ID)})
	if fault.Is(err, fault.NotFound) || err == nil && identity.OpenConversationID == "" {
		return nil // the visitor has no open conversation
	}
	if err != nil {
		return fmt.Errorf("find the visitor's conversation: %w", err)
	}
	others, err := h.others(ctx, me)
	if err != nil {
		return nil
	}
	by := chat.Author{Kind: chat.ByContact, ID: string(identity.ContactID), Name: identity.ContactName}
	item, err := present.Typing(identity.OpenConversationID, by, a.On)
	if err != nil {
		return err
	}
	items := audience.Items{}
	items.Add(h.rooms.Viewers(ctx, others, identity.OpenConversationID), item)
	h.rooms.Broadcast(ctx, others, items)
	return nil
}
