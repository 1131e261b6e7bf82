package conversations

import (
	"context"
	"fmt"
	"slices"

	"github.com/recado-chat/recado/shared/chat"
	"github.com/recado-chat/recado/shared/httpapi"
	"github.com/recado-chat/recado/shared/httpapi/rest"
)

// listContactConversations lists a contact's conversations in the stores that the caller sees, newest first.
func (h *Handler) listContactConversations(ctx context.Context, c *rest.Call) (httpapi.Response, error) {
	request, err := rest.Page(c.Request)
	if err != nil {
		return httpapi.Response{}, err
	}
	contact, err := rest.FindContact(ctx, h.Store, c)
	if err != nil {
		return httpapi.Response{}, err
	}
	found, err := h.Store.ContactConversations(ctx, c.Account.ID, contact.ID, request)
	if err != nil {
		return httpapi.Response{}, fmt.Errorf("read the conversations of contact %s: %w", contact.ID, err)
	}
	scope := c.Scope()
	found.Items = slices.DeleteFunc(found.Items, func(v chat.Conversation) bool { return !scope.Conversation(v) })
	return h.showConversations(ctx, c, found)
}
